"""Where polygons are cut and measured truly: an equal-area projection, or longitude and latitude on the ellipsoid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Transformer

from biosetu.geo.area import areas_km2
from biosetu.geo.kinds import Floats, Integers
from biosetu.geo.shapes import polygonal, within_date_line
from biosetu.geo.union import clipped

LONLAT = "EPSG:4326"
STEP_DEG = 0.02  # an edge in longitude and latitude bends on a plane: this short, by less than 1e-6 of a degree square
STEPS_OF_A_SIDE = 32  # an edge on another plane bends in longitude and latitude
WINDOW_STEP_M = 100_000.0  # so short an edge bends by less than MARGIN_DEG
MARGIN_DEG = 0.1
WIDEST_DEG = 180.0
AREAL_STEP_DEG = 0.01  # half the side of the patches whose areas are compared
AREAL_TOLERANCE = 1e-6  # patches of that side agree to 1e-7; a method for the sphere is off by 4e-3


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane for the polygons that lie in a window of the globe.

    crs: longitude and latitude, or an equal-area projection in metres; window: where they lie [degrees], once for
    each turn of the globe.
    """

    crs: str
    window: shapely.Geometry

    @property
    def geographic(self) -> bool:
        """Whether the plane is longitude and latitude: edges are straight there, areas those on the ellipsoid."""
        return self.crs == LONLAT

    def areas_km2(self, shapes: np.ndarray) -> Floats:
        """Return the true area of polygons of this plane [km²]."""
        if self.geographic:
            return areas_km2(shapes)
        area: Floats = shapely.area(np.asarray(shapes, dtype=object)) / 1e6
        return area

    def laid(self, shapes: np.ndarray) -> np.ndarray:
        """Bring valid polygons from longitude and latitude onto the plane, cut to the window.

        What lies beyond the window is left out first: far from its middle a projection has no one place for a point.
        """
        near = np.array([polygonal(shape) for shape in clipped(self.window, shapes)], dtype=object)
        if self.geographic:
            return within_date_line(near)[0]
        flat = shapely.make_valid(projected(shapely.segmentize(near, STEP_DEG), self.crs))
        return np.array([polygonal(shape) for shape in flat], dtype=object)


def plane_of(shapes: np.ndarray, crs: str) -> tuple[np.ndarray, Plane]:
    """Return polygons where they can be measured, and that plane: their own if it is equal-area or geographic.

    shapes: polygons in `crs`. Any other projection distorts areas; its polygons go to longitude and latitude, their
    edges split first. What crosses the date line is cut there.
    """
    own = np.asarray(shapes, dtype=object)
    if is_equal_area(CRS.from_user_input(crs)):
        around = unprojected(shapely.segmentize(own, WINDOW_STEP_M), crs)
        return own, Plane(crs, _window(within_date_line(around)[0]))
    degrees = to_lonlat(own, crs)
    return degrees, Plane(LONLAT, _window(degrees))


def projected(shapes: np.ndarray, crs: str) -> np.ndarray:
    """Return shapes in longitude and latitude with their points in a projection; edges are straight there."""
    return _turned(shapes, Transformer.from_crs(LONLAT, crs, always_xy=True))


def unprojected(shapes: np.ndarray, crs: str) -> np.ndarray:
    """Return shapes of a projection with their points in longitude and latitude; edges are straight there."""
    return _turned(shapes, Transformer.from_crs(crs, LONLAT, always_xy=True))


def lonlat_of(points: Floats, crs: str) -> Floats:
    """Return points (n, 2) of a projection in longitude and latitude."""
    return np.column_stack(Transformer.from_crs(crs, LONLAT, always_xy=True).transform(*points.T))


def _turned(shapes: np.ndarray, transformer: Transformer) -> np.ndarray:
    result: np.ndarray = shapely.transform(shapes, lambda points: np.column_stack(transformer.transform(*points.T)))
    return result


def to_lonlat(shapes: np.ndarray, crs: str) -> np.ndarray:
    """Return polygons in longitude and latitude within ±180°, valid; edges of a projection are split first."""
    system = CRS.from_user_input(crs)
    if not system.equals(CRS.from_user_input(LONLAT), ignore_axis_order=True):
        if not system.is_geographic:
            sides = np.sqrt(np.maximum(shapely.area(shapes), 1e-12))
            shapes = shapely.segmentize(shapes, np.maximum(sides / STEPS_OF_A_SIDE, 1e-9))
        shapes = unprojected(shapes, crs)
    return np.asarray(shapely.make_valid(within_date_line(shapes)[0]), dtype=object)


def is_equal_area(system: CRS) -> bool:
    """Return whether a projection keeps areas on the ellipsoid, with coordinates in metres.

    It is tried, not told from the method's name: that of Equal Earth, Sinusoidal or Bonne does not say so, and
    Mollweide or Eckert IV keep areas on a sphere alone. A projection keeps areas wherever it has a place for a point,
    so that half the points of the globe suffice: Albers has no use for the far hemisphere.
    """
    ellipsoid = system.ellipsoid
    metres = all(axis.unit_conversion_factor == 1.0 for axis in system.axis_info)
    if not system.is_projected or not metres or ellipsoid is None or not ellipsoid.inverse_flattening:
        return False
    scale = _areal_scale(system, ellipsoid.semi_major_metre, 1 / ellipsoid.inverse_flattening)
    return bool((np.abs(scale - 1.0) < AREAL_TOLERANCE).mean() > 0.5)


def _areal_scale(system: CRS, axis_m: float, flattening: float) -> Floats:
    """Return area on the plane over area on the ellipsoid at points 10° apart; infinite where there is no place."""
    lon, lat = (each.ravel() for each in np.meshgrid(np.arange(-175.0, 180.0, 10.0), np.arange(-85.0, 90.0, 10.0)))
    transformer = Transformer.from_crs(system.geodetic_crs, system, always_xy=True)

    def side(east: float, north: float) -> Floats:
        ends = [transformer.transform(lon + sign * east, lat + sign * north) for sign in (1, -1)]
        difference: Floats = np.subtract(*np.array(ends))
        return difference

    squared = flattening * (2 - flattening)  # of the eccentricity
    true = axis_m**2 * (1 - squared) * np.cos(np.radians(lat))
    true /= (1 - squared * np.sin(np.radians(lat)) ** 2) ** 2
    with np.errstate(invalid="ignore"):
        x, y = side(AREAL_STEP_DEG, 0.0), side(0.0, AREAL_STEP_DEG)
        plane = np.abs(x[0] * y[1] - x[1] * y[0]) / np.radians(2 * AREAL_STEP_DEG) ** 2
    return np.where(np.isfinite(plane), plane / true, np.inf)


def unwrapped(shape: shapely.Geometry) -> shapely.Geometry:
    """Return polygons in longitude and latitude as one piece over the date line.

    Parts west of their widest gap go east, so that longitudes may pass 180°. What leaves no gap (all the way round the
    globe) stays as it is.
    """
    whole = polygonal(within_date_line(np.array([shape], dtype=object))[0][0])
    parts = shapely.get_parts(whole)
    if len(parts) < 2:
        return whole
    moved = _beyond_the_line(shapely.bounds(parts))
    if not moved.size:
        return whole
    parts[moved] = shapely.transform(parts[moved], lambda points: points + np.array([360.0, 0.0]))
    return polygonal(shapely.union_all(parts))


def _beyond_the_line(bounds: Floats) -> Integers:
    """Return which boxes [degrees] lie west of the widest gap between them and go east; none where that is the line."""
    order = np.argsort(bounds[:, 0], kind="stable")
    west, reached = bounds[order, 0], np.maximum.accumulate(bounds[order, 2])
    gaps = west[1:] - reached[:-1]
    if gaps.max(initial=0.0) <= west[0] + 360.0 - reached[-1]:
        return order[:0]
    return order[: int(gaps.argmax()) + 1]


def middle_crs(shape: shapely.Geometry, kind: str = "laea") -> str:
    """Return a projection about the middle of polygons in longitude and latitude, also over the date line.

    kind: `laea`, Lambert's azimuthal equal-area one, or `aeqd`, the azimuthal equidistant one.
    """
    west, south, east, north = unwrapped(shape).bounds
    middle = (0.5 * (west + east) + 180.0) % 360.0 - 180.0
    return f"+proj={kind} +lat_0={(south + north) / 2:.4f} +lon_0={middle:.4f} +datum=WGS84 +units=m +type=crs"


def _window(degrees: np.ndarray) -> shapely.Geometry:
    bounds = shapely.bounds(shapely.get_parts(degrees[~shapely.is_empty(degrees)]))
    if not bounds.size:
        bounds = np.zeros((1, 4))
    bounds[_beyond_the_line(bounds), 0::2] += 360.0
    west, south = bounds[:, :2].min(axis=0) - MARGIN_DEG
    east, north = bounds[:, 2:].max(axis=0) + MARGIN_DEG
    if east - west >= WIDEST_DEG:
        west, east = -180.0, 180.0
    turns = [shapely.box(west + turn, south, east + turn, north) for turn in (-360, 0, 360)]
    return shapely.union_all(turns)
