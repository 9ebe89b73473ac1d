"""Records and rows that would harm what holds them: names as paths, marks nothing can keep, titles without words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from biosetu.alignment import PromiseFolder, Promises
from biosetu.alignment.comparison import Imported
from biosetu.alignment.importing import read_json, read_tables
from biosetu.engine.grids import Book, Grid
from biosetu.jobs.alignment import store_imported
from biosetu.jobs.national_report import write_bodies
from biosetu.jobs.promises import promise_store

SOUND = {"header": {"identifier": "B", "schema": "nationalTarget7"}, "title": {"en": "Restore"}}


def imported(*records: dict[str, object]) -> Imported:
    whole = [{"government": {"identifier": "np"}, **record} for record in (*records, SOUND)]
    return read_json(json.dumps(whole), "NPL", "r.json")


def refused(found: Imported) -> list[tuple[int | None, str, str]]:
    assert [target.id for _, target in found.targets] == ["B"]
    return [(problem.row, problem.column, problem.code) for problem in found.problems]


@pytest.mark.parametrize("schema", ["nationalTarget7", "nationalTarget7Mapping", "nbsap"])
@pytest.mark.parametrize(
    "identifier",
    ["q/../../../../escaped", "/etc/x", r"..\x", "..", ".hidden", "a b", "a\r\nb: c", "C:x", "", "x" * 101, "é"],
)
def test_record_whose_identifier_is_no_plain_name_is_refused(schema: str, identifier: str) -> None:
    record = {"header": {"identifier": identifier, "schema": schema}, "title": {"en": "T"}}
    column = "header.identifier"
    assert (1, column, "identifier") in refused(
        imported(record | {"globalGoalOrTarget": {"identifier": "GBF-TARGET-03"}})
    )


def test_bodies_of_records_held_before_identifiers_were_checked_stay_in_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    (target,) = [one for _, one in imported().targets]
    names = ("q/../../../../escaped", "q/../../../../../escaped", "../B", "B")
    held = tuple(
        target.model_copy(update={"id": name, "carried": {"header": {"identifier": name, "schema": "nationalTarget7"}}})
        for name in names
    )
    promise_store().save(Promises(party="NPL", targets=held))
    out = tmp_path / "a" / "b" / "out"
    before = {path for path in tmp_path.rglob("*.json") if out not in path.parents}
    paths, _, _ = write_bodies("NPL", out)
    assert {path.resolve().parent for path in paths} == {out}
    assert len({path.name.casefold() for path in paths}) == len(paths) == len(names) + 1
    assert {path for path in tmp_path.rglob("*.json") if out not in path.parents} == before


@pytest.mark.parametrize("mark", ["\0", "\x01", "\x1b", "\ud800", "\uffff"])
@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("title", "title.en"),
        ("notes", "notes"),
        ("mainPolicyOfMeasureOrActionInfo", "mainPolicyOfMeasureOrActionInfo.en"),
    ],
)
def test_record_with_a_mark_that_nothing_can_keep_is_refused(mark: str, field: str, column: str) -> None:
    text = f"a{mark}b"
    record = {"header": {"identifier": "A", "schema": "nationalTarget7"}, "title": {"en": "Protect"}}
    found = imported(record | {field: text if field == "notes" else {"en": text}})
    assert refused(found) == [(1, column, "character")]
    assert found.problems[0].value == f"a{ascii(mark)[1:-1]}b"


@pytest.mark.parametrize("title", [{}, {"en": ""}, {"en": "<b></b>", "ne": "&nbsp;"}, {"en": "<b>" * 500}])
@pytest.mark.parametrize("schema", ["nationalTarget7", "nbsap"])
def test_record_whose_title_has_no_words_is_refused(title: dict[str, str], schema: str) -> None:
    record = {"header": {"identifier": "A", "schema": schema}, "title": title}
    assert refused(imported(record)) == [(1, "title", "empty-title")]


@pytest.mark.parametrize("mark", ["\0", "\x01", "\ud800"])
def test_row_with_a_mark_that_nothing_can_keep_is_refused_and_the_others_are_kept(mark: str, tmp_path: Path) -> None:
    rows = (("id", "title", "measures"), ("1", "Land", f"a{mark}b"), ("2", f"Sea{mark}", ""), ("3", "Air", ""))
    found = read_tables(Book("x.csv", "csv", (Grid("", rows),)), "NPL")
    assert [(one.row, one.column, one.code) for one in found.problems] == [
        (2, "measures", "character"),
        (3, "title", "character"),
    ]
    store = PromiseFolder(tmp_path)
    store_imported(found, store)
    assert [target.id for target in store.load("NPL").targets] == ["3"]


def test_rows_of_a_json_export_with_such_a_mark_are_refused_too() -> None:
    rows = [{"id": "1", "title": "a\ud800b"}, {"id": "2", "title": "Sea"}]
    found = read_json(json.dumps(rows), "NPL", "e.json")
    assert ([one.code for one in found.problems], [one.id for _, one in found.targets]) == (["character"], ["2"])
