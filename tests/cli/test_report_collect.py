from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from biosetu.cli.main import run


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def assigned(office: str = "Forests", fields: str = "V", due: str = "2083-09-16 BS") -> int:
    return run(["report", "collect", "assign", "XXA", "--office", office, "--due", due, "--fields", fields])


def filled(folder: Path, part: str, text: str) -> Path:
    path = folder / f"{part}-{text}.xlsx"
    assert run(["report", "part", "XXA", part, "--out", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    book["part"]["E3"] = text
    book.save(path)
    return path


def table(folder: Path, command: str) -> list[dict]:
    path = folder / f"{command}.json"
    assert run(["report", "collect", command, "XXA", "--out", str(path)]) == 0
    return json.loads(path.read_text(encoding="utf-8"))


def test_due_date_and_answers_may_be_fiscal_years(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assigned(fields="II", due="FY 2026/27") == 0
    line = table(tmp_path, "who")[0]
    assert (line["due"], line["due_beside"]) == ("2027-06-30", "2084-03-16 BS, 1406-04-09 SH, 1449-01-25 AH")
    path = tmp_path / "p1.xlsx"
    assert run(["report", "part", "XXA", "p1", "--out", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    row = next(row for row in book["part"].iter_rows() if row[0].value == "II.anticipatedNbsapDate")
    row[4].value = "2083-09-16 BS"
    book.save(path)
    capsys.readouterr()
    assert run(["report", "collect", "take", "XXA", str(path)]) == 0
    assert "II.anticipatedNbsapDate: 2026-12-31 (2083-09-16 BS" in capsys.readouterr().out


def test_report_is_collected_on_the_command_line_to_its_end(tmp_path: Path) -> None:
    assert (assigned(), assigned("Waters")) == (0, 0)
    theirs, ours = filled(tmp_path, "p1", "dry"), filled(tmp_path, "p2", "wet")
    assert run(["report", "collect", "take", "XXA", str(theirs)]) == 0
    assert run(["report", "collect", "take", "XXA", str(ours)]) == 1
    assert [(row["offer"], row["office"], row["text"]) for row in table(tmp_path, "conflicts")] == [
        ("held", "Forests", "dry"),
        ("2", "Waters", "wet"),
    ]
    assert run(["report", "collect", "decide", "XXA", "V.assessmentSummary", "--text", "dry and wet"]) == 0
    for part in ("p1", "p2"):
        assert run(["report", "collect", "hand-in", "XXA", part]) == 0
        assert run(["report", "collect", "clear", "XXA", part]) == 0
    assert run(["report", "collect", "clear", "XXA"]) == 0
    assert run(["report", "collect", "sign-off", "XXA", "--office", "Cabinet"]) == 0
    assert run(["report", "collect", "take", "XXA", str(ours)]) == 1
    assert run(["report", "collect", "reopen", "XXA"]) == 1
    assert run(["report", "collect", "reopen", "XXA", "--reason", "new figures"]) == 0
    assert {row["state"] for row in table(tmp_path, "who")} == {"cleared"}
    held = json.loads((tmp_path / "home/reports/XXA-7NR.json").read_text(encoding="utf-8"))
    assert held["draft"]["entries"]["V.assessmentSummary"]["text"] == "dry and wet"
    assert [step["verb"] for step in held["steps"]][-3:] == ["clear", "sign_off", "reopen"]


def test_who_has_not_answered_is_told_with_days(tmp_path: Path) -> None:
    assigned(due="2020-01-01")
    (row,) = table(tmp_path, "who")
    assert (row["office"], row["part"], row["state"], row["overdue"], row["answered"]) == (
        "Forests", "p1", "assigned", True, 0,
    )  # fmt: skip
    assert row["days"] < -2000


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["assign", "ZZZ", "--office", "X", "--due", "2026-12-31", "--fields", "V"], 2),
        (["assign", "XXA", "--office", "X", "--due", "2026-12-31", "--fields", "V", "--cycle", "9NR"], 2),
        (["assign", "XXA", "--office", "X", "--due", "soon", "--fields", "V"], 1),
        (["assign", "XXA", "--office", "X", "--due", "2026-12-31", "--fields", "Z"], 1),
        (["who", "ZZZ"], 2),
        (["conflicts", "XXA", "--cycle", "9NR"], 2),
        (["clear", "XXA", "p9"], 2),
        (["clear", "XXA", "p1"], 1),
        (["hand-in", "XXA", "p1"], 1),
        (["send-back", "XXA", "p1", "--reason", "x"], 1),
        (["decide", "XXA", "V.assessmentSummary", "--take", "held"], 1),
        (["postpone", "XXA", "p1", "--due", "2027-01-31"], 1),
        (["postpone", "XXA", "p1", "--due", "2027-01-31", "--reason", "holidays"], 0),
        (["withdraw", "XXA", "p1", "--reason", "asked twice"], 0),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else str(value),
)
def test_exit_code_says_what_was_wrong(arguments: list[str], code: int) -> None:
    assigned()
    assert run(["report", "collect", *arguments]) == code


def test_file_of_another_report_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assigned()
    path = filled(tmp_path, "p1", "dry")
    assert run(["report", "collect", "take", "NPL", str(path)]) == 1
    assert "a part of another report" in capsys.readouterr().err


def test_wrong_choice_is_told_with_file_and_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assigned(fields="Q.6")
    path = filled(tmp_path, "p1", "maybe")
    assert run(["report", "collect", "take", "XXA", str(path)]) == 1
    assert "p1-maybe.xlsx, row 3, column Q.6_1: not one of the choices ('maybe')" in capsys.readouterr().err
