import numpy as np
import pytest
import shapely
from pyproj import Geod

from biosetu.planning.units import make_units, polygon_boundary
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
