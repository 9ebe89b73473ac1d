from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from biosetu.alignment.capacity import Rating, SelfAssessment, assessment_rows, confirmed_gaps, demand, dimensions
from biosetu.jobs.capacity import keep_assessment, write_assessment
from biosetu.jobs.party import party_evidence
from biosetu.jobs.promises import assessment_of
from biosetu.problems import DataError, UsageError

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def fill(path: Path, row: int, values: list) -> None:
    book = openpyxl.load_workbook(path)
    for column, value in enumerate(values, start=3):
        book.active.cell(row, column, value)
    book.save(path)


def test_sheet_goes_out_and_comes_back_and_goes_out_again(tmp_path: Path) -> None:
    write_assessment("NPL", ("A.1", "A.3"), tmp_path / "s.xlsx")
    fill(tmp_path / "s.xlsx", 2, [0, 1, 2, 3, None, "no map exists"])
    held = keep_assessment("NPL", tmp_path / "s.xlsx", "Ministry", DAY)
    scores = {"data": 0, "method": 1, "people": 2, "institution": 3}
    assert held.ratings == (Rating(indicator="A.1", scores=scores, evidence="no map exists"),)
    assert assessment_of("NPL") == held
    assert assessment_rows(["A.1"], held)[1][2:] == (0, 1, 2, 3, None, "no map exists")


def test_no_data_confirmed_by_the_party_becomes_a_gap(tmp_path: Path) -> None:
    write_assessment("NPL", ("A.1",), tmp_path / "s.xlsx")
    fill(tmp_path / "s.xlsx", 2, [0, None, None, None, None, "no map exists"])
    keep_assessment("NPL", tmp_path / "s.xlsx", "Ministry", DAY)
    (gap,) = [gap for gap in party_evidence("NPL").gaps if gap.kind == "measurement"]
    assert (gap.indicator, gap.says.text()) == ("A.1", "Not measured, as confirmed by Ministry: no map exists")


@pytest.mark.parametrize("value", [4, -1, "many", 1.5])
def test_score_outside_the_scale_is_named_with_its_cell(tmp_path: Path, value: object) -> None:
    write_assessment("NPL", ("A.1",), tmp_path / "s.xlsx")
    fill(tmp_path / "s.xlsx", 2, [value])
    with pytest.raises(DataError, match="row 2, column data"):
        keep_assessment("NPL", tmp_path / "s.xlsx", "Ministry", DAY)


def test_unknown_indicator_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        assessment_rows(["Z.9"])


def test_other_sheet_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "s.xlsx")
    with pytest.raises(DataError, match="no self-assessment"):
        keep_assessment("NPL", tmp_path / "s.xlsx", "Ministry", DAY)


def test_demand_says_how_many_of_the_parties_that_rated_lack_it() -> None:
    def held(party: str, score: int) -> SelfAssessment:
        return SelfAssessment(party=party, by="M", on=DAY, ratings=(Rating(indicator="A.1", scores={"method": score}),))

    (row,) = demand([held("NPL", 0), held("BTN", 1), held("IND", 3)]).to_pylist()
    assert row == {"indicator": "A.1", "dimension": "method", "lacking": 2, "rated": 3, "parties": "BTN; NPL"}


def test_data_lacking_entirely_is_the_only_confirmed_gap() -> None:
    ratings = (Rating(indicator="A.1", scores={"data": 0}), Rating(indicator="A.3", scores={"data": 1, "people": 0}))
    table = confirmed_gaps(SelfAssessment(party="NPL", by="M", on=DAY, ratings=ratings))
    assert [(row["indicator"], row["text"]) for row in table.to_pylist()] == [("A.1", "no data exist")]


def test_five_dimensions() -> None:
    assert dimensions() == ("data", "method", "people", "institution", "funding")


def test_second_sheet_leaves_the_indicators_that_it_does_not_list(tmp_path: Path) -> None:
    for code, score in (("A.1", 0), ("2.1", 1), ("2.1", 2)):
        write_assessment("NPL", (code,), tmp_path / "s.xlsx")
        fill(tmp_path / "s.xlsx", 2, [score])
        held = keep_assessment("NPL", tmp_path / "s.xlsx", "Ministry", DAY)
    assert [(rating.indicator, rating.scores) for rating in held.ratings] == [
        ("A.1", {"data": 0}),
        ("2.1", {"data": 2}),
    ]


def test_indicator_listed_without_a_score_is_taken_out(tmp_path: Path) -> None:
    write_assessment("NPL", ("A.1",), tmp_path / "s.xlsx")
    fill(tmp_path / "s.xlsx", 2, [1])
    assert len(keep_assessment("NPL", tmp_path / "s.xlsx", "Ministry", DAY).ratings) == 1
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    book.worksheets[0].cell(2, 3).value = None
    book.save(tmp_path / "s.xlsx")
    assert keep_assessment("NPL", tmp_path / "s.xlsx", "Ministry", DAY).ratings == ()
