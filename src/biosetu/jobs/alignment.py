"""What a Party promised: import with a preview, the template, export as records of the reporting tool."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from biosetu.alignment import Imported, PromiseStore, merged, preview
from biosetu.alignment.importing import adopt_ids, read_json, template_rows, to_record
from biosetu.alignment.ort import export_record
from biosetu.engine.tables import replacing
from biosetu.framework import find_party
from biosetu.jobs.promise_files import read_promises
from biosetu.jobs.promises import promise_store, promises_of
from biosetu.progress import Progress, silent
from biosetu.reports.cbd import write_grids
from biosetu.sources.services import Client, ort


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
    progress(0, 2, "read")
    imported = read_promises(path, iso3)
    progress(1, 2, "compare and store")
    outcome = store_imported(imported, store, keep)
    progress(2, 2, "done")
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
    asking: Client | None = None,
    progress: Progress = silent,
) -> ImportOutcome:
    """Fetch the public national targets and mappings of a Party from the CBD's reporting tool, and import them."""
    found = find_party(party)
    records = ort.pull_records(found.iso2, asking or ort.client(), progress)
    imported = read_json(json.dumps(records), found.iso3, ort.service().title)
    return store_imported(imported, store, keep)


def write_template(path: Path) -> None:
    """Write the xlsx template for national targets and actions."""
    write_grids(dict(template_rows()), path)


def export_targets(party: str, path: Path, store: PromiseStore | None = None) -> int:
    """Write the national targets of a Party as `nationalTarget7` bodies (JSON); return how many."""
    held = (store or promise_store()).load(find_party(party).iso3)
    bodies = [export_record(to_record(target)) for target in held.targets]
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(bodies, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(bodies)
