"""Filled-in tables from outside: every cell as text, within limits. Uploaded files are hostile.

A workbook's formulas are never run (their stored results are read), its links never followed, its archive never
unpacked beyond the limits.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from biosetu.engine.grids import PercentNumber
from biosetu.engine.memory import out_of_memory
from biosetu.engine.numbers import one_way
from biosetu.observations.cells import unescape
from biosetu.problems import DataError, Problem, undecodable
from biosetu.translation import N_, say


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file, workbook content [bytes], number of rows and columns, and cell [characters] accepted."""

    file_bytes: int = 60_000_000
    content_bytes: int = 400_000_000
    rows: int = 200_000
    columns: int = 200
    cell: int = 32_767


DEFAULT_LIMITS = Limits()
SUFFIXES = (".csv", ".tsv", ".xlsx")


def read_cells(
    path: Path, *, sheet: str | None = None, limits: Limits = DEFAULT_LIMITS, escaped: bool = False, shown: bool = False
) -> pa.Table:
    """Read a CSV, TSV or xlsx file as a table of strings, its first row the header; wholly empty rows are kept out.

    With `shown` a number of a workbook that a cell shows as a percentage comes as such: 0.3 as 30%.
    Empty cells are empty strings, dates ISO 8601, numbers written so that `float` gives them back exactly. Of a
    workbook the sheet named `sheet`, else the first, is read. A CSV is UTF-8 (a byte order mark is fine) with comma,
    semicolon or tab.
    The apostrophe that `write_table` puts before what a spreadsheet would run is taken away, unless `escaped` leaves
    it to a reader that takes it away itself. Raises `DataError` for another type, a file over the limits or one that
    cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        _refuse(path, N_("this type of file is not read"), say("Use {formats}", formats=", ".join(SUFFIXES)), "format")
    if path.stat().st_size > limits.file_bytes:
        _refuse(
            path,
            N_("the file is too large"),
            say("Keep it under {file_bytes:,} bytes", file_bytes=limits.file_bytes),
            "too-large",
        )
    rows = _xlsx_rows(path, sheet, limits, shown) if suffix == ".xlsx" else _csv_rows(path, limits)
    return _table(path, rows if escaped else ([unescape(cell) for cell in cells] for cells in rows), limits)


def numbered_rows(table: pa.Table) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table that `read_cells` gave, each with its row in the file, which counts empty ones too."""
    numbers = table.schema.metadata[b"biosetu.rows"].decode().split(",")
    return list(zip(map(int, filter(None, numbers)), table.to_pylist(), strict=True))


def _refuse(path: Path, message: str, remedy: str, code: str, row: int | None = None) -> None:
    raise DataError(Problem(message, remedy, code, path.name, row))


def _table(path: Path, rows: Iterable[list[str]], limits: Limits) -> pa.Table:
    lines = iter(rows)
    header = [name.strip() for name in next(lines, [])]
    while header and not header[-1]:
        header.pop()
    if not header or not all(header):
        _refuse(path, N_("the first row does not name the columns"), N_("Write the column names in row 1"), "header", 1)
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        _refuse(path, N_("a column stands twice"), say("Keep one of them: {name}", name=twice), "repeated-column", 1)
    columns: list[list[str]] = [[] for _ in header]
    numbers: list[int] = []
    for number, cells in enumerate(lines, start=2):
        if number > limits.rows + 1:
            _refuse(path, N_("too many rows"), say("Keep it under {rows:,} rows", rows=limits.rows), "too-many-rows")
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            _refuse(path, N_("more cells than column names"), N_("Name every column in row 1"), "extra-cells", number)
        numbers.append(number)
        for index, column in enumerate(columns):
            column.append(cells[index] if index < len(cells) else "")
    table = pa.table([pa.array(column, pa.string()) for column in columns], names=header)
    return table.replace_schema_metadata({"biosetu.rows": ",".join(map(str, numbers))})


def _csv_rows(path: Path, limits: Limits) -> Iterator[list[str]]:
    try:
        text = path.read_bytes().decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError(undecodable(error, path.name, N_("not UTF-8 text"), N_("Save it as “CSV UTF-8”"))) from error
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        _refuse(path, N_("not a text file"), N_("Save it as “CSV UTF-8”"), "encoding", row)
    csv.field_size_limit(max(limits.cell, csv.field_size_limit()))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(path, text), strict=True)
    try:
        for cells in reader:
            _check_cells(path, cells, reader.line_num, limits)
            yield cells
    except csv.Error as error:
        if "field limit" in str(error):
            remedy = say("Keep it under {cell:,} characters", cell=csv.field_size_limit())
            _refuse(path, N_("a cell is too long"), remedy, "cell-too-long", reader.line_num)
        raise DataError(Problem(N_("not a CSV file"), str(error), "csv", path.name, reader.line_num)) from error


def _delimiter(path: Path, text: str) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _check_cells(path: Path, cells: list[str], row: int, limits: Limits) -> None:
    if len(cells) > limits.columns:
        _refuse(
            path,
            N_("too many columns"),
            say("Keep it under {columns} columns", columns=limits.columns),
            "too-many-columns",
            row,
        )
    if any(len(cell) > limits.cell for cell in cells):
        _refuse(
            path,
            N_("a cell is too long"),
            say("Keep it under {cell:,} characters", cell=limits.cell),
            "cell-too-long",
            row,
        )


def check_archive(path: Path, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse an archive (xlsx, docx) that is broken or would unpack to more than the limits."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            count = len(archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(Problem(N_("not a workbook"), N_("Save it anew as .xlsx"), "xlsx", path.name)) from error
    if size > limits.content_bytes or count > 10_000:
        _refuse(
            path,
            N_("the file unpacks to too much"),
            say("Keep it under {content_bytes:,} bytes", content_bytes=limits.content_bytes),
            "bomb",
        )


def _xlsx_rows(path: Path, sheet: str | None, limits: Limits, shown: bool) -> Iterator[list[str]]:
    check_archive(path, limits)
    try:
        yield from _open_xlsx_rows(path, sheet, limits, shown)
    except DataError:
        raise
    except Exception as error:  # a broken workbook breaks openpyxl in many ways
        if out_of_memory(error):
            raise MemoryError from error
        raise DataError(Problem(N_("not a workbook"), N_("Save it anew as .xlsx"), "xlsx", path.name)) from error


def _open_xlsx_rows(path: Path, sheet: str | None, limits: Limits, shown: bool) -> Iterator[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        if sheet is not None and sheet not in book.sheetnames:
            _refuse(path, N_("a sheet is missing"), say("The sheet must be named {sheet}", sheet=sheet), "sheet")
        page = book[sheet] if sheet is not None else book.worksheets[0]
        for number, row in enumerate(page.iter_rows(values_only=not shown, max_col=limits.columns + 1), start=1):
            cells = [_shown(cell) if shown else _plain(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            _check_cells(path, cells, number, limits)
            yield cells
    finally:
        book.close()


def _shown(cell: Any) -> str:
    number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    return one_way(PercentNumber(cell.value)) if number and "%" in (cell.number_format or "") else _plain(cell.value)


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        whole_day = value.time().isoformat() == "00:00:00"
        return value.date().isoformat() if whole_day else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
