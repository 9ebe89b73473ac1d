import numpy as np
import pytest
import shapely
from pyproj import Geod

from biosetu.geo.area import areas_km2
from biosetu.geo.planes import plane_of
from biosetu.planning.units import divided, make_units, overlaps, polygon_boundary
from biosetu.problems import UsageError

OUTLINE = shapely.box(84.0, 27.0, 85.0, 28.0)


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_units_cover_the_outline_once(shape):
    units = make_units(OUTLINE, 7.0, shape)
    dense = shapely.segmentize(OUTLINE, 0.01)
    geodesic = abs(Geod(ellps="WGS84").geometry_area_perimeter(dense)[0]) / 1e6
    assert units.area_km2.sum() == pytest.approx(geodesic, rel=2e-5)
    assert shapely.area(shapely.union_all(units.polygons)) / 1e6 == pytest.approx(units.area_km2.sum(), rel=1e-9)


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_full_units_have_the_area_of_the_square(shape):
    units = make_units(OUTLINE, 7.0, shape)
    assert np.median(units.area_km2) == pytest.approx(49.0, rel=1e-6)
    assert units.area_km2.max() == pytest.approx(49.0, rel=1e-6)


def pairs_of(boundary):
    triples = zip(boundary.first.tolist(), boundary.second.tolist(), boundary.length.tolist(), strict=True)
    return {(min(a, b), max(a, b)): length for a, b, length in triples if length > 1e-6}


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_borders_equal_those_found_by_geometry_alone(shape):
    units = make_units(OUTLINE, 9.0, shape)
    general = polygon_boundary(units.polygons)
    ours, theirs = pairs_of(units.boundary), pairs_of(general)
    assert ours.keys() == theirs.keys()
    assert [ours[key] for key in sorted(ours)] == pytest.approx([theirs[key] for key in sorted(ours)], abs=1e-5)
    outline = units.boundary.exposed.sum()
    assert outline == pytest.approx(shapely.length(shapely.union_all(units.polygons)) / 1000, rel=1e-4)


def test_units_at_high_latitude_keep_their_area():
    units = make_units(shapely.box(20.0, 79.0, 22.0, 79.5), 2.0)
    assert np.median(units.area_km2) == pytest.approx(4.0, rel=1e-6)


def test_cell_size_of_zero_is_refused():
    with pytest.raises(UsageError):
        make_units(OUTLINE, 0.0)


@pytest.mark.parametrize("size", [float("nan"), float("inf"), -1.0])
def test_cell_size_that_is_none_is_refused(size):
    with pytest.raises(UsageError):
        make_units(OUTLINE, size)


def test_outline_without_area_is_refused():
    with pytest.raises(UsageError, match="no area"):
        make_units(shapely.LineString([(0, 0), (1, 1)]), 5.0)


FIJI = shapely.multipolygons([shapely.box(179.0, -18.0, 180.0, -17.0), shapely.box(-180.0, -18.0, -179.0, -17.0)])


@pytest.mark.parametrize("shape", ["square", "hexagon"])
@pytest.mark.parametrize(
    "outline", [FIJI, shapely.Polygon([(179, -18), (-179, -18), (-179, -17), (179, -17)])], ids=["cut", "jumping"]
)
def test_units_over_the_date_line_are_those_of_the_same_box_elsewhere(shape, outline):
    here = make_units(outline, 12.0, shape)
    there = make_units(shapely.box(79.0, -18.0, 81.0, -17.0), 12.0, shape)
    assert here.area_km2.size == there.area_km2.size
    assert here.area_km2.sum() == pytest.approx(there.area_km2.sum(), rel=1e-9)
    assert np.sort(here.area_km2) == pytest.approx(np.sort(there.area_km2), rel=1e-6)
    assert here.boundary.exposed.sum() == pytest.approx(there.boundary.exposed.sum(), rel=1e-6)
    assert here.boundary.length.sum() == pytest.approx(there.boundary.length.sum(), rel=1e-6)
    assert here.area_km2.sum() == pytest.approx(areas_km2(np.array([FIJI]))[0], rel=1e-5)


@pytest.mark.parametrize("south", [0.0, 30.0, 60.0, 78.0])
def test_overlaps_in_degrees_are_areas_on_the_ellipsoid(south):
    units = np.array([shapely.box(10.0 + k, south, 11.0 + k, south + 1) for k in range(3)], dtype=object)
    layer = np.array([shapely.box(10.5, south, 12.25, south + 0.5)], dtype=object)
    shapes, plane = plane_of(units, "EPSG:4326")
    unit, which, area = overlaps(shapes, plane.laid(layer), plane)
    expected = [areas_km2(np.array([shapely.box(*b)]))[0] for b in (
        (10.5, south, 11, south + 0.5), (11, south, 12, south + 0.5), (12, south, 12.25, south + 0.5)
    )]  # fmt: skip
    assert unit.tolist() == [0, 1, 2]
    assert which.tolist() == [0, 0, 0]
    assert area == pytest.approx(expected, rel=1e-12)


WEST, EAST = shapely.box(84.0, 27.0, 84.53, 28.0), shapely.box(84.53, 27.0, 85.0, 28.0)


def of_two(shape="square", cell_km=9.0, outlines=(WEST, EAST)):
    whole = make_units(shapely.union_all(outlines), cell_km, shape)
    return whole, *divided(whole, np.array(outlines, dtype=object))


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_unit_on_a_border_becomes_one_of_each_party_with_its_part_of_the_area(shape):
    whole, units, owner = of_two(shape)
    truth = areas_km2(np.array([WEST, EAST], dtype=object))
    assert np.bincount(owner, units.area_km2) == pytest.approx(truth, rel=2e-5)
    cell = list(zip(units.row.tolist(), units.column.tolist(), strict=True))
    before = dict(zip(zip(whole.row.tolist(), whole.column.tolist(), strict=True), whole.area_km2, strict=True))
    after = dict.fromkeys(before, 0.0)
    for place, area in zip(cell, units.area_km2.tolist(), strict=True):
        after[place] += area
    assert after == pytest.approx(before, rel=1e-6)
    cut = [place for place in before if cell.count(place) > 1]
    assert len(cut) in range(12, 30)  # 111 km of border through cells of 9 km
    assert shapely.area(shapely.intersection_all(units.polygons[[0, -1]])) == 0


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_pieces_of_a_cut_unit_share_the_border_between_them(shape):
    _, units, owner = of_two(shape)
    edges = units.boundary
    across = owner[edges.first] != owner[edges.second]
    border = Geod(ellps="WGS84").inv(84.53, 27.0, 84.53, 28.0)[2] / 1000
    assert edges.length[across].sum() == pytest.approx(border, rel=1e-3)
    # what is not shared is the outline of all, as before: no side of a cell is lost where a border crosses it
    assert edges.exposed.sum() == pytest.approx(of_two(shape)[0].boundary.exposed.sum(), rel=1e-4)


def test_place_of_two_outlines_counts_once_for_the_first():
    overlapping = shapely.box(84.4, 27.0, 85.0, 28.0)
    for outlines, first in (((WEST, overlapping), WEST), ((overlapping, WEST), overlapping)):
        _, units, owner = of_two(outlines=outlines)
        truth = areas_km2(np.array([first, shapely.box(84.0, 27.0, 85.0, 28.0)], dtype=object))
        assert np.bincount(owner, units.area_km2)[0] == pytest.approx(truth[0], rel=2e-5)
        assert units.area_km2.sum() == pytest.approx(truth[1], rel=2e-5)


def test_three_parties_at_one_corner_over_the_date_line():
    outlines = (shapely.box(178.0, -1, 180.0, 1), shapely.box(-180.0, 0, -178.0, 1), shapely.box(-180.0, -1, -178.0, 0))
    _, units, owner = of_two(cell_km=30.0, outlines=outlines)
    truth = areas_km2(np.array(outlines, dtype=object))
    assert np.bincount(owner, units.area_km2) == pytest.approx(truth, rel=1e-4)
