"""Large tables of plain values, typed as they are read: CSV, TSV, Marxan's .dat, Parquet."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from biosetu.engine.tables import read_parquet
from biosetu.problems import DataError, Problem

DELIMITERS = ",\t; "
LARGEST_BYTES = 4_000_000_000


def read_delimited(path: Path) -> pa.Table:
    """Read a table by suffix; the delimiter (comma, tab, semicolon, blank) is taken from the first line.

    Columns get the type that their values have. Raises DataError for a file that cannot be read or is too large.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise DataError(Problem("the file is too large", "Split it, or use Parquet", "too-large", str(path)))
    if path.suffix.lower() in (".parquet", ".geoparquet"):
        return read_parquet(path)
    delimiter = _delimiter(path)
    try:
        return pa_csv.read_csv(path, parse_options=pa_csv.ParseOptions(delimiter=delimiter))
    except (pa.ArrowInvalid, csv.Error) as error:
        raise DataError(Problem("the table cannot be read", str(error), "format", str(path))) from error


def _delimiter(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline(100_000)
    except UnicodeDecodeError as error:
        what, remedy = "the names of the columns are not UTF-8 text", "Save it as CSV in UTF-8"
        raise DataError(Problem(what, remedy, "encoding", str(path), 1)) from error
    counts = {delimiter: first.count(delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: counts[mark]) if any(counts.values()) else ","
