"""A CSV table in the package, read into records whose fields are its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from importlib.resources import files
from typing import Any, TypeVar, get_type_hints

Record = TypeVar("Record")


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of `data/<name>.csv` as text."""
    text = (files("biosetu.framework") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


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
