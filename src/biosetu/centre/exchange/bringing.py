"""Pages of sheets: bring one in, see what each row would do, confirm, follow; the empty sheets."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.exchange import sheets
from biosetu.centre.exchange.models import RowState, Sheet, SheetState
from biosetu.centre.pressing import account_of, seen, telling
from biosetu.centre.receiving import UNPROCESSABLE, received, receives
from biosetu.centre.wording import gettext
from biosetu.cooperation.forms import form
from biosetu.cooperation.sheets import empty_sheet
from biosetu.engine.tables import write_table
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

ON_A_PAGE, LATEST = 50, 10
FORM_NAMES = {
    "request": N_("Requests"),
    "provider": N_("Providers"),
    "solution": N_("Solutions"),
    "guidance": N_("Guidance"),
    "answer": N_("Answers"),
    "opportunity": N_("Open calls"),
}


def sent(table: pa.Table, name: str) -> FileResponse:
    """Send a table as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_table(table, path)
        return FileResponse(io.BytesIO(path.read_bytes()), as_attachment=True, filename=name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@receives("sheet")
def bring(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a sheet of a form in, to be shown first."""
    by = account_of(request)
    if kind not in sheets.FORMS:
        raise Http404
    if not sheets.may_bring(by, kind):
        raise PermissionDenied
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            with received(request) as sent:
                return redirect("sheet", sheets.bring(path=sent.path, name=sent.name, kind=kind, by=by).pk)
        except DataError as error:
            problems = tuple(error.problems)
    context = {
        "kind": kind,
        "kinds": [(one, gettext(FORM_NAMES[one])) for one in sheets.FORMS if sheets.may_bring(by, one)],
        "problems": problems,
        "fields": form(kind),
        "latest": visible_to(by, Sheet.objects.filter(kind=kind))[:LATEST],
        "row_limit": settings.BIOSETU_UPLOAD_ROWS,
    }
    return render(request, "exchange/bring.html", context, status=UNPROCESSABLE if problems else 200)


@login_required
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what each row of a sheet would do, or did; with progress while it is taken in."""
    found = seen(request, Sheet.objects.all(), pk=pk)
    state = request.GET.get("rows", "")
    rows = found.rows.filter(state=state) if state in RowState.values else found.rows.all()
    counts = sheets.counts_of(found)
    context = {
        "found": found,
        "kind_name": gettext(FORM_NAMES[found.kind]),
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "counts": [(code, label, counts[code]) for code, label in RowState.choices],
        "asked": state,
        "useful": counts[RowState.NEW] + counts[RowState.CHANGED],
        "working": found.state in (SheetState.QUEUED, SheetState.RUNNING),
        "labels": {field.field: field.label for field in form(found.kind)},
        "address_of": {"request": "", "provider": "provider"}.get(found.kind, "item"),
    }
    return render(request, "exchange/sheet.html", context)


@login_required
@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Confirm a sheet, or drop it."""
    found = seen(request, Sheet.objects.all(), pk=pk)
    action = {"confirm": sheets.confirm, "drop": sheets.drop}.get(name)
    if action is None:
        raise Http404
    with telling(request):
        action(sheet=found, by=account_of(request))
    return redirect("sheet", pk)


@login_required
@require_safe
def template(request: HttpRequest, kind: str) -> FileResponse:
    """Send the empty sheet of a form, headed in the language of the page."""
    if kind not in sheets.FORMS:
        raise Http404
    return sent(empty_sheet(kind, gettext), f"biosetu-{kind}.xlsx")
