"""What of a file is wrong is said by row; nothing of such a row is taken."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from biosetu.alignment import NationalTarget, PromiseFolder, Promises
from biosetu.alignment.capacity import dimensions, read_assessment
from biosetu.alignment.decision_sheets import read_choices
from biosetu.alignment.importing import read_json, read_tables
from biosetu.alignment.importing.codes import degree_identifier
from biosetu.alignment.national import Degree
from biosetu.engine.grids import Book, Grid, Value, read_book
from biosetu.jobs.alignment import store_imported
from biosetu.problems import DataError

OWN = ("id", "title", "global_targets", "sequence", "start", "end")
EXPORT = ("Unique ID", "Government", "National target title", "Global targets", "Degree of Alignment by target")


def problems(*rows: tuple[Value, ...]) -> list[tuple[int | None, str, str]]:
    found = read_tables(Book("x.csv", "csv", (Grid("", rows),)), "NPL")
    assert not found.targets
    return [(problem.row, problem.column, problem.code) for problem in found.problems]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (("3: hihg", "", "", ""), "global_targets", "unknown-degree"),
        (("3: high; 99", "", "", ""), "global_targets", "unknown-target"),
        (("GBF-TARGET-99", "", "", ""), "global_targets", "unknown-target"),
        (("3: high", "1.2", "", ""), "sequence", "value"),
        (("3: high", "1", "2030-01-01", "2029-12-31"), "end", "date-order"),
    ],
)
def test_row_of_the_template_that_is_wrong_is_named(cells: tuple[str, ...], column: str, code: str) -> None:
    assert problems(OWN, ("1", "Protect land", *cells)) == [(2, column, code)]


@pytest.mark.parametrize(
    "cell",
    [
        "1-4", "1 – 4", "1 to 4", "1.4", "3.4", "3,4: high", "22.1", "22.1 Ensure participation", "3/4", "3 & 4",
        "Target 1 to 4", "Target 1 to Target 4", "Target 1 and 4", "Targets 1 and 2", "GBF-TARGET-01-04", "03:04:00",
        "GBF-TARGET-01 - GBF-TARGET-04", "except Target 3", "not T5", "At least 3 areas", "Goal A to C", "GBF-GOAL-E",
        "A-C", "3; all", "2026-04-03", "subtarget 3", "3 partly", "Target 3 partly", "24", "0", "3. 4",
    ],
)  # fmt: skip
def test_alignment_that_would_be_read_in_part_is_refused_by_row(cell: str) -> None:
    assert problems(OWN, ("1", "Protect land", cell)) == [(2, "global_targets", "unknown-target")]
    assert problems(EXPORT, ("NT", "Nepal", "Protect land", cell)) == [(2, "targets", "unknown-target")]
    goals = (*EXPORT[:3], "Global goals")
    assert problems(goals, ("NT", "Nepal", "Protect land", cell)) == [(2, "goals", "unknown-target")]


@pytest.mark.parametrize(
    "cell",
    ["3: high; 3: low", "T3 (High); GBF-TARGET-03: low", "3: high/low", "3: not high", "3: high or medium", "3: very"],
)
def test_code_whose_degree_cannot_be_told_is_refused_by_row(cell: str) -> None:
    assert problems(OWN, ("1", "Protect land", cell)) == [(2, "global_targets", "unknown-degree")]


@pytest.mark.parametrize("cell", [3.4, 22.1, "22.1", "1-4", "Target 1 to 4"])
def test_statement_on_what_is_no_one_target_is_refused_by_row(cell: Value) -> None:
    rows = (("target", "statement"), (cell, "Not the sea"))
    assert problems(*rows) == [(2, "target", "unknown-target")]


@pytest.mark.parametrize(
    ("cell", "declared"),
    [
        ("3, 7", {"3": None, "7": None}),
        ("Target 3, Target 5; Goal A", {"A": None, "3": None, "5": None}),
        ("3: high; 3", {"3": "high"}),
        ("3; 3: high", {"3": "high"}),
        ("3.0", {"3": None}),
        ("T3 (high); 5 – low; GBF-TARGET-07: Medium", {"3": "high", "5": "low", "7": "medium"}),
        ("GBF-TARGET-03 - 30x30 (medium); GBF-TARGET-02 – Restore (low)", {"2": "low", "3": "medium"}),
        ("GBF-T03. Conserve land; of note (High); GBF-T04. Halt", {"3": "high", "4": None}),
        ("GBF-TARGET-01. Bring the loss of areas of high importance close to zero", {"1": None}),
        ("3. Protect at least 20 per cent of the land", {"3": None}),
        ("KMGBF Target 3: Conserve 30% of land", {"3": None}),
        ("3: العمل على حماية 30 في المائة", None),
        ("الهدف 3", None),
    ],
)
def test_alignment_that_is_told_is_read_whole(cell: str, declared: dict[str, str | None] | None) -> None:
    found = read_tables(Book("x.csv", "csv", (Grid("", (OWN, ("1", "Protect land", cell))),)), "NPL")
    given = {entry.target: entry.degree for _, one in found.targets for entry in one.declared}
    assert (given or None, bool(found.problems)) == (declared, declared is None)


@pytest.mark.parametrize(
    ("listed", "degrees", "column", "code"),
    [
        ("GBF-TARGET-99", "", "targets", "unknown-target"),
        ("GBF-TARGET-03", "GBF-T03. Conserve the land (Hihg)", "by_target", "unknown-degree"),
    ],
)
def test_row_of_an_export_that_is_wrong_is_named(listed: str, degrees: str, column: str, code: str) -> None:
    assert problems(EXPORT, ("NT", "Nepal", "Protect land", listed, degrees)) == [(2, column, code)]


def test_titles_with_semicolons_after_the_codes_of_an_export_are_no_fault() -> None:
    row = (
        "NT",
        "Nepal",
        "Protect land",
        "GBF-T03. Conserve land; and more of it",
        "GBF-T03. Conserve land; of note (High)",
    )
    found = read_tables(Book("x.csv", "csv", (Grid("", (EXPORT, row)),)), "NPL")
    assert (found.problems, [entry.target for _, one in found.targets for entry in one.declared]) == ((), ["3"])


@pytest.mark.parametrize(
    "aligned",
    [{"identifier": "GBF-TARGET-99"}, {"identifier": "GBF-TARGET-03", "degreeOfAlignment": {"identifier": "X"}}],
)
def test_record_with_a_term_that_there_is_not_is_named(aligned: dict[str, object]) -> None:
    text = """{"header": {"identifier": "A", "schema": "nationalTarget7"}, "government": {"identifier": "np"},
        "title": {"en": "Protect"}, "globalTargetAlignment": [%s]}"""
    found = read_json(text % json.dumps(aligned), "NPL", "r.json")
    assert ([problem.code for problem in found.problems], found.targets) == (["unknown-target"], ())


def test_record_that_gives_one_target_two_degrees_is_named() -> None:
    high, low = degree_identifier(Degree.HIGH), degree_identifier(Degree.LOW)
    aligned = [{"identifier": "GBF-TARGET-03", "degreeOfAlignment": {"identifier": name}} for name in (high, low)]
    record = {"header": {"identifier": "A", "schema": "nationalTarget7"}, "government": {"identifier": "np"}}
    text = json.dumps(record | {"title": {"en": "Protect"}, "globalTargetAlignment": aligned})
    found = read_json(text, "NPL", "r.json")
    assert ([problem.code for problem in found.problems], found.targets) == (["unknown-target"], ())


ACTIONS = (("id", "action", "target"), ("A1", "Plant", "NT-1"), ("A2", "Fence", "NT-99"))


def test_action_for_a_target_that_is_not_there_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    store = PromiseFolder(tmp_path)
    store.save(Promises(party="NPL", targets=(NationalTarget(id="NT-1", party="NPL", title={"en": "Land"}),)))
    outcome = store_imported(read_tables(Book("x.csv", "csv", (Grid("", ACTIONS),)), "NPL"), store)
    rows = [(row["row"], row["state"], row["id"]) for row in outcome.preview.to_pylist()]
    assert rows == [(2, "new", "A1"), (3, "wrong", "NT-99")]
    assert [action.id for action in store.load("NPL").actions] == ["A1"]


def test_action_follows_its_target_to_the_id_under_which_that_is_held(tmp_path: Path) -> None:
    store = PromiseFolder(tmp_path)
    store.save(
        Promises(party="NPL", targets=(NationalTarget(id="UID", party="NPL", title={"en": "Protect the land"}),))
    )
    sheets = (
        Grid("t", (("id", "title"), ("7", "Protect the land"))),
        Grid("a", (("id", "action", "target"), ("A1", "Plant", "7"))),
    )
    store_imported(read_tables(Book("x.xlsx", "xlsx", sheets), "NPL"), store)
    held = store.load("NPL")
    assert ([target.id for target in held.targets], [action.target for action in held.actions]) == (["UID"], ["UID"])


def test_rich_text_of_the_tool_is_read_as_its_words() -> None:
    text = """{"header": {"identifier": "A", "schema": "nationalTarget7"}, "government": {"identifier": "np"},
        "title": {"en": "<p>Protect 30&nbsp;per&nbsp;cent<br/>by 2030</p>"}}"""
    (target,) = [one for _, one in read_json(text, "NPL", "r.json").targets]
    assert target.text() == "Protect 30 per cent\nby 2030"
    assert [(found.value, found.unit, found.year) for found in target.quantities] == [(30.0, "%", 2030)]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (OWN[:3], ("1", "Protect land", "GBF-T10. Enhance biodiversity in agriculture (fisheries)")),
        (EXPORT[:4], ("NT", "Nepal", "Protect land", "GBF-TARGET-10 Enhance biodiversity in agriculture (fisheries)")),
    ],
)
def test_title_after_a_code_may_end_in_brackets(header: tuple[str, ...], row: tuple[str, ...]) -> None:
    found = read_tables(Book("x.csv", "csv", (Grid("", (header, row)),)), "NPL")
    assert (found.problems, [entry.target for _, one in found.targets for entry in one.declared]) == ((), ["10"])


def test_word_in_brackets_that_all_but_is_a_degree_is_named() -> None:
    assert problems(OWN[:3], ("1", "Protect land", "GBF-T10. Enhance (Hihg)")) == [
        (2, "global_targets", "unknown-degree")
    ]


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (("id,title", "NT-1,Protect the land, the rivers and the sea by 2030", "NT-2,Restore"), [2]),
        (("id,title,global_targets", "NT-1,Protect the land, the rivers,", "NT-2,Restore,2"), [2]),
        (("id,title", "", "NT-2,Restore,", "NT-1,Protect the land, the rivers,"), [4]),
        (("id,title,", "NT-1,Protect the land, the rivers"), [2]),
        (("id;title", "NT-1;Protect the land; the rivers"), [2]),
        (("id,title", "NT-1,Protect the land,", "NT-2,Restore,"), []),
        (("id,title", '"NT-1","Protect the land, the rivers"', "NT-2"), []),
        (("target,action", "NT-1,Plant trees, shrubs"), [2]),
        (("target,statement", "3,The sea, the rivers"), [2]),
        (("Government,National target title", "Nepal,Protect the land, the rivers"), [2]),
    ],
)
def test_csv_row_cut_at_a_comma_is_refused(lines: tuple[str, ...], rows: list[int], tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read_tables(read_book(path), "NPL")
    assert [problem.row for problem in found.problems if problem.code == "extra-cells"] == rows
    kept = [row for row, _ in (*found.targets, *found.actions, *found.statements)]
    assert not set(kept) & set(rows)


def test_workbook_row_with_a_note_beside_the_table_is_taken() -> None:
    grid = Grid("", (("id", "title"), ("NT-1", "Protect the land", "ask the office")))
    assert [t.id for _, t in read_tables(Book("x.xlsx", "xlsx", (grid,)), "NPL").targets] == ["NT-1"]


def test_csv_of_decisions_or_of_capacity_with_a_cut_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("national_target,suggested,verdict,note\nNT-1,3,rejected,no, it is another\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_choices(read_book(path))
    assert [(problem.row, problem.code) for problem in caught.value.problems] == [(2, "extra-cells")]
    header = ",".join(("indicator", "title", *dimensions(), "evidence"))
    path.write_text(f"{header}\nA.3,Red List Index{',1' * len(dimensions())},a survey, and more\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_assessment(read_book(path), "NPL", "MoFE", date(2026, 1, 1))
    assert [(problem.row, problem.code) for problem in caught.value.problems] == [(2, "extra-cells")]
