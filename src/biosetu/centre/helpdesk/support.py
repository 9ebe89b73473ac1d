"""What would help with each gap of a Party: guidance, a solution, a provider, an open call, peers, and asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from biosetu.centre.helpdesk import days
from biosetu.centre.library.models import Item, Kind
from biosetu.centre.library.reading import Fitting, fitting, listed
from biosetu.centre.pages import reading
from biosetu.centre.wording import gettext, language
from biosetu.cooperation import Request
from biosetu.cooperation.peers import most_alike
from biosetu.cooperation.support import KIND
from biosetu.framework import parties
from biosetu.jobs.peers import peers_for_dossier
from biosetu.sources.official import series_of

MOST_GAPS = 12
CONSIDERED = 400
PEERS = 3
SHOWN = {"solution": 1, "guidance": 3, "answer": 1, "opportunity": 1}


@dataclass(frozen=True, slots=True)
class Help:
    """A gap with what would help: entries of the library by kind, providers, peers, and the address of the form."""

    gap: Gap
    says: str
    closes: str
    shelf: dict[str, list[Fitting]]
    providers: list[tuple[Provider, tuple[str, ...]]]
    peers: list[dict[str, object]]
    ask: str


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


def help_for(user: User, gaps: Sequence[Gap]) -> list[Help]:
    """Return what would help with each gap."""
    today = days.today()
    shelves: dict[str, list[Item]] = {kind: list(listed(user, kind, today)) for kind in Kind.values}
    return [_help(gap, shelves) for gap in gaps]


def _help(gap: Gap, shelves: dict[str, list[Item]]) -> Help:
    asked, today = asked_of(gap), days.today()
    shelf = {kind: fitting(items, asked, today, SHOWN[kind]) for kind, items in shelves.items()}
    shelf["guidance"] = (shelf["guidance"] + shelf.pop("answer"))[: SHOWN["guidance"]]
    return Help(
        gap, gap.says.text(language()), gap.closes.text(language()), shelf, _providers(asked), _near(gap), asking(gap)
    )


def _near(gap: Gap) -> list[dict[str, object]]:
    """Return peers that measured or moved; where none is known, the Parties in the most similar conditions."""
    table = peers_for_dossier(gap.party)
    rows = [row for row in table.to_pylist() if row["target"] == gap.target] if table is not None else []
    for row in rows:
        official = series_of(row["indicator"], row["series"])
        row["named"] = official.title(language()) if official else row["series"] or row["indicator"]
        row["publisher"] = row["source"].split(",")[0]
    return rows or [{"party": one.party, "alike": one.alike} for one in most_alike(gap.party, PEERS)]


def _providers(asked: Request) -> list[tuple[Provider, tuple[str, ...]]]:
    """Return who fits best: among those that name the target, or by their words where the gap lies under a goal."""
    rows = Provider.objects.filter(PUBLISHED)
    if asked.targets:
        rows = rows.filter(values__targets__regex=rf"(^|[; ]){asked.targets[0]}($|[; ])")
    found = list(rows[:CONSIDERED])
    best = cooperation.suggest(asked, [one.offer() for one in found], most=1, gettext=gettext)
    return [(found[one.index], one.reasons) for one in best]


@require_safe
def support(request: HttpRequest, code: str) -> HttpResponse:
    """Show the first gaps of a Party, each with what would help and a button to ask for support."""
    if code not in parties() or (parties()[code].fictional and not settings.BIOSETU_DEMO):
        raise Http404
    gaps = [gap for gap in reading.supported(code).shown_gaps if gap.kind != KIND]
    context = {
        "party": parties()[code],
        "helps": help_for(request.user, gaps[:MOST_GAPS]),
        "count": len(gaps),
        "may_gather": code in parties_for(request.user, "gather", "party"),
        "may_ask": code in parties_for(request.user, "open", "request"),
    }
    return render(request, "helpdesk/support.html", context)
