from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from biosetu.geo.occupancy_grid import OccupancyGrid, PixelCells, Segments
from biosetu.geo.pixels import AreaUnit, PixelGrid

MM2 = AreaUnit(6)
MAPS = {
    "equator": ("EPSG:4326", (0.004, 0, 10.0, 0, -0.004, 0.2)),
    "sixty north": ("EPSG:4326", (0.01, 0, 20.0, 0, -0.005, 60.3)),
    "date line": ("EPSG:4326", (0.01, 0, 179.6, 0, -0.01, -16.0)),
    "UTM": ("EPSG:32644", (270, 0, 250_000, 0, -270, 3_300_000)),
    "UTM across the date line": ("EPSG:32660", (300, 0, 800_000, 0, -300, 8_000_000)),
    "azimuthal at the pole": ("EPSG:3995", (900, 0, -40_000, 0, -900, 40_000)),
    "rotated": ("EPSG:32644", (240, 90, 250_000, 90, -240, 3_300_000)),
    "rotated geographic": ("EPSG:4326", (0.004, 0.001, 10.0, 0.001, -0.004, 45.0)),
    "another datum": ("EPSG:4240", (0.004, 0, 100.0, 0, -0.004, 15.0)),
}


def unfolded(segments: Segments, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Column, row of the cell and area of every pixel."""
    height = len(segments.pointer) - 1
    x, y, area = (np.zeros((height, width), np.int64) for _ in range(3))
    for row in range(height):
        start = 0
        for place in range(segments.pointer[row], segments.pointer[row + 1]):
            stop = segments.end[place]
            x[row, start:stop] = segments.x_index[segments.cell[place]]
            y[row, start:stop] = segments.y_index[segments.cell[place]]
            area[row, start:stop] = segments.area[place] + np.arange(start, stop) * segments.growth[place]
            start = stop
        assert start == width
    np.testing.assert_array_equal(segments.pixel_areas().reshape(height, width), area)
    return x, y, area


def exact_cells(pixels: PixelGrid, crs: str = "ESRI:54034") -> tuple[np.ndarray, np.ndarray]:
    columns, rows = np.meshgrid(np.arange(pixels.width) + 0.5, np.arange(pixels.height) + 0.5)
    x, y = Transformer.from_crs(pixels.crs, crs, always_xy=True).transform(*pixels.coordinates(columns, rows))
    return np.floor(x / 1000).astype(np.int64), np.floor(y / 1000).astype(np.int64)


def geodesic_area(pixels: PixelGrid, column: int, row: int, size: int) -> float:
    steps = np.linspace(0, size, 41)
    zero, full = np.zeros(41), np.full(41, float(size))
    columns = column + np.concatenate([steps, full, steps[::-1], zero])
    rows = row + np.concatenate([zero, steps, full, steps[::-1]])
    lon, lat = Transformer.from_crs(pixels.crs, "OGC:CRS84", always_xy=True).transform(
        *pixels.coordinates(columns, rows)
    )
    return abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0])


@pytest.mark.parametrize("name", MAPS)
def test_segments_give_every_pixel_the_cell_of_its_centre(name: str) -> None:
    crs, transform = MAPS[name]
    pixels = PixelGrid(CRS(crs).to_wkt(), transform, 90, 70)
    x, y, _ = unfolded(PixelCells(pixels, OccupancyGrid(), MM2).rows(0, 70), 90)
    expected_x, expected_y = exact_cells(pixels)
    np.testing.assert_array_equal(x, expected_x)
    np.testing.assert_array_equal(y, expected_y)


@pytest.mark.parametrize("name", MAPS)
def test_segment_areas_are_those_on_the_ellipsoid(name: str) -> None:
    crs, transform = MAPS[name]
    pixels = PixelGrid(CRS(crs).to_wkt(), transform, 96, 64)
    _, _, area = unfolded(PixelCells(pixels, OccupancyGrid(), MM2).rows(0, 64), 96)
    tile = area[:32, 32:64].sum() / 1e6
    tolerance = 1e-4 if name == "another datum" else 2e-7
    assert tile == pytest.approx(geodesic_area(pixels, 32, 0, 32), rel=tolerance)


COARSE = {
    "Web Mercator at 60°": ("EPSG:3857", (500, 0, 2_000_000, 0, -500, 8_400_000)),
    "Web Mercator, 5 km at 40°": ("EPSG:3857", (5_000, 0, 2_000_000, 0, -5_000, 5_000_000)),
    "Web Mercator, 20 km to 80°": ("EPSG:3857", (20_000, 0, -500_000, 0, -20_000, 15_500_000)),
    "UTM, 2 km, two zones off": ("EPSG:32644", (2_000, 0, 1_100_000, 0, -2_000, 3_300_000)),
    "polar stereographic, 5 km": ("EPSG:3995", (5_000, 0, -230_000, 0, -5_000, 150_000)),
    "polar stereographic, off the pole": ("EPSG:3995", (10_000, 0, 1_400_000, 0, -10_000, 900_000)),
    "Lambert conic, turned": ("EPSG:3034", (3_000, 700, 4_000_000, 700, -3_000, 3_000_000)),
}


@pytest.mark.parametrize("name", COARSE)
def test_each_pixel_has_its_own_area_where_the_scale_changes_fast(name: str) -> None:
    crs, transform = COARSE[name]
    pixels = PixelGrid(CRS(crs).to_wkt(), transform, 90, 70)
    _, _, area = unfolded(PixelCells(pixels, OccupancyGrid(), MM2).rows(0, 70), 90)
    for row, column in ((0, 0), (3, 40), (17, 89), (31, 31), (32, 32), (50, 5), (69, 88)):
        assert area[row, column] / 1e6 == pytest.approx(geodesic_area(pixels, column, row, 1), rel=2e-6), (row, column)


@pytest.mark.parametrize("name", ["UTM", "rotated", "equator", "Web Mercator, 20 km to 80°"])
def test_segments_do_not_depend_on_where_a_band_begins(name: str) -> None:
    crs, transform = (MAPS | COARSE)[name]
    cells = PixelCells(PixelGrid(CRS(crs).to_wkt(), transform, 70, 100), OccupancyGrid(), MM2)
    whole = unfolded(cells.rows(0, 100), 70)
    pieces = [unfolded(cells.rows(start, stop), 70) for start, stop in ((0, 7), (7, 61), (61, 100))]
    for part in range(3):
        np.testing.assert_array_equal(whole[part], np.concatenate([piece[part] for piece in pieces]))


def test_cells_on_the_maps_own_grid_follow_its_axes() -> None:
    pixels = PixelGrid(CRS("EPSG:32644").to_wkt(), (250, 0, 500_000, 0, -250, 3_000_000), 8, 8)
    x, y, _ = unfolded(PixelCells(pixels, OccupancyGrid(crs=pixels.crs), MM2).rows(0, 8), 8)
    assert x[0].tolist() == [500, 500, 500, 500, 501, 501, 501, 501]
    assert y[:, 0].tolist() == [2999] * 4 + [2998] * 4


@settings(max_examples=25, deadline=None)
@given(st.floats(-84, 80), st.integers(1, 60), st.floats(20, 3000))
def test_segments_match_exact_transforms_in_any_utm_zone(latitude: float, zone: int, size: float) -> None:
    crs = f"EPSG:{32600 + zone if latitude > 0 else 32700 + zone}"
    forward = Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
    left, top = forward.transform(zone * 6 - 183 + 1.5, latitude)
    pixels = PixelGrid(CRS(crs).to_wkt(), (size, 0, left, 0, -size, top), 50, 40)
    x, y, _ = unfolded(PixelCells(pixels, OccupancyGrid(), MM2).rows(0, 40), 50)
    expected_x, expected_y = exact_cells(pixels)
    np.testing.assert_array_equal(x, expected_x)
    np.testing.assert_array_equal(y, expected_y)


def test_in_metres_refuses_what_is_no_crs() -> None:
    with pytest.raises(ValueError, match="Invalid"):
        _ = OccupancyGrid(crs="nowhere").in_metres
    assert not OccupancyGrid(crs="EPSG:4326").in_metres
