"""Polygons made fit to be measured: repaired, flat, within the date line, points given their area."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import Geod

from biosetu.geo.kinds import Flags, Floats

_GEOD = Geod(ellps="WGS84")
CIRCLE_POINTS = 96
EAST = shapely.box(180.0, -90.0, 540.0, 90.0)
WEST = shapely.box(-540.0, -90.0, -180.0, 90.0)
WORLD = shapely.box(-180.0, -90.0, 180.0, 90.0)


def polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape as one (multi)polygon; lines and points are left out."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    kept = parts[np.isin(shapely.get_type_id(parts), (shapely.GeometryType.POLYGON,))]
    return shapely.multipolygons(kept) if kept.size else shapely.from_wkt("POLYGON EMPTY")


def repaired(shapes: np.ndarray) -> tuple[np.ndarray, Flags]:
    """Return valid, two-dimensional polygons, and which of them were invalid.

    Each ring is made valid by itself (a bow-tie becomes two triangles), holes are taken from their own outer ring (one
    that lies outside takes nothing), parts are joined; what is left of lines and points is dropped.
    """
    flat = shapely.force_2d(shapes)
    bad = ~shapely.is_valid(flat) & ~shapely.is_missing(flat)
    if bad.any():
        flat = flat.copy()
        flat[bad] = np.array([_rebuilt(shape) for shape in flat[bad]], dtype=object)
    return flat, bad


def _rebuilt(shape: shapely.Geometry) -> shapely.Geometry:
    parts = []
    for part in shapely.get_parts(shapely.get_parts(shape)):
        if part.geom_type != "Polygon":
            continue
        outer = _ring_area(part.exterior)
        holes = [_ring_area(ring) for ring in part.interiors]
        parts.append(shapely.difference(outer, shapely.union_all(holes)) if holes else outer)
    # one part is flat already, and joining the thousands of loops of one outline again takes the square of their number
    return polygonal(parts[0] if len(parts) == 1 else shapely.disjoint_subset_union_all(parts))


def _ring_area(ring: shapely.LinearRing) -> shapely.Geometry:
    return polygonal(shapely.make_valid(shapely.Polygon(ring), method="structure", keep_collapsed=False))


def within_date_line(shapes: np.ndarray) -> tuple[np.ndarray, Flags]:
    """Return shapes with all longitudes within ±180°, and which were changed.

    Longitudes beyond ±180° are cut and turned round. A ring with an edge that jumps from +179° to -179° is taken as
    crossing the date line when that makes it less wide; one that truly spans more than half the globe, or goes all the
    way round (an edge of 360°), stays as it is.
    """
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        jumps = (bounds[:, 2] - bounds[:, 0] > 180.0) & (bounds[:, 2] <= 180.0) & (bounds[:, 0] >= -180.0)
        beyond = (bounds[:, 2] > 180.0) | (bounds[:, 0] < -180.0)
    result, changed = shapes.copy(), np.zeros(shapes.size, bool)
    for index in np.flatnonzero(jumps | beyond):
        if jumps[index] and not _leaps(shapes[index]):
            continue
        turned = _turned(shapes[index]) if jumps[index] else shapes[index]
        west, _, east, _ = turned.bounds
        if jumps[index] and east - west >= bounds[index, 2] - bounds[index, 0]:
            continue
        result[index] = cut_at_date_line(turned)
        changed[index] = True
    return result, changed


def _leaps(shape: shapely.Geometry) -> bool:
    """Return whether a ring has an edge over more than half the globe, but not round all of it."""
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        steps = np.abs(np.diff(shapely.get_coordinates(ring)[:, 0]))
        if ((steps > 180.0) & (steps < 360.0)).any():
            return True
    return False


def _turned(shape: shapely.Geometry) -> shapely.Geometry:
    """Turn the parts that lie west to the east, each ring by its own jump."""

    def turn(points: Floats) -> Floats:
        return np.column_stack([np.where(points[:, 0] < 0, points[:, 0] + 360.0, points[:, 0]), points[:, 1]])

    parts = shapely.get_parts(shape)
    wide = np.array([_leaps(part) for part in parts], bool)
    if not wide.any():
        return shape
    parts[wide] = shapely.transform(parts[wide], turn)
    return polygonal(shapely.union_all(shapely.make_valid(parts)))


def cut_at_date_line(shape: shapely.Geometry) -> shapely.Geometry:
    """Return polygons of longitudes up to ±540° within ±180°: what lies beyond is cut off there and turned round."""
    west, _, east, _ = shape.bounds
    if west >= -180.0 and east <= 180.0:
        return polygonal(shape)
    east = shapely.transform(shapely.intersection(shape, EAST), lambda p: p - np.array([360.0, 0.0]))
    west = shapely.transform(shapely.intersection(shape, WEST), lambda p: p + np.array([360.0, 0.0]))
    return polygonal(shapely.union_all([shapely.intersection(shape, WORLD), east, west]))


def circle(lon: float, lat: float, area_km2: float) -> shapely.Geometry:
    """Return a geodesic circle of this area about a point, cut at the date line.

    The outline has CIRCLE_POINTS points; the radius is that of the polygon with these many corners, so that the
    polygon itself has the area (on the sphere of the same local size, to about 1e-5).
    """
    corner = 2 * np.pi / CIRCLE_POINTS
    radius = np.sqrt(area_km2 * 1e6 / (0.5 * CIRCLE_POINTS * np.sin(corner)))
    count = CIRCLE_POINTS
    azimuth = np.degrees(corner) * np.arange(count)
    x, y, _ = _GEOD.fwd(np.full(count, lon), np.full(count, lat), azimuth, np.full(count, radius))
    x = lon + (np.asarray(x) - lon + 180.0) % 360.0 - 180.0
    ring = shapely.polygons(np.column_stack([x, y]))
    return cut_at_date_line(ring)
