"""What a Party states of itself besides figures: brought in from a table, kept with its promises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from biosetu.alignment import PromiseStore
from biosetu.engine.cells import read_cells
from biosetu.engine.tables import write_table
from biosetu.framework import find_party
from biosetu.jobs.promises import promise_store
from biosetu.observations import unescape
from biosetu.observations.own import NOTHING, OwnStatements
from biosetu.observations.statement_rows import KINDS, columns, kind_of, merged_statements, read_statements
from biosetu.problems import DataError, Problem, UsageError
from biosetu.sources import setuland


@dataclass(frozen=True, slots=True)
class StatementImport:
    """What a table of statements holds: its kind, how many rows, how many of them changed what is held."""

    kind: str
    rows: int
    changed: int
    statements: OwnStatements


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
    party = find_party(code).iso3
    cells = read_cells(path)
    kind = kind_of(cells.column_names)
    if kind is None:
        shapes = "; ".join(f"{name}: {', '.join(columns(name))}" for name in KINDS)
        raise DataError(
            Problem("not a table of statements", f"The columns are one of {shapes}", "header", path.name, 1)
        )
    numbers = [int(number) for number in cells.schema.metadata[b"biosetu.rows"].decode().split(",") if number]
    rows = [{name: unescape(text.strip()) for name, text in row.items()} for row in cells.to_pylist()]
    new, problems = read_statements(kind, rows, party, file=path.name, numbers=numbers)
    if problems:
        raise DataError(problems)
    kept = store or promise_store()
    before = statements_of(party, kept)
    after = merged_statements(before, new)
    changed = len(set(getattr(after, kind)) - set(getattr(before, kind)))
    if changed and not dry_run:
        kept.keep_own(party, after)
    return StatementImport(kind, len(rows), changed, after)


def write_template(kind: str, path: Path) -> None:
    """Write an empty table for a kind of statement (CSV or xlsx), or raise UsageError."""
    if kind not in KINDS:
        raise UsageError(f"There is no kind of statement {kind!r}. Use one of {', '.join(KINDS)}.")
    write_table(pa.table({name: pa.array([], pa.string()) for name in columns(kind)}), path)
