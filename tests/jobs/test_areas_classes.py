"""Classes of a raster against the same classes as polygons: equal within the pixels that outlines share."""

import geopandas as gpd
import numpy as np
import pyarrow.csv as pa_csv
import pytest
import shapely
from rasterio import Affine

from biosetu.cli.main import run
from biosetu.engine.rasters import write_raster

SIZE, PIXEL = (60, 80), 0.01  # rows, columns; degrees
COUNTRY = shapely.Point(84.4, 27.7).buffer(0.27)


def code_at(row, column):
    return 1 + (row // 17 + column // 23) % 3


def polygons_of_classes(west=84.0, north=28.0):
    parts = {}
    for row in range(SIZE[0]):
        for column in range(SIZE[1]):
            x, y = west + column * PIXEL, north - row * PIXEL
            parts.setdefault(code_at(row, column), []).append(shapely.box(x, y - PIXEL, x + PIXEL, y))
    return {str(code): shapely.union_all(boxes) for code, boxes in parts.items()}


@pytest.fixture
def layers(tmp_path):
    random = np.random.default_rng(7)
    sites = [
        shapely.Point(*random.uniform((84, 27.4), (84.8, 28))).buffer(random.uniform(0.02, 0.15)) for _ in range(9)
    ]
    frame = {"SITE_ID": range(9), "STATUS_YR": range(2000, 2009), "SITE_TYPE": ["PA"] * 7 + ["OECM"] * 2}
    gpd.GeoDataFrame(frame, geometry=sites, crs="EPSG:4326").to_file(tmp_path / "WDPA.gpkg")
    gpd.GeoDataFrame({"ISO3": ["NPL"]}, geometry=[COUNTRY], crs="EPSG:4326").to_file(tmp_path / "within.gpkg")
    shapes = polygons_of_classes()
    classes = gpd.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326")
    classes.to_file(tmp_path / "classes.gpkg")
    codes = np.array([[code_at(r, c) for c in range(SIZE[1])] for r in range(SIZE[0])], np.uint8)
    write_raster(tmp_path / "classes.tif", codes, "EPSG:4326", (PIXEL, 0, 84.0, 0, -PIXEL, 28.0), nodata=0)
    return tmp_path


def covered(folder, by, *options, command="coverage"):
    out = folder / "out.csv"
    arguments = ["areas", command, str(folder / "WDPA.gpkg"), "--within", str(folder / "within.gpkg")]
    assert run([*arguments, "--by", str(folder / by), "--out", str(out), "--quiet", *options]) == 0
    return pa_csv.read_csv(out).to_pylist()


def test_raster_classes_equal_polygon_classes_within_the_bound(layers):
    polygons = {(str(row["class"]), row["year"]): row for row in covered(layers, "classes.gpkg")}
    pixels = covered(layers, "classes.tif")
    assert {(str(row["class"]), row["year"]) for row in pixels} == set(polygons)
    for row in pixels:
        exact = polygons[str(row["class"]), row["year"]]
        assert row["area_km2"] == pytest.approx(exact["area_km2"], rel=1e-5)
        assert abs(row["protected_km2"] - exact["protected_km2"]) <= row["error_bound_km2"] + 1e-5 * row["area_km2"]
    assert max(row["error_bound_km2"] for row in pixels) < 0.02 * max(row["protected_km2"] for row in pixels)


def test_projected_raster_is_measured_on_the_ellipsoid(layers):
    codes = np.ones((800, 900), np.uint8)
    codes[:, 450:] = 2
    transform = Affine(100, 0, 190_000, 0, -100, 3_110_000)
    write_raster(layers / "utm.tif", codes, "EPSG:32645", tuple(transform)[:6])
    whole = covered(layers, "utm.tif")
    plain = pa_csv.read_csv(written_plain(layers)).to_pylist()[-1]
    last = [row for row in whole if row["year"] == whole[-1]["year"]]
    assert sum(row["area_km2"] for row in last) == pytest.approx(plain["area_km2"], rel=2e-5)
    apart = sum(row["protected_km2"] for row in last) - plain["protected_km2"]
    assert abs(apart) <= sum(row["error_bound_km2"] for row in last) + 2e-5 * plain["protected_km2"]


def written_plain(folder):
    out = folder / "plain.csv"
    arguments = [str(folder / "WDPA.gpkg"), "--within", str(folder / "within.gpkg"), "--quiet", "--out", str(out)]
    assert run(["areas", "coverage", *arguments]) == 0
    return out


def test_bands_do_not_change_the_result(layers, monkeypatch):
    from biosetu.jobs import areas_classes

    whole = covered(layers, "classes.tif")
    monkeypatch.setattr(areas_classes, "BAND_PIXELS", 7 * SIZE[1])
    parts = covered(layers, "classes.tif")
    assert [row["protected_km2"] for row in parts] == pytest.approx([row["protected_km2"] for row in whole], rel=1e-9)


def test_pixels_without_data_belong_to_no_class(layers):
    codes = np.zeros(SIZE, np.uint8)
    codes[20:40] = 5
    write_raster(layers / "some.tif", codes, "EPSG:4326", (PIXEL, 0, 84.0, 0, -PIXEL, 28.0), nodata=0)
    assert {row["class"] for row in covered(layers, "some.tif")} == {5}


def test_class_names_and_the_gap_table(layers):
    (layers / "names.csv").write_text("code,name\n1,forest\n2,marsh\n", encoding="utf-8")
    rows = covered(layers, "classes.tif", "--classes", str(layers / "names.csv"), command="representation")
    assert [row["feature"] for row in rows] == ["3", "forest", "marsh"]
    assert all(0 <= row["achieved_percent"] <= 100 for row in rows)


@pytest.mark.parametrize(("crs", "corner"), [("EPSG:4326", (10.0, 50.0)), ("EPSG:32633", (500_000.0, 5_000_000.0))])
def test_raster_elsewhere_is_refused(layers, capfd, crs, corner):
    write_raster(layers / "far.tif", np.ones((10, 10), np.uint8), crs, (0.01, 0, corner[0], 0, -0.01, corner[1]))
    arguments = [str(layers / "WDPA.gpkg"), "--within", str(layers / "within.gpkg"), "--by", str(layers / "far.tif")]
    assert run(["areas", "coverage", *arguments, "--quiet"]) == 1
    assert "no class lies within the areas" in capfd.readouterr().err
