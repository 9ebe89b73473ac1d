"""Mean share of key sites: from the two layers to the dossier, by the commands alone."""

from __future__ import annotations

import json

import geopandas as gpd
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import shapely

from biosetu.cli.main import run

OFFICIAL = ("--official", "--release", "2025-11", "--holder", "UNEP-WCMC; BirdLife International")
SERIES = {"ER_PTD_TERR", "ER_PTD_FRHWTR", "ER_PTD_MTN", "ER_MRN_MPA"}
SITES = {
    "SitRecID": [11, 12, 13, 14, 15, 21],
    "ISO3": ["NPL"] * 5 + ["BTN"],
    "IntName": ["Secret Ridge", "Hidden Lake", "Quiet Plain", "Unnamed Fen", "Point Place", "Far Forest"],
    "terrestrial": [1, 0, 1, 0, 1, 1],
    "Freshwater": [0, 1, 0, 0, 0, 0],
    "mountain": [1, 0, 0, 0, 0, 1],
    "marine": [0] * 6,
}
# half of site 11 since 1990, all of it since 2000; half of 12 since 2010; nothing of 13; 14 of unknown realm
SHAPES = [
    shapely.box(0, 0, 2, 1), shapely.box(4, 0, 6, 1), shapely.box(7, 0, 8, 1),
    shapely.box(5, 0, 6, 1), shapely.Point(9, 9), shapely.box(20, 0, 21, 1),
]  # fmt: skip
PARKS = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 0, 6, 1), shapely.box(20, 0, 21, 1)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    years = {"STATUS": ["Designated"] * 4, "STATUS_YR": [1990, 2000, 2010, 2015]}
    gpd.GeoDataFrame({"SITE_ID": [1, 2, 3, 4], **years}, geometry=PARKS, crs=4326).to_file(tmp_path / "WDPA.gpkg")
    written(tmp_path, SITES)
    return tmp_path


def written(folder, columns):
    gpd.GeoDataFrame(columns, geometry=SHAPES, crs=4326).to_file(folder / "kba.gpkg")


def asked(folder, *options):
    arguments = ["areas", "coverage", str(folder / "WDPA.gpkg"), "--within", str(folder / "kba.gpkg")]
    return run([*arguments, "--mean-of-sites", "--out", str(folder / "out.csv"), *options])


def observed(folder, *options):
    path = folder / "sdg.parquet"
    assert asked(folder, "--only", "NPL", "--quiet", "--observations", str(path), *OFFICIAL, *options) == 0
    return path, pq.read_table(path).to_pylist()


def test_each_site_counts_by_its_own_code_and_only_picks_a_country(folder, capfd):
    assert asked(folder, "--only", "NPL") == 0
    assert "1 key sites have no polygon" in capfd.readouterr().err
    last = {row["year"]: row for row in pa_csv.read_csv(folder / "out.csv").to_pylist()}[2010]
    assert last["sites"] == 4
    assert last["mean_share_percent"] == pytest.approx((100 + 50 + 0 + 100) / 4)
    assert asked(folder, "--only", "11", "--quiet") == 0
    assert pa_csv.read_csv(folder / "out.csv").to_pylist()[-1]["sites"] == 1
    assert asked(folder, "--only", "IND", "--quiet") == 2


def test_a_site_in_the_sea_counts_there_by_its_own_part(folder):
    eez = gpd.GeoDataFrame({"ISO3": ["NPL"]}, geometry=[shapely.box(1, -5, 5, 5)], crs=4326)
    eez.to_file(folder / "eez.gpkg")
    assert asked(folder, "--only", "NPL", "--sea", str(folder / "eez.gpkg"), "--quiet") == 0
    last = {row["realm"]: row for row in pa_csv.read_csv(folder / "out.csv").to_pylist() if row["year"] == 2010}
    assert (last["sea"]["sites"], last["land"]["sites"]) == (2, 4)
    assert last["sea"]["mean_share_percent"] == pytest.approx((100 + 0) / 2)
    assert last["land"]["mean_share_percent"] == pytest.approx((100 + 100 + 0 + 100) / 4)


def test_observations_are_the_sdg_series_of_whole_sites_by_year(folder):
    _, rows = observed(folder)
    values = {(row["series"], row["year"]): row["value"] for row in rows}
    assert {series for series, _ in values} == {"ER_PTD_TERR", "ER_PTD_FRHWTR", "ER_PTD_MTN"}
    assert {year for _, year in values} == set(range(1990, 2011))
    expected = {
        ("ER_PTD_TERR", 1990): 25.0, ("ER_PTD_TERR", 1999): 25.0, ("ER_PTD_TERR", 2000): 50.0,
        ("ER_PTD_MTN", 1990): 50.0, ("ER_PTD_MTN", 2010): 100.0,
        ("ER_PTD_FRHWTR", 2009): 0.0, ("ER_PTD_FRHWTR", 2010): 50.0,
    }  # fmt: skip
    assert {key: values[key] for key in expected} == pytest.approx(expected)
    same = ("party", "status", "source", "unit", "vintage", "method", "disaggregation")
    assert {tuple(row[name] for name in same) for row in rows} == {
        ("NPL", "computed", "availableDataset", "percent", "2025-11", "areas.key_sites/1", "")
    }
    assert all(row["indicator"] == f"context:{row['series']}" for row in rows)
    assert {row["footnote"] for row in rows if row["series"] == "ER_PTD_TERR"} == {
        "mean of 2 terrestrial key sites (SDG 15.1.2); 1 of unknown realm left out"
    }
    assert all(
        "WDPA.gpkg sha256:" in row["inputs"] and "kba.gpkg sha256:" in row["inputs"] and row["conditions"]
        for row in rows
    )


def test_observations_are_the_same_beside_a_table_split_by_the_sea(folder):
    eez = gpd.GeoDataFrame({"ISO3": ["NPL"]}, geometry=[shapely.box(1, -5, 5, 5)], crs=4326)
    eez.to_file(folder / "eez.gpkg")
    assert observed(folder)[1] == observed(folder, "--sea", str(folder / "eez.gpkg"))[1]


def test_no_row_of_a_site_is_passed_on(folder):
    path, rows = observed(folder)
    text = repr(rows) + path.read_bytes().decode("latin-1")
    assert not [name for name in SITES["IntName"] if name in text]
    assert len({(row["series"], row["year"]) for row in rows}) == len(rows)


def test_polygons_that_are_not_official_give_no_observations(folder, capfd):
    path = folder / "sdg.csv"
    assert asked(folder, "--only", "NPL", "--quiet", "--observations", str(path), "--release", "2025-11") == 1
    assert "cannot stand beside the official series" in capfd.readouterr().err
    assert not path.exists()


def test_unknown_realms_give_no_observations_but_the_table(folder, capfd):
    written(folder, {name: SITES[name] for name in ("SitRecID", "ISO3")})
    path = folder / "sdg.csv"
    assert asked(folder, "--only", "NPL", "--quiet", "--observations", str(path), *OFFICIAL) == 1
    assert "the realm of no key site is told" in capfd.readouterr().err
    assert not path.exists()
    assert pa_csv.read_csv(folder / "out.csv").to_pylist()[-1]["mean_share_percent"] == pytest.approx(62.5)


def test_observations_are_of_one_party_and_only_of_its_sites(folder, capfd):
    wanted = ("--quiet", "--observations", str(folder / "sdg.csv"), *OFFICIAL)
    assert asked(folder, *wanted) == 2
    assert asked(folder, "--keep", "NPL", *wanted) == 2
    assert "has key sites of BTN: say --only NPL" in capfd.readouterr().err
    assert asked(folder, "--keep", "NPL", "--quiet") == 2
    assert not (folder / "sdg.csv").exists()


def figures(blocks, caption):
    return [block for block in blocks if block["kind"] == "figure" and block["caption"].startswith(caption)]


def test_dossier_shows_the_computed_series_beside_the_official_one_and_not_in_its_place(folder):
    options = ["--no-map", "--format", "json", "--format", "html", "--quiet"]
    path, _ = observed(folder)
    assert run(["dossier", "NPL", "--out", str(folder), *options]) == 0
    before = json.loads((folder / "NPL.json").read_text(encoding="utf-8"))["sections"]
    assert run(["observations", "import", str(path), "--quiet"]) == 0
    assert run(["dossier", "NPL", "--out", str(folder), *options]) == 0
    after = json.loads((folder / "NPL.json").read_text(encoding="utf-8"))["sections"]
    caption = "Terrestrial key biodiversity areas"
    (old,), (new,) = (
        [found for section in told for found in figures(section["blocks"], caption)] for told in (before, after)
    )
    assert new["text"] == old["text"]
    assert not any("computed:2025-11" in row for row in old["data"])
    held = {row["year"]: row for row in new["data"]}
    assert (held[1990]["computed:2025-11"], held[2000]["computed:2025-11"]) == (25.0, 50.0)
    assert held[2000]["availableDataset:2024"] == 40.24
    page = (folder / "NPL.html").read_text(encoding="utf-8")
    assert page.count("computed here, release") >= 3
    assert "kba.gpkg sha256:" in page


def test_the_same_release_as_the_official_figures_stays_a_line_of_its_own(folder):
    path, _ = observed(folder, "--release", "2024")
    assert run(["observations", "import", str(path), "--quiet"]) == 0
    assert run(["dossier", "NPL", "--out", str(folder), "--no-map", "--format", "json", "--quiet"]) == 0
    told = json.loads((folder / "NPL.json").read_text(encoding="utf-8"))["sections"]
    (shown,) = [found for section in told for found in figures(section["blocks"], "Terrestrial key biodiversity areas")]
    held = {row["year"]: row for row in shown["data"]}
    assert (held[2000]["computed:2024"], held[2000]["availableDataset:2024"]) == (50.0, 40.24)
