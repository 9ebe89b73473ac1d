"""From a table of categories to the Party's dossier: index, Observations, import, page."""

import csv

import pytest

from biosetu.cli.main import run as biosetu
from biosetu.jobs.observations import list_observations
from biosetu.observations import Selection

HISTORY = "taxon,year,category\n" + "".join(
    f"t{k},{year},{category}\n"
    for k in range(20)
    for year, category in ((2005, "LC" if k < 15 else "VU"), (2015, "NT" if k < 3 else "LC" if k < 15 else "EN"))
)
ORIGIN = ["--party", "NPL", "--vintage", "2015-2", "--holder", "Department of Parks", "--licence", "own copy"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "history.csv").write_text(HISTORY, encoding="utf-8")


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_index_written_as_observations_comes_in_and_stands_in_the_dossier(tmp_path, capfd, suffix):
    made = f"a3.{suffix}"
    assert biosetu(["species", "index", "history.csv", "--observations", made, *ORIGIN, "--out", "index.csv"]) == 0
    assert biosetu(["observations", "import", made, "--dry-run"]) == 0
    assert "2 new; nothing written" in capfd.readouterr().err
    assert biosetu(["observations", "import", made]) == 0
    assert "2 new; 2 written" in capfd.readouterr().err
    with (tmp_path / "index.csv").open(encoding="utf-8") as file:
        wanted = {int(row["year"]): float(row["value"]) for row in csv.DictReader(file)}
    assert wanted == {2005: pytest.approx(0.9), 2015: pytest.approx(0.82)}
    held = list_observations(Selection(party=("NPL",), indicator=("A.3",)), carried=False).to_pylist()
    assert {row["year"]: row["value"] for row in held} == wanted
    assert {(row["holder"], row["licence"], row["vintage"]) for row in held} == {
        ("Department of Parks", "own copy", "2015-2")
    }
    assert biosetu(["observations", "import", made]) == 0
    assert "2 same; 0 written" in capfd.readouterr().err
    assert biosetu(["dossier", "NPL", "--out", "dossier", "--quiet"]) == 0
    page = next((tmp_path / "dossier").rglob("*.html")).read_text(encoding="utf-8")
    assert "0.82 in 2015 (between 0.82 and 0.82)" in page.split('id="series-A-3-rli-global-1--desc"')[1][:200]
    assert held[0]["inputs"].split("; ")[0] in page
