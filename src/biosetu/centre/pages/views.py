"""The public pages. Each asks `reading` and shows what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from biosetu.centre.accounts.guarded import CentreRecord, PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import unread
from biosetu.centre.accounts.permissions import may
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.finding.index import found
from biosetu.centre.helpdesk.drawing import life_of_a_request
from biosetu.centre.pages import coverage as serving
from biosetu.centre.pages import reading
from biosetu.centre.sending import attached, sent_csv
from biosetu.centre.validation.looking import changed
from biosetu.centre.wording import gettext, language
from biosetu.framework import (
    CERTAINTIES,
    Centre,
    Entry,
    Indicator,
    Party,
    answers,
    code_list,
    disaggregations,
    elements,
    find_centre,
    find_party,
    indicators,
    parties,
    questions,
    states,
    targets,
)
from biosetu.jobs.coverage import is_own, rows_of
from biosetu.observations import units
from biosetu.observations.given import with_answers
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports import html
from biosetu.translation import N_

MOST_FOUND = 30
UNPROCESSABLE, CONFLICTING = 422, 409
PLACES = {"party": "party", "indicator": "indicator", "target": "target", "goal": "target"}
CODE_LISTS = {
    "realm": N_("Realms (Global Ecosystem Typology)"),
    "biome": N_("Biomes (Global Ecosystem Typology)"),
    "functional-group": N_("Functional groups (Global Ecosystem Typology)"),
    "threat": N_("Threats (IUCN)"),
    "stress": N_("Stresses (IUCN)"),
    "action": N_("Conservation actions (IUCN)"),
    "research": N_("Research needed (IUCN)"),
    "habitat": N_("Habitats (IUCN)"),
    "use": N_("Use and trade (IUCN)"),
    "system": N_("Systems (IUCN)"),
    "species-category": N_("Categories of the Red List of species"),
    "ecosystem-category": N_("Categories of the Red List of Ecosystems"),
    "fao-area": N_("Marine fishing areas (FAO)"),
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what this is, the Parties of the centre, what changed."""
    notices = unread(request.user) if isinstance(request.user, Account) else []
    context = {"served": reading.served(), "recent": reading.recent(), "notices": notices}
    return render(request, "pages/home.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Show how figures come in, what their states mean, and how a request is dealt with."""
    return render(request, "pages/about.html", {"chart": life_of_a_request()})


@require_safe
def party_list(request: HttpRequest) -> HttpResponse:
    """Show the Parties of each centre with what is held on them."""
    served = reading.served()
    held = reading.held_on({item.party.iso3 for _, members in served for item in members})
    manages = [centre.id for centre, _ in served if may(request.user, "serve", CentreRecord(centre.id))]
    return render(request, "pages/parties.html", {"served": served, "held": held, "manages": manages})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def coverage(request: HttpRequest, centre: str) -> HttpResponse:
    """Show whom a centre serves to its managers, and take what they change: all of it, or nothing and what is wrong."""
    try:
        known = find_centre(centre)
    except UsageError as error:
        raise Http404 from error
    if not may(request.user, "serve", CentreRecord(known.id)):
        raise PermissionDenied
    if request.method != "POST":
        return _coverage(request, known, rows_of(known.id), serving.state_of(known.id))
    rows = None if request.POST.get("verb") == "reset" else serving.posted_rows(request.POST)
    before = request.POST.get("before", "") or "?"
    try:
        serving.serve(centre=known.id, rows=rows, actor=cast("Account", request.user), before=before)
    except DataError as error:
        return _coverage(request, known, rows or [], before, error.problems, status=UNPROCESSABLE)
    except MovedOnError:
        messages.warning(request, gettext("Somebody else has changed the list since. Nothing of yours was taken."))
        return _coverage(request, known, rows_of(known.id), serving.state_of(known.id), status=CONFLICTING)
    messages.success(
        request, gettext("The list is kept. What people of this centre may see and do follows it at once.")
    )
    return redirect("coverage", centre=known.id)


def _coverage(
    request: HttpRequest,
    centre: Centre,
    rows: list[dict[str, str]],
    before: str,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    said = [f"{gettext(one.message)}. {gettext(one.remedy)}." for one in problems]
    wrong = {(one.row - 2, one.column): text for one, text in zip(problems, said, strict=True) if one.row}
    context = {
        "centre": centre,
        "rows": rows,
        "before": before,
        "wrong": wrong,
        "elsewhere": [text for one, text in zip(problems, said, strict=True) if not one.row],
        "known": reading.in_order(parties().values()),
        "named": parties(),
        "certainties": CERTAINTIES,
        "own": is_own(centre.id),
    }
    return render(request, "pages/coverage.html", context, status=status)


@require_safe
def party(request: HttpRequest, code: str) -> HttpResponse:
    """Show the dossier of a Party, live."""
    known = _party(code)
    if known.iso3 != code:
        return redirect("party", code=known.iso3)
    context = {"party": known, "body": reading.body(known.iso3, language()), "evidence": reading.evidence(known.iso3)}
    context["is_ldc"] = known.is_ldc(reading.today())
    context["validates"] = may(request.user, "prepare", PartyRecord(known.iso3))
    person = request.user if isinstance(request.user, Account) and context["validates"] else None
    context["changed"] = changed(known.iso3, person) if person else None
    context["reads_report"] = may(request.user, "read_report", PartyRecord(known.iso3))
    return render(request, "pages/party.html", context)


def _party(code: str) -> Party:
    try:
        return find_party(code)
    except UsageError as error:
        raise Http404 from error


@require_safe
def party_dossier(request: HttpRequest, code: str) -> HttpResponse:
    """Send the dossier of a Party as one file."""
    known = _party(code)
    suffix = "" if language() == "en" else f".{language()}"
    content = html.render(reading.body(known.iso3, language()).document)
    return attached(content, f"{known.iso3}{suffix}.html", "text/html; charset=utf-8")


@require_safe
def party_figures(request: HttpRequest, code: str) -> HttpResponse:
    """Send every Observation held on a Party as CSV."""
    known = _party(code)
    held = reading.evidence(known.iso3).observations
    return sent_csv(with_answers(held, held), known.iso3)


@require_safe
def indicator_list(request: HttpRequest) -> HttpResponse:
    """Show all indicators and for how many Parties there is a figure."""
    kinds: dict[str, list[Indicator]] = {}
    for item in indicators().values():
        kinds.setdefault(item.kind, []).append(item)
    context = {
        "kinds": kinds,
        "context_series": reading.context_series(),
        "counts": reading.held_counts(),
        "parties": len(reading.shown_parties()),
    }
    return render(request, "pages/indicators.html", context)


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """Show an indicator, or a series that fits none, for the Parties of all centres or of one side by side."""
    context = _compared(request, code)
    if code not in indicators():
        series = next(item for item in reading.context_series() if item.indicator == code)
        return render(request, "pages/series.html", context | {"series": series})
    shown = indicators()[code]
    sure = {
        "method": states()["method", shown.method_state],
        "custodian": states()["custodian", shown.custodians_state],
    }
    about = {
        "indicator": shown,
        "units": [units()[unit] for unit in shown.units],
        "disaggregations": [row for row in disaggregations() if row.indicator == code],
        "questions": [question for question in questions().values() if question.indicator == code],
        "answers": answers(),
    }
    return render(request, "pages/indicator.html", context | about | sure)


def _compared(request: HttpRequest, code: str) -> dict[str, object]:
    """Return what a page that compares Parties shows; `Http404` for a code of which nothing could be held."""
    if not _is_compared(code):
        raise Http404
    centres = [centre for centre, _ in reading.served()]
    centre = _centre_asked(request)
    compared = reading.comparisons(code, language(), centre)
    have = {line.party.iso3 for item in compared for line in item.lines}
    without = reading.in_order(party for party in reading.shown_parties(centre) if party.iso3 not in have)
    return {"comparisons": compared, "without": without, "centres": centres, "centre": centre, "code": code}


def _centre_asked(request: HttpRequest) -> str:
    """Return the support centre whose Parties alone are asked for; empty for all, and for one not known."""
    wanted = request.GET.get("centre", "")
    return wanted if wanted in {known.id for known, _ in reading.served()} else ""


def _is_compared(code: str) -> bool:
    return code in indicators() or code in {item.indicator for item in reading.context_series()}


@require_safe
def indicator_figures(request: HttpRequest, code: str) -> HttpResponse:
    """Send every Observation of an indicator, or of a series that fits none, as CSV, for one `centre` or all."""
    if not _is_compared(code):
        raise Http404
    return sent_csv(reading.figures_of(code, _centre_asked(request)), code.removeprefix("context:"))


@require_safe
def target_list(request: HttpRequest) -> HttpResponse:
    """Show the goals and targets."""
    return render(request, "pages/targets.html", {"targets": targets().values()})


@require_safe
def target(request: HttpRequest, code: str) -> HttpResponse:
    """Show a goal or target: what was agreed, what measures it, who is where."""
    if code not in targets():
        raise Http404
    held = reading.all_evidence().items()
    states = [(party, next(s for s in item.targets if s.target == code)) for party, item in held]
    context = {
        "target": targets()[code],
        "elements": [item for item in elements().values() if item.target == code],
        "indicators": [item for item in indicators().values() if code in item.targets],
        "states": states,
    }
    return render(request, "pages/target.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find Parties, targets, indicators and codes of the lists by code or name, in any language held."""
    text = request.GET.get("q", "").strip()[:100]
    matches = found(text, only=(*PLACES, *CODE_LISTS), limit=MOST_FOUND) if text else []
    results = [
        {"name": item.name, "code": item.entry.code, "kind": item.entry.kind, "address": _address(item.entry)}
        for item in matches
    ]
    return render(request, "pages/search.html", {"text": text, "results": results, "lists": CODE_LISTS})


@require_safe
def codes(request: HttpRequest, kind: str) -> HttpResponse:
    """Show a code list: every entry with its code, in the publisher's order, and whose list it is."""
    if kind not in CODE_LISTS:
        raise Http404
    held = list(code_list(kind).values())
    context = {"name": kind, "lists": CODE_LISTS, "codes": held, "references": dict.fromkeys(c.reference for c in held)}
    return render(request, "pages/codes.html", context)


def _address(entry: Entry) -> str:
    if entry.kind in CODE_LISTS:
        return f"{reverse('codes', kwargs={'kind': entry.kind})}#{entry.code}"
    return reverse(PLACES[entry.kind], kwargs={"code": entry.code})
