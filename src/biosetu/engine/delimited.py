"""Large tables of plain values, typed as they are read: CSV, TSV, Marxan's .dat, Parquet."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

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
        return pq.read_table(path)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        first = stream.readline(100_000)
    counts = {delimiter: first.count(delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: counts[mark]) if any(counts.values()) else ","
    try:
        return pa_csv.read_csv(path, parse_options=pa_csv.ParseOptions(delimiter=delimiter))
    except (pa.ArrowInvalid, csv.Error) as error:
        raise DataError(Problem("the table cannot be read", str(error), "format", str(path))) from error
