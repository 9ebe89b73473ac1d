"""Occurrence records, streamed from CSV, TSV or Parquet: one file, a folder, a ZIP or any fsspec address.

Darwin Core terms are found whatever their case (GBIF's monthly Parquet writes them in lower case); other names are
given by option. What is yielded has the columns of `CANONICAL`, batch after batch, in the order of the input.
"""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from biosetu.engine.coordinates import degrees_column, number_column
from biosetu.engine.occurrence_files import Found, damaged, find_files
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

ROWS_A_BATCH = 1 << 18
BYTES_A_BLOCK = 1 << 24
SMALL_BYTES = 64 << 20
MOST_HEADER_BYTES = 1 << 20
MOST_NAMED = 5
MOST_REFUSED = 10_000

NAMES: Mapping[str, tuple[str, ...]] = {
    "taxon": ("taxon", "species", "scientificName", "acceptedScientificName", "speciesKey", "taxonKey", "binomial"),
    "lon": ("decimalLongitude", "longitude", "lon", "long", "lng", "x"),
    "lat": ("decimalLatitude", "latitude", "lat", "y"),
    "uncertainty_m": ("coordinateUncertaintyInMeters",),
    "basis": ("basisOfRecord",),
    "year": ("year",),
    "status": ("occurrenceStatus",),
    "centroid_m": ("distanceFromCentroidInMeters",),
}
NEEDED = ("taxon", "lon", "lat")
TEXTS = ("taxon", "basis", "status")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the input: a text file, or a row group of a Parquet file (its first row, the taxa it spans)."""

    path: str
    size: int
    rows: int | None = None
    row_group: int | None = None
    first_row: int = 0
    lowest: Any = None
    highest: Any = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where occurrences come from: an address, the names of its columns, and its parts."""

    address: str
    columns: Mapping[str, str]
    parts: Sequence[Part]
    parquet: bool
    delimiter: str = ","
    identity: str = ""

    @property
    def rows(self) -> int | None:
        """Return how many rows there are where the files say so."""
        counts = [part.rows for part in self.parts]
        return None if any(count is None for count in counts) else sum(count or 0 for count in counts)


@dataclass(slots=True)
class Refused:
    """What could not be read: lines that are no rows (too few or too many fields), and the first odd coordinates."""

    count: int = 0
    first: list[Problem] = field(default_factory=list)
    coordinates: list[Problem] = field(default_factory=list)

    def add(self, file: str, row: int | None, text: str) -> None:
        """Count a line and keep the first few."""
        self.count += 1
        if len(self.first) < MOST_NAMED:
            message, remedy = N_("the line has another number of fields"), N_("Check quotes and separators.")
            self.first.append(Problem(message, remedy, "fields", file, row, value=text[:80]))

    def coordinate(self, file: str, row: int | None, column: str, text: str) -> None:
        """Keep the first few coordinates that cannot be read; the screening counts them."""
        if len(self.coordinates) < MOST_NAMED:
            message, remedy = N_("the coordinate cannot be read"), N_("Write degrees, such as 27.7, 27°42' or 27°42'N.")
            self.coordinates.append(Problem(message, remedy, "coordinate", file, row, column, text[:80]))


@dataclass(slots=True)
class _Rows:
    """The numbers of the rows of one part, the header of a text being row 1; lines that were refused have theirs too.

    Lines are refused by block, ahead of the batches; where one has no number (large files, or too many), no row after
    it has one.
    """

    passed: int
    refused: list[int | None] = field(default_factory=list)

    def refuse(self, row: int | None) -> None:
        """Take note of a line that is no row."""
        if not self.refused or self.refused[-1] is not None:
            self.refused.append(row if len(self.refused) < MOST_REFUSED else None)

    def number(self, index: int) -> int | None:
        """Return the number of a row of the current batch."""
        row = self.passed + index
        for other in self.refused:
            if other is None:
                return None
            if other > row:
                break
            row += 1
        return row


def open_source(address: str, names: Mapping[str, str] | None = None) -> Source:
    """Find the files of an address, their format and their columns.

    Args:
        address: a file, a folder, a ZIP or an fsspec address such as `s3://bucket/folder`; files of one format.
        names: column of the file by the keys of `NAMES`, where they are not Darwin Core.

    Raises:
        UsageError: nothing there. DataError: no known format, or needed columns are missing; all are named.
    """
    found = find_files(address)
    try:
        return _opened(found, names)
    except (zipfile.BadZipFile, zlib.error) as error:
        raise damaged(found.address, N_("the ZIP is damaged")) from error


def _opened(found: Found, names: Mapping[str, str] | None) -> Source:
    if found.parquet:
        return _open_parquet(found, names or {})
    files, system = found.paths, found.system
    header, delimiter = _header(system, files[0])
    columns = _resolve(header, names or {}, files[0])
    parts = [Part(path, int(system.size(path) or 0)) for path in files]
    return Source(found.address, columns, parts, False, delimiter, found.identity)


def read_batches(
    source: Source, parts: Sequence[Part] | None = None, refused: Refused | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield batches with columns taxon (dictionary of text), lon, lat [degrees], and those others that there are.

    Coordinates that are missing are NaN, those that cannot be read `coordinates.UNREADABLE`; the first of these are
    named in `refused`. Other numbers that cannot be read are NaN; text that is missing is null.
    """
    told = refused if refused is not None else Refused()
    for part in source.parts if parts is None else parts:
        rows = _Rows(part.first_row + 2)
        raw = _parquet_batches(source, part) if source.parquet else _text_batches(source, part, told, rows)
        for batch in _readable(raw, part.path):
            if batch.num_rows:
                made = _in_utf8(_canonical(batch, source.columns), part.path)
                _name_odd(batch, made, source, part.path, told, rows)
                rows.passed += batch.num_rows
                yield made


def _name_odd(raw: pa.RecordBatch, made: pa.RecordBatch, source: Source, path: str, told: Refused, rows: _Rows) -> None:
    if len(told.coordinates) == MOST_NAMED:
        return
    odd = [
        (index, source.columns[key]) for key in ("lon", "lat") for index in np.flatnonzero(np.isinf(made.column(key)))
    ]
    for index, name in sorted(odd)[:MOST_NAMED]:
        told.coordinate(path, rows.number(int(index)), name, str(raw.column(name)[index]))


def _resolve(header: Sequence[str], names: Mapping[str, str], file: str) -> dict[str, str]:
    by_case = {name.strip().lower(): name for name in reversed(list(header))}
    columns, problems = {}, []
    for key, usual in NAMES.items():
        wanted = (names[key],) if names.get(key) else usual
        found = next((by_case[name.lower()] for name in wanted if name.lower() in by_case), None)
        if found is not None:
            columns[key] = found
        elif key in NEEDED or names.get(key):
            problems.append(
                Problem(
                    say("there is no column {wanted}", wanted=" or ".join(wanted)),
                    say("Name it by option; the file has: {names}", names=", ".join(list(header)[:30])),
                    "column",
                    file=file,
                    row=1,
                )
            )
    if problems:
        raise DataError(problems)
    return columns


def _header(system: Any, path: str) -> tuple[list[str], str]:
    with system.open(path, "rb") as stream:
        line = stream.read(MOST_HEADER_BYTES).split(b"\n")[0].split(b"\r")[0]
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(Problem(N_("the file is in UTF-16"), N_("Save it as CSV in UTF-8."), "encoding", file=path))
    if b"\x00" in line:
        raise DataError(Problem(N_("not a text file"), N_("Save it as CSV in UTF-8."), "encoding", file=path))
    try:
        text = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(
            Problem(N_("the file is not in UTF-8"), N_("Save it as CSV in UTF-8."), "encoding", file=path)
        ) from error
    delimiter = max("\t;,|", key=text.count)
    if delimiter == "\t" and not text.startswith('"'):
        return text.split("\t"), delimiter
    return next(csv.reader([text], delimiter=delimiter), []), delimiter


def _unlike(path: str, columns: Set[str]) -> DataError:
    """Return the refusal of a file among others whose columns are not theirs."""
    message, remedy = N_("its columns differ from those of the first file"), N_("Bring files of one kind.")
    return DataError(Problem(message, remedy, "column", path, 1, value=", ".join(sorted(columns))))


def _starts_quoted(system: Any, path: str) -> bool:
    with system.open(path, "rb") as stream:
        return bool(stream.read(4).removeprefix(b"\xef\xbb\xbf").startswith(b'"'))


def _text_batches(source: Source, part: Part, refused: Refused, rows: _Rows) -> Iterator[pa.RecordBatch]:
    system, _ = fsspec.core.url_to_fs(source.address)
    header, delimiter = _header(system, part.path)
    if header and (missing := set(source.columns.values()) - set(header)):
        raise _unlike(part.path, missing)
    bare = delimiter == "\t" and not _starts_quoted(system, part.path)

    def refuse(row: Any) -> str:
        rows.refuse(row.number)
        refused.add(part.path, row.number, row.text or "")
        return "skip"

    with system.open(part.path, "rb") as stream:
        reader = pa_csv.open_csv(
            stream if "://" in source.address else pa.input_stream(part.path),
            pa_csv.ReadOptions(block_size=BYTES_A_BLOCK, use_threads=part.size > SMALL_BYTES),
            pa_csv.ParseOptions(
                delimiter=delimiter,
                quote_char=False if bare else '"',
                newlines_in_values=not bare and part.size <= SMALL_BYTES,
                invalid_row_handler=refuse,
            ),
            pa_csv.ConvertOptions(
                include_columns=list(source.columns.values()),
                column_types=dict.fromkeys(source.columns.values(), pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=["", "NA", "\\N"],
                check_utf8=False,
            ),
        )
        yield from reader


def _readable(batches: Iterator[pa.RecordBatch], path: str) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except (pa.ArrowInvalid, zipfile.BadZipFile, zlib.error) as error:
        broken = not isinstance(error, pa.ArrowInvalid)
        remedy = N_("Fetch it again.") if broken else N_("Check quotes and separators.")
        raise DataError(
            Problem(say("the file cannot be read further: {error}", error=error), remedy, "format", file=path)
        ) from error


@contextmanager
def _whole_parquet(path: str) -> Iterator[None]:
    """Tell of a damaged Parquet file as such; what the disk or the network did wrong has a number and passes."""
    try:
        yield
    except (ValueError, OSError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise damaged(path, N_("the Parquet file is damaged")) from error


def _open_parquet(found: Found, names: Mapping[str, str]) -> Source:
    parts: list[Part] = []
    columns: dict[str, str] = {}
    for path in found.paths:
        with found.system.open(path, "rb") as stream, _whole_parquet(path):
            meta = pq.read_metadata(stream)
        mine = _resolve(meta.schema.to_arrow_schema().names, names, path)
        if columns and mine != columns:
            raise _unlike(path, set(columns.values()) ^ set(mine.values()))
        columns = mine
        place = _leaf(meta, columns["taxon"])
        sizes = [meta.row_group(group).num_rows for group in range(meta.num_row_groups)]
        starts = accumulate(sizes[:-1], initial=0) if sizes else ()
        parts += [_row_group(path, meta, group, place, start) for group, start in enumerate(starts)]
    return Source(found.address, columns, parts, True, identity=found.identity)


def _leaf(meta: Any, column: str) -> int:
    """Return the place of a column among the leaves of a file; a nested column before it has several."""
    leaves = [meta.schema.column(place).path for place in range(meta.num_columns)]
    return leaves.index(column) if column in leaves else len(leaves)


def _row_group(path: str, meta: Any, group: int, place: int, start: int) -> Part:
    rows = meta.row_group(group)
    lowest = highest = None
    if place < rows.num_columns and (stats := rows.column(place).statistics) is not None and stats.has_min_max:
        lowest, highest = stats.min, stats.max
    return Part(path, rows.total_byte_size, rows.num_rows, group, start, lowest, highest)


def _parquet_batches(source: Source, part: Part) -> Iterator[pa.RecordBatch]:
    system, _ = fsspec.core.url_to_fs(source.address)
    with system.open(part.path, "rb") if "://" in source.address else pa.memory_map(part.path) as stream:
        groups = None if part.row_group is None else [part.row_group]
        with _whole_parquet(part.path):
            file = pq.ParquetFile(stream, read_dictionary=[source.columns["taxon"]])
            yield from file.iter_batches(ROWS_A_BATCH, row_groups=groups, columns=list(source.columns.values()))


def _canonical(batch: pa.RecordBatch, columns: Mapping[str, str]) -> pa.RecordBatch:
    out: dict[str, Any] = {}
    for key, name in columns.items():
        column = batch.column(batch.schema.get_field_index(name))
        if key in ("lon", "lat"):
            out[key] = degrees_column(column, key)
        elif key in TEXTS:
            out[key] = _texts(column)
        else:
            out[key] = number_column(column)
    return pa.RecordBatch.from_pydict(out)


def _in_utf8(batch: pa.RecordBatch, path: str) -> pa.RecordBatch:
    for name in batch.schema.names:
        column = batch.column(name)
        try:
            if isinstance(column, pa.DictionaryArray):
                column.dictionary.validate(full=True)
        except pa.ArrowInvalid as error:
            raise DataError(
                Problem(
                    N_("the file is not in UTF-8"), N_("Save it as CSV in UTF-8."), "encoding", file=path, column=name
                )
            ) from error
    return batch


def _texts(column: pa.Array) -> pa.DictionaryArray:
    coded = column if isinstance(column, pa.DictionaryArray) else pc.dictionary_encode(column)
    if pa.types.is_string(coded.dictionary.type):
        return coded
    return pa.DictionaryArray.from_arrays(coded.indices, pc.cast(coded.dictionary, pa.string()))
