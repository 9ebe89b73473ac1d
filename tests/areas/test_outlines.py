import numpy as np
import pytest
import shapely
from tests.areas.test_coverage import km2, sites_of

from biosetu.areas import DRY, LAND, SEA, WATER, Zone, outline_table

GROUND, LAKE = shapely.box(0, 0, 10, 10), shapely.box(6, 6, 8, 8)
PARK = shapely.segmentize(shapely.Point(3, 3).buffer(2, quad_segs=400), 0.01)


COUNTRY = (Zone("AAA", LAND, GROUND),)


def drawn(rows, zones=COUNTRY):
    table = outline_table(sites_of(rows), list(zones))
    return dict(
        zip(table.column("kind").to_pylist(), shapely.from_wkb(table.column("geometry").to_pylist()), strict=True)
    )


def test_sites_are_joined_cut_to_the_country_and_kept_apart_by_kind():
    found = drawn([(shapely.box(8, 0, 12, 2), 2000, "PA"), (shapely.box(9, 1, 12, 3), 2000, "OECM")])
    assert found["protected"].equals(shapely.box(8, 0, 10, 2))
    assert found["oecm"].equals(shapely.box(9, 2, 10, 3))


def test_outlines_are_no_finer_than_the_map_needs():
    found = drawn([(PARK, 2000, "PA")])["protected"]
    assert shapely.get_num_coordinates(found) < 0.1 * shapely.get_num_coordinates(PARK)
    assert shapely.hausdorff_distance(found, PARK) <= 1.5 * 10 / 900
    assert km2(found) == pytest.approx(km2(PARK), rel=0.01)


def test_grounds_are_land_water_and_sea_but_not_dry_land():
    zones = (
        Zone("AAA", LAND, GROUND),
        Zone("AAA", DRY, GROUND.difference(LAKE)),
        Zone("AAA", WATER, LAKE),
        Zone("AAA", SEA, shapely.box(10, 0, 12, 10)),
    )
    assert set(drawn([(PARK, 2000, "PA")], zones)) == {LAND, WATER, SEA, "protected"}


def test_country_without_sites_is_drawn_alone():
    table = outline_table(sites_of([(shapely.box(50, 50, 51, 51), 2000, "PA")]), [Zone("AAA", LAND, GROUND)])
    assert table.column("kind").to_pylist() == [LAND]
    assert outline_table(sites_of([(PARK, 2000, "PA")]), []).num_rows == 0
    assert np.array(table.column("geometry").to_pylist(), dtype=object).size == 1
