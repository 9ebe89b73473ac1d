"""A corrected copy of a file: only what is certain, each change listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from biosetu.engine.grids import Book, ErrorValue, Formula, Grid, Row, Value
from biosetu.engine.numbers import plain, read_value
from biosetu.engine.tables import safe_cell
from biosetu.observations import unescape
from biosetu.reports.cbd.findings import CheckReport, Finding
from biosetu.reports.cbd.layouts import ATTACHMENT, UPLOAD, Layout, recognise
from biosetu.reports.cbd.tables import columns


@dataclass(frozen=True, slots=True)
class Change:
    """One cell changed: where (row 1 is the header), from what, to what, for which defect."""

    sheet: str
    row: int
    column: str
    before: str
    after: str
    defect: str


SAYING_NOTHING = ("title", "flag", "type", "disaggregation", "footnote")
FILLED_BY_TEMPLATE = ("type", "disaggregation")
CHANGES = pa.schema(
    [("sheet", pa.string()), ("row", pa.int32())]
    + [(name, pa.string()) for name in ("column", "before", "after", "defect")]
)


def change_table(changes: Sequence[Change]) -> pa.Table:
    """Return the changes as a table."""
    names = CHANGES.names
    return pa.Table.from_pylist([{n: getattr(change, n) for n in names} for change in changes], schema=CHANGES)


def correct(book: Book, report: CheckReport) -> tuple[Book, list[Change]]:
    """Apply the certain corrections of `report` to the first sheet; other sheets and all other values stay.

    A year or a value of a CSV becomes a number, which is no change to what it says. A lone dash is left out where it
    says nothing.
    No formula is written: where one stands, its text is kept behind an apostrophe, and that is listed too; those by
    which a detailed template fills its own columns are left out. The header of an upload workbook is rewritten where
    all nine columns are there and no further one holds anything.
    """
    grid, changes = book.grids[0], []
    layout = recognise(grid)
    rows = [list(row) for row in grid.rows]
    for finding in report.findings:
        change = _apply(rows, finding, layout)
        if change:
            changes.append(change)
    unclear = {finding.row for finding in report.findings if finding.defect == "ambiguous-number"}
    for number, row in enumerate(rows, start=1):
        if book.kind == "csv":
            _number_cells(row, layout, ("year",) if number in unclear else ("year", "value"))
        changes += _without_dashes(grid.name, number, row, layout)
    if layout.kind == UPLOAD and layout.defect:
        reordered = _reordered(rows, layout)
        if reordered is not None:
            rows = reordered
            changes.insert(0, _header_change(grid, layout))
    grids = (Grid(grid.name, tuple(tuple(row) for row in rows)), *book.grids[1:])
    kept = [_without_formulas(one, layout if at == 0 else None, changes) for at, one in enumerate(grids)]
    return Book(book.file, book.kind, tuple(kept)), changes


def _number_cells(row: list[Value], layout: Layout, names: Sequence[str]) -> None:
    """Write what is a plain number in these columns as one."""
    for at in (layout.fields[name] for name in names if layout.fields.get(name, len(row)) < len(row)):
        reading = read_value(row[at], unit_is_percent=False, typed=True)
        row[at] = reading.corrected if reading.defect == "number-as-text" else row[at]


def _without_dashes(sheet: str, number: int, row: list[Value], layout: Layout) -> Iterator[Change]:
    """Leave out each dash that says nothing: behind an apostrophe it would be a text."""
    for name in SAYING_NOTHING:
        at = layout.fields.get(name, len(row))
        if at < len(row) and plain(row[at]) == "-":
            yield Change(sheet, number, name, str(row[at]), "", "formula")
            row[at] = None


def _without_formulas(grid: Grid, layout: Layout | None, changes: list[Change]) -> Grid:
    """Return a sheet as text where a spreadsheet would reckon or fail; each such cell is listed."""
    own = {layout.fields[name] for name in FILLED_BY_TEMPLATE} if layout and layout.kind == ATTACHMENT else set()
    rows = [list(row) for row in grid.rows]
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if isinstance(value, Formula) and at in own:
                row[at] = None
            elif isinstance(value, str):
                row[at] = unescape(value)  # an apostrophe that already stands is written again, not a second one
                after = safe_cell(unescape(value))
                if isinstance(value, Formula | ErrorValue) or after != value:
                    defect = "error-value" if isinstance(value, ErrorValue) else "formula"
                    changes.append(Change(grid.name, number, _named(layout, at), str(value), after, defect))
    if own and any(isinstance(cell, Formula) for row in grid.rows for at, cell in enumerate(row) if at in own):
        changes.append(Change(grid.name, 0, ", ".join(FILLED_BY_TEMPLATE), "=…", "", "formula"))
    return Grid(grid.name, tuple(tuple(row) for row in rows))


def _named(layout: Layout | None, at: int) -> str:
    fields = {place: name for name, place in layout.fields.items()} if layout else {}
    return fields.get(at, f"column {at + 1}")


def _apply(rows: list[list[Value]], finding: Finding, layout: Layout) -> Change | None:
    at = layout.fields.get(finding.column)
    if finding.corrected is None or not finding.row or at is None:
        return None
    row = rows[finding.row - 1]
    row.extend([None] * (at + 1 - len(row)))
    before, row[at] = row[at], finding.corrected
    return Change(finding.sheet, finding.row, finding.column, str(before), str(finding.corrected), finding.defect)


def _header_change(grid: Grid, layout: Layout) -> Change:
    before = " | ".join(plain(cell) for cell in grid.rows[layout.header_row])
    return Change(grid.name, 1, "", before, " | ".join(column.header for column in columns()), "header")


def _reordered(rows: list[list[Value]], layout: Layout) -> list[list[Value]] | None:
    order = [layout.fields.get(column.field) for column in columns()]
    places = [at for at in order if at is not None]
    body = rows[layout.header_row + 1 :]
    if len(places) != len(order) or any(_holds(row, set(range(len(row))) - set(places)) for row in body):
        return None
    if any(_holds(row, range(len(row))) for row in rows[: layout.header_row]):
        return None
    header: list[Value] = [column.header for column in columns()]
    return [header, *([row[at] if at < len(row) else None for at in places] for row in body)]


def _holds(row: Sequence[Value] | Row, places: Iterable[int]) -> bool:
    return any(at < len(row) and plain(row[at]) for at in places)
