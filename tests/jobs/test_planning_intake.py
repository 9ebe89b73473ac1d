"""A problem from one file that somebody brings; files are hostile."""

import io
import json
import sqlite3
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely

from biosetu.jobs.planning_intake import Bounds, check_vector, take_problem
from biosetu.jobs.planning_pieces import make_pieces, read_pieces, write_pieces
from biosetu.jobs.planning_workbench import describe
from biosetu.problems import DataError

MARXAN = {
    "input/pu.dat": "id,cost,status\n1,1,0\n2,2,2\n3,1,0\n",
    "input/spec.dat": "id,prop,spf,name\n1,0.5,1,forest\n",
    "input/puvspr.dat": "species,pu,amount\n1,1,4\n1,3,4\n",
    "input/bound.dat": "id1,id2,boundary\n1,2,1\n2,3,1\n",
    "input.dat": "BLM 0.5\nINPUTDIR input\n",
}


def frame(count=6, **columns):
    shapes = [shapely.box(84 + n / 10, 27, 84.1 + n / 10, 27.1) for n in range(count)]
    held = {"unit": np.arange(count) + 1, "forest": np.arange(count) * 2.0, "lon": 84.0 + np.arange(count) / 10}
    return gpd.GeoDataFrame(held | columns, geometry=shapes, crs="EPSG:4326")


def archive(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_layer_gives_units_features_locks_areas_and_borders(tmp_path, suffix):
    path = tmp_path / f"units{suffix}"
    frame(locked_in=[True, *[False] * 5], status=None).drop(columns="status").to_file(path)
    opened = take_problem(path, tmp_path / "out")
    held = describe(opened)
    assert (held.units, held.numbers, held.locked_in) == (6, "1-6", "1")
    assert [name for name, *_ in held.features] == ["forest"]
    assert held.features[0][1] == 30.0
    assert held.area_km2 == pytest.approx(6 * 109.9, rel=0.01)
    assert held.borders
    assert opened.loaded.problem.cost == pytest.approx(np.full(6, 109.9), rel=0.01)


def test_table_without_polygons_is_a_problem_without_a_map(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("id;cost;status;forest;birds\n7;1;free;2;0\n9;2;in;3;1\n", encoding="utf-8")
    held = describe(take_problem(path, tmp_path / "out"))
    assert (held.numbers, held.locked_in, held.shapes, held.area_km2) == ("7, 9", "9", False, None)
    assert [(name, total) for name, total, _ in held.features] == [("forest", 5.0), ("birds", 1.0)]


def test_zip_with_the_folder_of_marxan_is_read(tmp_path):
    opened = take_problem(archive(tmp_path / "marxan.zip", MARXAN), tmp_path / "out")
    assert opened.settings["penalty"] == 0.5
    assert opened.loaded.problem.feature == ("forest",)
    assert describe(opened).locked_in == "2"


def test_nothing_but_known_tables_leaves_an_archive(tmp_path):
    hostile = MARXAN | {
        "../../evil.sh": "x",
        "../bound.dat": MARXAN["input/bound.dat"],
        "a/b/pu.exe": "x",
        "x.zip": "PK",
    }
    take_problem(archive(tmp_path / "marxan.zip", hostile), tmp_path / "deep" / "out")
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    names = ("bound.dat", "input.dat", "pu.dat", "puvspr.dat", "spec.dat")
    assert found == [*(f"deep/out/{name}" for name in names), "marxan.zip"]


def test_settings_do_not_lead_out_of_the_folder(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("unit,cost\n1,666\n2,666\n3,666\n", encoding="utf-8")
    files = {
        "units.csv": "unit,cost\n1,1\n2,1\n3,1\n",
        "features.csv": "feature,share\na,0.5\n",
        "amounts.csv": "feature,unit,amount\na,1,1\n",
        "problem.toml": '[files]\nunits = "../secret.csv"\n',
    }
    opened = take_problem(archive(tmp_path / "problem.zip", files), tmp_path / "out")
    assert opened.loaded.problem.cost.tolist() == [1.0, 1.0, 1.0]


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("pu.dat", b"0" * 3_000_000)
    return path


def lying(path):
    """Return an archive whose directory says less than its file holds."""
    archive(path, {"pu.dat": "1" * 4000})
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    return path


def not_an_archive(path):
    path.write_bytes(b"PK\x03\x04" + b"x" * 100)
    return path


@pytest.mark.parametrize(
    ("make", "said"), [(bomb, "unpacks to too much"), (lying, "un|read"), (not_an_archive, "read")]
)
def test_archive_that_is_a_bomb_or_none_is_refused(tmp_path, make, said):
    with pytest.raises(DataError, match=said):
        take_problem(make(tmp_path / "a.zip"), tmp_path / "out", Bounds(unpacked_bytes=1_000_000))


VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
VRT += "</OGRVRTLayer></OGRVRTDataSource>"
PIPELINE = '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}'


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.geojson", VRT), ("a.json", PIPELINE), ("a.gpkg", VRT), ("a.geojson", "[1, 2]"), ("a.geojson", "{" * 3000)],
)
def test_file_that_is_another_format_in_disguise_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="no GeoPackage and no GeoJSON"):
        check_vector(path)


def test_database_that_is_no_geopackage_is_refused(tmp_path):
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as made:
        made.execute("create table t (x)")
    made.close()
    with pytest.raises(DataError):
        take_problem(path, tmp_path / "out")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"forest": [1.0, -2.0, 0, 0, 0, 0]}, "row 3, column forest: an amount is negative"),
        ({"unit": [1, 1, 2, 3, 4, 5]}, "stands twice"),
        ({"cost": [1.0, 2, 3, 4, 5, -1]}, "column cost: below 0"),
    ],
)
def test_values_that_cannot_be_are_told_with_their_row(tmp_path, change, said):
    path = tmp_path / "units.gpkg"
    frame(**change).to_file(path)
    with pytest.raises(DataError, match=said):
        take_problem(path, tmp_path / "out")


def test_points_are_no_planning_units(tmp_path):
    path = tmp_path / "points.gpkg"
    made = frame()
    made.geometry = shapely.points(np.arange(6), np.arange(6))
    made.to_file(path)
    with pytest.raises(DataError, match="row 2: a planning unit is no polygon"):
        take_problem(path, tmp_path / "out")


@pytest.mark.parametrize(
    ("bounds", "said"),
    [(Bounds(units=3), "planning units"), (Bounds(amounts=2), "amounts"), (Bounds(file_bytes=10), "too large")],
)
def test_more_than_the_workbench_takes_is_refused(tmp_path, bounds, said):
    path = tmp_path / "units.gpkg"
    frame().to_file(path)
    with pytest.raises(DataError, match=said):
        take_problem(path, tmp_path / "out", bounds)


def test_file_without_features_is_told(tmp_path):
    path = tmp_path / "units.geojson"
    frame().drop(columns="forest").to_file(path)
    with pytest.raises(DataError, match="there are no features"):
        take_problem(path, tmp_path / "out")


def test_pieces_are_units_or_blocks_that_hold_every_unit_once(tmp_path):
    shapes = np.array([shapely.box(x, y, x + 1, y + 1) for x in range(30) for y in range(20)])
    number = np.arange(600) + 1
    write_pieces(shapes, number, tmp_path)
    each = read_pieces(tmp_path)
    assert (len(each.paths), each.blocks, each.units[7]) == (600, False, [8])
    table = make_pieces(shapes, number, most=100)
    members = table.column("units").to_pylist()
    assert 50 <= len(members) <= 100
    assert sorted(unit for group in members for unit in group) == number.tolist()
    assert read_pieces(tmp_path / "elsewhere") is None


def test_broken_text_is_told(tmp_path):
    path = tmp_path / "units.csv"
    path.write_bytes(io.BytesIO(b"unit,cost\n1,2,3,4\n").getvalue())
    with pytest.raises(DataError):
        take_problem(path, tmp_path / "out")


def test_geojson_of_another_type_is_refused(tmp_path):
    path = tmp_path / "units.geojson"
    path.write_text(json.dumps({"type": "Topology", "objects": {}}), encoding="utf-8")
    with pytest.raises(DataError, match="no GeoJSON"):
        take_problem(path, tmp_path / "out")
