from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely
from rasterio import Affine
from rasterio.features import shapes

from biosetu.ecosystems.polygons import OUTSIDE, apart, dissolved, doubled, overlaps, polygon_cells, within
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.geo.pixels import AreaUnit
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps
from biosetu.problems import DataError, UsageError

WriteMap = Callable[..., Path]
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
    found = list(zip(first.tolist(), second.tolist(), area.tolist(), strict=True))
    assert found == [(1, 0, 1.5), (0, OUTSIDE, 1.0), (1, OUTSIDE, 0.5), (OUTSIDE, 0, 1.0)]


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


def test_cells_of_polygons_are_those_of_the_named_grid_as_of_rasters(tmp_path: Path, write_map: WriteMap) -> None:
    """A square of 20 km on the Lambert grid of Europe: 4 cells of its own; of other grids as many as the raster has."""
    corner = (4_320_000, 2_900_000)
    square = shapely.box(*corner, corner[0] + 20_000, corner[1] + 20_000)
    path = map_of(tmp_path / "m2000.gpkg", {"1": square}, "EPSG:3035")
    raster = write_map(
        "r2000.tif", np.ones((40, 40), np.uint8), Affine(500, 0, corner[0], 0, -500, corner[1] + 20_000), "EPSG:3035"
    )
    areas = set()
    for grid in ("wcea", "map", "EPSG:3035", "EPSG:6933", "EPSG:8857"):
        (row,) = measure_maps([path], MeasureOptions(grid=grid)).measures.to_pylist()
        (same,) = measure_maps([raster], MeasureOptions(grid=grid)).measures.to_pylist()
        assert row["aoo_cells_cumulative"] == same["aoo_cells_cumulative"], grid
        areas.add(row["area_km2"])
        assert row["aoo_cells"] == 4 or grid in ("wcea", "EPSG:6933", "EPSG:8857")
    assert len(areas) == 1
    with pytest.raises(UsageError, match="does not keep areas"):
        measure_maps([path], MeasureOptions(grid="EPSG:32632"))


def test_rasters_and_polygons_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="all as polygons"):
        measure_maps([tmp_path / "a2000.tif", tmp_path / "b2010.gpkg"], MeasureOptions())


def map_of(path: Path, shapes: dict[str, shapely.Geometry], crs: str = "ESRI:54034") -> Path:
    gpd.GeoDataFrame({"class": list(shapes)}, geometry=list(shapes.values()), crs=crs).to_file(path)
    return path


def margins(found: pa.Table, zone: str = "") -> dict[tuple[str, str], float]:
    sums: dict[tuple[str, str], float] = {}
    for row in found.to_pylist():
        for side in ("before", "after"):
            if row[side] is not None and row["zone"] == zone:
                sums[side, row[side]] = sums.get((side, row[side]), 0.0) + row["area_km2"]
    return sums


def test_transitions_of_polygons_add_up_to_both_dates_whatever_lies_outside_the_other(tmp_path: Path) -> None:
    """The later map is shifted and has a class of its own: what lies outside the other map has its row."""
    before = {"a": shapely.box(0, 0, 9_000, 9_000), "b": shapely.Point(15_000, 4_000).buffer(5_000)}
    after = {"a": shapely.box(2_000, -1_000, 8_000, 7_000), "c": shapely.box(8_000, -1_000, 12_000, 6_000)}
    paths = [map_of(tmp_path / f"m{year}.gpkg", shapes) for year, shapes in ((2000, before), (2010, after))]
    found = measure_maps(paths, MeasureOptions())
    areas = {(row["class"], row["date"]): row["area_km2"] for row in found.measures.to_pylist() if row["area_km2"]}
    assert found.transitions is not None
    expected = {("before", code): areas[code, 2000] for code in before} | {
        ("after", code): areas[code, 2010] for code in after
    }
    assert margins(found.transitions) == pytest.approx(expected, rel=1e-9)
    gone = [row["area_km2"] for row in found.transitions.to_pylist() if row["after"] is None]
    assert sum(gone) == pytest.approx(shapely.union_all([*before.values()]).difference(
        shapely.union_all([*after.values()])).area / 1e6, rel=1e-9)  # fmt: skip
    assert not found.warnings


def test_classes_that_overlap_are_told_with_their_area(tmp_path: Path) -> None:
    path = map_of(
        tmp_path / "m2000.gpkg", {"a": shapely.box(0, 0, 9_000, 9_000), "b": shapely.box(8_000, 0, 9_999, 9_000)}
    )
    (warning,) = measure_maps([path], MeasureOptions()).warnings
    assert (warning.code, warning.value) == ("overlap", "9 km²")


def test_later_of_two_zones_has_the_place_and_pieces_have_no_loose_ends() -> None:
    zones = np.array([shapely.box(0, 0, 6, 4), shapely.box(4, 0, 10, 4), shapely.box(5, 0, 5.5, 1)], object)
    names, shapes = apart(zones, ["west", "east", "west"])
    assert names == ["east", "west"]
    assert [shape.area for shape in shapes] == [pytest.approx(23.5), pytest.approx(16.5)]
    assert doubled(shapes) == pytest.approx(0)
    comb = shapely.Polygon([(0, 0), (8, 0), (8, 2), (6, 2), (6, 1), (4, 1), (4, 2), (0, 2)])
    own, zone, pieces = within(np.array([comb], object), np.array([shapely.box(0, 1, 10, 3)], object))
    assert (own.tolist(), zone.tolist()) == ([0], [0])
    assert set(shapely.get_type_id(shapely.get_parts(pieces)).tolist()) == {3}
    assert shapely.area(pieces).tolist() == [6.0]


def test_polygons_by_zone_are_what_a_raster_of_the_same_map_gives_by_zone(write_map: WriteMap, tmp_path: Path) -> None:
    """Two zones that overlap, the later before the earlier, and land in no zone."""
    transform = Affine(500, 0, 0, 0, -500, 20_000)
    codes = {year: np.kron(np.random.default_rng(year).integers(1, 4, (4, 5)), np.ones((10, 10), int)).astype(np.uint8)
             for year in (2000, 2010)}  # fmt: skip
    rasters_, polygons = [], []
    for year, code in codes.items():
        rasters_.append(write_map(f"m{year}.tif", code, transform, "ESRI:54034"))
        parts = [(shapely.geometry.shape(part), int(value)) for part, value in shapes(code, transform=transform)]
        frame = gpd.GeoDataFrame({"class": [v for _, v in parts]}, geometry=[p for p, _ in parts], crs="ESRI:54034")
        frame.to_file(tmp_path / f"p{year}.gpkg")
        polygons.append(tmp_path / f"p{year}.gpkg")
    zones = map_of(tmp_path / "z.gpkg", {"north": shapely.box(0, 8_000, 25_000, 20_000),
                                         "east": shapely.box(15_000, 0, 22_000, 20_000)})  # fmt: skip
    one, other = (measure_maps(paths, MeasureOptions(by=zones)) for paths in (rasters_, polygons))
    assert one.transitions is not None
    assert other.transitions is not None
    found = [{(r["zone"], r["class"], r["date"]): r for r in each.measures.to_pylist()} for each in (one, other)]
    assert set(found[0]) == set(found[1])
    for key, row in found[1].items():
        for column in ("area_km2", "eoo_km2"):
            assert row[column] == pytest.approx(found[0][key][column], rel=1e-6), (key, column)
        assert row["aoo_cells"] == found[0][key]["aoo_cells"]
    for zone in ("north", "east"):
        assert margins(other.transitions, zone) == pytest.approx(margins(one.transitions, zone), rel=1e-6)


def test_polygons_outside_every_zone_are_no_map(tmp_path: Path) -> None:
    path = map_of(tmp_path / "m2000.gpkg", {"a": shapely.box(0, 0, 9_000, 9_000)})
    zones = map_of(tmp_path / "z.gpkg", {"far": shapely.box(5e5, 5e5, 6e5, 6e5)})
    with pytest.raises(DataError, match="holds no data"):
        measure_maps([path], MeasureOptions(by=zones))


@pytest.mark.parametrize("content", ["name,x\na,1\n", ""])
def test_zones_that_are_no_polygons_are_named(content: str, write_map: WriteMap, tmp_path: Path) -> None:
    path = write_map("m2000.tif", np.ones((2, 2), np.uint8), Affine(0.01, 0, 80, 0, -0.01, 28))
    table = tmp_path / "x.csv"
    table.write_text(content)
    with pytest.raises(DataError, match="is no file of polygons"):
        measure_maps([path], MeasureOptions(by=table))


def test_table_without_places_in_a_geopackage_is_named(write_map: WriteMap, tmp_path: Path) -> None:
    import pandas as pd
    import pyogrio

    path = write_map("m2000.tif", np.ones((2, 2), np.uint8), Affine(0.01, 0, 80, 0, -0.01, 28))
    table = tmp_path / "x.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"name": ["a"]}), table)
    with pytest.raises(DataError, match="holds no data"):
        measure_maps([path], MeasureOptions(by=table))


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "shp"])
def test_polygons_without_a_class_are_counted_and_whole_codes_stay_whole(tmp_path: Path, suffix: str) -> None:
    """One empty cell makes a column of whole numbers one of decimals: 1 was 1.0 then, another class than before."""
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(3)]
    for name, codes in (("m2000", [1, 2, 2]), ("m2010", [1, 2, None]), ("m2020", [1.0, 2.0, 2.0])):
        frame = gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs="EPSG:4326")
        path = tmp_path / f"{name}.{suffix}"
        frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    whole, lacking, decimal = (tmp_path / f"{name}.{suffix}" for name in ("m2000", "m2010", "m2020"))
    found = measure_maps([whole, decimal], MeasureOptions())
    assert {(row["class"], row["change_km2"]) for row in found.measures.to_pylist() if row["date"] == 2020} == {
        ("1", 0.0),
        ("2", 0.0),
    }
    with pytest.raises(DataError, match="without a value: 1 of 3"):
        measure_maps([whole, lacking], MeasureOptions())


def test_classes_that_the_table_lacks_and_names_it_shares_are_told(tmp_path: Path) -> None:
    path = map_of(tmp_path / "m2000.gpkg", {"1": shapely.box(0, 0, 1, 1), "7": shapely.box(1, 0, 2, 1)})
    table = tmp_path / "classes.csv"
    table.write_text("code,name\n1.0,Forest\n2,Forest\n", encoding="utf-8")
    found = measure_maps([path], MeasureOptions(classes=table))
    assert {(row["class"], row["name"]) for row in found.measures.to_pylist()} == {("1", "Forest"), ("7", "")}
    told = [(problem.column, str(problem)) for problem in found.warnings if problem.code == "classes"]
    assert [column for column, _ in told] == ["code", "name"]
    assert "1 (7)" in told[0][1]
    assert "Forest: 1, 2" in told[1][1]
