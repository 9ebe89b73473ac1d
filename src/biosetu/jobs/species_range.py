"""`species range`: occurrences in, one row a taxon out, in memory, by partition or on a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from biosetu import __version__
from biosetu.engine.cluster import cluster_client
from biosetu.engine.occurrences import Part, Refused, Source, open_source, read_batches
from biosetu.engine.partitions import Run, run_partitions
from biosetu.jobs.species_partitions import Prepared, measure_spilled, rows_expected, screened
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.species.ranges import Kept, RangeOptions, Taxa, range_table, screening_totals
from biosetu.species.screening import Screening

ROWS_IN_MEMORY = 16_000_000
ROWS_A_PARTITION = 8_000_000


@dataclass(frozen=True, slots=True)
class RangeRequest:
    """What `species range` was asked: the address, its column names, what is screened out, what is measured."""

    address: str
    names: Mapping[str, str] = field(default_factory=dict)
    screening: Screening = field(default_factory=Screening)
    options: RangeOptions = field(default_factory=RangeOptions)
    rows_in_memory: int = ROWS_IN_MEMORY
    rows_a_partition: int = ROWS_A_PARTITION


@dataclass(frozen=True, slots=True)
class RangeResult:
    """One row a taxon, sorted by taxon; totals of what was left out; the first of what could not be read."""

    table: pa.Table
    left_out: Mapping[str, int]
    refused: Refused


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Row groups of a sorted source, and the taxa above `low` up to `high` that belong to this partition."""

    source: Source
    parts: Sequence[Part]
    low: Any
    high: Any
    request: RangeRequest


def measure_range(request: RangeRequest, scheduler: str | None = None, progress: Progress = silent) -> RangeResult:
    """Measure the extent of occurrence and area of occupancy of every taxon in a set of occurrence records.

    Small input is done in memory; Parquet sorted by taxon is streamed by stretches of row groups; all else is put
    into partitions on disk first (12 bytes a record). Partitions are resumed when the same request is made again.

    Raises:
        DataError, UsageError: the input cannot be read (`open_source`) or holds no usable record.
        Cancelled: from `progress`; finished partitions stay.
    """
    source = open_source(request.address, request.names)
    if scheduler:
        with cluster_client(scheduler):
            progress(0, rows_expected(source), "read")
    refused = Refused()
    run = Run("species-range", [source.identity, str(request), __version__])
    stretches = sorted_stretches(source, request)
    if stretches and (scheduler or (source.rows or 0) > request.rows_in_memory):
        tables = run_partitions(stretches, measure_stretch, run, scheduler, progress)
        unnamed = sum(int((table.schema.metadata or {}).get(b"unnamed", b"0")) for table in tables)
    else:
        tables, unnamed = _gathered(source, request, run, scheduler, refused, progress)
    run.discard()
    return _result(tables, unnamed, refused, request)


def _result(tables: Sequence[pa.Table], unnamed: int, refused: Refused, request: RangeRequest) -> RangeResult:
    if sum(table.num_rows for table in tables) == 0:
        raise DataError(
            [
                *refused.first,
                Problem("no record names a taxon", "Check the taxon column.", "empty", file=request.address),
            ]
        )
    table = pa.concat_tables([t.replace_schema_metadata(None) for t in tables]).sort_by("taxon").combine_chunks()
    totals = {"not_a_row": refused.count, "no_taxon": unnamed} | screening_totals(table)
    return RangeResult(table, totals, refused)


def sorted_stretches(source: Source, request: RangeRequest) -> list[_Stretch]:
    """Return partitions of a source whose row groups follow one another by taxon; empty where they do not."""
    parts = source.parts
    if not source.parquet or any(part.rows is None or not isinstance(part.lowest, str | int) for part in parts):
        return []
    parts = sorted(parts, key=lambda part: (part.lowest, part.highest))
    if any(before.highest > after.lowest for before, after in pairwise(parts)):
        return []
    stretches: list[_Stretch] = []
    low: Any = None
    rows = 0
    for index, part in enumerate(parts):
        rows += part.rows or 0
        last = index == len(parts) - 1
        if last or (rows >= request.rows_a_partition and part.highest != low):
            high: Any = part.highest
            mine = [p for p in parts if (low is None or p.highest > low) and p.lowest <= high]
            if mine:
                stretches.append(_Stretch(source, mine, low, high, request))
            low, rows = high, 0
    return stretches


def measure_stretch(task: _Stretch) -> pa.Table:
    """Measure the taxa of one stretch; the number of records without a taxon is in the table's metadata."""
    taxa, kept = Taxa(), Kept()
    for batch in _stretch_batches(task):
        kept.add(*screened(batch, taxa, task.request.screening))
    table = range_table(taxa.names, taxa.tally, kept, task.request.options)
    return table.replace_schema_metadata({"unnamed": str(taxa.unnamed)})


def _stretch_batches(task: _Stretch) -> Iterator[pa.RecordBatch]:
    for part in task.parts:
        owned = task.low is None or part.lowest > task.low
        for batch in read_batches(task.source, [part]):
            taxon = batch.column("taxon")
            inside = [_inside(name, task) for name in taxon.dictionary.to_pylist()]
            if all(inside) and owned:
                yield batch
            else:
                table = np.array([*inside, owned], dtype=np.bool_)
                yield batch.filter(pa.array(table[np.asarray(taxon.indices.fill_null(len(inside)))]))


def _inside(name: str, task: _Stretch) -> bool:
    value = type(task.high)(name)
    return bool((task.low is None or value > task.low) and value <= task.high)


def _gathered(
    source: Source, request: RangeRequest, run: Run, scheduler: str | None, refused: Refused, progress: Progress
) -> tuple[list[pa.Table], int]:
    """Hold the records in memory; where they are too many, or a cluster is to do the work, put them on disk."""
    prepared = Prepared(run, request.rows_a_partition)
    following = None
    if not prepared.begun():
        taxa, kept, done = Taxa(), Kept(), 0
        following = read_batches(source, refused=refused)
        for batch in following:
            kept.add(*screened(batch, taxa, request.screening))
            done += batch.num_rows
            progress(done, max(rows_expected(source), done), "read")
            if scheduler or kept.records > request.rows_in_memory:
                break
        else:
            return [range_table(taxa.names, taxa.tally, kept, request.options)], taxa.unnamed
        prepared.begin(source, taxa, kept, done)
    prepared.fill(source, request.screening, refused, progress, following)
    tasks, unnamed = prepared.tasks(request.options)
    return run_partitions(tasks, measure_spilled, run, scheduler, progress), unnamed


def without_geometry(table: pa.Table) -> pa.Table:
    """Return the table without hulls and cells."""
    return table.drop_columns([name for name in ("hull", "cells") if name in table.column_names])
