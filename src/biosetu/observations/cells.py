"""Observations as a spreadsheet holds them: every cell a text. Reading names all problems; writing loses nothing.

Formula escaping (a leading apostrophe) is undone on reading, see `unescape`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from biosetu.observations.schema import ANSWER_COLUMNS, NEEDED, SCHEMA, SILENT
from biosetu.observations.units import unit_code
from biosetu.problems import Problem
from biosetu.translation import N_, say

REQUIRED = ("party", "indicator", "year", "source")
VALUE_COLUMNS = ("value", "value_text")
_ESCAPED = re.compile(r"^'+[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")
FIRST_ROW = 2
MOST_ECHOED = 80


def unescape(text: str) -> str:
    """Undo the apostrophe that keeps a spreadsheet from running a text as a formula."""
    return text[1:] if _ESCAPED.match(text) else text


class CellError(ValueError):
    """A cell that cannot be read as its column's type."""


def _text(cell: str) -> str:
    return cell


def _integer(cell: str) -> int | None:
    if not cell:
        return None
    number = read_number(cell)
    if number is None or number != int(number):
        raise CellError(N_("not a whole number"))
    return int(number)


def read_number(cell: str) -> float | None:
    """Return the number that a cell holds, written with digits and a decimal point; raises CellError."""
    if not cell:
        return None
    if not _NUMBER.match(cell):
        raise CellError(N_("not a number"))
    number = float(cell)
    if not math.isfinite(number):
        raise CellError(N_("not a finite number"))
    return number


def _date(cell: str) -> date | None:
    if not cell:
        return None
    try:
        return datetime.fromisoformat(cell).date()
    except ValueError:
        raise CellError(N_("not a date")) from None


REMEDIES: Mapping[str, str] = {
    "int32": N_("Write a whole number, such as 2024"),
    "double": N_("Write a number with a decimal point and no thousands separator, such as 1234.5"),
    "date32[day]": N_("Write the date as 2024-12-31"),
}


def _reader(kind: pa.DataType) -> Callable[[str], Any]:
    if pa.types.is_integer(kind):
        return _integer
    if pa.types.is_floating(kind):
        return read_number
    return _date if pa.types.is_date(kind) else _text


def header_problems(columns: Sequence[str], file: str = "") -> list[Problem]:
    """Return what is wrong with the header: missing, unknown or repeated columns."""
    found = [
        Problem(N_("a column is missing"), N_("Add this column to the first row"), "missing-column", file, 1, name)
        for name in REQUIRED
        if name not in columns
    ]
    if not set(VALUE_COLUMNS) & set(columns):
        found.append(Problem(N_("a column is missing"), N_("Add the column value"), "missing-column", file, 1, "value"))
    for name in dict.fromkeys(columns):
        if name in ANSWER_COLUMNS.names:
            continue
        if name not in SCHEMA.names:
            near = get_close_matches(name, SCHEMA.names, 1)
            remedy = (
                say("Remove it or give it its right name: {name}", name=near[0])
                if near
                else N_("Remove it or give it its right name")
            )
            found.append(Problem(N_("there is no such column"), remedy, "unknown-column", file, 1, name))
        elif list(columns).count(name) > 1:
            found.append(Problem(N_("a column stands twice"), N_("Keep one of them"), "repeated-column", file, 1, name))
    return found


def _asked_for(cells: pa.Table, defaults: Mapping[str, str]) -> list[str]:
    """Return the columns that are absent although the sources named in the table ask for them."""
    if cells.column_names.count("source") != 1:
        return []
    sources = {(text or "").strip() for text in cells.column("source").to_pylist()} - {""}
    wanted = ["unit"] if sources - SILENT else []
    wanted += [name for source in sorted(sources) for name in NEEDED.get(source, ())]
    return [name for name in dict.fromkeys(wanted) if name not in cells.column_names and not defaults.get(name)]


def _absent(column: str, file: str) -> Problem:
    remedy = N_("Add this column and fill it in: a number without its source is not shown")
    if column == "unit":
        remedy = N_("Add this column with the unit of each figure, such as percent, km2, index or answer")
    return Problem(N_("a column is missing"), remedy, "missing-column", file, 1, column)


def _unfilled(texts: Sequence[str | None], column: str, file: str) -> Iterator[Problem]:
    for row, text in enumerate(texts, start=FIRST_ROW):
        if not (text or "").strip():
            yield Problem(N_("nothing is filled in"), REMEDIES["int32"], "needed", file, row, column)


def as_typed(problems: Sequence[Problem], cells: pa.Table) -> list[Problem]:
    """Return problems of a typed table with each value as its cell in `cells` has it; empty where the cell is."""
    known = {name for name in cells.column_names if cells.column_names.count(name) == 1}
    return [_as_typed(problem, cells) if problem.column in known else problem for problem in problems]


def _as_typed(problem: Problem, cells: pa.Table) -> Problem:
    index = (problem.row or 0) - FIRST_ROW
    if problem.code == "duplicate" or not 0 <= index < cells.num_rows:
        return problem
    return replace(problem, value=(cells.column(problem.column)[index].as_py() or "")[:MOST_ECHOED])


def parse_cells(
    cells: pa.Table, *, file: str = "", defaults: Mapping[str, str] | None = None
) -> tuple[pa.Table, list[Problem]]:
    """Read a table of texts as observations.

    `cells` has string columns named as in the schema; absent columns and empty cells take `defaults`, else stay
    empty (texts) or null (numbers, dates). Returns the typed table, row by row as given, and the problems; a cell
    with a problem is null or empty in the table. A column that the sources named ask for and that is not there is
    said once, not by row.
    """
    problems = header_problems(cells.column_names, file)
    named = {problem.column for problem in problems}
    problems += [_absent(name, file) for name in _asked_for(cells, defaults or {}) if name not in named]
    repeated = {problem.column for problem in problems if problem.code == "repeated-column"}
    columns = []
    for field in SCHEMA:
        given = field.name in cells.column_names and field.name not in repeated
        texts = cells.column(field.name).to_pylist() if given else [""] * cells.num_rows
        if given and pa.types.is_integer(field.type) and not field.nullable and not (defaults or {}).get(field.name):
            problems += _unfilled(texts, field.name, file)
        columns.append(_column(field, texts, (defaults or {}).get(field.name, ""), file, problems))
    return pa.table(columns, schema=SCHEMA.with_metadata(SCHEMA.metadata)), as_typed(problems, cells)


def _column(field: pa.Field, texts: list[str | None], default: str, file: str, problems: list[Problem]) -> pa.Array:
    read = _reader(field.type)
    values: list[Any] = []
    for row, text in enumerate(texts, start=FIRST_ROW):
        cell = unescape((text or "").strip()) or default
        try:
            values.append(_missing(field) if not cell else read(cell))
        except CellError as error:
            values.append(_missing(field))
            problems.append(Problem(str(error), REMEDIES[str(field.type)], "type", file, row, field.name, cell))
    if field.name == "unit":
        values = [unit_code(value) for value in values]
    return pa.array([_bounded(field, value) for value in values], field.type)


def _missing(field: pa.Field) -> Any:
    if field.nullable:
        return None
    return "" if pa.types.is_string(field.type) else 0


def _bounded(field: pa.Field, value: Any) -> Any:
    if pa.types.is_integer(field.type) and value is not None:
        return max(-(2**31), min(2**31 - 1, value))
    return value
