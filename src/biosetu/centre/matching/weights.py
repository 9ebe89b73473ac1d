"""What the parts of a score weigh at a centre: reading and changing them, and what a change would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.core.exceptions import PermissionDenied
from django.db import transaction

from biosetu import cooperation
from biosetu.centre.accounts.guarded import CentreRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import as_pair, record
from biosetu.centre.matching.models import Weight
from biosetu.cooperation import Component, Fit

LONGEST_SOURCE = 300


@dataclass(frozen=True, slots=True)
class Moved:
    """A candidate of a shortlist before and after: its column, rank and score on either side; None where it is off."""

    column: int
    before: int | None
    after: int | None
    score_before: float
    score_after: float


def own_weights(centre: str) -> dict[str, Weight]:
    """Return the rows that a centre has of its own, by part."""
    return {row.component: row for row in Weight.objects.filter(centre=centre)}


def weights_of(centre: str) -> tuple[Component, ...]:
    """Return the parts of the score as they weigh at a centre."""
    return cooperation.weighted({name: row.weight for name, row in own_weights(centre).items()})


@transaction.atomic
def weigh(*, centre: str, weights: Mapping[str, str], source: str, by: Account) -> None:
    """Let the parts of the score weigh so at a centre from now on; those as the default are kept as such.

    Raises `PermissionDenied` for anybody but a manager of the centre, `DataError` with every weight that cannot be.
    """
    if not may(by, "weigh", CentreRecord(centre)):
        raise PermissionDenied
    wanted = cooperation.weighted(weights)
    before = {one.name: one.weight for one in weights_of(centre)}
    changes = {one.name: as_pair((f"{before[one.name]:g}", f"{one.weight:g}")) for one in wanted}
    changes = {name: pair for name, pair in changes.items() if pair["from"] != pair["to"]}
    if not changes:
        return
    default = {one.name: one.weight for one in cooperation.components()}
    said = " ".join(source.split())[:LONGEST_SOURCE]
    held = own_weights(centre)
    Weight.objects.filter(centre=centre).delete()
    Weight.objects.bulk_create(
        Weight(centre=centre, component=one.name, weight=one.weight, source=_source(one.name, changes, held, said))
        for one in wanted
        if one.weight != default[one.name]
    )
    told = {**changes, "source": said} if said else changes
    record(actor=by, verb="weigh", record="centre", record_id=centre, changes=told)


def _source(name: str, changes: Mapping[str, object], held: Mapping[str, Weight], said: str) -> str:
    """Return the reason now given for what changed, and the one on record for what stays."""
    return held[name].source if name not in changes and name in held else said


def moved(before: Fit, after: Fit, row: int, most: int) -> list[Moved]:
    """Return everybody on the shortlist of a request before or after, in the order of after, then of before."""
    first, second = ([int(column) for column in cooperation.shortlist(fit, row, most)] for fit in (before, after))
    columns = [*second, *(column for column in first if column not in second)]
    return [
        Moved(column, _rank(first, column), _rank(second, column), float(before.total[row, column]),
              float(after.total[row, column]))
        for column in columns
    ]  # fmt: skip


def _rank(columns: list[int], column: int) -> int | None:
    return columns.index(column) + 1 if column in columns else None


def first_places_changed(before: Fit, after: Fit) -> tuple[int, ...]:
    """Return the rows of the requests whose first place would go to somebody else."""
    firsts = [
        [tuple(cooperation.shortlist(fit, row, 1)) for row in range(len(fit.requests))] for fit in (before, after)
    ]
    return tuple(int(row) for row in np.flatnonzero([one != other for one, other in zip(*firsts, strict=True)]))
