"""What units hold of a raster: sums by hand, by polygons, and by another library, in every kind of values."""

import geopandas as gpd
import numpy as np
import pyarrow.csv as pa_csv
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from rasterio import Affine

from biosetu.cli.main import run
from biosetu.geo.area import areas_km2
from biosetu.jobs import planning_rasters
from biosetu.jobs.planning_folder import open_problem
from biosetu.jobs.planning_rasters import RasterOptions, Values, zonal_amounts
from biosetu.problems import DataError, UsageError

NOTHING = -9999.0


def written(path, values, west=10.0, north=61.0, step=0.1, crs="EPSG:4326", nodata=NOTHING, **more):
    rows, columns = values.shape
    place = {"crs": crs, "transform": Affine(step, 0, west, 0, -step, north), "nodata": nodata}
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype=values.dtype, **place
    ) as out:
        out.write(values, 1)
        for name, value in more.items():
            setattr(out, name, (value,))
    return path


def units(*bounds):
    return np.array([shapely.box(*each) for each in bounds], dtype=object)


GRID = np.arange(200, dtype="float32").reshape(10, 20)
TWO = units((10.0, 60.0, 10.25, 61.0), (11.0, 60.5, 11.95, 60.9))


def test_amounts_in_pixels_are_summed_by_the_part_inside(tmp_path):
    path = written(tmp_path / "carbon.tif", GRID)
    found = zonal_amounts(path, TWO, RasterOptions(Values.PER_PIXEL, unit="t"))
    first = GRID[:, :2].sum() + 0.5 * GRID[:, 2].sum()
    second = GRID[1:5, 10:19].sum() + 0.5 * GRID[1:5, 19].sum()
    assert found.amounts[0] == pytest.approx([first, second], rel=1e-6)
    assert (found.features, found.unit) == (["carbon"], "t")
    assert found.unknown_km2 == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("values", "factor"), [(Values.PER_KM2, 1.0), (Values.PER_HA, 100.0)])
def test_amounts_on_an_area_are_multiplied_by_the_area_on_the_ellipsoid(tmp_path, values, factor):
    path = written(tmp_path / "even.tif", np.full((10, 20), 3.0, "float32"))
    found = zonal_amounts(path, TWO, RasterOptions(values))
    assert found.amounts[0] == pytest.approx(3.0 * factor * areas_km2(TWO), rel=1e-9)


def test_classes_are_held_by_area_and_equal_the_same_classes_as_polygons(tmp_path):
    codes = np.where(GRID % 20 < 12, 1, 7).astype("uint8")
    path = written(tmp_path / "map.tif", codes, nodata=0)
    (tmp_path / "names.csv").write_text("code,name\n1,forest\n7,bog\n", encoding="utf-8")
    found = zonal_amounts(path, TWO, RasterOptions(Values.CLASSES, classes=tmp_path / "names.csv"))
    assert found.features == ["forest", "bog"]
    assert found.unit == "km²"
    west = shapely.intersection(TWO, shapely.box(10.0, 60.0, 11.2, 61.0))
    assert found.amounts[0] == pytest.approx(areas_km2(west), rel=1e-9)
    assert found.amounts.sum(axis=0) == pytest.approx(areas_km2(TWO), rel=1e-9)


def test_two_codes_of_one_name_are_one_feature(tmp_path):
    path = written(tmp_path / "map.tif", np.where(GRID % 20 < 12, 1, 7).astype("uint8"), nodata=0)
    (tmp_path / "names.csv").write_text("code,name\n1,forest\n7,forest\n", encoding="utf-8")
    found = zonal_amounts(path, TWO, RasterOptions(Values.CLASSES, classes=tmp_path / "names.csv"))
    assert found.features == ["forest"]
    assert found.amounts[0] == pytest.approx(areas_km2(TWO), rel=1e-9)


def test_sums_equal_those_of_another_library_over_slanted_units(tmp_path):
    random = np.random.default_rng(4)
    path = written(tmp_path / "carbon.tif", random.uniform(0, 50, (40, 60)).astype("float32"), step=0.02, north=60.8)
    shapes = shapely.buffer(shapely.points(random.uniform(10.2, 11.0, 12), random.uniform(60.2, 60.6, 12)), 0.13)
    frame = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326")
    other = [row["properties"]["sum"] for row in exact_extract(str(path), frame, ["sum"])]
    found = zonal_amounts(path, shapes, RasterOptions(Values.PER_PIXEL))
    assert found.amounts[0] == pytest.approx(other, rel=1e-5)


def test_pixels_without_data_hold_nothing_and_their_area_is_told(tmp_path):
    values = GRID.copy()
    values[:, :2] = NOTHING
    values[0, 2] = np.nan
    values[1, 2] = 999
    path = written(tmp_path / "carbon.tif", values)
    found = zonal_amounts(path, TWO[:1], RasterOptions(Values.PER_PIXEL, nodata=(999,)))
    assert found.amounts[0] == pytest.approx([0.5 * GRID[2:, 2].sum()])
    lost = areas_km2(units((10.0, 60.0, 10.2, 61.0), (10.2, 60.8, 10.25, 61.0))).sum()
    assert found.unknown_km2 == pytest.approx(lost, rel=1e-9)


def test_scale_and_offset_of_the_file_are_applied(tmp_path):
    path = written(tmp_path / "scaled.tif", np.full((10, 20), 30, "int16"), nodata=-1, scales=0.1, offsets=2.0)
    found = zonal_amounts(path, TWO, RasterOptions(Values.PER_KM2))
    assert found.amounts[0] == pytest.approx(5.0 * areas_km2(TWO), rel=1e-9)


def test_windows_do_not_change_the_sums(tmp_path, monkeypatch):
    path = written(tmp_path / "carbon.tif", GRID)
    whole = zonal_amounts(path, TWO, RasterOptions(Values.PER_HA)).amounts
    monkeypatch.setattr(planning_rasters, "BAND_PIXELS", 41)
    assert zonal_amounts(path, TWO, RasterOptions(Values.PER_HA)).amounts == pytest.approx(whole, rel=1e-12)


def test_raster_in_a_projection_gives_the_same_to_its_pixels(tmp_path):
    path = written(
        tmp_path / "utm.tif", np.full((300, 300), 2.0, "float32"), 480_000.0, 6_780_000.0, 500.0, "EPSG:32632"
    )
    shapes = units((9.2, 60.2, 9.9, 60.7), (9.95, 60.3, 10.3, 60.6))
    found = zonal_amounts(path, shapes, RasterOptions(Values.PER_KM2))
    assert found.amounts[0] == pytest.approx(2.0 * areas_km2(shapes), rel=2e-5)


@pytest.mark.parametrize(
    ("values", "options", "told"),
    [
        (GRID - 5, RasterOptions(Values.PER_HA), "amounts below 0 .*'-5'"),
        (np.full((10, 20), NOTHING, "float32"), RasterOptions(Values.PER_HA), "no data within the planning units"),
        (GRID + 0.5, RasterOptions(Values.CLASSES), "holds fractions, not class codes"),
    ],
)
def test_raster_that_cannot_be_used_is_told(tmp_path, values, options, told):
    path = written(tmp_path / "bad.tif", values)
    with pytest.raises(DataError, match=told):
        zonal_amounts(path, TWO, options)


def test_raster_of_another_country_is_told(tmp_path):
    path = written(tmp_path / "far.tif", GRID, west=100.0)
    with pytest.raises(DataError, match="no data within the planning units"):
        zonal_amounts(path, TWO, RasterOptions(Values.PER_HA))


def test_too_many_classes_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(planning_rasters, "MOST_CLASSES", 5)
    path = written(tmp_path / "many.tif", GRID.astype("int32"), nodata=-1)
    with pytest.raises(DataError, match="too many classes"):
        zonal_amounts(path, TWO, RasterOptions(Values.CLASSES))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (RasterOptions(), "say what its values are with --values"),
        (RasterOptions(Values.PER_HA, classes="names.csv"), "--classes names the codes"),
        (RasterOptions(Values.CLASSES, name="x"), "--name and --unit are of an amount"),
        (RasterOptions(Values.CLASSES, unit="t"), "--name and --unit are of an amount"),
    ],
)
def test_what_the_values_are_must_be_said(tmp_path, options, told):
    path = written(tmp_path / "map.tif", GRID)
    with pytest.raises(UsageError, match=told):
        zonal_amounts(path, TWO, options)


@pytest.fixture
def folder(tmp_path):
    outline = tmp_path / "outline.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(10.0, 60.0, 11.0, 60.5)], crs="EPSG:4326").to_file(outline)
    made = tmp_path / "problem"
    assert run(["plan", "units", "--within", str(outline), "--cell-km", "9", "--out", str(made)]) == 0
    return made


def test_command_adds_amounts_with_their_unit_and_says_what_is_unknown(folder, tmp_path, capsys):
    values = np.full((10, 20), 150.0, "float32")
    values[:, :3] = NOTHING
    path = written(tmp_path / "biomass.tif", values)
    options = ["--values", "per-ha", "--name", "carbon", "--unit", "t", "--share", "0.4", "--quiet"]
    assert run(["plan", "features", str(folder), str(path), *options]) == 0
    said = capsys.readouterr().err
    assert "1 features" in said
    assert "amounts [t]" in said
    lost, held = (areas_km2(units(b))[0] for b in ((10.0, 60.0, 10.3, 60.5), (10.3, 60.0, 11.0, 60.5)))
    assert float(said.split("says nothing of ")[1].split(" ")[0]) == pytest.approx(lost, rel=3e-4)
    amounts = pa_csv.read_csv(folder / "amounts.csv").column("amount").to_numpy()
    assert amounts.sum() == pytest.approx(15_000 * held, rel=1e-5)
    opened = open_problem(folder)
    assert opened.loaded.amount_unit == ("t",)
    assert opened.loaded.problem.target == pytest.approx([0.4 * amounts.sum()])


def test_classes_of_a_raster_stand_beside_features_from_polygons(folder, tmp_path):
    codes = np.where(GRID % 20 < 5, 3, 4).astype("uint8")
    path = written(tmp_path / "map.tif", codes, nodata=0)
    layer = tmp_path / "bog.gpkg"
    gpd.GeoDataFrame({"kind": ["bog"]}, geometry=[shapely.box(10.2, 60.1, 10.4, 60.3)], crs="EPSG:4326").to_file(layer)
    assert run(["plan", "features", str(folder), str(path), "--values", "classes", "--quiet"]) == 0
    assert run(["plan", "features", str(folder), str(layer), "--by-column", "kind", "--quiet"]) == 0
    assert run(["plan", "features", str(folder), str(path), "--values", "classes", "--quiet"]) == 0
    opened = open_problem(folder)
    assert sorted(opened.loaded.problem.feature) == ["3", "4", "bog"]
    held = dict(zip(opened.loaded.problem.feature, opened.loaded.problem.amounts.sum(axis=1).tolist(), strict=True))
    expected = areas_km2(units((10.0, 60.0, 10.5, 60.5), (10.5, 60.0, 11.0, 60.5), (10.2, 60.1, 10.4, 60.3)))
    assert [held["3"], held["4"], held["bog"]] == pytest.approx(expected.tolist(), rel=1e-5)
    assert set(opened.loaded.amount_unit) == {"km²"}


def test_column_of_polygons_is_refused_for_a_raster(folder, tmp_path, capsys):
    path = written(tmp_path / "map.tif", GRID)
    assert run(["plan", "features", str(folder), str(path), "--by-column", "kind", "--values", "classes"]) == 2
    assert "--by-column is of polygons" in capsys.readouterr().err
