"""The store of observations in the database: the same port, the same contract as the folder of Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from biosetu.centre.evidence.columns import COLUMNS, arrow, fields_of, key_hash
from biosetu.centre.evidence.models import Commit, Figure, Store, Withdrawal
from biosetu.observations import (
    EVERYTHING,
    KEY,
    SCHEMA,
    SCHEMA_VERSION,
    Batch,
    BatchConflictError,
    NewerStoreError,
    Selection,
    keys_of,
    sorted_by_key,
    table_hash,
    validate,
)
from biosetu.observations.comparison import changed_rows
from biosetu.problems import Problem
from biosetu.translation import N_

APPEND, WITHDRAW, RESTORE = "append", "withdraw", "restore"
CHUNK = 500
BATCH_FIELD = pa.field("batch", pa.string())
TIME_FIELD = pa.field("recorded_at", pa.timestamp("us", "UTC"))


class DatabaseStore:
    """Observations in the database of the centre (see `ObservationStore`)."""

    def append(self, table: pa.Table, *, batch: str = "", note: str = "") -> int:
        """Validate and add rows as one batch; see `ObservationStore.append`."""
        typed = validate(table)
        digest = table_hash(typed)
        with writing():
            known = Commit.objects.filter(name=batch, kind=APPEND).values_list("digest", flat=True).first()
            if batch and known not in (None, digest):
                raise BatchConflictError(f"The batch {batch!r} is already in the store, with other rows.")
            fresh = changed_rows(typed, self.held(typed))
            if (batch and known == digest) or not (fresh.num_rows or batch):
                return 0
            _add(fresh, _commit(batch, APPEND, digest, fresh.num_rows, note))
            return int(fresh.num_rows)

    def held(self, table: pa.Table) -> pa.Table:
        """Return what the store holds under the keys of `table`, withdrawn or not."""
        rows: list[Sequence[Any]] = []
        for hashes in _hashes(table):
            rows += Figure.objects.filter(current=True, key_hash__in=hashes).values_list(*COLUMNS)
        return arrow(rows)

    def select(self, selection: Selection = EVERYTHING) -> pa.Table:
        """Return the current rows; see `ObservationStore.select`."""
        _check_version()
        rows = _selected(selection).filter(current=True, withdrawn=False)
        return sorted_by_key(arrow(rows.values_list(*COLUMNS)))

    def history(self, selection: Selection = EVERYTHING) -> pa.Table:
        """Return every version of the rows; see `ObservationStore.history`."""
        _check_version()
        rows = _selected(selection).filter(withdrawn=False).order_by("commit__sequence", "position")
        found = list(rows.values_list(*COLUMNS, "commit__name", "commit__recorded_at"))
        names = pa.array([row[-2] for row in found], BATCH_FIELD.type)
        times = pa.array([row[-1] for row in found], TIME_FIELD.type)
        table = arrow([row[:-2] for row in found])
        return table.append_column(BATCH_FIELD, names).append_column(TIME_FIELD, times)

    def withdraw(self, keys: pa.Table, *, reason: str) -> int:
        """Take observations out of all later output; see `ObservationStore.withdraw`."""
        with writing():
            out = _withdrawn_hashes()
            rows = [row for row in keys_of(keys).to_pylist() if key_hash(row) not in out]
            if rows:
                commit = _commit("", WITHDRAW, table_hash(keys_of(keys)), len(rows), reason)
                Withdrawal.objects.bulk_create(_withdrawal(row, commit, reason) for row in rows)
            return self._mark(rows, withdrawn=True)

    def restore(self, keys: pa.Table, *, reason: str) -> int:
        """Show withdrawn observations again; see `ObservationStore.restore`."""
        with writing():
            out = _withdrawn_hashes()
            rows = [row for row in keys_of(keys).to_pylist() if key_hash(row) in out]
            if rows:
                _commit("", RESTORE, table_hash(keys_of(keys)), len(rows), reason)
                Withdrawal.objects.filter(key_hash__in=[key_hash(row) for row in rows]).delete()
            return self._mark(rows, withdrawn=False)

    def withdrawn(self) -> pa.Table:
        """Return the withdrawn keys with their reason; see `ObservationStore.withdrawn`."""
        schema = pa.schema([*(SCHEMA.field(name) for name in KEY), pa.field("reason", pa.string())])
        rows = Withdrawal.objects.values(*KEY, "reason")
        return sorted_by_key(pa.Table.from_pylist(list(rows), schema=schema))

    def batches(self) -> tuple[Batch, ...]:
        """Return all commits, oldest first."""
        commits = Commit.objects.order_by("sequence")
        return tuple(Batch(c.name, c.sequence, c.kind, c.rows, c.recorded_at, c.note) for c in commits)

    @staticmethod
    def _mark(rows: list[dict[str, Any]], *, withdrawn: bool) -> int:
        Figure.objects.filter(key_hash__in=[key_hash(row) for row in rows]).update(withdrawn=withdrawn)
        return len(rows)


@contextmanager
def writing() -> Iterator[None]:
    """Hold the store for one writer, in one transaction; may be nested, so that reading first is safe too."""
    with transaction.atomic():
        Store.objects.get_or_create(pk=1)
        Store.objects.select_for_update().get(pk=1)
        _check_version()
        yield


def _check_version() -> None:
    found = Store.objects.filter(pk=1).values_list("version", flat=True).first()
    if found not in (None, SCHEMA_VERSION):
        message = N_("this store was written by another version of BioSetu")
        remedy = N_("Use the version that wrote it, or a newer one; nothing was changed")
        raise NewerStoreError(Problem(message, remedy, "store-version", file="database", value=str(found)))


def _commit(name: str, kind: str, digest: str, rows: int, note: str) -> Commit:
    sequence = 1 + (Commit.objects.aggregate(last=Max("sequence"))["last"] or 0)
    named = name or f"{sequence:08d}-{digest[:12]}"
    return Commit.objects.create(sequence=sequence, name=named, kind=kind, digest=digest, rows=rows, note=note)


def _add(table: pa.Table, commit: Commit) -> None:
    gone = _withdrawn_hashes()
    for hashes in _hashes(table):
        Figure.objects.filter(current=True, key_hash__in=hashes).update(current=False)
    fields = [fields_of(row) for row in table.to_pylist()]
    Figure.objects.bulk_create(
        (Figure(**row, commit=commit, position=n, withdrawn=row["key_hash"] in gone) for n, row in enumerate(fields)),
        batch_size=CHUNK,
    )


def _hashes(table: pa.Table) -> Iterator[list[str]]:
    hashes = [key_hash(row) for row in table.select(KEY).to_pylist()]
    for start in range(0, len(hashes), CHUNK):
        yield hashes[start : start + CHUNK]


def _selected(selection: Selection) -> QuerySet[Figure]:
    wanted = Q()
    for name in ("party", "indicator", "series", "source", "status", "vintage"):
        if values := getattr(selection, name):
            wanted &= Q(**{f"{name}__in": values})
    if selection.years is not None:
        wanted &= Q(year__range=selection.years)
    return Figure.objects.filter(wanted)


def _withdrawn_hashes() -> set[str]:
    return set(Withdrawal.objects.values_list("key_hash", flat=True))


def _withdrawal(row: dict[str, Any], commit: Commit, reason: str) -> Withdrawal:
    return Withdrawal(**{name: row[name] for name in KEY}, key_hash=key_hash(row), commit=commit, reason=reason)
