"""Subregional priorities: which gap is shared by how many of the Parties that this centre serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from biosetu.alignment.gaps import Gap
from biosetu.centre.accounts.permissions import User, parties_for, visible_to
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import RequestParty, SupportRequest, Taking
from biosetu.centre.pages import reading
from biosetu.centre.sending import sent_csv
from biosetu.centre.wording import language
from biosetu.cooperation import FINAL
from biosetu.cooperation.forms import parts
from biosetu.cooperation.support import KIND as UNSUPPORTED
from biosetu.framework import name_order, parties, targets
from biosetu.translation import N_

FEWEST = 2
DEFINITION = N_(
    "A gap counts as shared where two or more Parties of the centre have one of the same kind under the same target and"
    " indicator. Open requests are those of these Parties that name the target."
)


@dataclass(frozen=True, slots=True)
class Priority:
    """A gap that Parties share: how one of them says it, and how many open requests of theirs name the target."""

    gap: Gap
    says: str
    target: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    requests: int


def priorities(user: User, *, confidential: bool = True) -> list[Priority]:
    """Return the gaps that at least two Parties share, those of most Parties first.

    Open requests are counted as far as the person may see them; without `confidential` none of those, for what will
    be public.
    """
    served = dict.fromkeys(item.party.iso3 for _, members in reading.served() for item in members)
    shared: dict[tuple[str, str, str], dict[str, Gap]] = {}
    for code in served:
        for gap in reading.supported(code).gaps:
            if gap.kind != UNSUPPORTED:
                shared.setdefault(kind_of(gap), {}).setdefault(code, gap)
    asked = _asked(user, confidential=confidential)
    found = [_priority(among, asked) for among in shared.values() if len(among) >= FEWEST]
    order = {code: place for place, code in enumerate(targets())}
    return sorted(found, key=lambda one: (-len(one.codes), order.get(one.gap.target, len(order)), one.gap.id))


def kind_of(gap: Gap) -> tuple[str, str, str]:
    """Return what makes gaps of two Parties the same: kind, target and indicator."""
    return gap.kind, gap.target, gap.indicator


def _priority(among: dict[str, Gap], asked: dict[tuple[str, str], int]) -> Priority:
    codes = sorted(among, key=lambda code: name_order(parties()[code].name(language())))
    gap = among[codes[0]]
    title = targets()[gap.target].theme(language()) if gap.target in targets() else ""
    open_now = sum(asked.get((code, gap.target), 0) for code in codes)
    names = tuple(parties()[code].name(language()) for code in codes)
    return Priority(gap, gap.says.text(language()), title, tuple(codes), names, open_now)


def _asked(user: User, *, confidential: bool) -> dict[tuple[str, str], int]:
    """Return how many open requests each Party has under each target, among those that the person may see."""
    seen = visible_to(user, SupportRequest.objects.all()).exclude(state__in=[*FINAL, "draft"])
    seen = seen if confidential else seen.filter(confidential=False)
    rows = RequestParty.objects.filter(request__in=seen, standing=Taking.PART).order_by()
    counts: dict[tuple[str, str], int] = {}
    same = rows.annotate(listed=KeyTextTransform("targets", "request__values")).values("party", "listed")
    for row in same.annotate(many=Count("pk")):
        for code in set(parts(row["listed"] or "")):
            counts[row["party"], code] = counts.get((row["party"], code), 0) + row["many"]
    return counts


def table(found: Sequence[Priority]) -> pa.Table:
    """Return the priorities as they are exported."""
    rows = [
        {"rank": rank, "target": one.gap.target, "indicator": one.gap.indicator, "kind": one.gap.kind, "gap": one.says,
         "parties": len(one.codes), "codes": ";".join(one.codes), "open_requests": one.requests}
        for rank, one in enumerate(found, 1)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the priorities; an officer opens a joint programme from any of them."""
    context = {
        "found": priorities(request.user),
        "definition": DEFINITION,
        "today": days.today(),
        "officer": bool(parties_for(request.user, "gather", "party")),
    }
    return render(request, "helpdesk/priorities.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Send the priorities as a table."""
    return sent_csv(table(priorities(request.user)), f"priorities-{days.today()}")
