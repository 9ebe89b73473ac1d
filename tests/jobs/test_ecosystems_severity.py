"""Severity and extent from tables and rasters, by the command: hand-worked, recounted pixel by pixel, refused."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rasterio import Affine

from biosetu.cli import main
from biosetu.ecosystems.degradation import SeverityTally
from biosetu.engine.rasters import write_raster
from biosetu.geo.pixels import PixelGrid, row_pixel_areas_m2
from biosetu.jobs import ecosystems_severity as job
from biosetu.jobs.ecosystems_severity import SeverityOptions, severity_of
from biosetu.problems import DataError, UsageError

PLACE = (0.01, 0.0, 80.0, 0.0, -0.01, 60.0)
YEARS = (1970, 1995, 2020)
Written = Callable[..., list[Path]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def run(*arguments: object) -> int:
    return main.run(["ecosystems", *map(str, arguments)])


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


SERIES = """ecosystem,unit,area_km2,year,value,collapse
reef,a,40,1970,50,10 (8-12)
reef,a,40,2020,18,10 (8-12)
reef,b,60,1960,50,10 (8-12)
reef,b,60,1980,40,10 (8-12)
reef,b,60,2020,30,10 (8-12)
lake,c,5,1970,1,11
lake,c,5,2020,9,11
"""


def test_table_of_units_worked_by_hand_from_series_to_category(tmp_path: Path) -> None:
    """C1 from 1970 to 2020.

    Reef a: 50 to 18 of 50 to 10, 80 % (76.2 to 84.2); b: 45 (between 50 and 40) to 30 of 45 to 10, 42.9 % (40.5 to
    45.5). So 80 % over 40 (0 to 40), 30 % over all: VU (VU to VU). The lake collapses at high values: 8 of 10, 80 %.
    """
    table, findings, curve, out = (tmp_path / f"{name}.csv" for name in ("series", "findings", "curve", "out"))
    table.write_text(SERIES)
    assert run("severity", table, "--findings", findings, "--at", "30,50,80", "--out", curve, "--quiet") == 0
    rows = {(row["ecosystem"], row["severity_percent"]): row for row in read(curve)}
    shown = [(rows["reef", at][f"extent{side}_percent"]) for at in ("30", "50", "80") for side in ("", "_low", "_high")]
    assert [float(value) for value in shown] == [100, 100, 100, 40, 40, 40, 40, 0, 40]
    reef, lake = read(findings)
    assert (reef["category"], reef["category_low"], reef["category_high"], reef["units"]) == ("VU", "VU", "VU", "2")
    assert (reef["from_year"], reef["to_year"], float(reef["area_km2"])) == ("1970", "2020", 100)
    assert lake["category"] == "CR"
    template = tmp_path / "template.csv"
    template.write_text("ecosystem,name\nreef,Reef\nlake,Lake\n")
    assert run("assess", template, "--degradation", findings, "--out", out) == 0
    assert [(row["category"], row["criteria"], row["C1"]) for row in read(out)] == [
        ("VU", "C1", "VU"),
        ("CR", "C1", "CR"),
    ]


def test_collapse_uncertainty_reaches_the_category_as_its_range(tmp_path: Path) -> None:
    """Six of eight (0: of ten, 3: of seven): 75 %, 60 %, 85.7 % over nine tenths."""
    table = tmp_path / "units.csv"
    table.write_text("ecosystem,area_km2,baseline,present,collapse\nfen,90,10,4,2 (0-3)\nfen,10,10,10,2 (0-3)\n")
    found = severity_of([table], SeverityOptions())
    outcome = found.outcome(0)
    assert (outcome.category, outcome.low, outcome.high) == ("EN", "EN", "CR")
    assert found.findings()["C1_extent_percent"].to_pylist() == ["90|90|0 (0 to 90)|0"]


def stack(tmp_path: Path, *, height: int = 40, width: int = 30) -> tuple[list[Path], Path, np.ndarray, np.ndarray]:
    """Write a variable at three dates with holes, and a map of three classes with no data."""
    random = np.random.default_rng(8)
    values = random.uniform(20, 100, (3, height, width)).astype(np.float32)
    values[1:] = values[:1] * np.array([0.8, 0.45], np.float32)[:, None, None] + random.uniform(
        -9, 9, (2, height, width)
    )
    values[random.random(values.shape) < 0.05] = np.nan
    codes = random.integers(0, 4, (height, width)).astype(np.uint8)
    paths = []
    for year, layer in zip(YEARS, values, strict=True):
        paths.append(tmp_path / f"v{year}.tif")
        write_raster(paths[-1], layer, "EPSG:4326", PLACE)
    write_raster(tmp_path / "map.tif", codes, "EPSG:4326", PLACE, nodata=0)
    return paths, tmp_path / "map.tif", values.astype(float), codes


def plain_extents(values: np.ndarray, codes: np.ndarray, code: int, collapse: float) -> list[float]:
    """Pixel by pixel, with the true area of each row."""
    areas = row_pixel_areas_m2(PixelGrid("EPSG:4326", PLACE, codes.shape[1], codes.shape[0]))
    reached, total = dict.fromkeys((30, 50, 80), 0.0), 0.0
    for row, column in zip(*np.nonzero(codes == code), strict=True):
        start, now = values[0, row, column], values[2, row, column]
        if np.isnan(start) or np.isnan(now):
            continue
        if start <= collapse:
            severity = 100.0 if now <= collapse else 0.0
        else:
            severity = min(max(100 * (start - now) / (start - collapse), 0), 100)
        total += areas[row]
        for at in reached:
            reached[at] += areas[row] if severity >= at else 0.0
    return [100 * reached[at] / total for at in reached]


def test_rasters_equal_a_plain_recount_by_class_with_the_collapse_values_bounds(tmp_path: Path) -> None:
    paths, classes, values, codes = stack(tmp_path)
    found = severity_of(paths, SeverityOptions(collapse="25 (20-30)", collapse_at="low", map=classes))
    assert found.names == ("1", "2", "3")
    for kind, name in enumerate(found.names):
        curve = found.tally.curve(kind)
        assert curve is not None
        for side, collapse in zip(curve, (25, 20, 30), strict=True):
            assert [side[at] for at in (30, 50, 80)] == pytest.approx(
                plain_extents(values, codes, int(name), collapse), rel=1e-9
            )
        lost = (codes == int(name)) & (np.isnan(values[0]) | np.isnan(values[2]))
        assert found.tally.units[kind] == (codes == int(name)).sum() - lost.sum()
        assert 0 < found.findings()["unknown_percent"][kind].as_py() < 20


def test_blocks_and_threads_change_no_integer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, classes, _, _ = stack(tmp_path, height=700)
    options = SeverityOptions(collapse="25 (20-30)", collapse_at="low", map=classes, workers=1)
    whole = severity_of(paths, options)
    monkeypatch.setattr(job, "BLOCK_PIXELS", 1)
    monkeypatch.setattr(job, "CHUNK_PIXELS", 137)
    parts = severity_of(paths, SeverityOptions(**{**vars(options), "workers": 3}))
    np.testing.assert_array_equal(whole.tally.area, parts.tally.area)
    np.testing.assert_array_equal(whole.tally.unknown, parts.tally.unknown)
    assert whole.findings().equals(parts.findings())


def test_areas_are_those_that_measure_gives(tmp_path: Path) -> None:
    """In a projected CRS too: known and unknown area of each class together are its measured area."""
    from biosetu.jobs.ecosystems_inputs import MeasureOptions
    from biosetu.jobs.ecosystems_measure import measure_maps

    paths, classes, values, codes = stack(tmp_path)
    place = (300.0, 0.0, 5e5, 0.0, -300.0, 3e6)
    for path, layer in zip(paths, values, strict=True):
        write_raster(path, layer, "EPSG:32644", place)
    write_raster(classes, codes, "EPSG:32644", place, nodata=0)
    found = severity_of(paths, SeverityOptions(collapse="25", collapse_at="low", map=classes))
    measured = {
        row["class"]: row["area_units"] for row in measure_maps([classes], MeasureOptions()).measures.to_pylist()
    }
    own = {name: found.tally.known(kind) + int(found.tally.unknown[kind]) for kind, name in enumerate(found.names)}
    assert own == measured


def test_collapse_values_by_class_leave_the_other_classes_out(tmp_path: Path) -> None:
    paths, classes, values, codes = stack(tmp_path)
    table, names = tmp_path / "collapse.csv", tmp_path / "classes.csv"
    table.write_text("ecosystem,collapse\n2,25\n3,90 (80-95)\n")
    names.write_text("code,name\n2,Fen\n3,Reef\n")
    options = SeverityOptions(collapse=str(table), collapse_at="low", map=classes, classes=names, criterion="D1")
    found = severity_of(paths, options).findings().to_pylist()
    assert [(row["ecosystem"], row["name"], row["criterion"]) for row in found] == [
        ("2", "Fen", "D1"),
        ("3", "Reef", "D1"),
    ]
    assert "D1_severity_percent" in found[0]
    curve = severity_of(paths, options).tally.curve(0)
    assert curve is not None
    assert [curve[0, at] for at in (30, 50, 80)] == pytest.approx(plain_extents(values, codes, 2, 25), rel=1e-9)


def test_memory_follows_the_block_and_not_the_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the rows, blocks of the same size: no more memory than a quarter on top."""
    monkeypatch.setattr(job, "BLOCK_PIXELS", 3 * 512 * 300)
    monkeypatch.setattr(job, "CHUNK_PIXELS", 50_000)
    peaks = []
    for height in (1024, 4096):
        (tmp_path / str(height)).mkdir()
        paths, _, _, _ = stack(tmp_path / str(height), height=height, width=300)
        tracemalloc.start()
        severity_of(paths, SeverityOptions(collapse="25", collapse_at="low", workers=1))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.25 * peaks[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"collapse": "5"}, "Say with --collapse-at"),
        ({"collapse_at": "low"}, "Say with --collapse at which value"),
        ({"collapse": "much", "collapse_at": "low"}, "cannot be read"),
        ({"collapse": "5", "collapse_at": "low", "criterion": "E"}, "There is no criterion 'E' here"),
        ({"collapse": "5", "collapse_at": "left"}, "low or at high"),
    ],
)
def test_choices_that_do_not_fit_are_told(options: dict[str, str], message: str, tmp_path: Path) -> None:
    paths, _, _, _ = stack(tmp_path)
    with pytest.raises(UsageError, match=message):
        severity_of(paths, SeverityOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("table", "arguments", "said"),
    [
        (SERIES, ["--map", "map.tif", "--align", "--nodata", "0"], "--map, --nodata, --align: this is of rasters"),
        ("ecosystem,area_km2,baseline,present,collapse\nfen,9,8,4,2\n", ["--present", "2020"], "have no years"),
        ("ecosystem,area_km2,baseline,present,collapse\nfen,9,8,4,2\n", ["--extrapolate"], "have no years"),
        (None, ["--nodata", "0"], "--nodata: this is of --map"),
    ],
)
def test_options_that_would_change_nothing_are_refused(
    table: str | None, arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, classes, _, _ = stack(tmp_path, height=4, width=4)
    (tmp_path / "units.csv").write_text(table or "")
    given = [tmp_path / "units.csv"] if table else [*paths, "--collapse", "25", "--collapse-at", "low"]
    assert run("severity", *given, *(classes if each == "map.tif" else each for each in arguments)) == 2
    assert said in capsys.readouterr().err


def test_bad_collapse_value_after_an_empty_row_is_told_by_its_row_in_the_file(tmp_path: Path) -> None:
    table = tmp_path / "collapse.csv"
    table.write_text("ecosystem,collapse\n1,10\n,\n2,much\n")
    with pytest.raises(DataError) as refused:
        job.read_collapse(table)
    assert [(problem.row, problem.value) for problem in refused.value.problems] == [(4, "much")]


def test_one_raster_is_no_series_and_two_tables_are_too_many(tmp_path: Path) -> None:
    paths, _, _, _ = stack(tmp_path)
    with pytest.raises(UsageError, match="two or more dates"):
        severity_of(paths[:1], SeverityOptions(collapse="5", collapse_at="low"))
    with pytest.raises(UsageError, match="one table of units"):
        severity_of([tmp_path / "a.csv", paths[0]], SeverityOptions())


def test_window_beyond_the_dates_is_refused_or_extrapolated(tmp_path: Path) -> None:
    """From 100 by one a year: in 2020 it is 50; 2070 it would be 0, collapse is at 20."""
    table = tmp_path / "units.csv"
    table.write_text("ecosystem,unit,area_km2,year,value,collapse\nfen,a,1,1970,100,20\nfen,a,1,2020,50,20\n")
    with pytest.raises(DataError, match="C2a looks from 2020 to 2070, beyond the dates of the series"):
        severity_of([table], SeverityOptions(criterion="C2a"))
    found = severity_of([table], SeverityOptions(criterion="C2a", extrapolate=True))
    assert found.outcome(0).category == "CO"
    assert found.findings()["extrapolated"].to_pylist() == [True]
    assert severity_of([table], SeverityOptions()).findings()["extrapolated"].to_pylist() == [False]


def test_every_cell_of_a_table_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    table = tmp_path / "units.csv"
    table.write_text(
        "ecosystem,unit,area_km2,year,value,collapse\n"
        "fen,a,1,1970,x,20\n,,,,,\nfen,a,2,1970,5,20\nfen,b,-4,1980,5,20\nfen,c,1,,5,20\n"
    )
    with pytest.raises(DataError) as raised:
        severity_of([table], SeverityOptions())
    assert [(each.row, each.column) for each in raised.value.problems] == [
        (2, "value"),
        (4, "year"),
        (5, "area_km2"),
        (6, "year"),
    ]


def test_sides_of_collapse_that_differ_are_asked_for(tmp_path: Path) -> None:
    table = tmp_path / "units.csv"
    table.write_text("ecosystem,area_km2,baseline,present\nfen,1,10,5\nfen,1,2,1\n")
    with pytest.raises(DataError, match="on both sides"):
        severity_of([table], SeverityOptions(collapse="4"))
    found = severity_of([table], SeverityOptions(collapse="4", collapse_at="low"))
    curve = found.tally.curve(0)
    assert curve is not None
    assert [curve[0, at] for at in (50, 84, 100)] == [100, 50, 50]


def test_rasters_on_different_grids_are_refused_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, _, values, _ = stack(tmp_path)
    write_raster(paths[2], values[2], "EPSG:4326", (0.01, 0.0, 80.5, 0.0, -0.01, 60.0))
    arguments = ("severity", *paths, "--collapse", "25", "--collapse-at", "low", "--quiet")
    assert run(*arguments) == main.DATA_PROBLEMS
    assert "is not on the grid" in capsys.readouterr().err
    assert run(*arguments, "--align") == 0


def test_findings_of_ecosystems_that_the_template_lacks_are_named(tmp_path: Path) -> None:
    template, findings = tmp_path / "t.csv", tmp_path / "f.csv"
    template.write_text("ecosystem\nreef\n")
    findings.write_text("ecosystem,C1_severity_percent,C1_extent_percent\nlake,30,80\n")
    assert run("assess", template, "--degradation", findings) == main.DATA_PROBLEMS
    findings.write_text("ecosystem,category\nreef,VU\n")
    assert run("assess", template, "--degradation", findings) == main.DATA_PROBLEMS


def test_projected_pixels_turned_on_the_ground_are_weighed_by_their_area(tmp_path: Path) -> None:
    turned = Affine(400, 300, 5e5, 300, -400, 3e6)
    for year, value in zip(YEARS, (10, 8, 5), strict=True):
        write_raster(tmp_path / f"v{year}.tif", np.full((9, 7), value, np.int16), "EPSG:32644", tuple(turned)[:6])
    paths = [tmp_path / f"v{year}.tif" for year in YEARS]
    (row,) = severity_of(paths, SeverityOptions(collapse="0", collapse_at="low")).findings().to_pylist()
    assert row["ecosystem"] == "everywhere"
    assert row["area_km2"] == pytest.approx(63 * 0.25 / 0.9996**2, rel=1e-4)
    assert row["C1_extent_percent"] == "100|100|0|0"


def test_nodata_of_the_map_is_no_nodata_of_the_variable(tmp_path: Path) -> None:
    for year, value in zip(YEARS, (10, 8, 0), strict=True):
        write_raster(tmp_path / f"v{year}.tif", np.full((4, 4), value, np.int16), "EPSG:4326", PLACE)
    codes = np.ones((4, 4), np.uint8)
    codes[0] = 0
    write_raster(tmp_path / "map.tif", codes, "EPSG:4326", PLACE)
    paths = [tmp_path / f"v{year}.tif" for year in YEARS]
    options = SeverityOptions(collapse="-10", collapse_at="low", map=tmp_path / "map.tif", nodata=(0,))
    (row,) = severity_of(paths, options).findings().to_pylist()
    assert (row["ecosystem"], row["units"], row["unknown_percent"]) == ("1", 12, 0)
    assert row["C1_extent_percent"] == "100|100|0|0"


def test_units_of_any_dates_together_give_what_each_gives_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units with dates and sides of their own, in chunks of two: areas by severity are the sums of each alone."""
    random = np.random.default_rng(4)
    head, rows = SERIES.splitlines()[0], []
    for number in range(9):
        years = sorted(random.choice(range(1950, 2025), random.integers(1, 5), replace=False).tolist())
        low = number % 2
        end = "10 (8-12)" if low else "90 (85-95)"
        values = random.integers(20, 80, len(years)).tolist()
        rows.append(
            [
                f"{'reef' if low else 'lake'},{number},{number + 1},{year},{value} ({value - 3}-{value + 2}),{end}"
                for year, value in zip(years, values, strict=True)
            ]
        )

    def tally(name: str, parts: list[list[str]]) -> SeverityTally:
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([head, *(row for part in parts for row in part)]))
        found = severity_of([path], SeverityOptions("C1", extrapolate=True, present=2020))
        both = SeverityTally(2)
        for kind, ecosystem in enumerate(("reef", "lake")):
            if ecosystem in found.names:
                one = found.tally.of(found.names.index(ecosystem))
                both.area[:, kind], both.unknown[kind], both.units[kind] = one.area[:, 0], one.unknown[0], one.units[0]
        return both

    monkeypatch.setattr(job, "UNITS_AT_ONCE", 2)
    together, alone = tally("all", rows), SeverityTally(2)
    for number, part in enumerate(rows):
        alone.merge(tally(f"unit{number}", [part]))
    assert 0 < together.unknown.sum() < together.area[0].sum()
    for name in ("area", "unknown", "units"):
        np.testing.assert_array_equal(getattr(together, name), getattr(alone, name))
