"""Files for the reporting tool: the upload workbook of each indicator, checked before it goes; checking any file."""

from __future__ import annotations

import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from biosetu.centre.evidence.intake import bounds
from biosetu.centre.pages.reading import evidence
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.reporting.access import Place, for_those_who
from biosetu.centre.reporting.reader import check_file
from biosetu.centre.sending import attached
from biosetu.centre.wording import gettext, language
from biosetu.framework import indicators, name_order, parties
from biosetu.home import home
from biosetu.jobs.report_checking import Checked, check_report
from biosetu.jobs.reporting import not_sent, settled_indicators, write_indicator_workbook
from biosetu.observations import Source
from biosetu.problems import DataError
from biosetu.reports.cbd import LeftOut, has_attachment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = "checked_copies"
MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Workbook:
    """The upload workbook of one indicator: how many rows, what the check says of it, what is held but stays out."""

    code: str
    title: str
    source: str
    rows: int
    findings: list[dict[str, Any]]
    blocking: bool
    has_attachment: bool
    left_out: tuple[LeftOut, ...]


@require_safe
@for_those_who("read_report")
def workbooks(request: HttpRequest, place: Place) -> HttpResponse:
    """List the indicators that the Party has settled, each with what the check says of its workbook."""
    found = [_workbook(place.code, code, source) for code, source in settled_indicators(_rows(place.code))]
    return render(request, "reporting/workbooks.html", {"place": place, "party": place.party, "workbooks": found})


def _rows(party: str) -> Any:
    return evidence(party).observations


def _workbook(party: str, code: str, source: Source) -> Workbook:
    with tempfile.TemporaryDirectory(prefix="biosetu-upload-") as folder:
        checked = _written(party, code, source, Path(folder) / "data.xlsx")
    known = indicators().get(code)
    report = checked.report
    title = known.title(language()) if known else gettext("national indicator")
    findings = report.table(language()).to_pylist()
    left_out = not_sent(_rows(party), party, code, source)
    return Workbook(code, title, str(source), report.rows, findings, report.blocking, has_attachment(code), left_out)


def _written(party: str, code: str, source: Source, path: Path, attachment: Path | None = None) -> Checked:
    write_indicator_workbook(_rows(party), party, code, path, source, attachment)
    return check_report(path, code.removeprefix("national:") if code in indicators() else "")


@require_safe
@for_those_who("read_report")
def workbook(request: HttpRequest, place: Place, indicator: str) -> HttpResponse:
    """Send the upload workbook of an indicator, or its detailed attachment; not one that the tool would misread."""
    sources = dict(settled_indicators(_rows(place.code)))
    detailed = request.GET.get("attachment") == "yes"
    code = indicator
    if code not in sources or (detailed and not has_attachment(code)):
        raise Http404
    with tempfile.TemporaryDirectory(prefix="biosetu-upload-") as folder:
        path, extra = Path(folder) / "data.xlsx", Path(folder) / "attachment.xlsx"
        checked = _written(place.code, code, sources[code], path, extra if detailed else None)
        if checked.report.blocking:
            messages.error(request, gettext("The tool would drop or misread this workbook. See what the check found."))
            return redirect("report_workbooks", code=place.code, cycle=place.cycle)
        name = f"{place.code}-{code}{'-attachment' if detailed else ''}.xlsx"
        return attached((extra if detailed else path).read_bytes(), name, XLSX)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@receives("check")
def check(request: HttpRequest) -> HttpResponse:
    """Check a file for the reporting tool, in a limited process; a corrected copy is offered where one is certain."""
    codes = [(code, known.title(language())) for code, known in indicators().items() if known.kind != "binary"]
    names = sorted(
        ((code, party.name(language())) for code, party in parties().items()), key=lambda named: name_order(named[1])
    )
    context: dict[str, Any] = {"codes": codes, "parties": names, "asked": "", "party_asked": "", "seen": None}
    context |= {"problems": [], "file": "", "copy": ""}
    if request.method != "POST":
        return render(request, "reporting/check.html", context)
    code = str(request.POST.get("code", ""))
    context["asked"] = code if code in indicators() else ""
    party = str(request.POST.get("party", ""))
    context["party_asked"] = party if party in parties() else ""
    copy = uuid.uuid4()
    attachment = request.POST.get("attachment") == "yes"
    try:
        with received(request) as sent:
            context["file"] = sent.name
            options = {"code": context["asked"], "party": context["party_asked"]}
            seen = check_file(sent.path, bounds(), attachment=attachment, out=_copy(copy), **options)
    except DataError as error:
        context["problems"] = error.problems
        return render(request, "reporting/check.html", context, status=UNPROCESSABLE)
    if _copy(copy).exists():
        context["copy"] = str(copy)
        _remember(request, copy, f"{Path(sent.name).stem}-corrected.xlsx")
    context["seen"] = seen | {"findings": seen["findings"]["ar" if language() == "ar" else "en"]}
    return render(request, "reporting/check.html", context, status=UNPROCESSABLE if seen["blocking"] else 200)


def _copy(name: uuid.UUID) -> Path:
    return home() / "files" / "checked" / f"{name}.xlsx"


def _remember(request: HttpRequest, copy: uuid.UUID, name: str) -> None:
    """Keep which copies this session may fetch, the newest few; older ones are removed."""
    held = [*request.session.get(KEPT, []), [str(copy), name]]
    for old, _ in held[:-MOST_KEPT]:
        _copy(uuid.UUID(old)).unlink(missing_ok=True)
    request.session[KEPT] = held[-MOST_KEPT:]


@login_required
@require_safe
def corrected(request: HttpRequest, copy: uuid.UUID) -> HttpResponse:
    """Send the corrected copy of a file that was checked in this session."""
    name = dict(request.session.get(KEPT, [])).get(str(copy))
    path = _copy(copy)
    if name is None or not path.exists():
        raise Http404
    return attached(path.read_bytes(), name, XLSX)
