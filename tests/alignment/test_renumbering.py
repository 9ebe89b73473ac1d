"""A table numbered anew: a decision stays with the words it was taken on; the preview says what hangs under an id."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from biosetu.alignment import Action, Degree, NationalTarget, PromiseFolder, Promises, Quantity, Suggested, Verdict
from biosetu.alignment.deciding import Choice, decide, open_suggestions, with_decisions
from biosetu.alignment.importing import read_tables
from biosetu.alignment.national import CONFIRMED, DECLARED, QuantityDecision
from biosetu.alignment.wording import has_same_words
from biosetu.engine.grids import Book, Grid
from biosetu.jobs.alignment import store_imported

DAY, BY = date(2026, 1, 1), "MoFE"
SHOWN = {name: (Suggested(target="3", rank=1, score=1.0, language="en"),) for name in ("NT-1", "NT-2")}
FOUND = Quantity(value=30.0, unit="%", passage="30 per cent of the land")
LAND = NationalTarget(id="NT-1", party="NPL", title={"en": "Protect 30 per cent of the land"}, quantities=(FOUND,))
HEADER = ("id", "title", "global_targets")
OVER = (HEADER, ("NT-1", "Stop the poaching", "4: high"), ("NT-2", "Protect 30 per cent of the land", "2: high"))


def decided(promises: Promises, verdict: str = "confirmed", degree: str = "high") -> Promises:
    choices = [Choice("NT-1", "3", verdict, degree=degree)]
    return with_decisions(promises, decide(promises, SHOWN, choices, BY, DAY))


@pytest.fixture
def store(tmp_path: Path) -> PromiseFolder:
    kept = PromiseFolder(tmp_path)
    kept.save(decided(Promises(party="NPL", targets=(LAND,))))
    return kept


def brought(store: PromiseFolder, *rows: tuple) -> tuple[Promises, list[str]]:
    outcome = store_imported(read_tables(Book("x.csv", "csv", (Grid("", rows),)), "NPL"), store)
    return store.load("NPL"), outcome.preview.column("kept").to_pylist()


def shown(promises: Promises) -> dict[str, list[tuple[str, str]]]:
    return {name: [(entry.target, entry.basis) for entry in found] for name, found in promises.aligned().items()}


def test_decision_does_not_go_to_another_promise_under_the_same_id(store: PromiseFolder) -> None:
    assert shown(store.load("NPL")) == {"NT-1": [("3", CONFIRMED)]}
    held, _ = brought(store, *OVER)
    assert shown(held) == {"NT-1": [("4", DECLARED)], "NT-2": [("2", DECLARED)]}
    assert open_suggestions(held, SHOWN)["NT-1"] == SHOWN["NT-1"]
    assert len(held.decisions) == 1


def test_decision_holds_again_with_its_words_and_a_newer_one_on_other_words_does_not(store: PromiseFolder) -> None:
    held, _ = brought(store, ("id", "title"), ("NT-1", "Stop the poaching"))
    store.save(decided(held, "rejected", ""))
    assert store.load("NPL").decided()["NT-1", "3"].verdict is Verdict.REJECTED
    held, _ = brought(store, ("id", "title"), ("NT-1", "protect 30 per cent of the land."))
    assert held.decided()["NT-1", "3"].verdict is Verdict.CONFIRMED
    assert [entry.verdict for entry in held.decisions] == [Verdict.CONFIRMED, Verdict.REJECTED]


def test_decision_of_an_older_store_that_names_no_words_stays_with_those_it_was_taken_on(store: PromiseFolder) -> None:
    held = store.load("NPL")
    old = held.decisions[0].model_copy(update={"title": {}})
    store.save(held.model_copy(update={"decisions": (old,)}))
    assert shown(store.load("NPL")) == {"NT-1": [("3", CONFIRMED)]}
    held, _ = brought(store, ("id", "title", "end"), ("NT-1", LAND.title["en"], "2030"))
    assert (held.decisions, shown(held)) == ((old,), {"NT-1": [("3", CONFIRMED)]})
    held, _ = brought(store, *OVER)
    assert (held.decisions[0].title, shown(held)["NT-1"]) == (LAND.title, [("4", DECLARED)])


@pytest.mark.parametrize(
    ("then", "now", "same"),
    [
        ({"en": "Protect"}, {"en": "Protect", "ne": "भूमि"}, True),
        ({"en": "Protect", "ne": "भूमि"}, {"en": "PROTECT!"}, True),
        ({"en": "Protect"}, {"und": "Protect"}, True),
        ({"en": "Protect", "ne": "भूमि"}, {"en": "Restore", "ne": "भूमि"}, False),
        ({"en": "Protect 10"}, {"en": "Protect 20"}, False),
        ({"en": "Protect"}, {"ne": "भूमि"}, False),
        ({"en": "Protect"}, {}, False),
    ],
)
def test_title_is_another_where_its_words_in_any_shared_language_are(then: dict, now: dict, same: bool) -> None:
    assert (has_same_words(then, now), has_same_words(now, then)) == (same, same)


def test_preview_names_actions_and_decisions_under_an_id_that_gets_another_text(store: PromiseFolder) -> None:
    plant = Action(id="A1", party="NPL", target="NT-1", text={"en": "Plant"})
    store.save(store.load("NPL").model_copy(update={"actions": (plant,)}))
    assert brought(store, ("id", "title", "end"), ("NT-1", LAND.title["en"], "2030"))[1] == [""]
    assert brought(store, ("id", "title"), ("NT-1", "Stop the poaching"))[1] == ["end, actions, decisions"]
    assert brought(store, ("id", "title"), ("NT-1", "Stop the trade"))[1] == ["end, actions"]


def test_preview_names_decisions_on_quantities_too(tmp_path: Path) -> None:
    word = QuantityDecision(national_target="NT-1", found=FOUND, verdict=Verdict.CONFIRMED, by=BY, on=DAY)
    kept = PromiseFolder(tmp_path)
    kept.save(Promises(party="NPL", targets=(LAND,), quantity_decisions=(word,)))
    assert brought(kept, ("id", "title"), ("NT-1", "Stop the poaching"))[1] == ["decisions"]


def test_degree_confirmed_stays_with_the_words(store: PromiseFolder) -> None:
    (entry,) = store.load("NPL").aligned()["NT-1"]
    assert (entry.degree, entry.by, entry.on) == (Degree.HIGH, BY, DAY)
