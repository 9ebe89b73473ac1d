"""The directory's pages: the list, an entry, registering, one's own data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre import forms
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import holds, may, visible_to
from biosetu.centre.directory import verbs
from biosetu.centre.directory.models import Provider
from biosetu.centre.pressing import account_of, press, seen
from biosetu.centre.wording import gettext
from biosetu.cooperation.forms import check, form, vocabulary

ON_A_PAGE = 30
NOT_SHOWN = frozenset({"consent", "name"})
CODED = ("targets", "indicators", "ecosystems", "actions", "threats", "languages")


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show the entries that this person may see, by name."""
    reviews = holds(request.user, "review", "provider")
    wrong = {one.column: one for one in check("provider", {name: request.GET.get(name, "") for name in CODED})}
    rows = _filtered(visible_to(request.user, Provider.objects.all()), request.GET)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "asked": request.GET,
        "rest": kept.urlencode(),
        "may_bring": reviews,
        "claimed": Provider.objects.filter(claimed_by__isnull=False)[:ON_A_PAGE] if reviews else [],
        "targets": forms.target_choices(),
        "spoken": [(code, gettext(label)) for code, label in vocabulary("languages")],
        "wrong": wrong,
    }
    return render(request, "directory/list.html", context)


def _filtered(rows: QuerySet[Provider], asked: QueryDict) -> QuerySet[Provider]:
    """Narrow the list: words in name, expertise and work; codes with all that is narrower, so that a realm finds its
    biomes.
    """
    words, party = asked.get("q", "").strip(), asked.get("party", "").strip().upper()
    if words:
        texts = Q(name__icontains=words) | Q(values__expertise__icontains=words) | Q(values__work__icontains=words)
        rows = rows.filter(texts)
    if party:
        rows = rows.filter(party=party)
    for name in CODED:
        if code := asked.get(name, "").strip():
            rows = rows.filter(**{f"values__{name}__regex": rf"(^|[;\s]){_narrower(name, code)}($|[;\s])"})
    return rows


def _narrower(name: str, code: str) -> str:
    """Return the pattern of a code with all codes below it."""
    if name in {"actions", "threats"}:
        return rf"{re.escape(code)}(\.[0-9]+)*"
    if name == "ecosystems" and "." not in code:
        return re.escape(code) + (r"[0-9]*(\.[0-9]+)?" if code.isalpha() else r"(\.[0-9]+)?")
    return re.escape(code)


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
    context = {
        "found": found,
        "shown": shown,
        "mine": mine,
        "reviewing": reviewing,
        "claimable": request.user.is_authenticated and found.account_id is None and found.claimed_by_id is None,
    }
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
    "claim": lambda found, by, request: verbs.claim(provider=found, by=by, words=request.POST.get("words", "")),
    "give": lambda found, by, _: verbs.settle_claim(provider=found, by=by, given=True),
    "refuse": lambda found, by, request: verbs.settle_claim(
        provider=found, by=by, given=False, reason=request.POST.get("reason", "")
    ),
    "withdraw": lambda found, by, _: verbs.withdraw(provider=found, by=by),
    "erase": lambda found, by, _: verbs.erase(provider=found, by=by),
    "list": lambda found, by, _: verbs.review(provider=found, by=by, listed=True),
    "return": lambda found, by, request: verbs.review(
        provider=found, by=by, listed=False, reason=request.POST.get("reason", "")
    ),
}


def _seen(request: HttpRequest, pk: int) -> Provider:
    return seen(request, Provider.objects.all(), pk=pk)
