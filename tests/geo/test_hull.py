import math

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Proj

from biosetu.geo import geodesic_hulls, hull_area_km2, hull_polygon

GEOD = Geod(ellps="WGS84")


def cloud(seed: int, centre_lon: float, centre_lat: float, radius_km: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    distance = radius_km * 1000 * np.sqrt(random.uniform(0, 1, n))
    lon, lat, _ = GEOD.fwd(np.full(n, centre_lon), np.full(n, centre_lat), random.uniform(0, 360, n), distance)
    return lon, lat


def oracle_km2(lon: np.ndarray, lat: np.ndarray, centre_lon: float, centre_lat: float) -> float:
    """PROJ's ellipsoidal gnomonic, GEOS's hull, GeographicLib's geodesics, densified, and GeographicLib's area."""
    plane = Proj(proj="gnom", lon_0=centre_lon, lat_0=centre_lat, ellps="WGS84")
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack(plane(lon, lat))))
    corners = np.column_stack(plane(*shapely.get_coordinates(hull)[:-1].T, inverse=True))
    area = Geodesic.WGS84.Polygon()
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        line = Geodesic.WGS84.InverseLine(y0, x0, y1, x1)
        for k in range(4):
            point = line.Position(line.s13 * k / 4)
            area.AddPoint(point["lat2"], point["lon2"])
    return abs(area.Compute(False, True)[2]) / 1e6


PLACES = [(84.1, 28.4), (0, 0), (180, 10), (-179.9, -17), (30, 60), (120, 80), (45, 90), (-60, -90), (179, -75)]


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("radius_km", [0.5, 30, 800, 3000])
def test_area_agrees_with_geographiclib_from_equator_to_pole(lon, lat, radius_km):
    x, y = cloud(int(radius_km), lon, lat, radius_km, 60)
    assert hull_area_km2(x, y) == pytest.approx(oracle_km2(x, y, lon, lat), rel=5e-4)


def test_area_agrees_with_geographiclib_over_random_sets():
    random = np.random.default_rng(20)
    for seed in range(60):
        lon, lat = random.uniform(-180, 180), math.degrees(math.asin(random.uniform(-1, 1)))
        x, y = cloud(seed, lon, lat, 10 ** random.uniform(0, 3.5), int(random.integers(4, 400)))
        assert hull_area_km2(x, y) == pytest.approx(oracle_km2(x, y, lon, lat), rel=5e-4)


def test_square_across_date_line_has_same_area_as_elsewhere():
    assert hull_area_km2([179, -179, -179, 179], [0, 0, 2, 2]) == pytest.approx(
        hull_area_km2([-1, 1, 1, -1], [0, 0, 2, 2]), rel=1e-12
    )


def test_ring_around_pole_contains_it():
    lon = np.arange(0, 360, 5.0)
    ring = hull_area_km2(lon, np.full(72, 75.0))
    assert ring == pytest.approx(hull_area_km2(np.append(lon, 0), np.append(np.full(72, 75.0), 90.0)), rel=1e-12)
    assert ring > 8.6e6


@pytest.mark.parametrize(("lon", "lat"), [([5], [5]), ([5, 5], [5, 5]), ([5, 6], [5, 5]), ([5] * 9, [5] * 9), ([], [])])
def test_fewer_than_three_places_have_no_area(lon, lat):
    assert hull_area_km2(lon, lat) == 0


def test_points_along_the_equator_or_a_meridian_have_no_area():
    assert hull_area_km2([0, 1, 2, 3, 4], [0] * 5) == pytest.approx(0, abs=1e-6)
    assert hull_area_km2([20] * 5, [0, 1, 2, 3, 4]) == pytest.approx(0, abs=1e-6)


def test_points_beyond_a_hemisphere_are_undefined():
    assert math.isnan(hull_area_km2([0, 120, -120, 0], [0, 0, 0, 80]))
    assert math.isnan(hull_area_km2([0, 180, 90, -90], [0, 0, 0, 0]))


def test_lopsided_points_within_a_hemisphere_are_found():
    lon, lat = cloud(1, 0, 0, 100, 500)
    area = hull_area_km2(np.append(lon, [170, 170]), np.append(lat, [0, 5]))
    assert 8e6 < area < 9e7


def test_area_grows_with_points():
    lon, lat = cloud(3, 100, 15, 900, 200)
    areas = [hull_area_km2(lon[:n], lat[:n]) for n in (3, 10, 50, 200)]
    assert areas == sorted(areas)


def test_million_points_on_one_meridian_finish():
    lat = np.random.default_rng(0).uniform(-30, 30, 1_000_000)
    assert hull_area_km2(np.full(lat.size, 77.0), lat) < 1e-3


def test_sets_do_not_depend_on_their_neighbours():
    a, b = cloud(1, 10, 10, 50, 40), cloud(2, 170, -40, 900, 77)
    both = geodesic_hulls(np.append(a[0], b[0]), np.append(a[1], b[1]), [0, 40, 40, 117])
    assert both.area_km2.tolist() == [hull_area_km2(*a), 0.0, hull_area_km2(*b)]
    assert both.ring(1).size == 0
    assert both.ring(2).min() >= 40


@given(st.permutations(range(30)), st.floats(-720, 720))
def test_order_and_turns_do_not_matter(order, turn):
    lon, lat = cloud(5, 60, 45, 400, 30)
    moved = hull_area_km2(lon[order] + 360 * round(turn / 360), lat[order])
    assert moved == pytest.approx(hull_area_km2(lon, lat), rel=1e-9)


@pytest.mark.parametrize(("lon", "lat"), [([np.nan], [0]), ([0], [91]), ([0, 1], [0])])
def test_impossible_coordinates_are_refused(lon, lat):
    with pytest.raises(ValueError):  # noqa: PT011
        hull_area_km2(lon, lat)


def test_polygon_across_date_line_comes_in_two_pieces():
    shape = hull_polygon([179, -179, -179, 179], [60, 60, 65, 65])
    assert shapely.get_num_geometries(shape) == 2
    assert shape.area == pytest.approx(10, rel=0.02)


@pytest.mark.parametrize("first", [-180, -90, 0, 170, 350, 710])
def test_polygon_around_pole_reaches_it(first):
    shape = hull_polygon(first + np.arange(0, 360, 10.0), np.full(36, 80.0))
    assert shape.bounds == pytest.approx((-180, 80, 180, 90), abs=0.1)
    assert shape.area == pytest.approx(360 * 10, rel=0.01)


def test_polygon_of_two_points_is_none():
    assert hull_polygon([1, 2], [1, 2]) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(PLACES), st.floats(0, 3.4), st.integers(3, 60), st.data())
def test_hull_of_a_subset_is_not_larger(seed, place, magnitude, n, data):
    x, y = cloud(seed, *place, 10**magnitude, n)
    some = sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1)))
    assert hull_area_km2(x[some], y[some]) <= hull_area_km2(x, y) * (1 + 1e-4) + 1e-6


@pytest.mark.parametrize(("place", "km"), [((84.1, 28.4), 300), ((180, 10), 4000), ((45, 89.99), 900)])
def test_a_large_set_in_pieces_gives_the_same(monkeypatch, place, km):
    x, y = cloud(3, *place, km, 1000)
    x, y = np.append(x, [5.0, 6.0, 5.0]), np.append(y, [5.0, 5.0, 6.0])
    whole = geodesic_hulls(x, y, [0, 1000, 1003])
    monkeypatch.setattr("biosetu.geo.hull.PIECE", 130)
    pieces = geodesic_hulls(x, y, [0, 1000, 1003])
    assert pieces.area_km2 == pytest.approx(whole.area_km2, rel=1e-12)
    assert [sorted(pieces.ring(i)) for i in (0, 1)] == [sorted(whole.ring(i)) for i in (0, 1)]


def test_a_large_set_beyond_a_hemisphere_is_undefined_in_pieces_too(monkeypatch):
    monkeypatch.setattr("biosetu.geo.hull.PIECE", 2)
    assert math.isnan(hull_area_km2([0, 1, 120, 121, -120], [0, 0, 0, 1, 0]))
    assert math.isnan(hull_area_km2([0, 180, 90, -90], [0, 0, 0, 0]))
