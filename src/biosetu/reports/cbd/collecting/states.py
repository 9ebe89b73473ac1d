"""The states of a part and of the report as one table (`data/collecting_states.csv`), and what its guards look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from biosetu.framework.answering import faults
from biosetu.problems import DataError, Problem, Severity
from biosetu.reports.cbd.collecting.records import SETTLED_PARTS, Actor, Collection, Part, ReportState, Role, Step
from biosetu.reports.cbd.draft import filled
from biosetu.reports.cbd.tables import rows
from biosetu.translation import N_

PART, REPORT = "part", "report"


class NotNowError(DataError):
    """The table of states, or one of its guards, does not allow this now; the problem says why."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table: in this state this role may do this, where the guards hold, and what comes next."""

    machine: str
    state: str
    verb: str
    who: str
    guards: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Case:
    """What a guard looks at: the collection, the part in hand (None: the whole report), its fields, the reason."""

    collection: Collection
    part: Part | None
    keys: tuple[str, ...]
    mandatory: frozenset[str]
    reason: str


@cache
def transitions() -> tuple[Transition, ...]:
    """Return the table, in the order of the file."""
    return tuple(
        Transition(
            row["machine"],
            row["state"],
            row["verb"],
            row["who"],
            tuple(guard for guard in row["guard"].split(";") if guard),
            row["next"],
        )
        for row in rows("collecting_states")
    )


def _report_open(case: Case) -> bool:
    return case.collection.state is ReportState.COLLECTING


def _reason(case: Case) -> bool:
    return bool(case.reason.strip())


def _no_conflict(case: Case) -> bool:
    return not case.collection.waiting(case.keys)


def _sound(case: Case) -> bool:
    return not wrong_answers(case.collection, case.keys)


def _whole_or_reason(case: Case) -> bool:
    return _reason(case) or not open_keys(case.collection, case.keys, case.mandatory)


def _parts_settled(case: Case) -> bool:
    return all(part.state in SETTLED_PARTS for part in case.collection.parts)


GUARDS: Mapping[str, tuple[Callable[[Case], bool], str, str]] = MappingProxyType(
    {
        "report-open": (
            _report_open,
            N_("the report is cleared or signed off"),
            N_("Reopen it with a reason first"),
        ),
        "reason": (_reason, N_("no reason is given"), N_("Say why")),
        "no-conflict": (
            _no_conflict,
            N_("different texts wait for a decision"),
            N_("Decide between them first"),
        ),
        "sound": (
            _sound,
            N_("answers break the rules of the questions"),
            N_("Correct the answers that are marked"),
        ),
        "whole-or-reason": (
            _whole_or_reason,
            N_("fields are still empty or not reviewed"),
            N_("Fill them, or say why they stay open"),
        ),
        "parts-settled": (
            _parts_settled,
            N_("a part is not cleared yet"),
            N_("Clear each part, or withdraw it"),
        ),
    }
)


def open_keys(collection: Collection, keys: Iterable[str], mandatory: frozenset[str]) -> tuple[str, ...]:
    """Return those of the fields that must be filled and are not, or wait for review."""
    return tuple(key for key in keys if key in mandatory and not filled(collection.draft, key))


def wrong_answers(collection: Collection, keys: Iterable[str]) -> tuple[Problem, ...]:
    """Return what breaks the rules of annex III among the answers to these fields."""
    wanted = frozenset(keys)
    found = faults(collection.draft.answers())
    return tuple(p for p in found if p.severity is Severity.ERROR and f"Q.{p.column}" in wanted)


def allowed(machine: str, state: str, role: Role) -> tuple[str, ...]:
    """Return the verbs that the table gives a role in a state, whatever the guards say."""
    found = (t.verb for t in transitions() if (t.machine, t.state, t.who) == (machine, state, str(role)))
    return tuple(dict.fromkeys(found))


def move(case: Case, verb: str, actor: Actor) -> Collection:
    """Return the collection after a verb, with its step on record; raise `NotNowError` where it is not allowed now.

    A verb that leads to the state it came from leaves a step only where it gives a reason.
    """
    machine = PART if case.part else REPORT
    before = str(case.part.state if case.part else case.collection.state)
    line = next(
        (t for t in transitions() if (t.machine, t.state, t.verb, t.who) == (machine, before, verb, str(actor.role))),
        None,
    )
    if line is None:
        raise NotNowError(
            Problem(
                N_("this cannot be done in the state it is in"), N_("Look at the page again"), "state", value=before
            )
        )
    failed = next((GUARDS[guard] for guard in line.guards if not GUARDS[guard][0](case)), None)
    if failed is not None:
        raise NotNowError(Problem(failed[1], failed[2], "guard"))
    return _moved(case, line, actor)


def _moved(case: Case, line: Transition, actor: Actor) -> Collection:
    collection, part = case.collection, case.part
    changes: dict[str, object] = {}
    if part is None:
        changes["state"] = ReportState(line.next)
    else:
        after = part.model_copy(update={"state": type(part.state)(line.next)})
        changes["parts"] = tuple(after if one.id == part.id else one for one in collection.parts)
    if line.next != line.state or case.reason:
        step = Step(
            of=part.id if part else "",
            verb=line.verb,
            role=actor.role,
            office=actor.office,
            at=actor.at,
            reason=case.reason.strip(),
            before=line.state,
            after=line.next,
        )
        changes["steps"] = (*collection.steps, step)
    return collection.model_copy(update=changes)
