"""Setuland shows everything; an office's typed action is read like a row of the template; nothing is taken by half."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from biosetu.alignment import PromiseFolder
from biosetu.alignment.deciding import Choice, QuantityChoice
from biosetu.jobs.actions import FIELDS, fields_of, keep_action, remove_action, remove_target
from biosetu.jobs.alignment_decisions import take_choices
from biosetu.jobs.alignment_views import matrix_of, measured_of
from biosetu.jobs.party import party_evidence
from biosetu.jobs.promises import assessment_of, office_for, promises_of, writing_store
from biosetu.problems import DataError, UsageError

DAY = date(2026, 11, 23)
BY = "Ministry of Environment (test)"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def store(tmp_path: Path) -> PromiseFolder:
    return PromiseFolder(tmp_path)


def test_setuland_brings_promises_statements_and_a_self_assessment(store: PromiseFolder) -> None:
    held = promises_of("XXA", store)
    assert [one.target for one in held.statements] == ["3", "16"]
    assert all(set(one.info) == {"en", "ar"} for one in held.statements)
    rated = assessment_of("XXA", store)
    assert [rating.indicator for rating in rated.ratings] == ["A.1", "2.1", "9.1", "15.1"]
    assert assessment_of("NPL", store) is None


def test_gaps_in_measurement_of_setuland_come_with_the_largest_lack_first() -> None:
    found = [gap for gap in party_evidence("XXA").gaps if gap.kind == "measurement"]
    confirmed = [(gap.indicator, gap.shortfall) for gap in found if gap.id.startswith("measurement:capacity")]
    assert confirmed == [("9.1", pytest.approx(13 / 15)), ("15.1", pytest.approx(13 / 15))]


def test_parts_only_are_shown_where_no_whole_figure_is_held() -> None:
    rows = [row for row in measured_of("XXA").to_pylist() if row["indicator"] == "3.1"]
    assert {row["measured"] for row in rows} == {"yes"}
    assert all(row["part"] for row in rows)
    states = {row["indicator"]: row["measured"] for row in measured_of("XXA").to_pylist()}
    assert set(states.values()) <= {"yes", "no", "absent", "not relevant"}


def test_matrix_holds_the_newest_level_of_progress_declared(store: PromiseFolder) -> None:
    rows = {row["target"]: row for row in matrix_of(["XXA", "NPL"], store).to_pylist()}
    assert {row["party"] for row in rows.values()} == {"XXA"}
    assert (rows["3"]["progress"], rows["3"]["progress_year"]) == ("insufficient", 2026)


def test_decision_on_setuland_keeps_its_targets_with_it(store: PromiseFolder) -> None:
    taken = take_choices(
        "XXA", [Choice("NT-3", "22", "confirmed")], [QuantityChoice("NT-3", 1, "confirmed")], BY, store, DAY
    )
    assert len(taken) == 2
    held = store.load("XXA")
    assert (len(held.targets), len(held.decisions), len(held.quantity_decisions)) == (15, 1, 1)


def test_wrong_choice_beside_a_right_one_takes_neither_and_names_both_kinds(store: PromiseFolder) -> None:
    choices = [Choice("NT-3", "22", "confirmed"), Choice("NT-3", "22", "maybe")]
    with pytest.raises(DataError) as error:
        take_choices("XXA", choices, [QuantityChoice("NT-3", 9, "confirmed")], BY, store, DAY)
    assert {problem.column for problem in error.value.problems} == {"verdict", "place"}
    assert store.parties() == ()


TYPED = {"id": "A-99", "target": "NT-3", "action_en": "Train wardens", "action_ar": "تدريب الحراس", "office": "Forests"}


def test_action_is_typed_kept_and_shown_again_as_typed(store: PromiseFolder) -> None:
    more = {"cost": "1,200.5", "currency": "USD", "secured": "0", "due": "2027-06-30", "status": "running"}
    made = keep_action("XXA", TYPED | more, BY, store, DAY)
    assert (made.cost, made.secured, made.due, made.source) == (1200.5, 0.0, date(2027, 6, 30), f"{BY}, 2026-11-23")
    shown = fields_of(made)
    assert {name: shown[name] for name in TYPED} == TYPED
    assert (shown["cost"], shown["secured"], shown["due"]) == ("1200.5", "0", "2027-06-30")
    before = store.load("XXA")
    keep_action("XXA", shown, "Another office", store, DAY)
    assert store.load("XXA") == before


def test_action_is_taken_out_and_taking_out_what_is_gone_changes_nothing(store: PromiseFolder) -> None:
    remove_action("XXA", "A-1", store)
    assert "A-1" not in {action.id for action in store.load("XXA").actions}
    remove_action("XXA", "A-1", store)
    assert len(store.load("XXA").actions) == 15


def test_target_taken_out_of_setuland_does_not_come_back_by_itself(store: PromiseFolder) -> None:
    for target in promises_of("XXA", store).targets:
        remove_target("XXA", target.id, "not needed", store)
    held = promises_of("XXA", store)
    assert (held.targets, held.actions, len(held.statements)) == ((), (), 2)


def test_reason_for_taking_a_target_out_stays_in_the_folder(store: PromiseFolder) -> None:
    remove_target("XXA", "NT-3", "joined with\nNT-4 ", store)
    remove_target("XXA", "NT-5", "=repealed", store)
    kept = (store.folder / "alignment" / "XXA.reasons.txt").read_text(encoding="utf-8")
    assert [line[10:] for line in kept.splitlines()] == [" NT-3: joined with NT-4", " NT-5: =repealed"]
    assert store.parties() == ("XXA",)


@pytest.mark.parametrize(("target", "why", "column"), [("NT-99", "x", "target"), ("NT-3", " ", "why")])
def test_target_is_not_taken_out_without_reason_or_where_there_is_none(store, target, why, column) -> None:
    with pytest.raises(DataError) as error:
        remove_target("XXA", target, why, store)
    assert [problem.column for problem in error.value.problems] == [column]
    assert store.parties() == ()


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"target": "NT-99"}, "target"),
        ({"action_en": "", "action_ar": ""}, "action"),
        ({"cost": "much"}, "cost"),
        ({"secured": "some"}, "secured"),
        ({"due": "2087-13-01 BS"}, "due"),
        ({"status": "perhaps"}, "status"),
    ],
)
def test_field_that_cannot_be_read_is_named_and_nothing_is_kept(store: PromiseFolder, wrong, column) -> None:
    with pytest.raises(DataError) as error:
        keep_action("XXA", TYPED | wrong, BY, store, DAY)
    assert column in {problem.column for problem in error.value.problems}
    assert {problem.row for problem in error.value.problems} == {None}
    assert store.parties() == ()


def test_form_has_every_field_of_an_action_of_the_template() -> None:
    from biosetu.alignment.importing import template_rows

    columns = dict(template_rows())["actions"][0]
    assert set(FIELDS) == set(columns) - {"action", "language"}


def test_outside_a_centre_the_office_is_named_and_the_folder_written(home: Path) -> None:
    assert office_for("NPL", "", " Ministry ") == "Ministry"
    with pytest.raises(UsageError, match="--by OFFICE"):
        office_for("NPL", "", " ")
    assert isinstance(writing_store("NPL", "promise"), PromiseFolder)
