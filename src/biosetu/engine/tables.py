"""Tables in and out: CSV, TSV, xlsx, Parquet, JSON, local or by any fsspec address.

What is written never starts a cell with a character that a spreadsheet would run as a formula.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from biosetu.problems import DataError, Problem
from biosetu.translation import say

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that replaces it on success: nothing half-written is ever seen."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def safe_cell(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: a leading apostrophe where it would start a formula.

    Text that already stands behind apostrophes gets one more, so that reading can undo it (`read_cells`).
    """
    return "'" + text if text.lstrip("'").startswith(FORMULA_STARTS) else text


def read_parquet(path: Path) -> pa.Table:
    """Read one Parquet file that a user brings. Raises DataError where it is damaged or none at all."""
    try:
        return pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        remedy = "Write it again, or bring a CSV"
        raise DataError(Problem("the Parquet file is damaged", remedy, "format", str(path))) from error


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table by suffix (.csv, .tsv, .parquet, .json, .xlsx), replacing the file at once or not at all."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise DataError(
            Problem(
                "no such output format",
                say("Use one of {writers}", writers=", ".join(sorted(WRITERS))),
                "format",
                file=str(path),
            )
        )
    with replacing(path) as temporary:
        writer(table, temporary)


def escaped(table: pa.Table) -> pa.Table:
    """Return the table with an apostrophe before every text and name that a spreadsheet would run as a formula."""
    table = table.cast(pa.schema([_plain(field) for field in table.schema], table.schema.metadata))
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            column = table.column(index)
            risky = pc.match_substring_regex(column, r"^'*[=+\-@\t\r]")
            if pc.any(risky).as_py():
                mark, between = pa.scalar("'", field.type), pa.scalar("", field.type)
                quoted = pc.binary_join_element_wise(mark, column, between)
                table = table.set_column(index, field, pc.if_else(risky, quoted, column))
    return table.rename_columns([safe_cell(name) for name in table.column_names])


def _plain(field: pa.Field) -> pa.Field:
    """Return the field of a column of codes (a dictionary) as one of its values."""
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field


def csv_bytes(table: pa.Table) -> bytes:
    """Return a table as the content of a CSV file."""
    stream = pa.BufferOutputStream()
    pa_csv.write_csv(escaped(table), stream)
    return bytes(stream.getvalue())


def _write_csv(table: pa.Table, path: Path) -> None:
    pa_csv.write_csv(escaped(table), path)


def _write_tsv(table: pa.Table, path: Path) -> None:
    pa_csv.write_csv(escaped(table), path, pa_csv.WriteOptions(delimiter="\t"))


def _write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def _write_json(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        json.dump(table.to_pylist(), stream, ensure_ascii=False, indent=1, default=str)


def _write_xlsx(table: pa.Table, path: Path) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("data")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, list(map(safe_cell, table.column_names)), book.add_format({"bold": True}))
        for row, record in enumerate(table.to_pylist(), start=1):
            for column, value in enumerate(record.values()):
                _write_cell(sheet, row, column, value)


class AllDigits(float):
    """A number written with every digit that tells it from its neighbours (xlsxwriter keeps 16, some need 17)."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


def _write_cell(sheet: Any, row: int, column: int, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, AllDigits(value) if isinstance(value, float) else value)
    else:
        sheet.write_string(row, column, safe_cell(str(value)))


WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    ".csv": _write_csv,
    ".tsv": _write_tsv,
    ".parquet": _write_parquet,
    ".geoparquet": _write_parquet,
    ".json": _write_json,
    ".xlsx": _write_xlsx,
}
