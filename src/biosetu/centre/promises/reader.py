"""Reading files with promises in a process of its own (see `evidence.reader`): nothing of them is run or believed.

What is wanted is told by the folder in which the file lies: the ISO3 code of a Party (its national targets and actions,
what it states of itself, proposals from its strategy), or `book` (the cells of a workbook that was sent out and comes
back filled).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from biosetu.alignment import Action, Imported, NationalTarget, NotCovered, Strategy
from biosetu.alignment.importing import read_tables
from biosetu.alignment.proposals import Proposal
from biosetu.centre.apart import Bounds
from biosetu.centre.evidence.reader import Reading, main, read_apart, refuse_active_content
from biosetu.centre.receiving import Received
from biosetu.engine.cells import Limits as CellLimits
from biosetu.engine.file_names import file_name
from biosetu.engine.grids import Book, Formula, Grid, Limits, Value, read_book
from biosetu.jobs.promise_files import DOCUMENTS, read_promises, read_strategy
from biosetu.jobs.statements import StatementTable, read_statement_table
from biosetu.observations.own import own_statements
from biosetu.observations.statement_rows import KINDS, kind_of, statement_rows
from biosetu.problems import Problem

BOOK = "book"
TARGET, ACTION, STATEMENT, PROPOSAL, SCANNED, GRID = "target", "action", "statement", "proposal", "scanned", "grid"
OWN, ASIDE, STRATEGY, SAID = "own", "aside", "strategy", "said"
SCHEMA = pa.schema([("kind", pa.string()), ("row", pa.int32()), ("body", pa.string())])
Entry = tuple[str, int, str]


def read_file(sent: Received, wanted: str, bounds: Bounds) -> Reading:
    """Read an uploaded file in a limited process; raise `DataError` for one that can't be read."""
    path = sent.path.parent / wanted / file_name(sent.name)
    path.parent.mkdir()
    sent.path.rename(path)
    return read_apart(path, bounds, reader="biosetu.centre.promises.reader")


def read_here(path: Path, bounds: Bounds) -> Reading:
    """Read in this process; see `read_file`."""
    refuse_active_content(path)
    limits = Limits(size=bounds.file_bytes, rows=bounds.rows)
    wanted = path.parent.name
    if wanted == BOOK:
        return _reading([(GRID, number, _grid(grid)) for number, grid in enumerate(read_book(path, limits).grids)])
    if path.suffix.lower() in DOCUMENTS:
        found, scanned = read_strategy(path)
        proposed = [(PROPOSAL, entry.page, _json(_plain(entry))) for entry in found]
        return _reading([*proposed, *((SCANNED, page, "") for page in scanned)])
    if path.suffix.lower() == ".json":
        return _promised(read_promises(path, wanted, limits))
    book = read_book(path, limits)
    if book.grids and book.grids[0].rows and kind_of([str(cell or "").strip() for cell in book.grids[0].rows[0]]):
        return _stated(read_statement_table(path, wanted, CellLimits(file_bytes=bounds.file_bytes, rows=bounds.rows)))
    return _promised(read_tables(book, wanted))


def _promised(imported: Imported) -> Reading:
    kinds = (
        (TARGET, imported.targets),
        (ACTION, imported.actions),
        (STATEMENT, imported.statements),
        (STRATEGY, imported.strategies),
    )
    entries = [
        (kind, row, _json(record.model_dump(mode="json", exclude_unset=True)))
        for kind, records in kinds
        for row, record in records
    ]
    entries += [(ASIDE, row, _json(kind)) for row, kind in imported.aside]
    entries += [(SAID, 0, _json({"id": name, "said": sorted(said)})) for name, said in imported.said.items()]
    return Reading(_table(entries), (), imported.problems)


def _stated(found: StatementTable) -> Reading:
    rows = zip(found.numbers, statement_rows(found.statements)[found.kind], strict=True)
    entries = [(OWN, number, _json({"kind": found.kind, "row": row})) for number, row in rows]
    return Reading(_table(entries), (), found.problems)


def _reading(entries: list[Entry]) -> Reading:
    return Reading(_table(entries), (), ())


def _table(entries: list[Entry]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, entry, strict=True)) for entry in entries], schema=SCHEMA)


def _plain(entry: Proposal) -> dict[str, Any]:
    return asdict(entry) | {"quantities": [quantity.model_dump(mode="json") for quantity in entry.quantities]}


def _json(value: object) -> str:
    return json.dumps(_storable(value), ensure_ascii=False)


def _storable(value: object) -> object:
    """Return a value without what no database keeps in texts: nulls and lone surrogates."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {str(_storable(name)): _storable(held) for name, held in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list | tuple) else value


def _grid(grid: Grid) -> str:
    return _json({"name": grid.name, "rows": [[_cell(cell) for cell in row] for row in grid.rows]})


def _cell(value: Value) -> str | int | float | None:
    if value is None or isinstance(value, Formula):
        return None
    return value if isinstance(value, str | int | float) else value.isoformat()


def imported_of(rows: Iterable[dict[str, Any]], party: str, problems: Iterable[Any] = ()) -> Imported:
    """Return records from rows of kind, row, body (JSON)."""
    found = list(rows)
    return Imported(
        party,
        tuple((r["row"], NationalTarget.model_validate_json(r["body"])) for r in found if r["kind"] == TARGET),
        tuple((r["row"], Action.model_validate_json(r["body"])) for r in found if r["kind"] == ACTION),
        tuple((r["row"], NotCovered.model_validate_json(r["body"])) for r in found if r["kind"] == STATEMENT),
        tuple(problems),
        tuple((r["row"], json.loads(r["body"])) for r in found if r["kind"] == ASIDE),
        tuple((r["row"], Strategy.model_validate_json(r["body"])) for r in found if r["kind"] == STRATEGY),
        {one["id"]: frozenset(one["said"]) for one in (json.loads(r["body"]) for r in found if r["kind"] == SAID)},
    )


def statements_from(rows: Iterable[dict[str, Any]], party: str, problems: Iterable[Problem] = ()) -> StatementTable:
    """Return what a Party states of itself from rows of kind, row, body (JSON)."""
    found = [(row["row"], json.loads(row["body"])) for row in rows]
    kind = found[0][1]["kind"]
    held = own_statements(**{name: [body["row"] for _, body in found] if name == kind else [] for name in KINDS})
    return StatementTable(party, kind, held, tuple(number for number, _ in found), tuple(problems))


def proposals_from(reading: Reading) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the proposals of a strategy, and the pages without text."""
    rows = reading.table.to_pylist()
    return (
        [json.loads(row["body"]) for row in rows if row["kind"] == PROPOSAL],
        [row["row"] for row in rows if row["kind"] == SCANNED],
    )


def book_from(reading: Reading, name: str) -> Book:
    """Return the cells of a workbook that came back."""
    grids = [json.loads(row["body"]) for row in reading.table.to_pylist() if row["kind"] == GRID]
    return Book(name, "xlsx", tuple(Grid(grid["name"], tuple(map(tuple, grid["rows"]))) for grid in grids))


def is_document(name: str) -> bool:
    """Return whether a file name is that of a strategy rather than a table."""
    return Path(name).suffix.lower() in DOCUMENTS


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Bounds(**json.loads(sys.argv[3])), read=read_here)
