from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from rasterio import Affine
from rasterio.features import shapes

from biosetu.ecosystems.polygons import dissolved, overlaps, polygon_cells
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.geo.pixels import AreaUnit
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps
from biosetu.problems import DataError, UsageError

MM2 = AreaUnit(6)


def test_cells_of_a_rectangle_are_exact() -> None:
    table = polygon_cells(shapely.box(500, 250, 2500, 1000), OccupancyGrid(), MM2)
    found = {(int(row["x"]), int(row["y"])): int(row["area"]) for row in table}
    assert found == {(0, 0): 375_000 * 10**6, (1, 0): 750_000 * 10**6, (2, 0): 375_000 * 10**6}


def test_cells_of_a_large_shape_with_a_hole_add_up() -> None:
    shape = shapely.Point(3e5, -2e5).buffer(70_000).difference(shapely.Point(3e5, -2e5).buffer(20_300))
    table = polygon_cells(shape, OccupancyGrid(), MM2)
    assert table["area"].sum() / 1e6 == pytest.approx(shape.area, rel=1e-9)
    assert (table["area"] <= 10**12).all()
    assert len(np.unique(table[["x", "y"]])) == len(table)


def test_cells_of_nothing_are_none() -> None:
    assert len(polygon_cells(shapely.Polygon(), OccupancyGrid(), MM2)) == 0


def test_overlaps_and_dissolving() -> None:
    boxes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)], object)
    names, whole = dissolved(boxes, ["b", "b", "a"])
    assert names == ["a", "b"]
    assert whole[1].equals(shapely.box(0, 0, 2, 1))
    first, second, area = overlaps(whole, np.array([shapely.box(0.5, 0, 3, 1)], object))
    assert (first.tolist(), second.tolist(), area.tolist()) == ([1], [0], [1.5])


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", Affine(0.003, 0, 80.0, 0, -0.003, 27.9)),
        ("EPSG:32644", Affine(300, 0, 402_000, 0, -300, 3_300_700)),
    ],
)
@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".shp"])
def test_polygons_and_raster_of_one_map_agree(
    crs: str, transform: Affine, suffix: str, write_map: object, tmp_path: Path
) -> None:
    codes = np.kron(np.random.default_rng(2).integers(1, 4, (8, 9)), np.ones((9, 9), int)).astype(np.uint8)
    raster = write_map("m2000.tif", codes, transform, crs)  # type: ignore[operator]
    parts = [(shapely.geometry.shape(geometry), int(value)) for geometry, value in shapes(codes, transform=transform)]
    frame = gpd.GeoDataFrame({"class": [value for _, value in parts]}, geometry=[part for part, _ in parts], crs=crs)
    path = tmp_path / f"p2000{suffix}"
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    pixels = {row["class"]: row for row in measure_maps([raster], MeasureOptions()).measures.to_pylist()}
    polygons = {row["class"]: row for row in measure_maps([path], MeasureOptions()).measures.to_pylist()}
    assert set(pixels) == set(polygons)
    for code, row in polygons.items():
        assert row["area_km2"] == pytest.approx(pixels[code]["area_km2"], rel=1e-6)
        assert row["eoo_km2"] == pytest.approx(pixels[code]["eoo_km2"], rel=1e-4)
        assert abs(row["aoo_cells"] - pixels[code]["aoo_cells"]) <= 2


def test_change_between_polygon_dates_and_its_transitions(tmp_path: Path) -> None:
    paths = []
    for year, split in ((2000, 6), (2010, 3)):
        boxes = [shapely.box(0, 0, split * 1000, 10_000), shapely.box(split * 1000, 0, 10_000, 10_000)]
        path = tmp_path / f"m{year}.gpkg"
        gpd.GeoDataFrame({"kind": ["forest", "farm"]}, geometry=boxes, crs="ESRI:54034").to_file(path)
        paths.append(path)
    found = measure_maps(paths, MeasureOptions(field="kind"))
    rows = {(row["class"], row["date"]): row for row in found.measures.to_pylist()}
    assert rows["forest", 2010]["change_km2"] == pytest.approx(-30)
    assert found.transitions is not None
    moved = {(row["before"], row["after"]): row["area_km2"] for row in found.transitions.to_pylist()}
    assert moved == {
        ("farm", "farm"): pytest.approx(40),
        ("forest", "farm"): pytest.approx(30),
        ("forest", "forest"): pytest.approx(30),
    }


def test_polygons_without_crs_or_class_are_named(tmp_path: Path) -> None:
    path = tmp_path / "m2000.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        gpd.GeoDataFrame({"a": [1], "b": [2]}, geometry=[shapely.box(0, 0, 1, 1)]).to_file(path)
    with pytest.raises(DataError) as raised:
        measure_maps([path], MeasureOptions())
    assert [problem.code for problem in raised.value.problems] == ["no-crs", "field"]


def test_rasters_and_polygons_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="all as polygons"):
        measure_maps([tmp_path / "a2000.tif", tmp_path / "b2010.gpkg"], MeasureOptions())
