"""A person who leaves: their name is nowhere any more, in no table and no export, and what was done stays."""

import pytest
from django.apps import apps
from django.urls import reverse
from tests.centre.helpdesk.conftest import ELEVEN, FOUR, account

from biosetu.centre.accounts.models import Account, Notice
from biosetu.centre.api import keys
from biosetu.centre.audit.models import Entry
from biosetu.centre.audit.reading import Asked, entries, table
from biosetu.centre.directory import verbs as directory
from biosetu.centre.directory.models import Provider
from biosetu.centre.erasing import erase
from biosetu.centre.exchange.models import Arrival
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library import verbs as library
from biosetu.centre.library.models import Item
from biosetu.cli import main

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NAME, USER = "Zorana Quillfeather", "zquillfeather"
EXPERT = {
    "name": NAME, "kind": "expert", "party": "NPL", "organization": "Herself", "contact": NAME, "languages": "en",
    "coverage": "Asia", "subjects": "ecosystems", "free_services": "training", "paid_services": "training",
    "consent": "yes",
}  # fmt: skip
SOLUTION = {
    "title": "Springs", "problem": "dry", "blocks": "a", "evidence": "b", "party": "NPL", "targets": "2",
    "contact": NAME,
}  # fmt: skip


@pytest.fixture
def officer(db):
    return account("officer", "officer", centre="iucn-asia")


@pytest.fixture
def person(db, officer):
    """Somebody who left their name in every room."""
    made = account(USER, "contributor", party="NPL")
    Account.objects.filter(pk=made.pk).update(name=NAME)
    made.refresh_from_db()
    values = {**FOUR, **ELEVEN, "who": f"DNPWC, {NAME}, {USER}@example.org", "contact": NAME, "party": "NPL"}
    asked = verbs.open_request(by=made, values=values)
    verbs.act(request=asked, verb="submit", by=made)
    verbs.write(request=asked, by=made, text=f"Greetings, {NAME}")
    verbs.write(request=asked, by=officer, text=f"Dear {NAME.upper()}, thank you")
    verbs.act(request=asked, verb="decline", by=officer, reason=f"{NAME} asked us to")
    verbs.open_request(by=made, values={**values, "what": "a draft"})
    directory.submit(provider=directory.register(by=made, values=EXPERT), by=made)
    institute = {**EXPERT, "name": "Institute of Springs", "kind": "institution"}
    kept = directory.register(by=made, values=institute)
    directory.submit(provider=kept, by=made)
    directory.review(provider=kept, by=officer, listed=True)
    item = library.write(by=made, kind="solution", values=SOLUTION)
    library.submit(item=item, by=made)
    library.write(by=made, kind="solution", values={**SOLUTION, "title": "draft"})
    keys.make(by=made, name=f"script of {NAME}", wanted=["requests"], days=3)
    return made


def everything():
    """Every value of every table, as one text."""
    rows = (str(list(model.objects.values_list())) for model in apps.get_models() if model._meta.managed)
    return "\n".join(rows).casefold()


def test_the_name_was_there_and_is_nowhere(person, officer):
    before = Entry.objects.count()
    assert NAME.casefold() in everything()
    erase(account=person, by=None)
    left = everything()
    assert NAME.casefold() not in left
    assert USER not in left
    assert Entry.objects.count() == before + 1
    exported = str(table(entries(officer, Asked())).to_pylist()).casefold()
    assert NAME.casefold() not in exported
    assert "[erased]" in exported


def test_what_others_rely_on_stays_and_drafts_go(person):
    erase(account=person, by=None)
    kept = SupportRequest.objects.get()
    assert (kept.state, kept.owner, kept.values["organization"]) == ("declined", None, ELEVEN["organization"])
    assert "who" not in kept.values
    assert [step.verb for step in kept.steps.all()] == ["submit", "decline"]
    assert list(Provider.objects.values_list("name", "standing")) == [("Institute of Springs", "listed")]
    assert [item.title for item in Item.objects.all()] == ["Springs"]


def test_the_erasure_itself_is_on_record_without_a_name(person):
    pseudonym = str(person.actor.pseudonym)
    erase(account=person, by=person)
    last = Entry.objects.latest("pk")
    assert (last.verb, last.record, last.record_id, str(last.actor)) == ("erase", "account", pseudonym, pseudonym)


def test_a_name_inside_another_word_and_a_name_of_one_word_are_left(officer):
    short = account("ali")
    Account.objects.filter(pk=short.pk).update(name="Ali")
    short.refresh_from_db()
    asked = verbs.open_request(by=account("asker", "contributor", party="NPL"), values={**FOUR, "party": "NPL"})
    verbs.act(request=asked, verb="submit", by=asked.owner)
    verbs.write(request=asked, by=officer, text="Validation, says Ali")
    erase(account=short, by=None)
    assert asked.messages.get().text == "Validation, says Ali"


def test_one_deletes_oneself_with_the_password_given_again(client, person):
    client.force_login(person)
    address = reverse("account_delete")
    assert client.get(address).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": "quite-a-long-password-1"})
    assert "Nobody can undo this" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert not Account.objects.filter(pk=person.pk).exists()
    assert client.get(reverse("mfa_index")).status_code == 302


def test_the_administrator_deletes_by_command(person, monkeypatch, capsys):
    monkeypatch.setattr("biosetu.centre.doors._require_centre", lambda: None)
    assert main.run(["accounts", "erase", USER, "--yes"]) == 0
    assert not Account.objects.filter(username=USER).exists()
    assert main.run(["accounts", "erase", USER, "--yes"]) == 2
    assert "no account" in capsys.readouterr().err


def test_pages_of_a_request_without_its_people_still_open(client, person, officer):
    reference = SupportRequest.objects.exclude(state="draft").get().reference
    erase(account=person, by=None)
    client.force_login(officer)
    page = client.get(reverse("request", args=[reference]))
    assert page.status_code == 200
    assert NAME not in page.content.decode()


@pytest.mark.parametrize("name", ["Maya Gurung", "مايا غورونغ", "José García"])
def test_a_name_in_any_script_goes_from_forms_notices_and_what_came_in(officer, name):
    made, speaker = account("asks", "contributor", party="NPL"), account("speaks", "focal_point", party="NPL")
    Account.objects.filter(pk=made.pk).update(name=name)
    made.refresh_from_db()
    values = {**FOUR, **ELEVEN, "party": "NPL", "title": f"Visit of {name}", "problem": f"{name.upper()} knows"}
    asked = verbs.open_request(by=made, values=values)
    verbs.act(request=asked, verb="submit", by=made)
    verbs.act(request=asked, verb="endorse", by=speaker)
    verbs.save(request=asked, by=officer, values={"what": f"{name} asks otherwise"})
    body = {"reference": "2026-00009", "values": {**values, "contact": "desk 7"}, "steps": [{"reason": f"{name}!"}]}
    Arrival.objects.create(body=body, key="k", digest="d", request=asked)
    before = everything()
    assert name.casefold() in before
    assert Notice.objects.filter(values__title__isnull=False).exists()
    erase(account=made, by=None)
    after = everything()
    assert name.casefold() not in after
    assert "desk 7" not in after
    assert "[…] asks otherwise" in after
