"""The pages of what communities hold: the list, one dataset with its conditions, its form, its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre import forms
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may, parties_for, visible_to
from biosetu.centre.holdings import verbs
from biosetu.centre.holdings.models import Holding
from biosetu.centre.pressing import account_of, press, seen
from biosetu.centre.receiving import received, receives
from biosetu.cooperation.forms import form, vocabulary
from biosetu.problems import DataError

ON_A_PAGE = 30
APART = frozenset({"title", "party", "visible", "labels", "conditions"})


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show what communities hold, as far as their rules let this person see it."""
    rows = visible_to(request.user, Holding.objects.all())
    party = request.GET.get("party", "").strip().upper()
    if party:
        rows = rows.filter(party=party)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "party": party,
        "rest": f"party={party}" if party else "",
        "may_hold": bool(parties_for(request.user, "hold", "party")),
    }
    return render(request, "holdings/list.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one dataset with its labels and conditions."""
    found = _seen(request, pk)
    labels = dict(vocabulary("knowledge labels"))
    context = {
        "found": found,
        "shown": [
            (field, forms.reads(request, field, found.values[field.field]))
            for field in form("holding")
            if found.values.get(field.field) and field.field not in APART
        ],
        "labels": [labels.get(code, code) for code in found.labels],
        "conditions": found.values.get("conditions", ""),
        "mine": may(request.user, "edit", found),
    }
    return render(request, "holdings/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Keep a dataset."""
    allowed = sorted(parties_for(request.user, "hold", "party"))
    if not allowed:
        raise PermissionDenied
    return forms.fill_in(
        request,
        "holdings/form.html",
        form("holding"),
        {"party": allowed[0], "visible": "holders"},
        lambda values: redirect("holding", verbs.hold(by=account_of(request), values=values).pk),
        found=None,
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a dataset, its conditions, or who may see it."""
    found = _seen(request, pk)
    if not may(request.user, "edit", found):
        raise PermissionDenied
    fields = [field for field in form("holding") if field.field != "party"]

    def keep(values: dict[str, str]) -> HttpResponse:
        verbs.edit(holding=found, by=account_of(request), values=values)
        return redirect("holding", pk)

    return forms.fill_in(request, "holdings/form.html", fields, verbs.filled(found), keep, found=found)


@require_safe
def file(request: HttpRequest, pk: int) -> FileResponse:
    """Send the file, as a download; to whom the rule names, for as long as it is shown."""
    found = _seen(request, pk)
    if not found.file:
        raise Http404
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.file_name, content_type="application/octet-stream"
    )


@login_required
@require_POST
@receives("attachment")
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Show a dataset, take it back, or keep a file with it."""
    found = _seen(request, pk)
    press(request, found, ACTIONS, name, passing=(DataError,))
    return redirect("holding", pk)


def _attach(found: Holding, by: Account, request: HttpRequest) -> None:
    with received(request) as sent:
        verbs.attach(holding=found, by=by, sent=sent)


ACTIONS: Mapping[str, Callable[[Holding, Account, HttpRequest], None]] = {
    "show": lambda found, by, _: verbs.show(holding=found, by=by),
    "take-back": lambda found, by, _: verbs.take_back(holding=found, by=by),
    "attach": _attach,
}


def _seen(request: HttpRequest, pk: int) -> Holding:
    return seen(request, Holding.objects.all(), pk=pk)
