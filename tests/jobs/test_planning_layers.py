import geopandas as gpd
import pyarrow.csv as pa_csv
import pytest
import shapely

from biosetu.cli.main import run
from biosetu.geo.area import areas_km2
from biosetu.jobs.planning import open_problem, solve_problem


@pytest.fixture
def made(tmp_path):
    outline = tmp_path / "outline.gpkg"
    gpd.GeoDataFrame({"name": ["all"]}, geometry=[shapely.box(84, 27, 85, 28)], crs="EPSG:4326").to_file(outline)
    halves = [shapely.box(84, 27, 84.5, 28), shapely.box(84.4, 27, 84.6, 28), shapely.box(84.6, 27, 85, 28)]
    layer = gpd.GeoDataFrame({"kind": ["forest", "forest", "marsh"]}, geometry=halves, crs="EPSG:4326")
    layer.to_file(tmp_path / "layer.gpkg")
    park = gpd.GeoDataFrame({"name": ["park"]}, geometry=[shapely.box(84, 27, 84.3, 27.3)], crs="EPSG:4326")
    park.to_file(tmp_path / "park.gpkg")
    folder = tmp_path / "problem"
    assert run(["plan", "units", "--within", str(outline), "--cell-km", "8", "--out", str(folder)]) == 0
    return tmp_path


def features(made, *options):
    return run(["plan", "features", str(made / "problem"), str(made / "layer.gpkg"), "--by-column", "kind", *options])


def test_amounts_of_a_feature_add_up_to_its_area_counted_once(made):
    assert features(made) == 0
    rows = pa_csv.read_csv(made / "problem" / "amounts.csv").to_pylist()
    forest = sum(row["amount"] for row in rows if row["feature"] == "forest")
    assert forest == pytest.approx(areas_km2([shapely.box(84, 27, 84.6, 28)])[0], rel=2e-4)


def test_feature_added_again_is_replaced(made):
    assert features(made) == 0
    first = pa_csv.read_csv(made / "problem" / "amounts.csv").num_rows
    assert features(made, "--share", "0.5") == 0
    assert pa_csv.read_csv(made / "problem" / "amounts.csv").num_rows == first
    assert pa_csv.read_csv(made / "problem" / "features.csv").column("share").to_pylist() == [0.5, 0.5]


def test_protected_units_are_locked_in_and_free_of_cost(made):
    assert features(made) == 0
    assert run(["plan", "lock", str(made / "problem"), str(made / "park.gpkg")]) == 0
    outcome = solve_problem(open_problem(made / "problem", {"gap": 0.01, "seconds": 5.0}))
    problem = outcome.problem
    park = areas_km2([shapely.box(84, 27, 84.3, 27.3)])[0]
    held = problem.amounts[[0], :].toarray()[0]
    assert held[problem.locked_in].sum() == pytest.approx(park, rel=0.3)
    assert problem.cost[problem.locked_in].sum() == 0.0
    assert outcome.plan.selected[problem.locked_in].all()
    assert outcome.features.column("met").to_pylist() == [True, True]


def test_unknown_column_is_told(made, capsys):
    assert run(["plan", "features", str(made / "problem"), str(made / "layer.gpkg"), "--by-column", "nothing"]) == 1
    assert "there is no such column" in capsys.readouterr().err
