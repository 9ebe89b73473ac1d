"""Which figures of a Party changed since its office last looked, and the verb that says it has looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.snapshot import snapshot
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.validation.models import Look
from biosetu.centre.validation.verbs import office_of
from biosetu.jobs.observations import list_changes, shown_figures
from biosetu.observations import table_hash
from biosetu.observations.changes import seen_table
from biosetu.translation import N_


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed: `at` is None where no office of the Party has looked yet (then the last two releases count)."""

    office: str
    at: datetime | None
    lines: tuple[dict[str, Any], ...]


def changed(party: str, person: Account) -> Changed:
    """Return what changed since the person's own office of the Party last looked, else since any of its offices did."""
    look = _look_of(party, person)
    seen = None if look is None else seen_table(look.figures)
    lines = tuple(list_changes(party, seen=seen, store=snapshot()).to_pylist())
    return Changed(look.office, look.at, lines) if look else Changed("", None, lines)


def fingerprint(party: str) -> str:
    """Return a short hash of the figures of a Party as they are shown now."""
    return table_hash(shown_figures(party, store=snapshot()))[:16]


def _look_of(party: str, person: Account) -> Look | None:
    looks = list(Look.objects.filter(party=party).order_by("-at"))
    try:
        own = office_of(person, party)
    except PermissionDenied:
        return looks[0] if looks else None
    return next((look for look in looks if look.office == own), None)


@transaction.atomic
def look(*, party: str, actor: Account, until: str) -> Look:
    """Record that the actor's office has looked at the figures as the page showed them; return the record.

    `until` is the fingerprint of what the page showed: figures that came meanwhile are not marked as looked at.
    Raises `PermissionDenied` for anybody but an officer of the Party, `MovedOnError` where the figures moved on.
    """
    if not may(actor, "look", PartyRecord(party)):
        raise PermissionDenied
    figures = shown_figures(party, store=snapshot())
    if fingerprint(party) != until:
        raise MovedOnError(N_("The figures have changed since this page was made. Look again."))
    office = office_of(actor, party)
    made, _ = Look.objects.update_or_create(
        party=party, office=office, defaults={"at": timezone.now(), "figures": figures.to_pylist()}
    )
    record(
        actor=actor, verb="look", record="party", record_id=party, party=party, changes={"figures": figures.num_rows}
    )
    return made
