import numpy as np
import pytest
import shapely

from biosetu.geo import nearest
from biosetu.geo.nearest import nearest_pairs


def scattered(seed, number=60, width=100.0):
    """Polygons of many kinds that do not overlap: jagged, with holes, with something in a hole, of several parts."""
    random = np.random.default_rng(seed)
    shapes = []
    for x, y in random.uniform(0, width, (number, 2)):
        count = int(random.integers(3, 30))
        angle = np.sort(random.uniform(0, 2 * np.pi, count))
        reach = random.uniform(0.5, 6.0, count)
        shape = shapely.make_valid(
            shapely.Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)]))
        )
        if random.random() < 0.3:
            shape = shapely.difference(shapely.Point(x, y).buffer(4), shapely.Point(x, y).buffer(3))
            shapes.append(shapely.Point(x, y).buffer(1.0))
        shapes.append(shape)
    kept = []
    for shape in shapes:
        if shape.geom_type in ("Polygon", "MultiPolygon") and not any(shape.intersects(other) for other in kept):
            kept.append(shape)
    return np.array([*kept[:-4], shapely.union_all(kept[-4:])], dtype=object)


def by_definition(shapes, within):
    pairs = [(i, j) for i in range(len(shapes)) for j in range(i + 1, len(shapes))]
    return {pair: d for pair in pairs if (d := shapely.distance(shapes[pair[0]], shapes[pair[1]])) <= within}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("within", [0.7, 8.0, 500.0])
def test_pairs_and_distances_are_those_of_the_definition(seed, within):
    shapes = scattered(seed)
    assert (shapely.get_num_geometries(shapes) > 1).any()
    first, second, points = nearest_pairs(shapes, within)
    found = dict(zip(zip(first.tolist(), second.tolist(), strict=True), points, strict=True))
    expected = by_definition(shapes, within)
    assert set(found) == set(expected)
    for pair, ends in found.items():
        assert np.hypot(*(ends[0] - ends[1])) == pytest.approx(expected[pair], rel=1e-9, abs=1e-9)
        for shape, end in zip(pair, ends, strict=True):
            assert shapely.distance(shapes[shape], shapely.Point(end)) < 1e-6


def test_pairs_of_very_many_edges_go_another_way_to_the_same_end(monkeypatch):
    shapes = scattered(1)
    usual = nearest_pairs(shapes, 8.0)
    edges = nearest._edges(shapes, shapely.bounds(shapes))
    monkeypatch.setattr(
        nearest, "_nearest", lambda e, first, second, w: (np.empty((first.size, 4)), np.full(first.size, nearest.MANY))
    )
    other = nearest_pairs(shapes, 8.0)
    assert edges.start[-1] == len(edges.ends)
    for one, two in zip(usual[:2], other[:2], strict=True):
        assert one.tolist() == two.tolist()
    assert np.linalg.norm(usual[2][:, 0] - usual[2][:, 1], axis=1) == pytest.approx(
        np.linalg.norm(other[2][:, 0] - other[2][:, 1], axis=1)
    )


def test_single_shape_has_no_pair():
    first, second, points = nearest_pairs(np.array([shapely.box(0, 0, 1, 1)]), 10.0)
    assert (first.size, second.size, points.shape) == (0, 0, (0, 2, 2))
