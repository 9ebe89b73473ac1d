"""Everything that is written on record has plain words, in English and Arabic; the page shows them."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import reverse
from tests.centre.helpdesk.conftest import people, providers, request_of

from biosetu.centre.accounts.guarded import Guarded
from biosetu.centre.audit.models import Entry
from biosetu.centre.audit.words import FORM_RECORDS, field_words, state_said, table, words
from biosetu.centre.directory.models import Standing as ProviderStanding
from biosetu.centre.evidence.states import transitions as machines
from biosetu.centre.helpdesk import verbs
from biosetu.centre.library.models import Standing as ItemStanding
from biosetu.centre.services.models import State as ServiceState
from biosetu.cooperation import STATE_NAMES, transitions
from biosetu.cooperation.forms import form
from biosetu.translation import translations

from . import scanning

__all__ = ["people", "providers", "request_of"]
WRITTEN = scanning.verbs()
SOFTWARE = ("_", "sha256", "pk")


def test_the_scan_sees_what_is_written():
    assert {"choose", "weigh", "keep", "erase", "accept", "decline_invitation"} <= WRITTEN
    assert {"request", "holding", "centre"} <= scanning.kinds()
    assert {"provider", "candidates", "assignment", "sha256"} <= scanning.fields()


@pytest.mark.parametrize(
    "verb", sorted(WRITTEN | {row.verb for row in transitions()} | {row.verb for row in machines()})
)
def test_every_verb_has_words(verb):
    assert words("verb", verb)


@pytest.mark.parametrize(
    "kind", sorted(scanning.kinds() | {m.record_kind for m in apps.get_models() if issubclass(m, Guarded)})
)
def test_every_kind_of_record_has_words(kind):
    assert words("record", kind)


@pytest.mark.parametrize("field", sorted(scanning.fields()))
def test_every_field_that_is_written_has_words(field):
    assert words("field", field) or any(field_words(field, record) for record in FORM_RECORDS)


@pytest.mark.parametrize(
    "state", sorted({*STATE_NAMES, *ProviderStanding.values, *ItemStanding.values, *ServiceState.values})
)
def test_every_state_has_words(state):
    assert words("state", state)


@pytest.mark.parametrize("row", table().items(), ids=lambda row: "-".join(row[0]))
def test_words_are_plain_and_have_arabic(row):
    (_, code, _), said = row
    arabic = translations("ar").gettext(said)
    assert said
    assert not [mark for mark in SOFTWARE if mark in said]
    assert any("\u0600" <= letter <= "\u06ff" for letter in arabic), (code, said)


@pytest.mark.parametrize("record", FORM_RECORDS)
def test_every_field_of_a_form_is_called_as_on_its_form(record):
    assert {one.field: field_words(one.field, record) for one in form(record)} == {
        one.field: one.label for one in form(record)
    }


@pytest.mark.db
@pytest.mark.django_db
def test_all_that_the_demonstration_writes_has_words(settings):
    settings.BIOSETU_DEMO = True
    call_command("demonstrate")
    rows = list(Entry.objects.values_list("verb", "record", "changes"))
    assert {verb for verb, record, _ in rows if not words("verb", verb, record)} == set()
    written = {(field, record) for _, record, changes in rows for field in changes if field not in ("from", "to")}
    assert {pair for pair in written if not field_words(*pair)} == set()
    assert {changes["to"] for _, _, changes in rows if "to" in changes and not words("state", changes["to"])} == set()


@pytest.mark.db
def test_the_page_tells_verbs_fields_and_names_in_the_readers_language(client, people, providers, request_of):
    made = request_of(languages="en")
    verbs.act(request=made, verb="submit", by=people["contributor"])
    made.refresh_from_db()
    type(made).objects.filter(pk=made.pk).update(state="planning")
    made.refresh_from_db()
    verbs.list_candidates(request=made, by=people["officer"])
    client.force_login(people["officer"])
    shown = client.get(reverse("audit")).content.decode()
    for text in ("shortlist made", "candidates:", providers[0].name, "Needed by:", "submitted", "request <bdi>"):
        assert text in shown, text
    assert "in_articulation" not in shown
    arabic = client.get("/ar" + reverse("audit")).content.decode()
    for text in ("shortlist made", "candidates", "Needed by", "submitted"):
        assert f"{translations('ar').gettext(text)}" in arabic
        assert f">{text}" not in arabic
    only = client.get(reverse("audit"), {"record": "centre"}).content.decode()
    assert "shortlist made" not in only


def test_a_state_that_is_unknown_stays_as_it_is():
    assert state_said("a text of somebody") == "a text of somebody"
