"""What a file with few columns leaves of a promise that says more."""

from __future__ import annotations

import json
from datetime import date

import pytest

from biosetu.alignment import Action, Declared, Degree, Means, NationalTarget, NotCovered, PromiseFolder, Promises
from biosetu.alignment.importing import read_json, read_tables
from biosetu.alignment.quantities import quantities_of_target
from biosetu.engine.grids import Book, Formula, Grid, Value
from biosetu.jobs.actions import fields_of, keep_action
from biosetu.jobs.alignment import export_promises, import_promises, store_imported

HELD = NationalTarget(
    id="NT-1",
    party="NPL",
    sequence=4,
    title={"en": "Protect 30 per cent of the land by 2030", "ne": "भूमि"},
    description={"en": "All of it", "ne": "थप"},
    quantities=quantities_of_target({"en": "Protect 30 per cent of the land by 2030"}, {}),
    declared=(Declared(target="3", degree=Degree.HIGH),),
    means=Means.REQUIRED,
    means_info={"en": "Two million"},
    indicators=("3.1",),
    start=date(2023, 1, 1),
    end=date(2030, 12, 31),
)
ACTION = Action(
    id="A1", party="NPL", target="NT-1", text={"en": "Plant", "ne": "रोप्नु"}, office="Forests", cost=12.0, currency="NPR"
)
SAID = NotCovered(party="NPL", target="3", info={"en": "all of it", "ne": "सबै"})


@pytest.fixture
def store(tmp_path) -> PromiseFolder:
    kept = PromiseFolder(tmp_path)
    kept.save(Promises(party="NPL", targets=(HELD,), actions=(ACTION,), statements=(SAID,)))
    return kept


def brought(store: PromiseFolder, *rows: tuple[Value, ...]) -> tuple[Promises, list[str]]:
    outcome = store_imported(read_tables(Book("x.csv", "csv", (Grid("", rows),)), "NPL"), store)
    held = store.load("NPL")
    assert held is not None
    return held, outcome.preview.column("detail").to_pylist()


def test_title_alone_changes_the_title_in_its_language_alone(store: PromiseFolder) -> None:
    held, detail = brought(store, ("id", "title"), ("NT-1", "Protect half of the land of the country by 2030"))
    assert detail == ["title, quantities"]
    kept = held.targets[0]
    assert kept.title == {"en": "Protect half of the land of the country by 2030", "ne": "भूमि"}
    same = ("sequence", "description", "declared", "means", "means_info", "indicators", "start", "end")
    assert {name: getattr(kept, name) for name in same} == {name: getattr(HELD, name) for name in same}
    assert [(found.value, found.unit, found.year) for found in kept.quantities] == [(50.0, "%", 2030)]


def test_empty_cells_of_columns_that_are_there_empty(store: PromiseFolder) -> None:
    header = ("id", "title_en", "description_ne", "global_targets", "end", "means_info")
    held, _ = brought(store, header, ("NT-1", HELD.title["en"], None, None, None, None))
    kept = held.targets[0]
    assert kept.description == {"en": HELD.description["en"]}
    assert (kept.declared, kept.end, kept.means_info, kept.start, kept.means) == (
        (),
        None,
        {},
        HELD.start,
        Means.REQUIRED,
    )


def test_cells_cut_off_at_the_end_of_a_row_are_empty_ones(store: PromiseFolder) -> None:
    held, detail = brought(store, ("id", "title_en", "end"), ("NT-1", HELD.title["en"]))
    assert (held.targets[0].end, detail) == (None, ["end"])


def test_export_of_the_tool_leaves_dates_and_other_languages(store: PromiseFolder) -> None:
    header = ("Unique ID", "Government", "National target title", "Description")
    held, detail = brought(store, header, ("NT", "Nepal", HELD.title["en"], "Other words"))
    kept = held.targets[0]
    assert detail == ["description"]
    assert (kept.id, kept.start, kept.end, kept.declared) == ("NT-1", HELD.start, HELD.end, HELD.declared)
    assert kept.description == {"en": "Other words", "ne": "थप"}


def test_action_by_text_and_target_keeps_office_and_cost(store: PromiseFolder) -> None:
    held, detail = brought(store, ("id", "action", "target"), ("A1", "Plant the trees of the valley", "NT-1"))
    expected = ACTION.model_copy(
        update={"text": {"en": "Plant the trees of the valley", "ne": ACTION.text["ne"]}, "source": "x.csv, row 2"}
    )
    assert (held.actions[0], detail) == (expected, ["text"])


def test_statement_in_one_language_keeps_the_other(store: PromiseFolder) -> None:
    held, _ = brought(store, ("target", "statement_en"), ("3", "most of it"))
    assert held.statements[0].info == {"en": "most of it", "ne": "सबै"}


def test_short_text_of_no_certain_language_is_not_held_beside_the_same_text(store: PromiseFolder) -> None:
    held, detail = brought(store, ("id", "action", "target"), ("A1", "PLANT", "NT-1"))
    assert (held.actions[0].text, detail) == ({"en": "PLANT", "ne": ACTION.text["ne"]}, ["text"])


def test_text_of_no_certain_language_replaces_the_one_of_its_script_and_no_other(store: PromiseFolder) -> None:
    held, _ = brought(store, ("id", "action", "target"), ("A1", "Planting", "NT-1"))
    assert held.actions[0].text == {"en": "Planting", "ne": ACTION.text["ne"]}
    held, _ = brought(store, ("id", "action", "target"), ("A1", "δέντρα", "NT-1"))
    assert held.actions[0].text == {"en": "Planting", "ne": ACTION.text["ne"], "und": "δέντρα"}
    held, _ = brought(store, ("id", "action_en", "target"), ("A1", "Plant trees", "NT-1"))
    assert held.actions[0].text == {"en": "Plant trees", "ne": ACTION.text["ne"], "und": "δέντρα"}
    held, _ = brought(store, ("id", "action_el", "target"), ("A1", "φύτευση δέντρων", "NT-1"))
    assert held.actions[0].text == {"el": "φύτευση δέντρων", "en": "Plant trees", "ne": ACTION.text["ne"]}


def test_formula_leaves_what_is_held(store: PromiseFolder) -> None:
    header = ("id", "title_en", "description_en", "global_targets")
    held, detail = brought(store, header, ("NT-1", HELD.title["en"], Formula("=1+1"), Formula("=A1")))
    assert (held.targets[0], detail) == (HELD, [""])


def test_rows_of_one_target_in_an_export_without_alignment_keep_what_is_declared(store: PromiseFolder) -> None:
    header = ("Unique ID", "Government", "National target title")
    held, detail = brought(store, header, ("NT", "Nepal", HELD.title["en"]), ("NT", "Nepal", HELD.title["en"]))
    assert (held.targets[0], detail) == (HELD, [""])


def test_action_typed_into_the_form_keeps_languages_that_the_form_has_not(store: PromiseFolder) -> None:
    shown = {**fields_of(ACTION), "action_en": "Plant more"}
    made = keep_action("NPL", shown, "Forests", store)
    assert made.text == {"en": "Plant more", "ne": ACTION.text["ne"]}
    assert store.load("NPL").actions == (made,)


COSTS = [
    (["1200,50"], [1200.5]),
    (["1,200.5"], [1200.5]),
    (["1 200 000"], [1200000.0]),
    (["1.200"], [None]),
    (["१.२००", "12.000", "1.125"], [None] * 3),
    (["0.125", "1.2000", "1٫200"], [0.125, 1.2, 1.2]),
    ([1.125, 12.0], [1.125, 12.0]),
    (["0,85", "12.500"], [0.85, None]),
    (["12,500"], [None]),
    ([Formula("=1000*12")], [None]),
    (["-5", "nan", "1e999", "1200 NPR"], [None] * 4),
    ([1200.5, 1200], [1200.5, 1200.0]),
]


@pytest.mark.parametrize(("written", "read"), COSTS)
def test_cost_is_read_where_it_is_certain_and_refused_with_its_row_where_not(written, read) -> None:
    rows = [(f"A{at}", "Plant the trees", "NT-1", value) for at, value in enumerate(written)]
    found = read_tables(Book("x.xlsx", "xlsx", (Grid("", (("id", "action", "target", "cost"), *rows)),)), "NPL")
    costs = {action.id: action.cost for _, action in found.actions}
    assert [costs.get(f"A{at}") for at in range(len(written))] == read
    wrong = [(problem.row, problem.column) for problem in found.problems]
    assert wrong == [(at + 2, "cost") for at, value in enumerate(read) if value is None]


NUMBERED = (("id", "title_en"), ("NT-1", "Stop the poaching"), ("NT-2", "Protect the land"), ("NT-3", "Clean rivers"))


def test_table_numbered_anew_loses_no_promise_and_changes_nothing_the_second_time(tmp_path) -> None:
    store = PromiseFolder(tmp_path)
    brought(store, NUMBERED[0], ("NT-1", "Protect the land"), ("NT-2", "Clean rivers"))
    plan = (("id", "action", "target"), ("A1", "Plant along rivers", "NT-3"), ("A2", "Gazette parks", "NT-2"))
    both = Book("x.xlsx", "xlsx", (Grid("targets", NUMBERED), Grid("actions", plan)))
    store_imported(read_tables(both, "NPL"), store)
    held = store.load("NPL")
    assert {target.id: target.text() for target in held.targets} == dict(NUMBERED[1:])
    assert {action.id: action.target for action in held.actions} == {"A1": "NT-3", "A2": "NT-2"}
    assert store_imported(read_tables(both, "NPL"), store).preview.column("state").to_pylist() == ["same"] * 5


def test_two_new_targets_with_the_text_of_one_that_is_held_do_not_become_one(store: PromiseFolder) -> None:
    header = ("id", "title_en", "description_en")
    held, _ = brought(store, header, ("X1", HELD.title["en"], "one"), ("X2", HELD.title["en"], "two"))
    assert [(target.id, target.description["en"]) for target in held.targets] == [("NT-1", "one"), ("X2", "two")]


def test_remedy_of_an_amount_of_two_readings_shows_both() -> None:
    table = (("id", "action", "target", "cost"), ("A1", "Plant", "NT-1", "1.200"))
    (problem,) = read_tables(Book("x.csv", "csv", (Grid("", table),)), "NPL").problems
    assert (problem.message, problem.remedy) == ("a number that can be read two ways", "Write 1200 or 1.2")


def test_exported_amount_with_three_decimals_is_read_back_as_the_same(store: PromiseFolder, tmp_path) -> None:
    kept = store.load("NPL")
    store.save(kept.model_copy(update={"actions": (ACTION.model_copy(update={"cost": 1.125}),)}))
    for path in export_promises("NPL", tmp_path / "o.csv", store):
        assert set(import_promises("NPL", path, store).preview.column("state").to_pylist()) == {"same"}
    assert fields_of(store.load("NPL").actions[0])["cost"] == "1.1250"


BOTH = HELD.model_copy(update={"declared": (Declared(target="A", degree=Degree.HIGH), *HELD.declared)})
TOOL = ("Unique ID", "Government", "National target title")
OF_BOTH = [
    (("Global Goals", "Global targets", "Degree of Alignment by target"),
     ("GBF-GOAL-A", "GBF-TARGET-03", "GBF-T03. Conserve (Low)"), ["A: high", "3: low"]),
    (("Global targets",), ("GBF-TARGET-03",), ["A: high", "3: high"]),
    (("Global targets",), ("GBF-TARGET-08",), ["A: high", "8: None"]),
    (("Global targets", "Degree of Alignment"), ("GBF-TARGET-03", None), ["A: high", "3: None"]),
    (("Global Goals",), ("GBF-GOAL-B",), ["B: None", "3: high"]),
    (("Global Goals",), (None,), ["3: high"]),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "cells", "declared"), OF_BOTH)
def test_export_changes_of_the_alignment_what_it_has_columns_for(tmp_path, columns, cells, declared) -> None:
    store = PromiseFolder(tmp_path)
    store.save(Promises(party="NPL", targets=(BOTH,)))
    rows = ((*TOOL, *columns), ("NT", "Nepal", BOTH.title["en"], *cells))
    held, _ = brought(store, *rows)
    assert [f"{entry.target}: {entry.degree}" for entry in held.targets[0].declared] == declared
    assert brought(store, *rows)[1] == [""]


def test_record_in_english_leaves_the_title_in_nepali(store: PromiseFolder) -> None:
    record = {
        "header": {"identifier": "A1B2", "schema": "nationalTarget7", "languages": ["en"]},
        "government": {"identifier": "np"},
        "title": {"en": HELD.title["en"]},
        "globalTargetAlignment": [{"identifier": "GBF-TARGET-03"}],
    }
    states = []
    for languages in (["en"], ["en"], ["en", "ne"]):
        record["header"]["languages"] = languages
        outcome = store_imported(read_json(json.dumps([record]), "NPL", "r.json"), store)
        states.append((outcome.preview.column("state").to_pylist(), store.load("NPL").targets[0].title.get("ne")))
    assert states == [(["changed"], "भूमि"), (["same"], "भूमि"), (["changed"], None)]


def test_preview_names_what_stays_with_a_new_text(store: PromiseFolder) -> None:
    rows = (("id", "title"), ("NT-1", "Stop the poaching of all the rhinos"))
    seen = store_imported(read_tables(Book("x.csv", "csv", (Grid("", rows),)), "NPL"), store, keep=False).preview
    assert seen.column("kept").to_pylist() == [
        "title ne, sequence, description, declared, means, means_info, indicators, start, end, actions"
    ]
    same = (("id", "title", "end"), ("NT-1", HELD.title["en"], "2031"))
    seen = store_imported(read_tables(Book("x.csv", "csv", (Grid("", same),)), "NPL"), store, keep=False).preview
    assert (seen.column("detail").to_pylist(), seen.column("kept").to_pylist()) == (["end"], [""])


def test_table_over_targets_that_share_a_title_in_one_language_adds_no_doubles(store: PromiseFolder) -> None:
    titles = {"X-1": "Fund the parks", "X-2": "Protect the land", "X-3": "Restore the rivers"}
    held = [NationalTarget(id=name, party="NPL", title={"en": title, "ne": "भूमि"}) for name, title in titles.items()]
    store.save(Promises(party="NPL", targets=tuple(held)))
    rows = tuple((f"{at}", title, "भूमि") for at, title in enumerate(titles.values(), start=1))
    kept, changes = brought(store, ("id", "title_en", "title_ne"), *rows[::-1])
    assert ([target.id for target in kept.targets], set(changes)) == ([*titles], {""})


def test_row_that_shares_less_with_a_held_target_leaves_it_to_the_row_that_shares_more(store: PromiseFolder) -> None:
    held = NationalTarget(id="X-1", party="NPL", title={"en": "Fund the parks", "ne": "भूमि"})
    store.save(Promises(party="NPL", targets=(held,)))
    rows = (("1", "Sail the sea", "भूमि"), ("2", "Fund the parks", "भूमि"))
    kept, _ = brought(store, ("id", "title_en", "title_ne"), *rows)
    assert {target.id: target.title["en"] for target in kept.targets} == {"X-1": "Fund the parks", "1": "Sail the sea"}
