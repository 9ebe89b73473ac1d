"""Pages of a study's types: their functional groups, what is known of each, the criteria, versions, submitting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.permissions import may
from biosetu.centre.ecosystems import showing, verbs
from biosetu.centre.ecosystems.asking import GROUPS, window_of
from biosetu.centre.ecosystems.models import Measurement, Study, StudyClass
from biosetu.centre.ecosystems.pages import problem_said, said, study_of, telling
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.submitting import may_submit
from biosetu.centre.pressing import account_of
from biosetu.centre.wording import gettext, language
from biosetu.ecosystems.thresholds import guidelines_by_version
from biosetu.ecosystems.typology import functional_groups
from biosetu.jobs.ecosystems_study import read_study, study_rows
from biosetu.problems import DataError
from biosetu.translation import Voice

VERSIONS_SHOWN = 20
NONE = "none"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def classes(request: HttpRequest, pk: str) -> HttpResponse:
    """Show the classes with suggested functional groups; keep what the person confirms."""
    study, person = study_of(request, pk), account_of(request)
    whole = verbs.newest(study)
    rows = list(study.classes.select_related("confirmed_by").order_by("pk"))
    problems: list[str] = []
    if request.method == "POST":
        try:
            changed = verbs.say_classes(study=study, said=_classes_said(request.POST.dict(), rows), actor=person)
            messages.success(request, gettext("Kept: {count} classes changed.").format(count=changed))
            return redirect("study_classes", pk=pk)
        except DataError as error:
            problems = said(error)
    context = {
        "study": study,
        "rows": showing.class_rows(rows, read_study(whole.folder)["measures"]) if whole else [],
        "groups": functional_groups().values(),
        "problems": problems,
        "typed": request.POST,
        "steps": showing.steps(study, whole, rows),
        "editable": may(person, "edit", study),
    }
    return render(request, "ecosystems/classes.html", context, status=422 if problems else 200)


def _classes_said(data: Mapping[str, str], rows: list[StudyClass]) -> dict[str, verbs.ClassSaid]:
    """Return what the form says by class; a class whose row was not sent stays as it is."""
    found = {}
    for row in rows:
        if f"name-{row.pk}" not in data:
            continue
        choice = data.get(f"group-{row.pk}", "")
        written = data.get(f"other-{row.pk}", "").split(" ")[0].strip()
        group = written if choice == "other" or (not choice and written) else choice
        group = "" if group == NONE else group
        found[row.code] = verbs.ClassSaid(data[f"name-{row.pk}"], data.get(f"type-{row.pk}", ""), group)
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def criteria(request: HttpRequest, pk: str) -> HttpResponse:
    """Show the category of every type under both guidelines; save a version."""
    study, person = study_of(request, pk), account_of(request)
    if request.method == "POST" and _saved(request, study):
        return redirect("study_criteria", pk=pk)
    whole = verbs.newest(study)
    rows = list(study.classes.select_related("answered_by").order_by("pk"))
    context = {
        "study": study,
        "whole": whole,
        "lines": _lines(whole, rows),
        "guidelines": guidelines_by_version(),
        "numbers": {row.code: row.pk for row in rows},
        "answered": {row.code: row for row in rows},
        "versions_saved": list(study.versions.select_related("by", "run").order_by("-number")[:VERSIONS_SHOWN]),
        "steps": showing.steps(study, whole, rows),
        "editable": may(person, "edit", study),
    }
    return render(request, "ecosystems/criteria.html", context)


def _lines(whole: Measurement | None, rows: list[StudyClass]) -> list[dict[str, Any]]:
    return showing.by_type(verbs.outcomes(verbs.rows_of(whole, rows))) if whole else []


def _saved(request: HttpRequest, study: Study) -> bool:
    base = request.POST.get("base", "")
    number = int(base) if base.isascii() and base.isdigit() and len(base) < 9 else -1
    chosen, note = request.POST.get("guidelines", ""), request.POST.get("note", "")
    try:
        made = verbs.save(study=study, base=number, guidelines=chosen, actor=account_of(request), note=note)
    except (DataError, MovedOnError) as error:
        for text in said(error):
            messages.error(request, text)
        return False
    messages.success(request, gettext("Version {number} is saved.").format(number=made.number))
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ecosystem(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Show one type: what maps tell, what people say, what the criteria give; keep what the person writes."""
    study, person = study_of(request, pk), account_of(request)
    row = get_object_or_404(study.classes.select_related("answered_by", "confirmed_by"), pk=number)
    row.study = study
    if request.method != "POST":
        return _type_page(request, row, row.answers)
    if not may(person, "edit", study):
        raise PermissionDenied
    given = verbs.cleaned(_own_words(row, request.POST.dict()))
    if request.POST.get("action") == "keep":
        try:
            verbs.answer(row=row, answers=given, actor=person)
            messages.success(request, gettext("Kept."))
            return redirect("study_type", pk=pk, number=number)
        except DataError:
            pass
    return _type_page(request, row, given)


def _own_words(row: StudyClass, data: Mapping[str, str]) -> dict[str, str]:
    """Return what a person wrote: a cell that says just what the maps tell is not the person's."""
    whole = verbs.newest(row.study)
    told = _told(whole, row) if whole else {}
    return {name: text for name, text in data.items() if text.strip() != told.get(name, "")}


def _told(whole: Measurement, row: StudyClass) -> dict[str, str]:
    """Return the cells that the maps fill."""
    found = study_rows(read_study(whole.folder)["measures"], {row.code: {}}, {})
    return {name: text for name, text in found[0].items() if text} if found else {}


def _type_page(request: HttpRequest, row: StudyClass, answers: Mapping[str, str]) -> HttpResponse:
    whole = verbs.newest(row.study)
    told = _told(whole, row) if whole else {}
    outcome = _outcome(row, told, answers)
    voice = Voice(language())
    context = {
        "study": row.study,
        "row": row,
        "group": functional_groups().get(row.functional_group),
        "name": row.national_type or row.name or row.code,
        "groups": GROUPS,
        "window_of": window_of,
        "told": told,
        "values": {**told, **answers},
        "answers": answers,
        "picture": showing.type_picture(whole, row, voice) if whole else "",
        "say": gettext,
        "editable": may(request.user, "edit", row.study),
    }
    return render(request, "ecosystems/type.html", context | outcome, status=422 if outcome["wrong"] else 200)


def _outcome(row: StudyClass, told: Mapping[str, str], answers: Mapping[str, str]) -> dict[str, Any]:
    cells = {"ecosystem": row.code, "name": row.name, **told, **answers}
    try:
        return {"under": showing.under_each(cells, Voice(language())), "wrong": {}}
    except DataError as error:
        return {"under": (), "wrong": {problem.column: problem_said(problem) for problem in error.problems}}


@login_required
@require_POST
def result(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Send the part of the page that says what the answers in hand give; nothing is kept."""
    study = study_of(request, pk)
    row = get_object_or_404(study.classes, pk=number)
    row.study = study
    whole = verbs.newest(study)
    told = _told(whole, row) if whole else {}
    given = verbs.cleaned(_own_words(row, request.POST.dict()))
    return render(request, "ecosystems/result.html", {"row": row} | _outcome(row, told, given))


@login_required
@require_safe
def version(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Show a saved version: maps and criteria of each type as a document, downloads, submitting."""
    study = study_of(request, pk)
    found = get_object_or_404(study.versions.select_related("by", "measurement", "run"), number=number)
    found.study = study
    context = {
        "study": study,
        "version": found,
        "lines": showing.by_type(found.outcome),
        "document": showing.version_fragment(found, Voice(language())),
        "may_submit": may_submit(request.user, study),
    }
    return render(request, "ecosystems/version.html", context)


@login_required
@require_POST
@telling
def submit_version(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """Propose the figures of a version to the Party."""
    study = study_of(request, pk)
    found = get_object_or_404(study.versions.select_related("study", "measurement"), number=number)
    holder, licence = request.POST.get("holder", ""), request.POST.get("licence", "")
    run = verbs.submit(version=found, holder=holder, licence=licence, actor=account_of(request))
    messages.success(request, gettext("The figures are on their way to review."))
    return redirect("run", run_id=run.pk)
