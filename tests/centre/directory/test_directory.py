"""The directory: listed by consent and review, withdrawn at once, one's own data out and gone."""

import json

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.audit.models import Entry
from biosetu.centre.directory import verbs
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import public
from biosetu.cooperation import Refused
from biosetu.problems import DataError

pytestmark = pytest.mark.db
WHOLE = {
    "name": "Hill University", "kind": "institution", "party": "NPL", "coverage": "South Asia", "subjects": "species",
    "free_services": "advice", "paid_services": "training", "organization": "Hill University", "contact": "Dr Hidden",
    "languages": "en;ne", "targets": "4", "consent": "yes", "capacity": "2", "work": "bat survey\nfish survey",
}  # fmt: skip


@pytest.fixture
def owner(db):
    return Account.objects.open(username="owner", password="quite-a-long-password-1")


@pytest.fixture
def officer(db):
    made = Account.objects.open(username="officer", password="quite-a-long-password-1")
    Role.objects.create(account=made, role="officer", centre="iucn-asia", office="Centre")
    secret = get_adapter().encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=made, type=Authenticator.Type.TOTP, data={"secret": secret})
    return made


@pytest.fixture
def listed(owner, officer):
    provider = verbs.register(by=owner, values=WHOLE)
    verbs.submit(provider=provider, by=owner)
    verbs.review(provider=provider, by=officer, listed=True)
    return provider


def seen(client, user=None):
    client.logout()
    if user:
        client.force_login(user)
    return client.get(reverse("directory")).content.decode()


def test_an_entry_is_public_only_once_listed(client, owner, officer):
    provider = verbs.register(by=owner, values=WHOLE)
    assert "Hill University" not in seen(client)
    assert "Hill University" not in seen(client, officer)
    assert "Hill University" in seen(client, owner)
    verbs.submit(provider=provider, by=owner)
    assert "Hill University" not in seen(client)
    assert "Hill University" in seen(client, officer)
    verbs.review(provider=provider, by=officer, listed=True)
    assert "Hill University" in seen(client)


def test_without_consent_or_with_gaps_nothing_is_submitted(owner):
    provider = verbs.register(by=owner, values={**WHOLE, "consent": "", "languages": ""})
    with pytest.raises(Refused, match="Working languages, I agree to be listed"):
        verbs.submit(provider=provider, by=owner)


def test_register_names_every_wrong_field(owner):
    with pytest.raises(DataError) as caught:
        verbs.register(by=owner, values={"name": "", "party": "QQQ", "capacity": "many", "identifier": "123"})
    assert {p.column for p in caught.value.problems} == {"name", "party", "capacity", "identifier"}


def test_an_edit_of_a_listed_entry_waits_for_review_again(client, owner, listed):
    verbs.edit(provider=listed, by=owner, values={**WHOLE, "expertise": "bats"})
    assert listed.standing == "submitted"
    assert "Hill University" not in seen(client)


def test_consent_taken_back_by_an_edit_takes_the_entry_out_and_nobody_lists_it(client, owner, officer, listed):
    verbs.edit(provider=listed, by=owner, values={**WHOLE, "consent": ""})
    assert (listed.standing, listed.consented_on) == ("draft", None)
    assert "Hill University" not in seen(client)
    with pytest.raises(PermissionDenied):  # a draft is its owner's alone
        verbs.review(provider=listed, by=officer, listed=True)
    with pytest.raises(Refused, match="I agree to be listed"):
        verbs.submit(provider=listed, by=owner)


def test_what_is_told_of_requests_is_told_anew_when_the_directory_changes(owner, listed):
    before = public.version()
    verbs.withdraw(provider=listed, by=owner)
    withdrawn = public.version()
    verbs.erase(provider=listed, by=owner)
    assert len({before, withdrawn, public.version()}) == 3


def test_withdrawal_takes_an_entry_out_at_once(client, owner, listed):
    verbs.withdraw(provider=listed, by=owner)
    assert (listed.standing, listed.consented_on) == ("withdrawn", None)
    assert "Hill University" not in seen(client)


def test_only_the_owner_edits_and_only_the_centre_reviews(owner, officer, listed):
    with pytest.raises(PermissionDenied):
        verbs.withdraw(provider=listed, by=officer)
    with pytest.raises(PermissionDenied):
        verbs.review(provider=listed, by=owner, listed=True)


def test_the_public_page_hides_the_contact_person(client, listed, officer):
    address = reverse("provider", args=[listed.pk])
    assert "Dr Hidden" not in client.get(address).content.decode()
    client.force_login(officer)
    assert "Dr Hidden" in client.get(address).content.decode()


def test_own_data_comes_out_whole_and_can_be_erased(client, owner, listed):
    client.force_login(owner)
    held = json.loads(client.get(reverse("provider_data", args=[listed.pk])).content)
    assert held["values"]["contact"] == "Dr Hidden"
    assert client.post(reverse("provider_do", args=[listed.pk, "erase"])).status_code == 302
    assert Provider.objects.count() == 0
    assert "Hill University" not in json.dumps(list(Entry.objects.values_list("changes", flat=True)))


def test_offer_is_what_matching_reads(listed):
    offer = listed.offer()
    assert (offer.party, offer.region, offer.capacity) == ("NPL", "Southern Asia", 2)
    assert (offer.targets, offer.languages, offer.work) == (("4",), ("en", "ne"), ("bat survey", "fish survey"))


def test_registering_by_browser(client, owner):
    assert client.get(reverse("provider_new")).status_code == 302
    client.force_login(owner)
    assert client.get(reverse("provider_new")).status_code == 200
    wrong = client.post(reverse("provider_new"), {**WHOLE, "identifier": "1"})
    assert wrong.status_code == 422
    answer = client.post(reverse("provider_new"), {**WHOLE, "languages": ["en", "ne"]})
    assert answer.url == reverse("provider", args=[Provider.objects.get().pk])


@pytest.fixture
def brought(officer):
    return verbs.take_in(by=officer, values=WHOLE)


def test_who_is_described_by_an_entry_from_a_sheet_gets_it_and_takes_it_off_the_list(client, owner, officer, brought):
    with pytest.raises(PermissionDenied):
        verbs.withdraw(provider=brought, by=owner)
    client.force_login(owner)
    page = client.get(reverse("provider", args=[brought.pk])).content.decode()
    assert "Is this entry about you or your institution?" in page
    client.post(reverse("provider_do", args=[brought.pk, "claim"]), {"words": "I answer the desk's mail"})
    brought.refresh_from_db()
    assert (brought.claimed_by, brought.account) == (owner, None)
    stranger = Account.objects.open(username="stranger", password="quite-a-long-password-1")
    with pytest.raises(Refused):
        verbs.claim(provider=brought, by=stranger, words="No, me")
    with pytest.raises(PermissionDenied):
        verbs.settle_claim(provider=brought, by=owner, given=True)
    client.force_login(officer)
    assert "Hill University" in seen(client, officer).split("Entries that somebody asks for")[1].split("</section>")[0]
    assert "I answer the desk" in client.get(reverse("provider", args=[brought.pk])).content.decode()
    verbs.settle_claim(provider=brought, by=officer, given=True)
    assert (brought.account, brought.claimed_by, brought.claim) == (owner, None, "")
    assert owner.notices.count() == 1
    verbs.withdraw(provider=brought, by=owner)
    assert "Hill University" not in seen(client)


def test_a_claim_is_refused_with_a_reason_by_somebody_else_and_goes_with_the_account(owner, officer, brought):
    verbs.claim(provider=brought, by=officer, words="mine")
    with pytest.raises(Refused, match="Somebody else decides"):
        verbs.settle_claim(provider=brought, by=officer, given=True)
    Provider.objects.update(claimed_by=None, claim="")
    brought.refresh_from_db()
    verbs.claim(provider=brought, by=owner, words="mine")
    with pytest.raises(Refused):
        verbs.settle_claim(provider=brought, by=officer, given=False)
    verbs.settle_claim(provider=brought, by=officer, given=False, reason="no such person there")
    assert (brought.account, brought.claimed_by) == (None, None)
    verbs.claim(provider=brought, by=owner, words="mine")
    verbs.forget(owner)
    brought.refresh_from_db()
    assert (brought.claimed_by, brought.claim) == (None, "")


def test_an_entry_with_an_account_is_nobody_else_s_to_ask_for(officer, listed):
    with pytest.raises(Refused):
        verbs.claim(provider=listed, by=officer, words="mine")


HELD = {
    "forests": {"ecosystems": "T1.1; T2", "targets": "2;12", "actions": "1.1", "languages": "en"},
    "marshes": {"ecosystems": "TF1.3", "targets": "1", "threats": "5.4.3", "languages": "ar; en"},
    "shelves": {"ecosystems": "M1.10", "indicators": "A.1", "work": "bats and forests", "languages": "fr"},
}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"ecosystems": "T"}, {"forests"}), ({"ecosystems": "T1"}, {"forests"}), ({"ecosystems": "TF"}, {"marshes"}),
        ({"ecosystems": "M1.1"}, set()), ({"ecosystems": "M1"}, {"shelves"}), ({"targets": "2"}, {"forests"}),
        ({"targets": "1"}, {"marshes"}), ({"indicators": "A.1"}, {"shelves"}), ({"threats": "5"}, {"marshes"}),
        ({"actions": "1"}, {"forests"}), ({"q": "forests"}, {"forests", "shelves"}),
        ({"languages": "en", "targets": "1"}, {"marshes"}), ({"languages": "en"}, {"forests", "marshes"}),
    ],
)  # fmt: skip
def test_the_directory_is_searched_by_words_and_codes_with_all_that_is_narrower(client, db, asked, wanted):
    for name, values in HELD.items():
        Provider.objects.create(name=name, party="NPL", standing="listed", consented_on="2026-01-01", values=values)
    page = client.get(reverse("directory"), asked).content.decode()
    assert {name for name in HELD if f"<bdi>{name}</bdi>" in page} == wanted


def test_a_code_that_no_list_has_is_said_to_be_none(client, db):
    page = client.get(reverse("directory"), {"ecosystems": "mangroves"}).content.decode()
    assert "No list has this code" in page
    assert "Nobody fits what you asked for" in page
