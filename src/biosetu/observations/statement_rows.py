"""A Party's own statements as a table holds them: checked row by row, read into records, written back as rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from biosetu.framework import targets
from biosetu.observations.own import (
    DeclaredGap,
    DeclaredProgress,
    OwnStatements,
    Quantity,
    own_statements,
    progress_levels,
)
from biosetu.observations.units import indicator_units, unit_code, units
from biosetu.observations.validation import is_indicator
from biosetu.problems import Problem
from biosetu.translation import N_

Row = Mapping[str, str]
Fault = tuple[str, str, str, str]  # column, code, message, remedy
DIRECTIONS = ("at least", "at most")
YEARS = (1900, 2060)
KINDS: Mapping[str, type] = {"quantities": Quantity, "progress": DeclaredProgress, "missing": DeclaredGap}
VALUES = ("value", "baseline_value")
IDENTITY: Mapping[str, tuple[str, ...]] = {
    "quantities": ("id",),
    "progress": ("target", "year"),
    "missing": ("id",),
}
OPTIONAL: Mapping[str, frozenset[str]] = {
    "quantities": frozenset({"series", "disaggregation", "baseline_value", "baseline_year"}),
    "progress": frozenset(),
    "missing": frozenset({"closes"}),
}


def columns(kind: str) -> tuple[str, ...]:
    """Return the columns of a kind of statement, the Party left out."""
    return tuple(field.name for field in fields(KINDS[kind]) if field.name != "party")


def kind_of(header: Sequence[str]) -> str | None:
    """Return which kind of statement a table with these columns holds, or None."""
    return next((kind for kind in KINDS if set(header) == set(columns(kind))), None)


def _number(text: str) -> float | None:
    """Return the finite number that a text says; None for any other."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _of_percent(row: Row) -> Row:
    """Return a row with the values that a cell shows as a percentage (30%) as numbers, where its unit is percent."""
    if unit_code(row.get("unit", "")) != "percent":
        return row
    return {**row, **{name: row[name].removesuffix("%").strip() for name in VALUES}}


def _year_fault(row: Row, column: str) -> Iterator[Fault]:
    year = _number(row[column])
    if row[column] and (year is None or year != int(year) or not YEARS[0] <= year <= YEARS[1]):
        yield (
            column,
            "year",
            N_("not a year from 1900 to 2060"),
            N_("Write the Gregorian year in four digits, such as 2030"),
        )


def _target_faults(row: Row, column: str) -> Iterator[Fault]:
    for code in filter(None, (part.strip() for part in row[column].split(";"))):
        if code not in targets():
            remedy = N_("Use a code of the framework: A to D or 1 to 23; several by semicolon")
            yield column, "unknown-target", N_("there is no such goal or target"), remedy


def _quantity_faults(row: Row) -> Iterator[Fault]:
    yield from _target_faults(row, "targets")
    if row["indicator"] and not is_indicator(row["indicator"]):
        remedy = N_("Use a code of the framework (A.3), national:<UUID> or context:<series>")
        yield "indicator", "unknown-indicator", N_("there is no such indicator"), remedy
    unit, allowed = unit_code(row["unit"]), indicator_units(row["indicator"])
    if unit not in units() or (allowed and unit not in allowed):
        yield "unit", "unit", N_("this indicator is not given in this unit"), ", ".join(allowed or units())
    if row["direction"] not in DIRECTIONS:
        yield "direction", "direction", N_("not a direction"), ", ".join(DIRECTIONS)
    for column in VALUES:
        if row[column] and _number(row[column]) is None:
            yield column, "type", N_("not a number"), N_("Write a number with a decimal point, such as 1234.5")
    yield from _year_fault(row, "deadline")
    yield from _year_fault(row, "baseline_year")
    if bool(row["baseline_value"]) != bool(row["baseline_year"]):
        yield "baseline_value", "half", N_("half a starting point"), N_("Give both its value and its year, or neither")
    start, end = _number(row["baseline_year"]), _number(row["deadline"])
    if start is not None and end is not None and start >= end:
        yield "deadline", "order", N_("the deadline is not after the starting point"), N_("Correct one of the years")


def _progress_faults(row: Row) -> Iterator[Fault]:
    yield from _target_faults(row, "target")
    yield from _year_fault(row, "year")
    if row["level"] and level_key(row["level"]) is None:
        known = ", ".join(level.label_en for level in progress_levels().values())
        yield "level", "level", N_("not a level of progress"), known


def _missing_faults(row: Row) -> Iterator[Fault]:
    yield from _target_faults(row, "target")
    yield from _year_fault(row, "year")


FAULTS: Mapping[str, Callable[[Row], Iterator[Fault]]] = {
    "quantities": _quantity_faults,
    "progress": _progress_faults,
    "missing": _missing_faults,
}


def level_key(text: str) -> str | None:
    """Return the key of a level of progress given by key, label (English, Arabic) or identifier; else None."""
    wanted = " ".join(text.split()).casefold()
    for key, level in progress_levels().items():
        names = (key, level.label_en, level.label_ar, level.identifier)
        if wanted in {name.casefold() for name in names if name}:
            return key
    return None


def read_statements(
    kind: str, rows: Sequence[Row], party: str, *, file: str = "", numbers: Sequence[int] = ()
) -> tuple[OwnStatements, list[Problem]]:
    """Return the statements of one table and what is wrong with it, by row; wrong rows are left out."""
    problems: list[Problem] = []
    good: list[dict[str, str]] = []
    seen: set[tuple[str, ...]] = set()
    for index, row in enumerate(map(_of_percent, rows)):
        number = numbers[index] if numbers else index + 2
        faults = [*_empty(kind, row), *FAULTS[kind](row)]
        key = tuple(row[name] for name in IDENTITY[kind])
        if key in seen:
            faults.append((IDENTITY[kind][0], "duplicate", N_("stated twice"), N_("Keep one of the rows")))
        seen.add(key)
        problems += [Problem(m, r, c, file, number, column, row[column][:80]) for column, c, m, r in faults]
        if not faults:
            good.append(_normal(kind, row, party))
    return own_statements(**{name: good if name == kind else [] for name in KINDS}), problems


def _empty(kind: str, row: Row) -> Iterator[Fault]:
    for column in columns(kind):
        if not row[column] and column not in OPTIONAL[kind]:
            yield column, "needed", N_("nothing is filled in"), N_("Fill it in")


def _normal(kind: str, row: Row, party: str) -> dict[str, str]:
    whole = {**row, "party": party}
    if kind == "progress":
        whole["level"] = level_key(row["level"]) or row["level"]
    if kind == "quantities":
        whole |= {"unit": unit_code(row["unit"]), "targets": ";".join(p.strip() for p in row["targets"].split(";"))}
    for column in ("year", "deadline", "baseline_year"):
        if whole.get(column):
            whole[column] = str(int(float(whole[column])))
    return whole


def statement_rows(statements: OwnStatements) -> dict[str, list[dict[str, Any]]]:
    """Return statements as rows of texts by kind, as `own_statements` reads them."""
    return {kind: [_row(item) for item in getattr(statements, kind)] for kind in KINDS}


def _row(item: Quantity | DeclaredProgress | DeclaredGap) -> dict[str, str]:
    return {field.name: _cell(getattr(item, field.name)) for field in fields(item)}


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    return "" if value is None else str(value)


def merged_statements(old: OwnStatements, new: OwnStatements) -> OwnStatements:
    """Return both together; where both state the same thing (`IDENTITY`), the new one counts."""
    rows_old, rows_new = statement_rows(old), statement_rows(new)
    merged = {}
    for kind, names in IDENTITY.items():
        by_key = {tuple(row[name] for name in names): row for row in (*rows_old[kind], *rows_new[kind])}
        merged[kind] = list(by_key.values())
    return own_statements(**merged)
