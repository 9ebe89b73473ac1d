"""How much of each cell of a grid polygons cover: exactly where one outline runs, between two bounds where more meet.

Each polygon's part of every cell is summed under its edges, as font rasterisers do (area to the right of an edge, row
by row), so a cell that lies inside counts whole and one that an outline crosses counts by its true part. What several
polygons cover together of such a cell is not less than the largest part and not more than the sum of the parts: between
these lies the union, and the difference is the bound of the error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from biosetu.geo.area import authalic_sine
from biosetu.geo.compiled import compiled
from biosetu.geo.kinds import Flags, Floats, Integers
from biosetu.geo.sphere import AUTHALIC_RADIUS_M

TRUE_AT = math.cos(math.radians(30.0))
LONGEST_EDGE_DEG = 0.02
NEAR_NOTHING = 1e-9  # of a cell: rounding of sums along a row
Projection = Callable[[Floats], Floats]
Pair = tuple[int, int]


@compiled
def equal_area(points: Floats, cell_m: float) -> Floats:
    """Return (n, 2) longitudes and latitudes [degrees] as columns and rows of an equal-area grid, not rounded.

    The cylindrical equal-area projection on the authalic sphere, true at 30°: every cell has the same area on the
    ellipsoid (Snyder 1987, eq. 10-1, 10-2, 3-12).
    """
    result = np.empty_like(points)
    for k in range(points.shape[0]):
        result[k, 0] = points[k, 0] * math.pi / 180 * AUTHALIC_RADIUS_M * TRUE_AT / cell_m
        result[k, 1] = authalic_sine(points[k, 1]) * AUTHALIC_RADIUS_M / TRUE_AT / cell_m
    return result


@dataclass(frozen=True, slots=True)
class Outlines:
    """Polygons laid on a grid. points: (p, 2) columns and rows of ring points, not rounded; rings: (r + 1,) where each
    ring starts; shapes: (s + 1,) where the rings of each shape start; boxes: (s, 4) west, south, east, north in cells;
    bend: (s,) by how many cells straight edges on the grid may differ from those in longitude and latitude."""

    points: Floats
    rings: Integers
    shapes: Integers
    boxes: Floats
    bend: Floats


def outlines(shapes: np.ndarray, projection: Projection, longest_deg: float = LONGEST_EDGE_DEG) -> Outlines:
    """Lay valid polygons in longitude and latitude on a grid, edges longer than `longest_deg` split first.

    An edge is straight in longitude and latitude; on the grid it bends. The area between it and its chord is two thirds
    of the cross product of the chord with the way to the bent edge's middle (exact for a parabola).
    """
    clockwise = not _mirrors(projection, shapes)
    turned = shapely.orient_polygons(shapely.segmentize(shapes, longest_deg), exterior_cw=clockwise)
    parts, owner = shapely.get_parts(turned, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    degrees = shapely.get_coordinates(rings)
    starts = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(rings))]).astype(np.int64)
    by_shape = np.searchsorted(owner[part], np.arange(len(shapes) + 1)).astype(np.int64)
    points = projection(degrees)
    middles = projection(0.5 * (degrees[:-1] + degrees[1:])) if len(degrees) > 1 else points[:0]
    boxes = np.full((len(shapes), 4), np.nan)
    bend = np.zeros(len(shapes))
    _extents(points, middles, starts, by_shape, boxes, bend)
    return Outlines(points, starts, by_shape, boxes, bend)


def _mirrors(projection: Projection, shapes: np.ndarray) -> bool:
    """Return whether rows of the grid run against latitude, as those of rasters do."""
    if shapely.is_empty(shapes).all():
        return False
    bounds = shapely.total_bounds(shapes)
    middle = 0.5 * (bounds[:2] + bounds[2:])
    origin, east, north = projection(middle + np.array([[0.0, 0.0], [1e-4, 0.0], [0.0, 1e-4]]))
    across = (east - origin)[0] * (north - origin)[1] - (east - origin)[1] * (north - origin)[0]
    return bool(across < 0)


@compiled
def _extents(points: Floats, middles: Floats, rings: Integers, shapes: Integers, boxes: Floats, bend: Floats) -> None:
    for shape in range(shapes.size - 1):
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        for ring in range(shapes[shape], shapes[shape + 1]):
            for k in range(rings[ring], rings[ring + 1]):
                x, y = points[k, 0], points[k, 1]
                west, east, south, north = min(west, x), max(east, x), min(south, y), max(north, y)
                if k + 1 < rings[ring + 1]:
                    across = (points[k + 1, 0] - x) * (middles[k, 1] - y) - (points[k + 1, 1] - y) * (middles[k, 0] - x)
                    bend[shape] += 2 * abs(across) / 3
        boxes[shape, 0], boxes[shape, 1], boxes[shape, 2], boxes[shape, 3] = west, south, east, north


@dataclass(frozen=True, slots=True)
class Cells:
    """A block of cells. corner: column and row of its first cell; inside: (rows, columns) part of each that counts;
    codes: (rows, columns) class of each, below 0 for none; weights: area of a cell by steps of rows and columns."""

    corner: tuple[int, int]
    inside: Floats
    codes: np.ndarray
    weights: Floats
    steps: tuple[int, int]


class Sums(NamedTuple):
    """Area by class and rank that is gained at least (low) and at most (high): (classes, ranks) each."""

    low: Floats
    high: Floats


def part_of_cells(drawn: Outlines, shape: int, corner: tuple[int, int], size: tuple[int, int]) -> Floats:
    """Return the part of each cell of a block that a shape covers, 0 to 1, shape (rows, columns)."""
    if not _crossed(drawn.points, drawn.rings, drawn.shapes, shape, corner, size):
        first = np.zeros((1, 1))
        _fill(drawn.points, drawn.rings, drawn.shapes, shape, corner, np.zeros((1, 3)), first)
        return np.full(size, first[0, 0])
    result = np.zeros(size)
    work = np.zeros((size[0], size[1] + 2))
    _fill(drawn.points, drawn.rings, drawn.shapes, shape, corner, work, result)
    return result


def meeting(drawn: Outlines, corner: tuple[int, int], size: tuple[int, int]) -> Flags:
    """Return which shapes reach into a block of cells."""
    boxes = drawn.boxes
    result: Flags = (
        (boxes[:, 2] > corner[0])
        & (boxes[:, 0] < corner[0] + size[1])
        & (boxes[:, 3] > corner[1])
        & (boxes[:, 1] < corner[1] + size[0])
    )
    return result


def extent(drawn: Outlines, chosen: Integers, corner: tuple[int, int], size: tuple[int, int]) -> tuple[Pair, Pair]:
    """Return corner and size of the part of a block that the chosen shapes reach into."""
    boxes = drawn.boxes[chosen]
    left = max(corner[0], math.floor(boxes[:, 0].min()))
    top = max(corner[1], math.floor(boxes[:, 1].min()))
    right = min(corner[0] + size[1], math.ceil(boxes[:, 2].max()))
    bottom = min(corner[1] + size[0], math.ceil(boxes[:, 3].max()))
    return (left, top), (max(bottom - top, 1), max(right - left, 1))


def grow(drawn: Outlines, chosen: Integers, rank: Integers, cells: Cells, sums: Sums) -> None:
    """Add to `sums` what the chosen shapes cover of a block, each by its rank; they must come in the order of ranks."""
    size = cells.inside.shape
    work = np.zeros((size[0], size[1] + 2))
    low, high = np.zeros(size), np.zeros(size)
    _grow(
        (drawn.points, drawn.rings, drawn.shapes),
        chosen,
        rank,
        (cells.corner[0], cells.corner[1]),
        (cells.inside, cells.codes, cells.weights, cells.steps[0], cells.steps[1]),
        (work, low, high),
        (sums.low, sums.high),
    )


@compiled
def _crossed(
    points: Floats, rings: Integers, shapes: Integers, shape: int, corner: tuple[int, int], size: tuple[int, int]
) -> bool:
    """Return whether an edge of a shape may run through a block; where none does, all its cells are in or all out."""
    for ring in range(shapes[shape], shapes[shape + 1]):
        for k in range(rings[ring], rings[ring + 1] - 1):
            x1, x2 = points[k, 0] - corner[0], points[k + 1, 0] - corner[0]
            y1, y2 = points[k, 1] - corner[1], points[k + 1, 1] - corner[1]
            if max(x1, x2) >= 0 and min(x1, x2) <= size[1] and max(y1, y2) >= 0 and min(y1, y2) <= size[0]:
                return True
    return False


@compiled
def _fill(
    points: Floats,
    rings: Integers,
    shapes: Integers,
    shape: int,
    corner: tuple[int, int],
    work: Floats,
    result: Floats,
) -> None:
    window = _lay(points, rings, shapes, shape, corner, work)
    for row in range(window[0], window[1]):
        covered = 0.0
        for column in range(window[2], window[3]):
            covered += work[row, column]
            work[row, column] = 0.0
            if column < result.shape[1]:
                part = min(max(covered, 0.0), 1.0)
                result[row, column] = 1.0 if part > 1 - NEAR_NOTHING else part if part > NEAR_NOTHING else 0.0


@compiled
def _grow(
    drawn: tuple[Floats, Integers, Integers],
    chosen: Integers,
    rank: Integers,
    corner: tuple[int, int],
    cells: tuple[Floats, np.ndarray, Floats, int, int],
    state: tuple[Floats, Floats, Floats],
    sums: tuple[Floats, Floats],
) -> None:
    """Lay the chosen shapes one after the other; state: sums along rows, least and most covered of each cell so far."""
    points, rings, shapes = drawn
    inside, codes, weights, row_step, column_step = cells
    work, low, high = state
    for shape in chosen:
        top, bottom, left, right = _lay(points, rings, shapes, shape, corner, work)
        for row in range(top, bottom):
            covered = 0.0
            for column in range(left, right):
                covered += work[row, column]
                work[row, column] = 0.0
                if covered <= NEAR_NOTHING or column >= inside.shape[1]:
                    continue
                before = low[row, column]
                within = inside[row, column]
                if before >= 1.0 or within <= 0.0 or codes[row, column] < 0:
                    continue
                most = high[row, column]
                if covered >= 1 - NEAR_NOTHING:
                    least, above = 1.0, 1.0
                else:
                    least, above = max(before, covered), min(1.0, most + covered)
                low[row, column], high[row, column] = least, above
                weight = weights[row // row_step, column // column_step]
                gained = max(0.0, within + least - 1) - max(0.0, within + before - 1)
                sums[0][codes[row, column], rank[shape]] += gained * weight
                sums[1][codes[row, column], rank[shape]] += (min(within, above) - min(within, most)) * weight


@compiled
def _lay(
    points: Floats, rings: Integers, shapes: Integers, shape: int, corner: tuple[int, int], work: Floats
) -> tuple[int, int, int, int]:
    """Sum a shape's edges into `work`, whose sum along a row is the part covered; return the window that it touched."""
    height, width = work.shape[0], work.shape[1] - 2
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for ring in range(shapes[shape], shapes[shape + 1]):
        for k in range(rings[ring], rings[ring + 1] - 1):
            x1, y1 = points[k, 0] - corner[0], points[k, 1] - corner[1]
            x2, y2 = points[k + 1, 0] - corner[0], points[k + 1, 1] - corner[1]
            west, east = min(west, x1), max(east, x1)
            south, north = min(south, y1), max(north, y1)
            if y1 != y2 and min(x1, x2) < width and max(y1, y2) > 0 and min(y1, y2) < height:
                _edge(work, x1, y1, x2, y2)
    return (
        max(math.floor(max(south, 0.0)), 0),
        min(math.ceil(min(north, 1.0 * height)), height),
        max(math.floor(max(west, 0.0)), 0),
        min(math.ceil(min(east, 1.0 * width)) + 2, width + 2),
    )


@compiled
def _edge(work: Floats, x1: float, y1: float, x2: float, y2: float) -> None:
    sign = 1.0
    if y1 > y2:
        x1, y1, x2, y2, sign = x2, y2, x1, y1, -1.0
    slope = (x2 - x1) / (y2 - y1)
    begin, end = max(y1, 0.0), min(y2, 1.0 * work.shape[0])
    here = x1 + (begin - y1) * slope
    row = math.floor(begin)
    while row < end:
        until = min(row + 1.0, end)
        there = x2 if until == y2 else x1 + (until - y1) * slope
        _span(work, row, min(here, there), max(here, there), sign * (until - max(1.0 * row, begin)))
        here = there
        row += 1


@compiled
def _span(work: Floats, row: int, left: float, right: float, rise: float) -> None:
    """Sum the part of an edge within one row: `rise` of the row's height, from column `left` to `right`."""
    width = work.shape[1] - 2
    if left >= width:
        return
    if right <= 0.0:
        work[row, 0] += rise
        return
    if left < 0.0:
        outside = rise * -left / (right - left)
        work[row, 0] += outside
        rise, left = rise - outside, 0.0
    if right > width:
        rise, right = rise * (width - left) / (right - left), 1.0 * width
    first, last = math.floor(left), math.ceil(right)
    if last <= first + 1:
        middle = 0.5 * (left + right) - first
        work[row, first] += rise * (1 - middle)
        work[row, first + 1] += rise * middle
        return
    step = rise / (right - left)
    before = 0.0
    for column in range(first, last):
        reach = min(right, column + 1.0) - max(left, 1.0 * column)
        to_edge = column + 1.0 - 0.5 * (min(right, column + 1.0) + max(left, 1.0 * column))
        part = step * reach * to_edge
        work[row, column] += part + before
        before = step * reach - part
    work[row, last] += before
