import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.areas.test_coverage import km2, sites_of

from biosetu.areas import Zone, zone_growth
from biosetu.areas import raster as room
from biosetu.areas.raster import raster_growth
from biosetu.geo.union import growth_km2, tiles


def disc(random, centre, spread, least, most):
    return shapely.Point(*(centre + random.uniform(-spread, spread, 2))).buffer(random.uniform(least, most))


def scene(seed, centre, count=40):
    random = np.random.default_rng(seed)
    zone = Zone("AAA", "land", shapely.Point(*centre).buffer(0.25, quad_segs=30))
    rows = [
        (disc(random, np.array(centre), 0.25, 0.01, 0.1), int(random.integers(1990, 2000)), "PA" if k % 4 else "OECM")
        for k in range(count)
    ]
    return sites_of(rows), zone


def worst(exact, raster):
    """The largest difference in any year of both series."""
    apart = [raster.growth.all_km2 - exact.all_km2, raster.growth.protected_km2 - exact.protected_km2]
    return max(float(np.abs(part).max()) for part in apart)


@pytest.mark.parametrize("centre", [(84.0, 28.0), (25.0, 69.0), (-60.0, -3.0), (10.0, 82.0)])
@pytest.mark.parametrize("cell_m", [100.0, 730.0])
def test_exact_lies_within_the_bound_in_every_year(centre, cell_m):
    sites, zone = scene(3, centre)
    exact, raster = zone_growth(sites, zone), raster_growth(sites, zone, cell_m=cell_m)
    assert worst(exact, raster) <= raster.bound_km2
    assert raster.growth.buffered_km2 == 0.0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25), st.floats(-78, 78), st.sampled_from([150.0, 1100.0, 5000.0]))
def test_exact_lies_within_the_bound_whatever_the_shapes(seed, count, latitude, cell_m):
    sites, zone = scene(seed, (30.0, latitude), count)
    assert worst(zone_growth(sites, zone), made := raster_growth(sites, zone, cell_m=cell_m)) <= made.bound_km2


def test_zone_that_no_site_reaches_has_nothing_covered_in_any_year():
    zone = Zone("AAA", "land", shapely.box(10, 50, 11, 51))
    sites = sites_of([(shapely.box(20, 50, 21, 51), 1990, "PA"), (shapely.box(20, 52, 21, 53), 2000, "OECM")])
    growth = raster_growth(sites, zone).growth
    assert [*growth.all_km2, *growth.protected_km2] == [0.0, 0.0, 0.0, 0.0]


def test_bound_is_a_small_part_where_outlines_seldom_meet():
    sites, zone = scene(3, (84.0, 28.0))
    raster = raster_growth(sites, zone)
    assert raster.bound_km2 < 0.004 * raster.growth.all_km2[-1]


def test_one_site_by_itself_is_measured_exactly():
    """No outline meets another: every cell knows its true part, whatever the cells' size."""
    ring = shapely.box(10, 50, 10.4, 50.3).difference(shapely.box(10.1, 50.1, 10.2, 50.2))
    both = shapely.union_all([ring, shapely.box(10.5, 50, 10.6, 50.1)])
    zone = Zone("AAA", "land", shapely.box(9.9, 49.9, 10.7, 50.4))
    for cell_m in (100.0, 1000.0, 3000.0):
        raster = raster_growth(sites_of([(both, 2000, "PA")]), zone, cell_m=cell_m)
        assert raster.growth.all_km2[-1] == pytest.approx(km2(both), rel=1e-7)
        assert raster.bound_km2 < 1e-5 * km2(both)


def test_neighbours_and_nested_sites_by_hand():
    """A site within another adds nothing; two that share an edge leave only the cells on that edge in doubt."""
    west, east = shapely.box(10, 0, 10.2, 0.2), shapely.box(10.2, 0, 10.4, 0.2)
    inner = shapely.box(10.05, 0.05, 10.1, 0.1)
    zone = Zone("AAA", "land", shapely.box(9.9, -0.1, 10.5, 0.3))
    nested = raster_growth(sites_of([(west, 1990, "PA"), (inner, 2000, "PA")]), zone)
    assert nested.growth.all_km2.tolist() == pytest.approx([km2(west)] * 2, rel=1e-7)
    assert nested.bound_km2 < 1e-5 * km2(west)
    beside = raster_growth(sites_of([(west, 1990, "PA"), (east, 2000, "PA")]), zone)
    assert beside.growth.all_km2[-1] == pytest.approx(km2(west) + km2(east), abs=beside.bound_km2)
    assert beside.bound_km2 <= 0.5 * 0.1 * 22.3 + 1e-3


def test_finer_cells_have_a_smaller_bound():
    sites, zone = scene(8, (20.0, 10.0))
    coarse, fine = raster_growth(sites, zone, cell_m=400.0), raster_growth(sites, zone, cell_m=50.0)
    assert fine.bound_km2 < 0.2 * coarse.bound_km2


def test_blocks_do_not_change_the_result(monkeypatch):
    sites, zone = scene(5, (84.0, 28.0))
    whole = raster_growth(sites, zone)
    monkeypatch.setattr(room, "BLOCK", 97)
    parts = raster_growth(sites, zone)
    assert parts.growth.all_km2 == pytest.approx(whole.growth.all_km2, rel=1e-9)
    assert parts.bound_km2 == pytest.approx(whole.bound_km2, rel=1e-6)


def test_tiles_at_once_and_cells_agree():
    sites, zone = scene(11, (100.0, 45.0))
    rank = np.zeros(len(sites), np.int64)
    cut = shapely.intersection(sites.shapes, zone.shape)
    at_once = growth_km2(cut, rank, 1)[0]
    by_tile = sum(
        growth_km2(shapely.intersection(tile.shapes, tile.zone), np.zeros(tile.index.size, np.int64), 1)[0]
        for tile in tiles(zone.shape, sites.shapes, most=400)
    )
    raster = raster_growth(sites, zone)
    assert by_tile == pytest.approx(at_once, rel=1e-9)
    assert abs(raster.growth.all_km2[-1] - at_once) <= raster.bound_km2


def test_copies_leave_no_doubt():
    park = shapely.box(10, 0, 10.2, 0.2).buffer(0.01)
    zone = Zone("AAA", "land", shapely.box(9.9, -0.1, 10.5, 0.3))
    raster = raster_growth(sites_of([(park, year, "PA") for year in (1990, 2000, 2010)]), zone)
    assert raster.growth.all_km2.tolist() == pytest.approx([km2(park)] * 3, rel=1e-7)
    assert raster.bound_km2 < 1e-5 * km2(park)


def test_site_across_the_zones_border_is_cut_there():
    park = shapely.box(10, 0, 10.4, 0.2)
    zone = Zone("AAA", "land", shapely.box(9.9, -0.1, 10.2037, 0.3))
    raster = raster_growth(sites_of([(park, 2000, "PA")]), zone)
    assert raster.growth.all_km2[-1] == pytest.approx(km2(shapely.box(10, 0, 10.2037, 0.2)), abs=raster.bound_km2)
    assert raster.bound_km2 < 0.01


def test_points_given_their_area_are_told_apart():
    import pyarrow as pa

    from biosetu.areas import clean, read_sites

    shapes = [shapely.Point(10.1, 0.1), shapely.box(10.2, 0, 10.3, 0.1)]
    table = pa.table(
        {"REP_AREA": [20.0, 0.0], "STATUS_YR": [2000, 2001], "geometry": pa.array(shapely.to_wkb(shapes), pa.binary())}
    )
    sites, _ = clean(read_sites(table))
    zone = Zone("AAA", "land", shapely.box(9.9, -0.1, 10.5, 0.3))
    raster = raster_growth(sites, zone)
    assert raster.growth.buffered_km2 == pytest.approx(zone_growth(sites, zone).buffered_km2, rel=1e-6)
    assert raster.growth.buffered_km2 == pytest.approx(20.0, rel=1e-3)
