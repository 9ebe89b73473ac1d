"""The nearest points of many pairs of polygons on a plane, edge to edge."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import shapely

from biosetu.geo.compiled import compiled, compiled_parallel
from biosetu.geo.kinds import Floats, Integers

MOST_CHECKS = 4_000_000  # of edges with edges in one pair: beyond that a tree of edges is faster
NEAR, FAR, MANY = 1, 0, 2


class Edges(NamedTuple):
    """Edges of shapes: those of shape i are ends[start[i]:start[i+1]], each x, y, x, y; boxes: of the shapes."""

    start: Integers
    ends: Floats
    boxes: Floats


def nearest_pairs(shapes: np.ndarray, within: float) -> tuple[Integers, Integers, Floats]:
    """Return the pairs of polygons whose edges come within a distance, each once, and their nearest points.

    shapes: polygons that do not overlap, in any order; within: in the unit of their coordinates. Result: first and
    second (n,) positions, and (n, 2, 2) the points, of the first and of the second. Pairs come in the order of the
    first, then of the second.
    """
    boxes = shapely.bounds(shapes)
    around = shapely.box(*(boxes + np.array([-within, -within, within, within])).T)
    first, second = shapely.STRtree(shapes).query(around)
    keep = first < second
    first, second = first[keep].astype(np.int64), second[keep].astype(np.int64)
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    points, state = _nearest(_edges(shapes, boxes), first, second, within)
    many = np.flatnonzero(state == MANY)
    if many.size:
        lines = shapely.shortest_line(shapes[first[many]], shapes[second[many]])
        points[many] = shapely.get_coordinates(lines).reshape(-1, 4)
        state[many[shapely.length(lines) > within]] = FAR
    near = state != FAR
    return first[near], second[near], points[near].reshape(-1, 2, 2)


def _edges(shapes: np.ndarray, boxes: Floats) -> Edges:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    ends = np.column_stack([points[:-1], points[1:]])[inside]
    of_shape = owner[part[ring[:-1][inside]]]
    start = np.searchsorted(of_shape, np.arange(len(shapes) + 1)).astype(np.int64)
    return Edges(start, np.ascontiguousarray(ends), np.ascontiguousarray(boxes))


@compiled
def _between_boxes(one: Floats, other: Floats) -> float:
    """Return the square of the distance of two boxes (west, south, east, north)."""
    across = max(one[0] - other[2], other[0] - one[2], 0.0)
    up = max(one[1] - other[3], other[1] - one[3], 0.0)
    return float(across * across + up * up)


@compiled
def _edge_to_box(edge: Floats, box: Floats) -> float:
    """Return the square of the distance of an edge's own box to a box."""
    across = max(min(edge[0], edge[2]) - box[2], box[0] - max(edge[0], edge[2]), 0.0)
    up = max(min(edge[1], edge[3]) - box[3], box[1] - max(edge[1], edge[3]), 0.0)
    return float(across * across + up * up)


@compiled
def _between_edges(one: Floats, other: Floats) -> float:
    """Return the square of the distance of the boxes of two edges: theirs is not less."""
    west, east = max(one[0], one[2]), min(other[0], other[2])
    south, north = max(one[1], one[3]), min(other[1], other[3])
    across = max(east - west, min(one[0], one[2]) - max(other[0], other[2]), 0.0)
    up = max(north - south, min(one[1], one[3]) - max(other[1], other[3]), 0.0)
    return float(across * across + up * up)


@compiled
def _to_edge(x: float, y: float, edge: Floats, best: float, found: Floats, turned: bool) -> float:
    """Keep a point and the nearest point of an edge in `found` if they are nearer than `best`; return the nearer."""
    dx, dy = edge[2] - edge[0], edge[3] - edge[1]
    square = dx * dx + dy * dy
    part = ((x - edge[0]) * dx + (y - edge[1]) * dy) / square if square > 0 else 0.0
    part = min(max(part, 0.0), 1.0)
    px, py = edge[0] + part * dx, edge[1] + part * dy
    distance = (x - px) * (x - px) + (y - py) * (y - py)
    if distance > best:
        return best
    here, there = (2, 0) if turned else (0, 2)
    found[here], found[here + 1], found[there], found[there + 1] = x, y, px, py
    return float(distance)


@compiled
def _near_edges(ends: Floats, box: Floats, best: float) -> Integers:
    """Return the edges that may come nearer to a box than the square `best`."""
    kept = np.empty(ends.shape[0], np.int64)
    count = 0
    for k in range(ends.shape[0]):
        if _edge_to_box(ends[k], box) <= best:
            kept[count] = k
            count += 1
    return kept[:count]


@compiled
def _first_guess(one: Floats, other: Floats, box: Floats) -> float:
    """Return the square of the distance of a corner of one shape, nearest to the box of the other, to its corners."""
    nearest, place = np.inf, 0
    for k in range(one.shape[0]):
        across = max(box[0] - one[k, 0], one[k, 0] - box[2], 0.0)
        up = max(box[1] - one[k, 1], one[k, 1] - box[3], 0.0)
        if across * across + up * up < nearest:
            nearest, place = across * across + up * up, k
    best = np.inf
    for k in range(other.shape[0]):
        dx, dy = other[k, 0] - one[place, 0], other[k, 1] - one[place, 1]
        best = min(best, dx * dx + dy * dy)
    return float(best)


@compiled
def _of_pair(one: Floats, other: Floats, one_box: Floats, other_box: Floats, within: float, found: Floats) -> int:
    limit = within * within
    if _between_boxes(one_box, other_box) > limit:
        return FAR
    best = min(limit, _first_guess(one, other, other_box) * (1 + 1e-12))
    here, there = _near_edges(one, other_box, best), _near_edges(other, one_box, best)
    if here.size * there.size > MOST_CHECKS:
        return MANY
    found[0] = np.nan
    for i in here:
        edge = one[i]
        for j in there:
            facing = other[j]
            if _between_edges(edge, facing) > best:
                continue
            best = _to_edge(edge[0], edge[1], facing, best, found, False)
            best = _to_edge(edge[2], edge[3], facing, best, found, False)
            best = _to_edge(facing[0], facing[1], edge, best, found, True)
            best = _to_edge(facing[2], facing[3], edge, best, found, True)
    return FAR if np.isnan(found[0]) else NEAR


@compiled_parallel
def _nearest(edges: Edges, first: Integers, second: Integers, within: float) -> tuple[Floats, Integers]:
    points = np.empty((first.size, 4))
    state = np.zeros(first.size, np.int64)
    for k in numba.prange(first.size):
        i, j = first[k], second[k]
        one = edges.ends[edges.start[i] : edges.start[i + 1]]
        other = edges.ends[edges.start[j] : edges.start[j + 1]]
        state[k] = _of_pair(one, other, edges.boxes[i], edges.boxes[j], within, points[k])
    return points, state
