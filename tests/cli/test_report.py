from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from biosetu.cli.main import run
from biosetu.reports.cbd.tables import columns


def workbook(path: Path, value: object) -> Path:
    book = openpyxl.Workbook()
    book.active.append([column.header for column in columns()])
    book.active.append(["A.3", "Red List Index", "No", None, None, 2023, "index", value, None])
    book.save(path)
    return path


def test_check_exits_with_one_where_anything_is_misread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = workbook(tmp_path / "f.xlsx", "0,82")
    assert run(["report", "check", str(path), "--fix", "--out", str(tmp_path / "found.json")]) == 1
    (finding,) = json.loads((tmp_path / "found.json").read_text())
    assert (finding["severity"], finding["row"], finding["corrected"]) == ("misread", 2, "0.82")
    assert openpyxl.load_workbook(tmp_path / "f-corrected.xlsx").active["H2"].value == 0.82
    assert "1 cells changed" in capsys.readouterr().err


def test_check_exits_with_zero_where_all_is_well(tmp_path: Path) -> None:
    assert run(["report", "check", str(workbook(tmp_path / "f.xlsx", 0.82)), "--quiet"]) == 0


def test_check_of_a_doubtful_file_does_not_block(tmp_path: Path) -> None:
    assert run(["report", "check", str(workbook(tmp_path / "f.xlsx", "0.82")), "--quiet"]) == 0


def test_check_refuses_an_unknown_indicator(tmp_path: Path) -> None:
    assert run(["report", "check", str(workbook(tmp_path / "f.xlsx", 0.82)), "--code", "Z.9"]) == 2


def test_indicators_without_figures_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    assert run(["report", "indicators", "NPL", "--code", "A.3", "--out", str(tmp_path / "f.xlsx")]) == 1
