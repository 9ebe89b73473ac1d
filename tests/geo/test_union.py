import numpy as np
import pytest
import shapely

from biosetu.geo.area import areas_km2
from biosetu.geo.union import clipped, dissolved, groups, growth_km2, tiles


def array(*shapes):
    return np.array(shapes, dtype=object)


def km2(*shapes):
    return areas_km2(array(*shapes))


def blobs(count, seed=0):
    random = np.random.default_rng(seed)
    centres = shapely.points(random.uniform(0, 4, (count, 2)))
    return shapely.buffer(centres, random.uniform(0.05, 0.5, count)), random.integers(0, 10, count)


def test_growth_of_overlapping_squares_by_hand():
    older, younger = shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)
    added = growth_km2(array(younger, older), np.array([1, 0]), 2)
    assert added == pytest.approx([km2(older)[0], km2(shapely.box(2, 0, 3, 1))[0]], rel=1e-12)


def test_growth_of_a_ring_and_its_middle_by_hand():
    ring = shapely.box(0, 60, 4, 64).difference(shapely.box(1, 61, 3, 63))
    middle = shapely.box(0.5, 60.5, 3.5, 63.5)
    added = growth_km2(array(ring, middle), np.array([0, 1]), 2)
    whole, hole = km2(shapely.box(0, 60, 4, 64), shapely.box(1, 61, 3, 63))
    assert added == pytest.approx([whole - hole, hole], rel=1e-9)


def test_growth_adds_up_to_the_union():
    shapes, rank = blobs(200)
    added = growth_km2(shapes, rank, 10)
    assert added.sum() == pytest.approx(areas_km2(array(shapely.union_all(shapes)))[0], rel=1e-10)
    assert (added >= 0).all()


def test_growth_equals_unions_up_to_each_rank():
    shapes, rank = blobs(120, seed=3)
    added = np.cumsum(growth_km2(shapes, rank, 10))
    for value in range(10):
        union = shapely.union_all(shapes[rank <= value])
        assert added[value] == pytest.approx(areas_km2(array(union))[0], rel=1e-10)


def test_thousands_of_copies_count_once():
    shape = shapely.box(0, 0, 1, 1)
    added = growth_km2(array(*[shape] * 5000), np.arange(5000) % 7, 7)
    assert added == pytest.approx([km2(shape)[0], 0, 0, 0, 0, 0, 0], rel=1e-12)


def test_tiles_add_up_to_the_whole():
    shapes, rank = blobs(300, seed=5)
    zone = shapely.segmentize(shapely.Point(2, 2).buffer(1.7), 0.01)
    at_once = growth_km2(clipped(zone, shapes), rank, 10)
    parts = list(tiles(zone, shapes, most=2000))
    by_tile = sum(growth_km2(clipped(tile.zone, tile.shapes), rank[tile.index], 10) for tile in parts)
    assert len(parts) > 5
    assert by_tile == pytest.approx(at_once, rel=1e-9, abs=1e-9)


def test_shapes_that_only_share_a_tile_edge_are_counted_once():
    shapes = array(shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2))
    parts = list(tiles(shapely.box(0, 0, 4, 2), shapes, most=11))
    total = sum(
        growth_km2(clipped(tile.zone, tile.shapes), np.zeros(len(tile.index), np.int64), 1)[0] for tile in parts
    )
    assert total == pytest.approx(km2(shapely.box(0, 0, 4, 2))[0], rel=1e-12)


def test_groups_join_what_touches_through_others():
    shapes = array(shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1))
    group = groups(shapes)
    assert group[0] == group[2] == group[3] != group[1]


def test_dissolved_equals_union_all():
    shapes, _ = blobs(100, seed=9)
    at_once = shapely.union_all(shapes)
    assert shapely.symmetric_difference(dissolved(shapes), at_once).area < 1e-12 * at_once.area
    assert dissolved(shapes[:0]).is_empty


def test_tiles_of_a_shape_of_many_parts_add_up_and_hold_it_once():
    random = np.random.default_rng(4)
    cell = np.arange(20.0)
    west, south = (grid.ravel() for grid in np.meshgrid(cell, cell))
    islands = shapely.box(west, south, west + random.uniform(0.2, 1.0, 400), south + random.uniform(0.2, 1.0, 400))
    shapes = array(shapely.box(3, 3, 12, 12), shapely.multipolygons(islands), shapely.box(50, 3, 51, 4))
    zone = shapely.box(0.5, 0.5, 18.3, 19.1)
    whole = shapely.intersection(zone, shapely.union_all(shapes))
    for most in (60, 500, 10**9):
        total = 0.0
        for tile in tiles(zone, shapes, most):
            assert tile.index.tolist() == sorted(set(tile.index.tolist()))
            assert shapely.is_valid(tile.shapes).all()
            cut = clipped(tile.zone, tile.shapes)
            total += growth_km2(cut, np.zeros(cut.size, np.int64), 1)[0]
        assert total == pytest.approx(km2(whole)[0], rel=1e-9)
