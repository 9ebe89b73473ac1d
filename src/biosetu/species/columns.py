"""Columns of tables from outside: found by their usual names, read as text or numbers, problems told by row.

The names are in `data/column_names.csv`: those of this software, and those of IUCN's exports and maps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import pyarrow as pa

from biosetu.problems import DataError, Problem
from biosetu.species.tables import rows
from biosetu.translation import say


@cache
def usual_names() -> Mapping[str, tuple[str, ...]]:
    """Return the usual names of each column, the preferred one first."""
    names: dict[str, tuple[str, ...]] = {}
    for row in rows("column_names.csv"):
        names[row["key"]] = (*names.get(row["key"], ()), row["name"])
    return names


def find_column(names: Sequence[str], key: str) -> str | None:
    """Return which of a table's column names holds `key`, case aside; None where none does.

    A key without usual names stands for itself.
    """
    lower = {name.strip().lower(): name for name in reversed(list(names))}
    return next((lower[name.lower()] for name in usual_names().get(key, (key,)) if name.lower() in lower), None)


def find_columns(names: Sequence[str], keys: Sequence[str], file: str = "") -> dict[str, str]:
    """Return the column of each key; DataError names all that are missing."""
    found = {key: find_column(names, key) for key in keys}
    problems = [
        Problem(
            say("there is no column {key}", key=" or ".join(usual_names().get(key, (key,)))),
            "Name it so.",
            "column",
            file,
            1,
        )
        for key, name in found.items()
        if name is None
    ]
    if problems:
        raise DataError(problems)
    return {key: name or "" for key, name in found.items()}


def texts(cells: pa.Table, column: str | None) -> list[str]:
    """Return a column as text without blanks around it, empty where missing; all empty without a column."""
    if column is None:
        return [""] * cells.num_rows
    return ["" if value is None else str(value).strip() for value in cells.column(column).to_pylist()]


def parts(text: str) -> tuple[str, ...]:
    """Return the values that a cell holds, parted by `;` or `|`, each once."""
    return tuple(sorted({part.strip() for part in re.split(r"[;|]", text)} - {""}))


def row_numbers(cells: pa.Table) -> list[int]:
    """Return the row of each record as a spreadsheet counts, where the reader of the file kept it."""
    kept = (cells.schema.metadata or {}).get(b"biosetu.rows", b"").decode()
    return [int(number) for number in kept.split(",")] if kept else list(range(2, cells.num_rows + 2))


def number(text: str) -> float | None:
    """Return a finite number written in text, None where there is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def numbers(
    cells: pa.Table, column: str | None, file: str, *, least: float = float("-inf"), remedy: str = "Write a number."
) -> tuple[list[float | None], list[Problem]]:
    """Return a column as numbers, None where empty, and a problem for each cell that is no number ≥ `least`."""
    values: list[float | None] = []
    problems = []
    for row, text in zip(row_numbers(cells), texts(cells, column), strict=True):
        value = number(text) if text else None
        if text and (value is None or value < least):
            problems.append(Problem("this is no number that fits", remedy, "number", file, row, column or "", text))
        values.append(value)
    return values, problems


def chosen(cells: pa.Table, keep: Sequence[bool]) -> pa.Table:
    """Return the rows to keep; each still knows its row in the file."""
    numbers_kept = [row for row, stays in zip(row_numbers(cells), keep, strict=True) if stays]
    meta = {**(cells.schema.metadata or {}), b"biosetu.rows": ",".join(map(str, numbers_kept)).encode()}
    return cells.filter(pa.array(keep, pa.bool_())).replace_schema_metadata(meta)
