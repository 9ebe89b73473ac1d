import json
from pathlib import Path

import pytest

from biosetu.cli.main import run


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def test_gaps_of_setuland_are_printed_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gaps", "XXA", "--explain"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1. stated by the Party, target 1\n   The Party says: No national map of ecosystems")
    assert "Gaps are ordered by kind" in out


def test_gaps_to_a_file_have_rank_kind_target_and_evidence(tmp_path: Path) -> None:
    assert run(["gaps", "XXA", "--out", str(tmp_path / "g.json"), "--quiet"]) == 0
    rows = json.loads((tmp_path / "g.json").read_text())
    ranks = [row["rank"] for row in rows]
    assert ranks == sorted(ranks)
    assert set(ranks) == set(range(1, ranks[-1] + 1))
    together = [row for row in rows if row["shown_under"]]
    assert {row["kind"] for row in together} == {"alignment"}
    assert len({row["rank"] for row in together}) == len({row["target"] for row in together})
    first = next(row for row in rows if row["kind"] == "progress")
    assert first["evidence"] == "XXA 5.1 XXA-STOCKS 2024 national national survey (fictional) 7NR 2026"


def test_gaps_of_a_real_party_are_none_but_the_line_of_what_is_absent(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gaps", "LKA"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Sri Lanka has stated no gap in what is loaded here")
    assert "Not in the sources loaded here: A.1" in out


def test_gaps_of_an_unknown_party_are_a_usage_error() -> None:
    assert run(["gaps", "ZZZ"]) == 2


def test_observations_dry_run_import_and_list_round_trip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "f.csv"
    path.write_text("party,indicator,year,value,unit,source,holder\nNPL,3.1,2024,24,%,national,MoFE\n")
    assert run(["observations", "import", str(path), "--dry-run"]) == 0
    assert "1 new; nothing written" in capsys.readouterr().err
    assert run(["observations", "import", str(path)]) == 0
    assert "1 new; 1 written" in capsys.readouterr().err
    assert run(["observations", "list", "--own", "--years", "2024", "--out", str(tmp_path / "o.csv")]) == 0
    assert run(["observations", "import", str(tmp_path / "o.csv")]) == 0
    assert "1 same; 0 written" in capsys.readouterr().err


def test_observations_import_of_wrong_rows_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "f.csv"
    path.write_text("party,indicator,year,value,unit,source,holder\nNPL,3.1,2024,240,%,national,MoFE\n")
    assert run(["observations", "import", str(path)]) == 1
    assert "f.csv, row 2, column value: outside the possible range ('240'). 0 … 100" in capsys.readouterr().err


def test_observations_from_a_newer_store_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "home" / "observations"
    folder.mkdir(parents=True)
    (folder / "store.json").write_text('{"what": "biosetu observations", "version": 7}')
    assert run(["observations", "list"]) == 1
    assert "another version of BioSetu" in capsys.readouterr().err


@pytest.mark.parametrize("years", ["20x0", "2011-", "-"])
def test_observations_list_with_unreadable_years_is_a_usage_error(years: str) -> None:
    assert run(["observations", "list", "--years", years]) == (0 if years == "2011-" else 2)


def test_observations_changes_show_what_the_newest_release_revised(tmp_path: Path) -> None:
    assert run(["observations", "changes", "NPL", "--out", str(tmp_path / "c.json")]) == 0
    rows = json.loads((tmp_path / "c.json").read_text())
    assert {row["series"] for row in rows} == {"ER_RSK_LST", "ER_PTD_TERR"}
    assert {row["state"] for row in rows} <= {"revised", "added", "dropped"}
    assert run(["observations", "changes", "NPL", "--all", "--out", str(tmp_path / "d.json")]) == 0
    assert len(json.loads((tmp_path / "d.json").read_text())) >= len(rows)
