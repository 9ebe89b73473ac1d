from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from workbooks import HEADER, TODAY, build, cell, corrected_cell, row, rows_of

sys.path.pop(0)

from biosetu.engine.grids import Book, Formula, Grid, read_book
from biosetu.jobs.report_checking import check_report
from biosetu.problems import DataError, UsageError
from biosetu.reports.cbd import Severity, check, correct, defects
from biosetu.reports.cbd.tables import columns

BROKEN = rows_of("broken.csv")


def grid_report(rows, **options):
    return check(Book("f.xlsx", "xlsx", (Grid("data", tuple(map(tuple, [HEADER, *rows]))),)), today=TODAY, **options)


def found(report) -> list[str]:
    return [finding.defect for finding in report.findings]


def test_the_table_of_broken_workbooks_covers_every_defect() -> None:
    told = {name for case in BROKEN for name in case["defects"].split(";")}
    needs_more_than_a_cell = {"no-data", "other-indicator", "cells-beyond"}
    assert told | needs_more_than_a_cell == set(defects())
    assert {name for name, defect in defects().items() if defect.severity is Severity.SUSPICIOUS} == TAKEN_ALL_THE_SAME
    assert len({(case["base"], case["change"]) for case in BROKEN}) == len(BROKEN) >= 40


# what the tool takes as it stands, so that the file may be sent: everything else is dropped or misread
TAKEN_ALL_THE_SAME = {
    "code-as-number", "several-indicators", "title-mismatch", "invisible", "unknown-category", "unknown-unit",
    "number-as-text", "fractions", "duplicate", "shares-under", "shares-over-open", "parts-under-total", "jump",
    "digits-behind-value",
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=[case["name"] for case in BROKEN])
def test_broken_workbook_shows_its_one_defect(case: dict[str, str], tmp_path: Path) -> None:
    path = build(tmp_path / "broken.xlsx", case["base"], case["change"])
    report = check(read_book(path), today=TODAY)
    assert found(report) == [case["defects"]]
    assert report.blocking == (case["defects"] not in TAKEN_ALL_THE_SAME)


def broken_places(case: dict[str, str]) -> list[tuple[str, str]]:
    return re.findall(r"(?:^|;)([A-I])(\d+)=", case["change"])


WHOLE = {"jump", "fractions", "shares-over", "shares-under", "part-over-total", "parts-over-total", "header"}
ONE_CELL = [case for case in BROKEN if len(broken_places(case)) == 1 and case["defects"] not in WHOLE]


@pytest.mark.parametrize("case", ONE_CELL, ids=[case["name"] for case in ONE_CELL])
def test_finding_names_the_cell_that_was_broken(case: dict[str, str], tmp_path: Path) -> None:
    """The change says which cell it breaks (`H3=…`); the finding must say the same row and column."""
    ((letter, row_number),) = broken_places(case)
    path = build(tmp_path / "broken.xlsx", case["base"], case["change"])
    (finding,) = check(read_book(path), today=TODAY).findings
    assert (finding.row, finding.column) == (int(row_number), columns()["ABCDEFGHI".index(letter)].field)


@pytest.mark.parametrize("case", [c for c in BROKEN if c["corrected"]], ids=lambda case: case["name"])
def test_certain_correction_is_made_and_leaves_a_sound_file(case: dict[str, str], tmp_path: Path) -> None:
    path = build(tmp_path / "broken.xlsx", case["base"], case["change"])
    checked = check_report(path, fixed=tmp_path / "fixed.xlsx", today=TODAY)
    place, value = case["corrected"].split("=", 1)
    assert corrected_cell(place, tmp_path / "fixed.xlsx") == cell(value)
    assert len(checked.changes) == 1
    assert found(check(read_book(tmp_path / "fixed.xlsx"), today=TODAY)) == []


@pytest.mark.parametrize("case", [c for c in BROKEN if not c["corrected"]], ids=lambda case: case["name"])
def test_uncertain_value_is_never_touched(case: dict[str, str], tmp_path: Path) -> None:
    path = build(tmp_path / "broken.xlsx", case["base"], case["change"])
    checked = check_report(path, fixed=tmp_path / "fixed.xlsx", today=TODAY)
    assert [change for change in checked.changes if change.after.lstrip("'") != change.before] == (
        [checked.changes[0]] if checked.changes and checked.changes[0].defect == "header" else []
    )


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_point_in_a_column_with_decimal_commas_is_ambiguous_and_nothing_of_it_is_touched(
    suffix: str, tmp_path: Path
) -> None:
    written = ["12.500,75", "12.500", "0,85"]
    rows = [row("A.2", 2023 - at, "km2", value) for at, value in enumerate(written)]
    if suffix == "xlsx":
        book = openpyxl.Workbook()
        for line in (HEADER, *rows):
            book.active.append(line)
        book.save(tmp_path / "f.xlsx")
    else:
        with (tmp_path / "f.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([HEADER, *rows])
    for name, again in ((f"f.{suffix}", "g.xlsx"), ("g.xlsx", "h.xlsx")):
        checked = check_report(tmp_path / name, fixed=tmp_path / again, today=TODAY)
        told = [(finding.row, finding.defect, finding.detail) for finding in checked.report.findings]
        assert [one for one in told if one[1] not in ("jump", "number-as-text")] == [
            (2, "thousands", ""), (3, "ambiguous-number", "12500 / 12.500"), (4, "decimal-comma", ""),
        ]  # fmt: skip
        assert [line[7] for line in read_book(tmp_path / again).grids[0].rows[1:]] == written


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["name"])
def test_correction_done_twice_changes_nothing_more(case: dict[str, str], tmp_path: Path) -> None:
    path = build(tmp_path / "broken.xlsx", case["base"], case["change"])
    check_report(path, fixed=tmp_path / "once.xlsx", today=TODAY)
    again = check_report(tmp_path / "once.xlsx", fixed=tmp_path / "twice.xlsx", today=TODAY)
    assert again.changes == ()
    sheets = [openpyxl.load_workbook(tmp_path / name).worksheets[0] for name in ("once.xlsx", "twice.xlsx")]
    assert list(sheets[0].iter_rows(values_only=True)) == list(sheets[1].iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("place", "text", "kept"),
    [
        ("H3", "=0.8+0.01", "'=0.8+0.01"),
        ("I3", '=HYPERLINK("http://x.invalid")', '\'=HYPERLINK("http://x.invalid")'),
        ("I4", "!#REF!", "#REF!"),
        ("I2", "-5 to 3", "'-5 to 3"),
        ("I2", "+5 sites", "'+5 sites"),
    ],
)
def test_formula_is_kept_as_text_and_listed(place: str, text: str, kept: str, tmp_path: Path) -> None:
    path = build(tmp_path / "f.xlsx", "a3", f"{place}={text}")
    checked = check_report(path, fixed=tmp_path / "g.xlsx", today=TODAY)
    (change,) = checked.changes
    assert (change.row, change.after) == (int(place[1:]), kept)
    assert (corrected_cell(place, tmp_path / "g.xlsx"), read_book(tmp_path / "g.xlsx").grids[0].name) == (kept, "data")


def test_formulas_by_which_a_template_fills_itself_are_left_out_and_said_once(tmp_path: Path) -> None:
    header = ("Indicator_code", "Indicator ", *HEADER[2:])
    empty = ("A.2", "Extent of natural ecosystems", None, Formula('=IF(C3="","",1)'), Formula("=D3"), *[None] * 4)
    book = Book("f.xlsx", "xlsx", (Grid("A2", (header, tuple(row("A.2", 2023, "km2", 100)), empty)),))
    corrected, changes = correct(book, check(book, attachment=True, today=TODAY))
    assert corrected.grids[0].rows[2][2:5] == (None, None, None)
    assert [(change.row, change.column, change.defect) for change in changes] == [
        (0, "type, disaggregation", "formula")
    ]


def test_each_broken_workbook_is_sound_without_its_change(tmp_path: Path) -> None:
    for base in {case["base"] for case in BROKEN}:
        assert found(check(read_book(build(tmp_path / f"{base}.xlsx", base)), today=TODAY)) == []
    assert all(case["change"] for case in BROKEN)


# what the issue names, in its words: the defect that finds it
NAMED = {
    "unknown or mistyped code": {"unknown-code", "mistyped-code"},
    "header in the wrong order or spelling": {"header"},
    "attachment uploaded as data": {"attachment-as-data"},
    "code and title in one cell": {"code-and-title"},
    "non-numeric or out-of-range year": {"year-not-number", "year-range"},
    "empty unit or value": {"empty-unit", "empty-value"},
    "unit not known for this indicator": {"unknown-unit"},
    "percentage outside 0-100": {"percent-range"},
    "shares adding up to more than 100 % or less": {"shares-over", "shares-under"},
    "disaggregations larger than their total": {"part-over-total", "parts-over-total"},
    "duplicates": {"duplicate", "conflict"},
    "jumps beyond what is plausible": {"jump"},
    "mixed decimal commas": {"decimal-comma"},
    "years in other calendars": {"year-calendar"},
    "invisible characters": {"invisible", "invisible-in-code"},
    "more than one country": {"several-countries"},
}


@pytest.mark.parametrize("named", list(NAMED))
def test_defect_that_must_be_found_has_a_broken_workbook_of_its_own(named: str) -> None:
    assert NAMED[named] <= {case["defects"] for case in BROKEN}


@pytest.mark.parametrize(
    ("year", "party", "said"),
    [
        (2080, "", "2080 BS = 2023-04-14 – 2024-04-12"),
        (2080, "NPL", "2080 BS = 2023-04-14 – 2024-04-12"),
        (1402, "IRN", "1402 SH = 2023-03-21 – 2024-03-19"),
        (1445, "SAU", "1445 AH = 2023-07-19 – 2024-07-06"),
        (2566, "", "2566 BE = 2023-01-01 – 2023-12-31"),
        ("2079/80", "NPL", "2079/80 = 2022-07-17 – 2023-07-16"),
        ("2079/80", "", "2079/80 = 2022-07-17 – 2023-07-16"),
        ("2022-23", "IND", "2022-23 = 2022-04-01 – 2023-03-31"),
        ("2022-23", "", "2022-23 = ?"),
        ("2080-04-01 BS", "", "2080-04-01 BS = 2023-07-17"),
    ],
)
def test_year_of_another_calendar_stands_beside_the_days_that_it_spans(year, party: str, said: str) -> None:
    report = grid_report([row("A.3", year, "index", 0.8)], party=party)
    assert [finding.detail for finding in report.findings] == [said]
    assert said in report.findings[0].message("ar")


def test_year_that_no_calendar_of_the_party_reaches_is_out_of_range() -> None:
    assert found(grid_report([row("A.3", 2080, "index", 0.8)], party="SAU")) == ["year-range"]
    assert found(grid_report([row("A.3", 2080, "index", 0.8)], party="NPL")) == ["year-calendar"]


def test_shares_of_a_published_report_adding_up_to_110_percent() -> None:
    shares = {"Forest": 38.0, "Rangeland": 44.5, "Cropland": 20.1, "Wetland": 7.4}
    report = grid_report([row("A.2", 2020, "%", v, "Ecosystem type", n) for n, v in shares.items()])
    assert [(f.defect, f.detail) for f in report.findings] == [("shares-over", "110")]


def test_rows_of_another_indicator_are_dropped_from_the_upload() -> None:
    report = grid_report([row("A.3", 2023, "index", 0.8), row("A.4", 2023, "proportion", 0.4)], code="A.3")
    assert [(f.defect, f.row) for f in report.findings] == [("other-indicator", 3)]


def test_workbook_without_data_says_so() -> None:
    assert found(grid_report([])) == ["no-data"]


def test_detailed_template_is_fine_as_an_attachment(tmp_path: Path) -> None:
    rows = (["Indicator_code", "Indicator ", *HEADER[2:]], row("A.2", 2023, "km2", 100))
    book = Book("f.xlsx", "xlsx", (Grid("A2", tuple(map(tuple, rows))),))
    assert found(check(book, attachment=True, today=TODAY)) == []
    assert found(check(book, today=TODAY)) == ["attachment-as-data"]


EXPORT = ["Published on", "Unique ID", "Government", "Target", "Indicator", "Indicator Type", "Disaggregation", "Year",
          "Unit", "Value", "Footnote", "Comments"]  # fmt: skip


def exported(*rows: tuple) -> Book:
    return Book("nr7.csv", "csv", (Grid("", (tuple(EXPORT), *rows)),))


def point(
    published="28-Feb-2026 18:58", government="Mongolia", target="T1", name=None, year="2020", value="38", unit="%"
):
    title = "A.2 Extent of natural ecosystems"
    return (published, "ORT-1", government, target, title, "Headline", name, year, unit, value, None, None)


def test_export_counts_a_point_once_though_targets_and_revisions_repeat_it() -> None:
    older = point(published="01-Jan-2026 09:00", value="37")
    report = check(exported(point(), point(target="T2"), older), today=TODAY)
    assert (report.layout, report.rows, found(report)) == ("export", 1, [])


def test_export_with_two_governments_shows_several_countries() -> None:
    report = check(exported(point(), point(government="Nepal")), today=TODAY)
    assert found(report) == ["several-countries"]


def test_export_with_a_value_that_is_no_number_is_misread() -> None:
    assert found(check(exported(point(value="n/a")), today=TODAY)) == ["value-not-number"]


def test_export_row_without_year_and_value_is_a_statement_of_no_data() -> None:
    assert check(exported(point(year=None, value=None)), today=TODAY).rows == 0


def test_export_shares_beyond_100_are_found() -> None:
    report = check(exported(point(name="Forest", value="60"), point(name="Steppe", value="50.1")), today=TODAY)
    assert found(report) == ["shares-over"]


def test_file_of_another_kind_is_refused() -> None:
    with pytest.raises(DataError, match="not a file of the reporting tool"):
        check(Book("f.csv", "csv", (Grid("", (("a", "b"), ("1", "2"))),)))


def test_corrected_copy_may_not_replace_the_file(tmp_path: Path) -> None:
    path = build(tmp_path / "f.xlsx", "a3")
    with pytest.raises(UsageError, match="another name"):
        check_report(path, fixed=path)


def test_header_with_all_columns_is_put_in_order(tmp_path: Path) -> None:
    path = build(
        tmp_path / "f.xlsx",
        "a3",
        "A1=Indicator;B1=Indicator code;A2=Red List Index;B2=A.3;A3=Red List Index;B3=A.3;A4=Red List Index;B4=A.3",
    )
    checked = check_report(path, fixed=tmp_path / "g.xlsx", today=TODAY)
    assert [change.defect for change in checked.changes] == ["header"]
    assert found(check(read_book(tmp_path / "g.xlsx"), today=TODAY)) == []


def test_every_defect_is_told_in_english_and_arabic() -> None:
    for defect in defects().values():
        assert all(defect.message[language] and defect.remedy[language] for language in ("en", "ar"))
        assert defect.basis
        assert defect.message["en"].count("{detail}") == defect.message["ar"].count("{detail}")


def test_json_export_is_checked_as_the_csv_is(tmp_path: Path) -> None:
    rows = [
        {
            "publishedOn": "28-Feb-2026 18:58",
            "government": "Mongolia",
            "indicatorCode": "A.2",
            "year": 2020,
            "unit": "%",
            "value": value,
            "disaggregation": name,
        }
        for name, value in (("Forest", 60), ("Steppe", 50.1))
    ]
    (tmp_path / "e.json").write_text(json.dumps(rows), encoding="utf-8")
    report = check_report(tmp_path / "e.json", today=TODAY).report
    assert (report.layout, found(report)) == ("export", ["shares-over"])


def test_record_of_indicator_data_is_checked(tmp_path: Path) -> None:
    record = {
        "header": {"identifier": "U", "schema": "nationalReport7IndicatorData"},
        "government": {"identifier": "np"},
        "indicator": {"identifier": "GBF-INDICATOR-3.1"},
        "sourceOfData": "national",
        "data": [{"indicatorCode": "3.1", "year": 2080, "unit": "%", "value": 23.4}],
    }
    (tmp_path / "r.json").write_text(json.dumps(record), encoding="utf-8")
    assert found(check_report(tmp_path / "r.json", today=TODAY).report) == ["year-calendar"]


def test_record_that_breaks_its_schema_is_refused_with_the_field(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"header": {"identifier": "U", "schema": "nationalReport7IndicatorData"}}')
    with pytest.raises(DataError, match="government"):
        check_report(tmp_path / "r.json")
