"""Proxies from places: what an assessor may look at, never a count of true locations or subpopulations.

A location is defined by a threat, a subpopulation by exchange, severe fragmentation by viability (IUCN Guidelines
v16 §4.11, §4.3, §4.8); places alone know none of these. Every function here says so in its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyproj import Geod

from biosetu.geo.cells import WIDE_COSINE, occupied_cells
from biosetu.geo.hull import geodesic_hulls
from biosetu.geo.kinds import Floats, Integers
from biosetu.geo.sphere import AUTHALIC_RADIUS_M, directions_of

_GEOD = Geod(ellps="WGS84")
SHARE_OF_LARGEST_DISTANCE = 0.05
BUFFER_SHARE = 0.1
MOST_PAIRS = 10_000_000
MOST_TRIANGULATED = 2_000_000


@dataclass(frozen=True, slots=True)
class Fragments:
    """Share of occupied cells in small and isolated patches; above one half the proxy says `severely fragmented`."""

    share: float
    patches: int


def largest_distance_km(lon: Floats, lat: Floats) -> float:
    """Return the largest geodesic distance between any two places [km]; 0 for one, NaN beyond a hemisphere."""
    if lon.size < 2:
        return 0.0
    hulls = geodesic_hulls(lon, lat)
    if np.isnan(hulls.area_km2[0]):
        return float("nan")
    ring = hulls.vertices
    first, second = np.triu_indices(ring.size, 1)
    a, b = ring[first], ring[second]
    return float(_GEOD.inv(lon[a], lat[a], lon[b], lat[b])[2].max(initial=0.0)) / 1000


def grid_location_proxy(lon: Floats, lat: Floats, cell_km: float = 10.0) -> int:
    """Return how many cells of `cell_km` the places occupy, fewest over origins: a proxy for locations."""
    return int(occupied_cells(lon, lat, cell_km=cell_km).minimum[0])


def sliding_location_proxy(lon: Floats, lat: Floats) -> int | None:
    """Return how many cells the places occupy whose edge is 5 % of their largest distance: a proxy for locations.

    None beyond a hemisphere, where no largest distance is known.

    Reference: sliding scale of Willis et al. 2003, Biodiversity and Conservation 12:1537-1552.
    """
    largest = largest_distance_km(lon, lat)
    if np.isnan(largest):
        return None
    return 1 if largest == 0 else grid_location_proxy(lon, lat, SHARE_OF_LARGEST_DISTANCE * largest)


def buffer_subpopulation_proxy(lon: Floats, lat: Floats, radius_km: float | None = None) -> int | None:
    """Return how many groups of places remain when circles around them are merged: a proxy for subpopulations.

    None beyond a hemisphere where no radius is given.

    Args:
        lon, lat: places, shape (n,) [degrees].
        radius_km: radius of the circles [km]; without it one tenth of the largest distance between places.

    Reference: circular buffer method, Rivers et al. 2010, Biodiversity and Conservation 19:2071-2085.
    """
    if radius_km is None:
        largest = largest_distance_km(lon, lat)
        if np.isnan(largest):
            return None
        radius_km = BUFFER_SHARE * largest
    return int(groups_within_km(lon, lat, 2 * radius_km).max(initial=-1)) + 1


def groups_within_km(lon: Floats, lat: Floats, distance_km: float) -> Integers:
    """Return the group of each place, 0 …: places are together when a chain of steps ≤ `distance_km` joins them.

    Where more than `MOST_PAIRS` pairs of places are that near, they are not listed: places in one box of a lattice fine
    enough that all in it are near each other are together at once, and boxes are joined by their nearest two places.
    """
    from scipy.spatial import cKDTree

    points = directions_of(lon, lat).T
    chord = 2 * np.sin(min(distance_km * 1000 / AUTHALIC_RADIUS_M / 2, np.pi / 2)) * (1 + 1e-12)
    if chord == 0:
        return np.unique(points, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    tree = cKDTree(points)
    if tree.count_neighbors(tree, chord) > 2 * MOST_PAIRS:
        return _groups_by_boxes(points, chord)
    pairs = tree.query_pairs(chord, output_type="ndarray")
    return _together(pairs, lon.size)


def _together(pairs: Integers, n: int) -> Integers:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _groups_by_boxes(points: Floats, chord: float) -> Integers:
    from scipy.spatial import cKDTree

    edge = chord / np.sqrt(3)
    boxes, box = np.unique(np.floor(points / edge).astype(np.int64), axis=0, return_inverse=True)
    order = np.argsort(box, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(box.reshape(-1)))[:-1])
    near = cKDTree((boxes + 0.5) * edge).query_pairs(2 * chord, output_type="ndarray")
    joined: list[tuple[int, int]] = []
    root = list(range(len(boxes)))

    def top(a: int) -> int:
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        return a

    trees: dict[int, Any] = {}
    for a, b in near.tolist():
        if top(a) != top(b) and _touch(points, members, a, b, chord, trees):
            root[top(a)] = top(b)
            joined.append((a, b))
    groups = _together(np.array(joined, dtype=np.int64).reshape(-1, 2), len(boxes))
    first = np.full(groups.max() + 1, box.size)
    np.minimum.at(first, groups[box.reshape(-1)], np.arange(box.size))
    rank = np.argsort(np.argsort(first))
    return np.asarray(rank[groups[box.reshape(-1)]], dtype=np.int64)


def _touch(points: Floats, members: list[Integers], a: int, b: int, chord: float, trees: dict[int, Any]) -> bool:
    from scipy.spatial import cKDTree

    few, many = sorted((a, b), key=lambda k: members[k].size)
    if many not in trees:
        trees[many] = cKDTree(points[members[many]])
    nearest = trees[many].query(points[members[few]], distance_upper_bound=chord)[0]
    return bool(nearest.min() <= chord)


def fragmentation_proxy(lon: Floats, lat: Floats, isolation_km: float, viable_cells: int) -> Fragments:
    """Return the share of the occupied area in patches that are small and isolated: a proxy for fragmentation.

    Args:
        lon, lat: places, shape (n,) [degrees].
        isolation_km: places farther apart than this belong to different patches [km].
        viable_cells: a patch of fewer 2 km cells than this is too small for a viable population.

    Reference: IUCN Guidelines v16 §4.8: more than half of the area in patches both small and isolated.
    """
    group = groups_within_km(lon, lat, isolation_km)
    order = np.argsort(group, kind="stable")
    offsets = np.concatenate(([0], np.cumsum(np.bincount(group))))
    cells = occupied_cells(lon[order], lat[order], offsets).minimum
    small = int(cells[cells < viable_cells].sum())
    return Fragments(small / int(cells.sum()) if cells.sum() else float("nan"), int(cells.size))


@dataclass(frozen=True, slots=True)
class AlphaHull:
    """Area of an alpha hull [km²], and the longest edge kept in it [km]."""

    area_km2: float
    edge_km: float


def alpha_hull(lon: Floats, lat: Floats, alpha: float = 2.0, edge_km: float | None = None) -> AlphaHull:
    """Return the alpha hull: for comparing extents of two dates, never for a threshold.

    Triangles of the Delaunay triangulation with an edge longer than `alpha` times the mean edge are left out. For the
    second date give the first one's `edge_km`, as the guidelines ask, so that sampling effort does not show as change.
    The places are projected by an equal-area projection about their middle; NaN for places wider than 60° and for more
    than `MOST_TRIANGULATED` places (1 GB of memory), area 0 for fewer than three or for places in one line.

    Reference: IUCN Guidelines v16 (2024) §4.9; Burgman and Fox 2003, doi:10.1017/S1367943003003044.
    """
    from scipy.spatial import Delaunay, QhullError

    points = _local_km(lon, lat) if lon.size <= MOST_TRIANGULATED else None
    if points is None:
        return AlphaHull(float("nan"), float("nan"))
    try:
        corners = Delaunay(points).simplices if len(points) >= 3 else np.empty((0, 3), dtype=np.int64)
    except QhullError:
        corners = np.empty((0, 3), dtype=np.int64)
    if len(corners) == 0:
        return AlphaHull(0.0, float("nan") if edge_km is None else edge_km)
    edges = np.unique(np.sort(corners[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
    mean = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1).mean()
    longest = float(alpha * mean) if edge_km is None else edge_km
    sides = np.linalg.norm(points[corners] - points[np.roll(corners, 1, axis=1)], axis=2)
    a, b, c = (points[corners[(sides <= longest).all(axis=1)][:, k]] for k in range(3))
    area = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]).sum() / 2
    return AlphaHull(float(area), longest)


def _local_km(lon: Floats, lat: Floats) -> Floats | None:
    v = directions_of(lon, lat, authalic=True)
    centre = v.sum(axis=1)
    centre /= np.linalg.norm(centre) or 1.0
    cosine = centre @ v
    if lon.size == 0 or cosine.min() < WIDE_COSINE:
        return None if lon.size else np.empty((0, 2))
    axis = np.array([0.0, 0.0, 1.0]) if abs(centre[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    east = np.cross(axis, centre)
    east /= np.linalg.norm(east)
    scale = AUTHALIC_RADIUS_M / 1000 * np.sqrt(2 / (1 + cosine))
    plane: Floats = np.column_stack((scale * (east @ v), scale * (np.cross(centre, east) @ v)))
    return plane
