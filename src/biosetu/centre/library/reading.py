"""What of the library fits a gap or a request: the same scoring as for providers, over what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from biosetu import cooperation
from biosetu.centre.accounts.permissions import User, visible_to
from biosetu.centre.library.models import Item, Kind, Standing
from biosetu.centre.wording import language
from biosetu.cooperation import Component, Request
from biosetu.cooperation.shelf import is_open
from biosetu.translation import Voice

SHOWN = {Kind.GUIDANCE: 3, Kind.ANSWER: 1, Kind.SOLUTION: 1, Kind.OPPORTUNITY: 1}


@dataclass(frozen=True, slots=True)
class Fitting:
    """An entry that fits, with its score and why."""

    item: Item
    score: float
    reasons: tuple[str, ...]


def listed(user: User, kind: str, today: date) -> QuerySet[Item]:
    """Return the listed entries of a kind that a person may see; of calls those still open."""
    rows = visible_to(user, Item.objects.filter(kind=kind, standing=Standing.LISTED))
    return rows.filter(Q(deadline__isnull=True) | Q(deadline__gte=today)) if kind == Kind.OPPORTUNITY else rows


def fitting(
    items: Iterable[Item],
    asked: Sequence[Request],
    today: date,
    most: int,
    weights: Sequence[Component] | None = None,
) -> list[list[Fitting]]:
    """Return for each request or gap of one Party the entries that fit best; calls only where they are open to the
    Party, superseded guidance never.
    """
    party = asked[0].party if asked else ""
    usable = [
        item
        for item in items
        if is_open({**item.values, "deadline": str(item.deadline or "")}, party, today)
        and not item.values.get("superseded")
    ]
    entries = [item.as_entry() for item in usable]
    found = cooperation.suggest_each(asked, entries, most=most, voice=Voice(language()), weights=weights)
    return [[Fitting(usable[one.index], one.score, one.reasons) for one in row] for row in found]


def shelves(
    user: User, asked: Sequence[Request], today: date, weights: Sequence[Component] | None = None
) -> list[dict[str, list[Fitting]]]:
    """Return what fits each request or gap of one Party, by kind of entry; answers stand with the guidance."""
    kinds = {str(kind): fitting(listed(user, kind, today), asked, today, most, weights) for kind, most in SHOWN.items()}
    rows = [{kind: found[place] for kind, found in kinds.items()} for place in range(len(asked))]
    for row in rows:
        told = row.pop(Kind.ANSWER)
        room = SHOWN[Kind.GUIDANCE] - len(told)
        row[str(Kind.GUIDANCE)] = [*row[Kind.GUIDANCE][:room], *told]
    return rows
