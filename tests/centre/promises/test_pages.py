"""Deciding, actions, capacity and matrices in the browser's forms; from them coverage and gaps."""

import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.centre.people import OFFICE, centre_officer, contributor, officer
from tests.centre.promises.conftest import upload

from biosetu.alignment import Verdict
from biosetu.centre.audit.models import Entry
from biosetu.centre.pages import reading as public
from biosetu.centre.promises import reading
from biosetu.centre.promises.store import DatabasePromises

pytestmark = [pytest.mark.db, pytest.mark.django_db, pytest.mark.usefixtures("loaded")]
BASE = "/parties/NPL/"
TARGET = f"{BASE}promises/targets/NT-1"


@pytest.fixture
def theirs(client):
    client.force_login(officer())
    return client


def state_of(element):
    parts = {part.element.id: part for one in reading.coverage("NPL", "en") for part in one.parts}
    return parts[element].state, parts[element].basis


def gaps(kind):
    return {gap.id for gap in public.evidence("NPL").gaps if gap.kind == kind}


def test_suggestion_stands_beside_the_declaration_with_score_and_words(client):
    page = client.get(TARGET).content.decode()
    assert page.index("declared by the Party") < page.index("Suggested by the words of the text")
    assert "green spaces" in page
    assert 'name="verdict"' not in page
    assert state_of("12.E01") == ("partly", "suggested")


def test_confirmed_suggestion_covers_closes_the_gap_and_stays_on_record(theirs):
    assert "alignment:12.E01" in gaps("alignment")
    theirs.post(TARGET, {"suggested": "12", "verdict": "confirmed", "degree": "medium", "note": "Cities"})
    assert state_of("12.E01") == ("covered", "confirmed")
    assert "alignment:12.E01" not in gaps("alignment")
    (decision,) = DatabasePromises().load("NPL").decisions
    assert (decision.by, decision.note) == (OFFICE, "Cities")
    assert "green spaces" in decision.suggestion.words
    assert Entry.objects.get(verb="keep", changes__has_key="decisions.new").party == "NPL"
    page = theirs.get(TARGET).content.decode()
    assert "confirmed by the Party's officer" in page
    assert OFFICE in page


def test_decision_is_taken_back_and_both_stay_on_record(theirs):
    theirs.post(TARGET, {"suggested": "12", "verdict": "rejected"})
    assert state_of("12.E01") == ("not covered", "")
    theirs.post(TARGET, {"suggested": "12", "verdict": "reopened"})
    assert state_of("12.E01") == ("partly", "suggested")
    assert [d.verdict for d in DatabasePromises().load("NPL").decisions] == [Verdict.REJECTED, Verdict.REOPENED]


def test_change_to_another_target_counts_there_and_is_listed_for_the_thesaurus(theirs, client):
    theirs.post(TARGET, {"suggested": "12", "verdict": "changed", "target": "11", "degree": "low"})
    aligned = DatabasePromises().load("NPL").aligned()["NT-1"]
    assert [(one.target, one.basis) for one in aligned] == [("2", "declared"), ("11", "confirmed")]
    page = theirs.get("/alignment/terms/").content.decode()
    assert "green spaces" in page
    assert "11 (1)" in page
    assert '"green spaces","en","12",0,0,1,0,"11 (1)"' in theirs.get("/alignment/terms.csv").content.decode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"suggested": "12", "verdict": "changed"}, "nothing is changed"),
        ({"suggested": "12", "verdict": "perhaps"}, "no such decision"),
        ({"suggested": "7", "verdict": "confirmed"}, "this was not suggested"),
        ({"place": "9", "verdict": "confirmed"}, "no such quantity"),
        ({"place": "1", "verdict": "changed", "value": "many"}, "not a number"),
        ({"place": "1\x00", "verdict": "confirmed"}, "no such quantity"),
    ],
)
def test_decision_that_cannot_be_taken_is_said_and_nothing_is_kept(theirs, data, said):
    answer = theirs.post(TARGET, data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert DatabasePromises().load("NPL").decisions == ()


def test_quantity_counts_once_it_is_confirmed_as_typed(theirs):
    assert "counts as the Party's only once it is confirmed" in theirs.get(TARGET).content.decode()
    theirs.post(TARGET, {"place": "1", "verdict": "changed", "value": "25", "unit": "%", "year": "2030"})
    (row,) = public.evidence("NPL").tables["promises.quantities"].to_pylist()
    assert (row["element"], row["national_value"], row["confirmed"]) == ("2.E01", 25.0, True)


def test_workbook_of_decisions_goes_out_and_comes_back(theirs, read_in_this_process):
    book = openpyxl.load_workbook(io.BytesIO(theirs.get(f"{BASE}promises/decisions.xlsx").content))
    rows = {row[3].value: row for row in book["suggestions"].iter_rows(min_row=2)}
    rows["12"][7].value = "confirmed"
    stream = io.BytesIO()
    book.save(stream)
    answer = theirs.post(f"{BASE}promises/decisions/", {"file": upload(stream.getvalue(), "d.xlsx")}, follow=True)
    assert "1 decision is kept" in answer.content.decode()
    rows["12"][7].value = "perhaps"
    stream = io.BytesIO()
    book.save(stream)
    answer = theirs.post(f"{BASE}promises/decisions/", {"file": upload(stream.getvalue(), "d.xlsx")})
    assert (answer.status_code, "no such decision" in answer.content.decode()) == (422, True)


OTHER = f"{BASE}promises/targets/NT-2"


def test_national_target_is_taken_out_with_its_actions_and_the_reason_stays_on_record(theirs):
    refused = theirs.post(OTHER, {"verb": "remove", "why": " "})
    assert (refused.status_code, "no reason is given" in refused.content.decode()) == (422, True)
    assert len(DatabasePromises().load("NPL").targets) == 2
    theirs.post(OTHER, {"suggested": "4", "verdict": "rejected"})
    decisions = DatabasePromises().load("NPL").decisions
    answer = theirs.post(OTHER, {"verb": "remove", "why": "Joined with NT-1"}, follow=True)
    assert "The national target is taken out, with 1 action under it." in answer.content.decode()
    held = DatabasePromises().load("NPL")
    assert ([one.id for one in held.targets], held.actions, held.decisions) == (["NT-1"], (), decisions)
    entry = Entry.objects.filter(verb="keep").latest("pk")
    removed = {"targets.removed": ["NT-2"], "actions.removed": ["A-1"], "why": "NT-2: Joined with NT-1"}
    assert entry.changes.items() >= removed.items()
    assert theirs.get(OTHER).status_code == 404


def test_national_target_is_taken_out_by_nobody_else(client):
    for person in (contributor("NPL"), officer("JOR"), centre_officer()):
        client.force_login(person)
        assert client.post(OTHER, {"verb": "remove", "why": "x"}).status_code == 403
    assert len(DatabasePromises().load("NPL").targets) == 2


def test_what_was_promised_is_sent_as_template_and_as_records(client):
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{BASE}promises/promises.xlsx").content))
    assert [row[0] for row in book["actions"].iter_rows(min_row=2, values_only=True)] == ["A-1"]
    records = client.get(f"{BASE}promises/promises.json").json()
    assert [record["title"]["en"][:7] for record in records] == ["Restore", "Keep in"]
    assert client.get("/parties/JOR/promises/promises.json").status_code == 404


ACTION = {"id": "A-2", "target": "NT-1", "action_en": "Plant reeds", "office": "Forests", "due": "2087-04-01 BS"}


def test_action_is_added_edited_and_taken_out_and_gaps_follow(theirs):
    assert {"implementation:overdue:A-1", "implementation:no-action:NT-1"} == gaps("implementation")
    theirs.post(f"{BASE}promises/new-action/", ACTION | {"cost": "1,500.50", "status": "planned"})
    held = {action.id: action for action in DatabasePromises().load("NPL").actions}
    assert (held["A-2"].cost, held["A-2"].due.year, held["A-2"].source[: len(OFFICE)]) == (1500.5, 2030, OFFICE)
    assert gaps("implementation") == {"implementation:overdue:A-1"}
    theirs.post(f"{BASE}promises/actions/A-1", {"target": "NT-2", "action_en": "Inspect", "status": "done"})
    assert gaps("implementation") == {"implementation:no-office:A-1"}
    theirs.post(f"{BASE}promises/actions/A-2", {"verb": "remove", "target": "NT-1"})
    assert gaps("implementation") == {"implementation:no-office:A-1", "implementation:no-action:NT-1"}


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"cost": "much"}, "cost"),
        ({"due": "soon"}, "due"),
        ({"status": "maybe"}, "status"),
        ({"target": "NT-9"}, "target"),
    ],
)
def test_field_of_an_action_that_cannot_be_read_is_marked(theirs, wrong, column):
    answer = theirs.post(f"{BASE}promises/new-action/", ACTION | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert wrong[column] in page
    assert len(DatabasePromises().load("NPL").actions) == 1


def test_form_of_an_action_shows_what_is_held(theirs):
    page = theirs.get(f"{BASE}promises/actions/A-1").content.decode()
    assert 'value="Inspect the ports"' in page
    assert 'value="2020-01-01"' in page


RATED = {"code": "A.1", "data-A.1": "0", "method-A.1": "2", "evidence-A.1": "no map exists"}


def test_capacity_is_rated_for_what_is_picked_alone_and_feeds_the_gaps(theirs):
    assert "No indicator is picked yet" in theirs.get(f"{BASE}capacity/").content.decode()
    assert theirs.get(f"{BASE}capacity/?code=A.1&code=3.1").content.decode().count("<select id=") == 10
    theirs.post(f"{BASE}capacity/", RATED)
    held = DatabasePromises().assessment("NPL")
    assert [(r.indicator, r.scores, r.evidence) for r in held.ratings] == [
        ("A.1", {"data": 0, "method": 2}, "no map exists")
    ]
    (gap,) = [gap for gap in public.evidence("NPL").gaps if gap.kind == "measurement"]
    assert (gap.indicator, gap.shortfall) == ("A.1", pytest.approx(1 - 2 / 6))
    page = theirs.get(f"{BASE}capacity/").content.decode()
    assert f"Newest: {OFFICE}" in page
    assert re.findall(r'<option value="(\d)" selected>', page) == ["0", "2"]


def test_capacity_sheet_goes_out_and_comes_back(theirs, read_in_this_process):
    book = openpyxl.load_workbook(io.BytesIO(theirs.get(f"{BASE}capacity/sheet.xlsx?code=A.1").content))
    book.active.cell(2, 3).value = 1
    stream = io.BytesIO()
    book.save(stream)
    theirs.post(f"{BASE}capacity/return/", {"file": upload(stream.getvalue(), "c.xlsx")})
    assert DatabasePromises().assessment("NPL").ratings[0].scores == {"data": 1}
    book.active.cell(2, 3).value = 7
    stream = io.BytesIO()
    book.save(stream)
    answer = theirs.post(f"{BASE}capacity/return/", {"file": upload(stream.getvalue(), "c.xlsx")})
    assert (answer.status_code, "no score" in answer.content.decode()) == (422, True)


def test_wrong_score_on_the_page_is_said_and_nothing_is_kept(theirs):
    answer = theirs.post(f"{BASE}capacity/", RATED | {"data-A.1": "9"})
    assert (answer.status_code, "no score" in answer.content.decode()) == (422, True)
    assert DatabasePromises().assessment("NPL") is None


def test_centre_sees_what_parties_lack(client, theirs):
    theirs.post(f"{BASE}capacity/", RATED)
    client.force_login(centre_officer())
    page = client.get("/alignment/demand/").content.decode()
    assert "1 of 1" in page
    assert "A.1" in page


def test_matrix_of_parties_sorts_and_leads_to_what_a_cell_stands_on(client):
    page = client.get("/alignment/?sort=2").content.decode()
    assert 'aria-sort="ascending"' in page
    assert 'href="/parties/NPL/promises/#target-2"' in page
    assert "Bhutan" in page[page.index("No national targets are loaded of") :]
    assert '"NPL","2","high","declared"' in client.get("/alignment/alignment.csv").content.decode()


def test_measured_matrix_is_sorted_on_the_server(client):
    rows = client.get(f"{BASE}promises/measured.csv?sort=-indicator").content.decode().splitlines()[1:]
    assert rows[0].split(",")[3] != rows[-1].split(",")[3]
    page = client.get(f"{BASE}promises/measured/?sort=indicator").content.decode()
    assert 'aria-sort="ascending"' in page
    assert client.get(f"{BASE}promises/measured/?sort=colour").status_code == 200


def test_party_without_national_targets_is_told_so_once(client):
    page = client.get("/parties/BTN/promises/").content.decode()
    assert page.count("No national targets of Bhutan are loaded here") == 1
    assert client.get("/parties/BTN/promises/measured/").status_code == 200


def test_pages_need_the_same_queries_for_few_targets_and_many(client):
    pages = [f"{BASE}promises/", TARGET, f"{BASE}promises/measured/", "/alignment/"]

    def queries():
        counts = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                client.get(page)
            counts.append(len(captured))
        return counts

    few = queries()
    held = DatabasePromises().load("NPL")
    more = tuple(held.targets[1].model_copy(update={"id": f"NT-{n}"}) for n in range(3, 40))
    DatabasePromises().save(held.model_copy(update={"targets": (*held.targets, *more)}))
    assert queries() == few
    assert max(few) <= 8


@pytest.mark.parametrize("page", [f"{BASE}promises/", TARGET, f"{BASE}promises/measured/", "/alignment/"])
def test_pages_are_in_arabic_where_arabic_is_asked_for(client, page):
    answer = client.get(f"/ar{page}").content.decode()
    assert 'lang="ar" dir="rtl"' in answer[:200]
    assert len(re.findall(r"[\u0600-\u06ff]", answer.split("<main")[1].split("</main")[0])) > 100


def test_fiscal_year_of_a_milestone_is_typed_and_its_last_day_shown_in_every_calendar(client, loaded):
    client.force_login(officer())
    typed = {"verb": "keep", **ACTION, "due": "FY 2084/85"}
    assert client.post("/parties/NPL/promises/new-action/", typed).status_code == 302
    held = {action.id: action.due.isoformat() for action in DatabasePromises().load("NPL").actions}
    assert held["A-2"] == "2028-07-15"
    page = client.get("/parties/NPL/promises/targets/NT-1").content.decode()
    assert all(text in page for text in ("2085-03-31", "Bikram Sambat", "2084/85 BS", "Fiscal year"))
