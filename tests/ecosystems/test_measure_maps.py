"""Small maps worked by hand, and maps counted again pixel by pixel in the plainest way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from pyproj import CRS, Geod, Transformer
from rasterio import Affine
from scipy import ndimage

from biosetu.cli import main
from biosetu.cli.ecosystems import ecosystems
from biosetu.ecosystems import measures
from biosetu.ecosystems.assessment import assess, assessment_table, template_rows
from biosetu.ecosystems.rle_layout import rle_table
from biosetu.engine import rasters
from biosetu.geo.pixels import PixelGrid, row_pixel_areas_m2
from biosetu.jobs.ecosystems_inputs import MeasuredMap, MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps
from biosetu.problems import Cancelled, DataError, UsageError

WriteMap = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("home")
READINGS = ("aoo_cells", "aoo_cells_small", "aoo_cells_cumulative")


def rows_of(paths: list[Path], **options: object) -> dict[tuple[str, float], dict[str, object]]:
    table = measure_maps(paths, MeasureOptions(**options)).measures  # type: ignore[arg-type]
    return {(row["class"], row["date"]): row for row in table.to_pylist()}


def plain_cells(codes: np.ndarray, path: Path) -> dict[int, Counter[tuple[int, int]]]:
    """Pixels by class and 1 km sub-cell of the published grid, each centre transformed by itself."""
    with rasterio.open(path) as data:
        rows, columns = np.indices(codes.shape)
        x, y = data.xy(rows.ravel(), columns.ravel())
        x, y = Transformer.from_crs(data.crs, "ESRI:54034", always_xy=True).transform(x, y)
    found: dict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
    for code, east, north in zip(codes.ravel().tolist(), np.floor(x / 1000), np.floor(y / 1000), strict=True):
        found[code][int(east), int(north)] += 1
    return found


def plain_minimum(cells: Counter[tuple[int, int]], pixel_km2: float) -> list[int]:
    """The three readings, each smallest over 100 origins, counted naively with one pixel area."""
    best = [10**9] * 3
    for dx in range(10):
        for dy in range(10):
            sums: Counter[tuple[int, int]] = Counter()
            for (x, y), pixels in cells.items():
                sums[(x - dx) // 10, (y - dy) // 10] += pixels
            areas = sorted(sums.values())
            total, run, dropped = sum(areas), 0, 0
            for value in areas:
                run += value
                dropped += run * 100 <= total
            counts = (len(areas), sum(value * pixel_km2 >= 1 for value in areas), len(areas) - dropped)
            best = [min(pair) for pair in zip(best, counts, strict=True)]
    return best


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", Affine(0.003, 0, 12.3, 0, -0.003, 0.4)),
        ("EPSG:4326", Affine(0.006, 0, 20.0, 0, -0.003, 60.2)),
        ("EPSG:32644", Affine(300, 0, 402_000, 0, -300, 3_300_700)),
    ],
    ids=["equator", "sixty north", "UTM"],
)
def test_measures_equal_a_plain_recount(crs: str, transform: Affine, write_map: WriteMap) -> None:
    codes = np.kron(np.random.default_rng(3).integers(1, 6, (14, 16)), np.ones((8, 8), int)).astype(np.uint8)
    codes[np.random.default_rng(4).random(codes.shape) < 0.05] = 9
    path = write_map("map_2000.tif", codes, transform, crs)
    found = rows_of([path])
    cells = plain_cells(codes, path)
    assert {int(code) for code, _ in found} == set(np.unique(codes).tolist())
    for code in np.unique(codes).tolist():
        row = found[str(code), 2000]
        assert row["pixels"] == int((codes == code).sum())
        assert row["patches"] == ndimage.label(codes == code, np.ones((3, 3)))[1]
        published = Counter((x // 10, y // 10) for x, y in cells[code])
        assert row["aoo_cells"] == len(published)
        pixel_km2 = float(row["area_km2"]) / int(row["pixels"])
        smallest = plain_minimum(cells[code], pixel_km2)
        assert [row[f"aoo_cells_min{name.removeprefix('aoo_cells')}"] for name in READINGS] == smallest


def test_areas_are_true_on_the_ellipsoid_to_the_square_millimetre(write_map: WriteMap) -> None:
    codes = np.array([[1, 1, 2], [2, 2, 2], [1, 2, 2]], np.uint8)
    transform = Affine(0.01, 0, 20, 0, -0.01, 60)
    found = rows_of([write_map("m2001.tif", codes, transform)])
    areas = np.rint(row_pixel_areas_m2(PixelGrid(CRS("EPSG:4326").to_wkt(), tuple(transform)[:6], 3, 3)) * 1e6)
    assert found["1", 2001]["area_units"] == 2 * areas[0] + areas[2]
    assert found["2", 2001]["area_units"] == areas[0] + 3 * areas[1] + 2 * areas[2]


@pytest.mark.parametrize(("left", "top"), [(10.0, 1.0), (20.0, 61.0), (179.5, -16.0)])
def test_extent_of_one_pixel_row_and_block_is_the_geodesic_hull_of_corners(
    left: float, top: float, write_map: WriteMap
) -> None:
    codes = np.zeros((6, 100), np.uint8)
    codes[2, 10:12] = 1
    codes[4, 60] = 1
    found = rows_of([write_map("m2001.tif", codes, Affine(0.01, 0, left, 0, -0.01, top), nodata=0)])
    lon = [left + 0.10, left + 0.60, left + 0.61, left + 0.61, left + 0.12, left + 0.10]
    lat = [top - 0.03, top - 0.05, top - 0.05, top - 0.04, top - 0.02, top - 0.02]
    if top < 0:
        lon.insert(5, left + 0.11)
        lat.insert(5, top - 0.02)
    expected = abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]) / 1e6
    assert found["1", 2001]["eoo_km2"] == pytest.approx(expected, rel=1e-9)


def test_extent_follows_geodesics_so_that_a_parallel_bulges_out(write_map: WriteMap) -> None:
    codes = np.ones((1, 400), np.uint8)
    row = rows_of([write_map("m2001.tif", codes, Affine(0.1, 0, 0, 0, -0.1, 60))])["1", 2001]
    lon = np.linspace(0, 40, 401)
    ring = (np.concatenate([lon, [40.0, 0.0]]), np.concatenate([np.full(401, 59.9), [60.0, 60.0]]))
    expected = abs(Geod(ellps="WGS84").polygon_area_perimeter(*ring)[0]) / 1e6
    assert row["eoo_km2"] == pytest.approx(expected, rel=1e-9)
    assert row["eoo_km2"] > 3 * row["area_km2"]


def test_cells_across_the_date_line_are_counted_on_both_sides_and_least_as_one(write_map: WriteMap) -> None:
    codes = np.ones((4, 4), np.uint8)
    row = rows_of([write_map("m2001.tif", codes, Affine(0.01, 0, 179.98, 0, -0.01, 0.045))])["1", 2001]
    assert row["aoo_cells"] == 2
    assert row["aoo_cells_min"] == 1


def test_one_percent_rule_by_all_three_readings(write_map: WriteMap) -> None:
    """One solid cell (100 km²), one of 0.81 km² and one of 1.21 km²: total 102.02, 1 % of it is 1.0202 km²."""
    codes = np.zeros((300, 1000), np.uint8)
    codes[100:200, 0:100] = 1
    codes[105:114, 305:314] = 1
    codes[105:116, 505:516] = 1
    path = write_map("m2001.tif", codes, Affine(100, 0, 0, 0, -100, 20_000), "ESRI:54034", nodata=0)
    row = rows_of([path])["1", 2001]
    assert [row[name] for name in READINGS] == [3, 2, 2]
    assert row["area_km2"] == pytest.approx(102.02, rel=1e-9)
    assert [row["cells_0_1_percent"], row["cells_1_5_percent"], row["cells_50_100_percent"]] == [1, 1, 1]


def test_exactly_one_percent_is_kept_as_small_and_dropped_as_cumulative(write_map: WriteMap) -> None:
    """99 km² and 1 km²: the small cell is 1 % of a cell (not less) and holds exactly 1 % of the total (at most)."""
    codes = np.zeros((100, 400), np.uint8)
    codes[:99, :100] = 1
    codes[10:20, 300:310] = 1
    path = write_map("m2001.tif", codes, Affine(100, 0, 0, 0, -100, 10_000), "ESRI:54034", nodata=0)
    row = rows_of([path])["1", 2001]
    assert [row[name] for name in READINGS] == [2, 2, 1]


def test_transitions_add_up_to_both_dates_to_the_last_unit(write_map: WriteMap) -> None:
    random = np.random.default_rng(5)
    maps = [random.integers(0, 5, (120, 90)).astype(np.uint8) for _ in range(2)]
    paths = [
        write_map(f"m{year}.tif", codes, Affine(0.001, 0, 80, 0, -0.001, 28), nodata=0)
        for year, codes in zip((2000, 2010), maps, strict=True)
    ]
    found = measure_maps(paths, MeasureOptions())
    assert found.transitions is not None
    pixels: Counter[tuple[str | None, str | None]] = Counter()
    for row in found.transitions.to_pylist():
        pixels[row["before"], row["after"]] += row["pixels"]
    measured = {(row["class"], row["date"]): row["pixels"] for row in found.measures.to_pylist()}
    for code in "1234":
        assert sum(n for (one, _), n in pixels.items() if one == code) == measured[code, 2000]
        assert sum(n for (_, other), n in pixels.items() if other == code) == measured[code, 2010]
    assert pixels[None, "1"] == int(((maps[0] == 0) & (maps[1] == 1)).sum())
    assert (None, None) not in pixels


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32644"])
def test_bands_and_threads_change_nothing(crs: str, write_map: WriteMap, monkeypatch: pytest.MonkeyPatch) -> None:
    transform = Affine(0.0005, 0, 80, 0, -0.0005, 28) if crs == "EPSG:4326" else Affine(60, 0, 5e5, 0, -60, 3e6)
    random = np.random.default_rng(6)
    paths = []
    for year in (2000, 2010):
        codes = np.kron(random.integers(0, 4, (20, 30)), np.ones((11, 9), int)).astype(np.uint8)
        paths.append(
            write_map(f"m{year}.tif", codes, transform, crs, nodata=0, tiled=True, blockxsize=16, blockysize=16)
        )
    whole = measure_maps(paths, MeasureOptions(workers=1))
    monkeypatch.setattr(rasters, "BAND_PIXELS", 1)
    split = measure_maps(paths, MeasureOptions(workers=3))
    assert whole.measures.equals(split.measures)
    assert whole.transitions is not None
    assert whole.transitions.equals(split.transitions)


def test_stopped_work_goes_on_and_gives_the_same(
    write_map: WriteMap, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasters, "BAND_PIXELS", 1)
    codes = np.random.default_rng(7).integers(1, 4, (64, 64)).astype(np.uint8)
    path = write_map("m2000.tif", codes, Affine(0.001, 0, 80, 0, -0.001, 28), tiled=True, blockxsize=16, blockysize=16)
    calls: list[int] = []

    def stop_at_two(done: int, total: int, label: str = "") -> None:
        if done == 2:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        measure_maps([path], MeasureOptions(resume=True, workers=1), stop_at_two)
    kept = list((home / "work").rglob("band-*.npz"))
    assert len(kept) >= 2
    original = rasters.read_band
    monkeypatch.setattr("biosetu.jobs.ecosystems_measure.read_band", lambda *a: calls.append(a[1]) or original(*a))
    resumed = measure_maps([path], MeasureOptions(resume=True, workers=1))
    assert len(calls) == 4 - len(kept)
    assert not list((home / "work").rglob("band-*"))
    assert resumed.measures.equals(measure_maps([path], MeasureOptions()).measures)


def test_large_class_is_put_together_some_rows_at_a_time(write_map: WriteMap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bands that meet within cells, turned on the ground so that many bands reach the same cells; from disk."""
    codes = np.random.default_rng(9).choice(np.array([1, 1, 1, 2, 3], np.uint8), (96, 80))
    turned = Affine(375.9, 136.8, 5e5, 136.8, -375.9, 3e6)
    profile = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    paths = [write_map(f"m{year}.tif", codes, turned, "EPSG:32644", **profile) for year in (2000, 2010)]
    whole = measure_maps(paths, MeasureOptions())
    monkeypatch.setattr(rasters, "BAND_PIXELS", 1)
    monkeypatch.setattr(measures, "GROUP_ROWS", 150)
    large: list[int] = []
    original = measures._large_class
    monkeypatch.setattr(measures, "_large_class", lambda *given: large.append(given[2][0]) or original(*given))
    assert measure_maps(paths, MeasureOptions(resume=True)).measures.equals(whole.measures)
    assert len(set(large)) == 3


def test_classes_many_and_negative_are_kept_apart(write_map: WriteMap) -> None:
    codes = np.arange(-200, 200, dtype=np.int16).reshape(20, 20)
    found = rows_of([write_map("m2000.tif", codes, Affine(0.01, 0, 80, 0, -0.01, 28))])
    assert {int(code) for code, _ in found} == set(range(-200, 200))
    assert {row["pixels"] for row in found.values()} == {1}


def test_change_is_added_and_a_class_that_vanishes_has_no_area(write_map: WriteMap) -> None:
    before, after = np.full((10, 10), 1, np.uint8), np.full((10, 10), 1, np.uint8)
    before[:5], after[:2] = 2, 3
    paths = [
        write_map(f"m{y}.tif", c, Affine(1000, 0, 0, 0, -1000, 10_000), "ESRI:54034")
        for y, c in ((2000, before), (2010, after))
    ]
    found = rows_of(paths)
    assert found["2", 2010]["area_km2"] == 0
    assert found["2", 2010]["change_percent"] == -100
    assert found["1", 2010]["change_percent"] == pytest.approx(60, abs=1e-6)
    assert found["3", 2000]["area_km2"] == 0
    assert found["3", 2010]["change_percent"] is None
    assert found["1", 2000]["change_km2"] is None


def test_samples_correct_the_area_and_widen_the_decline(write_map: WriteMap, tmp_path: Path) -> None:
    codes = np.repeat(np.array([[1], [2]], np.uint8), 50, axis=0).repeat(100, axis=1)
    path = write_map("m2000.tif", codes, Affine(100, 0, 0, 0, -100, 10_000), "ESRI:54034")
    samples = tmp_path / "samples.csv"
    samples.write_text("mapped,true,count\n1,1,90\n1,2,10\n2,2,100\n")
    found = rows_of([path], samples=samples)
    assert found["1", 2000]["area_adjusted_km2"] == pytest.approx(45.0, rel=1e-6)
    assert found["2", 2000]["area_adjusted_km2"] == pytest.approx(55.0, rel=1e-6)


def sampled(tmp_path: Path, write_map: WriteMap, text: str, **options: object) -> MeasuredMap:
    """Half a map is class 1, half class 2, 50 km² each."""
    codes = np.repeat(np.array([[1], [2]], np.uint8), 50, axis=0).repeat(100, axis=1)
    path = write_map("m2000.tif", codes, Affine(100, 0, 0, 0, -100, 10_000), "ESRI:54034")
    samples = tmp_path / "samples.csv"
    samples.write_text(text)
    return measure_maps([path], MeasureOptions(samples=samples, **options))  # type: ignore[arg-type]


def test_what_the_map_does_not_show_keeps_its_part_of_the_sample(write_map: WriteMap, tmp_path: Path) -> None:
    """Of class 1 a tenth is class 9, which the map lacks: 5 of 50 km² are its own, and the areas add up to 100."""
    found = sampled(tmp_path, write_map, "mapped,true,count\n1,1,80\n1,2,10\n1,9,10\n2,2,100\n")
    areas = {row["class"]: (row["area_km2"], row["area_adjusted_km2"]) for row in found.measures.to_pylist()}
    assert {code: round(pair[1], 6) for code, pair in areas.items()} == {"1": 40.0, "2": 55.0, "9": 5.0}
    assert areas["9"][0] == 0
    assert sum(pair[1] for pair in areas.values()) == pytest.approx(100, rel=1e-9)
    assert [(warning.code, warning.value) for warning in found.warnings] == [("sample-class", "9")]


def test_zone_keeps_the_share_of_a_class_that_lies_outside_it(write_map: WriteMap, tmp_path: Path) -> None:
    """A zone that holds class 1 alone: a tenth of it is class 2 in truth, though the zone shows none."""
    import geopandas as gpd
    from shapely import box

    zones = tmp_path / "z.gpkg"
    gpd.GeoDataFrame({"name": ["top"]}, geometry=[box(0, 5_000, 10_000, 10_000)], crs="ESRI:54034").to_file(zones)
    found = sampled(tmp_path, write_map, "mapped,true,count\n1,1,90\n1,2,10\n2,2,100\n", by=zones).measures
    assert {row["class"]: round(row["area_adjusted_km2"], 6) for row in found.to_pylist()} == {"1": 45.0, "2": 5.0}


def test_every_row_of_a_sample_that_cannot_be_used_is_named(write_map: WriteMap, tmp_path: Path) -> None:
    text = "date,mapped,true,count\n2000,1,1,90\n,,,\n2000,1,1,5\n1999,1,2,3\n2000,2,2,-4\n2000,2,,1.5\n"
    with pytest.raises(DataError) as raised:
        sampled(tmp_path, write_map, text)
    assert [(problem.row, problem.column) for problem in raised.value.problems] == [
        (4, "true"),
        (5, "date"),
        (6, "count"),
        (7, "true"),
        (7, "count"),
    ]


def test_classes_sampled_less_than_twice_are_named_by_the_command(
    write_map: WriteMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_map("m2000.tif", np.array([[1, 2, 3]], np.uint8), Affine(0.01, 0, 80, 0, -0.01, 28))
    samples = tmp_path / "samples.csv"
    samples.write_text("mapped,true,count\n1,1,90\n2,2,1\n")
    assert main.run(["ecosystems", "measure", str(path), "--samples", str(samples), "--quiet"]) == main.DATA_PROBLEMS
    said = capsys.readouterr().err
    assert "column mapped: has fewer than 2 sampled places of a class on the map ('2')" in said
    assert "('3')" in said


def test_row_without_date_is_no_row_of_the_first_of_two_maps(write_map: WriteMap, tmp_path: Path) -> None:
    transform = Affine(0.01, 0, 80, 0, -0.01, 28)
    paths = [write_map(f"m{year}.tif", np.ones((2, 2), np.uint8), transform) for year in (2000, 2010)]
    samples = tmp_path / "samples.csv"
    samples.write_text("date,mapped,true,count\n,1,1,9\n")
    with pytest.raises(DataError, match="row 2, column date: is no date of the maps"):
        measure_maps(paths, MeasureOptions(samples=samples))


def test_national_types_and_groups_of_the_class_table_reach_every_output(write_map: WriteMap, tmp_path: Path) -> None:
    transform = Affine(0.01, 0, 80, 0, -0.01, 28)
    paths = [write_map(f"m{year}.tif", np.array([[1, 2]], np.uint8), transform) for year in (2000, 2010)]
    classes = tmp_path / "classes.csv"
    classes.write_text("code,name,national_type,functional_group\n1,Sal,Hill sal,T1.2\n2,Town,,T7.4\n")
    found = measure_maps(paths, MeasureOptions(classes=classes))
    assert found.transitions is not None
    assert set(found.transitions["before_national_type"].to_pylist()) == {"Hill sal", ""}
    rows = template_rows(found.measures.to_pylist())
    assert [(row["name"], row["national_type"], row["functional_group"]) for row in rows] == [
        ("Sal", "Hill sal", "T1.2"),
        ("Town", "", "T7.4"),
    ]
    assessed = assess(rows)
    for table, group in ((assessment_table(assessed), "functional_group"), (rle_table(assessed), "efg_code")):
        assert table["national_type"].to_pylist() == ["Hill sal", ""]
        assert table[group].to_pylist() == ["T1.2", "T7.4"]


def test_zones_measure_each_province_by_itself(write_map: WriteMap, tmp_path: Path) -> None:
    codes = np.ones((10, 20), np.uint8)
    path = write_map("m2000.tif", codes, Affine(1000, 0, 0, 0, -1000, 10_000), "ESRI:54034")
    geojson = tmp_path / "provinces.gpkg"
    import geopandas as gpd
    from shapely import box

    boxes = [box(0, 0, 5_000, 10_000), box(5_000, 0, 20_000, 10_000)]
    gpd.GeoDataFrame({"name": ["west", "east"]}, geometry=boxes, crs="ESRI:54034").to_file(geojson)
    table = measure_maps([path], MeasureOptions(by=geojson)).measures
    areas = {row["zone"]: row["pixels"] for row in table.to_pylist()}
    assert areas == {"west": 50, "east": 150}


def test_fractional_cover_adds_shares_of_pixels(write_map: WriteMap) -> None:
    cover = np.array([[0, 25], [50, 100]], np.uint8)
    path = write_map("m2000.tif", cover, Affine(1000, 0, 0, 0, -1000, 10_000), "ESRI:54034")
    row = rows_of([path], fractional=100.0)["1", 2000]
    assert row["area_km2"] == pytest.approx(1.75, rel=1e-8)
    assert row["pixels"] == 3
    assert row["patches"] == 1


def test_dates_are_read_from_file_names_or_asked_for(write_map: WriteMap) -> None:
    transform = Affine(0.01, 0, 80, 0, -0.01, 28)
    paths = [write_map(f"{name}.tif", np.ones((2, 2), np.uint8), transform) for name in ("a", "b")]
    with pytest.raises(UsageError, match=r"Which year is a\.tif"):
        rows_of(paths)
    with pytest.raises(UsageError, match="in the order"):
        rows_of(paths, dates=(2010.0, 2000.0))
    with pytest.raises(UsageError, match="2 maps and 1 dates"):
        rows_of(paths, dates=(2010.0,))


def test_a_single_map_may_have_no_date_and_is_assessed_all_the_same(write_map: WriteMap) -> None:
    path = write_map("undated.tif", np.ones((4, 4), np.uint8), Affine(0.01, 0, 80, 0, -0.01, 28))
    table = measure_maps([path], MeasureOptions()).measures
    assert table["date"].to_pylist() == [None]
    (row,) = template_rows(table.to_pylist())
    assert (row["date"], row["A2b_decline_percent"]) == ("", "")
    assert row["aoo_cells"] == "1"


def test_coarse_pixels_are_measured_with_a_warning(write_map: WriteMap) -> None:
    path = write_map("m2000.tif", np.ones((2, 2), np.uint8), Affine(0.1, 0, 80, 0, -0.1, 28))
    assert [warning.code for warning in measure_maps([path], MeasureOptions()).warnings] == ["coarse"]


def test_command_writes_the_contracts_columns(write_map: WriteMap, tmp_path: Path) -> None:
    transform = Affine(0.01, 0, 80, 0, -0.01, 28)
    paths = [str(write_map(f"m{y}.tif", np.full((4, 4), 1, np.uint8), transform)) for y in (2000, 2020)]
    classes = tmp_path / "classes.csv"
    classes.write_text("code,name\n1,Sal forest\n")
    out = tmp_path / "out.csv"
    moved = tmp_path / "moved.csv"
    result = CliRunner().invoke(
        ecosystems, ["measure", *paths, "--classes", str(classes), "--out", str(out), "--transitions", str(moved)]
    )
    assert result.exit_code == 0, result.output
    header = out.read_text().splitlines()[0].replace('"', "").split(",")
    assert header[:11] == [
        "class", "name", "date", "area_km2", "eoo_km2", "aoo_cells", "aoo_cells_min", "aoo_cells_small",
        "aoo_cells_min_small", "aoo_cells_cumulative", "aoo_cells_min_cumulative",
    ]  # fmt: skip
    assert "Sal forest" in out.read_text()
    assert "decline_50y_percent" in header
    assert moved.read_text().count("\n") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{raster}", "--field", "class"], "--field: only polygons have that"),
        (["{raster}", "--by-field", "name"], "give that too"),
        (["{raster}", "--transitions", "moved.csv"], "two or more dates"),
        (["{raster}", "--fractional", "0"], "--fractional"),
        (["{polygons}", "--band", "1", "--four"], "--band, --four: only rasters have that"),
        (["{polygons}", "--fractional", "100"], "--fractional: only rasters have that"),
    ],
)
def test_options_that_would_change_nothing_are_refused(
    arguments: list[str], said: str, write_map: WriteMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raster = write_map("m2000.tif", np.ones((2, 2), np.uint8), Affine(0.01, 0, 80, 0, -0.01, 28))
    (tmp_path / "m2000.gpkg").touch()
    names = {"raster": raster, "polygons": tmp_path / "m2000.gpkg"}
    assert main.run(["ecosystems", "measure", *(each.format(**names) for each in arguments)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("option", "needed"), [("--above", "--runs"), ("--field=class", "--report")])
def test_options_of_assess_that_mean_nothing_alone_are_refused(option: str, needed: str, tmp_path: Path) -> None:
    template = tmp_path / "template.csv"
    template.write_text("ecosystem,name\nreef,Reef\n")
    result = CliRunner().invoke(ecosystems, ["assess", str(template), option])
    assert (result.exit_code, f"give {needed} too" in result.output) == (2, True)


def test_problems_of_all_files_are_listed_at_once(write_map: WriteMap, tmp_path: Path) -> None:
    empty = tmp_path / "m2001.tif"
    empty.touch()
    no_crs = write_map("m2000.tif", np.ones((2, 2), np.uint8), Affine(0.1, 0, 80, 0, -0.1, 28), None)
    with pytest.raises(DataError) as raised:
        rows_of([no_crs, empty])
    assert [problem.code for problem in raised.value.problems] == ["no-crs", "empty"]


def test_the_occupancy_grid_may_be_the_maps_own_or_a_named_one(write_map: WriteMap) -> None:
    path = write_map("m2000.tif", np.ones((40, 40), np.uint8), Affine(500, 0, 5e5, 0, -500, 3_020_000), "EPSG:32644")
    own = rows_of([path], grid="map")["1", 2000]
    assert (own["aoo_cells"], own["aoo_cells_min"]) == (4, 4)
    assert rows_of([path], grid="EPSG:6933")["1", 2000]["area_km2"] == own["area_km2"]
    for wrong, message in (("EPSG:4326", "not in metres"), ("nowhere", "no grid")):
        with pytest.raises(UsageError, match=message):
            rows_of([path], grid=wrong)


def test_rotated_maps_are_measured_as_they_lie(write_map: WriteMap) -> None:
    turned = Affine(400, 300, 5e5, 300, -400, 3e6)
    row = rows_of([write_map("m2000.tif", np.ones((20, 20), np.uint8), turned, "EPSG:32644")])["1", 2000]
    scale = 0.9996**2
    assert row["area_km2"] == pytest.approx(400 * 0.25 / scale, rel=1e-4)
    assert row["eoo_km2"] == pytest.approx(row["area_km2"], rel=1e-4)


def test_patches_over_sides_only_are_more(write_map: WriteMap) -> None:
    path = write_map("m2000.tif", np.eye(4, dtype=np.uint8), Affine(0.01, 0, 80, 0, -0.01, 28), nodata=0)
    assert rows_of([path])["1", 2000]["patches"] == 1
    assert rows_of([path], diagonal=False)["1", 2000]["patches"] == 4


def test_a_damaged_map_is_named_with_its_rows(write_map: WriteMap, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(1, 255, (600, 600)).astype(np.uint8)
    whole = write_map("w2000.tif", noise, Affine(0.001, 0, 80, 0, -0.001, 28), tiled=True, blockxsize=64, blockysize=64)
    cut = tmp_path / "cut2000.tif"
    cut.write_bytes(whole.read_bytes()[:200_000])
    with pytest.raises(DataError) as raised:
        rows_of([cut])
    assert raised.value.problems[0].code in {"damaged", "unreadable"}
