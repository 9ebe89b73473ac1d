"""What the pages of promises show: targets with what is open, coverage part by part, matrices. Kept per version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa

from biosetu.alignment import Action, Aligned, Decision, NationalTarget, Promises, Suggested
from biosetu.alignment.coverage import State, coverage_of
from biosetu.alignment.deciding import Suggestions, open_suggestions
from biosetu.alignment.matrices import sorted_rows
from biosetu.alignment.promise_tables import promise_tables
from biosetu.centre.days import days_shown
from biosetu.centre.evidence.snapshot import snapshot as figures_now
from biosetu.centre.pages import reading as pages
from biosetu.centre.promises import snapshot as kept
from biosetu.centre.promises.store import Version
from biosetu.framework import Element, GlobalTarget, elements, name_order, targets
from biosetu.jobs.alignment_decisions import suggestions_of
from biosetu.jobs.alignment_views import matrix_of, measured_of
from biosetu.jobs.promises import promises_of

KEPT = 64
SHOWN_STATES = (State.COVERED, State.PARTLY, State.NOT_COVERED, State.NOT_COMPARED)


@dataclass(frozen=True, slots=True)
class Line:
    """One national target in the list: its alignment, and what waits for an officer."""

    target: NationalTarget
    aligned: tuple[Aligned, ...]
    open_suggestions: int
    open_quantities: int
    actions: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a global target: its state, and the national targets behind it."""

    element: Element
    state: str
    basis: str
    national: tuple[NationalTarget, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """A global goal or target with its parts, and what the Party itself says that it does not cover."""

    target: GlobalTarget
    parts: tuple[Part, ...]
    counts: Mapping[str, int]
    stated: str
    stated_source: str


def held(code: str) -> Promises:
    """Return what is held on a Party now."""
    return promises_of(code, kept.snapshot())


def suggestions(code: str) -> Suggestions:
    """Return what is suggested for a Party's national targets."""
    return _suggestions(code, kept.snapshot().version)


@lru_cache(maxsize=KEPT)
def _suggestions(code: str, at: Version) -> Suggestions:
    return suggestions_of(promises_of(code, kept.taken(at)))


def lines(code: str) -> list[Line]:
    """Return the national targets of a Party in its own order."""
    promises = held(code)
    aligned, waiting = promises.aligned(), open_suggestions(promises, suggestions(code))
    table = promise_tables(promises, pages.today()).get("promises.actions")
    actions = table.to_pylist() if table is not None else []
    found = []
    for target in sorted(promises.targets, key=lambda one: (one.sequence, one.id)):
        mine = [action for action in actions if action["target"] == target.id]
        undecided = sum(decision is None for _, _, decision in promises.quantity_states(target))
        late = sum(action["overdue"] for action in mine)
        found.append(Line(target, aligned[target.id], len(waiting[target.id]), undecided, len(mine), late))
    return found


def coverage(code: str, language: str) -> list[Covered]:
    """Return every goal and target part by part, by declared, confirmed and (marked) suggested alignment."""
    return list(_coverage(code, language, kept.snapshot().version))


@lru_cache(maxsize=KEPT)
def _coverage(code: str, language: str, at: Version) -> tuple[Covered, ...]:
    promises = promises_of(code, kept.taken(at))
    waiting = open_suggestions(promises, _suggestions(code, at))
    suggested = {name: [one.target for one in found] for name, found in waiting.items()}
    by_id = {target.id: target for target in promises.targets}
    stated = {one.target: one for one in promises.statements}
    parts: dict[str, list[Part]] = {name: [] for name in targets()}
    for entry in coverage_of(promises, suggested):
        national = tuple(by_id[name] for name in entry.national_targets)
        parts[entry.target].append(Part(elements()[entry.element], str(entry.state), entry.basis, national))
    return tuple(
        Covered(
            targets()[name],
            tuple(found),
            {str(state): sum(part.state == state for part in found) for state in SHOWN_STATES},
            _text(stated[name].info, language) if name in stated else "",
            stated[name].source if name in stated else "",
        )
        for name, found in parts.items()
    )


def _text(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True)
class Shown:
    """One suggestion on the page of a national target, with the decision that holds and all earlier ones."""

    suggestion: Suggested
    target: GlobalTarget
    decision: Decision | None
    earlier: tuple[Decision, ...]


def shown_suggestions(promises: Promises, target: NationalTarget) -> list[Shown]:
    """Return what is suggested for a national target and what was decided on it, undecided first."""
    decided = promises.decided()
    mine = [entry for entry in promises.decisions if entry.national_target == target.id]
    standing = (entry for entry in promises.standing() if entry.national_target == target.id)
    ones = {entry.about: entry.suggestion for entry in standing if entry.suggestion}
    ones |= {one.target: one for one in suggestions(promises.party).get(target.id, ())}
    found = [
        Shown(one, targets()[name], decided.get((target.id, name)), tuple(e for e in mine if e.about == name))
        for name, one in ones.items()
    ]
    return sorted(found, key=lambda item: (item.decision is not None, item.suggestion.rank))


def actions_of(promises: Promises, target: str) -> list[tuple[Action, bool, list[tuple[str, str]]]]:
    """Return the actions under a national target, whether each is overdue, and its day in the Party's calendars."""
    table = promise_tables(promises, pages.today()).get("promises.actions")
    late = {row["id"] for row in table.to_pylist() if row["overdue"]} if table is not None else set()
    return [
        (action, action.id in late, days_shown(promises.party, action.due) if action.due else [])
        for action in promises.actions
        if action.target == target
    ]


def measured(code: str, sort: str) -> pa.Table:
    """Return national target by indicator for a Party."""
    return sorted_rows(_measured(code, figures_now().version, kept.snapshot().version), sort)


@lru_cache(maxsize=KEPT)
def _measured(code: str, figures: Any, at: Version) -> pa.Table:
    return measured_of(code, pages.evidence(code), kept.taken(at))


def matrix(codes: Iterable[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return, for Parties of which national targets are loaded, the cell of each goal and target."""
    return _matrix(tuple(codes), kept.snapshot().version)


@lru_cache(maxsize=KEPT)
def _matrix(codes: tuple[str, ...], at: Version) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in matrix_of(codes, kept.taken(at)).to_pylist():
        found.setdefault(row["party"], {})[row["target"]] = row
    return found


def ordered(cells: Mapping[str, Mapping[str, Mapping[str, Any]]], sort: str, names: Mapping[str, str]) -> Sequence[str]:
    """Return the Parties by name, or by one goal or target: degree from high to low, then parts covered."""
    name = sort.removeprefix("-")
    found = sorted(cells, key=lambda code: name_order(names[code]))
    if name in targets():
        degrees = ("high", "medium", "low", "stated", "")
        found.sort(key=lambda code: (degrees.index(cells[code][name]["degree"]), -_share(cells[code][name])))
    return found[::-1] if sort.startswith("-") else found


def _share(cell: Mapping[str, Any]) -> float:
    return float(cell["covered"] / cell["parts"]) if cell["parts"] else 0.0
