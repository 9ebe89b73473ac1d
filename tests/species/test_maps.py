import math
import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from biosetu.engine.vectors import geometries, read_layer
from biosetu.species.maps import cells_touched, map_extent, used_codes

GEOD = Geod(ellps="WGS84")


def disc(lon, lat, km, n=72):
    x, y, _ = GEOD.fwd([lon] * n, [lat] * n, np.arange(n) * 360 / n, [km * 1000] * n)
    return shapely.Polygon(np.column_stack((x, y)))


@pytest.mark.parametrize("lat", [0, 45, 75])
def test_disc_has_its_area_and_touches_a_rim_of_cells(lat):
    found = map_extent([disc(20, lat, 20)])
    area = math.pi * 20**2
    assert found.eoo_km2 == pytest.approx(area, rel=5e-3)
    assert area < found.aoo_upper_km2 <= found.aoo_upper_fixed_km2 < area * 1.2
    assert found.origins == 64


def test_two_parts_across_the_date_line_join():
    east, west = shapely.box(179.8, 10, 180, 10.2), shapely.box(-180, 10, -179.8, 10.2)
    found = map_extent([east, west])
    assert found.eoo_km2 == pytest.approx(map_extent([shapely.box(20, 10, 20.4, 10.2)]).eoo_km2, rel=1e-6)


def test_tiny_map_has_one_cell_and_extent_is_not_smaller():
    found = map_extent([disc(5, 5, 0.1)])
    assert (found.aoo_upper_km2, found.eoo_km2) == (4.0, 4.0)


def test_large_map_is_counted_at_one_origin():
    assert map_extent([disc(5, 5, 200)]).origins == 1


@pytest.mark.parametrize("shift", [(0.0, 0.0), (700.0, 1300.0)])
def test_blocks_count_as_single_cells_do(shift):
    shape = shapely.Point(313, 977).buffer(23_456)
    low = np.floor((np.array(shape.bounds[:2]) + shift) / 2000)
    high = np.floor((np.array(shape.bounds[2:]) + shift) / 2000)
    x, y = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
    boxes = shapely.box(x * 2000 - shift[0], y * 2000 - shift[1], (x + 1) * 2000 - shift[0], (y + 1) * 2000 - shift[1])
    assert cells_touched(shape, 2000, shift) == int(shapely.intersects(shape, boxes).sum())


def test_codes_that_count_follow_the_mapping_standards():
    assert used_codes() == {"presence": {1, 2}, "origin": {1, 2, 6}}


def test_empty_map_is_refused():
    with pytest.raises(ValueError, match="empty"):
        map_extent([shapely.Polygon()])


@pytest.fixture
def at_one_origin(monkeypatch):
    monkeypatch.setattr("biosetu.species.maps.FEW_CELLS", 0)


def test_rings_of_random_boxes_stay_closed(at_one_origin):
    random = np.random.default_rng(4)
    west, south = random.uniform(-179, 170, 150), random.uniform(-80, 75, 150)
    wide, high = random.uniform(1, 5, (2, 150))
    for box in shapely.box(west, south, west + wide, south + high):
        area = abs(GEOD.geometry_area_perimeter(shapely.segmentize(box, 0.01))[0]) / 1e6
        assert area < map_extent([box], cell_km=20).aoo_upper_km2 < area * 2


def test_rings_of_all_countries_stay_closed(at_one_origin):
    if "BIOSETU_SHARED" not in os.environ:
        pytest.skip("needs BIOSETU_SHARED, the folder of shared data")
    path = Path(os.environ["BIOSETU_SHARED"]) / "data/natural_earth/ne_50m_admin_0_countries.shp"
    found = [map_extent([shapely.make_valid(shape)], cell_km=50) for shape in geometries(read_layer(path))]
    assert len(found) == 242
    assert all(extent.origins == 1 or extent.wide for extent in found)
    assert 1 <= sum(extent.wide for extent in found) < 12


@pytest.mark.parametrize(
    ("shape", "flags"),
    [
        (shapely.box(-180, -10, 180, 10), "eoo_undefined;wide"),
        (shapely.box(0, -10, 90, 10), "wide"),
        (shapely.box(0, -10, 40, 10), ""),
    ],
)
def test_map_wider_than_one_grid_holds_is_flagged_and_not_counted(at_one_origin, shape, flags):
    found = map_extent([shape], cell_km=50)
    assert found.flags == flags
    assert math.isnan(found.aoo_upper_km2) == math.isnan(found.aoo_upper_fixed_km2) == found.wide == ("wide" in flags)
    assert math.isnan(found.eoo_km2) == ("eoo_undefined" in flags)


def test_ring_about_the_pole_has_its_area(at_one_origin):
    band = shapely.box(-180, 65, 180, 85)
    area = 2 * abs(GEOD.geometry_area_perimeter(shapely.segmentize(shapely.box(0, 65, 180, 85), 0.01))[0]) / 1e6
    assert map_extent([band], cell_km=20).aoo_upper_km2 == pytest.approx(area, rel=0.05)


def test_map_with_most_corners_at_one_end_is_no_wider_for_them(at_one_origin):
    end = shapely.Point(0, 0).buffer(1, quad_segs=2000)
    found = map_extent([end, shapely.box(44, -1, 46, 1)], cell_km=50)
    assert (found.flags, found.origins) == ("", 1)
