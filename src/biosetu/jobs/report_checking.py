"""Check a file for the Convention's reporting tool, and write a corrected copy. Light: it runs in limited processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from biosetu.alignment.importing import grid_of
from biosetu.alignment.ort import IndicatorData, read_records
from biosetu.alignment.ort.reading import parse_json
from biosetu.engine.grids import Book, read_book
from biosetu.framework import find_party, indicators
from biosetu.jobs.promise_files import json_text
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.cbd import Change, CheckReport, check, correct, write_grids
from biosetu.translation import say


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked file, and its corrected copy where one was asked for."""

    report: CheckReport
    changes: tuple[Change, ...] = ()
    corrected: Path | None = None


def check_report(
    path: Path,
    code: str = "",
    attachment: bool = False,
    fixed: Path | None = None,
    today: date | None = None,
    party: str = "",
) -> Checked:
    """Check a file for the reporting tool; with `fixed`, write a corrected copy there and list each change.

    No copy is written where rows of a CSV have slid: in a workbook nothing would tell that any more.
    `party` (code or name) says whose calendars and fiscal years are read.
    """
    iso3 = find_party(party).iso3 if party else ""
    if code and code not in indicators():
        raise UsageError(say("There is no indicator '{code}'. Use a code of decision 16/31, such as A.3.", code=code))
    book = _book(path)
    report = check(book, code, attachment, today, iso3)
    if fixed is None or report.has_slid:
        return Checked(report)
    if fixed.resolve() == path.resolve():
        raise UsageError("The corrected copy needs another name than the file itself.")
    corrected, changes = correct(book, report)
    _write_book(corrected, fixed)
    return Checked(report, tuple(changes), fixed)


def _book(path: Path) -> Book:
    """Read a table, or JSON: an export as a list of rows, or records of indicator data."""
    if path.suffix.lower() != ".json":
        return read_book(path)
    text = json_text(path)
    content = parse_json(text, path.name)
    if isinstance(content, list) and content and isinstance(content[0], dict) and "header" not in content[0]:
        return Book(path.name, "csv", (grid_of(content),))
    found = [record for _, record in read_records(text, path.name)]
    if wrong := [record for record in found if isinstance(record, Problem)]:
        raise DataError(wrong)
    rows = [row for record in found if isinstance(record, IndicatorData) for row in _rows_of(record)]
    return Book(path.name, "csv", (grid_of(rows),))


def _rows_of(record: IndicatorData) -> list[dict[str, object]]:
    common = {"Unique ID": record.header.identifier, "Government": record.government.identifier}
    return [
        {
            **common,
            "Indicator Code": row.indicator_code,
            "Disaggregation Type": row.disaggregation_type,
            "Disaggregation": row.disaggregation,
            "Year": row.year,
            "Unit": row.unit,
            "Value": row.value,
            "Footnote": row.footnote,
        }
        for row in record.data or ()
    ]


def _write_book(book: Book, path: Path) -> None:
    write_grids({grid.name or "data": grid.rows for grid in book.grids}, path)
