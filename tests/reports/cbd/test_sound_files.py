"""Sound files of every kind pass without a word: ours, the tool's templates filled in, exports of seventh reports."""

from __future__ import annotations

import csv
import json
import os
import sys
import warnings
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from workbooks import BASES, HEADER, NATURAL, TODAY, row

sys.path.pop(0)

from biosetu.engine.grids import read_book
from biosetu.framework import indicators
from biosetu.jobs.report_checking import check_report
from biosetu.reports.cbd import check, write_attachment
from biosetu.reports.cbd.tables import category_lists, columns, disaggregations
from biosetu.reports.cbd.workbook import Point

SHARED = os.environ.get("BIOSETU_SHARED", "")
TEMPLATES = Path(SHARED) / "reference" / "ort-examples" / "templates"
needs_templates = pytest.mark.skipif(not SHARED or not TEMPLATES.is_dir(), reason="needs BIOSETU_SHARED: the templates")
ATTACHED = {"A.1": "A.1", "A.2": "A.2", "B.1": "B1", "2.1": "2.1", "12.1": "12.1"}
UNITS = {"A.1": "index", "A.2": "km2", "B.1": "t/ha", "2.1": "ha", "12.1": "%"}


def _realms() -> list[list]:
    return [row("3.1", 2023, "%", v, "Realm", n) for n, v in (("Terrestrial", 66.0), ("Marine", 44.0))]


def _biomes() -> list[list]:
    names = enumerate(category_lists()["biome"])
    return [row("A.1", 2023, "index", 0.5 + i / 100, disaggregations()["A.1"][0].type, name) for i, name in names]


def _drivers() -> list[list]:
    kind = disaggregations()["A.1"][4].type
    return [row("A.1", 2023, "number", 9, kind, name) for name in category_lists()["driver"][:4]]


def _sound() -> dict[str, list]:
    national = "0F3B7A8E-1111-2222-3333-444455556666"
    return {
        **BASES,
        "coverage by realm beyond 100": [row("3.1", 2023, "%", 55), *_realms()],
        "all biomes": [row("A.1", 2023, "index", 0.71), *_biomes()],
        "drivers overlap": [row("A.1", 2023, "number", 12), *_drivers()],
        "two types at once": [
            row("A.2", 2023, "km2", 100),
            row("A.2", 2023, "km2", 60, NATURAL, "Natural"),
            row("A.2", 2023, "km2", 90, "Other", "Within the park"),
        ],
        "km2 and percent": [row("A.2", 2023, "km2", 1000), row("A.2", 2023, "%", 42.5)],
        "unit with superscript": [row("A.2", 2023, "km²", 1000), row("A.2", 2020, "km²", 1020)],
        "money": [row("D.2", 2023, "NPR", 1.2e9), row("D.2", 2022, "NPR", 1.1e9)],
        "million dollars": [row("D.1", 2023, "million US$", 12.4)],
        "national indicator": [[national, "Snow leopards", "No", None, None, 2023, "number", 301, "survey"]],
        "component indicator of any unit": [row("A.CT.1", 2023, "LPI points", 88)],
        "complementary indicator of any unit": [row("A.CY.1", 2023, "mg/l", 0.2)],
        "shares that round": [
            row("A.2", 2023, "%", v, "Ecosystem type", n) for n, v in (("a", 33.4), ("b", 33.4), ("c", 33.4))
        ],
        "part of the shares": [row("A.2", 2023, "%", v, "Ecosystem type", n) for n, v in (("a", 33), ("b", 20))],
        "zero and a whole": [row("3.1", 2023, "%", 0), row("3.1", 2019, "%", 100)],
        "not applicable in words": [
            ["A.3", "Red List Index", "No", "Not applicable", "Not applicable", 2023, "Index (0-1)", 0.8, None]
        ],
        "template rows left empty": [
            row("A.3", 2023, "index", 0.8),
            ["A.3", "Red List Index", None, None, None, 2022, None, None, None],
        ],
        "footnote in Arabic and Nepali": [[*row("A.3", 2023, "index", 0.8)[:8], "مسح ميداني; स्थलगत सर्वेक्षण 2079/80"]],
        "header in capitals": BASES["a3"],
    }


def written(path: Path, rows: list[list]) -> Path:
    """Write rows as a real file, workbook or CSV."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([["" if cell is None else cell for cell in row] for row in rows])
        return path
    book = openpyxl.Workbook()
    for values in rows:
        book.active.append(values)
    book.save(path)
    return path


def test_there_are_enough_sound_files_and_each_is_another() -> None:
    assert len({json.dumps(rows, default=str) for name, rows in _sound().items() if name != "header in capitals"}) >= 10


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("name", sorted(_sound()))
def test_sound_file_raises_no_alarm(name: str, suffix: str, tmp_path: Path) -> None:
    header = [h.upper() for h in HEADER] if name == "header in capitals" else HEADER
    rows = _sound()[name]
    report = check(read_book(written(tmp_path / f"f{suffix}", [header, *rows])), today=TODAY)
    assert [(f.defect, f.row, f.value) for f in report.findings] == []
    assert report.rows == sum(cells[7] is not None for cells in rows)


@pytest.mark.parametrize("name", sorted(_sound()))
def test_sound_file_is_left_as_it_is_by_the_correction(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / "f.xlsx", [HEADER, *_sound()[name]])
    assert check_report(path, fixed=tmp_path / "g.xlsx", today=TODAY).changes == ()
    sheets = [openpyxl.load_workbook(p).worksheets[0] for p in (path, tmp_path / "g.xlsx")]
    assert list(sheets[0].iter_rows(values_only=True)) == list(sheets[1].iter_rows(values_only=True))


EXPORT = ["Published on", "Record URL", "Unique ID", "Government", "CBD Region", "Target Type", "Target", "Indicator",
          "Indicator Type", "Global Goals", "Global Targets", "Degree of Alignment", "Source of Data",
          "Source of Data Info", "Disaggregation", "Comments", "Year", "Value", "Unit", "Footnote"]  # fmt: skip


def exported() -> list[list[str]]:
    """A seventh report as the tool exports it: every cell quoted, a row a target and point, older revisions kept."""
    base = ["https://x.invalid/1", "ORT-NR7ID-MN-1-2", "Mongolia", "Asia and the Pacific", "National target"]
    tail = ["Goal A", "Target 1; Target 2", "High; Medium", "National data", ""]
    a2 = [("Forest", "2020", "9.1"), ("Steppe", "2020", "70.2"), ("Desert", "2020", "20.4")]
    points = [(name, year, value, "%") for name, year, value in a2]
    rows = [
        [when, *base, target, "A.2 Extent of natural ecosystems", "Headline", *tail, name, "", year, value, unit, ""]
        for when in ("28-Feb-2026 18:58", "01-Jan-2026 09:00")
        for target in ("1. Forests", "2. Steppe; rivers")
        for name, year, value, unit in points
    ]
    nothing = [["28-Feb-2026 18:58", *base, "", "B.1 Services provided by ecosystems", "", *tail[:3], "No data",
                "No survey yet", "", "", "", "", "", ""]]  # fmt: skip
    own = [["28-Feb-2026 18:58", *base, "9. Herds", "Livestock on pasture", "National", *tail, "", "", "2021",
            "67.3", "million heads", "census"]]  # fmt: skip
    return [EXPORT, *rows, *nothing, *own]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
def test_export_of_a_seventh_report_raises_no_alarm(suffix: str, tmp_path: Path) -> None:
    path, rows = tmp_path / f"nr7{suffix}", exported()
    if suffix == ".json":
        path.write_text(json.dumps([dict(zip(rows[0], cells, strict=True)) for cells in rows[1:]]), encoding="utf-8")
    elif suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        written(path, rows)
    report = check_report(path, today=TODAY).report
    assert (report.layout, report.rows, list(report.findings)) == ("export", 4, [])


def _points(code: str) -> list[Point]:
    title, unit = indicators()[code].title_en, UNITS[code]
    parts = [(entry.type, entry.categories[0]) for entry in disaggregations()[code] if entry.categories]
    whole, part = (90.0, 40.0) if unit == "%" else (0.9, 0.4)
    made = [Point(code, title, "", "", 2023, unit, whole, "")]
    return made + [Point(code, title, kind, name, 2023, unit, part, "") for kind, name in parts]


@pytest.mark.parametrize("code", ATTACHED)
def test_attachment_of_ours_raises_no_alarm(code: str, tmp_path: Path) -> None:
    count = write_attachment(code, _points(code), tmp_path / "f.xlsx")
    report = check(read_book(tmp_path / "f.xlsx"), attachment=True, today=TODAY)
    assert (report.layout, report.rows, list(report.findings)) == ("attachment", count, [])


def template(code: str) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(TEMPLATES / f"GBF-INDICATOR-{ATTACHED[code]}.xlsx")


@needs_templates
@pytest.mark.parametrize("code", ATTACHED)
def test_template_of_the_tool_filled_in_raises_no_alarm(code: str, tmp_path: Path) -> None:
    book = template(code)
    for at, point in enumerate(_points(code), start=2):
        cells = (*point.cells[2:3], *(cell or "Not applicable" for cell in point.cells[3:5]), *point.cells[5:8])
        for column, value in enumerate(cells, start=3):
            book.worksheets[0].cell(at, column).value = value
        book.worksheets[0].cell(at, 1).value = book.worksheets[0]["A2"].value
    book.save(tmp_path / "f.xlsx")
    report = check(read_book(tmp_path / "f.xlsx"), attachment=True, today=TODAY)
    assert (report.layout, report.rows) == ("attachment", len(_points(code)))
    assert [(f.defect, f.row, f.column, f.value) for f in report.findings] == []


@needs_templates
@pytest.mark.parametrize("code", ATTACHED)
def test_attachment_of_ours_has_every_header_and_category_of_the_template(code: str, tmp_path: Path) -> None:
    write_attachment(code, _points(code), tmp_path / "f.xlsx")
    ours, theirs = openpyxl.load_workbook(tmp_path / "f.xlsx"), template(code)
    assert [sheet.title for sheet in ours] == [sheet.title for sheet in theirs]
    heads = [tuple(cell.value for cell in book.worksheets[0][1][: len(columns())]) for book in (ours, theirs)]
    assert heads[0] == heads[1]
    lists = [[_column(book.worksheets[1], at) for at in range(len(disaggregations()[code]))] for book in (ours, theirs)]
    assert lists[0] == lists[1]


def _column(sheet, at: int) -> list[str]:
    """Return a column without its blanks, those of no width too: the template prints T1.1Tropical and T1.2 Tropical."""
    cells = (row[at] for row in sheet.iter_rows(values_only=True))
    return ["".join(str(cell).replace("\u200b", "").split()) for cell in cells if cell not in (None, "")]


@needs_templates
def test_template_left_empty_says_that_no_row_holds_data() -> None:
    for stem in ATTACHED.values():
        path = TEMPLATES / f"GBF-INDICATOR-{stem}.xlsx"
        assert [f.defect for f in check(read_book(path), attachment=True, today=TODAY).findings] == ["no-data"]
