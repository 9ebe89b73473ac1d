"""Pixels of a raster on the ellipsoid: where they lie, and how large each one truly is.

Areas are kept as integers of the finest decimal unit in which the whole map fits 63 bits (square millimetres for any
country), so that sums do not depend on the order, the blocks or the threads in which they are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import pi

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

WGS84 = "OGC:CRS84"
FINEST_UNIT_EXPONENT = 6
LARGEST_SUM = 9 * 10**18

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class PixelGrid:
    """The pixels of one raster: its CRS, its affine transform and its size.

    `transform` is (a, b, c, d, e, f) with x = a·column + b·row + c and y = d·column + e·row + f, for pixel corners.
    """

    crs: str
    transform: tuple[float, float, float, float, float, float]
    width: int
    height: int

    @cached_property
    def system(self) -> CRS:
        """The coordinate reference system, read once."""
        return CRS.from_user_input(self.crs)

    @property
    def aligned_geographic(self) -> bool:
        """Whether rows are parallels and columns are meridians."""
        return bool(self.system.is_geographic) and self.transform[1] == 0 and self.transform[3] == 0

    def coordinates(self, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Return x, y in the CRS of fractional pixel positions (0, 0 is the outer corner of the first pixel)."""
        a, b, c, d, e, f = self.transform
        return a * columns + b * rows + c, d * columns + e * rows + f

    def to(self, target: str) -> Transformer:
        """Return the transformation from this CRS to another, x before y."""
        return Transformer.from_crs(self.system, target, always_xy=True)

    @property
    def pixel_size_m(self) -> float:
        """The nominal side of a pixel: the larger of its two, at the equator in a geographic CRS [m]."""
        a, b, _, d, e, _ = self.transform
        unit = float(self.system.axis_info[0].unit_conversion_factor)
        scale = unit * 6_378_137 if self.system.is_geographic else unit
        return float(max(np.hypot(a, d), np.hypot(b, e)) * scale)

    @cached_property
    def angular_unit(self) -> float:
        """Radians in one unit of a geographic CRS."""
        return float(self.system.axis_info[0].unit_conversion_factor)


def zone_area_m2(latitude: Floats, semi_major_m: float, semi_minor_m: float) -> Floats:
    """Return the area between the equator and a parallel per radian of longitude.

    Exact on the ellipsoid (Snyder 1987, USGS Professional Paper 1395, equations 3-12 and 14-15).

    Args:
        latitude: geodetic latitude, any shape [radians]; NaN gives NaN.
        semi_major_m: equatorial radius of the ellipsoid [m].
        semi_minor_m: polar radius [m].

    Returns:
        Area, negative south of the equator [m² per radian].
    """
    eccentricity = np.sqrt(1 - (semi_minor_m / semi_major_m) ** 2)
    sine = np.sin(latitude)
    if eccentricity == 0:
        return np.asarray(semi_major_m**2 * sine)
    term = sine / (1 - (eccentricity * sine) ** 2) + np.arctanh(eccentricity * sine) / eccentricity
    return np.asarray(semi_minor_m**2 / 2 * term)


def row_pixel_areas_m2(grid: PixelGrid) -> Floats:
    """Return the true area of one pixel in each row of an unrotated geographic raster.

    Args:
        grid: pixels whose rows are parallels.

    Returns:
        Area per pixel by row, shape (height,) [m²]. Rows beyond a pole have the area of what lies on the globe.
    """
    a, _, _, _, e, f = grid.transform
    edges = np.clip((f + e * np.arange(grid.height + 1)) * grid.angular_unit, -pi / 2, pi / 2)
    ellipsoid = grid.system.ellipsoid
    if ellipsoid is None:
        raise ValueError("the CRS has no ellipsoid")
    zone = zone_area_m2(edges, ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre)
    return np.asarray(np.abs(np.diff(zone)) * abs(a) * grid.angular_unit)


@dataclass(frozen=True, slots=True)
class AreaUnit:
    """The integer unit in which a map's areas are added: 10^-exponent m²."""

    exponent: int

    @property
    def per_m2(self) -> int:
        """How many units one square metre has."""
        return int(10**self.exponent)

    def integers(self, area_m2: Floats) -> Integers:
        """Return areas as whole units, rounded half to even; NaN counts as nothing."""
        return np.rint(np.nan_to_num(area_m2) * self.per_m2).astype(np.int64)

    def km2(self, units: int) -> float:
        """Return an area in square kilometres."""
        return units / (self.per_m2 * 1_000_000)


def area_unit(extent_m2: float, weight: int = 1) -> AreaUnit:
    """Return the finest decimal unit, at most mm², in which `weight` times the extent fits 63 bits."""
    exponent = FINEST_UNIT_EXPONENT
    while exponent > 0 and extent_m2 * weight * 10**exponent >= LARGEST_SUM:
        exponent -= 1
    return AreaUnit(exponent)


def extent_bound_m2(grid: PixelGrid) -> float:
    """Return an upper bound of the area of the map: exact for geographic rasters, twice the nominal one otherwise."""
    if grid.aligned_geographic:
        return float(row_pixel_areas_m2(grid).sum() * grid.width)
    a, b, _, d, e, _ = grid.transform
    unit = float(grid.system.axis_info[0].unit_conversion_factor) if not grid.system.is_geographic else 111_700.0
    return 2 * abs(a * e - b * d) * unit**2 * grid.width * grid.height
