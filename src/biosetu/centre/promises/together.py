"""Pages over all Parties: who is aligned with which target, and the list for the reviewers of the thesaurus."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from biosetu.alignment.term_review import term_review
from biosetu.centre.accounts.permissions import parties_for
from biosetu.centre.pages import reading as public
from biosetu.centre.pressing import account_of
from biosetu.centre.promises import reading, verbs
from biosetu.centre.promises import snapshot as kept
from biosetu.centre.promises.capacity import FEWEST_PARTIES
from biosetu.centre.promises.store import load_all
from biosetu.centre.sending import sent_csv
from biosetu.centre.wording import language
from biosetu.framework import parties, targets
from biosetu.jobs.alignment_views import matrix_of
from biosetu.observations.own import progress_levels

PAGE = 100


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Show the Parties of this centre beside the goals and targets: degree, coverage, progress."""
    sort = request.GET.get("sort", "")
    groups = [group for group in (_group(codes, sort) for codes in _codes()) if group]
    loaded = {code for group in groups for code, *_ in group}
    without = [code for codes in _codes() for code in codes if code not in loaded]
    context = {"groups": groups, "without": without, "targets": targets(), "sort": sort, "lists": _lists(request)}
    return render(request, "promises/matrix.html", context)


def _lists(request: HttpRequest) -> dict[str, bool]:
    """Return which further lists this person may open."""
    served = parties_for(request.user, verbs.PREPARE, "party")
    return {"demand": len(served) >= FEWEST_PARTIES, "terms": bool(parties_for(request.user, verbs.BRING, "party"))}


def _codes() -> list[list[str]]:
    """Return the Parties served, the fictional one apart."""
    served = {item.party.iso3: item.party for _, group in public.served() for item in group}
    real = [code for code, party in served.items() if not party.fictional]
    return [real, [code for code in served if code not in real]]


def _group(codes: list[str], sort: str) -> list[tuple[str, str, list[dict[str, Any]]]]:
    cells = reading.matrix(codes)
    names = {code: parties()[code].name(language()) for code in cells}
    levels = {name: level.label(language()) for name, level in progress_levels().items()}
    return [
        (code, names[code], [cell | {"level": levels.get(cell["progress"], "")} for cell in cells[code].values()])
        for code in reading.ordered(cells, sort, names)
    ]


@require_safe
def matrix_csv(request: HttpRequest) -> HttpResponse:
    """Send the same as CSV, a row for each Party and target."""
    codes = [code for group in _codes() for code in group]
    return sent_csv(matrix_of(codes, kept.snapshot()), "alignment")


@login_required
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Show the terms behind decided suggestions; the thesaurus itself changes only by its reviewers."""
    _require_officer(request)
    rows = term_review(load_all().values()).to_pylist()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "promises/terms.html", {"page": page, "count": len(rows)})


@login_required
@require_safe
def terms_csv(request: HttpRequest) -> HttpResponse:
    """Send the same as CSV."""
    _require_officer(request)
    return sent_csv(term_review(load_all().values()), "terms")


def _require_officer(request: HttpRequest) -> None:
    if not parties_for(account_of(request), verbs.BRING, "party"):
        raise PermissionDenied
