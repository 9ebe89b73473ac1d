import geopandas as gpd
import pyarrow.csv as pa_csv
import pytest
import shapely

from biosetu.cli.main import run


@pytest.fixture
def layers(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    columns = {"SITE_ID": [1, 2], "STATUS": ["Designated", "Adopted"], "STATUS_YR": [1990, 2000]}
    shapes = [shapely.box(84, 28, 85, 29), shapely.box(85, 28, 86, 29)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "WDPA.gpkg")
    area = gpd.GeoDataFrame({"ISO3": ["NPL", "BTN"]}, geometry=[shapely.box(80, 26, 88, 30)] * 2, crs="EPSG:4326")
    area.to_file(tmp_path / "within.gpkg")
    area.set_geometry([shapely.box(80, 26, 88, 29)] * 2).to_file(tmp_path / "other.gpkg")
    return tmp_path


def reconciled(folder, *options):
    out = folder / "out.csv"
    arguments = ["areas", "reconcile", str(folder / "WDPA.gpkg"), "--within", str(folder / "within.gpkg"), "--quiet"]
    code = run([*arguments, "--only", "NPL", "--out", str(out), *options])
    return code, {row["name"]: row for row in pa_csv.read_csv(out).to_pylist()} if code == 0 else {}


def test_figures_and_causes_stand_side_by_side(layers):
    given = ("--official-share", "7.5", "--official-year", "2024", "--official-source", "Ministry")
    code, rows = reconciled(layers, *given, "--counts", "adopted", "--other-map", str(layers / "other.gpkg"))
    assert code == 0
    computed, official = rows["computed"], rows["official"]
    assert official["points"] == pytest.approx(7.5 - computed["share_percent"])
    assert rows["adopted"]["points"] == pytest.approx(computed["share_percent"], rel=1e-9)
    assert rows["base map"]["points"] > 0
    left = official["points"] - rows["adopted"]["points_in_order"]
    assert rows["unexplained"]["points"] == pytest.approx(left)


def test_figure_of_the_database_is_taken_where_none_is_given(layers):
    _, rows = reconciled(layers)
    assert rows["database"]["source"] == "ER.LND.PTLD.ZS"
    assert rows["oecm"]["order"] == 1
    assert rows["release"]["points"] is None


@pytest.mark.parametrize(
    ("options", "told"),
    [(("--counts", "magic"), "no such cause"), (("--counts", "release"), "cannot be measured here: release")],
)
def test_causes_that_are_none_or_lack_a_layer_are_usage_errors(layers, capfd, options, told):
    assert reconciled(layers, *options)[0] == 2
    assert told in capfd.readouterr().err


def test_several_areas_at_once_are_a_usage_error(layers):
    assert reconciled(layers, "--only", "BTN")[0] == 2


def test_result_is_kept_for_the_dossier(layers):
    from biosetu.jobs.areas_party import reconciliation

    assert reconciled(layers, "--keep", "NPL")[0] == 0
    assert reconciliation("NPL").column("name").to_pylist()[-1] == "unexplained"
