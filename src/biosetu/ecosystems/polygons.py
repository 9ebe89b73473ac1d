"""The same measures from polygons: exact overlays on an equal-area plane, areas as integers like those of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from biosetu.ecosystems.counting import CELLS
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.geo.pixels import AreaUnit

Geometries = NDArray[np.object_]
Integers = NDArray[np.int64]

BLOCK_CELLS = 256
OUTSIDE = -1
POLYGON, COLLECTIONS = 3, (6, 7)
Name = TypeVar("Name", str, tuple[int, str])


def dissolved(geometry: Geometries, names: Sequence[Name]) -> tuple[list[Name], Geometries]:
    """Return the distinct names in order and, for each, the union of its polygons."""
    order = sorted(set(names))
    place_of = {name: place for place, name in enumerate(order)}
    place = np.array([place_of[name] for name in names], np.int64)
    ends = np.cumsum(np.bincount(place, minlength=len(order)))
    by_name = np.split(geometry[np.argsort(place, kind="stable")], ends)[: len(order)]
    return order, np.array([shapely.union_all(parts) for parts in by_name], object)


def apart(geometry: Geometries, names: Sequence[str]) -> tuple[list[str], Geometries]:
    """Return zones by name, one shape each; where polygons of two zones overlap, the later polygon has the place."""
    tree = shapely.STRtree(geometry)
    kept = geometry.copy()
    for index, other in zip(*tree.query(geometry, predicate="intersects"), strict=True):
        if other > index and names[index] != names[other]:
            kept[index] = shapely.difference(kept[index], geometry[other])
    return dissolved(kept, names)


def within(geometry: Geometries, zones: Geometries) -> tuple[Integers, Integers, Geometries]:
    """Cut polygons at zones: place in `geometry`, place in `zones` and the piece, for each pair that shares an area."""
    own, zone = shapely.STRtree(zones).query(geometry, predicate="intersects")
    pieces = shapely.intersection(geometry[own], zones[zone])
    some = shapely.area(pieces) > 0
    return own[some], zone[some], polygons_only(pieces[some])


def polygons_only(shapes: Geometries) -> Geometries:
    """Return shapes without the points and lines that cutting leaves where edges only touch."""
    mixed = np.isin(shapely.get_type_id(shapes), COLLECTIONS)
    cleaned = shapes.copy()
    for index in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts(shapes[index]))
        cleaned[index] = shapely.multipolygons(parts[shapely.get_type_id(parts) == POLYGON])
    return cleaned


def polygon_cells(shape: shapely.Geometry, grid: OccupancyGrid, unit: AreaUnit) -> NDArray[np.void]:
    """Return the area of one class in each sub-cell of the grid.

    Args:
        shape: polygons on the grid's plane, which is equal-area [m].
        grid: cells and sub-cells.
        unit: unit of the areas.

    Returns:
        A table of type CELLS (key 0, pixels 0) sorted by y, x, without empty rows. Areas are exact on the plane, found
        by halving blocks of cells until a block is wholly inside, wholly outside, or one sub-cell.
    """
    if shapely.is_empty(shape):
        return np.zeros(0, CELLS)
    parts, x, y = _blocks(shape, grid.fine_m)
    size, tables = BLOCK_CELLS, []
    while len(parts):
        side = size * grid.fine_m
        whole = np.isclose(shapely.area(parts), side**2, rtol=1e-12, atol=0)
        tables.append(_filled(x[whole], y[whole], size, unit.integers(np.array([grid.fine_m**2.0]))[0]))
        parts, x, y = parts[~whole], x[~whole], y[~whole]
        if size == 1:
            tables.append(_table(x, y, unit.integers(shapely.area(parts))))
            break
        size //= 2
        parts, x, y = _quartered(parts, x, y, size, grid.fine_m)
    table = np.concatenate(tables)
    table = table[table["area"] > 0]
    return table[np.lexsort((table["x"], table["y"]))]


def _blocks(shape: shapely.Geometry, fine_m: int) -> tuple[Geometries, Integers, Integers]:
    side = BLOCK_CELLS * fine_m
    low_x, low_y, high_x, high_y = (int(np.floor(value / side)) for value in shapely.bounds(shape))
    columns, rows = np.meshgrid(np.arange(low_x, high_x + 1), np.arange(low_y, high_y + 1))
    x, y = columns.ravel() * BLOCK_CELLS, rows.ravel() * BLOCK_CELLS
    shapely.prepare(shape)
    return _cut(np.full(len(x), shape, object), x, y, BLOCK_CELLS, fine_m)


def _quartered(
    parts: Geometries, x: Integers, y: Integers, size: int, fine_m: int
) -> tuple[Geometries, Integers, Integers]:
    east, north = np.array([0, size, 0, size]), np.array([0, 0, size, size])
    return _cut(np.repeat(parts, 4), (x[:, None] + east).ravel(), (y[:, None] + north).ravel(), size, fine_m)


def _cut(parts: Geometries, x: Integers, y: Integers, size: int, fine_m: int) -> tuple[Geometries, Integers, Integers]:
    boxes = shapely.box(x * fine_m, y * fine_m, (x + size) * fine_m, (y + size) * fine_m)
    touching = shapely.intersects(parts, boxes)
    parts, boxes, x, y = parts[touching], boxes[touching], x[touching], y[touching]
    pieces = shapely.intersection(parts, boxes)
    some = shapely.area(pieces) > 0
    return pieces[some], x[some], y[some]


def _filled(x: Integers, y: Integers, size: int, area: int) -> NDArray[np.void]:
    across, down = np.meshgrid(np.arange(size), np.arange(size))
    columns, rows = (x[:, None] + across.ravel()).ravel(), (y[:, None] + down.ravel()).ravel()
    return _table(columns, rows, np.full(len(columns), area, np.int64))


def _table(x: Integers, y: Integers, area: Integers) -> NDArray[np.void]:
    table = np.zeros(len(x), CELLS)
    table["x"], table["y"], table["area"] = x, y, area
    return table


def overlaps(
    before: Geometries, after: Geometries, least_m2: float = 0.0
) -> tuple[Integers, Integers, NDArray[np.float64]]:
    """Return what became what between two dates: pairs of classes and the area they share on the plane [m²].

    Args:
        before, after: one shape per class on an equal-area plane.
        least_m2: pairs that share no more than this are left out: slivers of rounding.

    Returns:
        Place in `before`, place in `after`, area; OUTSIDE where the map of that date has nothing there. Where the
        classes of each date do not overlap each other, the areas add up to those of the classes of both dates.
    """
    first, second = shapely.STRtree(after).query(before, predicate="intersects")
    shared = shapely.area(shapely.intersection(before[first], after[second]))
    lost, gained = outside(before, after), outside(after, before)
    one = np.concatenate([first, np.arange(len(before)), np.full(len(after), OUTSIDE)])
    other = np.concatenate([second, np.full(len(before), OUTSIDE), np.arange(len(after))])
    area = np.concatenate([shared, lost, gained])
    kept = area > least_m2
    return one[kept], other[kept], area[kept]


def outside(shapes: Geometries, others: Geometries) -> NDArray[np.float64]:
    """Return the area of each shape that lies outside all others, on the plane [m²]."""
    return np.asarray(shapely.area(shapely.difference(shapes, shapely.union_all(others))))


def doubled(shapes: Geometries) -> float:
    """Return by how much the areas of shapes exceed the area of their union: what lies in several of them [m²]."""
    return float(shapely.area(shapes).sum() - shapely.area(shapely.union_all(shapes)))
