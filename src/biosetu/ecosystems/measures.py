"""From measured bands to one row per class and date, and to the transitions between dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from biosetu.ecosystems.band import CellTable
from biosetu.ecosystems.counting import NO_DATA_KEY, merged_cells, merged_pairs
from biosetu.ecosystems.occupancy import COVER_LIMITS_PERCENT, Occupancies, joined_occupancies, occupancies
from biosetu.ecosystems.outline import HullCorners, Outline
from biosetu.ecosystems.parts import Parts
from biosetu.ecosystems.patches import join_patches
from biosetu.ecosystems.runs import code_of, zone_of
from biosetu.geo.hull import geodesic_hulls
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.geo.pixels import AreaUnit, PixelGrid

Mapper = Callable[[Callable[["KeyRange"], "Group"], Sequence["KeyRange"]], Iterable["Group"]]
KeyRange = tuple[int, int]

GROUP_ROWS = 1_000_000
HULL_CORNERS = 4_000_000
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
class Group:
    """Some classes of one date, consecutive by key: pixels and area of each in whole units, and occupied cells."""

    keys: NDArray[np.int64]
    pixels: NDArray[np.int64]
    area: NDArray[np.int64]
    occupancy: Occupancies


def run_here(measure: Callable[[KeyRange], Group], ranges: Sequence[KeyRange]) -> Iterable[Group]:
    """Measure group after group."""
    return [measure(each) for each in ranges]


def measure_date(parts: Parts, date: int, frame: MapFrame, each: Mapper = run_here) -> pa.Table:
    """Return one row per zone and class of one date.

    Args:
        parts: the measured bands.
        date: which date, from 0.
        frame: pixels, grid and unit.
        each: runs a function over ranges of classes, here or over threads.

    Returns:
        zone, code, pixels, area_units, area_km2, eoo_km2 (area of the geodesic hull of pixel corners, NaN where no
        hemisphere holds them; at least area_km2), occupied cells by all readings, cells by cover, patches.
    """
    cells = parts.cells(date)
    starts = [_starts(np.ascontiguousarray(table[:]["key"])) for table in cells]

    def measure(keys: KeyRange) -> Group:
        found = _sub_cells(cells, starts, keys)
        units = frame.unit.per_m2 * frame.full_weight
        occupied = occupancies(found.first, found.x, found.y, found.area, frame.grid, units)
        return Group(found.keys, found.pixels, _sums(found.area, found.first), occupied)

    groups = list(each(measure, _ranges(starts)))
    return _table(groups, parts, date, frame)


Starts = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class _SubCells:
    """The sub-cells of some classes by key and rising y: class i has `first[i]` to `first[i + 1]`; pixels by class."""

    keys: NDArray[np.int64]
    first: NDArray[np.int64]
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    area: NDArray[np.int64]
    pixels: NDArray[np.int64]


def _sub_cells(cells: Sequence[CellTable], starts: Sequence[Starts], keys: KeyRange) -> _SubCells:
    """Return the sub-cells of some classes, all bands together; of a large class some rows of them after the other."""
    if keys[0] == keys[1] and sum(_slice(own, keys)[1] for own in starts) > GROUP_ROWS:
        return _large_class(cells, starts, keys)
    rows = merged_cells([_rows(table, own, keys) for table, own in zip(cells, starts, strict=True)])
    own, first = _starts(rows["key"])
    return _SubCells(own, first, rows["x"], rows["y"], rows["area"], _sums(rows["pixels"], first))


def _large_class(cells: Sequence[CellTable], starts: Sequence[Starts], keys: KeyRange) -> _SubCells:
    """Return the sub-cells of one class: beside what is returned, no more than about GROUP_ROWS of them are in hand."""
    reach = {}
    for index, (table, own) in enumerate(zip(cells, starts, strict=True)):
        if len(y := _rows(table, own, keys)["y"]):
            reach[index] = np.unique(y, return_counts=True)
    most = sum(int(count.sum()) for _, count in reach.values())
    x, y, area = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int64)
    pixels = end = 0
    for low, high in _strips(list(reach.values())):
        parts = [
            rows[(rows["y"] >= low) & (rows["y"] <= high)]
            for index, (levels, _) in reach.items()
            if levels[0] <= high and levels[-1] >= low
            for rows in [_rows(cells[index], starts[index], keys)]
        ]
        merged = merged_cells(parts)
        start, end = end, end + len(merged)
        x[start:end], y[start:end], area[start:end] = merged["x"], merged["y"], merged["area"]
        pixels += int(merged["pixels"].sum())
    return _SubCells(
        np.array([keys[0]]), np.array([0, end]), x[:end], y[:end], area[:end], np.array([pixels], np.int64)
    )


def _strips(reach: Sequence[tuple[NDArray[np.int32], NDArray[np.int64]]]) -> list[tuple[int, int]]:
    """Return strips (lowest y, highest y) from south to north, of about GROUP_ROWS sub-cells, at least one y each.

    Args:
        reach: for each band, the y that it holds and how many sub-cells at each.
    """
    levels, place = np.unique(np.concatenate([own for own, _ in reach]), return_inverse=True)
    count = np.zeros(len(levels), np.int64)
    np.add.at(count, place, np.concatenate([number for _, number in reach]))
    strip = (np.cumsum(count) - 1) // GROUP_ROWS
    begin = np.flatnonzero(np.append(True, strip[1:] != strip[:-1]))
    last = np.append(begin[1:], len(levels)) - 1
    return list(zip(levels[begin].tolist(), levels[last].tolist(), strict=True))


def _starts(ordered: NDArray[np.int64]) -> Starts:
    """Return the distinct keys of a sorted column and where each begins, with the column's length at the end."""
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.empty(0, np.int64)
    return ordered[first], np.append(first, len(ordered))


def _sums(values: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.add.reduceat(values, first[:-1]) if len(values) else np.empty(0, np.int64)


def _ranges(starts: Sequence[Starts]) -> list[KeyRange]:
    """Return the classes in ranges (first key, last key) of about GROUP_ROWS sub-cells, at least one class each."""
    rows: dict[int, int] = {}
    for own, first in starts:
        for key, count in zip(own.tolist(), np.diff(first).tolist(), strict=True):
            rows[key] = rows.get(key, 0) + count
    ranges: list[KeyRange] = []
    held = GROUP_ROWS
    for key in sorted(rows):
        if held + rows[key] > GROUP_ROWS:
            ranges.append((key, key))
            held = 0
        ranges[-1] = (ranges[-1][0], key)
        held += rows[key]
    return ranges


def _slice(starts: Starts, keys: KeyRange) -> tuple[int, int]:
    """Return the first of the rows that hold some classes, and how many there are."""
    own, first = starts
    begin, end = np.searchsorted(own, keys[0], side="left"), np.searchsorted(own, keys[1], side="right")
    return int(first[begin]), int(first[end] - first[begin])


def _rows(table: CellTable, starts: Starts, keys: KeyRange) -> NDArray[np.void]:
    begin, count = _slice(starts, keys)
    return table[begin : begin + count]


def _hull_areas_km2(outline: Outline, frame: MapFrame) -> NDArray[np.float64]:
    """Return the area of the hull of each class of an outline, some millions of corners at a time."""
    corners = HullCorners(outline)
    areas = np.empty(len(outline.keys))
    before = np.concatenate([[0], np.cumsum(corners.most())])
    start = 0
    while start < len(areas):
        stop = max(int(np.searchsorted(before, before[start] + HULL_CORNERS, side="right")) - 1, start + 1)
        found = corners.of(start, stop)
        x, y = frame.pixels.coordinates(found.column, found.row)
        longitude, latitude = frame.pixels.to("OGC:CRS84").transform(x, y)
        latitude = np.clip(latitude, -90, 90)
        good = np.isfinite(longitude) & np.isfinite(latitude)
        kept = np.concatenate([[0], np.cumsum(good)])[found.pointer]
        areas[start:stop] = geodesic_hulls(np.asarray(longitude)[good], np.asarray(latitude)[good], kept).area_km2
        start = stop
    return areas


def _patch_columns(parts: Parts, date: int, frame: MapFrame, keys: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    joined = join_patches(parts.patches(date), frame.pixels.width, frame.diagonal)
    place = np.searchsorted(joined["key"], keys)
    return {"patches": joined["patches"][place], "largest": joined["largest"][place]}


def _table(groups: Sequence[Group], parts: Parts, date: int, frame: MapFrame) -> pa.Table:
    none = np.empty(0, np.int64)
    keys, pixels, area = (
        np.concatenate([none, *(getattr(group, name) for group in groups)]) for name in ("keys", "pixels", "area")
    )
    km2 = np.array([frame.km2(units) for units in area.tolist()])
    outline = parts.outline(date)
    hull_km2 = _hull_areas_km2(outline, frame)[np.searchsorted(outline.keys, keys)] if len(keys) else km2
    columns: dict[str, object] = {
        "zone": zone_of(keys),
        "code": code_of(keys),
        "pixels": pixels,
        "area_units": area,
        "area_km2": km2,
        "eoo_km2": np.where(np.isnan(hull_km2), hull_km2, np.maximum(hull_km2, km2)),
    }
    columns |= occupancy_columns(joined_occupancies([group.occupancy for group in groups]), frame.grid)
    patches = _patch_columns(parts, date, frame, keys)
    columns["patches"] = patches["patches"]
    columns["largest_patch_km2"] = np.array([frame.km2(units) for units in patches["largest"].tolist()])
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def occupancy_columns(found: Occupancies, grid: OccupancyGrid) -> dict[str, object]:
    """Return the columns of occupied cells: by reading, published and smallest, the smallest's origins, by cover."""
    columns: dict[str, object] = {}
    for reading, suffix in enumerate(READINGS):
        columns[f"aoo_cells{suffix}"] = found.published[:, reading]
        columns[f"aoo_cells_min{suffix}"] = found.least[:, reading]
    columns["aoo_min_origin_km"] = [_origin(each, grid) for each in found.origin.tolist()]
    for index, name in enumerate(COVER_COLUMNS):
        columns[name] = found.by_cover[:, index]
    return columns


def _origin(origins: Sequence[tuple[int, int]], grid: OccupancyGrid) -> str:
    step_km = grid.fine_m / 1000
    return " ".join(f"{dx * step_km:g},{dy * step_km:g}" for dx, dy in origins)


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
