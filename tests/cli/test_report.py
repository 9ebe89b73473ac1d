from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from biosetu.cli.main import run
from biosetu.jobs import national_report, reporting
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


BAD = [
    ("check nowhere.xlsx", 2, "does not exist"),
    ("check {sound} --code Z.9", 2, "There is no indicator 'Z.9'"),
    ("check {sound} --out found.pdf", 2, "must end in"),
    ("check {sound} --fixed-file copy.csv", 2, "must end in .xlsx"),
    ("check {sound} --fixed-file {sound}", 2, "needs another name"),
    ("check {text}", 1, "not a file of the reporting tool"),
    ("check {latin}", 1, "not UTF-8"),
    ("check {fake}", 1, "the name says workbook"),
    ("check {json}", 1, "JSON"),
    ("indicators ZZZ --code A.3 --out {out}.xlsx", 2, "ZZZ"),
    ("indicators NPL --code Z.9 --out {out}.xlsx", 2, "There is no indicator 'Z.9'"),
    ("indicators NPL --code 6.b --out {out}.xlsx", 2, "answers to questions"),
    ("indicators NPL --code A.3 --out {out}.csv", 2, "must end in .xlsx"),
    ("indicators NPL --code A.3 --out {out}.xlsx --attachment {out}2.xlsx", 2, "no detailed template for A.3"),
    ("indicators NPL --code A.3 --out {out}.xlsx --observations nowhere.parquet", 2, "does not exist"),
    ("indicators NPL --code A.3 --out {out}.xlsx --observations {text}", 1, "f.csv"),
    ("indicators NPL --code A.3 --out {out}.xlsx --source own", 2, "Invalid value"),
    ("national ZZZ --out {out}.docx", 2, "ZZZ"),
    ("national NPL --out {out}.odt", 2, "must end in"),
    ("national NPL --out {out}.docx --cycle 9NR", 2, "There is no reporting cycle '9NR'"),
    ("meter ZZZ", 2, "ZZZ"),
    ("meter NPL --cycle 9NR", 2, "There is no reporting cycle"),
    ("bodies ZZZ --out {out}", 2, "ZZZ"),
    ("bodies NPL --out {out} --cycle 9NR", 2, "There is no reporting cycle"),
    ("part ZZZ p1 --out {out}.xlsx", 2, "ZZZ"),
    ("part NPL p9 --out {out}.xlsx", 2, "There is no part 'p9'"),
    ("part NPL p1 --out {out}.pdf", 2, "must end in .xlsx or .docx"),
    ("questions ZZZ", 2, "ZZZ"),
    ("questions NPL --take {sound}", 1, "no part of a report"),
    ("questions NPL --out {out}.csv", 2, "must end in"),
]


@pytest.mark.parametrize(("line", "code", "said"), BAD, ids=[line for line, _, _ in BAD])
def test_bad_input_is_told_in_a_sentence_and_computes_nothing(
    line: str, code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    (tmp_path / "f.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "latin.csv").write_bytes("Année;Unité\n2020;%\n".encode("latin-1"))
    (tmp_path / "fake.xlsx").write_bytes(b"no workbook")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    files = {
        "sound": workbook(tmp_path / "s.xlsx", 0.82),
        "text": tmp_path / "f.csv",
        "latin": tmp_path / "latin.csv",
        "fake": tmp_path / "fake.xlsx",
        "json": tmp_path / "broken.json",
        "out": tmp_path / "out",
    }
    if code == 2 and any(word in line for word in ("ZZZ", "9NR", "Z.9")):
        for module, computing in ((reporting, "held"), (national_report, "completeness")):
            monkeypatch.setattr(module, computing, _never)
    assert run(["report", *(part.format(**files) for part in line.split())]) == code
    told = capsys.readouterr()
    assert said in told.err + told.out
    assert "Traceback" not in told.err
    assert not list(tmp_path.glob("out*"))


def _never(*_: object, **__: object) -> None:
    raise AssertionError("computed although the request is wrong")


def test_questions_are_filled_in_a_file_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    path = tmp_path / "q.xlsx"
    assert run(["report", "questions", "NPL", "--out", str(path), "--lang", "ar"]) == 0
    book = openpyxl.load_workbook(path)
    rows = {row[0].value: row for row in book["part"].iter_rows()}
    rows["Q.6_1"][4].value = "بالكامل"
    rows["Q.8_7_1"][4].value = "a; b"
    book.save(path)
    assert run(["report", "questions", "NPL", "--take", str(path)]) == 1
    assert "8_7_1: this question is not open" in capsys.readouterr().err.replace("Q.", "")
    rows["Q.8_7_1"][4].value = None
    book.save(path)
    assert run(["report", "questions", "NPL", "--take", str(path)]) == 0
    capsys.readouterr()
    assert run(["report", "questions", "NPL"]) == 0
    assert "Fully" in capsys.readouterr().out


def test_indicators_without_figures_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    assert run(["report", "indicators", "NPL", "--code", "A.3", "--out", str(tmp_path / "f.xlsx")]) == 1
