"""Protected areas as nodes of a network: touching ones joined, areas within the country, distances edge to edge."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from biosetu.areas.connectivity import Links, Network
from biosetu.areas.sites import Sites
from biosetu.geo.area import areas_km2
from biosetu.geo.nearest import nearest_pairs
from biosetu.geo.planes import lonlat_of, middle_crs, projected
from biosetu.geo.union import clipped, groups

BEYOND_KM = 50.0
MARGIN = 1.01  # distances in the projection are near those on the ellipsoid
_GEOD = pyproj.Geod(ellps="WGS84")


def network_of(
    sites: Sites, country: shapely.Geometry, longest_km: float, beyond_km: float = BEYOND_KM, simplify_m: float = 0.0
) -> Network:
    """Return nodes and links of the sites in a country and up to `beyond_km` around it.

    Sites that touch or overlap become one node, across the border too; a node's area is what lies in the country, so a
    node wholly outside weighs nothing. Distances up to `longest_km` are geodesic between the nearest points, which are
    found in an azimuthal equidistant projection about the country. simplify_m: tolerance for that search (0: none).
    """
    crs = middle_crs(country, "aeqd")
    near = shapely.buffer(projected(country, crs), beyond_km * 1000)
    flat = projected(sites.shapes, crs)
    shapely.prepare(near)
    kept = shapely.intersects(near, flat)
    shapes, flat = sites.shapes[kept], flat[kept]
    inside = clipped(country, shapes)
    single = areas_km2(inside)
    group = groups(shapes) if shapes.size else np.empty(0, np.int64)
    order = np.argsort(group, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if shapes.size else []
    area = np.zeros(len(members))
    joined = np.empty(len(members), dtype=object)
    for node, positions in enumerate(members):
        one = positions.size == 1
        joined[node] = flat[positions[0]] if one else shapely.union_all(flat[positions])
        area[node] = single[positions[0]] if one else areas_km2(np.array([shapely.union_all(inside[positions])]))[0]
    if simplify_m:
        joined = shapely.simplify(joined, simplify_m)
    links = _links(joined, longest_km, crs)
    return Network(area, links, single[single > 0], float(areas_km2(np.array([country]))[0]))


def _links(nodes: np.ndarray, longest_km: float, crs: str) -> Links:
    if len(nodes) < 2:
        empty = np.empty(0, np.int64)
        return Links(empty, empty, np.empty(0))
    first, second, ends = nearest_pairs(nodes, longest_km * 1000 * MARGIN)
    ends = lonlat_of(ends.reshape(-1, 2), crs).reshape(-1, 2, 2)
    one, other = ends[:, 0], ends[:, 1]
    distance = np.asarray(_GEOD.inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])[2]) / 1000
    near = distance <= longest_km
    return Links(first[near], second[near], distance[near])
