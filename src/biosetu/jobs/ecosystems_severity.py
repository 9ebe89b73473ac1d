"""Severity and extent of degradation (C, D), from units in a table or from rasters of a variable at several dates."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from biosetu.ecosystems.assessment import DEGRADATIONS
from biosetu.ecosystems.criteria import Finding
from biosetu.ecosystems.degradation import (
    COLLAPSED,
    Bounds,
    SeverityTally,
    Window,
    cells,
    finding,
    severity_bounds,
    value_at,
    window_of,
)
from biosetu.ecosystems.intervals import Interval, parse_interval
from biosetu.ecosystems.thresholds import DEFAULT_VERSION, guidelines
from biosetu.engine.cells import numbered_rows, read_cells
from biosetu.engine.rasters import RasterStack, nodata_codes, open_stack, read_codes, read_values
from biosetu.engine.tables import write_table
from biosetu.geo.occupancy_grid import OccupancyGrid, PixelCells
from biosetu.geo.pixels import PixelGrid, area_unit, extent_bound_m2
from biosetu.jobs.ecosystems_inputs import map_dates, read_classes
from biosetu.jobs.ecosystems_units import MeasuredUnits, Unit, read_units, side_by_side
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import say

TABLES = (".csv", ".tsv", ".xlsx")
EVERYWHERE = "everywhere"
BLOCK_PIXELS = 4_000_000
CHUNK_PIXELS = 1_000_000
UNITS_PER_KM2 = 10**9
UNITS_AT_ONCE = 512


@dataclass(frozen=True)
class SeverityOptions:
    """What a user may choose; see `biosetu ecosystems severity --help`."""

    criterion: str = "C1"
    collapse: str = ""
    collapse_at: str | None = None
    present: float | None = None
    start: float | None = None
    extrapolate: bool = False
    dates: tuple[float, ...] = ()
    map: Path | None = None
    classes: Path | None = None
    band: int | None = None
    nodata: tuple[int, ...] = ()
    align: bool = False
    version: str = DEFAULT_VERSION
    workers: int | None = None


def options_from(chosen: Mapping[str, Any]) -> SeverityOptions:
    """Return the options from a door's names: those of `biosetu ecosystems severity`."""
    known = SeverityOptions.__dataclass_fields__
    return SeverityOptions(**{name: value for name, value in chosen.items() if name in known})


@dataclass(frozen=True)
class Degraded:
    """Severity by ecosystem: the areas by severity, what each is called, and over which time."""

    names: tuple[str, ...]
    called: Mapping[str, str]
    tally: SeverityTally
    units_per_km2: float
    options: SeverityOptions
    window: Window | None
    years: tuple[float, ...]

    def curves(self, at: Sequence[int] = tuple(range(COLLAPSED + 1))) -> pa.Table:
        """Return the severity-extent curves: ecosystem, severity_percent, extent_percent with its bounds, units."""
        rows = []
        for kind, name in enumerate(self.names):
            curve = self.tally.curve(kind)
            for severity in at:
                extent = [None] * 3 if curve is None else [float(side[severity]) for side in curve]
                rows.append((name, severity, *extent, int(self.tally.units[kind])))
        names = (
            "ecosystem",
            "severity_percent",
            "extent_percent",
            "extent_low_percent",
            "extent_high_percent",
            "units",
        )
        kinds = (pa.string(), pa.int32(), pa.float64(), pa.float64(), pa.float64(), pa.int64())
        schema = pa.schema(list(zip(names, kinds, strict=True)))
        return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema)

    def findings(self) -> pa.Table:
        """Return one row an ecosystem: the time, the area behind it, the template's cells, the category with its range.

        `assess --degradation` takes it.
        """
        rows = [self._finding(kind, name) for kind, name in enumerate(self.names)]
        return pa.table({column: [row[column] for row in rows] for column in rows[0]})

    def outcome(self, kind: int) -> Finding:
        """Return the category of one ecosystem."""
        rules = guidelines(self.options.version)
        return finding(self.tally.curve(kind), self.options.criterion, rules)

    def _finding(self, kind: int, name: str) -> dict[str, object]:
        known, unknown = self.tally.known(kind), int(self.tally.unknown[kind])
        found = self.outcome(kind)
        window = self.window
        return {
            "ecosystem": name,
            "name": self.called.get(name, ""),
            "criterion": self.options.criterion,
            "from_year": window.start if window else None,
            "to_year": window.end if window else None,
            "extrapolated": window is not None and (window.start < min(self.years) or window.end > max(self.years)),
            "units": int(self.tally.units[kind]),
            "area_km2": known / self.units_per_km2,
            "unknown_percent": 100 * unknown / (known + unknown) if known + unknown else 0.0,
            "category": found.category,
            "category_low": found.low,
            "category_high": found.high,
            "reason": found.reason,
            "version": self.options.version,
            **cells(self.tally.curve(kind), self.options.criterion, guidelines(self.options.version)),
        }


def severity_of(paths: Sequence[Path], options: SeverityOptions, progress: Progress = silent) -> Degraded:
    """Return how severely, and over how much of each ecosystem, a variable has gone towards collapse.

    Args:
        paths: one table of units, or one raster of the variable per date.
        options: choices.
        progress: called after each block of a raster.

    Raises:
        DataError: what is wrong with the files; years outside the series without `extrapolate`.
        UsageError: choices that do not fit.
    """
    if options.criterion not in DEGRADATIONS:
        raise UsageError(
            say(
                "There is no criterion '{criterion}' here. Use one of {degradations}.",
                criterion=options.criterion,
                degradations=", ".join(DEGRADATIONS),
            )
        )
    if options.collapse_at not in {None, "low", "high"}:
        raise UsageError("Collapse lies at low or at high values.")
    tables = [path for path in paths if path.suffix.lower() in TABLES]
    if tables and len(paths) > 1:
        raise UsageError("Give one table of units, or one raster for each date.")
    _refuse_unused(options, rasters=not tables)
    return _from_units(tables[0], options) if tables else _from_rasters(paths, options, progress)


def _refuse_unused(options: SeverityOptions, *, rasters: bool) -> None:
    of_rasters, of_map = ("dates", "map", "classes", "band", "nodata", "align"), ("classes", "nodata")
    names = of_rasters if not rasters else of_map if options.map is None else ()
    if given := [f"--{name}" for name in names if getattr(options, name) not in (None, (), False)]:
        what = "--map: give one" if rasters else "rasters: a table of units has no use for it"
        raise UsageError(say("{given}: this is of {what}.", given=", ".join(given), what=what))


def severity_study(paths: Sequence[Path], folder: Path, chosen: Mapping[str, Any], progress: Progress = silent) -> None:
    """Write curves and findings into `folder` as Parquet; `chosen` are options by name, as plain values.

    Raises:
        DataError: what is wrong with the files or the choices.
    """
    said = {**chosen, "dates": tuple(chosen.get("dates") or ())}
    if said.get("map"):
        said["map"] = Path(said["map"])
    found = severity_of(paths, options_from(said), progress)
    write_table(found.curves(), folder / "curves.parquet")
    write_table(found.findings(), folder / "findings.parquet")


def _from_units(path: Path, options: SeverityOptions) -> Degraded:
    found = read_units(path, options.collapse, options.collapse_at)
    window = None
    if found.years:
        window = window_of(options.criterion, found.years, options.present, options.start)
        _within(window, found.years, options, path.name)
    elif options.extrapolate or options.present is not None or options.start is not None:
        raise UsageError("The columns baseline and present have no years: leave out --present, --start, --extrapolate.")
    names = tuple(dict.fromkeys(unit.ecosystem for unit in found.units))
    kind_of = {name: kind for kind, name in enumerate(names)}
    tally = SeverityTally(len(names))
    for side, units in _chunks(found):
        area = np.array([round(unit.area_km2 * UNITS_PER_KM2) for unit in units], np.int64)
        kind = np.array([kind_of[unit.ecosystem] for unit in units])
        tally.add(kind, _unit_severity(units, window, side, options.extrapolate), area)
    return Degraded(names, {}, tally, UNITS_PER_KM2, options, window, found.years)


def _chunks(found: MeasuredUnits) -> Iterator[tuple[str, list[Unit]]]:
    """Yield the units by the side of their collapse, some at a time, those of the same years together."""
    for side in ("low", "high"):
        own = [unit for unit in found.units if found.collapse_at[unit.ecosystem] == side]
        own.sort(key=lambda unit: unit.years)
        yield from ((side, own[start : start + UNITS_AT_ONCE]) for start in range(0, len(own), UNITS_AT_ONCE))


def _unit_severity(units: Sequence[Unit], window: Window | None, side: str, extrapolate: bool) -> NDArray[np.float64]:
    years, values, collapse = side_by_side(units)
    if window is None:
        baseline, present = (Bounds(*values[:, place]) for place in (0, -1))
    else:
        baseline, present = (
            Bounds(*(value_at(years, each, year, extrapolate=extrapolate) for each in values))
            for year in (window.start, window.end)
        )
    return severity_bounds(baseline, present, Bounds(*collapse), side)


def _within(window: Window, years: Sequence[float], options: SeverityOptions, file: str) -> None:
    if options.extrapolate or (window.start >= min(years) and window.end <= max(years)):
        return
    remedy = "Give earlier or later dates, say --present or --start, or go on by each unit's own trend: --extrapolate."
    message = say(
        "{criterion} looks from {start:g} to {end:g}, beyond the dates of the series",
        criterion=window.criterion,
        start=window.start,
        end=window.end,
    )
    value = f"{min(years):g} to {max(years):g}"
    raise DataError(Problem(message, remedy, "window", file, value=value))


def _from_rasters(paths: Sequence[Path], options: SeverityOptions, progress: Progress) -> Degraded:
    if options.collapse_at is None:
        raise UsageError("Say with --collapse-at whether the ecosystem collapses at low or at high values.")
    if len(paths) < 2:
        raise UsageError("Give a raster of the variable for each of two or more dates.")
    years = map_dates(paths, options.dates)
    window = window_of(options.criterion, years, options.present, options.start)
    _within(window, years, options, paths[0].name)
    kinds = [options.map] if options.map else []
    stack = open_stack([*kinds, *paths], band=options.band, nodata=options.nodata, align=options.align)
    collapse = _collapse_values(options)
    grid = PixelGrid(stack.grid.crs, stack.grid.transform, stack.grid.width, stack.grid.height)
    unit = area_unit(extent_bound_m2(grid))
    work = _Work(stack, PixelCells(grid, OccupancyGrid(), unit), window, years, collapse, options)
    tallies = work.run(progress)
    names = tuple(sorted(tallies, key=lambda name: (len(name), name)))
    if not names:
        remedy = "Check the collapse values, the codes of the map and what means no data."
        raise DataError(Problem("holds none of the ecosystems", remedy, "empty", str(paths[0])))
    tally = SeverityTally.side_by_side([tallies[name] for name in names])
    called = read_classes(options.classes).names
    return Degraded(names, called, tally, unit.per_m2 * 1e6, options, window, years)


def _collapse_values(options: SeverityOptions) -> Mapping[str, Interval] | Interval:
    """Return the collapse value: one for all, or those of a table by ecosystem."""
    path = Path(options.collapse)
    if path.suffix.lower() not in TABLES:
        try:
            value = parse_interval(options.collapse)
        except ValueError as error:
            raise UsageError(say("The collapse value cannot be read: {error}.", error=error)) from error
        if not isinstance(value, Interval):
            raise UsageError("Say with --collapse at which value the ecosystem has collapsed, such as '10 (8-12)'.")
        return value
    return read_collapse(path)


def read_collapse(path: Path) -> dict[str, Interval]:
    """Read collapse values by ecosystem, columns ecosystem and collapse; raise `DataError` with every bad row."""
    table = read_cells(path)
    if missing := {"ecosystem", "collapse"} - set(table.column_names):
        remedy = "Use the columns ecosystem and collapse."
        raise DataError(
            Problem(say("lacks {missing}", missing=", ".join(sorted(missing))), remedy, "columns", path.name)
        )
    found: dict[str, Interval] = {}
    problems = []
    for number, row in numbered_rows(table):
        try:
            value = parse_interval(row["collapse"])
        except ValueError as error:
            problems.append(
                Problem(
                    "cannot be read",
                    str(error),
                    "value",
                    path.name,
                    number,
                    "collapse",
                    row["collapse"],
                )
            )
            continue
        if row["ecosystem"] in found:
            problems.append(
                Problem("stands twice", "Keep one.", "value", path.name, number, "ecosystem", row["ecosystem"])
            )
        if isinstance(value, Interval):
            found[row["ecosystem"]] = value
    if problems:
        raise DataError(problems)
    return found


@dataclass(frozen=True)
class _Work:
    """The blocks of a stack: each gives sums by ecosystem that are added up, in any order."""

    stack: RasterStack
    cells: PixelCells
    window: Window
    years: tuple[float, ...]
    collapse: Mapping[str, Interval] | Interval
    options: SeverityOptions

    def run(self, progress: Progress) -> dict[str, SeverityTally]:
        """Go through the stack once, in blocks of rows; memory follows the block, not the map."""
        dates = len(self.stack.dates)
        blocks = self.stack.bands(max(BLOCK_PIXELS // dates, 1))
        whole: dict[str, SeverityTally] = {}
        with ThreadPoolExecutor(self.options.workers or os.cpu_count() or 1) as pool:
            try:
                for index, found in enumerate(pool.map(self.block, blocks)):
                    for name, tally in found.items():
                        whole.setdefault(name, SeverityTally(1)).merge(tally)
                    progress(index + 1, len(blocks), "rows")
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return whole

    def block(self, rows: tuple[int, int]) -> dict[str, SeverityTally]:
        """Return the sums of one block of rows by ecosystem."""
        start, stop = rows
        first = 1 if self.options.map else 0
        dates = range(first, len(self.stack.dates))
        measured = replace(self.stack, nodata=())
        values = [read_values(measured, start, stop, index=index).ravel() for index in dates]
        area = self.cells.rows(start, stop).pixel_areas()
        kinds, names = self._kinds(start, stop, len(area))
        tally = SeverityTally(len(names))
        for begin in range(0, len(area), CHUNK_PIXELS):
            part = slice(begin, begin + CHUNK_PIXELS)
            self._chunk(tally, names, kinds[part], [each[part] for each in values], area[part])
        return {name: tally.of(kind) for kind, name in enumerate(names)}

    def _kinds(self, start: int, stop: int, pixels: int) -> tuple[NDArray[np.int64], list[str]]:
        """Return for each pixel its ecosystem as a place in the names, -1 for none that is asked about."""
        if self.options.map is None:
            return np.zeros(pixels, np.int64), [EVERYWHERE]
        codes = read_codes(self.stack, 0, start, stop).ravel()
        values, place = np.unique(codes, return_inverse=True)
        missing = nodata_codes(self.stack)[0]
        wanted = [int(code) not in missing and self._collapse(str(code)) is not None for code in values]
        number = np.where(wanted, np.cumsum(wanted) - 1, -1)
        return number[place.ravel()], [str(code) for code, kept in zip(values, wanted, strict=True) if kept]

    def _collapse(self, name: str) -> Interval | None:
        return self.collapse if isinstance(self.collapse, Interval) else self.collapse.get(name)

    def _chunk(
        self,
        tally: SeverityTally,
        names: Sequence[str],
        kind: NDArray[np.int64],
        values: Sequence[NDArray[np.float64]],
        area: NDArray[np.int64],
    ) -> None:
        some = np.flatnonzero(kind >= 0)
        if not len(some):
            return
        kind, area = kind[some], area[some]
        series = np.stack([each[some] for each in values])
        baseline, present = (
            Bounds.exactly(value_at(self.years, series, year, extrapolate=self.options.extrapolate))
            for year in (self.window.start, self.window.end)
        )
        by_name = [self._collapse(name) or Interval(0, 0, 0) for name in names]
        sides = (np.array([getattr(value, side) for value in by_name])[kind] for side in ("best", "low", "high"))
        severity = severity_bounds(baseline, present, Bounds(*sides), self.options.collapse_at or "low")
        tally.add(kind, severity, area)
