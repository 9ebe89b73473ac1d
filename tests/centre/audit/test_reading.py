"""What was done as people read it: who sees which entries, from what to what, as page, table and command."""

import csv
import datetime
import io

import pytest
from django.urls import reverse
from tests.centre.helpdesk.conftest import FOUR, account

from biosetu.centre.audit.models import Entry
from biosetu.centre.audit.reading import ERASED, Asked, Changed, entries, table, told
from biosetu.centre.audit.trail import erase, record
from biosetu.centre.helpdesk import verbs
from biosetu.cli import main

pytestmark = [pytest.mark.db, pytest.mark.django_db]
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture
def people(db):
    return {
        "asker": account("asker", "contributor", party="NPL"),
        "focal": account("focal", "focal_point", party="NPL"),
        "party_officer": account("party-officer", "officer", party="NPL"),
        "officer": account("officer", "officer", centre="iucn-asia"),
        "manager": account("manager", "manager", centre="iucn-asia"),
        "far": account("far", "officer", centre="iucn-west-asia"),
        "public": account("public"),
    }


def request_of(people, **values):
    made = verbs.open_request(by=people["asker"], values={**FOUR, "party": "NPL", **values})
    verbs.act(request=made, verb="submit", by=people["asker"])
    return made


def seen_by(person, record_id):
    return set(entries(person, Asked(record_id=record_id)).values_list("verb", flat=True))


def test_who_sees_what_was_done_to_an_open_request(people):
    reference = request_of(people).reference
    seen = {name: seen_by(person, reference) for name, person in people.items()}
    full, none = {"open", "submit"}, set()
    assert seen == {
        "asker": none, "focal": none, "party_officer": full, "officer": full, "manager": full, "far": none,
        "public": none,
    }  # fmt: skip


def test_what_was_done_to_a_confidential_request_exists_for_the_centre_alone(people):
    reference = request_of(people, confidential="yes").reference
    seen = {name: seen_by(person, reference) for name, person in people.items()}
    assert {name for name, verbs_seen in seen.items() if verbs_seen} == {"officer", "manager"}


def test_a_request_that_becomes_confidential_takes_its_entries_with_it(people):
    made = request_of(people)
    verbs.save(request=made, by=people["officer"], values={"confidential": "yes"})
    assert seen_by(people["party_officer"], made.reference) == set()
    assert seen_by(people["officer"], made.reference) == {"open", "submit", "edit"}


def test_a_draft_is_nobodys_business(people):
    made = verbs.open_request(by=people["asker"], values={**FOUR, "party": "NPL"})
    assert {name: seen_by(person, made.reference) for name, person in people.items()} == {
        name: set() for name in people
    }


def test_a_change_of_whom_the_centre_serves_is_seen_by_that_centre(people):
    from django.db import transaction

    with transaction.atomic():
        record(actor=None, verb="serve", record="centre", record_id="iucn-asia")
    seen = {name for name, person in people.items() if entries(person, Asked(record="centre")).exists()}
    assert seen == {"officer", "manager"}


def test_an_edit_reads_from_what_to_what(people):
    made = request_of(people)
    verbs.save(request=made, by=people["officer"], values={"what": "A map", "needed_by": "2027-07-01"})
    (one,) = told(entries(people["officer"], Asked(record_id=made.reference)).filter(verb="edit"))
    assert one.name == "Officer"
    assert set(one.changes) == {
        Changed("needed_by", FOUR["needed_by"], "2027-07-01"),
        Changed("what", FOUR["what"], "A map"),
        Changed("title", FOUR["what"], "A map"),
    }


def test_a_step_reads_as_a_change_of_state_with_its_reason(people):
    made = request_of(people)
    verbs.act(request=made, verb="decline", by=people["officer"], reason="Not our field")
    (one,) = told(entries(people["officer"], Asked(record_id=made.reference)).filter(verb="decline"))
    assert one.changes == (Changed("state", "submitted", "declined"), Changed("reason", "", "Not our field"))


def test_what_a_person_wrote_is_erased_with_them_and_the_entry_stands(people):
    made = request_of(people)
    verbs.act(request=made, verb="decline", by=people["officer"], reason="Not our field")
    pseudonym = Entry.objects.get(verb="decline").actor
    erase(people["officer"])
    (one,) = told(Entry.objects.filter(verb="decline"))
    assert (one.name, one.entry.actor) == ("", pseudonym)
    assert one.changes == (Changed("state", "submitted", "declined"), Changed("reason", "", ERASED))


def test_days_are_counted_with_both_ends(people):
    made = request_of(people)
    day = Entry.objects.filter(record_id=made.reference).latest("pk").at.date()
    before, after = day - datetime.timedelta(1), day + datetime.timedelta(1)
    counts = [
        entries(people["officer"], Asked(since=since, until=until, record_id=made.reference)).count()
        for since, until in ((day, day), (after, None), (None, before), (before, after))
    ]
    assert counts == [2, 0, 0, 2]


def test_the_table_has_a_row_for_every_field_and_every_entry(people):
    made = request_of(people)
    verbs.acknowledge(request=made, by=people["officer"])
    rows = table(entries(people["officer"], Asked(record_id=made.reference))).to_pylist()
    assert {row["field"] for row in rows if row["verb"] == "open"} == {*FOUR, "party", "title"}
    assert [(row["field"], row["before"], row["after"]) for row in rows if row["verb"] == "acknowledge"] == [("",) * 3]
    assert {row["entry"] for row in rows} == set(Entry.objects.filter(record="request").values_list("pk", flat=True))


def test_the_page_and_its_table_are_for_those_who_answer(client, people):
    request_of(people)
    codes = {}
    for name, person in people.items():
        client.force_login(person)
        codes[name] = (client.get(reverse("audit")).status_code, client.get(reverse("audit_csv")).status_code)
    refused = (403, 403)
    assert codes == {
        "asker": refused, "focal": refused, "public": refused, "party_officer": (200, 200), "officer": (200, 200),
        "manager": (200, 200), "far": (200, 200),
    }  # fmt: skip


def test_the_csv_holds_what_the_page_shows_and_no_formula(client, people):
    made = request_of(people, what="=HYPERLINK(1)")
    client.force_login(people["officer"])
    answer = client.get(reverse("audit_csv"), {"record_id": made.reference})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    what = next(row for row in rows if row["field"] == "what")
    assert (what["before"], what["after"], what["name"]) == ("", "'=HYPERLINK(1)", "Asker")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_the_queries_of_the_page_do_not_grow(client, people, django_assert_max_num_queries):
    for _ in range(12):
        request_of(people)
    client.force_login(people["officer"])
    client.get(reverse("audit"))
    with django_assert_max_num_queries(14):
        assert client.get(reverse("audit")).status_code == 200


def test_the_command_exports_what_the_account_may_see(people, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("biosetu.centre.doors._require_centre", lambda: None)
    monkeypatch.setattr("biosetu.jobs.intake.in_centre", lambda: True)
    made = request_of(people)
    out = tmp_path / "record.csv"
    assert main.run(["accounts", "audit", "--as", "officer", "--id", made.reference, "--out", str(out)]) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert {row["verb"] for row in rows} == {"open", "submit"}
    assert [(row["before"], row["after"]) for row in rows if row["field"] == "state"] == [("draft", "submitted")]
    assert main.run(["accounts", "audit", "--as", "asker"]) == 2
    assert "officers and managers" in capsys.readouterr().err
