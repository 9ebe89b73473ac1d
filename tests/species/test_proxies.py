import numpy as np
import pytest
from pyproj import Geod

from biosetu.species.proxies import (
    alpha_hull,
    buffer_subpopulation_proxy,
    fragmentation_proxy,
    grid_location_proxy,
    groups_within_km,
    largest_distance_km,
    sliding_location_proxy,
)

GEOD = Geod(ellps="WGS84")


def line(*km: float):
    lon, lat, _ = GEOD.fwd([179.5] * len(km), [50.0] * len(km), [90] * len(km), np.array(km) * 1000)
    return np.array(lon), np.array(lat)


def test_largest_distance_is_the_geodesic_between_the_farthest_two():
    assert largest_distance_km(*line(0, 10, 100)) == pytest.approx(100, rel=1e-9)
    assert largest_distance_km(*line(0)) == 0.0


def test_places_chain_into_groups():
    assert groups_within_km(*line(0, 9, 18, 40), 10).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(("radius", "expected"), [(1, 4), (5, 2), (50, 1), (None, 2)])
def test_subpopulations_merge_where_circles_meet(radius, expected):
    assert buffer_subpopulation_proxy(*line(0, 9, 18, 100), radius) == expected


def test_subpopulations_of_one_place():
    assert buffer_subpopulation_proxy(*line(0)) == 1


def test_locations_by_grid_and_sliding_scale():
    assert grid_location_proxy(*line(0, 1, 50, 51)) == 2
    assert sliding_location_proxy(*line(0, 4, 100)) == 2
    assert sliding_location_proxy(*line(0)) == 1


def test_fragments_are_small_and_isolated():
    x, y = line(0, 3, 6, 9, 12, 100, 200)
    assert fragmentation_proxy(x, y, 10, 3).share == pytest.approx(2 / 7)
    assert fragmentation_proxy(x, y, 10, 3).patches == 3
    assert fragmentation_proxy(x, y, 10, 1).share == 0
    assert fragmentation_proxy(x, y, 500, 3).share == 0


def test_alpha_hull_of_square_is_the_square_and_drops_outlier():
    steps = np.linspace(0, 1, 6)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    square = alpha_hull(x, y).area_km2
    assert square == pytest.approx(12308.8, rel=1e-3)
    assert alpha_hull(np.append(x, 20), np.append(y, 0.5)).area_km2 == pytest.approx(square, rel=1e-3)


def test_alpha_hull_of_line_few_or_wide_places():
    assert alpha_hull(np.array([0.0, 0.0, 0.0]), np.array([1.0, 2.0, 3.0])).area_km2 == pytest.approx(0, abs=1e-6)
    assert alpha_hull(np.array([1.0, 2.0]), np.array([1.0, 2.0])).area_km2 == 0
    assert np.isnan(alpha_hull(np.array([0.0, 100.0, 50.0]), np.array([0.0, 0.0, 10.0])).area_km2)


def test_second_date_keeps_the_first_dates_longest_edge():
    steps = np.linspace(0, 1, 6)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    first = alpha_hull(x, y)
    thinned = (np.arange(36) % 2 == 0) | (x == 0) | (x == 1)
    second = alpha_hull(x[thinned], y[thinned], edge_km=first.edge_km)
    assert second.edge_km == first.edge_km
    assert second.area_km2 <= first.area_km2


@pytest.mark.parametrize("distance", [0.2, 2, 9, 40, 300])
@pytest.mark.parametrize("seed", range(3))
def test_many_near_places_are_grouped_the_same_without_listing_pairs(monkeypatch, distance, seed):
    random = np.random.default_rng(seed)
    centre = random.integers(0, 9, 400)
    x, y = 178 + 0.7 * centre + random.normal(0, 0.1, 400), 60 + random.normal(0, 0.2, 400)
    listed = groups_within_km(x, y, distance)
    monkeypatch.setattr("biosetu.species.proxies.MOST_PAIRS", -1)
    assert groups_within_km(x, y, distance).tolist() == listed.tolist()


def test_places_at_no_distance_are_together_only_where_they_are_the_same():
    assert len(set(groups_within_km(np.array([5.0, 5.0, 6.0]), np.array([1.0, 1.0, 1.0]), 0).tolist())) == 2


def test_more_places_than_can_be_triangulated_have_no_alpha_hull(monkeypatch):
    monkeypatch.setattr("biosetu.species.proxies.MOST_TRIANGULATED", 3)
    assert np.isnan(alpha_hull(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])).area_km2)


def test_proxies_by_the_largest_distance_are_unknown_beyond_a_hemisphere():
    lon, lat = np.array([0.0, 90, 180, -90, 0, 0]), np.array([0.0, 0, 0, 0, 80, -80])
    assert sliding_location_proxy(lon, lat) is None
    assert buffer_subpopulation_proxy(lon, lat) is None
    assert buffer_subpopulation_proxy(lon, lat, 10) == grid_location_proxy(lon, lat) == 6
