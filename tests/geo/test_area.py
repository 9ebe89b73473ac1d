from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from biosetu.geo.area import areas_km2

GEOD = Geod(ellps="WGS84")
EARTH_KM2 = 510_065_621.724  # WGS84 ellipsoid


def one(shape):
    return float(areas_km2(np.array([shape], dtype=object))[0])


def geodesic_km2(shape, step):
    return abs(GEOD.geometry_area_perimeter(shapely.segmentize(shape, step))[0]) / 1e6


@settings(max_examples=25, deadline=None)
@given(st.floats(-170, 160), st.floats(-85, 80), st.floats(0.01, 8), st.floats(0.01, 4), st.integers(0, 1000))
def test_area_of_a_triangle_equals_that_of_geodesics_on_a_dense_outline(lon, lat, width, height, seed):
    corners = np.random.default_rng(seed).random((3, 2)) * [width, height] + [lon, lat]
    shape = shapely.Polygon(corners)
    if shape.area < 0.05 * width * height:
        return
    assert one(shape) == pytest.approx(geodesic_km2(shape, max(width, height) / 4000), rel=3e-7)


def integral_km2(shape, pieces=200):
    """The area under the edges by quadrature in extended precision: Snyder 1987, eq. 3-12, without any shortcut."""
    flattening = np.longdouble(GEOD.f)
    squared = flattening * (2 - flattening)
    eccentricity = np.sqrt(squared)
    places, weights = np.polynomial.legendre.leggauss(20)
    points = shapely.get_coordinates(shape.exterior).astype(np.longdouble)
    total = np.longdouble(0)
    for (lon1, lat1), (lon2, lat2) in pairwise(points):
        along = (np.arange(pieces)[:, None] + (places[None] + 1) / 2) / pieces
        sine = np.sin(np.radians(lat1 + (lat2 - lat1) * along))
        zone = (1 - squared) * (sine / (1 - squared * sine**2) + np.arctanh(eccentricity * sine) / eccentricity)
        total += (lon2 - lon1) * (zone @ (weights / 2)).mean()
    return abs(float(total * np.longdouble(GEOD.a) ** 2 / 2 * np.pi / 180 / 1e6))


@settings(max_examples=40, deadline=None)
@given(st.floats(-170, 160), st.floats(-85, 80), st.sampled_from([0.1, 0.4, 0.6, 1, 4, 8]), st.integers(0, 1000))
def test_area_equals_the_integral_within_what_the_book_says(lon, lat, size, seed):
    height = min(size / 2, 4)
    shape = shapely.Polygon(np.random.default_rng(seed).random((3, 2)) * [size, height] + [lon, lat])
    if shape.area < 0.05 * size * height:
        return
    assert one(shape) == pytest.approx(integral_km2(shape), rel=5e-9)


def test_area_of_the_whole_globe():
    assert one(shapely.box(-180, -90, 180, 90)) == pytest.approx(EARTH_KM2, rel=1e-9)


def test_area_up_to_the_pole_is_whole():
    caps = [
        one(shapely.box(-180, 60, 180, 90)),
        one(shapely.box(-180, -60, 180, 60)),
        one(shapely.box(-180, -90, 180, -60)),
    ]
    assert sum(caps) == pytest.approx(EARTH_KM2, rel=1e-9)
    assert caps[0] == pytest.approx(caps[2], rel=1e-12)


def test_holes_count_off_whatever_way_they_wind():
    hole = [(2, 2), (2, 3), (3, 3), (3, 2)]
    outer = [(0, 0), (5, 0), (5, 5), (0, 5)]
    expected = one(shapely.Polygon(outer)) - one(shapely.Polygon(hole))
    assert one(shapely.Polygon(outer, [hole])) == pytest.approx(expected, rel=1e-12)
    assert one(shapely.Polygon(outer, [hole[::-1]])) == pytest.approx(expected, rel=1e-12)


def test_cutting_along_an_edge_adds_up():
    shape = shapely.Polygon([(10, 50), (20, 52), (18, 60), (9, 58)])
    parts = [
        shapely.intersection(shape, shapely.box(0, 0, 15, 90)),
        shapely.intersection(shape, shapely.box(15, 0, 90, 90)),
    ]
    assert sum(map(one, parts)) == pytest.approx(one(shape), rel=1e-10)


def test_other_shapes_have_no_area():
    shapes = np.array(
        [None, shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)]), shapely.Polygon()], dtype=object
    )
    assert areas_km2(shapes).tolist() == [0.0, 0.0, 0.0, 0.0]


def test_parts_of_collections_are_summed():
    a, b = shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)
    mixed = shapely.GeometryCollection([a, shapely.Point(0, 0), shapely.MultiPolygon([b])])
    assert one(mixed) == pytest.approx(one(a) + one(b), rel=1e-14)
