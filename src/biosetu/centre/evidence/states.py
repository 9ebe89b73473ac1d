"""States as one table (`data/states.csv`): state, verb, who, guard, next. A verb moves a record by asking here."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.db import models

from biosetu.centre.wording import lazy_text
from biosetu.problems import BioSetuError
from biosetu.translation import N_


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", lazy_text(N_("queued"))
    RUNNING = "running", lazy_text(N_("running"))
    IN_REVIEW = "in_review", lazy_text(N_("in review"))
    REVIEWED = "reviewed", lazy_text(N_("reviewed"))
    CANCELLED = "cancelled", lazy_text(N_("cancelled"))
    FAILED = "failed", lazy_text(N_("failed"))


class ProposalState(models.TextChoices):
    """What became of a proposed figure."""

    PENDING = "pending", lazy_text(N_("pending"))
    ACCEPTED = "accepted", lazy_text(N_("accepted"))
    RETURNED = "returned", lazy_text(N_("returned"))


class MovedOnError(BioSetuError):
    """Somebody else was faster: the record is no longer in a state that allows this."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table."""

    machine: str
    state: str
    verb: str
    who: str
    guard: str
    next: str


@cache
def transitions() -> tuple[Transition, ...]:
    """Return the table, in the order of the file."""
    text = (files("biosetu.centre.evidence") / "data" / "states.csv").read_text(encoding="utf-8")
    return tuple(Transition(**row) for row in csv.DictReader(text.splitlines()))


def leads(machine: str, verb: str) -> tuple[tuple[str, ...], str]:
    """Return from which states a verb leads, and to which one."""
    lines = [line for line in transitions() if (line.machine, line.verb) == (machine, verb)]
    if not lines:
        raise KeyError(f"{machine} has no verb {verb}")
    return tuple(line.state for line in lines), lines[0].next


def allows(machine: str, state: str, verb: str) -> bool:
    """Return whether the table allows a verb in a state."""
    return state in leads(machine, verb)[0]
