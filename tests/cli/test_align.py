from __future__ import annotations

import json
from pathlib import Path

import openpyxl
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


def decide(*arguments: str) -> int:
    return run(["align", "decide", "NPL", *arguments])


@pytest.fixture
def held(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(
        "id,title_en,global_targets,end\n"
        "1,Restore 20 per cent of degraded wetlands and plan cities with green spaces by 2030,2: high,\n",
        encoding="utf-8",
    )
    assert run(["align", "import", "NPL", str(path), "--quiet"]) == 0
    return tmp_path


def test_one_suggestion_is_confirmed_and_counts_with_its_mark(held: Path) -> None:
    assert decide("--target", "1", "--suggested", "12", "--verdict", "confirmed", "--by", "Ministry") == 0
    assert run(["align", "coverage", "NPL", "--declared-only", "--quiet", "--out", str(held / "c.json")]) == 0
    bases = {row["element"]: row["basis"] for row in json.loads((held / "c.json").read_text())}
    assert (bases["12.E01"], bases["2.E01"]) == ("confirmed", "declared")
    assert run(["align", "terms", "--out", str(held / "terms.csv")]) == 0
    assert '"green spaces","en","12",1,0,0,0' in (held / "terms.csv").read_text()


def test_workbook_of_decisions_round_trips(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = held / "d.xlsx"
    assert decide("--out", str(book)) == 0
    sheets = openpyxl.load_workbook(book)
    for name, column in (("suggestions", 8), ("quantities", 8)):
        assert sheets[name].cell(1, column).value == "verdict"
        sheets[name].cell(2, column).value = "confirmed"
    sheets.save(book)
    capsys.readouterr()
    assert decide("--filled", str(book), "--by", "Ministry") == 0
    assert "1 suggestions, 1 quantities decided" in capsys.readouterr().err
    assert decide("--filled", str(book), "--by", "Ministry") == 0
    assert "0 suggestions, 0 quantities decided" in capsys.readouterr().err
    assert run(["align", "quantities", "NPL", "--out", str(held / "q.json")]) == 0
    (row,) = json.loads((held / "q.json").read_text())
    assert (row["global_value"], row["national_value"], row["confirmed"], row["benchmark"]) == (30, 20, True, False)


def test_matrices_are_sorted_by_a_column(held: Path) -> None:
    assert run(["align", "matrix", "iucn-asia", "--sort", "-covered", "--out", str(held / "m.json")]) == 0
    covered = [row["covered"] for row in json.loads((held / "m.json").read_text())]
    assert covered == sorted(covered, reverse=True)
    assert run(["align", "measured", "NPL", "--sort", "indicator", "--out", str(held / "i.json")]) == 0
    assert {row["national_target"] for row in json.loads((held / "i.json").read_text())} == {"1"}


def test_demand_counts_what_the_parties_of_a_centre_lack(tmp_path: Path) -> None:
    sheet = tmp_path / "s.xlsx"
    for party, score in (("NPL", 0), ("BTN", 3)):
        assert run(["align", "capacity", party, "--code", "A.1", "--out", str(sheet)]) == 0
        book = openpyxl.load_workbook(sheet)
        book.active.cell(2, 3).value = score
        book.save(sheet)
        assert run(["align", "capacity", party, "--filled", str(sheet), "--by", "Ministry"]) == 0
    assert run(["align", "demand", "iucn-asia", "--out", str(tmp_path / "d.json")]) == 0
    (row,) = json.loads((tmp_path / "d.json").read_text())
    assert (row["indicator"], row["dimension"], row["lacking"], row["rated"], row["parties"]) == (
        "A.1", "data", 1, 2, "NPL",
    )  # fmt: skip


BAD = {
    "a zip that is no workbook": (b"PK\x03\x04rubbish", "x.xlsx", "a damaged workbook"),
    "not UTF-8": ("id,title\n1,Österreich".encode("latin-1"), "x.csv", "not UTF-8"),
    "broken JSON": (b"{", "x.json", "no JSON"),
    "no national targets": (b"a,b\n1,2\n", "x.csv", "no national targets in this file"),
    "an empty file": (b"", "x.csv", "no national targets in this file"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xls", "an old .xls"),
    "binary": (b"id,title\n1,\x00\x00", "x.csv", "no text file"),
    "a long line": (b"id,title\n1," + b"x" * 2_000_000, "x.csv", "a line longer than any record"),
}


@pytest.mark.parametrize(("content", "name", "said"), BAD.values(), ids=BAD)
def test_file_that_cannot_be_read_ends_with_one_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, name: str, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert run(["align", "import", "NPL", str(tmp_path / name), "--quiet"]) == 1
    assert said in capsys.readouterr().err


WRONG_ROWS = [
    ("1,,,,,", "no title"),
    ("1,T,99: high,,,", "no global goal or target"),
    ("1,T,,never,,", "end"),
    ("1,T,,,perhaps,", "Use one of required, available, other"),
    ("1,T,,,,\n1,U,,,,", "the same id as row 2"),
]


@pytest.mark.parametrize(("rows", "said"), WRONG_ROWS, ids=[said for _, said in WRONG_ROWS])
def test_wrong_row_is_shown_and_the_others_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, said: str
) -> None:
    (tmp_path / "t.csv").write_text(f"id,title,global_targets,end,means,note\n{rows}\nok,Fine,,,,\n", encoding="utf-8")
    assert run(["align", "import", "NPL", str(tmp_path / "t.csv")]) == 1
    told = capsys.readouterr()
    assert said in told.out
    assert "1 wrong" in told.err
    assert run(["align", "export", "NPL", "--out", str(tmp_path / "e.json")]) == 0
    assert "Fine" in (tmp_path / "e.json").read_text()


USAGE = [
    ["align", "import", "ZZZ", "FILE"],
    ["align", "import", "NPL", "missing.csv"],
    ["align", "decide", "NPL"],
    ["align", "decide", "NPL", "--target", "1", "--suggested", "12"],
    ["align", "decide", "NPL", "--filled", "FILE"],
    ["align", "decide", "NPL", "--target", "1", "--suggested", "12", "--verdict", "perhaps", "--by", "M"],
    ["align", "decide", "NPL", "--target", "1", "--suggested", "12", "--verdict", "confirmed", "--degree", "x"],
    ["align", "matrix", "nowhere"],
    ["align", "matrix", "iucn-asia", "--sort", "colour"],
    ["align", "measured", "ZZZ"],
    ["align", "quantities", "ZZZ"],
    ["align", "demand", "nowhere"],
    ["align", "capacity", "NPL", "--code", "Z.9", "--out", "OUT"],
    ["align", "capacity", "NPL"],
    ["align", "suggest", "FILE", "--limit", "0"],
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_wrong_use_ends_with_two(tmp_path: Path, arguments: list[str]) -> None:
    known = {"FILE": str(targets(tmp_path / "t.csv")), "OUT": str(tmp_path / "o.xlsx")}
    assert run([known.get(argument, argument) for argument in arguments]) == 2


CONFIRM = ["--verdict", "confirmed", "--by", "M"]
DATA = [
    (["align", "decide", "NPL", "--target", "1", "--suggested", "7", *CONFIRM], "this was not suggested"),
    (["align", "decide", "NPL", "--target", "9", "--suggested", "7", *CONFIRM], "no such national target is held"),
    (["align", "decide", "BTN", "--out", "OUT"], "no national targets of BTN are loaded"),
    (["align", "decide", "NPL", "--filled", "FILE", "--by", "M"], "no sheet of decisions"),
    (["align", "capacity", "NPL", "--filled", "FILE", "--by", "M"], "no self-assessment"),
    (["align", "coverage", "BTN"], "no national targets of BTN are loaded"),
]


@pytest.mark.parametrize(("arguments", "said"), DATA, ids=[said for _, said in DATA])
def test_data_with_problems_end_with_one_and_name_them(
    held: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    known = {"FILE": str(held / "t.csv"), "OUT": str(held / "o.xlsx")}
    assert run([known.get(argument, argument) for argument in arguments]) == 1
    assert said in capsys.readouterr().err
