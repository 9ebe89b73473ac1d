"""A folder of Parquet files as a store of observations.

Layout: `store.json` (what it is, which version) and `batches/<sequence>-<id>.parquet`, each a commit that is never
changed. A commit is written under a hidden name, flushed to the disk and renamed: a process killed at any moment
leaves either the whole batch or none. Writers take turns through a lock on `.lock`; readers need none.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from biosetu.observations.comparison import changed_rows
from biosetu.observations.renamed import as_named_now
from biosetu.observations.schema import SCHEMA, SCHEMA_VERSION
from biosetu.observations.store import (
    EVERYTHING,
    Batch,
    BatchConflictError,
    NewerStoreError,
    Selection,
    key_schema,
    keys_of,
    newest_per_key,
    sorted_by_key,
    without,
)
from biosetu.observations.validation import validate
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

APPEND, WITHDRAW, RESTORE = "append", "withdraw", "restore"
_FILE = re.compile(r"^(\d{8})-[0-9A-Za-z]+\.parquet$")


class ObservationFolder:
    """Observations in a folder (see `ObservationStore`). The folder is created by the first commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._check_version()

    def append(self, table: pa.Table, *, batch: str = "", note: str = "") -> int:
        """Validate and add rows as one batch; see `ObservationStore.append`."""
        typed = validate(table)
        digest = table_hash(typed)
        with self._writing():
            known = self._find(batch) if batch else None
            if known not in (None, digest):
                raise BatchConflictError(f"The batch {batch!r} is already in the store, with other rows.")
            fresh = changed_rows(typed, self._current())
            if known == digest or not (fresh.num_rows or batch):
                return 0
            self._commit(fresh, batch, APPEND, note, digest)
            return int(fresh.num_rows)

    def select(self, selection: Selection = EVERYTHING) -> pa.Table:
        """Return the current rows; see `ObservationStore.select`."""
        return without(selection.of(self._current()), self.withdrawn())

    def history(self, selection: Selection = EVERYTHING) -> pa.Table:
        """Return every version of the rows; see `ObservationStore.history`."""
        parts = []
        for batch, table in self._read(APPEND):
            rows = selection.of(table)
            names = pa.array([batch.id] * rows.num_rows, pa.string())
            times = pa.array([batch.recorded_at] * rows.num_rows, pa.timestamp("us", "UTC"))
            parts.append(rows.append_column("batch", names).append_column("recorded_at", times))
        columns = [*SCHEMA, pa.field("batch", pa.string()), pa.field("recorded_at", pa.timestamp("us", "UTC"))]
        joined = pa.concat_tables(parts) if parts else pa.schema(columns).empty_table()
        return without(joined, self.withdrawn())

    def withdraw(self, keys: pa.Table, *, reason: str) -> int:
        """Take observations out of all later output; see `ObservationStore.withdraw`."""
        with self._writing():
            fresh = without(keys_of(keys), self.withdrawn())
            return self._mark(fresh, WITHDRAW, reason)

    def restore(self, keys: pa.Table, *, reason: str) -> int:
        """Show withdrawn observations again; see `ObservationStore.restore`."""
        with self._writing():
            wanted = keys_of(keys)
            fresh = without(wanted, without(wanted, self.withdrawn()))
            return self._mark(fresh, RESTORE, reason)

    def withdrawn(self) -> pa.Table:
        """Return the withdrawn keys with their reason; see `ObservationStore.withdrawn`."""
        out = key_schema().append(pa.field("reason", pa.string())).empty_table()
        for batch, table in self._read(WITHDRAW, RESTORE):
            keys = table.select(key_schema().names)
            out = without(out, keys)
            if batch.kind == WITHDRAW:
                reasons = pa.array([batch.note] * keys.num_rows, pa.string())
                out = pa.concat_tables([out, keys.append_column("reason", reasons)])
        return sorted_by_key(out)

    def batches(self) -> tuple[Batch, ...]:
        """Return all commits, oldest first."""
        return tuple(_batch(path, pq.read_metadata(path)) for path in self._files())

    def _current(self) -> pa.Table:
        parts = [table for _, table in self._read(APPEND)]
        return newest_per_key(pa.concat_tables(parts)) if parts else SCHEMA.empty_table()

    def _mark(self, keys: pa.Table, kind: str, reason: str) -> int:
        if keys.num_rows:
            self._commit(keys, "", kind, reason, table_hash(keys))
        return int(keys.num_rows)

    def _read(self, *kinds: str) -> Iterator[tuple[Batch, pa.Table]]:
        self._check_version()
        for path in self._files():
            batch = _batch(path, pq.read_metadata(path))
            if batch.kind in kinds:
                table = pq.read_table(path, partitioning=None)
                yield batch, as_named_now(table.cast(SCHEMA if batch.kind == APPEND else key_schema()))

    def _find(self, name: str) -> str | None:
        for path in self._files():
            facts = _facts(pq.read_metadata(path))
            if facts["biosetu.batch"] == name and facts["biosetu.kind"] == APPEND:
                return facts["biosetu.digest"]
        return None

    def _files(self) -> list[Path]:
        return sorted(path for path in (self.folder / "batches").glob("*.parquet") if _FILE.match(path.name))

    def _commit(self, table: pa.Table, name: str, kind: str, note: str, digest: str) -> None:
        files = self._files()
        sequence = 1 + (int(files[-1].name[:8]) if files else 0)
        facts = {
            "biosetu.schema_version": str(SCHEMA_VERSION),
            "biosetu.batch": name or f"{sequence:08d}-{digest[:12]}",
            "biosetu.kind": kind,
            "biosetu.digest": digest,
            "biosetu.note": note,
            "biosetu.recorded_at": datetime.now(UTC).isoformat(),
        }
        buffer = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(facts), buffer, compression="zstd")
        place = self.folder / "batches" / f"{sequence:08d}-{digest[:12]}.parquet"
        _write_durably(place, buffer.getvalue())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        (self.folder / "batches").mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for leftover in (self.folder / "batches").glob(".*.tmp"):
                leftover.unlink()
            if not (self.folder / "store.json").exists():
                facts = {"what": "biosetu observations", "version": SCHEMA_VERSION}
                _write_durably(self.folder / "store.json", json.dumps(facts).encode())
            self._check_version()
            yield

    def _check_version(self) -> None:
        path = self.folder / "store.json"
        if path.exists():
            found = _version(path)
            if found != SCHEMA_VERSION:
                raise _newer(path, str(found))


def _version(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())["version"]
    except (ValueError, TypeError, LookupError) as error:
        remedy = N_("Put the folder back from a copy; nothing was changed")
        raise DataError(Problem(N_("this file of the store cannot be read"), remedy, "store", str(path))) from error


def _newer(path: Path, found: str) -> DataError:
    return NewerStoreError(
        Problem(
            N_("this store was written by another version of BioSetu"),
            N_("Use the version that wrote it, or a newer one; nothing was changed"),
            "store-version",
            file=str(path),
            value=found,
        )
    )


def _facts(metadata: pq.FileMetaData) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in metadata.metadata.items()}


def _batch(path: Path, metadata: pq.FileMetaData) -> Batch:
    facts = _facts(metadata)
    if facts["biosetu.schema_version"] != str(SCHEMA_VERSION):
        raise _newer(path, facts["biosetu.schema_version"])
    return Batch(
        id=facts["biosetu.batch"],
        sequence=int(path.name[:8]),
        kind=facts["biosetu.kind"],
        rows=metadata.num_rows,
        recorded_at=datetime.fromisoformat(facts["biosetu.recorded_at"]),
        note=facts["biosetu.note"],
    )


def table_hash(table: pa.Table) -> str:
    """Return the SHA-256 of a table's content: its column names and its rows in their order."""
    digest = hashlib.sha256(json.dumps(table.column_names).encode())
    for row in table.to_pylist():
        digest.update(json.dumps(list(row.values()), ensure_ascii=False, default=str).encode())
    return digest.hexdigest()


def _write_durably(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
