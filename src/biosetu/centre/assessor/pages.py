"""Pages of the assessor. They ask who may see what, call a verb, and show what it said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from biosetu.centre.accounts.permissions import may, parties_for, visible_to
from biosetu.centre.assessor.evaluating import (
    SIS_FILES,
    cleaned,
    evaluated,
    groups,
    method_of,
    method_said,
    row_file,
    sis_file,
)
from biosetu.centre.assessor.models import Measuring, Occurrences, TaxonAssessment, Version
from biosetu.centre.assessor.verbs import begin, save
from biosetu.centre.assessor.verbs import submit as submit_version
from biosetu.centre.assessor.working import ask, cancel
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.submitting import may_submit
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import received, receives
from biosetu.centre.sending import CSV, attached
from biosetu.centre.wording import gettext, language
from biosetu.figures import disclaimer, occurrence_map
from biosetu.framework import parties
from biosetu.jobs.dossier import boundaries
from biosetu.problems import DataError, Problem
from biosetu.species.criteria import Method
from biosetu.species.criteria.saying import said_in
from biosetu.species.extent import FLAGS
from biosetu.species.screening import WORDS
from biosetu.translation import Voice

PAGE = 50
VERSIONS_SHOWN = 20
REFRESH_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk: an assessment, its newest occurrences, the newest table sent, its newest versions."""

    assessment: TaxonAssessment
    measured: Occurrences | None
    measuring: Measuring | None
    versions: list[Version]

    def start(self, number: int | None) -> tuple[Mapping[str, str], Method]:
        """Return the parameters of a version; without a number what was typed last, measures in the empty places.

        What was typed last is what was sent with a table and not saved since, else the newest version.
        """
        if number is not None:
            found = self.version(number)
            return found.values, method_of(found.method)
        typed = self.measuring.typed if self.measuring is not None else {}
        if typed and typed["base"] == self.assessment.versions_made:
            return measures(self.measured) | typed["values"], method_of(typed["method"])
        if self.versions:
            return measures(self.measured) | self.versions[0].values, method_of(self.versions[0].method)
        return measures(self.measured), Method()

    def version(self, number: int) -> Version:
        """Return a saved version; 404 where there is none of this number."""
        known = next((version for version in self.versions if version.number == number), None)
        found = known or self.assessment.versions.select_related("run").filter(number=number).first()
        if found is None:
            raise Http404
        return found


def measures(found: Occurrences | None) -> dict[str, str]:
    """Return the parameters that a table of occurrences gives."""
    given = {} if found is None else {"eoo_km2": found.eoo_km2, "aoo_km2": found.aoo_km2}
    return {name: f"{value:.3f}".rstrip("0").rstrip(".") for name, value in given.items() if value is not None}


def _assessment(request: HttpRequest, pk: str) -> TaxonAssessment:
    return get_object_or_404(visible_to(request.user, TaxonAssessment.objects.select_related("owner")), pk=pk)


def _desk(assessment: TaxonAssessment) -> Desk:
    measured = assessment.occurrences.select_related("by").order_by("-pk").first()
    measuring = assessment.measurings.order_by("-created_at").first()
    versions = assessment.versions.select_related("by", "run").order_by("-number")[:VERSIONS_SHOWN]
    return Desk(assessment, measured, measuring, list(versions))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_list(request: HttpRequest) -> HttpResponse:
    """Show the assessments that the person may see, newest first, and begin one."""
    person = account_of(request)
    allowed = parties_for(person, "assess", "party")
    if not allowed:
        raise PermissionDenied
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            made = begin(party=request.POST.get("party", ""), taxon=request.POST.get("taxon", ""), actor=person)
            return redirect("assessment", pk=made.pk)
        except DataError as error:
            problems = tuple(error.problems)
    rows = visible_to(person, TaxonAssessment.objects.select_related("owner")).order_by("-changed_at", "pk")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "parties": [(code, row.name(language())) for code, row in parties().items() if code in allowed],
        "problems": problems,
        "typed": request.POST,
        "say": gettext,
    }
    return render(request, "assessor/list.html", context, status=422 if problems else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: str) -> HttpResponse:
    """Show an assessment; work out what was posted, or save it as a version."""
    assessment = _assessment(request, pk)
    desk = _desk(assessment)
    if request.method != "POST":
        chosen = request.GET.get("version", "")
        number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 9 else None
        values, method = desk.start(number)
        return _shown(request, desk, values, method, version=number)
    if not may(request.user, "edit", assessment):
        raise PermissionDenied
    values, method = cleaned(request.POST.dict()), method_of(request.POST.dict())
    if request.POST.get("action") == "save" and _saved(request, assessment, values, method):
        return redirect("assessment", pk=pk)
    return _shown(request, _desk(assessment), values, method, base=request.POST.get("base", ""))


def _saved(request: HttpRequest, assessment: TaxonAssessment, values: Mapping[str, str], method: Method) -> bool:
    base = request.POST.get("base", "")
    number = int(base) if base.isascii() and base.isdigit() and len(base) < 9 else -1
    note, person = request.POST.get("note", ""), account_of(request)
    try:
        made = save(assessment=assessment, base=number, values=values, method=method, actor=person, note=note)
    except MovedOnError as error:
        messages.error(request, gettext(str(error)))
        return False
    except DataError:
        return False
    messages.success(request, gettext("Version {number} is saved.").format(number=made.number))
    return True


def _shown(
    request: HttpRequest,
    desk: Desk,
    values: Mapping[str, str],
    method: Method,
    problems: tuple[Problem, ...] = (),
    version: int | None = None,
    base: str | None = None,
) -> HttpResponse:
    found, wrong = _worked_out(desk.assessment, values, method)
    context = {
        **_occurrences_context(request, desk),
        "hints": measures(desk.measured),
        "versions": desk.versions,
        "version": version,
        "shown": None if version is None else desk.version(version),
        "may_submit": may_submit(request.user, desk.assessment),
        "sis_files": SIS_FILES,
        "base": desk.assessment.versions_made if base is None else base,
        "groups": groups(),
        "values": values,
        "method": method_said(method),
        "result": said_in(found, Voice(language())),
        "wrong": {problem.column: problem for problem in wrong},
        "problems": problems,
    }
    return render(request, "assessor/page.html", context, status=422 if wrong or problems else 200)


def _worked_out(
    assessment: TaxonAssessment, values: Mapping[str, str], method: Method
) -> tuple[dict[str, str] | None, tuple[Problem, ...]]:
    try:
        return evaluated(assessment.taxon, values, method), ()
    except DataError as error:
        return None, tuple(error.problems)


def _map(desk: Desk) -> Markup:
    if desk.measured is None:
        return Markup("")
    party = parties().get(desk.assessment.party)
    drawn = boundaries(party) if party else None
    title = gettext("Where {taxon} was recorded").format(taxon=desk.assessment.taxon)
    text = gettext("Generalised points and the outline around them")
    points = np.array(desk.measured.points, dtype=np.float64)
    world = drawn.world if drawn else None
    return occurrence_map(points, Voice(language()), key="records", title=title, text=text, world=world)


@login_required
@require_POST
def result(request: HttpRequest, pk: str) -> HttpResponse:
    """Send the part of the page that says what the parameters in hand give; nothing is saved."""
    assessment = _assessment(request, pk)
    data = request.POST.dict()
    found, wrong = _worked_out(assessment, cleaned(data), method_of(data))
    context = {
        "result": said_in(found, Voice(language())),
        "wrong": {problem.column: problem for problem in wrong},
        "say": gettext,
    }
    return render(request, "assessor/result.html", context)


@login_required
@require_POST
@receives("occurrences")
def occurrences(request: HttpRequest, pk: str) -> HttpResponse:
    """Take a table of occurrences into the queue; what is typed in the form is kept with it."""
    assessment = _assessment(request, pk)
    person = account_of(request)
    if not may(person, "edit", assessment):
        raise PermissionDenied
    values, method = cleaned(request.POST.dict()), method_of(request.POST.dict())
    try:
        with received(request) as sent:
            ask(assessment=assessment, path=sent.path, name=sent.name, values=values, method=method, actor=person)
        return redirect("assessment", pk=pk)
    except DataError as error:
        problems = tuple(error.problems)
    except MovedOnError as error:
        problems = (Problem(str(error), "", "moving"),)
    return _shown(request, _desk(assessment), values, method, problems, base=request.POST.get("base", ""))


@login_required
@require_safe
def progress(request: HttpRequest, pk: str) -> HttpResponse:
    """Send how far the measuring of the newest table is; once it is over, its measures for the places left empty."""
    desk = _desk(_assessment(request, pk))
    moving = desk.measuring is not None and desk.measuring.moving
    empty = {} if moving else {k: v for k, v in measures(desk.measured).items() if not request.GET.get(k, "").strip()}
    answer = render(request, "assessor/progress.html", _occurrences_context(request, desk) | {"filled": empty})
    if not moving:
        answer["HX-Trigger-After-Settle"] = "measured"
    return answer


def _occurrences_context(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    return {
        "assessment": desk.assessment,
        "measured": desk.measured,
        "left_out_words": WORDS,
        "flag_words": FLAGS,
        "measuring": desk.measuring,
        "refused": [Problem.from_dict(item) for item in desk.measuring.problems] if desk.measuring is not None else [],
        "refresh": REFRESH_SECONDS,
        "may_edit": may(request.user, "edit", desk.assessment),
        "map": _map(desk),
        "disclaimer": disclaimer(Voice(language())),
        "say": gettext,
    }


@login_required
@require_POST
def stop(request: HttpRequest, pk: str) -> HttpResponse:
    """Stop the measuring of the newest table."""
    assessment = _assessment(request, pk)
    found = assessment.measurings.order_by("-created_at").first()
    if found is None:
        raise Http404
    try:
        cancel(measuring=found, actor=account_of(request))
    except MovedOnError as error:
        messages.error(request, gettext(str(error)))
    return redirect("assessment", pk=pk)


@login_required
@require_POST
def submit(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Propose a saved version as the national assessment of its taxon."""
    assessment = _assessment(request, pk)
    found = get_object_or_404(assessment.versions.select_related("assessment"), number=number)
    holder, licence = request.POST.get("holder", ""), request.POST.get("licence", "")
    try:
        run = submit_version(version=found, holder=holder, licence=licence, actor=account_of(request))
    except (DataError, MovedOnError) as error:
        texts = [problem.message for problem in error.problems] if isinstance(error, DataError) else [str(error)]
        for text in texts:
            messages.error(request, gettext(text))
        return redirect(f"{reverse('assessment', args=[pk])}?version={number}")
    messages.success(request, gettext("The assessment is on its way to review."))
    return redirect("run", run_id=run.pk)


@login_required
@require_safe
def export(request: HttpRequest, pk: str, number: int, kind: str) -> HttpResponse:
    """Send a saved version: `row` (the template), or one of the files of SIS Connect."""
    assessment = _assessment(request, pk)
    found = get_object_or_404(assessment.versions, number=number)
    if kind == "row":
        content = row_file(assessment.taxon, found.values)
    elif kind in SIS_FILES:
        on = timezone.localdate(found.at)
        content = sis_file(kind, assessment.taxon, assessment.party, found.values, found.result, on)
    else:
        raise Http404
    return attached(content, f"{kind}.csv", CSV)
