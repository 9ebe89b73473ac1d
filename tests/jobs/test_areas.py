import os
from pathlib import Path

import geopandas as gpd
import pyarrow.csv as pa_csv
import pytest
import shapely

from biosetu.cli.main import run
from biosetu.geo.area import areas_km2


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
