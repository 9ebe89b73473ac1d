"""Keys of programs: a program reads exactly what the person may see, within the key's scopes, until its last day."""

import datetime

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from tests.centre.helpdesk.conftest import ELEVEN, FOUR, account

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.api import keys
from biosetu.centre.api.models import Key
from biosetu.centre.api.scopes import scopes
from biosetu.centre.audit.models import Entry
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library.models import Item
from biosetu.cooperation import Refused

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ALL = tuple(one.scope for one in scopes())
LISTS = {"requests": SupportRequest, "providers": Provider, "opportunities": Item}
ROLES = {
    "public": ("", "", ""),
    "contributor": ("contributor", "NPL", ""),
    "focal_point": ("focal_point", "NPL", ""),
    "neighbour": ("focal_point", "BTN", ""),
    "officer": ("officer", "", "iucn-asia"),
    "manager": ("manager", "", "iucn-asia"),
    "far_officer": ("officer", "", "iucn-west-asia"),
}


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def held(db):
    """Two requests of Nepal (one confidential, both endorsed), a draft, three providers, two calls."""
    owner, focal = account("owner", "contributor", party="NPL"), account("chief", "focal_point", party="NPL")
    for confidential in ("", "yes"):
        values = {**FOUR, **ELEVEN, "party": "NPL", "confidential": confidential}
        made = verbs.open_request(by=owner, values=values)
        verbs.act(request=made, verb="submit", by=owner)
        verbs.act(request=made, verb="endorse", by=focal)
    verbs.open_request(by=owner, values={**FOUR, "party": "NPL"})
    today = timezone.localdate()
    for name, standing, consent in (("a", "listed", today), ("b", "listed", None), ("c", "submitted", None)):
        values = {"targets": "1;2", "contact": "secret person", "organization": name}
        Provider.objects.create(name=name, party="LKA", standing=standing, values=values, consented_on=consent)
    for title, deadline in (("late", today - datetime.timedelta(1)), ("open", today)):
        Item.objects.create(kind="opportunity", title=title, standing="listed", deadline=deadline, values={})
    Item.objects.create(kind="solution", title="solution", standing="listed", values={})
    return owner


def header(secret):
    return {"Authorization": f"Bearer {secret}"}


def ask(client, path, secret=""):
    return client.get(f"/api/v1/{path}", headers=header(secret) if secret else {})


def names(answer):
    return {str(item.get("reference", item.get("id"))) for item in answer.json()["items"]}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("scope", LISTS)
def test_a_key_reads_exactly_what_its_owner_may_see(client, held, role, scope):
    person = account(role, *ROLES[role])
    secret = keys.make(by=person, name="script", wanted=ALL, days=30)[1]
    rows = visible_to(person, LISTS[scope].objects.all())
    rows = rows.exclude(state="draft") if scope == "requests" else rows
    rows = rows.filter(kind="opportunity") if scope == "opportunities" else rows
    wanted = {str(getattr(row, "reference", row.pk)) for row in rows}
    assert names(ask(client, scope, secret)) == wanted


def test_without_a_key_only_what_is_public_is_there(client, held):
    assert len(names(ask(client, "requests"))) == 1
    assert len(names(ask(client, "providers"))) == 1
    assert names(ask(client, "opportunities?open_on=" + timezone.localdate().isoformat())) == {
        str(Item.objects.get(title="open").pk)
    }


def test_a_confidential_request_is_no_more_there_than_one_that_never_was(client, held):
    reference = SupportRequest.objects.get(confidential=True).reference
    far = keys.make(by=account("far", "officer", centre="iucn-west-asia"), name="x", wanted=ALL, days=1)[1]
    for secret in ("", far):
        answer, never = ask(client, f"requests/{reference}", secret), ask(client, "requests/NO-1", secret)
        assert (answer.status_code, answer.content) == (never.status_code, never.content) == (404, never.content)
    own = keys.make(by=held, name="x", wanted=ALL, days=1)[1]
    assert ask(client, f"requests/{reference}", own).json()["reference"] == reference


def test_contact_persons_are_told_to_those_concerned_alone(client, held):
    reference = SupportRequest.objects.filter(confidential=False).exclude(state="draft").get().reference
    own = keys.make(by=held, name="x", wanted=ALL, days=1)[1]
    listed = next(item for item in ask(client, "requests", own).json()["items"] if item["reference"] == reference)
    assert ask(client, f"requests/{reference}", own).json()["body"]["contact"] == {"lastName": ELEVEN["contact"]}
    assert "contact" not in ask(client, f"requests/{reference}").json()["body"]
    assert "contact" not in listed["body"]
    assert b"secret person" not in ask(client, "providers").content


def test_the_body_is_in_the_bio_bridge_layout(client, held):
    body = ask(client, "requests").json()["items"][0]["body"]
    assert body["title"] == {"en": "Red List of Ecosystems"}
    assert body["gbfTargets"] == [{"identifier": "GBF-TARGET-01"}, {"identifier": "GBF-TARGET-02"}]
    assert body["country"] == {"identifier": "NPL"}


@pytest.mark.parametrize("scope", LISTS)
def test_a_key_opens_its_scopes_alone(client, held, scope):
    secret = keys.make(by=held, name="x", wanted=[scope], days=1)[1]
    answers = {other: ask(client, other, secret).status_code for other in LISTS}
    assert answers == {other: 200 if other == scope else 403 for other in LISTS}


def test_an_unknown_expired_or_returned_key_is_refused_not_ignored(client, held):
    made, secret = keys.make(by=held, name="x", wanted=ALL, days=1)
    assert ask(client, "requests", secret + "x").status_code == 401
    Key.objects.update(expires_on=timezone.localdate() - datetime.timedelta(1))
    assert ask(client, "requests", secret).status_code == 401
    Key.objects.update(expires_on=timezone.localdate())
    assert ask(client, "requests", secret).status_code == 200
    keys.revoke(key=made, by=held)
    assert ask(client, "requests", secret).status_code == 401


def test_the_key_of_a_closed_account_opens_nothing(client, held):
    secret = keys.make(by=held, name="x", wanted=ALL, days=1)[1]
    Account.objects.filter(pk=held.pk).update(is_active=False)
    assert ask(client, "requests", secret).status_code == 401


def test_a_cookie_is_no_key(client, held):
    client.force_login(held)
    assert len(names(ask(client, "requests"))) == 1


def test_a_key_changes_nothing(client, held):
    secret = keys.make(by=held, name="x", wanted=ALL, days=1)[1]
    codes = {verb: getattr(client, verb)("/api/v1/requests", headers=header(secret)).status_code
             for verb in ("post", "put", "patch", "delete")}  # fmt: skip
    assert set(codes.values()) == {405}


def test_only_the_digest_is_kept_and_the_audit_names_no_secret(held):
    made, secret = keys.make(by=held, name="x", wanted=["requests"], days=1)
    assert secret not in str(Key.objects.values().get(pk=made.pk))
    entry = Entry.objects.get(record="key", record_id=str(made.pk))
    assert (entry.verb, entry.changes) == ("make", {"scopes": ["requests"]})


@pytest.mark.parametrize(
    ("name", "wanted", "days"),
    [("", ["requests"], 1), ("x", [], 1), ("x", ["everything"], 1), ("x", ["requests"], 0), ("x", ["requests"], 367)],
)
def test_a_key_without_name_scope_or_end_is_not_made(held, name, wanted, days):
    with pytest.raises(Refused):
        keys.make(by=held, name=name, wanted=wanted, days=days)
    assert Key.objects.count() == 0


def test_nobody_takes_back_the_key_of_another(held):
    made = keys.make(by=held, name="x", wanted=ALL, days=1)[0]
    with pytest.raises(PermissionDenied):
        keys.revoke(key=made, by=account("other", "manager", centre="iucn-asia"))


def test_the_queries_of_a_list_do_not_grow_with_it(client, held, django_assert_max_num_queries):
    secret = keys.make(by=held, name="x", wanted=ALL, days=1)[1]
    ask(client, "requests", secret)
    for path in LISTS:
        with django_assert_max_num_queries(8):
            ask(client, path, secret)


def signed_in(client, person):
    """Signed in, with the password given once more."""
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": "quite-a-long-password-1"})


def test_the_page_shows_a_secret_once(client, held):
    signed_in(client, held)
    answer = client.post(reverse("api_keys"), {"name": "script", "scope": ["requests"], "days": "30"})
    secret = answer.content.decode().split('class="secret">')[1].split("<")[0]
    assert ask(client, "requests", secret).status_code == 200
    page = client.get(reverse("api_keys")).content.decode()
    assert "script" in page
    assert secret not in page
    client.post(reverse("api_key_revoke", args=[Key.objects.get().pk]))
    assert ask(client, "requests", secret).status_code == 401


def test_the_page_asks_for_the_password_again(client, held):
    client.force_login(held)
    assert client.get(reverse("api_keys")).url.startswith(reverse("account_reauthenticate"))


def test_the_key_of_another_is_not_found(client, held):
    made = keys.make(by=held, name="x", wanted=ALL, days=1)[0]
    signed_in(client, account("other"))
    assert client.post(reverse("api_key_revoke", args=[made.pk])).status_code == 404
    assert Key.objects.get().revoked_on is None
