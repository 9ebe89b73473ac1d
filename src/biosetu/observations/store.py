"""The store of observations: a port. Append-only; the newest batch wins per key, older ones stay readable.

Adapters: `observations.folder.ObservationFolder` (Parquet files) and the database of the centre. Both run the
contract in `tests/observations/store_contract.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.observations.schema import KEY, SCHEMA
from biosetu.problems import BioSetuError, DataError


class NewerStoreError(DataError):
    """The store was written by a newer version of BioSetu; this one cannot know what it holds."""


class BatchConflictError(BioSetuError):
    """A batch of this name is already in the store, with other rows."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One commit: `kind` is `append`, `withdraw` or `restore`; `rows` how many it holds."""

    id: str
    sequence: int
    kind: str
    rows: int
    recorded_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which observations are wanted; an empty tuple means all."""

    party: tuple[str, ...] = ()
    indicator: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    vintage: tuple[str, ...] = ()
    years: tuple[int, int] | None = field(default=None)

    def of(self, table: pa.Table) -> pa.Table:
        """Return the rows of `table` that are wanted, in their order."""
        for name in ("party", "indicator", "series", "source", "status", "vintage"):
            if wanted := getattr(self, name):
                table = table.filter(pc.is_in(table.column(name), pa.array(wanted, pa.string())))
        if self.years is not None:
            first, last = self.years
            table = table.filter(
                pc.and_(pc.greater_equal(table.column("year"), first), pc.less_equal(table.column("year"), last))
            )
        return table


EVERYTHING = Selection()


class ObservationStore(Protocol):
    """What every store of observations does. Tables have the columns of `SCHEMA`; keys those of `KEY`."""

    def append(self, table: pa.Table, *, batch: str = "", note: str = "") -> int:
        """Validate and add rows as one batch; return how many were new or changed.

        Rows equal to what the store shows are not written again, so that a second run adds nothing. `batch` names
        the commit (default: the hash of its content); the same name with the same rows is accepted and adds
        nothing, with other rows it raises `BatchConflictError`. All or nothing. Raises `DataError` with all
        problems of the table.
        """

    def select(self, selection: Selection = EVERYTHING) -> pa.Table:
        """Return the current rows (the newest batch per key, none withdrawn), sorted by key."""

    def history(self, selection: Selection = EVERYTHING) -> pa.Table:
        """Return every version of the rows that are not withdrawn, oldest first, with `batch` and `recorded_at`."""

    def withdraw(self, keys: pa.Table, *, reason: str) -> int:
        """Take observations out of all later output until they are restored; return how many keys were not yet out.

        A key need not be in the store: figures that BioSetu carries itself are withdrawn in the same way.
        """

    def restore(self, keys: pa.Table, *, reason: str) -> int:
        """Show withdrawn observations again; return how many were out."""

    def withdrawn(self) -> pa.Table:
        """Return the keys that are withdrawn, sorted, with the column `reason`."""

    def batches(self) -> tuple[Batch, ...]:
        """Return all commits, oldest first."""


def key_schema() -> pa.Schema:
    """Return the schema of a table of keys."""
    return pa.schema([SCHEMA.field(name) for name in KEY])


def keys_of(table: pa.Table) -> pa.Table:
    """Return the keys of a table of observations, without repeats."""
    return table.select(KEY).cast(key_schema()).group_by(list(KEY), use_threads=False).aggregate([])


def sorted_by_key(table: pa.Table) -> pa.Table:
    """Return the rows in the order of their keys."""
    return table.sort_by([(name, "ascending") for name in KEY])


def newest_per_key(table: pa.Table) -> pa.Table:
    """Return the last row of each key, in the order of the keys; rows further down are newer."""
    if not table.num_rows:
        return table
    numbered = table.append_column("_row", pa.array(range(table.num_rows), pa.int64()))
    last = numbered.group_by(list(KEY), use_threads=False).aggregate([("_row", "max")]).column("_row_max")
    return sorted_by_key(table.take(last))


def without(table: pa.Table, keys: pa.Table) -> pa.Table:
    """Return the rows whose key is not among `keys`, in their order."""
    if not keys.num_rows or not table.num_rows:
        return table
    gone = {tuple(row.values()) for row in keys.select(KEY).to_pylist()}
    kept = [tuple(row.values()) not in gone for row in table.select(KEY).to_pylist()]
    return table.filter(pa.array(kept, pa.bool_()))
