"""Maps across the 180th meridian: as polygons however they are written, and cut by zones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer
from rasterio import Affine
from shapely import box

from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps

WriteMap = Callable[..., Path]
SPLIT = [box(179.9, -16.2, 180, -16), box(-180, -16.2, -179.9, -16)]
LEAP = shapely.Polygon([(179.9, -16.2), (-179.9, -16.2), (-179.9, -16), (179.9, -16)])


def in_crs(crs: str, turned: float = 180.1) -> shapely.Polygon:
    """A box about the same place in a projection."""
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform([179.9, turned], [-16.2, -16.0])
    return box(x[0], y[0], x[1], y[1])


def true_km2(shape: shapely.Polygon, crs: str) -> float:
    """The area of a box over the date line on the ellipsoid, its edges straight in its own CRS."""
    fine = shapely.segmentize(shape, 0.001 if crs == "EPSG:4326" else 50)
    x, y = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*shapely.get_coordinates(fine).T)
    return abs(Geod(ellps="WGS84").polygon_area_perimeter(np.where(np.array(x) < 0, np.array(x) + 360, x), y)[0]) / 1e6


def layer(tmp_path: Path, name: str, shapes: list[shapely.Polygon], crs: str, codes: list[str] | None = None) -> Path:
    path = tmp_path / name
    gpd.GeoDataFrame({"class": codes or ["a"] * len(shapes)}, geometry=shapes, crs=crs).to_file(path)
    return path


@pytest.mark.parametrize(
    ("shapes", "crs"),
    [
        (SPLIT, "EPSG:4326"),
        ([box(179.9, -16.2, 180.1, -16)], "EPSG:4326"),
        ([box(-180.1, -16.2, -179.9, -16)], "EPSG:4326"),
        ([LEAP], "EPSG:4326"),
        ([in_crs("EPSG:3832")], "EPSG:3832"),
        ([in_crs("EPSG:32760", -179.9)], "EPSG:32760"),
    ],
)
def test_polygon_over_the_date_line_is_one_patch_of_its_true_area(
    shapes: list[shapely.Polygon], crs: str, write_map: WriteMap, tmp_path: Path
) -> None:
    """Its cells are those of a map of pixels of the same place."""
    whole = shapes[0] if len(shapes) == 1 else box(179.9, -16.2, 180.1, -16)
    (row,) = measure_maps([layer(tmp_path, "m2000.gpkg", shapes, crs)], MeasureOptions()).measures.to_pylist()
    expected = true_km2(in_crs("EPSG:4326") if whole is LEAP else whole, crs)
    assert row["area_km2"] == pytest.approx(expected, rel=2e-6)
    assert row["largest_patch_km2"] == pytest.approx(expected, rel=2e-6)
    assert row["eoo_km2"] == pytest.approx(expected, rel=1e-3)
    pixels = write_map("p2000.tif", np.ones((200, 200), np.uint8), Affine(0.001, 0, 179.9, 0, -0.001, -16))
    (same,) = measure_maps([pixels], MeasureOptions()).measures.to_pylist()
    cells = ("patches", "aoo_cells", "aoo_cells_min")
    assert [row[name] for name in cells] == [same[name] for name in cells]
    assert same["patches"] == 1


def test_polygon_beyond_180_is_measured_as_where_it_is(tmp_path: Path) -> None:
    paths = [layer(tmp_path, f"m{year}.gpkg", [box(west, -16.2, west + 0.2, -16)], "EPSG:4326")
             for year, west in ((2000, 190), (2010, -170))]  # fmt: skip
    found = measure_maps(paths, MeasureOptions())
    first, second = found.measures.to_pylist()
    assert first["area_km2"] == pytest.approx(second["area_km2"], rel=1e-9)
    assert found.transitions is not None
    assert [(row["before"], row["after"]) for row in found.transitions.to_pylist()] == [("a", "a")]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3832"])
def test_zones_cut_at_180_hold_polygons_on_both_sides(crs: str, tmp_path: Path) -> None:
    shape = box(179.9, -16.2, 180.1, -16) if crs == "EPSG:4326" else in_crs(crs)
    zones = layer(tmp_path, "z.gpkg", [box(170, -20, 180, -10), box(-180, -20, -170, -10)], "EPSG:4326", ["W", "E"])
    found = measure_maps([layer(tmp_path, "m2000.gpkg", [shape], crs)], MeasureOptions(by=zones)).measures.to_pylist()
    assert {row["zone"] for row in found} == {"W", "E"}
    assert sum(row["area_km2"] for row in found) == pytest.approx(true_km2(shape, crs), rel=1e-5)


@pytest.mark.parametrize("west", [179.9, -180.1])
def test_zones_cut_at_180_hold_every_pixel_of_a_map_over_it(west: float, write_map: WriteMap, tmp_path: Path) -> None:
    path = write_map("m2000.tif", np.ones((20, 20), np.uint8), Affine(0.01, 0, west, 0, -0.01, -16))
    zones = layer(tmp_path, "z.gpkg", [box(170, -20, 180, -10), box(-180, -20, -170, -10)], "EPSG:4326", ["W", "E"])
    found = measure_maps([path], MeasureOptions(by=zones)).measures.to_pylist()
    assert {row["zone"]: row["pixels"] for row in found} == {"W": 200, "E": 200}


def test_zones_of_0_to_360_degrees_fit_a_map_of_180_to_180(write_map: WriteMap, tmp_path: Path) -> None:
    path = write_map("m2000.tif", np.ones((20, 20), np.uint8), Affine(0.01, 0, -170, 0, -0.01, -16))
    zones = layer(tmp_path, "z.gpkg", [box(189, -20, 191, -10)], "EPSG:4326", ["E"])
    found = measure_maps([path], MeasureOptions(by=zones)).measures.to_pylist()
    assert {row["zone"]: row["pixels"] for row in found} == {"E": 400}
