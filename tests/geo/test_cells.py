import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Proj

from biosetu.geo import cell_polygons, corrected_area_km2, occupied_cells
from biosetu.geo.cells import ZONES
from biosetu.geo.sphere import AUTHALIC_RADIUS_M, directions_of

GEOD = Geod(ellps="WGS84")
PLACES = [(84.1, 28.4), (0, 0), (180, 10), (-179.99, -17), (30, 60), (120, 80), (45, 89.99), (-60, -89.9)]


def scattered(seed: int, lon: float, lat: float, km: float, n: int):
    random = np.random.default_rng(seed)
    far = km * 1000 * random.uniform(0, 1, n)
    return GEOD.fwd(np.full(n, lon), np.full(n, lat), random.uniform(0, 360, n), far)[:2]


def authalic_latitude(lat):
    """Snyder (1987), eq. 3-11 and 3-12, in closed form."""
    e2 = (2 - 1 / 298.257223563) / 298.257223563
    e = np.sqrt(e2)

    def q(sine):
        return (1 - e2) * (sine / (1 - e2 * sine**2) + np.arctanh(e * sine) / e)

    return np.degrees(np.arcsin(np.clip(q(np.sin(np.radians(lat))) / q(1.0), -1, 1)))


def brute_force(lon, lat, cell_m=2000.0):
    """Count all 64 origins, one after the other, projected by PROJ's spherical LAEA at authalic latitudes."""
    v = directions_of(np.asarray(lon), np.asarray(lat), authalic=True)
    centre = v.sum(axis=1) / np.linalg.norm(v.sum(axis=1))
    lon_0 = np.degrees(np.arctan2(centre[1], centre[0]))
    lat_0 = np.degrees(np.arctan2(centre[2], np.hypot(centre[0], centre[1])))
    x, y = Proj(proj="laea", lon_0=lon_0, lat_0=lat_0, R=AUTHALIC_RADIUS_M)(lon, authalic_latitude(lat))
    counts = [
        len(
            {
                (int(np.floor((a + i * cell_m / 8) / cell_m)), int(np.floor((b + j * cell_m / 8) / cell_m)))
                for a, b in zip(x, y, strict=True)
            }
        )
        for i in range(8)
        for j in range(8)
    ]
    return counts[0], min(counts)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize(("km", "n"), [(3, 40), (40, 300), (900, 200)])
def test_counts_equal_brute_force_over_the_same_origins(lon, lat, km, n):
    x, y = scattered(n, lon, lat, km, n)
    cells = occupied_cells(x, y)
    assert (cells.fixed[0], cells.minimum[0]) == brute_force(x, y)


@pytest.mark.parametrize("lat", [0.0, 30.0, 60.0, 85.0, 89.0])
def test_filled_square_has_the_same_area_at_every_latitude(lat):
    plane = Proj(proj="laea", lon_0=10, lat_0=lat, ellps="WGS84")
    steps = np.arange(125, 20000, 250.0) - 10000
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    cells = occupied_cells(*plane(x, y, inverse=True))
    assert cells.minimum_km2[0] == 400


def test_one_point_and_copies_occupy_one_cell():
    cells = occupied_cells([10, 10, 10, 10], [50, 50, 50, 50], [0, 1, 1, 4])
    assert cells.minimum.tolist() == [1, 0, 1]
    assert cells.fixed.tolist() == [1, 0, 1]
    assert cells.minimum_km2.tolist() == [4, 0, 4]


def test_two_points_in_one_cell_of_some_origin():
    lon, lat, _ = GEOD.fwd([10, 10], [50, 50], [90, 270], [600, 600])
    assert occupied_cells(lon, lat).minimum.tolist() == [1]
    assert occupied_cells(lon, lat).fixed.tolist() == [2]


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(PLACES), st.floats(0.1, 500), st.integers(1, 80))
def test_minimum_is_at_most_fixed_and_at_most_points(seed, place, km, n):
    x, y = scattered(seed, *place, km, n)
    cells = occupied_cells(x, y)
    assert 1 <= cells.minimum[0] <= cells.fixed[0] <= n


def test_wide_set_is_counted_by_zones_and_flagged():
    random = np.random.default_rng(4)
    lon, lat = random.uniform(-180, 180, 3000), np.degrees(np.arcsin(random.uniform(-1, 1, 3000)))
    cells = occupied_cells(lon, lat)
    assert cells.wide.tolist() == [True]
    assert 2990 <= cells.minimum[0] <= 3000


def test_zones_leave_no_place_farther_than_a_narrow_set_may_be():
    random = np.random.default_rng(4)
    v = directions_of(random.uniform(-180, 180, 50_000), np.degrees(np.arcsin(random.uniform(-1, 1, 50_000))))
    assert ZONES.shape == (3, 32)
    assert np.degrees(np.arccos((v.T @ ZONES).max(axis=1))).max() < 30


def test_dense_set_needs_all_sorting_paths():
    x, y = scattered(8, 77, 20, 4, 5000)
    cells = occupied_cells(x, y)
    assert (cells.fixed[0], cells.minimum[0]) == brute_force(x, y)


def test_cell_polygons_hold_the_points_and_measure_four_square_kilometres():
    x, y = scattered(8, 179.999, 65, 20, 50)
    cells = occupied_cells(x, y)
    shapes = cell_polygons(x, y, int(cells.origin[0]))
    assert len(shapes) == cells.minimum[0]
    assert [abs(GEOD.geometry_area_perimeter(s)[0]) / 1e6 for s in shapes] == pytest.approx([4] * len(shapes), rel=1e-4)


@pytest.mark.parametrize(
    ("fine", "coarse", "cell_km", "expected"), [(100, 100, 10, 100), (25, 100, 1, 100), (25, 50, 1, 50)]
)
def test_area_at_another_cell_size_follows_the_power_law(fine, coarse, cell_km, expected):
    assert corrected_area_km2(fine, coarse, cell_km) == pytest.approx(expected)


def test_cells_of_no_size_are_refused():
    with pytest.raises(ValueError, match="cell_km"):
        occupied_cells([0], [0], cell_km=0)


@pytest.mark.parametrize(("lon", "lat", "km"), [(84.1, 28.4, 300), (180, 10, 40), (45, 89.99, 900), (0, 0, 9000)])
def test_a_large_set_in_pieces_gives_the_same(monkeypatch, lon, lat, km):
    x, y = scattered(7, lon, lat, km, 1000)
    x, y = np.append(x, [5.0, 6.0]), np.append(y, [5.0, 5.0])
    whole = occupied_cells(x, y, [0, 1000, 1002])
    monkeypatch.setattr("biosetu.geo.cells.PIECE", 130)
    pieces = occupied_cells(x, y, [0, 1000, 1002])
    assert [getattr(pieces, name).tolist() for name in ("fixed", "minimum", "origin", "wide")] == [
        getattr(whole, name).tolist() for name in ("fixed", "minimum", "origin", "wide")
    ]
    assert whole.wide[0] == (km == 9000)
