"""The page on which an officer opens a joint programme from a gap that Parties share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from biosetu.alignment.gaps import Gap
from biosetu.centre import forms
from biosetu.centre.accounts.permissions import parties_for
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.priorities import kind_of
from biosetu.centre.helpdesk.support import asked_for
from biosetu.centre.pages import reading
from biosetu.centre.pressing import account_of, telling
from biosetu.centre.wording import language
from biosetu.cooperation.forms import Field, form
from biosetu.framework import name_order, parties
from biosetu.problems import DataError, Problem

FIELDS = ("who", "title", "what", "purpose", "needed_by", "targets", "touches_communities", "holders")


def alike(gap: Gap, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return the Parties among these that have the same gap, each with how it says it: kind, target and indicator."""
    found = []
    for code in codes:
        same = (one for one in reading.supported(code).shown_gaps if kind_of(one) == kind_of(gap))
        if (mine := next(same, None)) is not None:
            found.append((code, mine.says.text(language())))
    return found


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Open a joint programme from a gap of a Party (`?gap=…`), with the Parties that share it to choose from."""
    reach = parties_for(request.user, "gather", "party")
    if not reach:
        raise PermissionDenied
    gap = _gap(code, request.GET.get("gap", ""))
    shown = frozenset(one for one in reach if settings.BIOSETU_DEMO or not parties()[one].fictional)
    sharing = alike(gap, sorted(shown, key=lambda one: name_order(parties()[one].name(language()))))
    context: dict[str, Any] = {
        "gap": gap,
        "party": parties()[code],
        "sharing": sharing,
        "others": _others(shown, sharing),
    }
    fields = [field for field in form("request") if field.field in FIELDS]
    if request.method != "POST":
        given = asked_for(gap)
        return forms.show(request, "helpdesk/joint.html", fields, given, ticked={one for one, _ in sharing}, **context)
    return _open(request, fields, context)


def _gap(code: str, wanted: str) -> Gap:
    found = (gap for gap in reading.supported(code).shown_gaps if gap.id == wanted) if code in parties() else iter(())
    gap = next(found, None)
    if gap is None:
        raise Http404
    return gap


def _others(shown: frozenset[str], sharing: list[tuple[str, str]]) -> list[tuple[str, str]]:
    rest = shown - {code for code, _ in sharing}
    return sorted(((code, parties()[code].name(language())) for code in rest), key=lambda pair: name_order(pair[1]))


def _open(request: HttpRequest, fields: list[Field], context: dict[str, Any]) -> HttpResponse:
    values, invited = forms.posted(request.POST, fields), request.POST.getlist("invite")
    wrong: list[Problem] = []
    with telling(request):
        try:
            made = verbs.open_programme(by=account_of(request), values=_with_gap(values, context), invited=invited)
        except DataError as error:
            wrong += error.problems
            raise
        return redirect("request", made.reference)
    return forms.show(request, "helpdesk/joint.html", fields, values, wrong, ticked=set(invited), **context)


def _with_gap(values: dict[str, str], context: dict[str, Any]) -> dict[str, str]:
    gap = context["gap"]
    return {**values, "indicators": gap.indicator} if isinstance(gap, Gap) and gap.indicator else values
