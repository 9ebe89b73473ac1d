import csv
import hashlib
import re

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from biosetu.cli.main import run as biosetu

GRID = rasterio.Affine(0.01, 0, 80, 0, -0.01, 30)


def raster(path, values, transform=GRID):
    with rasterio.open(path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1,
                       dtype=values.dtype, crs="EPSG:4326", transform=transform) as target:  # fmt: skip
        target.write(values, 1)
    return str(path)


def rows(path):
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def ranges(tmp_path):
    frame = gpd.GeoDataFrame(
        {"sci_name": ["A b", "A b", "C d"], "presence": [1, 5, 2], "origin": [1, 1, 1]},
        geometry=[shapely.box(80.1, 29.1, 80.3, 29.3), shapely.box(80.5, 29.5, 80.9, 29.9),
                  shapely.box(80.552, 29.552, 80.553, 29.553)],
        crs="EPSG:4326",
    )  # fmt: skip
    frame.to_file(tmp_path / "ranges.gpkg")
    return str(tmp_path / "ranges.gpkg")


@pytest.fixture
def inputs(tmp_path):
    cover = np.ones((100, 100), dtype="uint8")
    cover[:, :20] = 2
    height = np.full((100, 100), 500, dtype="int16")
    (tmp_path / "species.csv").write_text(
        "taxon,habitats,elevation_lower,elevation_upper\nA b,1.4,100,1000\nC d,1,,\n", encoding="utf-8"
    )
    (tmp_path / "crosswalk.csv").write_text("habitat,class\n1,1\n14,2\n", encoding="utf-8")
    return ["--cover", raster(tmp_path / "cover.tif", cover), "--elevation", raster(tmp_path / "dem.tif", height),
            "--species", str(tmp_path / "species.csv"), "--crosswalk", str(tmp_path / "crosswalk.csv")]  # fmt: skip


def test_maps_count_present_polygons_alone(ranges, tmp_path):
    assert biosetu(["species", "map", ranges, "--quiet", "--out", str(tmp_path / "o.csv")]) == 0
    found = {row["taxon"]: row for row in rows(tmp_path / "o.csv")}
    assert found["A b"]["polygons"] == "1"
    assert float(found["A b"]["eoo_km2"]) == pytest.approx(431, rel=0.01)
    assert float(found["C d"]["aoo_upper_km2"]) == 4.0


def test_map_around_the_globe_is_flagged_in_place_of_areas(tmp_path):
    belt = gpd.GeoDataFrame({"sci_name": ["A b"]}, geometry=[shapely.box(-180, -10, 180, 10)], crs="EPSG:4326")
    belt.to_file(tmp_path / "belt.gpkg")
    assert biosetu(["species", "map", str(tmp_path / "belt.gpkg"), "--quiet", "--out", str(tmp_path / "o.csv")]) == 0
    (row,) = rows(tmp_path / "o.csv")
    assert [row[name] for name in ("eoo_km2", "aoo_upper_km2", "aoo_upper_fixed_km2")] == ["", "", ""]
    assert row["flags"] == "eoo_undefined;wide"


@pytest.mark.parametrize(("flag", "share"), [("--centres", 0.5), ("--touched", 11 / 22)])
def test_habitat_is_the_suitable_half(ranges, inputs, tmp_path, flag, share):
    assert biosetu(["species", "habitat", ranges, *inputs, flag, "--quiet", "--out", str(tmp_path / "o.csv")]) == 0
    found = {row["taxon"]: row for row in rows(tmp_path / "o.csv")}
    assert float(found["A b"]["share"]) == pytest.approx(share, abs=0.03)
    assert found["A b"]["pixels"] == flag[2:]
    assert float(found["C d"]["range_km2"]) > 0
    if flag == "--centres":
        assert found["C d"]["pixels"].startswith("touched")
        assert float(found["A b"]["habitat_km2"]) == pytest.approx(215.6, rel=0.01)


def test_range_that_runs_off_the_cover_is_told_with_its_part_also_by_star(inputs, tmp_path, capsys):
    """By hand: of A b half lies west of 80° E, where the raster begins; of C d nothing."""
    shapes = [shapely.box(79.9, 29.1, 80.1, 29.3), shapely.box(80.5, 29.5, 80.6, 29.6)]
    frame = gpd.GeoDataFrame({"sci_name": ["A b", "C d"]}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(tmp_path / "half.gpkg")
    out, folder = tmp_path / "o.csv", tmp_path / "aoh"
    asked = ["species", "habitat", str(tmp_path / "half.gpkg"), *inputs, "--rasters", str(folder)]
    assert biosetu([*asked, "--out", str(out)]) == 0
    assert {row["taxon"]: float(row["outside_pct"]) for row in rows(out)} == {"A b": 50.0, "C d": 0.0}
    told = capsys.readouterr().err
    assert "50.0 % of the range lies beyond the land cover" in told
    assert "0.0 % of the range" not in told.replace("50.0", "")
    (tmp_path / "cats.csv").write_text("taxon,category\nA b,EN\nC d,VU\n", encoding="utf-8")
    (tmp_path / "threats.csv").write_text("taxon,code\nA b,2.1\n", encoding="utf-8")
    star = ["species", "star", str(tmp_path / "cats.csv"), str(tmp_path / "threats.csv"), "--habitat", str(folder)]
    assert biosetu([*star, "--like", inputs[1], "--out", str(out)]) == 0
    told = capsys.readouterr().err
    assert "partly beyond the land cover" in told
    assert "1: A b" in told


def test_rasters_on_other_grids_are_refused(ranges, inputs, tmp_path, capsys):
    other = raster(tmp_path / "other.tif", np.ones((50, 50), dtype="int16"), rasterio.Affine(0.02, 0, 80, 0, -0.02, 30))
    inputs[3] = other
    assert biosetu(["species", "habitat", ranges, *inputs]) == 1
    assert "different grids" in capsys.readouterr().err


def test_habitats_without_a_class_are_named(ranges, inputs, tmp_path, capsys):
    (tmp_path / "crosswalk.csv").write_text("habitat,class\n14,2\n", encoding="utf-8")
    assert biosetu(["species", "habitat", ranges, *inputs]) == 1
    assert "Add habitat 1, 1.4" in capsys.readouterr().err


@pytest.mark.parametrize("numbers", ["uint8", "float32"])
def test_star_scores_sum_to_the_weights_by_region(ranges, inputs, tmp_path, capsys, numbers):
    folder, out = tmp_path / "aoh", tmp_path / "o.csv"
    assert biosetu(["species", "habitat", ranges, *inputs, "--rasters", str(folder), "--quiet", "--out", str(out)]) == 0
    (tmp_path / "cats.csv").write_text("taxon,category\nA b,Endangered\nC d,CR(PE)\nE f,VU\n", encoding="utf-8")
    (tmp_path / "threats.csv").write_text(
        "taxon,code,scope,severity,timing\nA b,2.1,Whole (>90%),Rapid Declines,Ongoing\nA b,5.1,,,\n", encoding="utf-8"
    )
    regions = np.zeros((100, 100), dtype=numbers)
    regions[:, 25:] = 7
    arguments = ["species", "star", str(tmp_path / "cats.csv"), str(tmp_path / "threats.csv"), "--habitat", str(folder),
                 "--restorable", str(folder), "--like", inputs[1], "--regions", raster(tmp_path / "r.tif", regions),
                 "--rasters", str(tmp_path / "star"), "--out", str(out)]  # fmt: skip
    capsys.readouterr()
    assert biosetu(arguments) == 0
    told = capsys.readouterr().err
    assert "have no raster with habitat, are left out" in told
    assert "1: E f" in told
    found = [row for row in rows(out) if row["kind"] == "abatement"]
    assert sum(float(row["score"]) for row in found) == pytest.approx(700, rel=1e-6)
    by_threat = {t: sum(float(r["score"]) for r in found if r["threat"] == t) for t in ("2.1", "5.1", "none")}
    assert by_threat == {
        "2.1": pytest.approx(300 * 24 / 33),
        "5.1": pytest.approx(300 * 9 / 33),
        "none": pytest.approx(400),
    }
    assert {row["region"] for row in found} == {"0", "7"}
    restored = sum(float(row["score"]) for row in rows(out) if row["kind"] == "restoration")
    assert restored == pytest.approx(700 * 0.29 / 2, rel=1e-6)
    by_threat = {f"abatement-{t.replace('.', '_')}": score for t, score in by_threat.items()}
    whole = {"abatement": 700, "restoration": 700 * 0.29 / 2}
    threats = by_threat | {name.replace("abatement", "restoration"): v * 0.29 / 2 for name, v in by_threat.items()}
    assert {path.stem: pixels(path).sum() for path in (tmp_path / "star").iterdir()} == {
        name: pytest.approx(score, rel=1e-9) for name, score in (whole | threats).items()
    }
    for kind in whole:
        parts = sum(pixels(path) for path in (tmp_path / "star").glob(f"{kind}-*.tif"))
        assert np.allclose(parts, pixels(tmp_path / "star" / f"{kind}.tif"), rtol=1e-9)


def test_star_of_species_threat_and_region_adds_up_to_the_scores(country, habitats, tmp_path):
    """By hand: EN weighs 300; half of A b's habitat is in the country; 24 of 38 parts of its decline are 2.1."""
    out, each = tmp_path / "o.csv", tmp_path / "s.csv"
    assert biosetu([*country, "--restorable", habitats[1], "--by-species", str(each), "--out", str(out)]) == 0
    found = rows(each)
    assert list(found[0]) == ["kind", "taxon", "category", "threat", "region", "score"]
    mine = {(r["kind"], r["taxon"], r["threat"], r["region"]): float(r["score"]) for r in found}
    assert mine["abatement", "A b", "2.1", "7"] == pytest.approx(300 * 0.5 * 24 / 38, rel=0.01)
    assert mine["abatement", "C d", "none", "7"] == pytest.approx(400, rel=1e-9)
    assert mine["restoration", "C d", "none", "7"] == pytest.approx(400 * 0.29 / 2, rel=1e-9)
    assert ("abatement", "C d", "none", "0") not in mine
    for row in rows(out):
        key = row["kind"], row["threat"], row["region"]
        parts = [score for (kind, _taxon, threat, region), score in mine.items() if (kind, threat, region) == key]
        assert sum(parts) == pytest.approx(float(row["score"]), rel=1e-9)


def test_star_pixels_lie_where_the_habitat_is(country, tmp_path):
    assert biosetu([*country, "--rasters", str(tmp_path / "star")]) == 0
    habitat = pixels(tmp_path / "aoh" / "C_d.tif")
    whole, grid = pixels(tmp_path / "star" / "abatement-none.tif"), rasterio.open(tmp_path / "star" / "abatement.tif")
    with grid, rasterio.open(tmp_path / "aoh" / "C_d.tif") as part:
        row, column = grid.index(*part.xy(0, 0))
    window = whole[row : row + habitat.shape[0], column : column + habitat.shape[1]]
    assert np.array_equal(window > 0, np.nan_to_num(habitat) > 0)
    assert window.sum() == pytest.approx(whole.sum(), rel=1e-12)


def test_star_habitat_beyond_the_grid_of_places_is_refused(country, tmp_path, capsys):
    like = raster(tmp_path / "small.tif", np.ones((100, 3), dtype="int16"), rasterio.Affine(0.01, 0, 80, 0, -0.01, 30))
    changed = [like if country[k - 1] == "--like" else text for k, text in enumerate(country)]
    changed = changed[: changed.index("--regions")]
    assert biosetu(changed) == 1
    assert "habitat lies beyond the grid of places" in capsys.readouterr().err


def pixels(path):
    with rasterio.open(path) as source:
        return source.read(1).astype("float64")


@pytest.fixture
def country(habitats, tmp_path):
    """Columns from 25 on are the country: 5 of the 10 columns of A b's habitat, and all of C d's."""
    regions = np.zeros((100, 100), dtype="uint8")
    regions[:, 25:] = 7
    (tmp_path / "cats.csv").write_text("taxon,category\nA b,Endangered\nC d,CR(PE)\n", encoding="utf-8")
    (tmp_path / "threats.csv").write_text(
        "taxon,code,scope,severity,timing\nA b,2.1,Whole (>90%),Rapid Declines,Ongoing\n"
        "A b,5_1_1,,,\nA b,5.4,Minority,Slow,\n",
        encoding="utf-8",
    )
    files = [str(tmp_path / "cats.csv"), str(tmp_path / "threats.csv")]
    return ["species", "star", *files, *habitats, "--regions", raster(tmp_path / "r.tif", regions)]


WHOSE = ["--party", "NPL", "--vintage", "2025-2", "--holder", "a test", "--licence", "own copy"]


def test_star_of_a_party_is_what_lies_in_its_region_and_the_sum_of_its_drivers(country, tmp_path):
    """By hand: declines 24, 9 and 5 of 38; the Party holds half of A b; C d has no known threat."""
    out, made = tmp_path / "o.csv", tmp_path / "made.csv"
    restorable = ["--restorable", country[country.index("--habitat") + 1]]
    asked = [*country, *restorable, *WHOSE, "--region", "7", "--year", "2024"]
    assert biosetu([*asked, "--observations", str(made), "--out", str(out)]) == 0
    found = {(row["series"], row["disaggregation"]): row for row in rows(made)}
    part = 300 / 2
    expected = {"": part, "Agriculture & aquaculture": part * 24 / 38, "Biological resource use": part * 14 / 38}
    for series, times in (("star-abatement/1", 1), ("star-restoration/1", 0.29 / 2)):
        mine = {name: float(row["value"]) for (of, name), row in found.items() if of == series}
        assert mine == pytest.approx({name: value * times for name, value in expected.items()}, rel=1e-9)
    whole = found["star-abatement/1", ""]
    told = ("party", "indicator", "year", "unit", "source", "status", "method", "vintage", "holder")
    assert [whole[name] for name in told] == [
        "NPL", "4.CY.1", "2024", "index", "availableDataset", "computed", "species.star/1", "2025-2", "a test"
    ]  # fmt: skip
    assert whole["footnote"] == "species without a known threat of decline add 400, not counted"
    assert whole["inputs"].count("sha256:") == 5
    of_file = hashlib.sha256((tmp_path / "cats.csv").read_bytes()).hexdigest()
    assert f"cats.csv sha256:{of_file[:16]};" in whole["inputs"]
    assert {row["disaggregation_type"] for row in rows(made) if row["disaggregation"]} == {"driver"}


def test_star_of_a_party_tells_how_many_species_had_no_habitat(country, tmp_path):
    (tmp_path / "cats.csv").write_text("taxon,category\nA b,EN\nE f,CR\nG h,NT\nI j,LC\n", encoding="utf-8")
    made = tmp_path / "made.csv"
    asked = [*country, *WHOSE, "--region", "7", "--year", "2024", "--observations", str(made)]
    assert biosetu([*asked, "--out", str(tmp_path / "o.csv")]) == 0
    assert {row["footnote"] for row in rows(made)} == {"2 species without habitat rasters, not counted"}


def test_star_of_species_that_all_have_no_habitat_is_refused(country, tmp_path, capsys):
    (tmp_path / "cats.csv").write_text("taxon,category\nE f,CR\nA b,LC\n", encoding="utf-8")
    assert biosetu(country) == 1
    assert "no species has a habitat raster" in capsys.readouterr().err


def test_star_of_a_party_without_a_threatened_species_is_zero(country, tmp_path):
    (tmp_path / "cats.csv").write_text("taxon,category\nA b,LC\n", encoding="utf-8")
    made = tmp_path / "made.csv"
    asked = [*country, *WHOSE, "--region", "7", "--year", "2024", "--observations", str(made)]
    assert biosetu([*asked, "--out", str(tmp_path / "o.csv")]) == 0
    assert [(row["series"], float(row["value"])) for row in rows(made)] == [("star-abatement/1", 0.0)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--region", "9"], "there are 0, 7"),
        (["--region", "7", "--party", "ZZZ"], "ZZZ"),
        ([], "--observations needs --regions, --region"),
    ],
)
def test_star_observations_need_the_region_of_a_known_party(country, tmp_path, capsys, changed, said):
    asked = [*country, *WHOSE, "--year", "2024", "--observations", str(tmp_path / "made.csv"), *changed]
    assert biosetu([*asked, "--out", str(tmp_path / "o.csv")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "made.csv").exists()


def test_star_refuses_what_only_observations_need_without_them(country, capsys):
    assert biosetu([*country, "--year", "2024"]) == 2
    assert "--year: used with --observations only" in capsys.readouterr().err


def test_star_of_a_party_reaches_its_dossier(country, tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    made = str(tmp_path / "made.csv")
    asked = [*country, *WHOSE, "--region", "7", "--year", "2024", "--observations", made]
    assert biosetu([*asked, "--out", str(tmp_path / "o.csv")]) == 0
    assert biosetu(["observations", "import", made]) == 0
    shown = {"en": "metric (threat abatement) 150 in 2024", "ar": "(الحد من التهديدات): الزراعة وتربية الأحياء المائية"}
    for language, text in shown.items():
        out = tmp_path / language
        assert biosetu(["dossier", "NPL", "--out", str(out), "--lang", language, "--quiet"]) == 0
        page = next(out.rglob("*.html")).read_text(encoding="utf-8")
        words = re.sub(r"(<sup.*?</sup>|<[^>]*>|\s)+", " ", page)
        assert text in words


@pytest.fixture
def habitats(ranges, inputs, tmp_path):
    folder = tmp_path / "aoh"
    assert biosetu(["species", "habitat", ranges, *inputs, "--rasters", str(folder), "--quiet"]) == 0
    return ["--habitat", str(folder), "--like", inputs[1], "--quiet"]


def test_star_reads_an_export_of_the_red_list_as_it_is(habitats, tmp_path):
    """Column names, upper case and order as in the export's assessments.csv and threats.csv; the taxa are invented."""
    (tmp_path / "assessments.csv").write_text(
        "assessmentId,internalTaxonId,scientificName,redlistCategory,redlistCriteria,yearPublished,possiblyExtinct\n"
        '1,11,A b,Endangered,"B1ab(iii)",2020,false\n2,12,C d,Vulnerable,D2,2019,false\n',
        encoding="utf-8",
    )
    (tmp_path / "threats.csv").write_text(
        "assessmentId,internalTaxonId,scientificName,code,name,stressCode,timing,scope,severity\n"
        '1,11,A b,2.1.2,Small-holder farming,1.1,Ongoing,Majority (50-90%),"Slow, Significant Declines"\n'
        "2,12,C d,8.1.2,Named species,2.1,Ongoing,Whole (>90%),Rapid Declines\n",
        encoding="utf-8",
    )
    out = tmp_path / "o.csv"
    files = [str(tmp_path / "assessments.csv"), str(tmp_path / "threats.csv")]
    assert biosetu(["species", "star", *files, *habitats, "--out", str(out)]) == 0
    assert {row["threat"]: float(row["score"]) for row in rows(out)} == {
        "2.1.2": pytest.approx(300, rel=1e-9), "8.1.2": pytest.approx(200, rel=1e-9)
    }  # fmt: skip


GOOD = {"cats.csv": "taxon,category\nA b,EN\n", "threats.csv": "taxon,code\nA b,2.1\n"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("cats.csv", "name,category\nA b,EN\n", "there is no column taxon or scientificName"),
        ("cats.csv", "taxon,rank\nA b,EN\n", "there is no column category or redlistCategory"),
        ("cats.csv", "taxon,category\nA b,EN\nC d,Rare\n", "row 3, column category"),
        ("cats.csv", "taxon,category\nA b,EN\nA b,CR\n", "row 3, column category"),
        ("threats.csv", "name,code\nA b,2.1\n", "there is no column taxon or scientificName"),
        ("threats.csv", "taxon,threat\nA b,2.1\n", "there is no column code"),
        ("threats.csv", "taxon,code\nA b,2.1\nA b,\n", "row 3, column code"),
    ],
)
def test_star_tables_that_do_not_fit_are_told_by_row(habitats, tmp_path, capsys, name, text, said):
    for each, good in GOOD.items():
        (tmp_path / each).write_text(text if each == name else good, encoding="utf-8")
    assert biosetu(["species", "star", str(tmp_path / "cats.csv"), str(tmp_path / "threats.csv"), *habitats]) == 1
    heard = capsys.readouterr().err
    assert said in heard
    assert name in heard


def test_star_without_a_threatened_species_is_an_empty_table_of_its_columns(habitats, tmp_path):
    (tmp_path / "cats.csv").write_text("taxon,category\nA b,LC\n", encoding="utf-8")
    (tmp_path / "threats.csv").write_text(GOOD["threats.csv"], encoding="utf-8")
    out = tmp_path / "o.csv"
    files = [str(tmp_path / "cats.csv"), str(tmp_path / "threats.csv")]
    assert biosetu(["species", "star", *files, *habitats, "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").splitlines() == ['"kind","threat","region","score"']


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("crosswalk.csv", "code_of,class\n1,1\n", "there is no column habitat"),
        ("crosswalk.csv", "habitat,value\n1,1\n", "there is no column class"),
        ("crosswalk.csv", "habitat,class\n1,1\n14,forest\n1,2.5\n", "row 3, column class"),
        ("crosswalk.csv", "habitat,class\n1,1\n14,forest\n1,2.5\n", "row 4, column class"),
        ("species.csv", "name,habitats\nA b,1\n", "there is no column taxon"),
        ("species.csv", "taxon,habitat\nA b,1\n", "there is no column habitats"),
        ("species.csv", "taxon,habitats,elevation_lower\nA b,1,low\n", "row 2, column elevation_lower"),
        ("species.csv", "taxon,habitats,elevation_upper\nA b,1,nan\n", "row 2, column elevation_upper"),
        ("species.csv", "taxon,habitats,ElevationUpper.limit\nA b,1,inf\n", "row 2, column ElevationUpper.limit"),
    ],
)
def test_habitat_tables_that_do_not_fit_are_told_by_row(ranges, inputs, tmp_path, capsys, name, text, said):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert biosetu(["species", "habitat", ranges, *inputs]) == 1
    heard = capsys.readouterr().err
    assert said in heard
    assert name in heard
    assert "Traceback" not in heard


def test_codes_of_maps_that_are_missing_or_words_do_not_count(tmp_path):
    frame = gpd.GeoDataFrame(
        {"binomial": ["A b", "A b", "C d"], "presence": ["1", None, "extant"]},
        geometry=[shapely.box(80, 29, 80.1, 29.1)] * 3,
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "coded.gpkg")
    out = tmp_path / "o.csv"
    assert biosetu(["species", "map", str(tmp_path / "coded.gpkg"), "--quiet", "--out", str(out)]) == 0
    assert [(row["taxon"], row["polygons"]) for row in rows(out)] == [("A b", "1")]
