"""What the reporting tool would drop or misread in a file, before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import chain

from biosetu.engine.grids import Book, Grid
from biosetu.problems import DataError, Problem
from biosetu.reports.cbd import whole_file
from biosetu.reports.cbd.entries import Entry, Reader
from biosetu.reports.cbd.findings import CheckReport, Finding
from biosetu.reports.cbd.layouts import ATTACHMENT, EXPORT, UNKNOWN, UPLOAD, Layout, recognise

CHECKS = (
    whole_file.categories,
    whole_file.duplicates,
    whole_file.parts,
    whole_file.fractions,
    whole_file.jumps,
    whole_file.countries,
)


def check(
    book: Book, code: str = "", attachment: bool = False, today: date | None = None, party: str = ""
) -> CheckReport:
    """Check a file for the CBD reporting tool: an upload workbook, a detailed attachment, or an export of the tool.

    `code`: the indicator to which the file will be uploaded. `attachment`: the file will be attached, not uploaded.
    `today` sets the latest year that can be reported (next year). `party` (ISO 3166-1 alpha-3) says
    which calendars its offices write and when its fiscal years begin. Raises `DataError` where the first sheet is none
    of these files.

    Rules of the tool: ORT upload component, 06b5c70696 (2026-04-30); each defect names its basis in `defects.csv`.
    """
    if not book.grids:
        raise DataError(Problem("holds no sheet", "Check the file", "empty", file=book.file))
    first, layout = book.grids[0], recognise(book.grids[0])
    beyond = [Finding("other-sheet", grid.name, detail=grid.name) for grid in book.grids[1:] if _is_data(grid)]
    if layout.kind == UNKNOWN and not beyond:
        raise DataError(
            Problem(
                "not a file of the reporting tool",
                "Expected its upload workbook, a template or an export",
                "layout",
                file=book.file,
            )
        )
    typed = book.kind == "xlsx" and layout.kind != EXPORT
    reader = Reader(first.name, layout, typed, today or datetime.now(tz=UTC).date(), party, book.kind == "csv")
    entries = list(reader.entries(first)) if layout.kind != UNKNOWN else []
    if layout.kind == EXPORT:
        entries = whole_file.latest_revisions(entries)
    findings = [*_file_findings(first, layout, attachment), *(beyond if layout.kind in {UPLOAD, UNKNOWN} else ())]
    findings += _entry_findings(first.name, layout, entries, code)
    if not entries and layout.kind in {UPLOAD, ATTACHMENT} and not beyond:
        findings.append(Finding("no-data", first.name))
    findings.sort(key=lambda finding: finding.row)
    return CheckReport(book.file, layout.kind, len(entries), findings)


def _is_data(grid: Grid) -> bool:
    layout = recognise(grid)
    rows = grid.rows[layout.header_row + 1 :]
    value = layout.fields.get("value", 0)
    return layout.kind in {UPLOAD, ATTACHMENT} and any(len(row) > value and row[value] is not None for row in rows)


def _file_findings(grid: Grid, layout: Layout, attachment: bool) -> Iterator[Finding]:
    if layout.kind == ATTACHMENT and not attachment:
        yield Finding("attachment-as-data", grid.name, layout.header_row + 1)
    elif layout.defect:
        yield Finding(layout.defect, grid.name, layout.header_row + 1, detail=layout.detail)


def _entry_findings(sheet: str, layout: Layout, entries: Sequence[Entry], code: str) -> list[Finding]:
    found = list(chain.from_iterable(entry.findings for entry in entries))
    sound = [entry for entry in entries if entry.sound]
    outside = list(whole_file.ranges(sheet, sound))
    found += outside
    refused = {finding.row for finding in outside}
    usable = [entry for entry in sound if entry.number not in refused]
    for run in CHECKS:
        found += run(sheet, usable)
    if layout.kind == UPLOAD:
        found += whole_file.one_indicator(sheet, entries, code)
    return found
