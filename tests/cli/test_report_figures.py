"""Figures asked of an office on the command line: out as a file, back filled, decided, cleared, national."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest

from biosetu.cli.main import run

PARTY = "NPL"
NAMES = (
    "key",
    "indicator",
    "year",
    "part_kind",
    "part",
    "unit",
    "value",
    "answer",
    "own_value",
    "own_source",
    "reason",
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def collect(*arguments: str) -> int:
    return run(["report", "collect", *arguments])


def assigned(office: str = "Bureau of Statistics", field: str = "F.3.1") -> None:
    assert collect("assign", PARTY, "--office", office, "--due", "2083-09-16 BS", "--fields", field) == 0


def written(folder: Path, part: str = "p1", suffix: str = ".xlsx", language: str = "en") -> Path:
    path = folder / f"{part}{suffix}"
    assert run(["report", "part", PARTY, part, "--out", str(path), "--lang", language]) == 0
    return path


Rows = list[dict[str, str]]


def filled(path: Path, fill: Callable[[Rows], object]) -> Path:
    """Let `fill` write into the rows of the table of figures (by column name), and keep the file."""
    book = openpyxl.load_workbook(path)
    sheet = book["figures"]
    numbers = range(3, sheet.max_row + 1)
    rows = [{name: str(sheet.cell(n, at).value or "") for at, name in enumerate(NAMES, 1)} for n in numbers]
    fill(rows)
    for number, row in enumerate(rows, start=3):
        for at, name in enumerate(NAMES, 1):
            sheet.cell(number, at).value = row[name] or None
    book.save(path)
    return path


def held(rows: Rows, year: str) -> dict[str, str]:
    return next(row for row in rows if row["key"] and row["year"] == year)


def fresh(rows: Rows) -> dict[str, str]:
    return next(row for row in rows if not row["key"] and not row["year"])


ADDED = {"year": "2024", "part": "Terrestrial", "unit": "%", "own_value": "24.1", "own_source": "Yearbook 2025, p. 12"}


def table(folder: Path, *arguments: str) -> Rows:
    path = folder / "told.json"
    assert run([*arguments, "--out", str(path)]) == 0
    found: Rows = json.loads(path.read_text(encoding="utf-8"))
    return found


def national(folder: Path) -> list[tuple[object, ...]]:
    rows = table(folder, "observations", "list", "--party", PARTY, "--indicator", "3.1", "--status", "validated")
    names = ("year", "value", "unit", "source", "status", "validated_by", "holder", "inputs", "disaggregation")
    return sorted(tuple(row[name] for name in names) for row in rows)


def answers(rows: Rows) -> None:
    held(rows, "2016")["answer"] = "accept"
    held(rows, "2020").update({"answer": "replace", "own_value": "23.4", "own_source": "Yearbook 2021, p. 3"})
    fresh(rows).update(ADDED)


def test_figures_go_out_come_back_and_become_national_when_cleared(tmp_path: Path) -> None:
    assigned()
    path = filled(written(tmp_path), answers)
    assert collect("take", PARTY, str(path)) == 1
    assert national(tmp_path) == []
    waiting = table(tmp_path, "report", "collect", "conflicts", PARTY)
    assert [(row["offer"], row["office"]) for row in waiting] == [("held", ""), ("1", "Bureau of Statistics")]
    assert waiting[1]["text"].splitlines()[0] == "replace: 23.4 %"
    assert collect("hand-in", PARTY, "p1") == 0
    assert collect("clear", PARTY, "p1") == 1
    assert collect("decide", PARTY, waiting[0]["field"], "--take", "1", "--reason", "surveyed anew") == 0
    assert collect("clear", PARTY, "p1", "--office", "Ministry") == 0
    assert [row[:3] + row[5:8] for row in national(tmp_path) if row[3] == "national"] == [
        (2020, 23.4, "percent", "Ministry", "Bureau of Statistics", "Yearbook 2021, p. 3"),
        (2024, 24.1, "percent", "Ministry", "Bureau of Statistics", "Yearbook 2025, p. 12"),
    ]
    assert [row[:2] for row in national(tmp_path) if row[3] == "availableDataset"] == [(2016, 23.63)]
    book = tmp_path / "upload.xlsx"
    assert run(["report", "indicators", PARTY, "--code", "3.1", "--out", str(book)]) == 0
    (sheet,) = openpyxl.load_workbook(book).worksheets
    sent = [(row[5], row[7]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert sent == [(2024, 24.1), (2020, 23.4)]
    assert run(["report", "check", str(book), "--code", "3.1"]) == 0


def test_file_sent_twice_changes_nothing_before_and_after_clearing(tmp_path: Path) -> None:
    assigned()
    path = filled(written(tmp_path), lambda rows: fresh(rows).update(ADDED))
    assert [collect("take", PARTY, str(path)) for _ in range(2)] == [0, 0]
    assert (collect("hand-in", PARTY, "p1"), collect("clear", PARTY, "p1")) == (0, 0)
    before = national(tmp_path)
    assert collect("reopen", PARTY, "p1", "--reason", "asked again") == 0
    assert collect("take", PARTY, str(path)) == 0
    kept = json.loads((tmp_path / "home/reports/NPL-7NR.json").read_text(encoding="utf-8"))
    assert (len(kept["offers"]), national(tmp_path)) == (1, before)


def test_every_wrong_cell_of_a_file_is_named_by_row_and_column_and_nothing_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(rows: Rows) -> None:
        held(rows, "2016")["answer"] = "perhaps"
        held(rows, "2020").update({"answer": "replace", "own_value": "much"})
        fresh(rows).update(ADDED | {"year": "2081", "own_source": ""})
        fresh(rows).update(ADDED | {"unit": "apples", "part": "hills"})

    assigned()
    path = filled(written(tmp_path), wrong)
    capsys.readouterr()
    assert collect("take", PARTY, str(path)) == 1
    said = capsys.readouterr().err
    for place in (
        "row 5, column own_value", "row 5, column own_source", "row 9, column answer", "row 10, column year",
        "row 10, column own_source", "row 11, column unit", "row 11, column part",
    ):  # fmt: skip
        assert f"p1.xlsx, {place}: " in said, (place, said)
    assert not (tmp_path / "home/reports/NPL-7NR.json").read_text(encoding="utf-8").count('"offers": [\n  {')


def test_word_part_in_arabic_comes_back_with_figures(tmp_path: Path) -> None:
    assigned(field="F.6.1")
    path = written(tmp_path, suffix=".docx", language="ar")
    document = docx.Document(str(path))
    row = document.tables[2].rows[2]
    for cell, text in zip(row.cells[2:11], ("2023", "", "", "عدد", "", "", "14", "الكتاب السنوي", ""), strict=True):
        cell.text = text
    document.save(str(path))
    code = collect("take", PARTY, str(path))
    kept = json.loads((tmp_path / "home/reports/NPL-7NR.json").read_text(encoding="utf-8"))
    assert (code, [json.loads(one["text"])["own_value"] for one in kept["offers"]]) == (0, ["14.0"])
