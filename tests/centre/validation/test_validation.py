"""The sheet of a Party's figures in the browser; each test of access names public, contributor, officer."""

import io
import re
from datetime import UTC, datetime

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.centre.people import OFFICE, account, centre_officer, contributor, national, observations, officer, public
from tests.observations.rows import row

from biosetu.centre.audit.models import Entry
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.validation import reader, sheet
from biosetu.observations import Selection
from biosetu.observations.answers import COLUMNS, FILLED, METHOD, reference

pytestmark = [pytest.mark.db, pytest.mark.django_db]
# Setuland: a Party whose carried figures are invented
PARTY, PAGE = "XXA", "/parties/XXA/validation/"
POSITION = {name: number for number, name in enumerate(COLUMNS, start=1)}
WORLD = [
    row(party=PARTY, indicator="A.3", series="T_TEST", year=year, value=0.5 + (year - 2000) / 1000, status="computed")
    for year in range(2018, 2024)
]


@pytest.fixture
def figures():
    DatabaseStore().append(observations(*WORLD))
    return WORLD


@pytest.fixture
def read_in_this_process(monkeypatch):
    monkeypatch.setattr(reader, "read_apart", lambda path, bounds, reader: _here(path, bounds))


def _here(path, bounds):
    return reader.read_returned_here(path, bounds)


def as_officer(client, party=PARTY):
    client.force_login(officer(party))
    return client


def filled(figure, **answer):
    """Return one row as the page sends it, nothing answered before."""
    empty = dict.fromkeys(FILLED, "")
    before = sheet.digest(empty.values())
    return {"reference": reference(figure), "value": repr(figure["value"]), "before": before, **empty, **answer}


def post(client, *rows, **more):
    data = {name: [item[name] for item in rows] for name in sheet.POSTED}
    return client.post(PAGE, data | more)


def stored(year):
    rows = DatabaseStore().select(Selection(party=(PARTY,), years=(year, year))).to_pylist()
    return {item["method"] == METHOD: item for item in rows}


WHO = {
    "visitor": lambda: None,
    "public": public,
    "contributor": lambda: contributor(PARTY),
    "officer": lambda: officer(PARTY),
    "officer-elsewhere": lambda: officer("JOR"),
    "centre-officer": centre_officer,
    "officer-without-second-step": lambda: account("weak", role="officer", party=PARTY),
}
# a contributor only suggests (302: back to the page), see test_suggesting
#                        visitor public contributor officer elsewhere centre weak
MAY = {
    "see": (302, 403, 200, 200, 403, 200, 403),
    "workbook": (302, 403, 200, 200, 403, 200, 403),
    "check": (302, 403, 200, 200, 403, 200, 403),
    "take": (302, 403, 302, 200, 403, 403, 403),
    "answer": (302, 403, 302, 302, 403, 403, 403),
}


def ask(client, what):
    if what in ("check", "take"):
        file = io.BytesIO(b"reference,value,answer,own_value,own_source,reason\n")
        file.name = "empty.csv"
        return client.post(reverse("validation_return", args=["NPL"]), {"file": file, "verb": what})
    address = {"workbook": "validation_workbook"}.get(what, "validation")
    data = {name: [] for name in sheet.POSTED}
    return (
        client.get(reverse(address, args=["NPL"]))
        if what != "answer"
        else client.post(reverse(address, args=["NPL"]), data)
    )


@pytest.mark.parametrize("position", range(len(WHO)), ids=list(WHO))
@pytest.mark.parametrize("what", list(MAY))
def test_only_those_of_the_party_prepare_and_only_its_officer_answers(
    client, monkeypatch, what, position, read_in_this_process
):
    monkeypatch.setitem(globals(), "PARTY", "NPL")
    person = list(WHO.values())[position]()
    if person:
        client.force_login(person)
    answer = ask(client, what)
    assert answer.status_code == MAY[what][position]
    if MAY[what][position] == 302 and person is None:
        assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    ("who", "shown"), [("visitor", False), ("public", False), ("contributor", True), ("officer", True)]
)
def test_party_page_leads_those_concerned_to_the_sheet(client, who, shown):
    person = WHO[who]()
    if person:
        client.force_login(person)
    assert (f'href="{PAGE}"' in client.get(f"/parties/{PARTY}/").content.decode()) is shown


def test_answers_by_row_become_what_the_office_said(client, figures):
    answer = post(
        as_officer(client),
        filled(figures[0], answer="accept"),
        filled(figures[1], answer="replace", own_value="0.7", own_source="Sixth report, p. 4"),
        filled(figures[2], answer="dispute", reason="Another method"),
        filled(figures[3], answer="not relevant", reason="No coast"),
        filled(figures[4]),
    )
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    accepted = stored(2018)[False]
    assert (accepted["status"], accepted["validated_by"], accepted["validated_on"]) == (
        "validated",
        OFFICE,
        datetime.now(UTC).date(),
    )
    own = stored(2019)[True]
    assert (own["value"], own["source"], own["inputs"], own["holder"]) == (
        0.7,
        "national",
        "Sixth report, p. 4",
        OFFICE,
    )
    assert stored(2019)[False]["value"] == figures[1]["value"]
    assert stored(2020)[True]["value_text"] == "Another method"
    assert stored(2021)[True]["source"] == "notRelevant"
    assert set(stored(2022)) == {False}


def test_answers_leave_an_entry_in_the_audit(client, figures):
    post(as_officer(client), filled(figures[0], answer="accept"), filled(figures[1]))
    entry = Entry.objects.get(verb="answer")
    assert (entry.record, entry.party) == ("party", PARTY)
    assert entry.changes == {"answers": {reference(figures[0]): "accept"}}


def test_with_one_wrong_row_nothing_is_taken_and_each_field_says_why(client, figures):
    answer = post(
        as_officer(client),
        filled(figures[0], answer="accept"),
        filled(figures[1], answer="replace", own_value="much"),
        filled(figures[2], answer="dispute"),
        filled(figures[3], reason="only a reason"),
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [text in page for text in ("not a number", "no source of your value", "no reason is given")] == [True] * 3
    assert "something is filled in, but no answer" in page
    assert 'value="much"' in page
    assert len(DatabaseStore().batches()) == 1


def test_figure_that_changed_since_the_page_was_made_is_named(client, figures):
    stale = filled(figures[0], answer="accept")
    DatabaseStore().append(observations({**figures[0], "value": 0.1}))
    answer = post(as_officer(client), stale)
    assert answer.status_code == 422
    assert "this is not the figure held now" in answer.content.decode()


def test_another_answer_is_a_conflict_until_it_is_preferred(client, figures):
    replaced = {"answer": "replace", "own_value": "0.7", "own_source": "Report"}
    post(as_officer(client), filled(figures[0], **replaced))
    other = filled(figures[0], **(replaced | {"own_value": "0.8"}))
    answer = post(client, other, filled(figures[1], answer="accept"))
    assert answer.status_code == 409
    assert "Answered otherwise before." in answer.content.decode()
    assert (stored(2018)[True]["value"], stored(2019)[False]["status"]) == (0.7, "validated")
    assert post(client, other, prefer_new="yes").status_code == 302
    assert stored(2018)[True]["value"] == 0.8


def test_rows_as_they_were_shown_are_not_sent_again(client, figures):
    post(as_officer(client), filled(figures[0], answer="accept"))
    page = client.get(PAGE + "?indicator=A.3&page=99").content.decode()
    assert "<option selected>accept</option>" in page
    accepted = {"answer": "accept", "own_value": "", "own_source": "", "reason": ""}
    untouched = filled(figures[0], **accepted) | {"before": sheet.digest(accepted.values())}
    post(client, untouched)
    assert len(DatabaseStore().batches()) == 2


def test_rows_that_do_not_line_up_are_refused(client, figures):
    data = {name: ["x", "y"] for name in sheet.POSTED} | {"reason": ["x"]}
    assert as_officer(client).post(PAGE, data).status_code == 400


def test_open_ones_and_one_indicator_can_be_asked_for(client, figures):
    post(as_officer(client), filled(figures[0], answer="accept"))
    assert reference(figures[0]) not in client.get(PAGE + "?open=yes&indicator=A.3&page=1").content.decode()
    page = client.get(PAGE + "?indicator=no-such").content.decode()
    assert "Nothing is left to answer here." in page


def test_page_needs_the_same_queries_for_few_figures_and_many(client):
    as_officer(client)

    def queries():
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        return len(captured)

    DatabaseStore().append(observations(WORLD[0]))
    few = queries()
    DatabaseStore().append(observations(*(national(party=PARTY, year=year) for year in range(1980, 2020))))
    assert queries() == few
    assert few <= 8


def workbook_of(client, language=""):
    answer = client.get(f"{language}{PAGE}sheet.xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="XXA.validation.xlsx"'
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def give(book, figure, **cells):
    page = book["figures"]
    at = next(n for n in range(2, page.max_row + 1) if page.cell(n, 1).value == reference(figure))
    for name, value in cells.items():
        page.cell(at, POSITION[name]).value = value
    return at


def send(client, book, verb="take", language="", **more):
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    stream.name = "back.xlsx"
    return client.post(f"{language}{PAGE}return/", {"file": stream, "verb": verb, **more})


def test_workbook_goes_out_and_comes_back(client, figures):
    """Through the limited process, as in use."""
    book = workbook_of(as_officer(client))
    give(book, figures[0], answer="replace", own_value=0.9, own_source="Report")
    seen = send(client, book, verb="check")
    assert (seen.status_code, len(DatabaseStore().batches())) == (200, 1)
    assert "Checked; nothing was taken." in seen.content.decode()
    assert "1 answer taken" in send(client, book).content.decode()
    assert stored(2018)[True]["value"] == 0.9
    assert workbook_of(client)["figures"].cell(give(book, figures[0]), POSITION["own_value"]).value == 0.9


def test_arabic_workbook_comes_back_with_arabic_answers(client, figures, read_in_this_process):
    book = workbook_of(as_officer(client), "/ar")
    give(book, figures[0], answer="قبول")
    answer = send(client, book, language="/ar")
    assert answer.status_code == 200
    assert stored(2018)[False]["status"] == "validated"


def test_wrong_rows_of_a_workbook_are_named_by_row_and_column(client, figures, read_in_this_process):
    book = workbook_of(as_officer(client))
    at = give(book, figures[0], answer="perhaps")
    below = give(book, figures[1], answer="replace", own_value=0.9)
    answer = send(client, book)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'<th scope="row" class="num">{at}</th><td data-label="Column">Your answer</td>' in page
    assert f'<th scope="row" class="num">{below}</th><td data-label="Column">Your source</td>' in page
    assert len(DatabaseStore().batches()) == 1


def test_conflict_of_a_second_workbook_is_shown_and_left(client, figures, read_in_this_process):
    post(as_officer(client), filled(figures[0], answer="dispute", reason="Another method"))
    book = workbook_of(client)
    give(book, figures[0], answer="not relevant", reason="No coast")
    page = send(client, book).content.decode()
    assert '<strong class="number">1</strong> <span class="badge conflict">' in page
    assert stored(2018)[True]["value_text"] == "Another method"
    assert "اعتراض (" in send(client, book, verb="check", language="/ar").content.decode()
    send(client, book, prefer_new="yes")
    assert stored(2018)[True]["source"] == "notRelevant"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\xff\xfe\x00"])
def test_file_that_is_no_sheet_is_refused_in_words(client, content, read_in_this_process):
    file = io.BytesIO(content)
    file.name = "sheet.xlsx"
    answer = as_officer(client).post(f"{PAGE}return/", {"file": file, "verb": "take"})
    assert answer.status_code in (302, 422)
    assert DatabaseStore().batches() == ()


def test_letter_is_sent_once_something_differs(client, figures):
    assert as_officer(client).get(f"{PAGE}letters/iucn.docx").status_code == 302
    post(client, filled(figures[0], answer="dispute", reason="Another method"))
    (letter,) = re.findall(rf'href="({PAGE}letters/[a-z-]+\.docx)"', client.get(PAGE).content.decode())
    assert client.get(letter).content[:2] == b"PK"
    assert client.get(f"{PAGE}letters/fao.docx").status_code == 302


def test_page_in_arabic_says_all_of_ours_in_arabic(client, figures):
    page = as_officer(client).get("/ar" + PAGE).content.decode()
    assert 'dir="rtl"' in page
    for english in ("Your answer", "Take the answers", "Validate the figures", "Work in a spreadsheet", "figures held"):
        assert english not in page
