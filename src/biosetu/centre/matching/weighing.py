"""The page on which a centre's manager says what the parts of a match weigh, and sees what that would change first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from biosetu import cooperation
from biosetu.centre.accounts.guarded import CentreRecord
from biosetu.centre.accounts.permissions import may, visible_to
from biosetu.centre.directory.offers import listed_offers, works_of
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.matching import weights as held
from biosetu.centre.matching.models import Weight
from biosetu.centre.matching.pages import known
from biosetu.centre.matching.working import open_requests
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import UNPROCESSABLE
from biosetu.centre.sending import sent_csv
from biosetu.centre.wording import gettext
from biosetu.cooperation import Component, Fit
from biosetu.cooperation import Provider as Offer
from biosetu.cooperation import Request as Asked
from biosetu.framework import Centre
from biosetu.problems import DataError, Problem

MOST_PAIRS = 300_000
SHORTLIST = 5
CHANGED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Effect:
    """What other weights would change: a chosen request's list before and after, and the requests whose first place
    would go to somebody else, among those compared.
    """

    request: SupportRequest
    rows: list[tuple[str, str, held.Moved]]
    changed: list[SupportRequest]
    compared: int


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, centre: str) -> HttpResponse:
    """Show the weights to the centre's officers; let its manager see what others would change, and keep them."""
    found = known(request, centre)
    used = held.weights_of(centre)
    if request.method != "POST":
        return _shown(request, found, {one.name: f"{one.weight:g}" for one in used})
    typed = {one.name: str(request.POST.get(one.name, "")).strip().replace(",", ".") for one in used}
    try:
        if request.POST.get("verb") == "keep":
            held.weigh(centre=centre, weights=typed, source=str(request.POST.get("source", "")), by=account_of(request))
            messages.success(request, gettext("The weights are kept. New shortlists and proposals follow them."))
            return redirect("weights", centre=centre)
        wanted = cooperation.weighted(typed)
    except DataError as error:
        return _shown(request, found, typed, problems=error.problems)
    return _shown(request, found, typed, effect=_effect(request, centre, used, wanted))


@login_required
@require_safe
def export(request: HttpRequest, centre: str) -> HttpResponse:
    """Send the weights as a table that `biosetu match --weights` reads."""
    known(request, centre)
    own = held.own_weights(centre)
    rows = [
        {"component": one.name, "weight": one.weight, "source": own[one.name].source if one.name in own else one.source}
        for one in held.weights_of(centre)
    ]
    return sent_csv(pa.Table.from_pylist(rows), f"weights-{centre}")


def _shown(
    request: HttpRequest,
    centre: Centre,
    typed: Mapping[str, str],
    *,
    problems: Sequence[Problem] = (),
    effect: Effect | None = None,
) -> HttpResponse:
    own: dict[str, Weight] = held.own_weights(centre.id)
    choices = _open(request, centre.id)[:200]
    context = {
        "centre": centre,
        "rows": [(one, own.get(one.name), typed.get(one.name, "")) for one in cooperation.components()],
        "wrong": {problem.column: problem for problem in problems},
        "choices": choices,
        "chosen": request.POST.get("request", ""),
        "source": request.POST.get("source", ""),
        "effect": effect,
        "open": _open(request, centre.id).count() if effect else 0,
        "can_weigh": may(request.user, "weigh", CentreRecord(centre.id)),
        "changed_shown": CHANGED_SHOWN,
    }
    return render(request, "matching/weights.html", context, status=UNPROCESSABLE if problems else 200)


def _open(request: HttpRequest, centre: str) -> QuerySet[SupportRequest]:
    rows = visible_to(request.user, open_requests(centre), "work")
    return rows.order_by(F("due_on").asc(nulls_last=True), "reference")


def _effect(
    request: HttpRequest, centre: str, before: Sequence[Component], after: Sequence[Component]
) -> Effect | None:
    """Return what the weights would change; over as many requests, most urgent first, as stay within `MOST_PAIRS`."""
    offers = listed_offers()
    rows = list(_open(request, centre).prefetch_related("request_parties")[: max(MOST_PAIRS // max(len(offers), 1), 1)])
    named = str(request.POST.get("request", ""))
    if named and named not in {row.reference for row in rows}:
        rows += _open(request, centre).filter(reference=named).prefetch_related("request_parties")
    if not rows or not offers:
        return None
    place = next((n for n, row in enumerate(rows) if row.reference == named), 0)
    first = cooperation.reweighed(_scored(tuple(row.question() for row in rows), offers), before)
    second = cooperation.reweighed(first, after)
    told = [
        (offers[one.column].provider, offers[one.column].name, one)
        for one in held.moved(first, second, place, SHORTLIST)
    ]
    changed = [rows[row] for row in held.first_places_changed(first, second)]
    return Effect(rows[place], told, changed, len(rows))


@lru_cache(maxsize=2)
def _scored(asked: tuple[Asked, ...], offers: tuple[Offer, ...]) -> Fit:
    """Return all pairs scored; kept, so that trying other weights again only weighs anew."""
    return cooperation.fit(asked, offers, days.today().year, works=works_of(offers))
