"""From measured bands to one row per class and date, and to the transitions between dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from biosetu.ecosystems.counting import NO_DATA_KEY, merged_cells, merged_pairs
from biosetu.ecosystems.occupancy import COVER_LIMITS_PERCENT, Occupancy, occupancy
from biosetu.ecosystems.outline import hull_corners
from biosetu.ecosystems.parts import Parts, let_go
from biosetu.ecosystems.patches import join_patches
from biosetu.ecosystems.runs import code_of, zone_of
from biosetu.geo.hull import geodesic_hulls
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.geo.pixels import AreaUnit, PixelGrid

Mapper = Callable[[Callable[[int], "ClassMeasure"], Sequence[int]], Sequence["ClassMeasure"]]

READINGS = ("", "_small", "_cumulative")
COVER_COLUMNS = tuple(
    f"cells_{low}_{high}_percent"
    for low, high in zip((0, *COVER_LIMITS_PERCENT), (*COVER_LIMITS_PERCENT, 100), strict=True)
)


@dataclass(frozen=True, slots=True)
class MapFrame:
    """What the bands of a map share.

    Its pixels, the occupancy grid, the unit of area, whether pixels connect over corners, and what a wholly covered
    pixel weighs.
    """

    pixels: PixelGrid
    grid: OccupancyGrid
    unit: AreaUnit
    diagonal: bool = True
    full_weight: int = 1

    def km2(self, units: int) -> float:
        """Return weighted area units in square kilometres."""
        return self.unit.km2(units) / self.full_weight


@dataclass(frozen=True, slots=True)
class ClassMeasure:
    """One class at one date, in whole units; the hull as corner positions in the map."""

    key: int
    pixels: int
    area: int
    occupancy: Occupancy
    corner_columns: NDArray[np.float64]
    corner_rows: NDArray[np.float64]


def run_here(measure: Callable[[int], ClassMeasure], keys: Sequence[int]) -> Sequence[ClassMeasure]:
    """Measure class after class."""
    return [measure(key) for key in keys]


def measure_date(parts: Parts, date: int, frame: MapFrame, each: Mapper = run_here) -> pa.Table:
    """Return one row per zone and class of one date.

    Args:
        parts: the measured bands.
        date: which date, from 0.
        frame: pixels, grid and unit.
        each: runs a function over the classes, here or over threads.

    Returns:
        zone, code, pixels, area_units, area_km2, eoo_km2 (area of the geodesic hull of pixel corners, NaN where no
        hemisphere holds them; at least area_km2), occupied cells by all readings, cells by cover, patches.
    """
    cells, outlines = parts.cells(date), parts.outlines(date)
    starts = []
    for table in cells:
        starts.append(_starts(np.ascontiguousarray(table["key"])))
        let_go(table)
    keys = sorted({int(key) for own, _ in starts for key in own})

    def measure(key: int) -> ClassMeasure:
        rows = merged_cells([_slice(table, own, key) for table, own in zip(cells, starts, strict=True)])
        for table in cells:
            let_go(table)
        columns, lines = hull_corners(outlines, key, frame.pixels.width)
        found = occupancy(rows["x"], rows["y"], rows["area"], frame.grid, frame.unit.per_m2 * frame.full_weight)
        return ClassMeasure(key, int(rows["pixels"].sum()), int(rows["area"].sum()), found, columns, lines)

    measures = each(measure, keys)
    return _table(measures, _hull_areas_km2(measures, frame), _patch_columns(parts, date, frame, keys), frame)


Starts = tuple[NDArray[np.int64], NDArray[np.int64]]


def _starts(ordered: NDArray[np.int64]) -> Starts:
    """Return the distinct keys of a sorted column and where each begins, with the column's length at the end."""
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.empty(0, np.int64)
    return ordered[first], np.append(first, len(ordered))


def _slice(table: NDArray[np.void], starts: Starts, key: int) -> NDArray[np.void]:
    keys, first = starts
    place = int(np.searchsorted(keys, key))
    if place == len(keys) or keys[place] != key:
        return table[:0]
    return table[first[place] : first[place + 1]]


def _hull_areas_km2(measures: Sequence[ClassMeasure], frame: MapFrame) -> NDArray[np.float64]:
    if not measures:
        return np.empty(0)
    columns = np.concatenate([measure.corner_columns for measure in measures])
    rows = np.concatenate([measure.corner_rows for measure in measures])
    offsets = np.concatenate([[0], np.cumsum([len(measure.corner_rows) for measure in measures])])
    x, y = frame.pixels.coordinates(columns, rows)
    longitude, latitude = frame.pixels.to("OGC:CRS84").transform(x, y)
    latitude = np.clip(latitude, -90, 90)
    good = np.isfinite(longitude) & np.isfinite(latitude)
    kept = np.concatenate([[0], np.cumsum(good)])[offsets]
    return geodesic_hulls(np.asarray(longitude)[good], np.asarray(latitude)[good], kept).area_km2


def _patch_columns(parts: Parts, date: int, frame: MapFrame, keys: Sequence[int]) -> dict[str, NDArray[np.int64]]:
    joined = join_patches(parts.patches(date), frame.pixels.width, frame.diagonal)
    place = np.searchsorted(joined["key"], np.array(keys, np.int64))
    return {"patches": joined["patches"][place], "largest": joined["largest"][place]}


def _table(
    measures: Sequence[ClassMeasure],
    hull_km2: NDArray[np.float64],
    patches: dict[str, NDArray[np.int64]],
    frame: MapFrame,
) -> pa.Table:
    keys = np.array([measure.key for measure in measures], np.int64)
    area = [measure.area for measure in measures]
    km2 = np.array([frame.km2(units) for units in area])
    columns: dict[str, object] = {
        "zone": zone_of(keys),
        "code": code_of(keys),
        "pixels": [measure.pixels for measure in measures],
        "area_units": area,
        "area_km2": km2,
        "eoo_km2": np.where(np.isnan(hull_km2), hull_km2, np.maximum(hull_km2, km2)),
    }
    columns |= occupancy_columns([measure.occupancy for measure in measures], frame.grid)
    columns["patches"] = patches["patches"]
    columns["largest_patch_km2"] = np.array([frame.km2(int(units)) for units in patches["largest"]])
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def occupancy_columns(found: Sequence[Occupancy], grid: OccupancyGrid) -> dict[str, object]:
    """Return the columns of occupied cells: by reading, published and smallest, the smallest's origins, by cover."""
    columns: dict[str, object] = {}
    for suffix, name in zip(READINGS, ("all", "small", "cumulative"), strict=True):
        columns[f"aoo_cells{suffix}"] = [getattr(each.published, name) for each in found]
        columns[f"aoo_cells_min{suffix}"] = [getattr(each.least, name) for each in found]
    columns["aoo_min_origin_km"] = [_origin(each, grid) for each in found]
    for index, name in enumerate(COVER_COLUMNS):
        columns[name] = [each.by_cover[index] for each in found]
    return columns


def _origin(found: Occupancy, grid: OccupancyGrid) -> str:
    step_km = grid.fine_m / 1000
    return " ".join(f"{dx * step_km:g},{dy * step_km:g}" for dx, dy in found.least_origin)


def transitions(parts: Parts, date: int, unit: AreaUnit) -> pa.Table:
    """Return the area that changed from each class to each other between a date and the next.

    Returns:
        zone, before, after (class codes, null where that date has no data), pixels, area_units, area_km2. Summed over
        `after` it is the area of the class before, over `before` that of the class after, to the last unit.
    """
    table = merged_pairs(list(parts.pairs(date)))
    before, after = table["before"], table["after"]
    zones = zone_of(np.where(before == NO_DATA_KEY, after, before))
    columns = {
        "zone": pa.array(zones),
        "before": pa.array(code_of(before), mask=before == NO_DATA_KEY),
        "after": pa.array(code_of(after), mask=after == NO_DATA_KEY),
        "pixels": pa.array(table["pixels"]),
        "area_units": pa.array(table["area"]),
        "area_km2": pa.array([unit.km2(int(area)) for area in table["area"]], pa.float64()),
    }
    return pa.table(columns)
