import os
from pathlib import Path

import geopandas as gpd
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import shapely

from biosetu.areas import REALMS
from biosetu.cli.main import run
from biosetu.geo.area import areas_km2
from biosetu.jobs.party_tables import party_folder


@pytest.fixture
def layers(tmp_path):
    within = gpd.GeoDataFrame(
        {"ISO3": ["AAA", "BBB"]}, geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], crs="EPSG:4326"
    )
    sites = gpd.GeoDataFrame(
        {
            "WDPAID": [1, 2, 3],
            "PA_DEF": ["1", "1", "0"],
            "STATUS": ["Designated"] * 3,
            "STATUS_YR": [1990, 2000, 2010],
            "IUCN_CAT": ["II", "VI", "Not Assigned"],
            "GOV_TYPE": ["Federal", "Indigenous peoples", "Joint governance"],
        },
        geometry=[shapely.box(8, 0, 12, 2), shapely.box(0, 0, 1, 1), shapely.box(0, 0, 2, 1)],
        crs="EPSG:4326",
    )
    provinces = gpd.GeoDataFrame(
        {"name": ["north", "south"]}, geometry=[shapely.box(0, 5, 20, 10), shapely.box(0, 0, 20, 5)], crs="EPSG:4326"
    )
    for name, frame in (("within", within), ("WDPA_sites", sites), ("provinces", provinces)):
        frame.to_file(tmp_path / f"{name}.gpkg")
    sites.to_crs("ESRI:54009").to_file(tmp_path / "WDPA_mollweide.gpkg")
    return tmp_path


def measured(folder, *options, sites="WDPA_sites.gpkg"):
    out = folder / "out.csv"
    arguments = ["areas", "coverage", str(folder / sites), "--within", str(folder / "within.gpkg"), "--quiet"]
    assert run([*arguments, "--out", str(out), *options]) == 0
    return pa_csv.read_csv(out).to_pylist()


def km2(*bounds):
    return float(areas_km2([shapely.box(*bounds)])[0])


def test_coverage_has_the_contract_columns_and_splits_the_border_site(layers):
    rows = measured(layers)
    contract = ["area", "realm", "year", "area_km2", "protected_km2", "oecm_km2", "share_percent"]
    assert list(rows[0])[:7] == contract
    last = {row["area"]: row for row in rows if row["year"] == 2010}
    assert last["AAA"]["protected_km2"] == pytest.approx(km2(8, 0, 10, 2) + km2(0, 0, 1, 1))
    assert last["AAA"]["oecm_km2"] == pytest.approx(km2(1, 0, 2, 1))
    assert last["BBB"]["protected_km2"] == pytest.approx(km2(10, 0, 12, 2))


def test_coverage_by_province_adds_up(layers):
    whole = {row["area"]: row["protected_km2"] for row in measured(layers) if row["year"] == 2010}
    parts = [row for row in measured(layers, "--by", str(layers / "provinces.gpkg")) if row["year"] == 2010]
    assert {row["class"] for row in parts} == {"north", "south"}
    for area, total in whole.items():
        assert sum(row["protected_km2"] for row in parts if row["area"] == area) == pytest.approx(total)


def test_other_projection_gives_the_same(layers):
    first, second = measured(layers), measured(layers, sites="WDPA_mollweide.gpkg")
    assert [row["protected_km2"] for row in second] == pytest.approx([row["protected_km2"] for row in first], rel=2e-4)


def test_splits_and_log_are_written(layers):
    names = ("log.csv", "iucn.csv", "governance.csv")
    log, iucn, governance = (layers / name for name in names)
    measured(layers, "--only", "AAA", "--log", str(log), "--iucn", str(iucn), "--governance", str(governance))
    assert pa_csv.read_csv(log).column("sites_after").to_pylist()[-1] == 3
    assert "II" in pa_csv.read_csv(iucn).column("iucn_category").to_pylist()
    assert "Indigenous peoples" in pa_csv.read_csv(governance).column("governance").to_pylist()


def test_mean_of_key_sites_is_a_series(layers):
    rows = measured(layers, "--mean-of-sites")
    assert rows[0]["sites"] == 2
    assert [row["mean_share_percent"] for row in rows] == sorted(row["mean_share_percent"] for row in rows)


def test_unknown_area_is_a_usage_error(layers, capsys):
    sites, within = str(layers / "WDPA_sites.gpkg"), str(layers / "within.gpkg")
    assert run(["areas", "coverage", sites, "--within", within, "--only", "ZZZ"]) == 2
    assert "has no area ZZZ" in capsys.readouterr().err


def test_layer_without_crs_in_metres_is_refused(layers, capsys):
    metres = gpd.GeoDataFrame({"ISO3": ["AAA"]}, geometry=[shapely.box(0, 0, 1e6, 1e6)])
    with pytest.warns(UserWarning, match="crs"):
        metres.to_file(layers / "metres.gpkg")
    sites = str(layers / "WDPA_sites.gpkg")
    assert run(["areas", "coverage", sites, "--within", str(layers / "metres.gpkg")]) == 1
    assert "not in degrees" in capsys.readouterr().err


@pytest.mark.skipif("BIOSETU_SHARED" not in os.environ, reason="the shared data are not here (BIOSETU_SHARED)")
@pytest.mark.parametrize(("code", "name", "share"), [("NPL", "Nepal", 21.67), ("BTN", "Bhutan", 40.92)])
def test_real_shares_are_plausible(code, name, share, tmp_path, capsys):
    data = Path(os.environ["BIOSETU_SHARED"]) / "data"
    out = tmp_path / "out.csv"
    within = data / "natural_earth" / "ne_50m_admin_0_countries.shp"
    sites = str(data / "protected_areas" / name)
    assert run(["areas", "coverage", sites, "--within", str(within), "--only", code, "--out", str(out)]) == 0
    assert pa_csv.read_csv(out).column("share_percent").to_pylist()[-1] == pytest.approx(share, abs=0.01)
    assert "not known to be official" in capsys.readouterr().err


def test_connectivity_and_representation_are_commands(layers):
    sites, within, out = str(layers / "WDPA_sites.gpkg"), str(layers / "within.gpkg"), layers / "out.csv"
    asked = ["areas", "connectivity", sites, "--within", within, "--distance", "10", "--distance", "30", "--quiet"]
    assert run([*asked, "--out", str(out)]) == 0
    rows = pa_csv.read_csv(out).to_pylist()
    assert [(row["area"], row["distance_km"]) for row in rows] == [("AAA", 10), ("AAA", 30), ("BBB", 10), ("BBB", 30)]
    assert all(0 < row["protconn_percent"] <= row["protected_percent"] for row in rows)
    asked = ["areas", "representation", sites, "--within", within, "--by", str(layers / "provinces.gpkg"), "--quiet"]
    assert run([*asked, "--out", str(out)]) == 0
    rows = {row["feature"]: row for row in pa_csv.read_csv(out).to_pylist()}
    assert rows["north"]["protected_km2"] == 0.0
    assert rows["south"]["gap_km2"] == pytest.approx(0.3 * rows["south"]["total_km2"] - rows["south"]["protected_km2"])


def test_raster_mode_tells_its_bound(layers):
    exact = {row["area"]: row for row in measured(layers) if row["year"] == 2010}
    counted = {row["area"]: row for row in measured(layers, "--raster-m", "500") if row["year"] == 2010}
    for area, row in counted.items():
        assert abs(row["protected_km2"] - exact[area]["protected_km2"]) <= row["error_bound_km2"]
        assert 0 < row["error_bound_km2"] < 0.2 * row["protected_km2"]


def test_coverage_of_a_layer_without_a_shape_is_refused_not_zero(layers, capfd):
    empty = gpd.GeoDataFrame({"WDPAID": [1]}, geometry=[None], crs="EPSG:4326")
    empty.to_file(layers / "WDPA_empty.gpkg")
    out = layers / "none.csv"
    code = run(["areas", "coverage", str(layers / "WDPA_empty.gpkg"), "--within", str(layers / "within.gpkg"),
                "--out", str(out), "--quiet"])  # fmt: skip
    assert (code, out.exists()) == (1, False)
    assert "no site has a shape" in capfd.readouterr().err


def test_inland_water_splits_every_figure(layers):
    lakes = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[shapely.box(0, 0, 1, 2), shapely.box(9, 1, 11, 3)], crs=4326)
    lakes.to_file(layers / "lakes.gpkg")
    eez = gpd.GeoDataFrame({"ISO3": ["AAA"]}, geometry=[shapely.box(0, -3, 10, 1)], crs=4326)
    eez.to_file(layers / "eez.gpkg")
    options = ("--inland-water", str(layers / "lakes.gpkg"), "--sea", str(layers / "eez.gpkg"), "--only", "AAA")
    last = {row["realm"]: row for row in measured(layers, *options) if row["year"] == 2010}
    land, dry, water, sea = (last[name] for name in REALMS)
    for column in ("area_km2", "protected_km2", "oecm_km2"):
        assert land[column] == pytest.approx(dry[column] + water[column], rel=1e-9)
    assert water["area_km2"] == pytest.approx(km2(0, 0, 1, 2) + km2(9, 1, 10, 3))
    assert water["protected_km2"] == pytest.approx(km2(0, 0, 1, 1) + km2(9, 1, 10, 2))
    assert sea["area_km2"] == pytest.approx(km2(0, -3, 10, 0))
    assert sea["protected_km2"] == 0.0


def test_inland_water_splits_provinces_key_sites_categories_and_governance(layers):
    lakes = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    lakes.to_file(layers / "lakes.gpkg")
    water = ("--inland-water", str(layers / "lakes.gpkg"), "--only", "AAA")
    parts = {(row["realm"], row["class"]) for row in measured(layers, *water, "--by", str(layers / "provinces.gpkg"))}
    assert parts == {("land", "north"), ("land", "south"), ("land without inland water", "north"),
                     ("land without inland water", "south"), ("inland water", "south")}  # fmt: skip
    shares = {row["realm"]: row["mean_share_percent"] for row in measured(layers, *water, "--mean-of-sites")
              if row["year"] == 2010}  # fmt: skip
    assert shares["inland water"] == 100.0
    assert 0 < shares["land without inland water"] < shares["land"]
    iucn, governance = layers / "iucn.csv", layers / "governance.csv"
    measured(layers, *water, "--iucn", str(iucn), "--governance", str(governance))
    rows = {(row["realm"], row["iucn_category"]): row for row in pa_csv.read_csv(iucn).to_pylist()}
    assert rows["inland water", "VI"]["flat_percent"] == pytest.approx(100.0)
    assert rows["inland water", "II"]["sites"] == 0
    own = {(row["realm"], row["governance"]): row for row in pa_csv.read_csv(governance).to_pylist()}
    assert own["inland water", "Indigenous peoples"]["own_km2"] == pytest.approx(km2(0, 0, 1, 1))


def test_adopted_sites_are_a_visible_option(layers):
    adopted = gpd.GeoDataFrame(
        {"SITE_ID": [1, 2], "STATUS": ["Designated", "Adopted"], "STATUS_YR": [1990, 1990]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)],
        crs=4326,
    )
    adopted.to_file(layers / "WDPA_adopted.gpkg")
    without = measured(layers, "--only", "AAA", sites="WDPA_adopted.gpkg")[-1]["protected_km2"]
    with_them = measured(layers, "--only", "AAA", "--adopted", sites="WDPA_adopted.gpkg")[-1]["protected_km2"]
    assert (without, with_them) == (pytest.approx(km2(0, 0, 1, 1)), pytest.approx(2 * km2(0, 0, 1, 1)))


def observed(folder, *options):
    out = folder / "observations.parquet"
    arguments = ["areas", "coverage", str(folder / "WDPA_sites.gpkg"), "--within", str(folder / "within_npl.gpkg")]
    written = ["--out", str(folder / "o.csv"), "--quiet", "--observations", str(out), "--only", "NPL"]
    code = run([*arguments, *written, *options])
    return code, pq.read_table(out).to_pylist() if code == 0 else []


def test_official_coverage_becomes_computed_observations_of_3_1(layers):
    country = gpd.GeoDataFrame({"ISO3": ["NPL"]}, geometry=[shapely.box(0, 0, 10, 10)], crs=4326)
    country.to_file(layers / "within_npl.gpkg")
    code, rows = observed(layers, "--official", "--release", "2025-11", "--holder", "UNEP-WCMC")
    assert code == 0
    last = max(rows, key=lambda row: row["year"])
    expected = pa_csv.read_csv(layers / "o.csv").to_pylist()[-1]["share_percent"]
    assert last["value"] == pytest.approx(expected)
    assert {(row["indicator"], row["status"], row["vintage"], row["party"]) for row in rows} == {
        ("3.1", "computed", "2025-11", "NPL")
    }
    assert "WDPA_sites.gpkg sha256:" in last["inputs"]


def test_coverage_not_said_to_be_official_never_becomes_3_1(layers, capfd):
    country = gpd.GeoDataFrame({"ISO3": ["NPL"]}, geometry=[shapely.box(0, 0, 10, 10)], crs=4326)
    country.to_file(layers / "within_npl.gpkg")
    assert observed(layers, "--release", "2025-11")[0] == 1
    assert "context and not indicator 3.1" in capfd.readouterr().err
    assert not (layers / "observations.parquet").exists()


def test_observations_without_a_release_are_refused_before_any_work(layers, capfd):
    for command in (["coverage"], ["connectivity", "--distance", "10"]):
        asked = [*command, str(layers / "WDPA_sites.gpkg"), "--within", str(layers / "within.gpkg"), "--only", "AAA"]
        written = ["--out", str(layers / "o.csv"), "--observations", str(layers / "made.csv"), "--official"]
        assert run(["areas", *asked, *written]) == 2
        assert "and the --release" in capfd.readouterr().err
        assert not (layers / "o.csv").exists()


def test_official_connectivity_becomes_computed_observations_of_a_ct_6(layers, capfd):
    country = gpd.GeoDataFrame({"ISO3": ["NPL"]}, geometry=[shapely.box(0, 0, 10, 10)], crs=4326)
    country.to_file(layers / "within_npl.gpkg")
    made = layers / "observations.parquet"
    sites, within = str(layers / "WDPA_sites.gpkg"), str(layers / "within_npl.gpkg")
    asked = ["areas", "connectivity", sites, "--within", within, "--distance", "10", "--distance", "30", "--quiet"]
    asked += ["--only", "NPL", "--out", str(layers / "o.csv"), "--observations", str(made), "--release", "2025-11"]
    assert run(asked) == 1
    assert "context and not indicator A.CT.6" in capfd.readouterr().err
    assert not made.exists()
    assert run([*asked, "--official", "--holder", "UNEP-WCMC"]) == 0
    expected = [row["protconn_percent"] for row in pa_csv.read_csv(layers / "o.csv").to_pylist()]
    rows = sorted(pq.read_table(made).to_pylist(), key=lambda row: row["series"])
    assert [row["value"] for row in rows] == pytest.approx(expected)
    assert [row["series"] for row in rows] == ["protconn/1 10 km", "protconn/1 30 km"]
    assert {(row["indicator"], row["year"], row["disaggregation"]) for row in rows} == {("A.CT.6", 2010, "")}


def stopping(*_arguments):
    raise KeyboardInterrupt


COMMANDS = {
    "coverage": ["coverage"],
    "connectivity": ["connectivity", "--distance", "10"],
    "representation": ["representation"],
    "reconcile": ["reconcile", "--only", "AAA"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_interrupted_work_ends_with_130_and_leaves_no_file(layers, monkeypatch, capfd, command):
    monkeypatch.setattr("biosetu.geo.union.areas_km2", stopping)
    monkeypatch.setattr("biosetu.areas.nodes.areas_km2", stopping)
    out = layers / "out.csv"
    sites, within = str(layers / "WDPA_sites.gpkg"), str(layers / "within.gpkg")
    by = ["--by", str(layers / "provinces.gpkg")] if command == "representation" else []
    arguments = ["areas", *COMMANDS[command], sites, "--within", within, *by, "--out", str(out), "--quiet"]
    assert run(arguments) == 130
    assert not out.exists()
    assert "Stopped" in capfd.readouterr().err


@pytest.mark.parametrize("distance", ["0", "-5", "nan", "many", "30000"])
def test_connectivity_refuses_distances_that_are_none(layers, distance):
    sites, within = str(layers / "WDPA_sites.gpkg"), str(layers / "within.gpkg")
    assert run(["areas", "connectivity", sites, "--within", within, "--distance", distance, "--quiet"]) == 2


def test_connectivity_without_sites_or_crs_is_told(layers, capfd):
    within = str(layers / "within.gpkg")
    far = gpd.GeoDataFrame({"SITE_ID": [1]}, geometry=[shapely.box(100, 50, 101, 51)], crs=4326)
    far.to_file(layers / "WDPA_far.gpkg")
    asked = ["areas", "connectivity", str(layers / "WDPA_far.gpkg"), "--within", within, "--distance", "10", "--quiet"]
    assert run(asked) == 1
    assert "no site lies within the areas" in capfd.readouterr().err
    out = layers / "out.csv"
    assert run([*asked, "--none-is-true", "--out", str(out)]) == 0
    assert {row["protconn_percent"] for row in pa_csv.read_csv(out).to_pylist()} == {0}
    assert run(["areas", "connectivity", str(layers / "none.gpkg"), "--within", within, "--distance", "10"]) == 2


def test_transboundary_sites_are_stepping_stones_and_the_border_site_stays(layers):
    """Two parks of AAA touch nothing; a park abroad lies between them, and one stands on the border."""
    shapes = [shapely.box(9.0, 4.0, 9.9, 4.4), shapely.box(9.0, 4.8, 9.9, 5.2), shapely.box(9.8, 4.5, 10.6, 4.7)]
    frame = gpd.GeoDataFrame({"SITE_ID": [1, 2, 3]}, geometry=shapes, crs=4326)
    frame.to_file(layers / "WDPA_border.gpkg")
    frame.iloc[:2].to_file(layers / "WDPA_without.gpkg")
    out = layers / "out.csv"

    def connected(name):
        sites, within = str(layers / name), str(layers / "within.gpkg")
        asked = ["areas", "connectivity", sites, "--within", within, "--distance", "10", "--only", "AAA", "--quiet"]
        assert run([*asked, "--out", str(out)]) == 0
        return pa_csv.read_csv(out).to_pylist()[0]

    with_it, without = connected("WDPA_border.gpkg"), connected("WDPA_without.gpkg")
    assert with_it["protected_percent"] > without["protected_percent"]
    assert with_it["relconn_percent"] > without["relconn_percent"]
    assert (with_it["nodes"], without["nodes"]) == (3, 2)


@pytest.fixture
def shares(layers):
    """Of each province 10 % by area in longitude is covered differently; the targets differ too."""
    (layers / "targets.csv").write_text("class,target_percent\nnorth,5\n", encoding="utf-8")
    return layers


def represented(folder, *options):
    out = folder / "represented.csv"
    arguments = ["areas", "representation", str(folder / "WDPA_sites.gpkg"), "--within", str(folder / "within.gpkg")]
    arguments += ["--by", str(folder / "provinces.gpkg"), "--only", "AAA", "--quiet", "--out", str(out)]
    return run([*arguments, *options]), out


def test_representation_takes_a_target_for_each_class(shares, capfd):
    code, out = represented(shares, "--target", "20", "--targets", str(shares / "targets.csv"))
    assert code == 0
    rows = {row["feature"]: row for row in pa_csv.read_csv(out).to_pylist()}
    assert [rows[name]["target_percent"] for name in ("north", "south")] == [5.0, 20.0]
    held, there = km2(8, 0, 10, 2) + km2(0, 0, 2, 1), km2(0, 0, 10, 5)
    assert rows["south"]["share_percent"] == pytest.approx(100 * held / there)
    assert rows["south"]["gap_km2"] == pytest.approx(0.2 * there - held)
    assert rows["south"]["achieved_percent"] == pytest.approx(100 * held / (0.2 * there))
    assert (rows["north"]["achieved_percent"], rows["north"]["gap_km2"]) == (
        0.0,
        pytest.approx(0.05 * km2(0, 5, 10, 10)),
    )
    mean = (0.0 + rows["south"]["achieved_percent"]) / 2
    assert f"Mean target achievement: {mean:.1f} %" in capfd.readouterr().err


BAD_TARGETS = {
    "class that is not there": (
        "class,target_percent\nnowhere,5\n",
        "there is no such class within the areas ('nowhere')",
    ),
    "no number": ("class,target_percent\nnorth,much\n", "row 2, column target_percent: this is no target ('much')"),
    "above 100": ("class,target_percent\nnorth,130\n", "this is no target ('130')"),
    "below 0": ("class,target_percent\nnorth,-1\n", "this is no target ('-1')"),
    "empty": ("class,target_percent\nnorth,\n", "this is no target"),
    "twice": ("class,target_percent\nnorth,5\nnorth,6\n", "row 3, column class: stands twice ('north')"),
    "other columns": ("name,wanted\nnorth,5\n", "a column is missing ('class, target_percent')"),
}


@pytest.mark.parametrize(("text", "told"), BAD_TARGETS.values(), ids=BAD_TARGETS)
def test_targets_that_cannot_be_used_are_told(shares, capfd, text, told):
    (shares / "targets.csv").write_text(text, encoding="utf-8")
    code, out = represented(shares, "--targets", str(shares / "targets.csv"))
    assert (code, out.exists()) == (1, False)
    assert told in capfd.readouterr().err


def told(layers, capfd, *options, sites="WDPA_sites.gpkg", code=1):
    arguments = ["areas", "coverage", str(layers / sites), "--within", str(layers / "within.gpkg"), "--quiet"]
    assert run([*arguments, *options]) == code
    return capfd.readouterr().err


def test_column_that_no_layer_has_is_told_with_those_there_are(layers, capfd):
    said = told(layers, capfd, "--column", "year=gazettd")
    assert "gazettd" in said
    assert "there is no such column" in said
    assert "STATUS_YR" in said


def test_register_of_which_no_status_counts_is_told_not_nought(layers, capfd):
    frame = gpd.read_file(layers / "WDPA_sites.gpkg")
    frame["STATUS"] = "Gazetted"
    frame.to_file(layers / "register.gpkg")
    said = told(layers, capfd, sites="register.gpkg")
    assert "no site of the layer counts as protected" in said
    assert "Gazetted" in said
    rows = measured(layers, "--none-is-true", sites="register.gpkg")
    assert {row["protected_km2"] for row in rows} == {0.0}


def test_country_past_180_degrees_is_cut_at_the_date_line_as_sites_are(tmp_path):
    parts = [shapely.box(176, -19, 180, -15), shapely.box(-180, -19, -177, -15)]
    for name, shape in (("whole", shapely.box(176, -19, 183, -15)), ("cut", shapely.MultiPolygon(parts))):
        (tmp_path / name).mkdir()
        gpd.GeoDataFrame({"ISO3": ["FJI"]}, geometry=[shape], crs="EPSG:4326").to_file(tmp_path / name / "within.gpkg")
        sites = {"WDPAID": [1], "PA_DEF": ["1"], "STATUS": ["Designated"], "STATUS_YR": [1990]}
        gpd.GeoDataFrame(sites, geometry=[shapely.box(-179, -18, -178, -17)], crs="EPSG:4326").to_file(
            tmp_path / name / "WDPA_sites.gpkg"
        )
    (whole,), (cut,) = measured(tmp_path / "whole"), measured(tmp_path / "cut")
    assert whole["protected_km2"] == pytest.approx(km2(-179, -18, -178, -17))
    assert [whole["area_km2"], whole["share_percent"]] == pytest.approx([cut["area_km2"], cut["share_percent"]])


def kept_of(layers, *options, sites="WDPA_sites.gpkg", code=0):
    """Keep the coverage of one area for Nepal; return what is kept beside its log."""
    arguments = ["areas", "coverage", str(layers / sites), "--within", str(layers / "within.gpkg"), "--only", "AAA"]
    assert run([*arguments, "--out", str(layers / "out.csv"), "--quiet", "--keep", "NPL", *options]) == code
    return {path.stem for path in party_folder("NPL", "areas").glob("*.parquet")} - {"log"}


def test_outlines_of_the_wdpa_are_kept_only_where_it_is_said_that_they_may_be(layers, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(layers / "home"))
    assert kept_of(layers, "--map") == {"coverage", "outlines"}
    assert kept_of(layers) == {"coverage"}
    (layers / "WDPA_sites.gpkg").rename(layers / "register.gpkg")
    assert kept_of(layers, sites="register.gpkg") == {"coverage", "outlines"}
    assert kept_of(layers, "--no-map", sites="register.gpkg") == {"coverage"}
    assert kept_of(layers, "--official", sites="register.gpkg") == {"coverage"}
    assert kept_of(layers, "--official", "--map", sites="register.gpkg") == {"coverage", "outlines"}


@pytest.mark.parametrize("options", [["--no-map"], ["--map"], ["--map", "--keep", "NPL", "--mean-of-sites"]])
def test_map_of_what_is_not_kept_is_refused(layers, capfd, options):
    assert "about the table that is kept" in told(layers, capfd, *options, code=2)
