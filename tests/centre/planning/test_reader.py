"""Reading an upload in a process of its own."""

import json

import numpy as np
import pytest
import rasterio
from rasterio import Affine
from tests.centre.planning.bringing import squares

from biosetu.centre.planning.reader import FEATURES, PROBLEM, PROTECTED, Asked, read_apart, read_here
from biosetu.problems import DataError


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "units.geojson"
    made.write_text(squares(), encoding="utf-8")
    return made


def folder(tmp_path, name):
    made = tmp_path / name / "problem"
    made.mkdir(parents=True)
    return made


def test_reading_apart_gives_what_reading_here_gives(tmp_path, path):
    apart, here = folder(tmp_path, "apart"), folder(tmp_path, "here")
    said = read_apart(path, apart, Asked(PROBLEM))
    assert said == json.loads(json.dumps(read_here(path, here, Asked(PROBLEM))))
    names = ["amounts.csv", "boundaries.csv", "features.csv", "pieces.parquet", "units.parquet"]
    assert sorted(place.name for place in apart.iterdir()) == names


def test_reading_within_too_little_memory_is_refused(tmp_path, path):
    with pytest.raises(DataError, match="too much time or memory"):
        read_apart(path, folder(tmp_path, "a"), Asked(PROBLEM, memory_bytes=300_000_000))


def test_faults_come_back_from_the_process(tmp_path, path):
    path.write_text(squares(**{"2": {"cost": -1.0}}), encoding="utf-8")
    with pytest.raises(DataError, match=r"column cost: below 0"):
        read_apart(path, folder(tmp_path, "a"), Asked(PROBLEM))


def test_layers_are_added_to_the_problem(tmp_path, path):
    place = folder(tmp_path, "a")
    read_here(path, place, Asked(PROBLEM))
    layer = tmp_path / "layer.geojson"
    layer.write_text(squares().replace('"forest": 10.0', '"class": "swamp"').replace('"status"', '"lock"'), "utf-8")
    held = read_here(layer, place, Asked(FEATURES, "class", 0.4))
    (name, total, target) = next(item for item in held["features"] if item[0] == "swamp")
    assert total == pytest.approx(held["area_km2"], rel=1e-6)
    assert target == pytest.approx(0.4 * total)
    held = read_here(layer, place, Asked(PROTECTED, share=0.5))
    assert held["locked_in"] == "1-16"
    assert name == "swamp"


def test_layer_without_the_column_is_told(tmp_path, path):
    place = folder(tmp_path, "a")
    read_here(path, place, Asked(PROBLEM))
    with pytest.raises(DataError, match="no such column"):
        read_here(path, place, Asked(FEATURES, "nothing", 0.4))


def test_layers_are_added_without_a_look_at_files_outside_the_folder(tmp_path, path):
    place = folder(tmp_path, "a")
    read_here(path, place, Asked(PROBLEM))
    (tmp_path / "a" / "secret.csv").write_text("user,password\n", encoding="utf-8")
    (place / "problem.toml").write_text('[files]\nnational = "../secret.csv"\n', encoding="utf-8")
    layer = tmp_path / "layer.geojson"
    layer.write_text(squares().replace('"forest": 10.0', '"class": "swamp"').replace('"status"', '"lock"'), "utf-8")
    held = read_here(layer, place, Asked(FEATURES, "class", 0.4))
    assert "swamp" in [name for name, _, _ in held["features"]]
    assert read_here(layer, place, Asked(PROTECTED, share=0.5))["locked_in"] == "1-16"


def test_table_is_no_layer(tmp_path, path):
    table = tmp_path / "layer.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="not read"):
        read_here(table, folder(tmp_path, "a"), Asked(FEATURES, "a"))


def test_raster_is_read_apart_too(tmp_path, path):
    apart = folder(tmp_path, "apart")
    read_apart(path, apart, Asked(PROBLEM))
    raster = tmp_path / "carbon.tif"
    place = {"crs": "EPSG:4326", "transform": Affine(0.1, 0, 84.0, 0, -0.1, 27.4), "dtype": "float32"}
    with rasterio.open(raster, "w", driver="GTiff", width=4, height=4, count=1, **place) as out:
        out.write(np.arange(16, dtype="float32").reshape(4, 4), 1)
    held = read_apart(raster, apart, Asked(FEATURES, share=0.5, values="per-pixel", name="carbon", unit="t"))
    assert held["features"][-1] == ["carbon", pytest.approx(120.0, rel=1e-6), pytest.approx(60.0, rel=1e-6)]
    assert held["feature_units"][-1] == "t"


def test_raster_that_names_other_files_is_no_geotiff_whatever_its_name(tmp_path, path):
    place = folder(tmp_path, "a")
    read_here(path, place, Asked(PROBLEM))
    disguised = tmp_path / "carbon.tif"
    disguised.write_text('<VRTDataset rasterXSize="4" rasterYSize="4"></VRTDataset>', encoding="utf-8")
    with pytest.raises(DataError, match="this is no GeoTIFF"):
        read_here(disguised, place, Asked(FEATURES, values="per-pixel", name="carbon"))
