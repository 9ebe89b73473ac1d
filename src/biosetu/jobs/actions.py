"""Actions under national targets as an office types them in, read like a row of the template; what is taken out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from biosetu.alignment import Action, PromiseStore, merged
from biosetu.alignment.importing import adopt_ids, read_tables
from biosetu.engine.grids import Book, Grid
from biosetu.engine.numbers import one_way
from biosetu.framework import find_party
from biosetu.jobs.promise_files import kept_rows
from biosetu.jobs.promises import promise_store, promises_of
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

FIELDS = (
    "id", "target", "action_en", "action_ar", "office", "cost", "currency", "secured", "funding_source", "milestone",
    "due", "status", "place",
)  # fmt: skip
NO_TARGET = N_("no such national target is held")
CHOOSE = N_("Choose one of those that are loaded")
NO_REASON = N_("no reason is given")
GIVE_REASON = N_("Say why the target is taken out; the reason stays on record")


def keep_action(
    party: str, fields: Mapping[str, str], by: str, store: PromiseStore | None = None, on: date | None = None
) -> Action:
    """Keep an action as typed in by an office, in place of the one of the same id.

    Raises `DataError` naming every field that can't be read (dates in any calendar, numbers, status), and the national
    target where none is held.
    """
    kept, iso3 = store or promise_store(), find_party(party).iso3
    held = promises_of(iso3, kept)
    row = tuple(fields.get(name, "").strip() or None for name in FIELDS)
    imported = read_tables(Book(by, "csv", (Grid("actions", (FIELDS, row)),)), iso3)
    problems = [_of_form(problem) for problem in imported.problems]
    if fields.get("target") not in {target.id for target in held.targets}:
        problems.append(Problem(NO_TARGET, CHOOSE, "unknown-target", column="target", value=fields.get("target", "")))
    if problems:
        raise DataError(problems)
    day = on or datetime.now(UTC).date()
    entered = adopt_ids(kept_rows(imported, f"{by}, {day.isoformat()}"), held)
    after = merged(entered, held)
    if after != held:
        kept.save(after)
    return entered.actions[0][1]


def _of_form(problem: Problem) -> Problem:
    return Problem(problem.message, problem.remedy, problem.code, column=problem.column, value=problem.value)


def remove_action(party: str, action: str, store: PromiseStore | None = None) -> None:
    """Take an action out of what is held; what is not there is left alone."""
    kept, iso3 = store or promise_store(), find_party(party).iso3
    held = promises_of(iso3, kept)
    left = tuple(entry for entry in held.actions if entry.id != action)
    if len(left) < len(held.actions):
        kept.save(held.model_copy(update={"actions": left}))


def remove_target(party: str, target: str, why: str, store: PromiseStore | None = None) -> tuple[str, ...]:
    """Take a national target out of what is held, with the actions under it; return the ids of these.

    Decisions on it stay on record. Raises `DataError` without a reason, or where no such target is held.
    """
    kept, iso3 = store or promise_store(), find_party(party).iso3
    held = promises_of(iso3, kept)
    if target not in {one.id for one in held.targets}:
        raise DataError(Problem(NO_TARGET, CHOOSE, "unknown-target", column="target", value=target))
    if not why.strip():
        raise DataError(Problem(NO_REASON, GIVE_REASON, "needed", column="why"))
    gone = tuple(action.id for action in held.actions if action.target == target)
    left = {
        "targets": tuple(one for one in held.targets if one.id != target),
        "actions": tuple(action for action in held.actions if action.target != target),
    }
    kept.save(held.model_copy(update=left), f"{target}: {why.strip()}")
    return gone


def fields_of(action: Action) -> Mapping[str, str]:
    """Return an action as the fields of the form."""
    values = action.model_dump(mode="json", include=set(FIELDS))
    texts = {f"action_{language}": action.text.get(language, "") for language in ("en", "ar")}
    return {name: "" if value is None else _plain(value) for name, value in values.items()} | texts


def _plain(value: object) -> str:
    return one_way(value) if isinstance(value, float) else str(value)
