"""The directory's pages: the list, an entry, registering, one's own data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre import forms
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import holds, may, visible_to
from biosetu.centre.directory import verbs
from biosetu.centre.directory.models import Provider
from biosetu.centre.pressing import account_of, press, seen
from biosetu.cooperation.forms import form

ON_A_PAGE = 30
NOT_SHOWN = frozenset({"consent", "name"})


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show the entries that this person may see, by name."""
    rows = _filtered(visible_to(request.user, Provider.objects.all()), request.GET)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "asked": request.GET,
        "rest": kept.urlencode(),
        "may_bring": holds(request.user, "review", "provider"),
    }
    return render(request, "directory/list.html", context)


def _filtered(rows: QuerySet[Provider], asked: QueryDict) -> QuerySet[Provider]:
    words, party = asked.get("q", "").strip(), asked.get("party", "").strip().upper()
    if words:
        rows = rows.filter(name__icontains=words)
    if party:
        rows = rows.filter(party=party)
    return rows


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one entry; the contact person only to the owner and the reviewing centre."""
    found = _seen(request, pk)
    mine, reviewing = may(request.user, "edit", found), may(request.user, "review", found)
    shown = [
        (field, forms.reads(request, field, found.values[field.field]))
        for field in form("provider")
        if found.values.get(field.field)
        and field.field not in NOT_SHOWN
        and (mine or reviewing or not field.is_personal)
    ]
    context = {"found": found, "shown": shown, "mine": mine, "reviewing": reviewing}
    return render(request, "directory/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register oneself or one's institution."""
    return forms.fill_in(
        request,
        "directory/form.html",
        form("provider"),
        {},
        lambda values: redirect("provider", verbs.register(by=account_of(request), values=values).pk),
        found=None,
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's own entry."""
    found = _seen(request, pk)
    if not may(request.user, "edit", found):
        raise PermissionDenied

    def keep(values: dict[str, str]) -> HttpResponse:
        verbs.edit(provider=found, by=account_of(request), values=values)
        return redirect("provider", pk)

    return forms.fill_in(request, "directory/form.html", form("provider"), found.values, keep, found=found)


@login_required
@require_safe
def own_data(request: HttpRequest, pk: int) -> JsonResponse:
    """Send the owner all that is held in the entry."""
    found = _seen(request, pk)
    if not may(request.user, "edit", found):
        raise PermissionDenied
    return JsonResponse(verbs.exported(found), json_dumps_params={"ensure_ascii": False, "indent": 1})


@login_required
@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one thing to an entry and come back to it."""
    found = _seen(request, pk)
    done = press(request, found, ACTIONS, name)
    return redirect("directory") if done and name == "erase" else redirect("provider", pk)


ACTIONS: Mapping[str, Callable[[Provider, Account, HttpRequest], None]] = {
    "submit": lambda found, by, _: verbs.submit(provider=found, by=by),
    "withdraw": lambda found, by, _: verbs.withdraw(provider=found, by=by),
    "erase": lambda found, by, _: verbs.erase(provider=found, by=by),
    "list": lambda found, by, _: verbs.review(provider=found, by=by, listed=True),
    "return": lambda found, by, request: verbs.review(
        provider=found, by=by, listed=False, reason=request.POST.get("reason", "")
    ),
}


def _seen(request: HttpRequest, pk: int) -> Provider:
    return seen(request, Provider.objects.all(), pk=pk)
