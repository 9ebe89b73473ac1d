from pathlib import Path

import openpyxl
import pytest

from biosetu.cli.main import run


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def filled(path: Path, text: str) -> Path:
    book = openpyxl.load_workbook(path)
    header = [cell.value for cell in book["figures"][1]]
    book["figures"].cell(2, header.index("Your answer") + 1).value = text
    book.save(path)
    return path


def test_validate_writes_the_sheet_and_takes_it_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "v.xlsx"
    assert run(["validate", "NPL", "--out", str(path)]) == 0
    assert "figures" in capsys.readouterr().err
    filled(path, "accept")
    assert run(["validate", "NPL", "--read", str(path), "--office", "MoFE", "--dry-run"]) == 0
    assert "1 new, 0 same, 0 conflict; 0 written" in capsys.readouterr().err
    assert run(["validate", "NPL", "--read", str(path), "--office", "MoFE"]) == 0
    assert "1 new, 0 same, 0 conflict; 1 written" in capsys.readouterr().err
    assert run(["validate", "NPL", "--read", str(path), "--office", "MoFE"]) == 0
    assert "0 new, 1 same, 0 conflict; 0 written" in capsys.readouterr().err


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_validate_of_a_wrong_answer_names_row_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dry: list[str]
) -> None:
    path = tmp_path / "v.xlsx"
    run(["validate", "NPL", "--out", str(path)])
    filled(path, "perhaps")
    assert run(["validate", "NPL", "--read", str(path), "--office", "MoFE", *dry]) == 1
    assert "v.xlsx, row 2, column answer: not one of the answers ('perhaps')" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--office", "MoFE"]])
def test_validate_without_a_file_is_a_usage_error(arguments: list[str]) -> None:
    assert run(["validate", "NPL", *arguments]) == 2


def test_validate_without_an_office_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "v.xlsx"
    run(["validate", "NPL", "--out", str(path)])
    assert run(["validate", "NPL", "--read", str(path)]) == 2
