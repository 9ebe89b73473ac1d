"""Pages of the report as a working document: overview, a section with what is held, files, steps."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.notices import mark_read
from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.days import days_shown
from biosetu.centre.evidence.intake import bounds
from biosetu.centre.pages.reading import today
from biosetu.centre.pressing import account_of
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.reporting import reading, verbs
from biosetu.centre.reporting.access import Place, for_those_who, place_of
from biosetu.centre.reporting.forms import Sheet, answer_choices, mark, posted, recent, said, sheet, units_of
from biosetu.centre.reporting.models import REPORT_STATES, Part
from biosetu.centre.reporting.parts import KINDS, tell
from biosetu.centre.reporting.reader import read_part
from biosetu.centre.sending import attached
from biosetu.centre.wording import gettext, language
from biosetu.framework import cycles
from biosetu.jobs.collecting import questions_returned, write_questions
from biosetu.jobs.dossier import write_document
from biosetu.jobs.national_report import Working
from biosetu.problems import DataError
from biosetu.reports.cbd.collecting import PartState, allowed
from biosetu.reports.cbd.collecting.states import REPORT
from biosetu.reports.cbd.completeness import ITEMS
from biosetu.reports.cbd.national_report import days_left, default_cycle
from biosetu.translation import N_

DOCUMENTS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
}
LANGUAGE_NAMES = {"ar": "العربية", "en": "English", "es": "español", "fr": "français", "ru": "русский", "zh": "中文"}
DONE = {
    "clear": N_("Cleared. The publishing authority has been told."),
    "sign_off": N_("Signed off."),
    "send_back": N_("Sent back to the focal point."),
    "reopen": N_("Reopened."),
}


@require_safe
@login_required
def latest(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the cycle that has been begun last, else the one that is due next."""
    place = place_of(code, next(iter(cycles())))
    held = reading.cycles_of(place.code)
    return redirect("report", code=place.code, cycle=held[-1] if held else default_cycle(today()))


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Show everything that somebody's office is asked for, and the reports that they read."""
    rows = visible_to(request.user, Part.objects.select_related("report"), "answer")
    asked = rows.exclude(state=PartState.WITHDRAWN).order_by("due", "pk")
    shown = [(part, days_shown(part.report.party, part.due)) for part in asked]
    context = {"parts": shown, "today": today(), "reports": reading.reports_read(request.user)}
    return render(request, "reporting/mine.html", context)


@require_safe
@for_those_who("read_report")
def overview(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the report: where it stands, what is there section by section, what is missing, its files and steps."""
    mark_read(account_of(request), f"parties/{place.code}/report/{place.cycle}/")
    report = reading.working(place.code, place.cycle)
    fields = reading.fields(report.collection)
    sections, measured = reading.sections(report, fields), reading.measured(report, fields)
    state = report.collection.state
    roles = verbs.roles_for(request.user, place.code)
    due = cycles()[place.cycle].due
    context = {
        "place": place,
        "party": place.party,
        "cycle": cycles()[place.cycle],
        "cycles": cycles(),
        "report": report,
        "state": state,
        "states": [(key, gettext(text), key == state) for key, text in REPORT_STATES.items()],
        "sections": sections,
        "measured": measured,
        "unasked": sum(not line.offices for line in measured),
        "answered": sum(section.answered for section in sections),
        "fields": sum(section.fields for section in sections),
        "items": sum(len(entry.present) for entry in report.complete),
        "all_items": len(ITEMS) * len(report.complete),
        "carried": sum(not entry.reviewed for entry in report.draft.entries.values()),
        "differences": len(report.collection.waiting()),
        "collects": reading.collects(request.user, place.code),
        "acts": {verb for role in roles for verb in allowed(REPORT, str(state), role)} & set(DONE),
        "due": due,
        "days": days_left(place.cycle, today()),
        "calendars": days_shown(place.code, due),
        "steps": report.collection.steps_of(""),
        "step_words": reading.step_words(),
        "languages_of": LANGUAGE_NAMES,
    }
    return render(request, "reporting/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who("read_report")
def section(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Show a section with what is held for it; the focal point writes into it."""
    report = reading.working(place.code, place.cycle)
    wanted = [field for field in reading.fields(report.collection, key) if field.section == key]
    if not wanted:
        raise Http404
    if request.method == "POST":
        return _written(request, place, key, report, wanted)
    return _section(request, place, key, report, sheet(report.collection, wanted))


def _section(
    request: HttpRequest, place: Place, key: str, report: Working, shown: Sheet, elsewhere: tuple[str, ...] = ()
) -> HttpResponse:
    keys = reading.section_keys(reading.fields(report.collection))
    at = keys.index(key)
    context: dict[str, Any] = {
        "place": place,
        "party": place.party,
        "key": key,
        "title": reading.section_title(report, key),
        "sheet": shown,
        "material": reading.material(report, key),
        "answers": reading.collects(request.user, place.code) and report.collection.state == "collecting",
        "previous": keys[at - 1] if at else "",
        "next": keys[at + 1] if at + 1 < len(keys) else "",
        "elsewhere": elsewhere,
        "choices": answer_choices(),
        "units_of": units_of,
        "recent": recent,
        "state": report.collection.state,
    }
    status = UNPROCESSABLE if shown.wrong or elsewhere else 200
    return render(request, "reporting/section.html", context, status=status)


def _written(request: HttpRequest, place: Place, key: str, report: Working, wanted: list[Any]) -> HttpResponse:
    given = posted(request.POST, wanted)
    try:
        outcome = verbs.write(party=place.code, cycle=place.cycle, by=account_of(request), given=given)
    except DataError as error:
        shown = sheet(report.collection, wanted, given)
        return _section(request, place, key, report, shown, tuple(mark(shown, error.problems)))
    tell(request, outcome)
    return redirect("report_section", code=place.code, cycle=place.cycle, key=key)


@require_POST
@for_those_who("read_report")
def step(request: HttpRequest, place: Place, verb: str) -> HttpResponse:
    """Clear the report, sign it off, send it back, reopen it."""
    if verb not in DONE:
        raise Http404
    reason = str(request.POST.get("reason", ""))
    try:
        verbs.step(party=place.code, cycle=place.cycle, by=account_of(request), verb=verb, reason=reason)
    except DataError as error:
        messages.error(request, " ".join(said(problem) for problem in error.problems))
    else:
        messages.success(request, gettext(DONE[verb]))
    return redirect("report", code=place.code, cycle=place.cycle)


@require_safe
@for_those_who("read_report")
def document(request: HttpRequest, place: Place, kind: str) -> HttpResponse:
    """Send the working document as a file."""
    if kind not in DOCUMENTS:
        raise Http404
    report = reading.working(place.code, place.cycle)
    name = f"{place.code}-{place.cycle}.{kind}"
    with tempfile.TemporaryDirectory(prefix="biosetu-report-") as folder:
        path = write_document(report.document(language(), today()), kind, Path(folder) / name)
        return attached(path.read_bytes(), name, DOCUMENTS[kind])


@require_safe
@for_those_who("read_report")
def questions(request: HttpRequest, place: Place, kind: str) -> HttpResponse:
    """Send every binary question with its answer so far, as a file to fill."""
    if kind not in KINDS:
        raise Http404
    name = f"{place.code}-{place.cycle}-questions.{kind}"
    collection = reading.working(place.code, place.cycle).collection
    with tempfile.TemporaryDirectory(prefix="biosetu-questions-") as folder:
        path = Path(folder) / name
        write_questions(place.code, path, place.cycle, language(), collection)
        return attached(path.read_bytes(), name, KINDS[kind])


@require_POST
@for_those_who("collect")
@receives("part")
def take_questions(request: HttpRequest, place: Place) -> HttpResponse:
    """Take a filled file of all questions; every wrong answer is said by row, and then nothing is taken."""
    with received(request) as sent:
        given = questions_returned(read_part(sent.path, bounds()), place.code, place.cycle, sent.name)
    via = sent.path.suffix.lstrip(".")
    tell(request, verbs.write(party=place.code, cycle=place.cycle, by=account_of(request), given=given, via=via))
    return redirect("report", code=place.code, cycle=place.cycle)


@require_safe
@for_those_who("read_report")
def bodies(request: HttpRequest, place: Place) -> HttpResponse:
    """Send the JSON bodies for the reporting tool, in one archive."""
    report = reading.working(place.code, place.cycle)
    try:
        records = list(report.bodies())
    except DataError as error:
        messages.error(request, " ".join(said(problem) for problem in error.problems))
        return redirect("report", code=place.code, cycle=place.cycle)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in records:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return attached(target.getvalue(), f"{place.code}-{place.cycle}-bodies.zip", "application/zip")
