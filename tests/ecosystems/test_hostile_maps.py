"""Awkward and hostile maps through the command: named and refused with exit code 1, or measured right."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from rasterio import Affine
from shapely import LineString, Point, Polygon, box

from biosetu.cli import main
from biosetu.engine.cells import read_cells

WriteMap = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("home")
PLACE = Affine(0.01, 0, 80, 0, -0.01, 28)
UTM = "EPSG:32644"
ONES = np.ones((4, 4), np.uint8)
VRT = (
    '<VRTDataset rasterXSize="4" rasterYSize="4"><SRS>EPSG:4326</SRS>'
    "<GeoTransform>80,0.01,0,28,0,-0.01</GeoTransform>"
    '<VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
    '<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename><SourceBand>1</SourceBand>'
    "</SimpleSource></VRTRasterBand></VRTDataset>"
)

# values, place, CRS, more of the file, what is said
REFUSED: dict[str, tuple[object, Affine, str | None, dict[str, object], str]] = {
    "beyond the north pole": (np.ones((400, 4), np.uint8), Affine(0.01, 0, 80, 0, -0.01, 92), "EPSG:4326", {},
                              "beyond a pole ('x 80 to 80.04, y 88 to 92')"),
    "beyond the south pole": (np.ones((400, 4), np.uint8), Affine(0.01, 0, 80, 0, -0.01, -88), "EPSG:4326", {},
                              "beyond a pole"),
    "turned beyond the pole": (ONES, Affine(1, 1, 80, 1, -1, 89), "EPSG:4326", {}, "beyond a pole"),
    "more than once around": (np.ones((2, 361), np.uint8), Affine(1, 0, -180, 0, -1, 1), "EPSG:4326", {},
                              "more than once around the globe"),
    "nowhere on Earth": (ONES, Affine(30, 0, 5e9, 0, -30, 9e9), UTM, {}, "lies nowhere on Earth"),
    "fractions": (np.array([[1.5, 2]], np.float32), PLACE, "EPSG:4326", {}, "holds fractions, not class codes ('1.5')"),
    "complex numbers": (np.array([[1 + 1j]], np.complex64), PLACE, "EPSG:4326", {}, "holds complex numbers"),
    "a code beyond 2^31": (np.array([[2**40, 2]], np.uint64), PLACE, "EPSG:4326", {}, "has a class code too large"),
    "a code beyond -2^31": (np.array([[-(2**40), 2]], np.int64), PLACE, "EPSG:4326", {}, "has a class code too large"),
    "no CRS": (ONES, PLACE, None, {}, "has no coordinate reference system"),
    "a CRS without place": (ONES, PLACE, 'LOCAL_CS["x",UNIT["m",1]]', {}, "has a CRS without place on Earth"),
    "no position": (ONES, Affine.identity(), "EPSG:4326", {}, "does not say where its pixels lie"),
    "a corner that is no number": (ONES, Affine(float("nan"), 0, 80, 0, -0.01, 28), "EPSG:4326", {},
                                   "does not say where its pixels lie"),
    "several bands": (np.ones((2, 3, 3), np.uint8), PLACE, "EPSG:4326", {}, "has several bands"),
    "no data at all": (np.zeros((3, 3), np.uint8), PLACE, "EPSG:4326", {"nodata": 0}, "holds no data"),
    "no number at all": (np.full((3, 3), np.nan, np.float32), PLACE, "EPSG:4326", {}, "holds no data"),
}  # fmt: skip


def run(*arguments: object) -> int:
    return main.run(["ecosystems", "measure", *map(str, arguments), "--quiet"])


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(*arguments) == main.DATA_PROBLEMS
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.out == ""
    return said.err


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_map_that_would_give_a_wrong_number_is_refused(
    case: str, write_map: WriteMap, capsys: pytest.CaptureFixture[str]
) -> None:
    values, place, crs, profile, message = REFUSED[case]
    path = write_map("m2000.tif", values, place, crs, **profile)
    said = refused(capsys, path)
    assert message in said
    assert said.startswith(str(path))


FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("m2000.tif", b"", "is empty (0 bytes)"),
    "three bytes": ("m2000.tif", b"II*", "is no GeoTIFF"),
    "a header alone": ("m2000.tif", b"II*\0\x08\0\0\0", "cannot be read as a raster"),
    "a header of big-endian rubbish": ("m2000.tif", b"MM\0*" + b"\xff" * 500, "cannot be read as a raster"),
    "text": ("m2000.tif", b"hello", "is no GeoTIFF"),
    "a picture": ("m2000.tif", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "is no GeoTIFF"),
    "a VRT outside": ("m2000.vrt", VRT.format(relative=0, source="/etc/passwd").encode(), "points outside its folder"),
    "a VRT above": ("m2000.vrt", VRT.format(relative=1, source="../m.tif").encode(), "points outside its folder"),
    "a VRT of the net": ("m2000.vrt", VRT.format(relative=0, source="/vsicurl/http://x/y.tif").encode(), "points out"),
    "a VRT called TIFF": ("m2000.tif", VRT.format(relative=0, source="/etc/passwd").encode(), "points outside"),
    "a VRT that is no XML": ("m2000.vrt", b"<VRTDataset", "is no valid VRT"),
    "a VRT with entities": ("m2000.vrt", b'<VRT><!DOCTYPE a [<!ENTITY b "c">]></VRT>', "is no valid VRT"),
    "an empty GeoPackage": ("m2000.gpkg", b"", "is empty (0 bytes)"),
    "a GeoPackage cut": ("m2000.gpkg", b"SQLite format 3\0" + b"\0" * 84, "cannot be read as polygons"),
    "a list of other files called GeoPackage": ("m2000.gpkg", b"<OGRVRTDataSource/>", "is no gpkg file"),
    "text called GeoJSON": ("m2000.geojson", b"hello", "is no geojson file"),
    "JSON that is no GeoJSON": ("m2000.geojson", b'{"a": 1}', "cannot be read as polygons"),
    "rubbish called Parquet": ("m2000.parquet", b"PAR1rubbish", "cannot be read as polygons"),
}


@pytest.mark.parametrize("case", FILES)
def test_file_that_is_no_map_is_named(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, content, message = FILES[case]
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / name
    path.write_bytes(content)
    said = refused(capsys, path)
    assert message in said
    assert str(path) in said


@pytest.mark.parametrize("length", [20, 200, 2_000, 60_000])
def test_truncated_map_is_refused_wherever_it_is_cut(
    length: int, write_map: WriteMap, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(1).integers(1, 255, (300, 300)).astype(np.uint8)
    path = write_map("m2000.tif", noise, PLACE, tiled=True, blockxsize=64, blockysize=64, compress="deflate")
    path.write_bytes(path.read_bytes()[:length])
    assert str(path) in refused(capsys, path)


def measured(capsys: pytest.CaptureFixture[str], tmp_path: Path, *arguments: object) -> list[dict[str, str]]:
    out = tmp_path / "out.csv"
    assert run(*arguments, "--out", out) == 0, capsys.readouterr().err
    rows: list[dict[str, str]] = read_cells(out).to_pylist()
    return rows


# values by class that are measured right: file type, place and CRS differ
HANDLED: dict[str, tuple[object, Affine, str, dict[str, object], dict[str, int]]] = {
    "signed bytes": (np.array([[-3, 2], [2, 2]], np.int8), PLACE, "EPSG:4326", {}, {"-3": 1, "2": 3}),
    "unsigned 64-bit": (np.array([[3, 2], [2, 2]], np.uint64), PLACE, "EPSG:4326", {}, {"3": 1, "2": 3}),
    "whole numbers as floats": (np.array([[1, np.nan], [7, 7]], np.float64), PLACE, "EPSG:4326", {}, {"1": 1, "7": 2}),
    "infinity is no class": (np.array([[1, np.inf], [-np.inf, 7]], np.float32), PLACE, "EPSG:4326", {},
                             {"1": 1, "7": 1}),
    "one pixel": (np.array([[7]], np.uint8), PLACE, "EPSG:4326", {}, {"7": 1}),
    "negative nodata": (np.array([[-1, 4]], np.int16), PLACE, "EPSG:4326", {"nodata": -1}, {"4": 1}),
    "south up": (ONES, Affine(0.01, 0, 80, 0, 0.01, 28), "EPSG:4326", {}, {"1": 16}),
    "turned": (ONES, Affine(30, 10, 5e5, 10, -30, 3e6), UTM, {}, {"1": 16}),
    "in gradians": (ONES, PLACE, "EPSG:4807", {}, {"1": 16}),
    "in feet": (ONES, Affine(100, 0, 2e6, 0, -100, 5e5), "EPSG:2264", {}, {"1": 16}),
    "0 to 360 degrees": (np.ones((2, 720), np.uint8), Affine(0.5, 0, 0, 0, -0.5, 0.5), "EPSG:4326", {}, {"1": 1440}),
    "centres on the poles": (np.ones((181, 4), np.uint8), Affine(1, 0, 0, 0, -1, 90.5), "EPSG:4326", {}, {"1": 724}),
    "the corners of a world map": (np.ones((90, 180), np.uint8), Affine(2e5, 0, -1.8e7, 0, -2e5, 9e6), "ESRI:54009",
                                   {}, {"1": 12780}),
}  # fmt: skip


@pytest.mark.parametrize("case", HANDLED)
def test_awkward_map_is_measured_right(
    case: str, write_map: WriteMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values, place, crs, profile, expected = HANDLED[case]
    rows = measured(capsys, tmp_path, write_map("m2000.tif", values, place, crs, **profile))
    assert {row["class"]: int(row["pixels"]) for row in rows} == expected


def test_area_is_the_same_whatever_unit_and_direction_the_map_has(
    write_map: WriteMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A square of 0.04°: as it is, south up, turned by half a turn."""
    ring = ([80, 80.04, 80.04, 80], [27.96, 27.96, 28.0, 28.0])
    expected = abs(Geod(ellps="WGS84").polygon_area_perimeter(*ring)[0]) / 1e6
    for place in (PLACE, Affine(0.01, 0, 80, 0, 0.01, 27.96), Affine(-0.01, 0, 80.04, 0, 0.01, 27.96)):
        (row,) = measured(capsys, tmp_path, write_map("m2000.tif", ONES, place))
        assert float(row["area_km2"]) == pytest.approx(expected, rel=1e-6)


def test_world_map_has_the_area_of_the_earth_between_its_corners(
    write_map: WriteMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an equal-area world projection the pixels outside the outline of the globe have no area."""
    codes = np.ones((92, 182), np.uint8)
    (row,) = measured(
        capsys, tmp_path, write_map("m2000.tif", codes, Affine(2e5, 0, -1.82e7, 0, -2e5, 9.2e6), "ESRI:54009")
    )
    assert float(row["area_km2"]) == pytest.approx(510_065_622, rel=0.02)


def test_two_nodata_codes_and_nodata_that_differs_by_date(
    write_map: WriteMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = write_map("m2000.tif", np.array([[0, 1, 254, 255]], np.uint8), PLACE, nodata=255)
    second = write_map("m2010.tif", np.array([[0, 1, 254, 255]], np.uint8), PLACE, nodata=0)
    rows = measured(capsys, tmp_path, first, second, "--nodata", 254, "--nodata", 0)
    found = {(row["class"], row["date"]): int(row["pixels"]) for row in rows}
    assert found == {("1", "2000"): 1, ("1", "2010"): 1, ("255", "2000"): 0, ("255", "2010"): 1}


def test_second_date_without_data_is_no_loss_of_everything(
    write_map: WriteMap, capsys: pytest.CaptureFixture[str]
) -> None:
    first = write_map("m2000.tif", ONES, PLACE, nodata=0)
    second = write_map("m2010.tif", ONES * 0, PLACE, nodata=0)
    said = refused(capsys, first, second)
    assert said.startswith(f"{second}: holds no data")


def test_data_at_one_date_alone_is_told(
    write_map: WriteMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = ONES.copy()
    half[:2] = 0
    paths = [write_map(f"m{y}.tif", v, Affine(1000, 0, 0, 0, -1000, 0), "ESRI:54034", nodata=0)
             for y, v in ((2000, ONES), (2010, half))]  # fmt: skip
    arguments = ["ecosystems", "measure", *map(str, paths), "--out", str(tmp_path / "o.csv")]
    assert main.run(arguments) == 0
    assert "do not have data in the same places ('8 km²')" in capsys.readouterr().err


def test_vrt_of_maps_in_its_own_folder_is_measured(
    write_map: WriteMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_map("part.tif", ONES, PLACE)
    mosaic = tmp_path / "m2000.vrt"
    mosaic.write_text(VRT.format(relative=1, source="part.tif"))
    (row,) = measured(capsys, tmp_path, mosaic)
    assert (row["class"], row["pixels"]) == ("1", "16")


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("shapes", "crs", "message"),
    [
        ([Point(0, 0)], "EPSG:4326", "holds points or lines"),
        ([LineString([(0, 0), (1, 1)])], "EPSG:4326", "holds points or lines"),
        ([box(0, 0, 1, 1)], None, "has no coordinate reference system"),
        ([box(80, 85, 81, 95)], "EPSG:4326", "lies beyond a pole"),
        ([box(5e9, 5e9, 6e9, 6e9)], UTM, "lies nowhere on Earth"),
        ([Polygon()], "EPSG:4326", "holds no data"),
    ],
    ids=["points", "lines", "no CRS", "beyond a pole", "nowhere", "no polygon"],
)
def test_polygons_that_cannot_be_measured_are_refused(
    shapes: list[object], crs: str | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m2000.gpkg"
    gpd.GeoDataFrame({"class": ["a"] * len(shapes)}, geometry=shapes, crs=crs).to_file(path)
    assert message in refused(capsys, path)


def test_polygons_that_cross_themselves_are_mended_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bow tie of two triangles has the area of both."""
    bow = Polygon([(0, 0), (10_000, 10_000), (10_000, 0), (0, 10_000)])
    path = tmp_path / "m2000.gpkg"
    gpd.GeoDataFrame({"class": ["a"]}, geometry=[bow], crs="ESRI:54034").to_file(path)
    (row,) = measured(capsys, tmp_path, path)
    assert float(row["area_km2"]) == pytest.approx(50.0, rel=1e-9)


@pytest.mark.parametrize("command", ["measure", "assess", "index", "extent", "severity", "collapse", "suggest"])
def test_every_command_says_in_arabic_what_is_wrong(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ("m2000.tif" if command == "measure" else "table.csv")
    path.write_text("" if command == "measure" else "wrong\n1\n")
    assert main.run(["ecosystems", command, str(path), "--lang", "ar", "--out", str(tmp_path / "o.csv")]) == 1
    said = capsys.readouterr().err
    assert not re.search(r"\b(the|is|has|lacks|holds|neither|give|name|use|columns?)\b", said, re.IGNORECASE), said
    assert re.search(r"[\u0620-\u064a]{4}", said)
