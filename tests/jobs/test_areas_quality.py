import geopandas as gpd
import pyarrow.csv as pa_csv
import pytest
import shapely

from biosetu.cli.main import run
from biosetu.jobs.areas_quality import Judgement, read_assessments
from biosetu.problems import DataError


@pytest.fixture
def layers(tmp_path):
    sites = {"SITE_ID": [11.0, 12.0, 13.0], "STATUS": ["Designated", "Designated", "Proposed"]}
    shapes = [shapely.box(0, 0, 1, 1), shapely.box(2, 0, 4, 1), shapely.box(5, 0, 6, 1)]
    gpd.GeoDataFrame(sites, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "WDPA.gpkg")
    area = gpd.GeoDataFrame({"ISO3": ["NPL"]}, geometry=[shapely.box(0, 0, 10, 10)], crs="EPSG:4326")
    area.to_file(tmp_path / "within.gpkg")
    return tmp_path


def assessed(folder, text, *options):
    (folder / "pame.csv").write_text(text, encoding="utf-8")
    arguments = ["areas", "quality", str(folder / "WDPA.gpkg"), str(folder / "pame.csv"), "--within"]
    out = folder / "out.csv"
    code = run([*arguments, str(folder / "within.gpkg"), "--out", str(out), *options])
    return code, ({(r["group"], r["kind"] or ""): r for r in pa_csv.read_csv(out).to_pylist()} if code == 0 else {})


OLD = "EVAL_ID,WDPAID,METHODOLOGY,EVAL_YEAR,score\n1,11,METT,2019,72\n2,13,METT,2020,90\n3,99,IMET,2021,10\n"
NEW = "ASMT_ID,SITE_ID,METHOD,ASMT_YEAR,score\n1,11,METT,2019,72\n2,13,METT,2020,90\n3,99,IMET,2021,10\n"


@pytest.mark.parametrize("text", [OLD, NEW])
def test_both_schemas_give_the_shares(layers, text, capfd):
    code, rows = assessed(layers, text, "--effective-from", "0.7", "--score-max", "100")
    assert code == 0
    row = rows["management effectiveness", "METT"]
    assert (row["sites"], row["sites_assessed"], row["sites_effective"]) == (2, 1, 1)
    assert row["effective_percent"] == pytest.approx(100 / 3, rel=1e-3)
    err = capfd.readouterr().err
    assert "3 assessments, 2 of sites that are not measured" in err
    assert "not what is effectively conserved" in err


def test_scores_are_not_judged_without_a_threshold(layers, capfd):
    _, rows = assessed(layers, NEW, "--score-max", "100")
    row = rows["management effectiveness", ""]
    assert (row["sites_assessed"], row["sites_effective"], row["sites_without_finding"]) == (1, 0, 1)
    assert "none is agreed" in capfd.readouterr().err


def test_only_recent_assessments_count_on_request(layers):
    _, rows = assessed(layers, NEW, "--score-max", "100", "--since", "2020")
    assert rows["management effectiveness", ""]["sites_assessed"] == 0


def test_every_bad_row_is_told_at_once(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("site,kind,year,score\n,METT,2020,0.5\n1,,2020,0.5\n1,METT,soon,0.5\n1,METT,2020,7\n1,METT,0,x\n")
    with pytest.raises(DataError) as caught:
        read_assessments(path, Judgement())
    assert [(p.row, p.code) for p in caught.value.problems] == [
        (2, "site"),
        (3, "kind"),
        (4, "year"),
        (5, "score"),
        (6, "score"),
    ]
    assert "--score-max" in caught.value.problems[3].remedy


def test_table_without_its_columns_is_refused(layers, capfd):
    assert assessed(layers, "name,score\nRara,1\n")[0] == 1
    assert "lacks the columns site, kind, year" in capfd.readouterr().err


def test_result_is_kept_for_the_dossier(layers, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(layers / "home"))
    from biosetu.jobs import areas_party

    assert assessed(layers, NEW, "--score-max", "100", "--effective-from", "0.6", "--keep", "NPL")[0] == 0
    kept = areas_party.quality("NPL").to_pylist()
    assert [row["sites_assessed"] for row in kept if row["kind"] == "METT"] == [1]
