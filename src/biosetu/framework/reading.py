"""A CSV table in the package, read into records whose fields are its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from importlib.resources import files
from typing import Any, TypeVar, get_type_hints

from biosetu.home import home
from biosetu.problems import DataError, Problem, undecodable
from biosetu.translation import say

Record = TypeVar("Record")


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of `data/<name>.csv` as text."""
    text = (files("biosetu.framework") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def own_state(name: str) -> tuple[str, int, int]:
    """Return where the administrator's own `<name>.csv` would be, when it was last written [ns] and its size [bytes].

    Both are -1 where there is no such file; another answer means that it must be read again.
    """
    path = home() / f"{name}.csv"
    try:
        found = path.stat()
    except FileNotFoundError:
        return str(path), -1, -1
    return str(path), found.st_mtime_ns, found.st_size


def own_rows(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of the administrator's own `<name>.csv` in the state folder; none where there is no such file.

    Raises `DataError` where it is not UTF-8 or lacks one of `columns`.
    """
    path = home() / f"{name}.csv"
    if not path.is_file():
        return []
    try:
        found = csv.DictReader(io.StringIO(path.read_bytes().decode().removeprefix("\ufeff")))
        listed = list(found)
    except UnicodeDecodeError as error:
        raise DataError(undecodable(error, str(path), "not UTF-8 text", "Save it as CSV UTF-8")) from error
    missing = [column for column in columns if column not in (found.fieldnames or ())]
    if missing:
        remedy = say("The columns are {columns}", columns=", ".join(columns))
        raise DataError([Problem("a column is missing", remedy, "column", str(path), 1, name) for name in missing])
    return [{name: text or "" for name, text in row.items() if name in columns} for row in listed]


def parsed(kind: type[Record], cells: Mapping[str, str]) -> Record:
    """Return one row as a record of `kind`; raises `ValueError` for a cell that its field can't hold."""
    return kind(**{field: parse(cells[field]) for field, parse in _converters(kind).items()})


def records(kind: type[Record], name: str) -> Iterator[Record]:
    """Yield the rows of a table as records of `kind`, each cell converted to the type of its field."""
    convert = _converters(kind)
    for row in rows(name):
        yield kind(**{field: parse(row[field]) for field, parse in convert.items()})


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


CONVERTERS: dict[Any, Callable[[str], object]] = {
    str: str,
    int: int,
    float: float,
    bool: lambda cell: cell == "yes",
    date: date.fromisoformat,
    tuple[str, ...]: _list,
    int | None: lambda cell: int(cell) if cell else None,
    float | None: lambda cell: float(cell) if cell else None,
    date | None: lambda cell: date.fromisoformat(cell) if cell else None,
}


def _converters(kind: type[Any]) -> dict[str, Callable[[str], object]]:
    types = get_type_hints(kind)
    return {field.name: CONVERTERS[types[field.name]] for field in fields(kind)}
