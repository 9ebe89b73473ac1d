"""CSV files: rows that have slid are found, and a corrected copy says what the file said."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from workbooks import HEADER, TODAY, row

sys.path.pop(0)

from biosetu.engine.grids import Book, Grid, read_book
from biosetu.jobs.report_checking import Checked, check_report
from biosetu.reports.cbd import check

QUOTED = ",".join(f'"{name}"' for name in HEADER)
UUID = "11111111-2222-3333-4444-555555555555"


def checked(folder: Path, *lines: str, header: str = QUOTED) -> Checked:
    path = folder / "f.csv"
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return check_report(path, fixed=folder / "fixed.xlsx", today=TODAY)


def said(found: Checked) -> list[tuple[int, str]]:
    return [(one.row, one.defect) for one in found.report.findings]


@pytest.mark.parametrize(
    "line",
    [
        "3.1,Coverage of protected areas and OECMs,No,,,2022,%,22,9,survey",
        "3.1,Coverage of protected areas and OECMs,No,,,2023,%,23,4,",
        "3.1,Coverage of protected areas and OECMs,No,,,2023,%,0,05,,,",
        "A.3,Red List, Index,No,,,2023,index,0.8,survey",
        "A.3,Red List Index,No,,,2023,index,0.8,a survey, and another one",
        "A.3,Red List Index,No,,,2023,index,-0,82,",
    ],
)
def test_csv_row_with_an_unquoted_comma_is_misread_and_no_copy_of_it_is_written(line: str, tmp_path: Path) -> None:
    found = checked(tmp_path, "A.3,Red List Index,No,,,2021,index,0.83,", line)
    assert (said(found), found.report.blocking) == ([(3, "cells-beyond")], True)
    assert (found.corrected, found.changes, (tmp_path / "fixed.xlsx").exists()) == (None, (), False)


@pytest.mark.parametrize(
    "line",
    [
        "A.3,Red List Index,No,,,2023,index,0.82",
        "A.3,Red List Index,No,,,2023,index,0.82,,",
        "A.3,Red List Index,No,,,2023,index,0.82,survey,",
        'A.3,Red List Index,No,,,2023,index,0.82,"a survey, of 40 sites", ',
    ],
)
def test_csv_row_with_a_mark_at_its_end_has_not_slid(line: str, tmp_path: Path) -> None:
    assert said(checked(tmp_path, line)) == []


def test_header_with_nameless_columns_does_not_hide_a_row_that_has_slid(tmp_path: Path) -> None:
    lines = ["3.1,Coverage of protected areas and OECMs,No,,,2022,%,22,9,survey,,"]
    assert said(checked(tmp_path, *lines, header=f"{QUOTED},,")) == [(2, "cells-beyond")]


def test_digits_alone_behind_a_whole_value_are_told_in_every_kind_of_file(tmp_path: Path) -> None:
    line = "3.1,Coverage of protected areas and OECMs,No,,,2023,%,23,4"
    found = checked(tmp_path, line)
    assert (said(found), found.report.blocking) == ([(2, "digits-behind-value")], False)
    copied = check_report(tmp_path / "fixed.xlsx", today=TODAY)
    assert said(copied) == [(2, "digits-behind-value")]
    typed = (*row("3.1", 2023, "%", 23)[:8], 4)
    book = Book("f.xlsx", "xlsx", (Grid("data", (tuple(HEADER), typed)),))
    assert [one.defect for one in check(book, today=TODAY).findings] == ["digits-behind-value"]


@pytest.mark.parametrize("value", ["-0.5", "+1000", "-1000.5", "1e3", "+0.82"])
def test_number_with_a_sign_in_a_sound_csv_stays_that_number(value: str, tmp_path: Path) -> None:
    found = checked(tmp_path, f"{UUID},,No,,,2023,mg/l,{value},")
    assert (said(found), found.changes) == ([], ())
    sheet = openpyxl.load_workbook(tmp_path / "fixed.xlsx").active
    assert [cell.value for cell in sheet[2]][5:8] == [2023, "mg/l", float(value)]


def test_dash_that_says_nothing_is_left_out_of_the_corrected_copy(tmp_path: Path) -> None:
    found = checked(tmp_path, f"{UUID},-,-,-,-,2023,mg/l,0.5,-")
    assert said(found) == []
    assert {(change.column, change.before, change.after) for change in found.changes} == {
        (name, "-", "") for name in ("title", "flag", "type", "disaggregation", "footnote")
    }
    assert said(check_report(tmp_path / "fixed.xlsx", today=TODAY)) == []


@pytest.mark.parametrize(
    "value", ["1e400", "-1e999", "9" * 400, "1" * 400 + ",5", "1 " + "000 " * 150 + "000", "١e٤٠٠"]
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_number_beyond_every_number_is_none(value: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"f.{kind}"
    lines = [HEADER, row("A.3", 2023, "index", value)]
    if kind == "csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(lines)
    else:
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line)
        book.save(path)
    found = check_report(path, fixed=tmp_path / "fixed.xlsx", today=TODAY)
    assert found.report.blocking
    assert {one.defect for one in found.report.findings} <= {"value-not-number", "other-digits"}
    assert read_book(tmp_path / "fixed.xlsx").grids[0].rows[1][7] in (value, f"'{value}")


CELLS = {
    "title": ["", "-", "Red List Index", "+ more"],
    "flag": ["", "-", "No", "Yes", "y"],
    "type": ["", "-", "Other", "Not applicable"],
    "name": ["", "-", "North", "@south", "Total"],
    "year": ["2023", "2022", "٢٠٢٣", "2080", "2081/82", "", "2022.0", "+2021"],
    "unit": ["index", "%", "mg/l", "-", ""],
    "value": ["0.5", "-0.5", "+7", "0,5", "1,234", "1.234", "12 000", "7 %", "1e400", "", "=1+1", "-"],
    "footnote": ["", "-", "4", "=1", "-5 to 3", "survey"],
}
LINES = st.lists(st.tuples(*(st.sampled_from(cells) for cells in CELLS.values())), min_size=1, max_size=4)


@given(lines=LINES, code=st.sampled_from(["A.3", "3.1", UUID, "a.3"]))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_corrected_copy_of_a_csv_has_no_new_defect_and_is_corrected_no_further(
    lines: list[tuple[str, ...]], code: str, tmp_path: Path
) -> None:
    path, once, twice = tmp_path / "f.csv", tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *((code, *line) for line in lines)])
    first = check_report(path, fixed=once, today=TODAY)
    again = check_report(once, fixed=twice, today=TODAY)
    assert again.changes == ()
    known = {(one.row, one.defect) for one in first.report.findings}
    new = {(one.row, one.defect) for one in again.report.findings} - known
    assert {defect for _, defect in new} <= LATER
    assert read_book(once).grids == read_book(twice).grids


# what can be judged once the values are right
LATER = {
    "percent-range", "index-range", "negative", "duplicate", "conflict", "jump", "fractions", "digits-behind-value",
    "flag-without-name",
}  # fmt: skip
