import re
from xml.etree import ElementTree

import geopandas as gpd
import pyarrow.csv as pa_csv
import pytest
import rasterio
import shapely

from biosetu.cli.main import run
from biosetu.figures.unitmap import FILLS, WIDTH
from biosetu.geo.area import areas_km2
from biosetu.jobs.planning import solve_problem, write_marxan
from biosetu.jobs.planning_folder import open_problem
from biosetu.problems import DataError, UsageError


@pytest.fixture
def folder(tmp_path):
    outline = tmp_path / "outline.geojson"
    outline.write_text(shapely.to_geojson(shapely.box(84, 27, 84.5, 27.5)), encoding="utf-8")
    problem = tmp_path / "problem"
    assert run(["plan", "units", "--within", str(outline), "--cell-km", "10", "--out", str(problem)]) == 0
    frame = gpd.read_parquet(problem / "units.parquet")
    lines = [f"west,{unit},{area}" for unit, area in zip(frame.unit, frame.area_km2, strict=True) if unit % 2]
    lines += [f"all,{unit},{area}" for unit, area in zip(frame.unit, frame.area_km2, strict=True)]
    (problem / "amounts.csv").write_text("feature,unit,amount\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (problem / "features.csv").write_text("feature,share\nwest,0.3\nall,0.3\n", encoding="utf-8")
    (problem / "problem.toml").write_text("penalty = 1.0\ngap = 0.05\nseconds = 5\n", encoding="utf-8")
    return problem


def cut(tmp_path, column, names=("AAA", "BBB")):
    halves = [shapely.box(84, 27, 84.23, 27.5), shapely.box(84.23, 27, 84.5, 27.5)]
    gpd.GeoDataFrame({"ISO3": names}, geometry=halves, crs="EPSG:4326").to_file(tmp_path / "parties.gpkg")
    paths = ["--within", str(tmp_path / "parties.gpkg"), "--out", str(tmp_path / "cut")]
    return run(["plan", "units", "--cell-km", "10", *paths, "--party-column", column])


def test_units_of_two_parties_are_cut_along_their_border(tmp_path):
    assert cut(tmp_path, "ISO3") == 0
    units = gpd.read_parquet(tmp_path / "cut" / "units.parquet")
    halves = areas_km2([shapely.box(84, 27, 84.23, 27.5), shapely.box(84.23, 27, 84.5, 27.5)])
    assert units.groupby("party").area_km2.sum().to_dict() == pytest.approx(
        {"AAA": halves[0], "BBB": halves[1]}, rel=1e-4
    )
    assert open_problem(tmp_path / "cut", begun=True).loaded.problem.groups == ("AAA", "BBB")


def test_party_column_that_is_not_there_or_not_filled_is_told(tmp_path, capsys):
    assert cut(tmp_path, "party") == 1
    said = capsys.readouterr().err
    assert "there is no such column" in said
    assert "Use one of ISO3" in said
    assert cut(tmp_path, "ISO3", ("AAA", None)) == 1
    assert "parties.gpkg, row 3, column ISO3: a polygon has no name" in capsys.readouterr().err


def test_solve_writes_units_features_and_raster(folder, tmp_path, capsys):
    plan, raster, features = tmp_path / "plan.parquet", tmp_path / "plan.tif", tmp_path / "features.csv"
    assert run(["plan", "solve", str(folder), "--quiet", "--out", str(plan), "--features", str(features)]) == 0
    assert run(["plan", "solve", str(folder), "--quiet", "--out", str(raster)]) == 0
    chosen = gpd.read_parquet(plan)
    assert "2 of 2 targets are met" in capsys.readouterr().out
    assert chosen.cost[chosen.selected].sum() >= 0.3 * chosen.cost.sum() - 1e-6
    with rasterio.open(raster) as made:
        values = made.read(1)
        assert 0 < (values == 1).sum() <= chosen.selected.sum()
        assert set(values.ravel().tolist()) <= {0, 1, 255}
        assert made.nodata == 255
    assert pa_csv.read_csv(features).column("met").to_pylist() == [True, True]


def test_solve_writes_a_map(folder, tmp_path):
    drawn = tmp_path / "plan.svg"
    assert run(["plan", "solve", str(folder), "--quiet", "--out", str(drawn)]) == 0
    text = drawn.read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert "imply no opinion" in text


def test_marxan_folder_gives_the_same_value(folder, tmp_path):
    opened = open_problem(folder, {"gap": 0.0, "seconds": 200.0})
    write_marxan(opened.loaded.problem, tmp_path / "marxan")
    again = open_problem(tmp_path / "marxan", {"gap": 0.0, "seconds": 200.0})
    first, second = solve_problem(opened), solve_problem(again)
    assert second.plan.evaluation.value == pytest.approx(first.plan.evaluation.value)


def test_budget_is_asked_for(folder):
    with pytest.raises(UsageError, match="needs a budget"):
        solve_problem(open_problem(folder, {"objective": "maximum-utility"}))


def test_missing_tables_are_listed(tmp_path):
    with pytest.raises(DataError) as error:
        open_problem(tmp_path)
    assert [problem.value for problem in error.value.problems] == ["units", "features", "amounts"]


def test_words_are_in_the_language_asked_for_and_name_the_shortfall(folder):
    outcome = solve_problem(open_problem(folder, {"objective": "minimum-shortfall", "budget": 300.0, "penalty": 0.0}))
    assert any("of the target is missing" in line for line in outcome.words)
    assert outcome.plan.evaluation.cost <= 300.0


def test_unknown_objective_is_a_usage_error(folder):
    with pytest.raises(UsageError, match="no objective 'best'"):
        solve_problem(open_problem(folder, {"objective": "best"}))


def solved(folder, path):
    assert run(["plan", "solve", str(folder), "--quiet", "--out", str(path)]) == 0
    return path


def test_raster_holds_the_plan_at_the_middle_of_each_whole_unit(folder, tmp_path):
    chosen = gpd.read_parquet(solved(folder, tmp_path / "plan.parquet"))
    whole = chosen.geometry.area > 0.999 * chosen.geometry.area.max()
    assert whole.sum() > 10
    with rasterio.open(solved(folder, tmp_path / "plan.tif")) as raster:
        assert raster.crs == rasterio.CRS.from_user_input(chosen.crs)
        middles = [(point.x, point.y) for point in chosen.geometry[whole].centroid]
        values = [int(value[0]) for value in raster.sample(middles)]
    assert values == chosen.selected[whole].astype(int).tolist()


def drawn_area(path):
    """The area of the rings of an SVG path, holes taken out (even-odd)."""
    rings = [[tuple(map(float, pair.split())) for pair in ring.split("L")] for ring in re.findall(r"M([^Z]+)Z", path)]
    whole = shapely.Polygon()
    for ring in rings:
        whole = shapely.symmetric_difference(whole, shapely.make_valid(shapely.Polygon(ring)))
    return whole.area


def test_map_draws_the_units_of_each_class_with_their_area(folder, tmp_path):
    lock = tmp_path / "lock.geojson"
    lock.write_text(shapely.to_geojson(shapely.box(84, 27, 84.25, 27.25)), encoding="utf-8")
    assert run(["plan", "lock", str(folder), str(lock)]) == 0
    chosen = gpd.read_parquet(solved(folder, tmp_path / "plan.parquet"))
    root = ElementTree.fromstring(solved(folder, tmp_path / "plan.svg").read_text(encoding="utf-8"))
    paths = {path.get("fill"): path.get("d") for path in root.iter("{http://www.w3.org/2000/svg}path")}
    locked = chosen.status == "in"
    classes = {"out": ~chosen.selected, "locked": chosen.selected & locked, "chosen": chosen.selected & ~locked}
    assert all(flags.any() for flags in classes.values())
    scale = (WIDTH / (chosen.total_bounds[2] - chosen.total_bounds[0])) ** 2
    for name, flags in classes.items():
        assert drawn_area(paths[FILLS[name]]) == pytest.approx(scale * chosen.geometry.area[flags].sum(), rel=0.01)
    texts = " ".join("".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text"))
    for flags in classes.values():
        assert f"({int(flags.sum())})" in texts


def test_report_says_what_is_met_at_which_cost_and_how_sure(folder, tmp_path, capsys):
    chosen = gpd.read_parquet(solved(folder, tmp_path / "plan.parquet"))
    said = capsys.readouterr().out.splitlines()
    cost = chosen.cost[chosen.selected].sum()
    assert said[0] == "Aim: meet every target at least cost."
    count = f"{int(chosen.selected.sum())} of {len(chosen)} planning units are chosen (0 of them locked in)"
    assert said[1] == f"{count}; they cost {cost:,.6g}."
    outline = shapely.union_all(chosen.geometry[chosen.selected]).length / 1000
    assert float(re.search(r"outline is ([\d.,]+) long", said[2])[1].replace(",", "")) == pytest.approx(outline, 1e-4)
    assert said[3].startswith("2 of 2 targets are met")
    assert re.search(r"No (better plan exists|plan can be more than [0-4]\.\d\d % better)", said[4])


def test_feature_without_a_target_is_told_with_the_share_that_was_taken(folder):
    (folder / "features.csv").write_text("feature,share\nwest,\nall,0.3\n", encoding="utf-8")
    words = solve_problem(open_problem(folder)).words
    assert words[-1] == "No target is written for west: 17 % of all there is was taken."
    (folder / "features.csv").write_text("feature,share\nwest,0.3\nall,0.3\n", encoding="utf-8")
    assert not any("No target is written" in line for line in solve_problem(open_problem(folder)).words)


@pytest.mark.parametrize("objective", ["minimum-shortfall", "maximum-utility"])
def test_targets_of_parties_are_constraints_under_budgets(folder, capsys, objective):
    units = gpd.read_parquet(folder / "units.parquet")
    units["party"] = ["AAA" if unit % 2 else "BBB" for unit in units.unit]
    units.to_parquet(folder / "units.parquet")
    (folder / "national.csv").write_text("feature,party,target\nwest,AAA,20\n", encoding="utf-8")
    found = solve_problem(open_problem(folder, {"objective": objective, "budget": 500.0}))
    row = next(row for row in found.features.to_pylist() if row["feature"] == "west (AAA)")
    assert row["achieved"] >= 20.0
    command = ["plan", "solve", str(folder), "--quiet", "--objective", objective]
    assert run([*command, "--budget", "1"]) == 1
    assert "no choice within the budget meets all required targets: of 20 at best 0 is held" in capsys.readouterr().err
