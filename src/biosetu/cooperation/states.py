"""The life of a support request as a table: state, verb, who, guard, next (data/transitions.csv), and in which states
what leaves the state alone is done (data/acts.csv).

Nothing here stores anything: the centre's verbs ask `step` what happens next and do it in one transaction.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from biosetu.cooperation.guards import CLEAR, GUARDS, Facts
from biosetu.problems import BioSetuError
from biosetu.translation import N_, Said, say

PREVIOUS, SAME = "@previous", "@same"
MAIN_WAY = (
    "draft",
    "submitted",
    "endorsed",
    "in_articulation",
    "planning",
    "matching",
    "agreed",
    "under_way",
    "delivered",
    "closed",
)
FINAL = frozenset({"closed", "declined", "withdrawn", "handed_over"})
STATE_NAMES = {
    "draft": N_("draft"),
    "submitted": N_("submitted"),
    "endorsed": N_("endorsed"),
    "in_articulation": N_("being made precise"),
    "answered": N_("answered"),
    "planning": N_("planning"),
    "matching": N_("looking for a provider"),
    "agreed": N_("agreed"),
    "under_way": N_("under way"),
    "delivered": N_("delivered"),
    "closed": N_("closed"),
    "declined": N_("declined"),
    "withdrawn": N_("withdrawn"),
    "handed_over": N_("handed over"),
    "seeking_funds": N_("seeking funds"),
    "on_hold": N_("on hold"),
}


class Refused(BioSetuError):
    """The verb is not allowed here; the message says why and what would allow it."""

    def __init__(self, message: str = "", **values: str) -> None:
        self.said = message if isinstance(message, Said) else say(message, **values)
        super().__init__(str(self.said))


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: in `state`, `who` may do `verb` if `guard` holds, which leads to `next`.

    `ball` names whose turn it is afterwards (centre, requester, provider, nobody; `@same`: as before); the service
    clock pauses by it.
    """

    state: str
    verb: str
    who: tuple[str, ...]
    guard: str
    next: str
    reason: bool
    ball: str


@cache
def transitions() -> tuple[Transition, ...]:
    """Return the table in its order."""
    text = (files("biosetu.cooperation") / "data" / "transitions.csv").read_text(encoding="utf-8")
    return tuple(
        Transition(
            state=row["state"],
            verb=row["verb"],
            who=tuple(row["who"].split(";")),
            guard=row["guard"],
            next=row["next"],
            reason=row["reason"] == "yes",
            ball=row["ball"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def states() -> tuple[str, ...]:
    """Return every state, in the order in which the table first names it."""
    named = [name for row in transitions() for name in (row.state, row.next) if name != PREVIOUS]
    return tuple(dict.fromkeys(named))


@cache
def _by_state_and_verb() -> dict[tuple[str, str], Transition]:
    return {(row.state, row.verb): row for row in transitions()}


def step(state: str, verb: str, roles: Iterable[str], facts: Facts, *, reason: str = "") -> Transition:
    """Return the transition that `verb` makes from `state`, with `next` and `ball` resolved.

    Raises `Refused` when the table has no such verb in this state, when none of `roles` may do it, when a reason is due
    and missing, or when the guard does not hold.
    """
    row = _by_state_and_verb().get((state, verb))
    if row is None:
        unknown = N_("A request that is '{state}' has no step '{verb}'. Possible: {verbs}.")
        raise Refused(unknown, state=state, verb=verb, verbs=", ".join(verbs(state)))
    if not set(roles) & set(row.who):
        raise Refused(N_("'{verb}' is for {roles}."), verb=verb, roles=", ".join(row.who))
    if row.reason and not reason.strip():
        raise Refused(N_("'{verb}' needs a reason: say why in a sentence."), verb=verb)
    if row.guard and (why := GUARDS[row.guard](facts)):
        raise Refused(why)
    if row.next != PREVIOUS:
        return row
    before = facts.previous_state
    if before not in states() or before in FINAL:
        raise Refused(N_("There is no earlier state to go back to."))
    return Transition(row.state, row.verb, row.who, row.guard, before, row.reason, facts.previous_ball)


@cache
def acts() -> Mapping[str, tuple[str, ...]]:
    """Return in which states each act is done that leaves the state as it is (data/acts.csv): listing, choosing,
    planning, measuring, reporting, rating.
    """
    text = (files("biosetu.cooperation") / "data" / "acts.csv").read_text(encoding="utf-8")
    return {row["act"]: tuple(row["states"].split(";")) for row in csv.DictReader(text.splitlines())}


def verbs(state: str) -> tuple[str, ...]:
    """Return the verbs that the table knows in a state, whoever may do them."""
    return tuple(row.verb for row in transitions() if row.state == state)


def offered(state: str, roles: Iterable[str], facts: Facts) -> tuple[tuple[Transition, Said], ...]:
    """Return what these roles may do now: each transition with the sentence that still bars it, or an empty one."""
    mine = set(roles)
    return tuple(
        (row, GUARDS[row.guard](facts) if row.guard else CLEAR)
        for row in transitions()
        if row.state == state and mine & set(row.who)
    )
