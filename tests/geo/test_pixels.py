from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from biosetu.geo.pixels import PixelGrid, area_unit, row_pixel_areas_m2, zone_area_m2

WGS84 = CRS("EPSG:4326").to_wkt()
GLOBE_M2 = 510_065_621_724_089.0


def grid(top: float, size: float, height: int, width: int = 1, left: float = 0.0) -> PixelGrid:
    return PixelGrid(WGS84, (size, 0, left, 0, -size, top), width, height)


def test_row_areas_of_the_globe_add_up_to_its_surface() -> None:
    areas = row_pixel_areas_m2(grid(90, 1, 180))
    assert areas.sum() * 360 == pytest.approx(GLOBE_M2, rel=1e-12)


def test_row_areas_are_those_of_geographiclib_at_any_latitude() -> None:
    for top in (0.5, 60.25, -33.0, 89.0):
        area = row_pixel_areas_m2(grid(top, 0.25, 1))[0]
        edge = np.linspace(0, 0.25, 2001)
        lon = np.concatenate([edge, edge[::-1]])
        lat = np.concatenate([np.full(2001, top), np.full(2001, top - 0.25)])
        assert area == pytest.approx(abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]), rel=1e-9)


def test_row_areas_of_a_raster_in_gons_are_the_same_as_in_degrees() -> None:
    gons = CRS.from_epsg(4807)
    unit = gons.axis_info[0].unit_conversion_factor
    pixels = PixelGrid(gons.to_wkt(), (1, 0, 0, 0, -1, 50), 1, 1)
    ellipsoid = gons.ellipsoid
    assert ellipsoid is not None
    edges = np.array([49.0, 50.0]) * unit
    zone = zone_area_m2(edges, ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre)
    assert row_pixel_areas_m2(pixels)[0] == pytest.approx((zone[1] - zone[0]) * unit, rel=1e-12)


def test_rows_beyond_the_pole_have_no_area() -> None:
    assert row_pixel_areas_m2(grid(92, 1, 3)).tolist()[:2] == [0.0, 0.0]


def test_zone_area_of_a_sphere_is_the_sine() -> None:
    assert zone_area_m2(np.array([np.pi / 6]), 2.0, 2.0)[0] == pytest.approx(2.0)


@settings(deadline=None)
@given(st.floats(1, 5.2e14), st.sampled_from([1, 10_000]))
def test_area_unit_always_fits_the_map(extent: float, weight: int) -> None:
    unit = area_unit(extent, weight)
    assert extent * weight * unit.per_m2 < 9e18
    assert unit.exponent == 6 or extent * weight * unit.per_m2 * 10 >= 9e18


def test_area_unit_rounds_to_whole_units() -> None:
    unit = area_unit(1e6)
    assert unit.integers(np.array([1.0000004, np.nan])).tolist() == [1_000_000, 0]
    assert unit.km2(1_500_000_000_000) == 1.5
