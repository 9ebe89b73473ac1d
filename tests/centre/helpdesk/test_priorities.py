"""Which gap is shared by how many Parties: counted, in order, and nothing confidential in the counts."""

import io
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from docx import Document

from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.priorities import priorities, table
from biosetu.centre.pages import reading

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NOBODY = AnonymousUser()


@pytest.fixture
def gaps(monkeypatch):
    """Three Parties have the second gap of Setuland, two the first, one a third; all lack requests too."""
    found = [gap for gap in reading.supported("XXA").gaps if gap.target.isdigit() and gap.kind != "support"]
    chosen = list({(gap.kind, gap.target, gap.indicator): gap for gap in found}.values())[:3]
    unsupported = replace(chosen[0], kind="support")
    held = {"NPL": chosen, "BTN": chosen[:2], "JOR": chosen[1:2]}

    def supported(code):
        mine = [replace(gap, party=code) for gap in [*held.get(code, ()), unsupported] if code in held]
        return SimpleNamespace(gaps=(*mine, *mine))

    monkeypatch.setattr(reading, "supported", supported)
    return chosen


def test_gaps_of_most_parties_come_first_and_a_lone_one_is_none(gaps):
    found = priorities(NOBODY)
    assert [(one.gap.id, set(one.codes)) for one in found] == [
        (gaps[1].id, {"NPL", "BTN", "JOR"}),
        (gaps[0].id, {"NPL", "BTN"}),
    ]


def test_open_requests_are_those_that_the_reader_may_see(people, request_of, gaps):
    for confidential in ("", "yes"):
        made = request_of(confidential=confidential, targets=f"{gaps[0].target};23")
        SupportRequest.objects.filter(pk=made.pk).update(state="planning")
    ended = request_of(targets=gaps[0].target)
    SupportRequest.objects.filter(pk=ended.pk).update(state="closed")
    counts = {name: {one.gap.id: one.requests for one in priorities(user)}[gaps[0].id]
              for name, user in (("public", NOBODY), ("officer", people["officer"]))}  # fmt: skip
    assert counts == {"public": 1, "officer": 2}
    told = {one.gap.id: one.requests for one in priorities(people["officer"], confidential=False)}
    assert told[gaps[0].id] == 1


def test_the_report_counts_no_confidential_request(client, people, request_of, gaps):
    made = request_of(confidential="yes", targets=gaps[0].target)
    SupportRequest.objects.filter(pk=made.pk).update(state="planning")
    client.force_login(people["officer"])
    report = Document(io.BytesIO(client.get(reverse("results_report")).content))
    (table,) = [one for one in report.tables if one.rows[0].cells[2].text == "Parties"]
    assert {row.cells[-1].text for row in table.rows[1:]} == {"0"}


def test_the_page_and_the_table_say_the_same(client, people, gaps):
    page = client.get(reverse("priorities")).content.decode()
    assert "joint" not in page
    lines = client.get(reverse("priorities_csv")).content.decode().splitlines()
    assert len(lines) == 1 + len(table(priorities(NOBODY))) == 3
    client.force_login(people["officer"])
    assert (
        reverse("joint_new", args=[priorities(people["officer"])[0].codes[0]])
        in client.get(reverse("priorities")).content.decode()
    )


def test_without_a_shared_gap_the_page_says_what_to_load(client, monkeypatch):
    monkeypatch.setattr(reading, "supported", lambda code: SimpleNamespace(gaps=()))
    assert "No gap is shared yet" in client.get(reverse("priorities")).content.decode()
    assert client.get(reverse("priorities_csv")).status_code == 200


def test_the_report_lists_them(client, people, gaps):
    client.force_login(people["officer"])
    report = Document(io.BytesIO(client.get(reverse("results_report")).content))
    (table,) = [one for one in report.tables if one.rows[0].cells[2].text == "Parties"]
    assert [row.cells[2].text for row in table.rows] == ["Parties", "3", "2"]
