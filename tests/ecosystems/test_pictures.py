"""Small pictures of maps: codes kept, dates comparable, written and read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasterio import Affine
from rasterio.enums import Resampling
from shapely import box

from biosetu.ecosystems.pictures import (
    GAINED,
    KEPT,
    LOST,
    NOTHING,
    OTHER,
    change_of,
    on_classes,
    picture_of,
    pictures_table,
    read_pictures,
)
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_pictures import map_pictures
from biosetu.jobs.ecosystems_study import with_classes

WriteMap = Callable[..., Path]
CODES = arrays(np.int32, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(-2, 5))


@given(CODES)
def test_picture_holds_every_code_but_those_without_data(codes: np.ndarray) -> None:
    (found,) = read_pictures(pictures_table([picture_of(2000, codes, [0], (3.0, 4.0))]))
    names = np.array([*found.classes, "0"])
    index = np.where(found.cells == NOTHING, len(found.classes), found.cells)
    assert (names[index].astype(int) == np.where(codes == 0, 0, codes)).all()
    assert (found.date, found.size_km) == (2000, (3.0, 4.0))


@given(CODES, st.randoms(use_true_random=False))
def test_change_of_a_class_is_that_of_its_cells(codes: np.ndarray, random: object) -> None:
    later = np.roll(codes, 1)
    pictures = [picture_of(date, values, [0], (1, 1)) for date, values in ((2000, codes), (2010, later))]
    found = change_of(pictures, "3")
    before, after = codes == 3, later == 3
    assert (found == KEPT).sum() == (before & after).sum()
    assert (found == LOST).sum() == (before & ~after).sum()
    assert (found == GAINED).sum() == (after & ~before).sum()
    assert (found == OTHER).sum() == ((later != 0) & ~before & ~after).sum()


def test_cells_on_shared_classes_leave_out_what_is_not_asked_for() -> None:
    picture = picture_of(2000, np.array([[1, 2], [3, 0]]), [0], (1, 1))
    assert on_classes(picture, ["3", "1"]).tolist() == [[1, NOTHING], [0, NOTHING]]


@pytest.mark.parametrize(("crs", "size"), [("EPSG:4326", 0.001), ("EPSG:32644", 100.0)])
def test_raster_is_drawn_from_codes_never_from_averages(
    crs: str, size: float, write_map: WriteMap, tmp_path: Path
) -> None:
    """Overviews made by averaging hold codes that no pixel has; the picture is drawn from the pixels."""
    import rasterio

    codes = np.where(np.indices((1000, 900)).sum(axis=0) % 2, 10, 30).astype(np.uint8)
    codes[:100] = 0
    place = Affine(size, 0, 80 if size < 1 else 5e5, 0, -size, 28 if size < 1 else 3e6)
    path = write_map("m2000.tif", codes, place, crs, nodata=0, tiled=True, blockxsize=256, blockysize=256)
    with rasterio.open(path, "r+") as data:
        data.build_overviews([2, 4], Resampling.average)
    (found,) = read_pictures(map_pictures([path], MeasureOptions(), side=90))
    assert set(found.classes) <= {"10", "30"}
    assert max(found.cells.shape) <= 90
    assert found.cells.shape[0] > found.cells.shape[1]
    assert (found.cells == NOTHING).mean() == pytest.approx(0.1, abs=0.03)
    expected_km = 111.19 * 0.9 * np.cos(np.radians(27.5)) if size < 1 else 90
    assert found.size_km[0] == pytest.approx(expected_km, rel=0.01)


def test_polygons_are_drawn_on_one_frame_for_all_dates(tmp_path: Path) -> None:
    paths = []
    for year, east in ((2000, 2.0), (2010, 1.0)):
        path = tmp_path / f"p{year}.gpkg"
        gpd.GeoDataFrame({"class": ["forest"]}, geometry=[box(0, 0, east, 1)], crs="EPSG:4326").to_file(path)
        paths.append(path)
    first, second = read_pictures(map_pictures(paths, MeasureOptions(), side=100))
    assert first.cells.shape == second.cells.shape == (50, 100)
    assert [(each.cells != NOTHING).mean() for each in (first, second)] == [1.0, 0.5]
    lost = change_of([first, second], "forest") == LOST
    assert lost[:, 50:].all()
    assert not lost[:, :50].any()


def test_maps_of_cover_have_no_picture(write_map: WriteMap) -> None:
    path = write_map("m2000.tif", np.ones((2, 2), np.uint8), Affine(0.01, 0, 80, 0, -0.01, 28))
    assert map_pictures([path], MeasureOptions(fractional=1.0)).num_rows == 0


def test_names_and_groups_that_people_gave_stand_in_the_tables() -> None:
    import pyarrow as pa

    said = {"1": {"name": "Sal forest", "national_type": "Hill sal", "functional_group": "T1.2"}}
    measures = with_classes(pa.table({"class": ["1", "2"], "name": ["", ""]}), said)
    assert measures.to_pylist()[0] == {
        "class": "1",
        "name": "Sal forest",
        "national_type": "Hill sal",
        "functional_group": "T1.2",
    }
    assert measures.to_pylist()[1]["functional_group"] == ""
    moved = with_classes(pa.table({"before": ["1", None], "after": ["2", "1"]}), said)
    assert moved["before_name"].to_pylist() == ["Sal forest", ""]
    assert moved["after_name"].to_pylist() == ["", "Sal forest"]
