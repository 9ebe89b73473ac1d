import numpy as np
import pytest
import shapely
from tests.areas.test_coverage import km2, sites_of

from biosetu.areas import Zone, zone_growth
from biosetu.areas.raster import raster_growth


def disc(random, centre, spread, least, most):
    return shapely.Point(*(centre + random.uniform(-spread, spread, 2))).buffer(random.uniform(least, most))


@pytest.mark.parametrize("centre", [(84.0, 28.0), (25.0, 69.0), (-60.0, -3.0)])
def test_raster_equals_exact_within_its_bound(centre):
    random = np.random.default_rng(3)
    zone = Zone("AAA", "land", shapely.Point(*centre).buffer(0.25, quad_segs=30))
    rows = [
        (disc(random, np.array(centre), 0.25, 0.01, 0.1), int(random.integers(1990, 2000)), "PA" if k % 4 else "OECM")
        for k in range(40)
    ]
    sites = sites_of(rows)
    exact, raster = zone_growth(sites, zone), raster_growth(sites, zone)
    assert np.abs(raster.growth.all_km2 - exact.all_km2).max() <= raster.bound_km2
    assert np.abs(raster.growth.protected_km2 - exact.protected_km2).max() <= raster.bound_km2
    assert abs(raster.growth.all_km2[-1] - exact.all_km2[-1]) <= 5 * raster.expected_km2
    assert raster.bound_km2 < 0.2 * exact.all_km2[-1]


def test_raster_counts_holes_and_parts():
    ring = shapely.box(10, 50, 10.4, 50.3).difference(shapely.box(10.1, 50.1, 10.2, 50.2))
    both = shapely.union_all([ring, shapely.box(10.5, 50, 10.6, 50.1)])
    zone = Zone("AAA", "land", shapely.box(9.9, 49.9, 10.7, 50.4))
    raster = raster_growth(sites_of([(both, 2000, "PA")]), zone)
    assert raster.growth.all_km2[-1] == pytest.approx(km2(both), abs=raster.bound_km2)
    assert raster.growth.all_km2[-1] == pytest.approx(km2(both), rel=5e-3)


def test_finer_cells_have_a_smaller_bound():
    sites = sites_of([(shapely.Point(20, 10).buffer(0.1), 2000, "PA")])
    zone = Zone("AAA", "land", shapely.box(19.8, 9.8, 20.2, 10.2))
    coarse, fine = raster_growth(sites, zone, cell_m=400.0), raster_growth(sites, zone, cell_m=50.0)
    assert fine.bound_km2 < 0.2 * coarse.bound_km2
