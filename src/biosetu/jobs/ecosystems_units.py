"""Units of an ecosystem (plots, sites, stretches of river) with a variable at two or more times, from a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.intervals import Interval, parse_interval
from biosetu.engine.cells import numbered_rows, read_cells
from biosetu.problems import DataError, Problem
from biosetu.translation import say

TWO_TIMES = ("ecosystem", "area_km2", "baseline", "present")
SERIES = ("ecosystem", "unit", "area_km2", "year", "value")
LARGEST_KM2 = 6e8


@dataclass(frozen=True)
class Unit:
    """One unit: its area, its collapse value, its values by date with their bounds (NaN where unknown)."""

    ecosystem: str
    area_km2: float
    collapse: Interval
    years: tuple[float, ...]
    values: tuple[Interval, ...]


@dataclass(frozen=True)
class MeasuredUnits:
    """Units, the years of the series (none where baseline and present stand side by side), the side of collapse."""

    units: tuple[Unit, ...]
    years: tuple[float, ...]
    collapse_at: Mapping[str, str]


def read_units(path: Path, collapse: str = "", collapse_at: str | None = None) -> MeasuredUnits:
    """Read units with a variable at two or more times.

    Args:
        path: columns ecosystem, area_km2, baseline, present; or ecosystem, unit, area_km2, year, value, a row for each
            unit and date. Values may carry bounds, 5 (3-7); a unit without a value at both ends is unknown. The column
            collapse, where there is one, holds the collapse value.
        collapse: the collapse value where the table has none.
        collapse_at: `low` or `high`; without it the side on which the collapse values of an ecosystem lie of all its
            first values.

    Raises:
        DataError: missing columns, every cell that cannot be used, an ecosystem whose side of collapse is not told.
    """
    table = read_cells(path)
    columns = set(table.column_names)
    series = "year" in columns
    needed = {*(SERIES if series else TWO_TIMES), *([] if collapse else ["collapse"])}
    if missing := sorted(needed - columns):
        remedy = say(
            "Use the columns {two_times} or {series}; collapse as a column or an option.",
            two_times=", ".join(TWO_TIMES),
            series=", ".join(SERIES),
        )
        raise DataError(Problem(say("lacks {missing}", missing=", ".join(missing)), remedy, "columns", path.name))
    rows = _Rows(path.name, collapse, [])
    units = rows.series(numbered_rows(table)) if series else rows.pairs(numbered_rows(table))
    if not units and not rows.problems:
        rows.problems.append(Problem("holds no data", "Fill in values.", "empty", path.name))
    if rows.problems:
        raise DataError(rows.problems)
    years = tuple(sorted({year for unit in units for year in unit.years})) if series else ()
    return MeasuredUnits(tuple(units), years, _sides(units, collapse_at, path.name))


def side_by_side(units: Sequence[Unit]) -> tuple[tuple[float, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Return units as arrays.

    Returns:
        All their years, rising; values at those, NaN where a unit has none, shape (3, years, units); collapse values,
        shape (3, units). First the best estimates, then the lower, then the upper bounds.
    """
    years = tuple(sorted({year for unit in units for year in unit.years}))
    place = {year: index for index, year in enumerate(years)}
    values, collapse = np.full((3, len(years), len(units)), np.nan), np.empty((3, len(units)))
    for column, unit in enumerate(units):
        collapse[:, column] = _sides_of(unit.collapse)
        for year, value in zip(unit.years, unit.values, strict=True):
            values[:, place[year], column] = _sides_of(value)
    return years, values, collapse


def _sides_of(value: Interval) -> tuple[float, float, float]:
    return value.best, value.low, value.high


@dataclass(frozen=True)
class _Rows:
    file: str
    collapse: str
    problems: list[Problem]

    def number(self, row: Mapping[str, str], name: str, line: int) -> Interval | None:
        text = row.get(name, "") or (self.collapse if name == "collapse" else "")
        try:
            found = parse_interval(text)
        except ValueError as error:
            self.problems.append(Problem("cannot be read", str(error), "value", self.file, line, name, text))
            return None
        return found if isinstance(found, Interval) else None

    def area(self, row: Mapping[str, str], line: int) -> float:
        found = self.number(row, "area_km2", line)
        if found is None or not 0 <= found.best <= LARGEST_KM2:
            remedy = "Write the unit's area in square kilometres."
            text = row["area_km2"]
            self.problems.append(Problem("is no area", remedy, "area", self.file, line, "area_km2", text))
            return 0.0
        return found.best

    def pairs(self, rows: Sequence[tuple[int, dict[str, str]]]) -> list[Unit]:
        units = []
        for line, row in rows:
            values = [self.number(row, name, line) for name in ("baseline", "present")]
            collapse, area = self.number(row, "collapse", line), self.area(row, line)
            if collapse is not None:
                units.append(Unit(row["ecosystem"], area, collapse, (0.0, 1.0), _known(values)))
        return units

    def series(self, rows: Sequence[tuple[int, dict[str, str]]]) -> list[Unit]:
        by_unit: dict[tuple[str, str], list[tuple[int, dict[str, str]]]] = {}
        for line, row in rows:
            by_unit.setdefault((row["ecosystem"], row["unit"]), []).append((line, row))
        return [unit for own in by_unit.values() if (unit := self._unit(own)) is not None]

    def _unit(self, rows: Sequence[tuple[int, dict[str, str]]]) -> Unit | None:
        line, first = rows[0]
        collapse, area = self.number(first, "collapse", line), self.area(first, line)
        values: dict[float, Interval | None] = {}
        for number, row in rows:
            year = self.number(row, "year", number)
            if year is None or year.best in values:
                message = "is no year" if year is None else "stands twice for this unit"
                remedy = "Write one row for each unit and year."
                self.problems.append(Problem(message, remedy, "year", self.file, number, "year", row["year"]))
                continue
            values[year.best] = self.number(row, "value", number)
            for name in ("area_km2", "collapse"):
                if row.get(name, "") != first.get(name, ""):
                    remedy = "Give a unit one area and one collapse value."
                    message = "differs within a unit"
                    self.problems.append(Problem(message, remedy, "unit", self.file, number, name, row.get(name, "")))
        if collapse is None:
            return None
        years = sorted(values)
        return Unit(first["ecosystem"], area, collapse, tuple(years), _known([values[year] for year in years]))


def _known(values: Sequence[Interval | None]) -> tuple[Interval, ...]:
    nothing = Interval(np.nan, np.nan, np.nan)
    return tuple(nothing if value is None else value for value in values)


def _sides(units: Sequence[Unit], collapse_at: str | None, file: str) -> dict[str, str]:
    """Return on which side the collapse of each ecosystem lies, of all its units' first known values."""
    found: dict[str, set[str]] = {unit.ecosystem: set() for unit in units}
    if collapse_at is not None:
        return dict.fromkeys(found, collapse_at)
    for unit in units:
        start = next((value.best for value in unit.values if not np.isnan(value.best)), unit.collapse.best)
        if start != unit.collapse.best:
            found[unit.ecosystem].add("low" if start > unit.collapse.best else "high")
    problems = [
        Problem(
            "has collapse values on both sides of where its units began",
            "Say whether it collapses at low or at high values: --collapse-at low.",
            "collapse-at",
            file,
            value=name,
        )
        for name, sides in found.items()
        if len(sides) > 1
    ]
    if problems:
        raise DataError(problems)
    return {name: next(iter(sides), "low") for name, sides in found.items()}
