"""Pages of the capacity self-assessment: only the indicators that the Party picks; and what Parties lack together."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.alignment.capacity import HIGHEST, SelfAssessment, assessment_rows, dimensions
from biosetu.centre.accounts.permissions import parties_for
from biosetu.centre.pressing import account_of
from biosetu.centre.promises import access, verbs
from biosetu.centre.promises import snapshot as kept
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.sending import sent_csv
from biosetu.centre.wording import gettext, language, ngettext
from biosetu.engine.grids import Book, Grid
from biosetu.framework import Party, indicators
from biosetu.jobs.capacity import demand_of, dimension_label, write_assessment
from biosetu.jobs.promises import assessment_of
from biosetu.problems import DataError

FEWEST_PARTIES = 2
SCORES = tuple(range(HIGHEST + 1))
MOST = 60


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_those_who(verbs.PREPARE)
def sheet(request: HttpRequest, party: Party) -> HttpResponse:
    """Show the self-assessment for the indicators picked, or keep what was filled in."""
    held = assessment_of(party.iso3, kept.snapshot())
    picked = _picked(request, held)
    problems: list[dict[str, Any]] = []
    if request.method == "POST":
        try:
            book = Book("page", "csv", (Grid("", tuple(_typed(request.POST, picked))),))
            made = verbs.rate(party=party.iso3, book=book, actor=account_of(request))
            _tell(request, made)
            return redirect("capacity", code=party.iso3)
        except DataError as error:
            problems = access.said(error.problems)
    typed = _typed(request.POST, picked) if problems else assessment_rows(picked, held)
    context: dict[str, Any] = {
        "party": party,
        "held": held,
        "picked": picked,
        "rows": typed[1:],
        "dimensions": [(name, dimension_label(name, language())) for name in dimensions()],
        "scores": SCORES,
        "kinds": _by_kind(),
        "titles": indicators(),
        "problems": problems,
    }
    shown = context | access.rights(request, party)
    return render(request, "promises/capacity.html", shown, status=UNPROCESSABLE if problems else 200)


def _by_kind() -> list[tuple[str, list[Any]]]:
    kinds: dict[str, list[Any]] = {}
    for one in indicators().values():
        kinds.setdefault(one.kind, []).append(one)
    return list(kinds.items())


def _picked(request: HttpRequest, held: SelfAssessment | None) -> list[str]:
    asked = [code for code in (request.POST or request.GET).getlist("code") if code in indicators()]
    known = [rating.indicator for rating in held.ratings] if held and not asked else []
    return list(dict.fromkeys([*asked, *known]))[:MOST]


def _typed(data: QueryDict, picked: list[str]) -> list[tuple[Any, ...]]:
    rows = list(assessment_rows(picked))
    filled = [
        (
            code,
            title,
            *(data.get(f"{name}-{code}", "") or None for name in dimensions()),
            data.get(f"evidence-{code}", ""),
        )
        for code, title, *_ in rows[1:]
    ]
    return [rows[0], *filled]


def _tell(request: HttpRequest, made: SelfAssessment) -> None:
    count = len(made.ratings)
    told = ngettext("%(num)d indicator is rated.", "%(num)d indicators are rated.", count) % {"num": count}
    messages.success(request, told)


@require_safe
@access.for_those_who(verbs.PREPARE)
def workbook(request: HttpRequest, party: Party) -> HttpResponse:
    """Send the sheet for the indicators picked."""
    store = kept.snapshot()
    picked = _picked(request, assessment_of(party.iso3, store))
    if not picked:
        messages.info(request, gettext("Pick indicators first."))
        return redirect("capacity", code=party.iso3)
    name = f"{party.iso3}.capacity.xlsx"
    return access.sent(name, lambda path: write_assessment(party.iso3, picked, path, store))


@require_POST
@access.for_those_who(verbs.PROMISE)
@receives("capacity")
def returned(request: HttpRequest, party: Party) -> HttpResponse:
    """Keep the ratings of a filled sheet."""
    with received(request) as sent:
        _tell(request, verbs.rate_from_file(party=party.iso3, sent=sent, actor=account_of(request)))
    return redirect("capacity", code=party.iso3)


@login_required
@require_safe
def demand(request: HttpRequest) -> HttpResponse:
    """Show what the Parties that a person serves lack by their own rating."""
    codes = _served(request)
    rows = demand_of(codes, kept.snapshot()).to_pylist()
    labels = {name: dimension_label(name, language()) for name in dimensions()}
    context = {"rows": rows, "indicators": indicators(), "labels": labels, "parties": len(codes)}
    return render(request, "promises/demand.html", context)


@login_required
@require_safe
def demand_csv(request: HttpRequest) -> HttpResponse:
    """Send the same as CSV."""
    return sent_csv(demand_of(_served(request), kept.snapshot()), "demand")


def _served(request: HttpRequest) -> list[str]:
    codes = sorted(parties_for(account_of(request), verbs.PREPARE, "party"))
    if len(codes) < FEWEST_PARTIES:
        raise PermissionDenied
    return codes
