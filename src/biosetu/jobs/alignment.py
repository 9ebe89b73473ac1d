"""What a Party promised: import with a preview, the template, export as records of the reporting tool."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from biosetu.alignment import Imported, Promises, PromiseStore, merged, preview
from biosetu.alignment.importing import (
    adopt_ids,
    promise_sheets,
    read_json,
    template_rows,
    to_mapping,
    to_record,
    to_strategy,
)
from biosetu.alignment.ort import OrtRecord, export_record
from biosetu.engine.grids import Value
from biosetu.engine.numbers import one_way
from biosetu.engine.tables import replacing, write_table
from biosetu.framework import find_party
from biosetu.jobs.promise_files import read_promises
from biosetu.jobs.promises import promise_store, promises_of
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.reports.cbd import write_grids
from biosetu.sources.services import ANEW, Client, ort
from biosetu.translation import say


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import found, row by row, and whether it was stored."""

    preview: pa.Table
    stored: bool

    def count(self, state: str) -> int:
        """Return how many rows are in this state: new, changed, same or wrong."""
        return sum(1 for value in self.preview.column("state").to_pylist() if value == state)


def import_promises(
    party: str, path: Path, store: PromiseStore | None = None, keep: bool = True, progress: Progress = silent
) -> ImportOutcome:
    """Read national targets and actions from a file, compare them with what is held, and store them.

    With `keep` false nothing is stored: a preview. Rows that are wrong are listed and left out; a second import of
    the same file changes nothing.
    """
    iso3 = find_party(party).iso3
    imported = read_promises(path, iso3, progress=progress)
    rows = sum(map(len, (imported.targets, imported.actions, imported.statements, imported.strategies)))
    progress(0, rows, "compare and store")
    outcome = store_imported(imported, store, keep)
    progress(rows, rows, "compare and store")
    return outcome


def store_imported(imported: Imported, store: PromiseStore | None = None, keep: bool = True) -> ImportOutcome:
    """Compare what was read with what is held, and store it; with `keep` false nothing is stored."""
    kept = store or promise_store()
    held = promises_of(imported.party, kept)
    imported = adopt_ids(imported, held)
    after = merged(imported, held)
    if keep and after != held:
        kept.save(after)
    return ImportOutcome(preview(imported, held), keep)


def pull_promises(
    party: str,
    store: PromiseStore | None = None,
    keep: bool = True,
    anew: bool = False,
    asking: Client | None = None,
    progress: Progress = silent,
) -> ImportOutcome:
    """Fetch the public national targets and mappings of a Party from the CBD's reporting tool, and import them.

    `anew` asks again for what the cache holds from before the last hour.
    """
    found = find_party(party)
    asking = asking or (ort.client(ANEW) if anew else ort.client())
    records = ort.pull_records(found.iso2, asking, progress)
    imported = read_json(json.dumps(records), found.iso3, ort.service().title)
    return store_imported(imported, store, keep)


def write_template(path: Path) -> None:
    """Write the xlsx template for national targets and actions."""
    write_grids(dict(template_rows()), path)


def promise_records(promises: Promises) -> tuple[OrtRecord, ...]:
    """Return the bodies of what a Party promised: national targets, statements on global ones, strategies."""
    return (
        *map(to_record, promises.targets),
        *map(to_mapping, promises.statements),
        *map(to_strategy, promises.strategies),
    )


def export_promises(party: str, path: Path, store: PromiseStore | None = None) -> Mapping[Path, int]:
    """Write what a Party promised; return by file the number of records.

    `.json`: bodies for the reporting tool (`nationalTarget7`, `nationalTarget7Mapping`, `nbsap`). `.xlsx`: the
    template, filled, one sheet each for targets, actions and statements. `.csv`: the same as a file each
    (`NAME.targets.csv` …). Reading any of them back changes nothing. Raises `DataError` where nothing is held.
    """
    held = promises_of(find_party(party).iso3, store)
    if not (held.targets or held.actions or held.statements or held.strategies):
        remedy = "Bring them in first (biosetu align import)"
        raise DataError(
            Problem(say("no national targets of {party} are loaded", party=held.party), remedy, "no-targets")
        )
    if path.suffix.lower() == ".json":
        return {path: _write_records(promise_records(held), path)}
    sheets = promise_sheets(held)
    if path.suffix.lower() == ".xlsx":
        write_grids(sheets, path)
        return {path: sum(len(rows) - 1 for rows in sheets.values())}
    return {
        _write_csv(rows, path.with_suffix(f".{name}.csv")): len(rows) - 1
        for name, rows in sheets.items()
        if len(rows) > 1
    }


def _write_records(records: Sequence[OrtRecord], path: Path) -> int:
    bodies = [export_record(record) for record in records]
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(bodies, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(bodies)


def _cell(cell: Value) -> str | None:
    return None if cell is None else one_way(cell) if isinstance(cell, float) else str(cell)


def _write_csv(rows: Sequence[Sequence[Value]], path: Path) -> Path:
    header, *body = rows
    columns = zip(*body, strict=True)
    table = {
        str(name): pa.array([_cell(cell) for cell in column], pa.string())
        for name, column in zip(header, columns, strict=True)
    }
    write_table(pa.table(table), path)
    return path
