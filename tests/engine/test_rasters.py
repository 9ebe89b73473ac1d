"""Awkward and hostile rasters: named and refused, or handled; never a wrong number."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from biosetu.engine.rasters import MISSING, RasterStack, nodata_codes, open_stack, read_band
from biosetu.problems import DataError, Severity

PLACE = Affine(0.01, 0, 80, 0, -0.01, 28)


def write(path: Path, array: Any, transform: Affine = PLACE, crs: str | None = "EPSG:4326", **profile: Any) -> Path:
    layers = np.asarray(array)
    layers = layers if layers.ndim == 3 else layers[None]
    options = {"driver": "GTiff", "count": len(layers), "height": layers.shape[1], "width": layers.shape[2]}
    options |= {"dtype": layers.dtype, "crs": crs, "transform": transform}
    with rasterio.open(path, "w", **{**options, **profile}) as data:
        data.write(layers)
    return path


def codes_of(*paths: Path, **options: Any) -> tuple[RasterStack, list[np.ndarray]]:
    stack = open_stack(paths, **options)
    return stack, read_band(stack, 0, stack.grid.height)


def problem_codes(*paths: Path, **options: Any) -> list[str]:
    with pytest.raises(DataError) as raised:
        codes_of(*paths, **options)
    assert all(problem.remedy and problem.file for problem in raised.value.problems)
    return [problem.code for problem in raised.value.problems]


def test_whole_numbers_in_a_float_raster_are_read_as_classes(tmp_path: Path) -> None:
    path = write(tmp_path / "f.tif", np.array([[1, np.nan], [-3, 9999]], np.float32), nodata=9999)
    stack, (codes,) = codes_of(path)
    assert codes.tolist() == [[1, MISSING], [-3, MISSING]]
    assert MISSING in nodata_codes(stack)[0]


def test_fractions_in_a_class_raster_are_refused(tmp_path: Path) -> None:
    assert problem_codes(write(tmp_path / "f.tif", np.array([[1.5]], np.float32))) == ["float-classes"]


def test_codes_beyond_32_bits_are_refused(tmp_path: Path) -> None:
    assert problem_codes(write(tmp_path / "f.tif", np.array([[2**31]], np.uint32))) == ["code-range"]
    assert problem_codes(write(tmp_path / "g.tif", np.array([[1e12]], np.float64))) == ["code-range"]


def test_missing_crs_position_and_bands_are_named(tmp_path: Path) -> None:
    assert problem_codes(write(tmp_path / "a.tif", np.ones((2, 2), np.uint8), crs=None)) == ["no-crs"]
    assert problem_codes(write(tmp_path / "b.tif", np.ones((2, 2, 2), np.uint8))) == ["bands"]
    assert problem_codes(write(tmp_path / "c.tif", np.ones((2, 2), np.uint8)), band=3) == ["bands"]


def test_one_of_several_bands_is_read_when_named(tmp_path: Path) -> None:
    path = write(tmp_path / "b.tif", np.array([[[1]], [[2]]], np.uint8))
    assert codes_of(path, band=2)[1][0].tolist() == [[2]]


def test_nodata_may_differ_between_dates_and_be_several_codes(tmp_path: Path) -> None:
    first = write(tmp_path / "a.tif", np.array([[0, 1]], np.uint8), nodata=0)
    second = write(tmp_path / "b.tif", np.array([[255, 1]], np.uint8), nodata=255)
    stack, _ = codes_of(first, second, nodata=(7,))
    assert nodata_codes(stack) == (frozenset({0, 7, MISSING}), frozenset({255, 7, MISSING}))


def test_an_internal_mask_hides_pixels(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[1, 2]], np.uint8))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as data:
        data.write_mask(np.array([[True, False]]))
    assert codes_of(path)[1][0].tolist() == [[1, MISSING]]


def test_empty_truncated_and_foreign_files_are_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.tif"
    empty.touch()
    assert problem_codes(empty) == ["empty"]
    whole = write(tmp_path / "whole.tif", np.random.default_rng(1).integers(0, 255, (400, 400)).astype(np.uint8))
    cut = tmp_path / "cut.tif"
    cut.write_bytes(whole.read_bytes()[:50_000])
    assert problem_codes(cut)[0] in {"damaged", "unreadable"}
    text = tmp_path / "text.tif"
    text.write_text("not a raster")
    assert problem_codes(text) == ["not-tiff"]
    assert problem_codes(tmp_path / "absent.tif") == ["missing"]


VRT = """<VRTDataset rasterXSize="2" rasterYSize="2"><SRS>EPSG:4326</SRS>
<GeoTransform>80, 0.01, 0, 28, 0, -0.01</GeoTransform>
<VRTRasterBand dataType="Byte" band="1"{extra}><SimpleSource>
<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename><SourceBand>1</SourceBand>
</SimpleSource></VRTRasterBand></VRTDataset>"""


def test_a_vrt_may_use_files_in_its_own_folder(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", np.array([[1, 2], [3, 4]], np.uint8))
    vrt = tmp_path / "a.vrt"
    vrt.write_text(VRT.format(relative=1, source="a.tif", extra=""))
    assert codes_of(vrt)[1][0].tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("source", "relative", "extra"),
    [
        ("../outside.tif", 1, ""),
        ("/etc/passwd", 0, ""),
        ("/vsicurl/http://example.org/a.tif", 0, ""),
        ("inner.vrt", 1, ""),
        ("inner.tif", 1, ""),
        ("inside.tif", 1, ' subClass="VRTDerivedRasterBand"'),
    ],
)
def test_a_vrt_that_reaches_out_or_runs_code_is_refused(source: str, relative: int, extra: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(tmp_path / "outside.tif", np.ones((2, 2), np.uint8))
    write(folder / "inside.tif", np.ones((2, 2), np.uint8))
    (folder / "inner.vrt").write_text(VRT.format(relative=1, source="inside.tif", extra=""))
    (folder / "inner.tif").write_text(VRT.format(relative=1, source="../outside.tif", extra=""))
    vrt = folder / "a.vrt"
    vrt.write_text(VRT.format(relative=relative, source=source, extra=extra))
    assert problem_codes(vrt) == ["vrt-outside"]


def test_a_vrt_named_tif_is_treated_as_the_vrt_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_text(VRT.format(relative=0, source="/etc/passwd", extra=""))
    assert problem_codes(path) == ["vrt-outside"]


def test_misaligned_dates_are_refused_naming_what_differs(tmp_path: Path) -> None:
    first = write(tmp_path / "a.tif", np.ones((4, 4), np.uint8))
    moved = write(tmp_path / "b.tif", np.ones((4, 4), np.uint8), Affine(0.01, 0, 80.005, 0, -0.01, 28))
    other = write(tmp_path / "c.tif", np.ones((3, 4), np.uint8), crs="EPSG:4258")
    with pytest.raises(DataError) as raised:
        open_stack([first, moved, other])
    text = str(raised.value)
    assert "pixel size or position differs" in text
    assert "CRS differs" in text
    assert "number of rows or columns differs" in text
    assert all("--align" in problem.remedy for problem in raised.value.problems)


def test_alignment_on_request_takes_the_nearest_pixel(tmp_path: Path) -> None:
    first = write(tmp_path / "a.tif", np.ones((4, 4), np.uint8), nodata=0)
    finer = write(
        tmp_path / "b.tif",
        np.kron(np.arange(1, 17).reshape(4, 4), np.ones((3, 3), int)).astype(np.uint8),
        Affine(0.01 / 3, 0, 80, 0, -0.01 / 3, 28),
        nodata=0,
    )
    _, (_, aligned) = codes_of(first, finer, align=True)
    assert aligned.tolist() == np.arange(1, 17).reshape(4, 4).tolist()


def test_alignment_marks_what_the_other_date_does_not_cover(tmp_path: Path) -> None:
    first = write(tmp_path / "a.tif", np.ones((2, 4), np.uint8))
    part = write(tmp_path / "b.tif", np.full((2, 2), 5, np.uint8))
    _, (_, aligned) = codes_of(first, part, align=True)
    assert aligned.tolist() == [[5, 5, MISSING, MISSING]] * 2


def test_fractional_cover_is_read_in_ten_thousandths_and_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[0.0, 0.25, np.nan, 1.0]], np.float32))
    assert codes_of(path, fractional=1.0)[1][0].tolist() == [[0, 2500, 0, 10_000]]
    assert problem_codes(write(tmp_path / "b.tif", np.array([[120]], np.uint8)), fractional=100.0) == ["cover-range"]
    assert problem_codes(tmp_path / "b.tif", fractional=2000.0) == ["cover-full"]


def test_bands_cover_all_rows_in_whole_tiles(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((70, 40), np.uint8), tiled=True, blockxsize=16, blockysize=16)
    bands = open_stack([path]).bands()
    assert bands[0][0] == 0
    assert bands[-1][1] == 70
    assert all(stop == start for (_, stop), (start, _) in pairwise(bands))


def test_severity_of_a_coarse_map_is_a_warning() -> None:
    from biosetu.engine.rasters import coarse_warning

    assert coarse_warning(5000, "a.tif").severity is Severity.WARNING
