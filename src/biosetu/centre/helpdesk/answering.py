"""The pages on which the centre answers for its work: figures, their export, and the report in Word."""

from __future__ import annotations

import io
from datetime import date

import pyarrow.csv as pa_csv
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from docx import Document
from docx.document import Document as Written

from biosetu.centre.accounts.permissions import grants, parties_for, visible_to
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.figures import DEFINITIONS, Figure, figures, table
from biosetu.centre.helpdesk.models import STATE_NAMES, SupportRequest
from biosetu.centre.helpdesk.priorities import DEFINITION, Priority, priorities
from biosetu.centre.services.figures import DEFINITIONS as SERVICE_DEFINITIONS
from biosetu.centre.services.figures import LABELS as SERVICE_LABELS
from biosetu.centre.services.figures import figures as service_figures
from biosetu.centre.services.models import Service
from biosetu.centre.wording import gettext, language
from biosetu.cooperation import standards
from biosetu.cooperation.forms import vocabulary
from biosetu.engine.tables import escaped
from biosetu.framework import centres, parties
from biosetu.framework import targets as all_targets
from biosetu.translation import N_

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NARRATIVE = (
    N_("Introduction: mandate, Parties served, period"),
    N_("What Parties asked for, and what changed in demand"),
    N_("What was done together with other centres and the global entity"),
    N_("What helped and what hindered"),
    N_("Priorities of the coming period"),
)
BY_PARTY = frozenset({"party", "capacity_before", "capacity_after"})
CENTRE = frozenset({"officer", "manager"})


def _figures(request: HttpRequest) -> list[Figure]:
    rows = visible_to(request.user, SupportRequest.objects.all())
    return figures(rows, _since(request), parties_for(request.user, "prepare", "party"))


def _since(request: HttpRequest) -> date | None:
    """Return the first day of the period asked for; what is no day counts as none."""
    try:
        return date.fromisoformat(request.GET.get("since", ""))
    except ValueError:
        return None


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show demand beside supply, promises, choices, and outcomes apart from activities."""
    found = _figures(request)
    by: dict[str, dict[str, float]] = {name: {} for name in DEFINITIONS}
    for one in found:
        by[one.measure][one.group] = one.value
    targets = sorted({*by["demand"], *by["supply"]}, key=lambda code: (len(code), code))
    context = {
        "by": by,
        "targets": targets,
        "themes": {code: target.theme(language()) for code, target in all_targets().items()},
        "steps": [row for row in standards() if any(row.step in by[name] for name in ("kept", "late", "overdue"))],
        "names": {code: gettext(label) for code, label in vocabulary("assistance")},
        "definitions": DEFINITIONS,
        "services": [(SERVICE_LABELS[one.measure], one) for one in _services(request)],
        "service_definitions": SERVICE_DEFINITIONS,
        "kinds": dict(vocabulary("service kinds")),
        "since": request.GET.get("since", ""),
        "query": request.GET.urlencode(),
        "today": days.today(),
        "officer": _is_officer(request),
    }
    return render(request, "helpdesk/dashboard.html", context)


def _services(request: HttpRequest) -> list[Figure]:
    rows = visible_to(request.user, Service.objects.all())
    return service_figures(rows.prefetch_related("participants"), _since(request))


def _is_officer(request: HttpRequest) -> bool:
    return any(grant.role in CENTRE and not grant.for_party for grant in grants(request.user))


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Send the figures with their definitions."""
    stream = io.BytesIO()
    found = [*_figures(request), *_services(request)]
    pa_csv.write_csv(escaped(table(found, {**DEFINITIONS, **SERVICE_DEFINITIONS}, gettext)), stream)
    answer = HttpResponse(stream.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="figures-{days.today()}.csv"'
    return answer


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Send the report to the Conference of the Parties as Word: all figures filled in, the narrative left to write."""
    if not _is_officer(request):
        raise PermissionDenied
    stream = io.BytesIO()
    _write(_figures(request), priorities(request.user), request.GET.get("since", "")).save(stream)
    answer = HttpResponse(stream.getvalue(), content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="report-{days.today()}.docx"'
    return answer


def _write(found: list[Figure], shared: list[Priority], since: str) -> Written:
    document = Document()
    named = [centres()[name] for name in settings.BIOSETU_CENTRES if name in centres()]
    document.add_heading(gettext("Report of the support centre to the Conference of the Parties"), 0)
    document.add_paragraph(", ".join(one.name(language()) for one in named))
    document.add_paragraph(gettext("Period: {since} to {until}").format(since=since or "–", until=days.today()))
    for heading in NARRATIVE:
        document.add_heading(gettext(heading), 1)
        document.add_paragraph(gettext("[to be written by the centre]"))
    document.add_heading(gettext("Subregional priorities"), 1)
    document.add_paragraph(gettext(DEFINITION))
    for one in shared:
        document.add_paragraph(f"{one.gap.target} {one.says} – {len(one.codes)}: {', '.join(one.names)}", "List Number")
    if not shared:
        document.add_paragraph(gettext("No gap is shared by two Parties in what is loaded here."))
    document.add_heading(gettext("Figures"), 1)
    for measure, definition in DEFINITIONS.items():
        rows = [one for one in found if one.measure == measure]
        if rows:
            document.add_heading(gettext(LABELS[measure]), 2)
            document.add_paragraph(gettext(definition))
            _table(document, rows)
    return document


def _table(document: Written, rows: list[Figure]) -> None:
    grid = document.add_table(rows=1, cols=2, style="Light Grid Accent 1")
    grid.rows[0].cells[0].text, grid.rows[0].cells[1].text = gettext("Group"), gettext("Number")
    for one in rows:
        cells = grid.add_row().cells
        cells[0].text, cells[1].text = _group(one), f"{one.value:g}"


def _group(one: Figure) -> str:
    if one.measure in BY_PARTY and one.group in parties():
        return parties()[one.group].name(language())
    if one.measure == "state":
        return gettext(STATE_NAMES[one.group])
    known = {row.step: row.label for row in standards()} | dict(vocabulary("assistance"))
    return gettext(known.get(one.group, one.group)) if one.group else gettext("all")


LABELS = {
    "requests": N_("Requests"),
    "open": N_("Open requests"),
    "demand": N_("Demand by target"),
    "supply": N_("Supply by target"),
    "party": N_("By Party"),
    "kind": N_("By kind of help"),
    "state": N_("By state"),
    "kept": N_("Promises kept"),
    "late": N_("Promises met late"),
    "overdue": N_("Promises open and overdue"),
    "unmatched": N_("Without a provider after two rounds"),
    "workload": N_("Requests at work"),
    "choices": N_("Choices by officers"),
    "top": N_("Choices among the first three of the machine's list"),
    "activities": N_("Activities and outputs"),
    "outcomes": N_("Outcomes measured"),
    "reached": N_("Outcomes reached"),
    "capacity_before": N_("Capacity at first (%)"),
    "capacity_after": N_("Capacity now (%)"),
}
