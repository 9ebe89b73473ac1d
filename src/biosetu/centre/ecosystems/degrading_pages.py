"""The page of a study's variables over time: upload, progress, curves and categories, taking them into the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from biosetu.centre.accounts.notices import mark_read
from biosetu.centre.accounts.permissions import may
from biosetu.centre.ecosystems import degrading, showing, verbs
from biosetu.centre.ecosystems.asking import WINDOWS
from biosetu.centre.ecosystems.models import MOVING, Degradation, Study, StudyClass, WorkState
from biosetu.centre.ecosystems.pages import REFRESH_SECONDS, problem_said, said, study_of
from biosetu.centre.evidence.states import MovedOnError, allows
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import UNPROCESSABLE, received_all, receives
from biosetu.centre.wording import gettext, language, ngettext
from biosetu.ecosystems.assessment import DEGRADATIONS
from biosetu.ecosystems.thresholds import guidelines
from biosetu.figures import severity_curve
from biosetu.jobs.ecosystems_study import RASTER
from biosetu.problems import DataError, Problem
from biosetu.translation import Voice

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One ecosystem of the findings: the class that it is, what was found, the drawing of its curve."""

    row: StudyClass | None
    found: dict[str, Any]
    drawing: Markup


@dataclass(frozen=True, slots=True)
class Shown:
    """Work on a variable as the page shows it."""

    work: Degradation
    lines: tuple[Line, ...]
    problems: tuple[str, ...]
    can_cancel: bool
    can_resume: bool


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@receives("variable")
def degradation(request: HttpRequest, pk: str) -> HttpResponse:
    """Show the variables of a study and what they give for criteria C and D; take in another one."""
    study = study_of(request, pk)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            _asked(request, study)
            return redirect("study_degradation", pk=pk)
        except DataError as error:
            problems = tuple(error.problems)
    mark_read(account_of(request), f"ecosystems/{study.pk}/degradation/")
    return render(
        request,
        "ecosystems/degradation.html",
        _context(request, study, problems),
        status=UNPROCESSABLE if problems else 200,
    )


def _context(request: HttpRequest, study: Study, problems: tuple[Problem, ...] = ()) -> dict[str, Any]:
    whole = verbs.newest(study)
    rows = list(study.classes.order_by("pk"))
    works = list(study.degradations.select_related("by", "taken_by").order_by("-created_at")[:SHOWN])
    return {
        "study": study,
        "whole": whole,
        "criteria": [(code, gettext(WINDOWS[code[1:]])) for code in DEGRADATIONS],
        "maps": list(study.maps.filter(kind=RASTER).order_by("-year")),
        "works": [_shown(work, rows) for work in works],
        "moving": any(work.state in MOVING for work in works),
        "refresh": REFRESH_SECONDS,
        "steps": showing.steps(study, whole, rows),
        "problems": problems,
        "typed": request.POST,
        "editable": may(request.user, "edit", study),
    }


def _shown(work: Degradation, rows: list[StudyClass]) -> Shown:
    lines = _lines(work, rows) if work.state == WorkState.DONE else ()
    told = tuple(problem_said(Problem.from_dict(item)) for item in work.problems)
    can = {verb: allows("measurement", work.state, verb) for verb in ("cancel", "resume")}
    return Shown(work, lines, told, can["cancel"], can["resume"])


def _lines(work: Degradation, rows: list[StudyClass]) -> tuple[Line, ...]:
    voice = Voice(language())
    curves: dict[str, list[dict[str, Any]]] = {}
    for point in degrading.curves(work).to_pylist():
        curves.setdefault(point["ecosystem"], []).append(point)
    asked_at = {int(limit.limit) for limit in guidelines().of(work.criterion)}
    found = []
    for place, each in enumerate(degrading.findings(work)):
        own = [point for point in curves[each["ecosystem"]] if point["extent_percent"] is not None]
        sides = [[row[name] for row in own] for name in ("extent_percent", "extent_low_percent", "extent_high_percent")]
        row = degrading.class_of(each["ecosystem"], rows)
        if not degrading.is_asked(row):
            continue
        name = (row.national_type or row.name or row.code) if row else each["ecosystem"]
        marks = [(at["severity_percent"], at["extent_percent"]) for at in own if at["severity_percent"] in asked_at]
        drawing = severity_curve(
            sides, [at["severity_percent"] for at in own], marks, voice, key=f"curve-{work.pk}-{place}",
            title=f"{work.criterion} {name}", text=gettext(degrading.reason_of(work, each)),
        )  # fmt: skip
        found.append(Line(row, each | {"name": name, "criteria": ""}, drawing))
    return tuple(found)


def _asked(request: HttpRequest, study: Study) -> None:
    data, person = request.POST, account_of(request)
    held = study.maps.filter(kind=RASTER, pk=data["map"]).first() if data.get("map") else None
    asked = degrading.Asked(
        data.get("criterion", ""), data.get("variable", ""), data.get("collapse", ""), data.get("collapse_at", ""),
        _year(data.get("present", "")), _year(data.get("start", "")),
        data.get("extrapolate") == "on", data.get("align") == "on",
    )  # fmt: skip
    with received_all(request) as sent:
        files = sorted(sent, key=lambda each: each.name)
        degrading.ask(study=study, files=files, held=held, asked=asked, actor=person)
    messages.success(request, gettext("The work is queued."))


def _year(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError as error:
        raise DataError(Problem(gettext("That is no year."), gettext("Write a number."), "year", value=text)) from error


@login_required
@require_safe
def moving(request: HttpRequest, pk: str) -> HttpResponse:
    """Send the part of the page that moves; once nothing moves any more, tell htmx to load the page anew."""
    study = study_of(request, pk)
    context = _context(request, study)
    if not context["moving"]:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "ecosystems/degradations.html", context)


@login_required
@require_POST
def act(request: HttpRequest, pk: str, work: str) -> HttpResponse:
    """Take findings into the answers of the types, stop the work, or go on with it."""
    study, person = study_of(request, pk), account_of(request)
    if not may(person, "edit", study):
        raise PermissionDenied
    found = get_object_or_404(study.degradations, pk=work)
    found.study = study
    try:
        action = request.POST.get("action", "")
        if action == "cancel":
            degrading.cancel(work=found, actor=person)
        elif action == "resume":
            degrading.resume(work=found, actor=person)
        else:
            count = degrading.take(work=found, actor=person)
            text = ngettext("Taken into {count} type.", "Taken into {count} types.", count)
            messages.success(request, text.format(count=count))
    except (DataError, MovedOnError) as error:
        for text in said(error):
            messages.error(request, text)
    return redirect("study_degradation", pk=pk)
