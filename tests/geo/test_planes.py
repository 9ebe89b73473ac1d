"""Areas on a plane equal those on the ellipsoid, wherever the polygons lie and in whichever system they come."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from biosetu.geo.area import areas_km2
from biosetu.geo.planes import LONLAT, is_equal_area, middle_crs, plane_of, projected, unwrapped


def boxes(*bounds):
    return np.array([shapely.box(*each) for each in bounds], dtype=object)


@pytest.mark.parametrize(
    ("crs", "kept"),
    [
        ("EPSG:3035", True),
        ("EPSG:6933", True),
        ("ESRI:102022", True),
        ("EPSG:8857", True),  # Equal Earth, Sinusoidal, Bonne: their names do not say so
        ("ESRI:54008", True),
        ("ESRI:54024", True),
        ("ESRI:54009", False),  # Mollweide, Eckert IV, Goode: on a sphere alone
        ("ESRI:54012", False),
        ("ESRI:54052", False),
        ("EPSG:3408", False),
        ("EPSG:2163", False),
        ("+proj=laea +lat_0=28 +lon_0=84 +datum=WGS84 +units=m +type=crs", True),
        ("+proj=laea +lat_0=28 +lon_0=84 +datum=WGS84 +units=km +type=crs", False),
        ("EPSG:32645", False),
        ("EPSG:3857", False),
        (LONLAT, False),
    ],
)
def test_only_projections_that_keep_areas_in_metres_are_measured_as_they_are(crs, kept):
    assert is_equal_area(CRS.from_user_input(crs)) is kept


@pytest.mark.parametrize("crs", ["EPSG:32645", "EPSG:3857", "EPSG:6933", LONLAT])
def test_area_is_that_on_the_ellipsoid_in_every_system(crs):
    degrees = boxes((85.0, 27.0, 85.2, 27.1), (87.0, 60.0, 87.1, 60.3))
    given = degrees
    if crs != LONLAT:
        turn = Transformer.from_crs(LONLAT, crs, always_xy=True)
        dense = shapely.segmentize(degrees, 0.0005)
        given = shapely.transform(dense, lambda p: np.column_stack(turn.transform(*p.T)))
    shapes, plane = plane_of(given, crs)
    assert plane.areas_km2(shapes) == pytest.approx(areas_km2(degrees), rel=3e-7)


@settings(deadline=None, max_examples=30)
@given(
    west=st.floats(-179.9, 179.0),
    south=st.floats(-80, 78),
    wide=st.floats(0.01, 3.0),
    tall=st.floats(0.01, 2.0),
)
def test_layer_laid_on_an_equal_area_plane_keeps_its_area(west, south, wide, tall):
    degrees = boxes((west, south, west + wide, south + tall))
    inside = np.array([unwrapped(shape) for shape in degrees], dtype=object)
    crs = middle_crs(inside[0])
    units = projected(shapely.segmentize(inside, 0.001), crs)
    shapes, plane = plane_of(units, crs)
    laid = plane.laid(inside)
    assert plane.areas_km2(laid) == pytest.approx(areas_km2(degrees), rel=2e-5)
    assert plane.areas_km2(shapes) == pytest.approx(areas_km2(degrees), rel=2e-6)


def test_what_lies_beyond_the_window_is_left_out():
    _, plane = plane_of(boxes((10.0, 40.0, 11.0, 41.0)), LONLAT)
    laid = plane.laid(boxes((-180.0, -90.0, 180.0, 90.0), (100.0, 0.0, 101.0, 1.0)))
    assert laid[1].is_empty
    assert laid[0].bounds == pytest.approx((9.9, 39.9, 11.1, 41.1))
    assert plane.geographic


def test_window_of_a_unit_over_the_date_line_is_no_wider_than_the_unit():
    _, plane = plane_of(boxes((179.0, 0.0, 181.0, 1.0)), LONLAT)
    laid = plane.laid(boxes((-180.0, 0.0, -179.5, 1.0), (-100.0, 0.0, -99.0, 1.0)))
    assert (laid[0].is_empty, laid[1].is_empty) == (False, True)


def test_window_holds_large_units_whose_edges_bend():
    crs = middle_crs(shapely.box(80.0, 50.0, 120.0, 70.0))
    half = 1_500_000.0
    shapes, plane = plane_of(boxes((-half, -half, half, half)), crs)
    north = plane.laid(boxes((0.0, 20.0, 180.0, 89.0)))
    assert shapely.area(shapely.difference(shapes[0], north[0])) < 1e-6 * shapes[0].area


def test_outline_over_the_date_line_becomes_one_piece():
    fiji = shapely.multipolygons([shapely.box(177.0, -18.5, 180.0, -16.5), shapely.box(-180.0, -18.5, -178.0, -16.5)])
    whole = unwrapped(fiji)
    assert whole.geom_type == "Polygon"
    assert whole.bounds == (177.0, -18.5, 182.0, -16.5)
    assert "lon_0=179.5" in middle_crs(fiji)


def test_ring_that_jumps_over_the_date_line_is_taken_as_crossing_it():
    jumping = shapely.Polygon([(179.0, 0.0), (-179.0, 0.0), (-179.0, 1.0), (179.0, 1.0)])
    assert unwrapped(jumping).bounds == (179.0, 0.0, 181.0, 1.0)


def test_outline_round_the_globe_stays_as_it_is():
    ring = shapely.box(-180.0, -85.0, 180.0, -70.0)
    assert unwrapped(ring).equals(ring)


def test_islands_apart_are_not_turned():
    islands = shapely.multipolygons([shapely.box(-60.0, 0.0, -59.0, 1.0), shapely.box(30.0, 0.0, 31.0, 1.0)])
    assert unwrapped(islands).bounds == (-60.0, 0.0, 31.0, 1.0)
