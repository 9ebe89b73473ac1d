"""What would help with a gap or a request: guidance, a solution, a provider, an open call, peers, and asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from biosetu import cooperation
from biosetu.alignment.gaps import Gap
from biosetu.centre.accounts.permissions import User, parties_for
from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.centre.directory.offers import listed_offers, works_of
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.verbs.moving import centre_serving
from biosetu.centre.library.reading import Fitting, shelves
from biosetu.centre.matching.weights import weights_of
from biosetu.centre.pages import reading
from biosetu.centre.wording import gettext, language
from biosetu.cooperation import Component, Request
from biosetu.cooperation.peers import SHOWN, looked_at
from biosetu.cooperation.support import KIND
from biosetu.framework import parties
from biosetu.jobs.peers import ORDER, peers_at
from biosetu.sources.official import series_of
from biosetu.translation import N_, Voice

MOST_GAPS = 12
DID = {
    "moved": N_("moved for the better"),
    "measured": N_("measured an indicator of the framework"),
}


@dataclass(frozen=True, slots=True)
class Help:
    """What would help with a gap or a request: entries of the library by kind, a provider, peers; and among how many
    Parties these were looked for.
    """

    shelf: dict[str, list[Fitting]]
    providers: list[tuple[Provider, tuple[str, ...]]]
    peers: list[dict[str, Any]]
    among: int


def asking(gap: Gap) -> str:
    """Return the address of the request form, filled in from a gap: Party, target, indicator, the figures behind it."""
    return f"{reverse('request_new')}?{urlencode(asked_for(gap))}"


def asked_for(gap: Gap) -> dict[str, str]:
    """Return the fields of the form that a gap fills in."""
    evidence = "; ".join(" ".join(str(part) for part in key if part != "") for key in gap.evidence[:3])
    purpose = gap.says.text(language()) + (f" [{evidence}]" if evidence else "")
    values = {"party": gap.party, "targets": gap.target, "indicators": gap.indicator, "purpose": purpose}
    return {name: value for name, value in values.items() if value}


def asked_of(gap: Gap) -> Request:
    """Return a gap as matching sees a request."""
    text = f"{gap.says.text('en')} {gap.closes.text('en')}"
    return Request(
        gap.id,
        title=gap.says.text("en"),
        text=text,
        party=gap.party,
        region=parties()[gap.party].subregion,
        targets=(gap.target,) if gap.target.isdigit() else (),
        indicators=(gap.indicator,) if gap.indicator else (),
    )


def help_for(user: User, asked: Sequence[Request], centre: str, *, providers: bool = True) -> list[Help]:
    """Return what would help with each gap or request of one Party, all of the library looked at.

    centre: whose weights say what fits. providers: also who could help, of the directory; a request has its shortlist
    for that.
    """
    if not asked:
        return []
    near, weights = [_near(one) for one in asked], weights_of(centre)
    offered = _providers(asked, weights) if providers else [[] for _ in asked]
    among = [looked_at(one.party) if one.party in parties() else 0 for one in asked]
    found = zip(shelves(user, asked, days.today(), weights), offered, near, among, strict=True)
    return [Help(*parts) for parts in found]


def _near(asked: Request) -> list[dict[str, Any]]:
    """Return up to three Parties in similar conditions that moved on the very indicator, or measured it; then those
    that did so under the target. Nobody stands here without a figure.
    """
    if asked.party not in parties():
        return []
    rows = [row for code in asked.indicators for row in peers_at(asked.party, indicator=code)]
    under = [row for code in asked.targets for row in peers_at(asked.party, target=code)]
    rows += sorted(under, key=lambda row: (ORDER.index(str(row["state"])), -float(str(row["likeness"]))))
    first = {row["party"]: row for row in reversed(rows)}
    return [_told(dict(row)) for row in sorted(first.values(), key=rows.index)[:SHOWN]]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    official = series_of(row["indicator"], row["series"])
    row["named"] = official.title(language()) if official else row["series"] or row["indicator"]
    row["publisher"] = row["source"].split(",")[0]
    row["did"] = gettext(DID[row["state"]])
    return row


def _providers(asked: Sequence[Request], weights: Sequence[Component]) -> list[list[tuple[Provider, tuple[str, ...]]]]:
    """Return who fits each best, of all that are listed."""
    offers = listed_offers()
    voice, works = Voice(language()), works_of(offers)
    best = cooperation.suggest_each(asked, offers, most=1, voice=voice, works=works, weights=weights)
    keyed = [[(int(offers[one.index].provider), one.reasons) for one in row] for row in best]
    wanted = Provider.objects.filter(PUBLISHED).in_bulk({key for row in keyed for key, _ in row})
    return [[(wanted[key], reasons) for key, reasons in row if key in wanted] for row in keyed]


@require_safe
def support(request: HttpRequest, code: str) -> HttpResponse:
    """Show the first gaps of a Party, each with what would help and a button to ask for support."""
    if code not in parties() or (parties()[code].fictional and not settings.BIOSETU_DEMO):
        raise Http404
    gaps = [gap for gap in reading.supported(code).shown_gaps if gap.kind != KIND]
    shown = gaps[:MOST_GAPS]
    asked = [asked_of(gap) for gap in shown]
    context = {
        "party": parties()[code],
        "helps": [
            (gap, gap.says.text(language()), gap.closes.text(language()), asking(gap), helping)
            for gap, helping in zip(shown, help_for(request.user, asked, centre_serving([code])), strict=True)
        ],
        "count": len(gaps),
        "may_gather": code in parties_for(request.user, "gather", "party"),
        "may_ask": code in parties_for(request.user, "open", "request"),
    }
    return render(request, "helpdesk/support.html", context)
