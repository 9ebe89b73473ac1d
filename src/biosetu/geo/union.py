"""Flat areas: what overlapping polygons cover together, counted once, as it grows from rank to rank.

Work goes by tiles: shapes are cut at tile borders (a cut has no area, so tiles add up), and inside a tile by groups
of shapes that touch, so that each union is small. The union itself is GEOS's, exact up to the rounding of crossings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from biosetu.geo.area import areas_km2
from biosetu.geo.compiled import compiled
from biosetu.geo.kinds import Floats, Integers

TILE_COORDINATES = 60_000
DEEPEST = 12
MANY_PARTS = 50


@dataclass(frozen=True, slots=True)
class Tile:
    """A piece of a zone with the shapes that fall on it: `shapes` cut to the tile, `index` their positions."""

    zone: shapely.Geometry
    shapes: np.ndarray
    index: Integers


class SiteTree:
    """Shapes with a spatial index, for many zones over the same shapes."""

    def __init__(self, shapes: np.ndarray) -> None:
        self.shapes = shapes
        self.tree = shapely.STRtree(shapes)
        self.tree.query(shapely.Point(0.0, 0.0))  # built now, before threads share it


def tiles(zone: shapely.Geometry, shapes: np.ndarray | SiteTree, most: int = TILE_COORDINATES) -> Iterator[Tile]:
    """Split a zone by halves until each tile holds at most `most` coordinates; shapes off the zone are left out."""
    found = shapes if isinstance(shapes, SiteTree) else SiteTree(shapes)
    index = np.sort(found.tree.query(zone, predicate="intersects"))
    shapes, index = _in_parts(found.shapes[index], index)
    yield from map(_joined, _halved(zone, shapes, index, most, DEEPEST))


def _in_parts(shapes: np.ndarray, index: Integers) -> tuple[np.ndarray, Integers]:
    """Return shapes with those of many parts taken apart: a cut then goes through the parts alone that it crosses."""
    many = shapely.get_num_geometries(shapes) > MANY_PARTS
    if not many.any():
        return shapes, index
    parts, place = shapely.get_parts(shapes[many], return_index=True)
    owner = np.concatenate([index[~many], index[many][place]])
    order = np.argsort(owner, kind="stable")
    return np.concatenate([shapes[~many], parts])[order], owner[order]


def _joined(tile: Tile) -> Tile:
    """Return a tile with the parts of a shape together again: they lie beside each other, so nothing is computed."""
    if np.unique(tile.index).size == tile.index.size:
        return tile
    flat, place = shapely.get_parts(tile.shapes, return_index=True)
    polygon = shapely.get_type_id(flat) == shapely.GeometryType.POLYGON
    own, member = np.unique(tile.index[place[polygon]], return_inverse=True)
    return Tile(tile.zone, shapely.multipolygons(flat[polygon], indices=member), own)


def _halved(zone: shapely.Geometry, shapes: np.ndarray, index: Integers, most: int, depth: int) -> Iterator[Tile]:
    coordinates = int(shapely.get_num_coordinates(shapes).sum()) + shapely.get_num_coordinates(zone)
    if coordinates <= most or depth == 0 or index.size == 0:
        if index.size:
            yield Tile(zone, shapes, index)
        return
    west, south, east, north = zone.bounds
    if east - west >= north - south:
        middle = 0.5 * (west + east)
        halves = (shapely.box(west, south, middle, north), shapely.box(middle, south, east, north))
    else:
        middle = 0.5 * (south + north)
        halves = (shapely.box(west, south, east, middle), shapely.box(west, middle, east, north))
    bounds = shapely.bounds(shapes)
    for half in halves:
        part = shapely.intersection(zone, half)
        if part.is_empty or part.area == 0:
            continue
        cut, kept = _cut_to(half, shapes, bounds)
        yield from _halved(part, cut, index[kept], most, depth - 1)


def _cut_to(half: shapely.Geometry, shapes: np.ndarray, bounds: Floats) -> tuple[np.ndarray, Integers]:
    west, south, east, north = half.bounds
    off = (bounds[:, 2] <= west) | (bounds[:, 0] >= east) | (bounds[:, 3] <= south) | (bounds[:, 1] >= north)
    within = (bounds[:, 0] >= west) & (bounds[:, 2] <= east) & (bounds[:, 1] >= south) & (bounds[:, 3] <= north)
    cut = shapes.copy()
    across = ~off & ~within
    cut[across] = shapely.intersection(shapes[across], half)
    kept = np.flatnonzero(~off & ~shapely.is_empty(cut))
    return cut[kept], kept


def clipped(zone: shapely.Geometry, shapes: np.ndarray) -> np.ndarray:
    """Return shapes cut to a zone, those inside it untouched."""
    shapely.prepare(zone)
    result = shapes.copy()
    across = ~shapely.covers(zone, shapes)
    result[across] = shapely.intersection(shapes[across], zone)
    return result


def groups(shapes: np.ndarray) -> Integers:
    """Return the group of each shape: shapes that touch or overlap, directly or by others, are one group."""
    first, second = shapely.STRtree(shapes).query(shapes)
    once = first < second
    first, second = first[once].astype(np.int64), second[once].astype(np.int64)
    shapely.prepare(shapes)
    joined = shapely.intersects(shapes[first], shapes[second])
    return _components(first[joined], second[joined], shapes.size)


@compiled
def _components(first: Integers, second: Integers, count: int) -> Integers:
    """Return the group of each of `count` things that pairs join, numbered by their first members."""
    parent = np.arange(count)
    for k in range(first.size):
        a, b = first[k], second[k]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[max(a, b)] = min(a, b)
    labels = np.zeros(count, np.int64)
    groups = 0
    for k in range(count):
        if parent[k] == k:
            labels[k] = groups
            groups += 1
        else:
            labels[k] = labels[parent[k]]
    return labels


def growth_km2(shapes: np.ndarray, rank: Integers, ranks: int) -> Floats:
    """Return what each rank adds to the area covered by the ranks before it [km²]; the sum is the area of the union.

    shapes: (n,) valid polygons; rank: (n,) in 0..ranks-1. A shape that lies on earlier ones adds nothing. Result
    (ranks,), never negative.
    """
    result = np.zeros(ranks)
    if shapes.size == 0:
        return result
    kept = distinct(shapes, rank)
    shapes, rank = shapes[kept], rank[kept]
    group = groups(shapes)
    size = np.bincount(group)
    single = size[group] == 1
    np.add.at(result, rank[single], areas_km2(shapes[single]))
    order = np.lexsort((rank, group))
    order = order[~single[order]]
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    for members in np.split(order, starts[1:]):
        if members.size:
            _grow(shapes[members], rank[members], result)
    return result


def distinct(shapes: np.ndarray, rank: Integers) -> Integers:
    """Return the positions of shapes that do not repeat one of the same or an earlier rank exactly, in order."""
    order = np.argsort(rank, kind="stable")
    seen: dict[bytes, int] = {}
    for position, wkb in zip(order.tolist(), shapely.to_wkb(shapes[order]), strict=True):
        seen.setdefault(wkb, position)
    return np.sort(np.array(list(seen.values()), np.int64))


def _grow(shapes: np.ndarray, rank: Integers, result: Floats) -> None:
    covered: shapely.Geometry | None = None
    before = 0.0
    for value in np.unique(rank):
        added = shapes[rank == value]
        covered = shapely.union_all(added if covered is None else np.append(added, covered))
        now = float(areas_km2(np.array([covered], dtype=object))[0])
        result[value] += max(now - before, 0.0)
        before = max(now, before)


def dissolved(shapes: np.ndarray) -> shapely.Geometry:
    """Return the union of shapes as one geometry."""
    return shapely.disjoint_subset_union_all(shapes) if len(shapes) else shapely.from_wkt("POLYGON EMPTY")
