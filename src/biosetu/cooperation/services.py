"""The life of a service (course, workshop, exchange, webinar, clinic) as a table, and what its tests say.

States and steps are `data/services.csv`: state, verb, who, guard, next, whether a reason is due. Nothing here stores
anything; the centre's verbs ask `move` what happens next.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from biosetu.cooperation.forms import due, unfilled
from biosetu.cooperation.states import Refused
from biosetu.translation import N_, Said, say

STAGE = "call"
MONTHS_PER_YEAR = 12
LONGEST_MONTH = 28


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What the guards look at: which fields are filled, how many Parties are called, how many people came, whether the
    last day has come.
    """

    filled: frozenset[str] = frozenset()
    parties: int = 0
    came: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class ServiceStep:
    """One row of the table: in `state`, `who` may do `verb` if `guard` holds, which leads to `next`."""

    state: str
    verb: str
    who: tuple[str, ...]
    guard: str
    next: str
    reason: bool


def whole(facts: ServiceFacts) -> Said:
    """Require what a call must say: title, kind, targets, days, seats, and at least one Party."""
    barred = unfilled("service", due("service", STAGE), facts.filled)
    return barred or (say("") if facts.parties else say(N_("Name the Parties that are called.")))


def took_place(facts: ServiceFacts) -> Said:
    """Require that the last day has come and attendance is recorded before a service counts as held."""
    if not facts.ended:
        return say(N_("It counts as held from its last day on."))
    return say("") if facts.came else say(N_("Record first who came."))


GUARDS: Mapping[str, Callable[[ServiceFacts], Said]] = {guard.__name__: guard for guard in (whole, took_place)}


@cache
def service_steps() -> tuple[ServiceStep, ...]:
    """Return the table in its order."""
    text = (files("biosetu.cooperation") / "data" / "services.csv").read_text(encoding="utf-8")
    return tuple(
        ServiceStep(
            row["state"], row["verb"], tuple(row["who"].split(";")), row["guard"], row["next"], row["reason"] == "yes"
        )
        for row in csv.DictReader(text.splitlines())
    )


def move_service(state: str, verb: str, roles: Iterable[str], facts: ServiceFacts, *, reason: str = "") -> ServiceStep:
    """Return the step that `verb` makes from `state`; raises `Refused` with the sentence that bars it."""
    row = next((one for one in service_steps() if (one.state, one.verb) == (state, verb)), None)
    if row is None:
        raise Refused(N_("A service that is '{state}' has no step '{verb}'."), state=state, verb=verb)
    if not set(roles) & set(row.who):
        raise Refused(N_("'{verb}' is for {roles}."), verb=verb, roles=", ".join(row.who))
    if row.reason and not reason.strip():
        raise Refused(N_("'{verb}' needs a reason: say why in a sentence."), verb=verb)
    if row.guard and (why := GUARDS[row.guard](facts)):
        raise Refused(why)
    return row


def learnt(tests: Iterable[tuple[float | None, float | None]]) -> tuple[int, float, float] | None:
    """Return how many took both tests, and the means before and after [percent of the points]; None without any.

    Who took one test only is left out of both means, so that the same people are compared.
    """
    pairs = [(before, after) for before, after in tests if before is not None and after is not None]
    if not pairs:
        return None
    count = len(pairs)
    return count, sum(before for before, _ in pairs) / count, sum(after for _, after in pairs) / count


def months_after(day: date, months: int) -> date:
    """Return the same day of the month so many months later; the last day of shorter months."""
    whole_months = day.month - 1 + months
    year, month = day.year + whole_months // MONTHS_PER_YEAR, whole_months % MONTHS_PER_YEAR + 1
    for last in range(day.day, LONGEST_MONTH - 1, -1):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    return date(year, month, day.day)
