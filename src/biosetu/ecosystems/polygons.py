"""The same measures from polygons: exact overlays on an equal-area plane, areas as integers like those of pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from biosetu.ecosystems.counting import CELLS
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.geo.pixels import AreaUnit

Geometries = NDArray[np.object_]
Integers = NDArray[np.int64]

BLOCK_CELLS = 256


def dissolved(geometry: Geometries, names: Sequence[str]) -> tuple[list[str], Geometries]:
    """Return the distinct names in order and, for each, the union of its polygons."""
    order = sorted(set(names))
    place = np.array([order.index(name) for name in names])
    return order, np.array([shapely.union_all(geometry[place == index]) for index in range(len(order))], object)


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


def overlaps(before: Geometries, after: Geometries) -> tuple[Integers, Integers, NDArray[np.float64]]:
    """Return the pairs of classes that overlap between two dates and the area they share on the plane [m²].

    Args:
        before, after: one shape per class on an equal-area plane.

    Returns:
        Place in `before`, place in `after`, area; pairs without area left out.
    """
    first, second = shapely.STRtree(after).query(before, predicate="intersects")
    shared = shapely.area(shapely.intersection(before[first], after[second]))
    kept = shared > 0
    return first[kept], second[kept], shared[kept]
