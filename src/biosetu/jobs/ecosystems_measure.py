"""Measure ecosystems on classified maps: read in bands, count, put together."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from biosetu.ecosystems.band import FULL_COVER, BandResult, Rules, measure_band
from biosetu.ecosystems.measures import Group, KeyRange, MapFrame, measure_date, transitions
from biosetu.ecosystems.parts import CollectedBands, Parts
from biosetu.ecosystems.result import measures_table
from biosetu.engine.partitions import Run, run_partitions
from biosetu.engine.rasters import RasterStack, coarse_warning, nodata_codes, open_stack, read_band
from biosetu.engine.zones import ZoneMap, is_vector, read_zones
from biosetu.geo.occupancy_grid import PixelCells
from biosetu.geo.pixels import PixelGrid, area_unit, extent_bound_m2
from biosetu.jobs.ecosystems_bands import BandFolder, map_fingerprint
from biosetu.jobs.ecosystems_inputs import (
    MeasuredMap,
    MeasureOptions,
    map_dates,
    occupancy_grid,
    read_classes,
    refuse_unused,
)
from biosetu.jobs.ecosystems_polygons import measure_polygons
from biosetu.jobs.ecosystems_samples import read_samples
from biosetu.jobs.ecosystems_transitions import transition_table
from biosetu.problems import DataError, Problem, Severity, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_

RESUME_FROM_PIXELS = 1_000_000_000


def measure_maps(paths: Sequence[Path], options: MeasureOptions, progress: Progress = silent) -> MeasuredMap:
    """Measure one map at one or more dates, as rasters or as polygons; see `measure_rasters`, `measure_polygons`.

    Raises:
        UsageError: both kinds together, or options that would change nothing.
    """
    kinds = {is_vector(path) for path in paths}
    if len(kinds) > 1:
        raise UsageError("Give all dates as rasters or all as polygons.")
    refuse_unused(options, polygons=True in kinds)
    if True in kinds:
        return measure_polygons(paths, options, progress)
    return measure_rasters(paths, options, progress)


def measure_rasters(paths: Sequence[Path], options: MeasureOptions, progress: Progress = silent) -> MeasuredMap:
    """Measure the classes of one map at one or more dates.

    Args:
        paths: one raster per date, in the order of the dates.
        options: choices.
        progress: called after each band.

    Raises:
        DataError: what is wrong with the files.
        UsageError: dates that cannot be told.
    """
    dates = map_dates(paths, options.dates)
    stack = open_stack(
        paths, band=options.band, nodata=options.nodata, align=options.align, fractional=options.fractional
    )
    classes = read_classes(options.classes)
    samples = read_samples(options.samples, dates)
    frame, rules = _frame(stack, options)
    zones = read_zones(options.by, stack.grid, options.by_field) if options.by else None
    one = _BandTask(stack, PixelCells(frame.pixels, frame.grid, frame.unit), rules, zones)
    folder = _folder(stack, options)
    if options.scheduler is not None and folder is not None:
        _measure_on_cluster(one, folder, options.scheduler, progress)
    parts = _all_bands(one, folder, _workers(options), silent if options.scheduler else progress)
    with ThreadPoolExecutor(_workers(options)) as pool:

        def each(measure: Callable[[KeyRange], Group], ranges: Sequence[KeyRange]) -> Iterable[Group]:
            return pool.map(measure, ranges)

        tables = [(date, measure_date(parts, index, frame, each)) for index, date in enumerate(dates)]
    _refuse_nothing(tables, stack)
    told = [*classes.warnings(tables), *samples.check(tables)]
    zone_names = zones.names if zones else ("",)
    pairs = (
        []
        if rules.fractional
        else [
            transition_table(transitions(parts, index, frame.unit), dates[index : index + 2], classes, zone_names)
            for index in range(len(dates) - 1)
        ]
    )
    table = measures_table(tables, classes.names, zone_names, samples.counts, classes.about)
    if folder is not None:
        folder.remove()
    moved = pa.concat_tables(pairs) if pairs else None
    warnings = (*_warnings(stack, frame), *_one_sided(moved, stack), *told)
    return MeasuredMap(table.replace_schema_metadata(_about(frame, paths)), moved, warnings)


def _refuse_nothing(tables: Sequence[tuple[float, pa.Table]], stack: RasterStack) -> None:
    """Refuse maps without any data: beside others they would pass for the loss of everything."""
    problems = [
        Problem(
            N_("holds no data"),
            N_("Check which code means no data, and which band holds the classes."),
            "empty",
            each.path,
        )
        for (_, table), each in zip(tables, stack.dates, strict=True)
        if not table.num_rows
    ]
    if problems:
        raise DataError(problems)


def _one_sided(moved: pa.Table | None, stack: RasterStack) -> tuple[Problem, ...]:
    """Warn of what has data at one of two dates alone: it counts as lost or gained."""
    if moved is None:
        return ()
    rows = moved.select(["before", "after", "area_km2"]).to_pylist()
    area = sum(row["area_km2"] for row in rows if row["before"] is None or row["after"] is None)
    if not area:
        return ()
    remedy = N_("Mask both dates alike: what has data at one date alone counts as lost or gained.")
    message = N_("and the other dates do not have data in the same places")
    return (
        Problem(message, remedy, "one-sided", stack.dates[0].path, value=f"{area:.6g} km²", severity=Severity.WARNING),
    )


@dataclass(frozen=True)
class _BandTask:
    stack: RasterStack
    cells: PixelCells
    rules: Rules
    zones: ZoneMap | None

    def __call__(self, rows: tuple[int, int]) -> BandResult:
        start, stop = rows
        zones = self.zones.burn(self.stack.grid, start, stop) if self.zones else None
        return measure_band(read_band(self.stack, start, stop), self.cells.rows(start, stop), start, self.rules, zones)


def _frame(stack: RasterStack, options: MeasureOptions) -> tuple[MapFrame, Rules]:
    grid = stack.grid
    pixels = PixelGrid(grid.crs, grid.transform, grid.width, grid.height)
    fractional = options.fractional is not None
    unit = area_unit(extent_bound_m2(pixels), FULL_COVER if fractional else 1)
    rules = Rules(nodata_codes(stack), fractional, options.diagonal, not pixels.aligned_geographic)
    return MapFrame(
        pixels, occupancy_grid(options.grid, pixels.system), unit, options.diagonal, FULL_COVER if fractional else 1
    ), rules


def _workers(options: MeasureOptions) -> int:
    return options.workers or os.cpu_count() or 1


def _folder(stack: RasterStack, options: MeasureOptions) -> BandFolder | None:
    large = stack.grid.width * stack.grid.height >= RESUME_FROM_PIXELS
    keep = options.scheduler is not None or (options.resume if options.resume is not None else large)
    return BandFolder.open(map_fingerprint(stack, options)) if keep else None


@dataclass(frozen=True)
class _ClusterTask:
    """One band for a worker elsewhere, which sees the same files and the same state folder."""

    task: _BandTask
    folder: BandFolder
    index: int
    rows: tuple[int, int]


def measure_kept_band(work: _ClusterTask) -> pa.Table:
    """Measure one band into the folder of the work and return its number."""
    work.folder.get(work.index, lambda: work.task(work.rows))
    return pa.table({"band": [work.index]})


def _measure_on_cluster(task: _BandTask, folder: BandFolder, scheduler: str, progress: Progress) -> None:
    tasks = [_ClusterTask(task, folder, index, rows) for index, rows in enumerate(task.stack.bands())]
    run = Run("ecosystems", folder.path.name)
    run_partitions(tasks, measure_kept_band, run, scheduler, progress)
    run.discard()


def _all_bands(task: _BandTask, folder: BandFolder | None, workers: int, progress: Progress) -> Parts:
    bands = task.stack.bands()
    done = CollectedBands(task.stack.grid.width, task.rules.diagonal)

    def one(index: int) -> BandResult:
        if folder is None:
            return task(bands[index])
        return folder.get(index, lambda: task(bands[index]))

    with ThreadPoolExecutor(workers) as pool:
        try:
            for index, result in enumerate(_in_turn(pool, one, len(bands), 2 * workers)):
                done.add(result)
                progress(index + 1, len(bands), "rows")
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return done


def _in_turn(
    pool: ThreadPoolExecutor, measure: Callable[[int], BandResult], count: int, ahead: int
) -> Iterator[BandResult]:
    """Yield the bands in their order; no more than `ahead` of them wait, measured or not, to be taken."""
    waiting: deque[Future[BandResult]] = deque()
    for index in range(count):
        waiting.append(pool.submit(measure, index))
        if len(waiting) == ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _about(frame: MapFrame, paths: Sequence[Path]) -> dict[str, str]:
    return {
        "biosetu.method": "ecosystems-measure/1",
        "biosetu.occupancy_grid": f"{frame.grid.crs}, cells {frame.grid.cell_m} m, origin 0 0",
        "biosetu.area": f"WGS84 ellipsoid, integers of 1e-{frame.unit.exponent} m2",
        "biosetu.inputs": "; ".join(path.name for path in paths),
    }


def _warnings(stack: RasterStack, frame: MapFrame) -> tuple[Problem, ...]:
    pixel_m = frame.pixels.pixel_size_m
    return (coarse_warning(pixel_m, stack.dates[0].path),) if pixel_m > frame.grid.fine_m else ()
