from __future__ import annotations

import json
from pathlib import Path

import pytest

from biosetu.cli.main import run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def targets(path: Path) -> Path:
    path.write_text(
        "id,title_en,global_targets,end\n"
        "1,Bring 30 per cent of degraded land under restoration by 2030,2: high,2030-12-31\n"
        "2,Keep invasive alien species out of the islands,6,\n",
        encoding="utf-8",
    )
    return path


def test_import_previews_then_stores_then_finds_nothing_new(tmp_path: Path) -> None:
    path, out = targets(tmp_path / "t.csv"), tmp_path / "p.json"
    for arguments, states in ((["--preview"], ["new"] * 2), ([], ["new"] * 2), ([], ["same"] * 2)):
        assert run(["align", "import", "NPL", str(path), "--out", str(out), "--quiet", *arguments]) == 0
        assert [row["state"] for row in json.loads(out.read_text())] == states


def test_import_with_wrong_rows_exits_with_one(tmp_path: Path) -> None:
    path = targets(tmp_path / "t.csv")
    path.write_text(path.read_text() + "3,Bad,77: high,\n", encoding="utf-8")
    assert run(["align", "import", "NPL", str(path), "--quiet"]) == 1


def test_unknown_party_is_a_usage_error(tmp_path: Path) -> None:
    assert run(["align", "import", "ZZZ", str(targets(tmp_path / "t.csv"))]) == 2


def test_targets_go_out_as_records(tmp_path: Path) -> None:
    run(["align", "import", "NPL", str(targets(tmp_path / "t.csv")), "--quiet"])
    assert run(["align", "export", "NPL", "--out", str(tmp_path / "r.json")]) == 0
    bodies = json.loads((tmp_path / "r.json").read_text())
    assert [body["header"]["schema"] for body in bodies] == ["nationalTarget7"] * 2
    assert bodies[0]["globalTargetAlignment"][0]["identifier"] == "GBF-TARGET-02"


def test_template_is_written(tmp_path: Path) -> None:
    assert run(["align", "template", "--out", str(tmp_path / "t.xlsx")]) == 0
    assert (tmp_path / "t.xlsx").stat().st_size > 1000


def test_suggest_writes_the_columns_others_rely_on(tmp_path: Path) -> None:
    path, out = tmp_path / "t.csv", tmp_path / "s.json"
    path.write_text("id,text,language\n1,Restore degraded wetlands,en\n2,Paint the walls,en\n", encoding="utf-8")
    assert run(["align", "suggest", str(path), "--out", str(out), "--limit", "1", "--quiet"]) == 0
    first, second = json.loads(out.read_text())
    assert list(first)[:6] == ["id", "rank", "target", "element", "score", "reason"]
    assert (first["target"], first["status"], second["status"]) == ("2", "suggested", "no good match")


def test_suggest_names_rows_without_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("id,text,language\n1,Restore land,en\n2,,en\n", encoding="utf-8")
    assert run(["align", "suggest", str(tmp_path / "t.csv"), "--quiet"]) == 1
    assert "row 3" in capsys.readouterr().err


def test_coverage_needs_national_targets_and_then_names_every_part(tmp_path: Path) -> None:
    assert run(["align", "coverage", "NPL", "--quiet"]) == 1
    run(["align", "import", "NPL", str(targets(tmp_path / "t.csv")), "--quiet"])
    out = tmp_path / "c.json"
    assert run(["align", "coverage", "NPL", "--quiet", "--out", str(out)]) == 0
    states = {row["element"]: row["state"] for row in json.loads(out.read_text())}
    assert (states["2.E01"], states["7.E07"]) == ("covered", "not covered")


def test_matrix_holds_the_parties_with_national_targets(tmp_path: Path) -> None:
    run(["align", "import", "NPL", str(targets(tmp_path / "t.csv")), "--quiet"])
    assert run(["align", "matrix", "iucn-asia", "--out", str(tmp_path / "m.json")]) == 0
    rows = json.loads((tmp_path / "m.json").read_text())
    assert {row["party"] for row in rows} == {"NPL", "XXA"}
    assert next(row["degree"] for row in rows if (row["party"], row["target"]) == ("NPL", "2")) == "high"


def test_strategy_is_read_and_proposals_import_once_confirmed(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("Target 1: Restore the degraded land of the hills by 2030\n", encoding="utf-8")
    assert run(["align", "read", str(tmp_path / "n.txt"), "--out", str(tmp_path / "p.csv")]) == 0
    assert run(["align", "import", "NPL", str(tmp_path / "p.csv"), "--quiet"]) == 0


def test_capacity_sheet_is_written_and_needs_its_office(tmp_path: Path) -> None:
    assert run(["align", "capacity", "NPL", "--code", "A.1", "--out", str(tmp_path / "s.xlsx")]) == 0
    assert run(["align", "capacity", "NPL", "--filled", str(tmp_path / "s.xlsx")]) == 2
    assert run(["align", "capacity", "NPL", "--filled", str(tmp_path / "s.xlsx"), "--by", "Ministry"]) == 0
