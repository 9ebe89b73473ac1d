import numpy as np
import pytest
import shapely

from biosetu.geo.area import areas_km2
from biosetu.geo.shapes import circle, polygonal, repaired, within_date_line


def array(*shapes):
    return np.array(shapes, dtype=object)


def test_bow_tie_becomes_two_triangles():
    fixed, bad = repaired(array(shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])))
    assert bad.tolist() == [True]
    assert fixed[0].is_valid
    assert fixed[0].area == pytest.approx(2.0)


def test_hole_outside_its_ring_is_no_area():
    shape = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(3, 3), (4, 3), (4, 4), (3, 4)]])
    fixed, bad = repaired(array(shape))
    assert bad.tolist() == [True]
    assert fixed[0].area == pytest.approx(1.0)


def test_height_is_dropped_and_valid_shapes_stay():
    shape = shapely.from_wkt("POLYGON Z ((0 0 5, 1 0 5, 1 1 5, 0 0 5))")
    fixed, bad = repaired(array(shape))
    assert not bad.any()
    assert not shapely.has_z(fixed[0])


def test_lines_of_a_repair_are_left_out():
    mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(5, 5), (6, 6)])])
    assert polygonal(mixed).geom_type == "MultiPolygon"
    assert polygonal(mixed).area == 1.0
    assert polygonal(shapely.LineString([(5, 5), (6, 6)])).is_empty


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)]),
        shapely.box(179, 0, 181, 1),
        shapely.box(-181, 0, -179, 1),
    ],
)
def test_shape_over_the_date_line_is_cut_and_keeps_its_area(shape):
    cut, changed = within_date_line(array(shape))
    assert changed.tolist() == [True]
    west, _, east, _ = cut[0].bounds
    assert (west, east) == (-180.0, 180.0)
    assert areas_km2(cut)[0] == pytest.approx(areas_km2(array(shapely.box(0, 0, 2, 1)))[0], rel=1e-9)


def test_parts_on_both_sides_are_not_turned():
    both = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])
    same, changed = within_date_line(array(both))
    assert areas_km2(same)[0] == pytest.approx(areas_km2(array(both))[0])
    assert not changed.any() or same[0].equals(both)


@pytest.mark.parametrize("place", [(0, 0), (85, 28), (10, 70), (179.99, -17)])
@pytest.mark.parametrize("area_km2", [1.0, 2500.0])
def test_circle_has_its_area(place, area_km2):
    shape = circle(*place, area_km2)
    assert shape.is_valid
    assert areas_km2(array(shape))[0] == pytest.approx(area_km2, rel=2e-4)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(-180, 80, 180, 85),
        shapely.segmentize(shapely.box(-180, 60, 180, 90), 10.0),
        shapely.segmentize(shapely.box(-170, 60, 170, 70), 5.0),
        shapely.box(-180, 80, 180, 85).difference(shapely.box(-10, 81, 10, 82)),
    ],
)
def test_shape_round_the_globe_is_left_whole(shape):
    same, changed = within_date_line(array(shape))
    assert not changed.any()
    assert same[0].equals(shape)


def test_only_the_part_that_jumps_is_turned():
    jumping = shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    cut, changed = within_date_line(array(shapely.MultiPolygon([jumping, shapely.box(-100, 5, -90, 6)])))
    assert changed.tolist() == [True]
    expected = areas_km2(array(shapely.box(0, 0, 2, 1), shapely.box(-100, 5, -90, 6))).sum()
    assert areas_km2(cut)[0] == pytest.approx(expected, rel=1e-9)


def chain_of_loops(count):
    """One outline that crosses itself `count` times: two zigzags over each other, loops of half a square each."""
    x = np.arange(count + 1.0)
    up = np.where(np.arange(count + 1) % 2, 0.5, -0.5)
    return shapely.Polygon(np.concatenate([np.column_stack([x, up]), np.column_stack([x, -up])[::-1]]) * 1e-3)


@pytest.mark.parametrize("count", [5, 40, 20_000])
def test_outline_that_crosses_itself_thousands_of_times_keeps_every_loop(count):
    # between two crossings lies a rhombus with diagonals 1 and 1, at either end half of one
    fixed, bad = repaired(array(chain_of_loops(count)))
    assert bad.all()
    assert shapely.get_num_geometries(fixed[0]) == count + 1
    assert fixed[0].area == pytest.approx((count - 1 + 2 * 0.5) * 0.5e-6, rel=1e-9)
