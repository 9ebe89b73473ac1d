"""What an officer says of suggestions and quantities: every row of the tables is one choice and what comes of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from biosetu.alignment import Declared, Degree, NationalTarget, Promises, Quantity, Suggested, Verdict
from biosetu.alignment.deciding import (
    Choice,
    QuantityChoice,
    decide,
    decide_quantities,
    open_suggestions,
    suggested_for,
    with_decisions,
)
from biosetu.alignment.decision_sheets import columns, decision_sheets, read_choices
from biosetu.alignment.suggestion import Suggester
from biosetu.engine.grids import Book, Formula, Grid, read_book
from biosetu.problems import DataError
from biosetu.reports.cbd.workbook import write_grids

DAY, BY = date(2026, 11, 23), "Ministry of Forests"
TARGET = NationalTarget(
    id="NT-1",
    party="NPL",
    title={"en": "Restore 20 per cent of degraded wetlands by 2030, and plan cities with green spaces"},
    declared=(Declared(target="2", degree=Degree.HIGH),),
    quantities=(Quantity(value=20.0, unit="%", year=2030, passage="Restore 20 per cent"),),
)
HELD = Promises(party="NPL", targets=(TARGET,))
SHOWN = Suggested(target="12", rank=2, score=0.4, words=("green spaces",), terms=("green space",), language="en")
SUGGESTIONS = {"NT-1": (SHOWN,)}


def choice(verdict: str, target: str = "", degree: str = "", **more) -> Choice:
    place = {"national_target": "NT-1", "suggested": "12", "row": 2, **more}
    return Choice(verdict=verdict, target=target, degree=degree, **place)


@pytest.mark.parametrize(
    ("filled", "expected"),
    [
        (choice("confirmed"), ("12", Verdict.CONFIRMED, None)),
        (choice("confirmed", degree="low"), ("12", Verdict.CONFIRMED, Degree.LOW)),
        (choice("changed", "Target 11", "medium"), ("11", Verdict.CHANGED, Degree.MEDIUM)),
        (choice("changed", degree="low"), ("12", Verdict.CHANGED, Degree.LOW)),
        (choice("rejected", degree="high"), ("12", Verdict.REJECTED, None)),
    ],
)
def test_choice_becomes_a_decision_that_keeps_the_suggestion(filled: Choice, expected: tuple) -> None:
    (made,) = decide(HELD, SUGGESTIONS, [filled], BY, DAY)
    assert (made.target, made.verdict, made.degree) == expected
    assert (made.suggestion, made.by, made.on, made.about) == (SHOWN, BY, DAY, "12")


@pytest.mark.parametrize(
    ("filled", "column", "message"),
    [
        (choice("confirmed", national_target="NT-9"), "national_target", "no such national target is held"),
        (choice("confirmed", suggested="7"), "suggested", "this was not suggested for the national target"),
        (choice("yes"), "verdict", "no such decision"),
        (choice("changed", "77"), "target", "no global goal or target"),
        (choice("confirmed", degree="very"), "degree", "no such degree"),
        (choice("changed", "2"), "target", "the Party itself declares its alignment with this target"),
        (choice("changed"), "verdict", "nothing is changed"),
        (choice("changed", "12"), "verdict", "nothing is changed"),
        (choice("reopened"), "verdict", "there is no decision to take back"),
    ],
)
def test_choice_that_cannot_be_taken_is_named_with_its_cell(filled: Choice, column: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        decide(HELD, SUGGESTIONS, [filled, choice("confirmed", row=3)], BY, DAY, "d.xlsx")
    first = error.value.problems[0]
    assert (first.row, first.column, first.message, first.file) == (2, column, message, "d.xlsx")


def test_empty_choice_says_nothing_and_the_same_again_adds_nothing() -> None:
    assert decide(HELD, SUGGESTIONS, [choice("", national_target="gone")], BY, DAY) == ()
    once = with_decisions(HELD, decide(HELD, SUGGESTIONS, [choice("confirmed", degree="low")], BY, DAY))
    assert decide(once, {}, [choice("confirmed", degree="low")], "Another office", DAY) == ()
    assert len(decide(once, {}, [choice("confirmed", degree="high")], BY, DAY)) == 1


def test_decided_suggestion_is_open_again_once_it_is_reopened() -> None:
    once = with_decisions(HELD, decide(HELD, SUGGESTIONS, [choice("rejected")], BY, DAY))
    assert open_suggestions(once, SUGGESTIONS) == {"NT-1": ()}
    again = with_decisions(once, decide(once, SUGGESTIONS, [choice("reopened")], BY, DAY))
    assert open_suggestions(again, SUGGESTIONS) == SUGGESTIONS
    assert [entry.verdict for entry in again.decisions] == [Verdict.REJECTED, Verdict.REOPENED]


def test_what_the_party_declares_is_not_suggested() -> None:
    found = suggested_for(HELD, Suggester())["NT-1"]
    assert "2" not in {one.target for one in found}
    assert found[0].target == "12"
    assert found[0].terms


def quantity(verdict: str, value: str = "", unit: str = "", year: str = "", **more) -> QuantityChoice:
    place = {"national_target": "NT-1", "place": 1, "row": 2, **more}
    return QuantityChoice(verdict=verdict, value=value, unit=unit, year=year, **place)


@pytest.mark.parametrize(
    ("filled", "expected"),
    [
        (quantity("confirmed"), [(20.0, "%", 2030, True)]),
        (quantity("changed", "1,250.5", "ha", "2028"), [(1250.5, "ha", 2028, True)]),
        (quantity("changed", "12,5", "%", "٢٠٣٠"), [(12.5, "%", 2030, True)]),
        (quantity("changed", "1.250,5", "ha"), [(1250.5, "ha", None, True)]),
        (quantity("changed", "30 %"), [(30.0, "%", None, True)]),
        (quantity("changed", "٣٠٪"), [(30.0, "%", None, True)]),
        (quantity("changed", "٪ ٣٠٫٥"), [(30.5, "%", None, True)]),
        (quantity("changed", "%30"), [(30.0, "%", None, True)]),
        (quantity("changed", "３０％"), [(30.0, "%", None, True)]),
        (quantity("changed", "25"), [(25.0, "%", None, True)]),
        (quantity("rejected"), []),
    ],
)
def test_quantity_counts_as_it_was_stated(filled: QuantityChoice, expected: list) -> None:
    held = with_decisions(HELD, (), decide_quantities(HELD, [filled], BY, DAY))
    assert [(q.value, q.unit, q.year, q.confirmed) for q in held.quantities(TARGET)] == expected
    assert decide_quantities(held, [filled], BY, DAY) == ()


@pytest.mark.parametrize(
    ("filled", "column"),
    [
        (quantity("confirmed", place=2), "place"),
        (quantity("confirmed", national_target="gone"), "national_target"),
        (quantity("maybe"), "verdict"),
        (quantity("changed", "thirty"), "stated_value"),
        (quantity("changed", "nan"), "stated_value"),
        (quantity("changed", "30", year="soon"), "stated_year"),
        (quantity("changed", "30,000"), "stated_value"),
        (quantity("changed", "12.500"), "stated_value"),
        (quantity("changed", "-5"), "stated_value"),
        (quantity("changed", "30 %", "ha"), "stated_value"),
        (quantity("changed", "30%%"), "stated_value"),
        (quantity("changed", "٪"), "stated_value"),
        (quantity("changed", "30", year="2087"), "stated_year"),
        (quantity("changed", "30", year="1409"), "stated_year"),
    ],
)
def test_quantity_that_cannot_be_taken_is_named_with_its_cell(filled: QuantityChoice, column: str) -> None:
    with pytest.raises(DataError) as error:
        decide_quantities(HELD, [filled], BY, DAY)
    assert [problem.column for problem in error.value.problems] == [column]


def test_reopening_a_quantity_that_nobody_decided_on_adds_nothing() -> None:
    assert decide_quantities(HELD, [quantity("reopened")], BY, DAY) == ()


def test_workbook_goes_out_and_comes_back_as_it_was_decided(tmp_path: Path) -> None:
    decisions = decide(HELD, SUGGESTIONS, [choice("changed", "11", "low", note="=not the cities")], BY, DAY)
    quantities = decide_quantities(HELD, [quantity("changed", "25", "%", "2030")], BY, DAY)
    held = with_decisions(HELD, decisions, quantities)
    write_grids(decision_sheets(held, SUGGESTIONS), tmp_path / "d.xlsx")
    choices, stated = read_choices(read_book(tmp_path / "d.xlsx"))
    assert choices == [choice("changed", "11", "low", note="=not the cities")]
    assert stated == [quantity("changed", "25", "%", "2030")]
    assert decide(held, SUGGESTIONS, choices, BY, DAY) == ()
    assert decide_quantities(held, stated, BY, DAY) == ()


@pytest.mark.parametrize(
    ("number", "form", "expected"),
    [(0.3, "0%", 30.0), (0.125, "0.0%", 12.5), (1, "0%", 100.0), (12.125, "General", 12.125), (0.07, "0 %", 7.0)],
)
def test_number_of_a_cell_is_stated_as_it_is_shown(tmp_path: Path, number: float, form: str, expected: float) -> None:
    write_grids(decision_sheets(HELD, {}), tmp_path / "d.xlsx")
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    sheet, names = book["quantities"], columns("quantities")
    sheet.cell(2, names.index("verdict") + 1, "changed")
    sheet.cell(2, names.index("stated_value") + 1, number).number_format = form
    book.save(tmp_path / "d.xlsx")
    _, stated = read_choices(read_book(tmp_path / "d.xlsx"))
    (made,) = decide_quantities(HELD, stated, BY, DAY)
    assert (made.stated.value, made.stated.unit) == (expected, "%")


def test_workbook_says_how_to_fill_every_column() -> None:
    hints = decision_sheets(HELD, SUGGESTIONS)["how to fill"]
    assert [(row[0], row[1]) for row in hints[1:]] == [
        (sheet, name) for sheet in ("suggestions", "quantities") for name in columns(sheet)
    ]


def test_decided_suggestion_stays_in_the_workbook_when_it_is_suggested_no_longer() -> None:
    held = with_decisions(HELD, decide(HELD, SUGGESTIONS, [choice("rejected")], BY, DAY))
    rows = decision_sheets(held, {})["suggestions"]
    assert [(row[3], row[7]) for row in rows[1:]] == [("12", "rejected")]


def test_formula_in_a_returned_sheet_counts_as_empty() -> None:
    header = ("national_target", "suggested", "verdict")
    book = Book("d.xlsx", "xlsx", (Grid("s", (header, ("NT-1", "12", Formula("=1+1")))),))
    assert read_choices(book) == ([Choice("NT-1", "12", "", row=2)], [])


def test_other_workbook_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    with pytest.raises(DataError, match="no sheet of decisions"):
        read_choices(read_book(tmp_path / "x.xlsx"))
