"""Pages of the workbench up to asking: the list, beginning a problem, its desk with features, targets and locks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from biosetu.centre.accounts.permissions import may, parties_for, visible_to
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.planning import verbs
from biosetu.centre.planning.asking import (
    COSTS,
    GAPS,
    KINDS,
    OBJECTIVES,
    SECONDS,
    VALUES,
    asked_again,
    asked_of,
    first_asked,
    national_rows,
    rows_of,
)
from biosetu.centre.planning.drawing import LOCKS, lock_map
from biosetu.centre.planning.models import Study, Version
from biosetu.centre.planning.reader import FEATURES, PROTECTED, Asked
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.wording import gettext, language
from biosetu.framework import parties
from biosetu.jobs.planning_layers import LEAST_PROTECTED, OWN_SHARE
from biosetu.jobs.planning_pieces import Pieces, read_pieces
from biosetu.planning.numbering import as_text, numbers
from biosetu.problems import DataError, Problem

PAGE = 50
VERSIONS_SHOWN = 30
Typed = Mapping[str, Any]


def study_of(request: HttpRequest, pk: object) -> Study:
    """Return a problem that the person may see."""
    return get_object_or_404(visible_to(request.user, Study.objects.select_related("owner")), pk=pk)


@login_required
@require_http_methods(["GET", "HEAD"])
def plan_list(request: HttpRequest) -> HttpResponse:
    """Show the problems that the person may see, newest first, and the ways to begin one."""
    return _list(request)


def _list(request: HttpRequest, problems: tuple[Problem, ...] = (), opened: str = "") -> HttpResponse:
    allowed = parties_for(account_of(request), "plan", "party")
    if not allowed:
        raise PermissionDenied
    rows = visible_to(request.user, Study.objects.select_related("owner")).order_by("-changed_at", "pk")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "parties": [(code, row.name(language())) for code, row in parties().items() if code in allowed],
        "everyone": [(code, row.name(language())) for code, row in parties().items()],
        "together": request.POST.getlist("together"),
        "problems": problems,
        "typed": request.POST,
        "opened": opened,
        "say": gettext,
    }
    return render(request, "planning/list.html", context, status=UNPROCESSABLE if problems else 200)


@login_required
@require_POST
@receives("problem")
def upload(request: HttpRequest) -> HttpResponse:
    """Begin a problem from a file."""
    data, actor = request.POST, account_of(request)
    try:
        with received(request) as sent:
            made = verbs.from_file(
                party=data.get("party", ""),
                title=data.get("title", ""),
                path=sent.path,
                name=sent.name,
                licensed=data.get("licensed") == "on",
                sources=data.get("sources", ""),
                actor=actor,
            )
    except DataError as error:
        return _list(request, tuple(error.problems), "upload")
    return redirect("plan", pk=made.pk)


@login_required
@require_POST
def units(request: HttpRequest) -> HttpResponse:
    """Begin a problem with units made over the outline of a Party."""
    data, actor = request.POST, account_of(request)
    try:
        made = verbs.within(
            party=data.get("party", ""),
            title=data.get("title", ""),
            cell_km=_plain_number(data.get("cell_km", "")),
            shape="hexagon" if data.get("shape") == "hexagon" else "square",
            together=[code for code in data.getlist("together") if code],
            actor=actor,
        )
    except DataError as error:
        return _list(request, tuple(error.problems), "units")
    return redirect("plan", pk=made.pk)


def _plain_number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def study(request: HttpRequest, pk: str) -> HttpResponse:
    """Show the desk of a problem; ask what was posted, or lock what was clicked."""
    found = study_of(request, pk)
    if request.method != "POST":
        return _desk(request, found, _started(request, found))
    if not may(request.user, "edit", found):
        raise PermissionDenied
    asked = asked_of(request.POST.dict(), found.held)
    if request.POST.get("action", "").startswith("lock-"):
        return _desk(request, found, _locked(asked, request.POST), base=request.POST.get("base", ""))
    try:
        made = verbs.ask(
            study=found,
            base=_base(request),
            asked=asked,
            note=request.POST.get("note", ""),
            actor=account_of(request),
        )
    except DataError as error:
        return _desk(request, found, asked, tuple(error.problems), request.POST.get("base", ""))
    except MovedOnError as error:
        messages.error(request, gettext(str(error)))
        return _desk(request, found, asked, base=str(Study.objects.get(pk=found.pk).versions_made), status=409)
    return redirect("plan_version", pk=pk, number=made.number)


def _base(request: HttpRequest) -> int:
    text = request.POST.get("base", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _started(request: HttpRequest, found: Study) -> dict[str, Any]:
    """Return what the form asks at first: as the version named, the newest one, or the problem itself."""
    named = request.GET.get("version", "")
    versions = found.versions.order_by("-number")
    if named.isascii() and named.isdigit() and len(named) < 9:
        return asked_again(get_object_or_404(versions, number=int(named)).asked, found.held)
    newest = versions.first()
    return asked_again(newest.asked, found.held) if newest else first_asked(found.held)


def _locked(asked: dict[str, Any], data: Mapping[str, str]) -> dict[str, Any]:
    """Return what is asked with the units of the panel locked in, locked out or freed."""
    try:
        chosen = set(numbers(data.get("units", "")))
        inside, outside = (set(numbers(asked[name])) for name in ("locked_in", "locked_out"))
    except DataError:
        return asked
    action = data["action"]
    inside, outside = inside - chosen, outside - chosen
    inside |= chosen if action == "lock-in" else set()
    outside |= chosen if action == "lock-out" else set()
    return asked | {"locked_in": as_text(inside), "locked_out": as_text(outside)}


def _desk(
    request: HttpRequest,
    found: Study,
    asked: dict[str, Any],
    problems: tuple[Problem, ...] = (),
    base: str | None = None,
    status: int = 200,
) -> HttpResponse:
    pieces = read_pieces(found.folder / "problem")
    versions = list(found.versions.select_related("by").order_by("-number")[:VERSIONS_SHOWN])
    context = {
        "study": found,
        "held": found.held,
        "asked": asked,
        "rows": rows_of(asked, found.held),
        "national": national_rows(asked, found.held),
        "versions": versions,
        "finished": [version for version in versions if version.answer.get("standing")],
        "base": found.versions_made if base is None else base,
        "problems": problems,
        "kinds": KINDS,
        "objectives": OBJECTIVES,
        "costs": COSTS,
        "gaps": GAPS,
        "seconds": SECONDS,
        "can_edit": may(request.user, "edit", found),
        "is_owner": found.owner_id == request.user.pk,
        "map": _lock_map(request, found, pieces, asked),
        "blocks": pieces.blocks if pieces else False,
        "panel": _panel(request, pieces, asked),
        "locks": LOCKS,
        "say": gettext,
        "values": VALUES,
        "own_share": f"{100 * OWN_SHARE:g}",
        "least_protected": f"{100 * LEAST_PROTECTED:g}",
    }
    return render(request, "planning/study.html", context, status=UNPROCESSABLE if problems else status)


def _lock_map(request: HttpRequest, found: Study, pieces: Pieces | None, asked: Mapping[str, str]) -> str:
    if pieces is None:
        return ""
    place = reverse("plan", args=[found.pk])
    version = request.GET.get("version", "")
    kept = f"&version={version}" if version.isascii() and version.isdigit() else ""
    try:
        inside, outside = numbers(asked["locked_in"]), numbers(asked["locked_out"])
    except DataError:
        inside, outside = [], []
    return lock_map(pieces, inside, outside, gettext, lambda unit: f"{place}?unit={unit}{kept}#panel")


def _panel(request: HttpRequest, pieces: Pieces | None, asked: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the piece chosen on the map (`?unit=`): its units and how they are locked."""
    text = request.GET.get("unit", "")
    if pieces is None or not (text.isascii() and text.isdigit() and len(text) < 13):
        return None
    for members in pieces.units:
        if int(text) in members:
            return {"units": as_text(members), "count": len(members), "first": members[0]}
    return None


@login_required
@require_POST
@receives("layer")
def layer(request: HttpRequest, pk: str) -> HttpResponse:
    """Add a layer: features, or what is protected already."""
    found = study_of(request, pk)
    data, actor = request.POST, account_of(request)
    what = PROTECTED if data.get("what") == PROTECTED else FEATURES
    typed = data.get("least" if what == PROTECTED else "share", "")
    share = min(max(_plain_number(typed) / 100, 0.0), 1.0)
    names = ("column", "values", "name", "unit")
    column, values, name, unit = (" ".join(data.get(field, "").split())[:100] for field in names)
    asked = Asked(what, column, share, values, name, unit)
    try:
        with received(request) as sent:
            licensed = data.get("licensed") == "on"
            verbs.add_layer(study=found, path=sent.path, name=sent.name, asked=asked, licensed=licensed, actor=actor)
    except DataError as error:
        return _desk(request, found, _started(request, found), tuple(error.problems))
    except MovedOnError as error:
        messages.error(request, gettext(str(error)))
    else:
        messages.success(request, gettext("The layer is added."))
    return redirect("plan", pk=pk)


def version_of(request: HttpRequest, pk: object, number: int) -> Version:
    """Return a version of a problem that the person may see."""
    found = study_of(request, pk)
    version = get_object_or_404(found.versions.select_related("by"), number=number)
    version.study = found
    return version
