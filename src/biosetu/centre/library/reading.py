"""What of the library fits a gap or a request: the same scoring as for providers, over what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from biosetu import cooperation
from biosetu.centre.accounts.permissions import User, visible_to
from biosetu.centre.library.models import Item, Kind, Standing
from biosetu.centre.wording import gettext
from biosetu.cooperation import Request
from biosetu.cooperation.shelf import is_open

MOST = 3


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


def fitting(items: Iterable[Item], asked: Request, today: date, most: int = MOST) -> list[Fitting]:
    """Return the entries that fit best; calls only where they are open to the Party, superseded guidance never."""
    usable = [
        item
        for item in items
        if is_open({**item.values, "deadline": str(item.deadline or "")}, asked.party, today)
        and not item.values.get("superseded")
    ]
    found = cooperation.suggest(asked, [item.as_entry() for item in usable], most=most, gettext=gettext)
    return [Fitting(usable[one.index], one.score, one.reasons) for one in found]


def shelf(user: User, asked: Request, today: date) -> dict[str, list[Fitting]]:
    """Return what fits a request or a gap, by kind of entry."""
    return {kind: fitting(listed(user, kind, today), asked, today) for kind in Kind.values}
