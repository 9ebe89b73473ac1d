"""Occurrences in no order, put into partitions on disk by taxon: how far that is, is kept, so that it can go on.

Every `rows_a_partition` rows the names and tallies of the taxa so far, the rows read and the sizes of the files are
written. After an interruption of any kind, at most that many rows are screened again; row groups of Parquet that were
done are not read again, lines of text are, without being screened.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from biosetu.engine.occurrences import Refused, Source, read_batches
from biosetu.engine.partitions import Run
from biosetu.engine.spill import Spill, can_go_on, read_spilled, spilled_path
from biosetu.geo.kinds import Integers
from biosetu.progress import Progress
from biosetu.species.ranges import Kept, RangeOptions, Taxa, range_table
from biosetu.species.screening import Codes, Screening, screen

BYTES_A_LINE = 60
ROWS_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class SpilledTask:
    """A partition on disk, and the names and tallies of its taxa by code."""

    path: Path
    codes: Integers
    names: Sequence[str]
    tally: Integers
    options: RangeOptions


@dataclass(frozen=True, slots=True)
class _State:
    """How far the partitions are: rows read, whether all are, lines refused, sizes of the files, the taxa."""

    rows: int
    whole: bool
    refused: int
    sizes: Sequence[int]
    taxa: Taxa

    def table(self) -> pa.Table:
        tally = self.taxa.tally
        columns: dict[str, Any] = {"taxon": pa.array(self.taxa.names, pa.string())}
        columns |= {str(k): pa.array(tally[:, k]) for k in range(tally.shape[1])}
        said = {name: getattr(self, name) for name in ("rows", "whole", "refused", "sizes")}
        said["unnamed"] = self.taxa.unnamed
        return pa.table(columns).replace_schema_metadata({"state": json.dumps(said)})

    @classmethod
    def read(cls, table: pa.Table) -> _State:
        said = json.loads((table.schema.metadata or {})[b"state"])
        names = table.column("taxon").to_pylist()
        counts = [np.asarray(column) for column in table.columns[1:]]
        taxa = Taxa.again(names, np.ascontiguousarray(np.column_stack(counts)), said["unnamed"])
        return cls(said["rows"], said["whole"], said["refused"], said["sizes"], taxa)


class Prepared:
    """The partitions of one run of `species range`: begun, filled, and turned into tasks."""

    def __init__(self, run: Run, rows_a_partition: int) -> None:
        """Find what an earlier run left."""
        self._run = run
        self._rows = rows_a_partition
        found = run.kept_so_far()
        state = None if found is None else _State.read(found)
        self._state = state if state is not None and can_go_on(run.folder, state.sizes) else None

    def begun(self) -> bool:
        """Return whether an earlier run left partitions to go on with."""
        return self._state is not None

    def begin(self, source: Source, taxa: Taxa, kept: Kept, rows: int) -> None:
        """Put the records held so far into new partitions; `rows` of the source were read for them."""
        with Spill(self._run.start().folder, max(2, -(-rows_expected(source) // self._rows))) as spill:
            for codes, places in kept.handed_over():
                spill.add(codes, places)
            self._keep(rows, taxa, spill)

    def fill(
        self,
        source: Source,
        rules: Screening,
        refused: Refused,
        progress: Progress,
        following: Iterator[pa.RecordBatch] | None = None,
    ) -> None:
        """Read what is left of the source into the partitions; `following` yields it where it is being read already."""
        state = self._found()
        if state.whole:
            refused.count = state.refused
            return
        done = kept = state.rows
        with Spill(self._run.folder, len(state.sizes), state.sizes) as spill:
            for batch in following or _after(source, state.rows, refused):
                spill.add(*screened(batch, state.taxa, rules))
                done += batch.num_rows
                progress(done, max(rows_expected(source), done), "partition")
                if done - kept >= self._rows:
                    self._keep(done, state.taxa, spill)
                    kept = done
            self._keep(done, state.taxa, spill, whole=True, refused=refused.count)

    def tasks(self, options: RangeOptions) -> tuple[list[SpilledTask], int]:
        """Return the partitions, and how many records name no taxon."""
        taxa, parts = self._found().taxa, len(self._found().sizes)
        names = np.array(taxa.names, dtype=object)
        tasks = [
            SpilledTask(spilled_path(self._run.folder, k), codes, names[codes].tolist(), taxa.tally[codes], options)
            for k, codes in ((k, np.arange(k, len(names), parts)) for k in range(min(parts, len(names))))
        ]
        return tasks, taxa.unnamed

    def _found(self) -> _State:
        if self._state is None:
            raise ValueError("the partitions are not begun")
        return self._state

    def _keep(self, rows: int, taxa: Taxa, spill: Spill, *, whole: bool = False, refused: int = 0) -> None:
        self._state = _State(rows, whole, refused, spill.sizes(), taxa)
        self._run.keep_so_far(self._state.table())


def rows_expected(source: Source) -> int:
    """Return how many rows there are, by what the files say or, for text, by their size."""
    return source.rows or sum(part.size for part in source.parts) // BYTES_A_LINE


def _after(source: Source, rows: int, refused: Refused) -> Iterator[pa.RecordBatch]:
    """Yield what comes after the first `rows` rows; parts that say how many rows they have are passed over unread."""
    left = rows
    parts = list(source.parts)
    while parts and parts[0].rows is not None and parts[0].rows <= left:
        left -= parts.pop(0).rows or 0
    for batch in read_batches(source, parts, refused):
        passed = min(left, batch.num_rows)
        left -= passed
        if passed < batch.num_rows:
            yield batch.slice(passed)


def screened(batch: pa.RecordBatch, taxa: Taxa, rules: Screening) -> tuple[Codes, Integers]:
    """Return taxon codes and places of the records of a batch that are kept; all of them are counted in `taxa`."""
    codes = taxa.codes(batch.column("taxon"))
    found, places = screen(batch, rules)
    taxa.count(codes, found)
    kept = (found == 0) & (codes >= 0)
    return codes[kept], places[kept]


def measure_spilled(task: SpilledTask) -> pa.Table:
    """Measure the taxa of one partition on disk."""
    kept = Kept()
    codes, places = read_spilled(task.path)
    for start in range(0, codes.size, ROWS_AT_ONCE):
        mine = slice(start, start + ROWS_AT_ONCE)
        codes[mine] = np.searchsorted(task.codes, codes[mine])
    kept.add(codes, places)
    del codes, places
    return range_table(list(task.names), task.tally, kept, task.options)
