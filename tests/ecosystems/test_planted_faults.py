"""Faults planted one at a time: each oracle holds on the code as it is, and complains once its fault is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer
from rasterio import Affine

from biosetu.ecosystems import band, criteria, measures, redlist_index
from biosetu.ecosystems.assessment import assess
from biosetu.ecosystems.occupancy import Occupancies
from biosetu.ecosystems.redlist_index import index_table, read_history
from biosetu.engine import rasters
from biosetu.geo import occupancy_grid
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps

WriteMap = Callable[..., Path]
Patch = Callable[[pytest.MonkeyPatch], None]
pytestmark = pytest.mark.usefixtures("home")

PLACE = Affine(0.02, 0, 84.013, 0, -0.02, 61.007)
BEFORE = np.array([[1, 1, 2, 2], [1, 0, 2, 2], [1, 1, 1, 2], [3, 1, 2, 1], [1, 1, 2, 2]], np.uint8)
AFTER = np.array([[1, 2, 2, 2], [1, 0, 2, 2], [3, 3, 1, 2], [3, 1, 2, 1], [1, 2, 2, 2]], np.uint8)
GEOD = Geod(ellps="WGS84")


def measured(write_map: WriteMap, place: Affine = PLACE) -> Any:
    paths = [write_map(f"m{year}.tif", codes, place, nodata=0) for year, codes in ((2000, BEFORE), (2020, AFTER))]
    return measure_maps(paths, MeasureOptions(resume=False, workers=1))


def row_of(found: Any, code: str, year: int) -> dict[str, Any]:
    return next(row for row in found.measures.to_pylist() if (row["class"], row["date"]) == (code, year))


def pixel_km2(row: int) -> float:
    """The area between two parallels and two meridians, its parallels followed in 400 geodesics."""
    west, north = PLACE @ (0, row)
    east, south = PLACE @ (1, row + 1)
    lons = np.linspace(west, east, 401)
    ring = [*zip(lons, [north] * 401, strict=True), *zip(lons[::-1], [south] * 401, strict=True)]
    return abs(GEOD.polygon_area_perimeter(*np.array(ring).T)[0]) / 1e6


def areas_are_those_of_the_ellipsoid(write_map: WriteMap) -> None:
    found = measured(write_map)
    for code in (1, 2, 3):
        expected = sum(pixel_km2(row) for row in np.nonzero(code == BEFORE)[0])
        assert row_of(found, str(code), 2000)["area_km2"] == pytest.approx(expected, rel=1e-8)


def cells_are_those_of_the_published_grid(write_map: WriteMap) -> None:
    found = measured(write_map)
    forward = Transformer.from_crs("OGC:CRS84", "ESRI:54034", always_xy=True)
    for code in (1, 2, 3):
        cells = set()
        for row, column in zip(*np.nonzero(code == BEFORE), strict=True):
            x, y = forward.transform(*(PLACE @ (column + 0.5, row + 0.5)))
            cells.add((x // 10_000, y // 10_000))
        assert row_of(found, str(code), 2000)["aoo_cells"] == len(cells)


def readings_of_the_rule_are_in_their_order(write_map: WriteMap) -> None:
    """Three pixels of 0.81 km² far apart: each less than 1 % of a cell, and a third of the area."""
    codes = np.zeros((12, 60), np.uint8)
    codes[0, [0, 30, 59]] = 1
    path = write_map("one2000.tif", codes, Affine(900, 0, 400_000, 0, -900, 3_000_000), "EPSG:32644", nodata=0)
    (row,) = measure_maps([path], MeasureOptions(resume=False, workers=1)).measures.to_pylist()
    assert (row["aoo_cells"], row["aoo_cells_small"], row["aoo_cells_cumulative"]) == (3, 0, 3)


def extent_holds_the_corners_of_the_pixels(write_map: WriteMap) -> None:
    """The hull is that of the corners in the gnomonic projection, where geodesics are (all but) straight."""
    found = measured(write_map)
    plane = Transformer.from_crs("OGC:CRS84", "+proj=gnom +lat_0=61 +lon_0=84 +R=6371000", always_xy=True)
    for code in (1, 2):
        rows, columns = np.nonzero(code == BEFORE)
        corners = np.array(
            [PLACE @ (c + i, r + j) for r, c in zip(rows, columns, strict=True) for i in (0, 1) for j in (0, 1)]
        )
        hull = shapely.convex_hull(shapely.multipoints(np.column_stack(plane.transform(*corners.T))))
        ring = plane.transform(*shapely.get_coordinates(hull)[:-1].T, direction="INVERSE")
        expected = abs(GEOD.polygon_area_perimeter(*ring)[0]) / 1e6
        assert row_of(found, str(code), 2000)["eoo_km2"] == pytest.approx(expected, rel=1e-6)


def transitions_add_up_to_both_dates(write_map: WriteMap) -> None:
    found = measured(write_map)
    for side, year in (("before", 2000), ("after", 2020)):
        for code in (1, 2, 3):
            units = sum(row["area_units"] for row in found.transitions.to_pylist() if row[side] == str(code))
            assert units == row_of(found, str(code), year)["area_units"]
    moved = {(row["before"], row["after"]): row["pixels"] for row in found.transitions.to_pylist()}
    assert moved["1", "3"] == int(((BEFORE == 1) & (AFTER == 3)).sum())


def patches_join_over_corners(write_map: WriteMap) -> None:
    assert [row_of(measured(write_map), code, 2000)["patches"] for code in "123"] == [1, 1, 1]


def a_band_begins_where_the_last_one_ends(write_map: WriteMap) -> None:
    found = measured(write_map)
    assert [row_of(found, code, 2000)["pixels"] for code in "123"] == [
        int((code == BEFORE).sum()) for code in (1, 2, 3)
    ]


def date_line_divides_no_cell_of_the_smallest_count(write_map: WriteMap) -> None:
    """Two pixels of 1 km either side of 180°: two published cells, one of 10 km."""
    path = write_map("line2000.tif", np.array([[1, 1]], np.uint8), Affine(0.008, 0, 179.992, 0, -0.008, 0.05))
    (row,) = measure_maps([path], MeasureOptions(resume=False, workers=1)).measures.to_pylist()
    assert (row["aoo_cells"], row["aoo_cells_min"]) == (2, 1)


def a_limit_belongs_to_its_category(_: WriteMap) -> None:
    for cells, category in (
        ({"A1_decline_percent": "80"}, "CR"),
        ({"A1_decline_percent": "79.99"}, "EN"),
        ({"eoo_km2": "2000", "threats": "yes"}, "CR"),
        ({"eoo_km2": "2000.1", "threats": "yes"}, "EN"),
    ):
        assert assess([{"ecosystem": "E", **cells}])[0].category == category


def index_leaves_out_what_is_data_deficient(_: WriteMap) -> None:
    """LC, CR and DD: 1 - (0 + 4) ÷ 10."""
    rows = [{"ecosystem": name, "year": "2020", "category": name} for name in ("LC", "CR", "DD")]
    table = index_table(read_history(rows), {"": ["LC", "CR", "DD"]})
    assert table["value"].to_pylist() == pytest.approx([0.6])


def shifted_origin(patch: pytest.MonkeyPatch) -> None:
    true = measures.occupancies
    patch.setattr(measures, "occupancies", lambda pointer, x, y, *rest: true(pointer, x + 1, y + 3, *rest))


def planar_areas(patch: pytest.MonkeyPatch) -> None:
    """Pixels as large as on the equator of a sphere."""
    flat = lambda grid: np.full(grid.height, (0.02 * 111_320.0) ** 2)  # noqa: E731
    patch.setattr(occupancy_grid, "row_pixel_areas_m2", flat)


def swapped_readings(patch: pytest.MonkeyPatch) -> None:
    true = measures.occupancies

    def swapped(*given: Any) -> Occupancies:
        found = true(*given)
        return replace(found, published=found.published[:, [0, 2, 1]], least=found.least[:, [0, 2, 1]])

    patch.setattr(measures, "occupancies", swapped)


def hull_of_centres(patch: pytest.MonkeyPatch) -> None:
    true = measures.HullCorners.of

    def centres(self: Any, start: int, stop: int) -> Any:
        found = true(self, start, stop)
        inwards = [np.where(place > place.mean(), place - 0.5, place + 0.5) for place in (found.column, found.row)]
        return replace(found, column=inwards[0], row=inwards[1])

    patch.setattr(measures.HullCorners, "of", centres)


def transitions_backwards(patch: pytest.MonkeyPatch) -> None:
    true = band.count_pairs
    patch.setattr(band, "count_pairs", lambda before, after, segments: true(after, before, segments))


def patches_over_sides(patch: pytest.MonkeyPatch) -> None:
    true = band.band_patches
    patch.setattr(band, "band_patches", lambda runs, group, keys, area, _: true(runs, group, keys, area, False))


def a_row_lost_between_bands(patch: pytest.MonkeyPatch) -> None:
    true = rasters.RasterStack.bands
    patch.setattr(
        rasters.RasterStack,
        "bands",
        lambda self, most=None: [(max(start, 1), stop) for start, stop in true(self, most)],
    )


def a_world_that_does_not_go_around(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OccupancyGrid, "world_m", 0.0)


def more_than_for_at_least(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(criteria, "_by_size", lambda size, limits: next(
        (name for name in criteria.FROM_WORST if size < limits[name]), "LC"
    ))  # fmt: skip


def data_deficient_as_least_concern(patch: pytest.MonkeyPatch) -> None:
    true = redlist_index.index_weights
    patch.setattr(redlist_index, "index_weights", lambda name: {**true(name), "DD": 0.0})


# what is planted, and the oracle that must complain
FAULTS: dict[Patch, Callable[[WriteMap], None]] = {
    shifted_origin: cells_are_those_of_the_published_grid,
    planar_areas: areas_are_those_of_the_ellipsoid,
    swapped_readings: readings_of_the_rule_are_in_their_order,
    hull_of_centres: extent_holds_the_corners_of_the_pixels,
    transitions_backwards: transitions_add_up_to_both_dates,
    patches_over_sides: patches_join_over_corners,
    a_row_lost_between_bands: a_band_begins_where_the_last_one_ends,
    a_world_that_does_not_go_around: date_line_divides_no_cell_of_the_smallest_count,
    more_than_for_at_least: a_limit_belongs_to_its_category,
    data_deficient_as_least_concern: index_leaves_out_what_is_data_deficient,
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_oracle_holds_and_complains_once_its_fault_is_planted(
    fault: Patch, write_map: WriteMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    oracle = FAULTS[fault]
    oracle(write_map)
    with monkeypatch.context() as patch:
        fault(patch)
        with pytest.raises(AssertionError):
            oracle(write_map)
    oracle(write_map)
