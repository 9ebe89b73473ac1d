"""What a Party states of itself besides figures: brought in from a table, kept with its promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from biosetu.alignment import PromiseStore
from biosetu.alignment.comparison import CHANGED, NEW, SAME, previewed, wrong_row
from biosetu.alignment.wording import shortened
from biosetu.engine.cells import DEFAULT_LIMITS, Limits, read_cells
from biosetu.engine.tables import write_table
from biosetu.framework import find_party
from biosetu.jobs.promises import promise_store
from biosetu.observations.own import NOTHING, OwnStatements
from biosetu.observations.statement_rows import (
    IDENTITY,
    KINDS,
    columns,
    kind_of,
    merged_statements,
    read_statements,
    statement_rows,
)
from biosetu.problems import DataError, Problem, UsageError
from biosetu.sources import setuland
from biosetu.translation import say


@dataclass(frozen=True, slots=True)
class StatementImport:
    """What a table of statements holds: its kind, how many rows, how many of them changed what is held."""

    kind: str
    rows: int
    changed: int
    statements: OwnStatements


@dataclass(frozen=True, slots=True)
class StatementTable:
    """What was read from a table of statements: their kind, the row of each, what is wrong with the rows left out."""

    party: str
    kind: str
    statements: OwnStatements
    numbers: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()


def statements_of(party: str, store: PromiseStore | None = None) -> OwnStatements:
    """Return what a Party (ISO3) states of itself; Setuland brings its own where nothing was imported."""
    held = (store or promise_store()).own(party)
    return held if held is not None else setuland.own() if party == setuland.PARTY else NOTHING


def import_statements(
    code: str, path: Path, *, dry_run: bool = False, store: PromiseStore | None = None
) -> StatementImport:
    """Add the statements of a table (CSV or xlsx; the columns say which kind) to those of a Party.

    A statement of the same id (progress: target and year) takes the place of the older one. With any wrong row nothing
    is kept and DataError lists all.
    """
    found = read_statement_table(path, find_party(code).iso3)
    if found.problems:
        raise DataError(found.problems)
    return store_statements(found, store, keep=not dry_run)


def read_statement_table(path: Path, party: str, limits: Limits = DEFAULT_LIMITS) -> StatementTable:
    """Read a table of statements of a Party (ISO3); wrong rows are left out and told.

    Raises `DataError` for a table whose columns are none of the kinds'.
    """
    cells = read_cells(path, limits=limits, shown=True)
    kind = kind_of(cells.column_names)
    if kind is None:
        shapes = "; ".join(f"{name}: {', '.join(columns(name))}" for name in KINDS)
        raise DataError(
            Problem(
                "not a table of statements",
                say("The columns are one of {shapes}", shapes=shapes),
                "header",
                path.name,
                1,
            )
        )
    numbers = [int(number) for number in cells.schema.metadata[b"biosetu.rows"].decode().split(",") if number]
    rows = [{name: text.strip() for name, text in row.items()} for row in cells.to_pylist()]
    new, problems = read_statements(kind, rows, party, file=path.name, numbers=numbers)
    wrong = {problem.row for problem in problems}
    return StatementTable(party, kind, new, tuple(number for number in numbers if number not in wrong), tuple(problems))


def store_statements(found: StatementTable, store: PromiseStore | None = None, keep: bool = True) -> StatementImport:
    """Add the statements that were read to those of the Party; with `keep` false nothing is stored."""
    kept = store or promise_store()
    before = statements_of(found.party, kept)
    after = merged_statements(before, found.statements)
    changed = len(set(getattr(after, found.kind)) - set(getattr(before, found.kind)))
    if changed and keep:
        kept.keep_own(found.party, after)
    return StatementImport(found.kind, len(found.numbers), changed, after)


def statement_preview(found: StatementTable, store: PromiseStore | None = None) -> pa.Table:
    """Say of each row what storing it would do, in the columns of `alignment.preview`."""
    held = statement_rows(statements_of(found.party, store))[found.kind]
    known = {_name(found.kind, row): row for row in held}
    lines = [
        _line(number, found.kind, row, known.get(_name(found.kind, row)))
        for number, row in zip(found.numbers, statement_rows(found.statements)[found.kind], strict=True)
    ]
    return previewed([*lines, *map(wrong_row, found.problems)])


def _name(kind: str, row: Mapping[str, str]) -> str:
    return " ".join(row[name] for name in IDENTITY[kind])


def _line(number: int, kind: str, row: Mapping[str, str], held: Mapping[str, str] | None) -> dict[str, object]:
    differs = [] if held is None else [name for name in row if row[name] != held[name]]
    state = NEW if held is None else CHANGED if differs else SAME
    text = row.get("title") or row.get("text") or row.get("level", "")
    return {"row": number, "kind": kind, "id": _name(kind, row), "state": state, "text": shortened(text),
            "detail": ", ".join(differs), "remedy": ""}  # fmt: skip


def write_statements(party: str, kind: str, path: Path, store: PromiseStore | None = None) -> None:
    """Write what a Party states of itself of one kind so far as a table that can be changed and read back."""
    rows = statement_rows(statements_of(party, store))[kind]
    write_table(pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in columns(kind)}), path)


def write_template(kind: str, path: Path) -> None:
    """Write an empty table for a kind of statement (CSV or xlsx), or raise UsageError."""
    if kind not in KINDS:
        raise UsageError(
            say("There is no kind of statement '{kind}'. Use one of {kinds}.", kind=kind, kinds=", ".join(KINDS))
        )
    write_table(pa.table({name: pa.array([], pa.string()) for name in columns(kind)}), path)
