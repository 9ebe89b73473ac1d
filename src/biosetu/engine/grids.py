"""Cells as a user typed them, from xlsx, CSV or TSV: for files whose very layout must be checked.

Uploaded files are hostile. Sizes are checked before anything is unpacked, nothing is executed, formulas stay text,
links to other files are not followed, and an encoding is never guessed.
"""

from __future__ import annotations

import csv
import time
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

from biosetu.engine.memory import out_of_memory
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"


class Formula(str):
    """A formula, as text; never evaluated."""

    __slots__ = ()


class ErrorValue(str):
    """A spreadsheet error such as `#DIV/0!`."""

    __slots__ = ()


class PercentNumber(float):
    """A number that the spreadsheet shows as a percentage: 0.18 reads as 18 %."""

    __slots__ = ()


Value = str | int | float | bool | datetime | date | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be, so that a hostile one can't exhaust the machine. Sizes in bytes, time in seconds."""

    size: int = 64 * 2**20
    unpacked: int = 256 * 2**20
    ratio: int = 500
    members: int = 2_000
    rows: int = 200_000
    columns: int = 128
    cell: int = 100_000
    line: int = 2**20
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its name and its rows, without trailing empty ones. Row 1 of the file is `rows[0]`."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A file of cells. `kind` is `xlsx` or `csv`; in a CSV every value is text."""

    file: str
    kind: str
    grids: tuple[Grid, ...]


def cells_beyond(row: Row, header: Row) -> tuple[Value, ...]:
    """Return what a row holds behind the last named column: in a CSV a text whose comma stands without quotation marks.

    White space is nothing.
    """
    named = max((place for place, cell in enumerate(header, start=1) if str(cell or "").strip()), default=0)
    beyond = row[named:]
    return beyond if any(str(cell if cell is not None else "").strip() for cell in beyond) else ()


def slid_rows(book: Book, grid: Grid) -> dict[int, Problem]:
    """Return by row (1 is the header) what is wrong with those of a CSV that have more cells than the header.

    Their cells may stand under other columns than their own. Where every one of several rows is longer, by empty cells
    alone, each line ends with a mark.
    """
    if book.kind != "csv" or not grid.rows:
        return {}
    header = grid.rows[0]
    filled = [(number, row) for number, row in enumerate(grid.rows[1:], start=2) if row]
    ended = len(filled) > 1 and all(len(row) > len(header) for _, row in filled)
    found = ((number, row, cells_beyond(row, header)) for number, row in filled)
    return {
        number: _slid(book.file, number, beyond)
        for number, row, beyond in found
        if beyond or (len(row) > len(header) and not ended)
    }


def _slid(file: str, number: int, beyond: Row) -> Problem:
    remedy = N_("Put each text that holds a comma into quotation marks, or save the table as .xlsx")
    value = " ".join(str(cell) for cell in beyond if cell)[:120]
    return Problem(N_("more cells than column names"), remedy, "extra-cells", file, number, value=value)


def read_book(path: Path, limits: Limits | None = None) -> Book:
    """Read every sheet of an xlsx, CSV or TSV file within `limits`.

    Raises `DataError` where the file is too large, a zip bomb, carries macros, is an old or protected workbook,
    isn't UTF-8 or UTF-16 with a byte-order mark, or is no table at all.
    """
    limits = limits or Limits()
    if not path.is_file():
        raise _refuse(path, "missing", "no such file", "Check the name")
    size = path.stat().st_size
    if size > limits.size:
        raise _refuse(
            path,
            "too-large",
            say("{size:,.0f} MB, more than is read", size=size / 2**20),
            "Split it into smaller files",
        )
    with path.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(OLD_EXCEL):
        raise _refuse(
            path, "old-format", "an old .xls or a password-protected workbook", "Save it as .xlsx, unprotected"
        )
    if start.startswith(ZIP):
        return Book(path.name, "xlsx", tuple(_sheets(path, limits)))
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        raise _refuse(path, "not-a-workbook", "the name says workbook, the content does not", "Save it again as .xlsx")
    return Book(path.name, "csv", (Grid("", tuple(_csv_rows(path, start, limits))),))


def _refuse(path: Path, code: str, message: str, remedy: str, row: int | None = None) -> DataError:
    return DataError(Problem(message, remedy, code, file=path.name, row=row))


def _inspect(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refuse(path, "broken", "a damaged workbook", "Open it and save it again") from error
    unpacked = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    if len(members) > limits.members or unpacked > limits.unpacked:
        raise _refuse(path, "zip-bomb", "unpacks to more than is read", "Save only the data as a new workbook")
    if unpacked > 10 * 2**20 and unpacked / packed > limits.ratio:
        raise _refuse(path, "zip-bomb", "unpacks to a suspicious size", "Save only the data as a new workbook")
    names = {member.filename.lower() for member in members}
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise _refuse(path, "macros", "a workbook with macros", "Save it as .xlsx without macros")
    if "xl/workbook.xml" not in names:
        raise _refuse(path, "not-a-workbook", "a zip file, but no Excel workbook", "Save it as .xlsx or .csv")
    if any(member.flag_bits & 1 for member in members):
        raise _refuse(path, "protected", "a password-protected file", "Remove the password")


def _sheets(path: Path, limits: Limits) -> Iterator[Grid]:
    _inspect(path, limits)
    import openpyxl

    deadline = time.monotonic() + limits.seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
            try:
                for sheet in book.worksheets:
                    yield Grid(sheet.title, tuple(_trimmed(_sheet_rows(path, sheet, limits, deadline))))
            finally:
                book.close()
        except DataError:
            raise
        except Exception as error:
            if out_of_memory(error):
                raise MemoryError from error
            raise _refuse(path, "broken", "a damaged workbook", "Open it and save it again") from error


def _sheet_rows(path: Path, sheet: Any, limits: Limits, deadline: float) -> Iterator[Row]:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_row=limits.rows + 1), start=1):
        if number > limits.rows:
            raise _refuse(
                path, "too-long", say("more than {rows:,} rows", rows=limits.rows), "Split it into smaller files"
            )
        if len(cells) > limits.columns and any(cell.value is not None for cell in cells[limits.columns :]):
            raise _refuse(
                path,
                "too-wide",
                say("more than {columns} columns", columns=limits.columns),
                "Keep only the data",
                number,
            )
        if number % 1000 == 0 and time.monotonic() > deadline:
            raise _refuse(path, "too-slow", "takes too long to read", "Save only the data as a new workbook")
        yield tuple(_cell(path, cell, number, limits) for cell in cells[: limits.columns])


def _cell(path: Path, cell: Any, row: int, limits: Limits) -> Value:
    value = cell.value
    if value is None:
        return None
    if isinstance(value, str):
        if len(value) > limits.cell:
            raise _refuse(path, "cell-too-long", "a cell longer than any text", "Shorten it", row)
        return _marked(value, cell.data_type)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return PercentNumber(value) if "%" in (cell.number_format or "") else value
    if isinstance(value, clock | timedelta):
        return str(value)
    if isinstance(value, datetime | date):
        return value
    return Formula(getattr(value, "text", None) or "=")


def _marked(text: str, data_type: str) -> Value:
    if data_type == "f":
        return Formula(text)
    if data_type == "e":
        return ErrorValue(text)
    return text or None


def _encoding(path: Path, start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in start:
        raise _refuse(path, "encoding", "no text file", "Save it as .xlsx or as CSV in UTF-8")
    return "utf-8-sig"


def _lines(path: Path, encoding: str, limits: Limits) -> Iterator[str]:
    with path.open(encoding=encoding, newline="") as stream:
        for number in range(1, limits.rows * 4):
            line = stream.readline(limits.line + 1)
            if not line:
                return
            if len(line) > limits.line:
                raise _refuse(path, "line-too-long", "a line longer than any record", "Is this a CSV file?", number)
            if "\x00" in line:
                raise _refuse(path, "encoding", "no text file", "Save it as .xlsx or as CSV in UTF-8", number)
            yield line


def _csv_rows(path: Path, start: bytes, limits: Limits) -> Iterator[Row]:
    encoding = _encoding(path, start)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            first = stream.readline(limits.line)
        delimiter = max(",;\t", key=lambda mark: (first.count(mark), mark == ","))
        csv.field_size_limit(limits.line)
        yield from _trimmed(_records(path, csv.reader(_lines(path, encoding, limits), delimiter=delimiter), limits))
    except UnicodeError as error:
        raise _refuse(path, "encoding", "not UTF-8 (nor UTF-16)", "Save it as CSV UTF-8, or as .xlsx") from error
    except csv.Error as error:
        raise _refuse(
            path, "broken", say("no CSV ({error})", error=error), "Check the quotation marks, or save it as .xlsx"
        ) from error


def _records(path: Path, reader: Iterable[list[str]], limits: Limits) -> Iterator[Row]:
    for number, record in enumerate(reader, start=1):
        if number > limits.rows:
            raise _refuse(
                path, "too-long", say("more than {rows:,} rows", rows=limits.rows), "Split it into smaller files"
            )
        if len(record) > limits.columns:
            raise _refuse(
                path,
                "too-wide",
                say("more than {columns} columns", columns=limits.columns),
                "Keep only the data",
                number,
            )
        yield tuple(cell or None for cell in record)


def _trimmed(rows: Iterable[Row]) -> Iterator[Row]:
    blank = 0
    for row in rows:
        if all(cell is None or cell == "" for cell in row):
            blank += 1
            continue
        yield from ((),) * blank
        blank = 0
        yield row
