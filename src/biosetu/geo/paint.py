"""Polygons painted on an equal-area grid: a cell belongs to a polygon that holds its centre.

The grid is the cylindrical equal-area projection on the authalic sphere, true at 30°, so that every cell has the same
area on the ellipsoid. Cells that an outline runs through are marked: only they can be wrong.
"""

from __future__ import annotations

import math

import numpy as np
import shapely

from biosetu.geo.area import authalic_sine
from biosetu.geo.compiled import compiled
from biosetu.geo.kinds import Floats, Integers
from biosetu.geo.sphere import AUTHALIC_RADIUS_M

TRUE_AT = math.cos(math.radians(30.0))
LONGEST_EDGE_DEG = 0.02
NOTHING = 65535


def to_grid(shapes: np.ndarray, cell_m: float) -> tuple[Floats, Integers, Integers]:
    """Return columns and rows (in cells, not rounded) of all ring points, ring offsets, and ring offsets by shape."""
    parts, owner = shapely.get_parts(shapely.segmentize(shapes, LONGEST_EDGE_DEG), return_index=True)
    rings, polygon = shapely.get_rings(parts, return_index=True)
    counts = shapely.get_num_coordinates(rings)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    by_shape = np.searchsorted(owner[polygon], np.arange(len(shapes) + 1)).astype(np.int64)
    return project(shapely.get_coordinates(rings), cell_m), offsets, by_shape


@compiled
def project(points: Floats, cell_m: float) -> Floats:
    """Return (n, 2) longitudes and latitudes [degrees] as columns and rows of the grid, not rounded."""
    result = np.empty_like(points)
    for k in range(points.shape[0]):
        result[k, 0] = points[k, 0] * math.pi / 180 * AUTHALIC_RADIUS_M * TRUE_AT / cell_m
        result[k, 1] = authalic_sine(points[k, 1]) * AUTHALIC_RADIUS_M / TRUE_AT / cell_m
    return result


@compiled
def paint(
    points: Floats, offsets: Integers, by_shape: Integers, rank: Integers, corner: tuple[int, int], grid: np.ndarray
) -> None:
    """Lower each cell of `grid` to the least rank of the shapes that hold its centre.

    corner: column and row of the grid's first cell; inside is by even-odd over all rings of a shape.
    """
    height, width = grid.shape
    first_column, first_row = corner
    for shape in range(rank.size):
        begin, end = offsets[by_shape[shape]], offsets[by_shape[shape + 1]]
        crossings = np.empty((_count(points, offsets, by_shape, shape, first_row, height), 2))
        found = 0
        for ring in range(by_shape[shape], by_shape[shape + 1]):
            for k in range(offsets[ring], offsets[ring + 1] - 1):
                x1, y1, x2, y2 = points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
                low, high = _rows(y1, y2, first_row, height)
                for row in range(low, high):
                    crossings[found, 0] = row
                    crossings[found, 1] = x1 + (first_row + row + 0.5 - y1) * (x2 - x1) / (y2 - y1)
                    found += 1
        if end > begin and found > 0:
            _fill(crossings[:found], rank[shape], first_column, width, grid)


@compiled
def _rows(y1: float, y2: float, first_row: int, height: int) -> tuple[int, int]:
    """Return the rows whose centre lines an edge crosses, half-open so that shared points count once."""
    low, high = min(y1, y2), max(y1, y2)
    return (
        max(math.ceil(low - 0.5) - first_row, 0),
        min(math.ceil(high - 0.5) - first_row, height),
    )


@compiled
def _count(points: Floats, offsets: Integers, by_shape: Integers, shape: int, first_row: int, height: int) -> int:
    total = 0
    for ring in range(by_shape[shape], by_shape[shape + 1]):
        for k in range(offsets[ring], offsets[ring + 1] - 1):
            low, high = _rows(points[k, 1], points[k + 1, 1], first_row, height)
            total += max(high - low, 0)
    return total


@compiled
def _fill(crossings: Floats, rank: int, first_column: int, width: int, grid: np.ndarray) -> None:
    key = crossings[:, 0] * 1e9 + crossings[:, 1] + 5e8
    order = np.argsort(key)
    for k in range(0, order.size - 1, 2):
        row = int(crossings[order[k], 0])
        left = max(math.ceil(crossings[order[k], 1] - 0.5) - first_column, 0)
        right = min(math.ceil(crossings[order[k + 1], 1] - 0.5) - first_column, width)
        for column in range(left, right):
            grid[row, column] = min(grid[row, column], rank)


@compiled
def mark_outlines(points: Floats, offsets: Integers, corner: tuple[int, int], marks: np.ndarray) -> None:
    """Set `marks` in every cell that an edge runs through."""
    height, width = marks.shape
    first_column, first_row = corner
    for ring in range(offsets.size - 1):
        for k in range(offsets[ring], offsets[ring + 1] - 1):
            x1, y1 = points[k, 0] - first_column, points[k, 1] - first_row
            x2, y2 = points[k + 1, 0] - first_column, points[k + 1, 1] - first_row
            if max(x1, x2) < 0 or min(x1, x2) >= width or max(y1, y2) < 0 or min(y1, y2) >= height:
                continue
            steps = math.ceil(max(abs(x2 - x1), abs(y2 - y1)) * 2) + 1
            for step in range(steps + 1):
                column = math.floor(x1 + (x2 - x1) * step / steps)
                row = math.floor(y1 + (y2 - y1) * step / steps)
                if 0 <= column < width and 0 <= row < height:
                    marks[row, column] = True


@compiled
def count_cells(
    grid: np.ndarray, inside: np.ndarray, marks: np.ndarray, edge: np.ndarray, ranks: int
) -> tuple[Integers, int]:
    """Return the cells of each rank inside, and how many of the cells that count may be wrong.

    grid: ranks as painted; inside: NOTHING off the zone; marks, edge: cells on outlines of shapes and of the zone.
    """
    counts = np.zeros(ranks, np.int64)
    doubtful = 0
    for row in range(grid.shape[0]):
        for column in range(grid.shape[1]):
            rank = grid[row, column]
            within = inside[row, column] != NOTHING
            if within and rank != NOTHING:
                counts[rank] += 1
            border = edge[row, column]
            if (marks[row, column] and (within or border)) or (border and rank != NOTHING):
                doubtful += 1
    return counts, doubtful
