from itertools import pairwise

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import shapely

from biosetu.cli.main import run
from biosetu.engine.surfaces import write_flags
from biosetu.engine.vectors import with_geometry
from biosetu.geo.area import areas_km2
from biosetu.jobs.planning import solve_problem, write_units
from biosetu.jobs.planning_folder import areas_of, open_problem
from biosetu.planning import protection_of
from biosetu.problems import DataError


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
    assert forest == pytest.approx(areas_km2([shapely.box(84, 27, 84.6, 28)])[0], rel=1e-6)


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


def in_degrees(folder, south=60.0, crs="EPSG:4326"):
    """A folder whose units are boxes of half a degree, as somebody's own file may hold them."""
    shapes = [shapely.box(10 + 0.5 * k, south, 10.5 + 0.5 * k, south + 0.5) for k in range(4)]
    if crs != "EPSG:4326":
        shapes = gpd.GeoSeries(shapely.segmentize(shapes, 0.001), crs="EPSG:4326").to_crs(crs).to_numpy()
    table = pa.table({"unit": [1, 2, 3, 4], "cost": [1.0] * 4})
    nothing = pa.table({"unit1": [1], "unit2": [2], "length": [1.0]})
    write_units(with_geometry(table, shapes, crs), nothing, folder)
    return folder


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:25832"])
def test_units_in_degrees_or_metres_of_any_system_hold_areas_on_the_ellipsoid(tmp_path, crs):
    folder = in_degrees(tmp_path / "problem", crs=crs)
    wide = [shapely.box(10.25, 60.0, 11.75, 60.5)]
    gpd.GeoDataFrame({"kind": ["bog"]}, geometry=wide, crs="EPSG:4326").to_file(tmp_path / "bog.gpkg")
    assert run(["plan", "features", str(folder), str(tmp_path / "bog.gpkg"), "--by-column", "kind"]) == 0
    amounts = pa_csv.read_csv(folder / "amounts.csv").column("amount").to_pylist()
    edges = [10.25, 10.5, 11.0, 11.5, 11.75]
    expected = [areas_km2([shapely.box(a, 60.0, b, 60.5)])[0] for a, b in pairwise(edges)]
    assert amounts == pytest.approx(expected, rel=3e-6)
    opened = open_problem(folder)
    assert areas_of(opened) == pytest.approx(areas_km2([shapely.box(10, 60, 10.5, 60.5)] * 4), rel=3e-6)


def test_lock_of_units_in_degrees_goes_by_the_share_of_their_area(tmp_path):
    folder = in_degrees(tmp_path / "problem")
    half = [shapely.box(10.0, 60.0, 10.25, 60.5), shapely.box(10.5, 60.0, 10.74, 60.5)]
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=half, crs="EPSG:4326").to_file(tmp_path / "park.gpkg")
    assert run(["plan", "lock", str(folder), str(tmp_path / "park.gpkg"), "--least", "0.5"]) == 0
    frame = gpd.read_parquet(folder / "units.parquet")
    assert frame["status"].tolist() == ["in", "free", "free", "free"]
    assert frame["cost"].tolist() == [0.0, 1.0, 1.0, 1.0]


UNFIT = {
    "points": ([shapely.Point(84.5, 27.5)], "the layer holds points or lines ('1 of 1')"),
    "points among polygons": (
        [shapely.box(84, 27, 84.5, 28), shapely.Point(84.6, 27.5)],
        "the layer holds points or lines ('1 of 2')",
    ),
    "lines": ([shapely.LineString([(84, 27), (85, 28)])], "the layer holds points or lines"),
    "no shapes": ([None, None], "the layer holds no polygon"),
    "empty shapes": ([shapely.Polygon()], "the layer holds no polygon"),
    "no rows": ([], "the layer holds no polygon"),
    "another country": ([shapely.box(20, 10, 21, 11)], "nothing of the layer lies within the planning units"),
    "swapped axes": ([shapely.box(27, 84, 28, 85)], "nothing of the layer lies within the planning units"),
    "swapped beyond the pole": ([shapely.box(27, 100, 28, 101)], "longitude and latitude are swapped"),
    "metres": ([shapely.box(600000, 3000000, 610000, 3010000)], "says degrees but holds metres"),
}


@pytest.mark.parametrize(("shapes", "told"), UNFIT.values(), ids=UNFIT)
@pytest.mark.parametrize("command", ["features", "lock"])
def test_layer_that_cannot_be_used_is_told_and_nothing_changes(made, capsys, shapes, told, command):
    path = made / "unfit.gpkg"
    names = [f"n{k}" for k in range(len(shapes))]
    gpd.GeoDataFrame({"kind": names}, geometry=shapes, crs="EPSG:4326").to_file(path)
    before = {file.name: file.read_bytes() for file in (made / "problem").iterdir()}
    options = ["--by-column", "kind"] if command == "features" else []
    assert run(["plan", command, str(made / "problem"), str(path), *options]) == 1
    assert told in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in (made / "problem").iterdir()} == before


@pytest.mark.parametrize(
    ("shapes", "told"),
    [case for name, case in UNFIT.items() if name.startswith("swapped beyond") or name in ("no rows", "no shapes")]
    + [([shapely.Point(84.5, 27.5)], "the outline has no polygon"), ([shapely.Polygon()], "no polygon")],
)
def test_outline_that_cannot_be_covered_is_told(tmp_path, capsys, shapes, told):
    path = tmp_path / "outline.gpkg"
    gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs="EPSG:4326").to_file(path)
    assert run(["plan", "units", "--within", str(path), "--cell-km", "8", "--out", str(tmp_path / "out")]) == 1
    assert told.replace("the layer holds no polygon", "the outline has no polygon") in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_polygon_without_a_name_is_told_by_its_row(made, capsys):
    shapes = [shapely.box(84, 27, 84.5, 28), shapely.box(84.5, 27, 85, 28)]
    gpd.GeoDataFrame({"kind": ["a", None]}, geometry=shapes, crs="EPSG:4326").to_file(made / "unnamed.gpkg")
    assert run(["plan", "features", str(made / "problem"), str(made / "unnamed.gpkg"), "--by-column", "kind"]) == 1
    assert "unnamed.gpkg, row 3, column kind: a polygon has no name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [([], "--by-column"), (["--by-column", "kind", "--values", "classes"], "are of rasters")],
)
def test_option_that_a_layer_of_polygons_does_not_have_is_refused(made, capsys, options, told):
    assert run(["plan", "features", str(made / "problem"), str(made / "layer.gpkg"), *options]) == 2
    assert told in capsys.readouterr().err


def test_area_that_a_table_tells_goes_before_and_must_be_one(tmp_path):
    folder = tmp_path / "problem"
    folder.mkdir()
    (folder / "units.csv").write_text("unit,area_km2\n1,2.5\n2,4\n", encoding="utf-8")
    (folder / "features.csv").write_text("feature,share\na,0.5\n", encoding="utf-8")
    (folder / "amounts.csv").write_text("feature,unit,amount\na,1,4\n", encoding="utf-8")
    assert areas_of(open_problem(folder)).tolist() == [2.5, 4.0]
    (folder / "units.csv").write_text("unit,area_km2\n1,2.5\n2,-4\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"units\.csv, row 3, column area_km2: this is no area"):
        open_problem(folder)


NAMED = '[files]\nunits = "places.gpkg"\nfeatures = "wanted.csv"\namounts = "held.parquet"\n'


def renamed(made):
    """Make the folder one whose problem.toml names other files, beside tables of the usual names that are not read."""
    folder = made / "problem"
    gpd.read_parquet(folder / "units.parquet").to_file(folder / "places.gpkg")
    (folder / "units.parquet").unlink()
    (folder / "features.csv").write_text("feature,share\nold,0.5\n")
    (folder / "amounts.csv").write_text("feature,unit,amount\nold,1,3\n")
    (folder / "wanted.csv").write_text("feature,target\ncarbon,4\n")
    pq.write_table(pa.table({"feature": ["carbon"], "unit": [1], "amount": [9.0]}), folder / "held.parquet")
    (folder / "problem.toml").write_text(NAMED)
    return folder


def test_files_that_the_settings_name_are_those_that_are_filled_and_solved(made, capfd):
    folder = renamed(made)
    before = (folder / "features.csv").read_bytes(), (folder / "amounts.csv").read_bytes()
    assert features(made) == 0
    assert run(["plan", "lock", str(folder), str(made / "park.gpkg")]) == 0
    opened = open_problem(folder)
    assert opened.loaded.problem.feature == ("carbon", "forest", "marsh")
    assert opened.loaded.problem.locked_in.sum() > 0
    assert opened.loaded.problem.target[0] == 4.0
    assert solve_problem(opened).plan.evaluation.feasible
    assert ((folder / "features.csv").read_bytes(), (folder / "amounts.csv").read_bytes()) == before
    assert not (folder / "units.parquet").exists()


def test_tables_of_marxan_are_not_filled_but_told(made, capfd):
    folder = renamed(made)
    (folder / "spec.dat").write_text("id,prop\n1,0.3\n")
    (folder / "puvspr.dat").write_text("species,pu,amount\n1,1,9\n")
    (folder / "problem.toml").write_text(NAMED.replace("wanted.csv", "spec.dat").replace("held.parquet", "puvspr.dat"))
    assert run(["plan", "features", str(folder), str(made / "layer.gpkg"), "--by-column", "kind"]) == 1
    told = capfd.readouterr().err
    assert "spec.dat" in told
    assert "puvspr.dat" in told
    assert "a column `feature`" in told


def test_units_without_polygons_take_no_layer(made, capfd):
    folder = made / "bare"
    folder.mkdir()
    (folder / "units.csv").write_text("unit,cost\n1,1\n")
    assert run(["plan", "lock", str(folder), str(made / "park.gpkg")]) == 1
    assert "the units have no polygons" in capfd.readouterr().err


def test_only_what_counts_as_protected_locks_units_and_points_take_their_area(made, capsys):
    kinds = {"STATUS": ["Designated", "Proposed", "Designated", "Designated"], "REP_AREA": [0.0, 0.0, 0.0, 700.0]}
    designations = ["Park", "Park", "UNESCO-MAB Biosphere Reserve", "Park"]
    quarter = [shapely.box(84, 27, 84.3, 27.3), shapely.box(84.7, 27, 85, 27.3), shapely.box(84, 27.7, 84.3, 28)]
    layer = gpd.GeoDataFrame(
        {**kinds, "DESIG_ENG": designations}, geometry=[*quarter, shapely.Point(84.85, 27.85)], crs="EPSG:4326"
    )
    layer.to_file(made / "WDPA.geojson")
    assert run(["plan", "lock", str(made / "problem"), str(made / "WDPA.geojson")]) == 0
    frame = gpd.read_parquet(made / "problem" / "units.parquet")
    middle = frame[frame.status == "in"].geometry.centroid.to_crs("EPSG:4326")
    west_south = ((middle.x < 84.35) & (middle.y < 27.35)).sum()
    east_north = ((middle.x > 84.65) & (middle.y > 27.65)).sum()
    assert west_south + east_north == len(middle)
    assert west_south == pytest.approx(areas_km2([quarter[0]])[0] / 64, abs=5)
    assert east_north == pytest.approx(700 / 64, abs=5)
    told = capsys.readouterr().err
    assert "1 of 4: Only sites designated" in told
    assert "1 of 3: UNESCO-MAB" in told


def test_layer_of_proposed_sites_alone_is_told(made, capsys):
    box = [shapely.box(84, 27, 85, 28)]
    gpd.GeoDataFrame({"STATUS": ["Proposed"]}, geometry=box, crs="EPSG:4326").to_file(made / "proposed.gpkg")
    assert run(["plan", "lock", str(made / "problem"), str(made / "proposed.gpkg")]) == 1
    assert "no site of the layer counts as protected" in capsys.readouterr().err


def test_feature_added_again_keeps_its_place(made):
    """Plans asked before name their features by place: it must not become another's."""
    assert features(made) == 0
    table = made / "problem" / "features.csv"
    assert pa_csv.read_csv(table).column("feature").to_pylist() == ["forest", "marsh"]
    gpd.read_file(made / "layer.gpkg").query("kind == 'forest'").to_file(made / "layer.gpkg")
    assert features(made, "--share", "0.4") == 0
    assert pa_csv.read_csv(table).select(["feature", "share"]).to_pydict() == {
        "feature": ["forest", "marsh"],
        "share": [0.4, 0.3],
    }
    problem = open_problem(made / "problem").loaded.problem
    assert problem.feature == ("forest", "marsh")


PARTLY = [shapely.box(84, 27, 84.31, 27.37), shapely.box(84.55, 27.2, 84.75, 27.6)]


def held(made):
    """What is protected of each feature, as the problem tells it."""
    opened = open_problem(made / "problem")
    found = protection_of(opened.loaded.problem, opened.loaded.protected)
    return dict(zip(opened.loaded.problem.feature, found.amounts.sum(axis=1).tolist(), strict=True))


def partly(made):
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=PARTLY, crs="EPSG:4326").to_file(made / "partly.gpkg")
    return run(["plan", "lock", str(made / "problem"), str(made / "partly.gpkg")])


def test_what_is_protected_of_a_feature_is_its_area_within_protected_areas(made):
    """Units are neither whole nor nothing: the same figure as the table of representation, by another way."""
    assert partly(made) == 0
    assert features(made) == 0
    forest = areas_km2(shapely.intersection(shapely.box(84, 27, 84.6, 28), PARTLY)).sum()
    marsh = areas_km2(shapely.intersection(shapely.box(84.6, 27, 85, 28), PARTLY)).sum()
    assert held(made) == pytest.approx({"forest": forest, "marsh": marsh}, rel=1e-5)


def test_protected_part_of_a_raster_is_measured_too(made):
    write_flags(np.array([shapely.box(84, 27, 84.6, 28)]), np.array([True]), "EPSG:4326", 0.01, made / "forest.tif")
    assert partly(made) == 0
    raster = ["plan", "features", str(made / "problem"), str(made / "forest.tif")]
    assert run([*raster, "--values", "per-km2", "--name", "wood"]) == 0
    forest = areas_km2(shapely.intersection(shapely.box(84, 27, 84.6, 28), PARTLY)).sum()
    assert held(made) == pytest.approx({"wood": forest}, rel=1e-3)


def test_features_that_came_before_are_taken_in_proportion_and_named(made, capsys):
    assert features(made) == 0
    assert partly(made) == 0
    assert "what of forest, marsh is protected is taken in proportion" in capsys.readouterr().err
    forest = areas_km2(shapely.intersection(shapely.box(84, 27, 84.6, 28), PARTLY)).sum()
    assert held(made)["forest"] == pytest.approx(forest, rel=0.1)
    assert features(made) == 0
    assert held(made)["forest"] == pytest.approx(forest, rel=1e-5)


def test_second_layer_of_protected_areas_adds_what_the_first_does_not_cover(made):
    assert partly(made) == 0
    assert run(["plan", "lock", str(made / "problem"), str(made / "park.gpkg")]) == 0
    assert features(made) == 0
    both = shapely.union_all([*PARTLY, shapely.box(84, 27, 84.3, 27.3)])
    assert held(made)["forest"] == pytest.approx(
        areas_km2([shapely.intersection(both, shapely.box(84, 27, 84.6, 28))])[0], rel=1e-5
    )


def test_next_area_and_representation_tell_the_same_of_what_is_held(made):
    """The two tables of one page: the same shares of the targets today."""
    assert partly(made) == 0
    assert features(made, "--share", "0.3") == 0
    assert run(["plan", "next", str(made / "problem"), "--km2", "50", "--out", str(made / "next.csv")]) == 0
    gpd.GeoDataFrame({"iso3": ["NPL"]}, geometry=[shapely.box(84, 27, 85, 28)], crs="EPSG:4326").to_file(
        made / "country.gpkg"
    )
    command = ["areas", "representation", str(made / "partly.gpkg"), "--within", str(made / "country.gpkg")]
    layer = ["--by", str(made / "layer.gpkg"), "--by-column", "kind", "--target", "30"]
    assert run([*command, *layer, "--out", str(made / "told.csv")]) == 0
    told = {row["feature"]: row["protected_km2"] for row in pa_csv.read_csv(made / "told.csv").to_pylist()}
    now = {row["feature"]: row["held_now"] for row in pa_csv.read_csv(made / "next.csv").to_pylist()}
    assert now == pytest.approx(told, rel=1e-4)


def test_units_are_made_over_the_areas_that_are_named(tmp_path, capsys):
    boxes = [shapely.box(84, 27, 85, 28), shapely.box(90, 27, 91, 28), shapely.box(85, 27, 86, 28)]
    layer = gpd.GeoDataFrame({"ISO3": ["NPL", "BTN", "IND"]}, geometry=boxes, crs="EPSG:4326")
    layer.to_file(tmp_path / "world.gpkg")
    command = ["plan", "units", "--within", str(tmp_path / "world.gpkg"), "--cell-km", "20", "--out"]
    assert run([*command, str(tmp_path / "one"), "--only", "NPL"]) == 0
    nepal = gpd.read_parquet(tmp_path / "one" / "units.parquet")
    assert nepal["area_km2"].sum() == pytest.approx(areas_km2(np.array(boxes[:1]))[0], rel=1e-4)
    assert run([*command, str(tmp_path / "two"), "--only", "NPL", "--only", "IND", "--party-column", "ISO3"]) == 0
    assert set(gpd.read_parquet(tmp_path / "two" / "units.parquet")["party"]) == {"NPL", "IND"}
    assert run([*command, str(tmp_path / "none"), "--only", "XXX"]) == 2
    assert "has no area XXX in column ISO3; it has BTN, IND, NPL" in capsys.readouterr().err


def test_words_of_lock_and_representation_are_told_in_arabic(made, capsys):
    gpd.GeoDataFrame({"iso3": ["NPL"]}, geometry=[shapely.box(84, 27, 85, 28)], crs="EPSG:4326").to_file(
        made / "country.gpkg"
    )
    assert run(["plan", "lock", str(made / "problem"), str(made / "park.gpkg"), "--lang", "ar"]) == 0
    assert "ثُبِّتت" in capsys.readouterr().err
    command = ["areas", "representation", str(made / "park.gpkg"), "--within", str(made / "country.gpkg"), "--by"]
    assert run([*command, str(made / "layer.gpkg"), "--by-column", "kind", "--lang", "ar"]) == 0
    told = capsys.readouterr().err
    assert "متوسط بلوغ الغايات" in told
    assert "Coverage says what is designated" not in told
