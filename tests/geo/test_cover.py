import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.geo.area import areas_km2
from biosetu.geo.cover import Cells, Sums, equal_area, grow, meeting, outlines, part_of_cells


def plain(points):
    return points


def drawn(*shapes):
    return outlines(np.array(shapes, dtype=object), plain, longest_deg=100.0)


def by_geos(shape, corner, size):
    cells = [
        [shapely.box(corner[0] + c, corner[1] + r, corner[0] + c + 1, corner[1] + r + 1) for c in range(size[1])]
        for r in range(size[0])
    ]
    return shapely.area(shapely.intersection(shape, np.array(cells, dtype=object)))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 100_000),
    st.integers(3, 12),
    st.tuples(st.integers(-6, 9), st.integers(-6, 9)),
    st.tuples(st.integers(1, 14), st.integers(1, 14)),
)
def test_part_of_each_cell_equals_the_intersection(seed, corners, corner, size):
    random = np.random.default_rng(seed)
    angle = np.sort(random.uniform(0, 2 * np.pi, corners))
    radius = random.uniform(0.5, 8, corners)
    ring = np.column_stack([4 + radius * np.cos(angle), 3 + radius * np.sin(angle)])
    shape = shapely.make_valid(shapely.Polygon(ring))
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.area < 1e-3:
        return
    found = part_of_cells(drawn(shape), 0, corner, size)
    assert found == pytest.approx(by_geos(shape, corner, size), abs=1e-9)


def test_holes_and_parts_are_counted_whatever_way_they_wind():
    ring = shapely.Polygon([(0, 0), (0, 6), (6, 6), (6, 0)], [[(2.5, 2), (2.5, 4), (4, 4), (4, 2)]])
    both = shapely.MultiPolygon([shapely.reverse(ring), shapely.box(7.25, 0, 8, 1)])
    found = part_of_cells(drawn(both), 0, (0, 0), (6, 8))
    assert found == pytest.approx(by_geos(both, (0, 0), (6, 8)), abs=1e-12)
    assert found.sum() == pytest.approx(36 - 3 + 0.75)


def test_edges_on_cell_borders_leave_whole_cells():
    found = part_of_cells(drawn(shapely.box(1, 1, 3, 2)), 0, (0, 0), (3, 4))
    assert found.tolist() == [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_block_is_met_only_by_shapes_that_reach_into_it():
    shapes = drawn(shapely.box(0, 0, 2, 2), shapely.box(4, 4, 5, 5), shapely.box(2, 0, 3, 1))
    assert meeting(shapes, (0, 0), (2, 2)).tolist() == [True, False, False]
    assert meeting(shapes, (-10, -10), (100, 100)).all()


def sums_of(shapes, ranks, inside=None, size=(4, 4), classes=None):
    inside = np.ones(size) if inside is None else inside
    codes = np.zeros(size, np.int32) if classes is None else classes
    sums = Sums(np.zeros((codes.max() + 1, max(ranks) + 1)), np.zeros((codes.max() + 1, max(ranks) + 1)))
    cells = Cells((0, 0), inside, codes, np.array([[2.0]]), (10, 10))
    grow(drawn(*shapes), np.arange(len(shapes)), np.array(ranks), cells, sums)
    return sums


def test_bounds_of_two_halves_of_a_cell_by_hand():
    """Left and right half of one cell: together between a half and the whole."""
    sums = sums_of([shapely.box(0, 0, 0.5, 1), shapely.box(0.5, 0, 1, 1)], [0, 1])
    assert sums.low.tolist() == [[1.0, 0.0]]
    assert sums.high.tolist() == [[1.0, 1.0]]


def test_whole_cell_ends_the_doubt():
    sums = sums_of([shapely.box(0, 0, 0.5, 1), shapely.box(0, 0, 1, 1), shapely.box(0.5, 0, 1, 1)], [0, 1, 2])
    assert sums.low.sum() == sums.high.sum() == 2.0
    assert sums.low[0].tolist() == [1.0, 1.0, 0.0]


def test_part_outside_the_zone_takes_from_the_lower_bound_only():
    inside = np.full((4, 4), 0.75)
    sums = sums_of([shapely.box(0, 0, 0.5, 1)], [0], inside)
    assert sums.low[0, 0] == pytest.approx(2 * 0.25)
    assert sums.high[0, 0] == pytest.approx(2 * 0.5)


def test_classes_are_kept_apart_and_cells_without_class_do_not_count():
    codes = np.array([[0, 1], [-1, 1]], np.int32)
    sums = sums_of([shapely.box(0, 0, 2, 2)], [0], size=(2, 2), classes=codes)
    assert sums.low[:, 0].tolist() == sums.high[:, 0].tolist() == [2.0, 4.0]


@pytest.mark.parametrize("latitude", [0.0, 45.0, -80.0])
def test_cells_of_the_equal_area_grid_have_their_area(latitude):
    shape = shapely.box(10, latitude, 10.5, latitude + 0.5)
    laid = outlines(np.array([shape]), lambda points: equal_area(points, 500.0))
    west, south, east, north = laid.boxes[0]
    size = (int(np.ceil(north) - np.floor(south)), int(np.ceil(east) - np.floor(west)))
    parts = part_of_cells(laid, 0, (int(np.floor(west)), int(np.floor(south))), size)
    assert parts.sum() * 0.25 == pytest.approx(areas_km2(np.array([shape]))[0], rel=1e-9)


def test_bend_bounds_what_straight_edges_on_the_grid_get_wrong():
    shape = shapely.Polygon([(0, 60), (8, 68), (-3, 66)])
    true = areas_km2(np.array([shape]))[0]
    for longest in (20.0, 1.0):
        laid = outlines(np.array([shape]), lambda points: equal_area(points, 10_000.0), longest)
        ring = shapely.area(shapely.polygons(laid.points)) * 100
        assert 0 < abs(ring - true) <= laid.bend[0] * 100 * 1.05
