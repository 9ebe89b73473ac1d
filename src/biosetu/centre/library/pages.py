"""The library's pages: the shelves, an entry, its form."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre import forms
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import holds, may, visible_to
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library import verbs
from biosetu.centre.library.holding import consents
from biosetu.centre.library.models import Item, Kind
from biosetu.centre.pressing import account_of, press, seen, telling
from biosetu.centre.wording import gettext
from biosetu.cooperation.forms import Field, form
from biosetu.translation import N_

ON_A_PAGE = 30
NOT_SHOWN = frozenset({"knowledge", "access"})
OUR_WORDS = frozenset({"purpose", "audience", "length", "version"})
DRAFTED = N_("Drafted without names. Read it, fill in what is missing, and ask for review.")


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show a shelf: the entries of a kind that this person may see."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else str(Kind.SOLUTION)
    rows = _filtered(visible_to(request.user, Item.objects.filter(kind=kind)), request.GET)
    page = Paginator(rows.prefetch_related("item_parties"), ON_A_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "asked": request.GET,
        "rest": kept.urlencode(),
        "kind": kind,
        "kinds": Kind.choices,
        "today": timezone.localdate(),
        "targets": forms.target_choices(),
        "narrowed": any(request.GET.get(name) for name in ("q", "party", "target")),
        "reviews": holds(request.user, "review", "item"),
        "comes_along": comes_along(),
    }
    return render(request, "library/list.html", context)


@cache
def comes_along() -> int:
    """Return how many entries of guidance come with the software."""
    text = (files("biosetu.centre.library") / "data" / "guidance.csv").read_text(encoding="utf-8")
    return len(list(csv.DictReader(text.splitlines())))


def _filtered(rows: QuerySet[Item], asked: QueryDict) -> QuerySet[Item]:
    words, party, target = (asked.get(name, "").strip() for name in ("q", "party", "target"))
    if words:
        rows = rows.filter(title__icontains=words)
    if party:
        rows = rows.filter(Item.paths.about(frozenset({party.upper()})))
    if target.isdecimal():
        text = int(target)
        rows = rows.filter(Q(values__targets__regex=rf"(^|[; ]){text}($|[; ])"))
    return rows


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one entry."""
    found = _seen(request, pk)
    mine, reviewing = may(request.user, "edit", found), may(request.user, "review", found)
    holding = may(request.user, "release", found)
    shown = [
        (field, _told(request, found, field))
        for field in form(found.kind)
        if found.values.get(field.field)
        and field.field not in NOT_SHOWN
        and (mine or reviewing or not field.is_personal)
    ]
    context = {
        "found": found,
        "shown": shown,
        "mine": mine,
        "reviewing": reviewing,
        "holding": holding,
        "consenting": holding and consents(found, account_of(request)),
        "waiting": [row.name for row in found.holders.all() if row.released_on is None],
        "from_request": found.request if found.request and may(request.user, "see", found.request) else None,
    }
    return render(request, "library/detail.html", context)


def _told(request: HttpRequest, found: Item, field: Field) -> str:
    """Return a field as it reads; our own words on guidance that comes along in the language of the page."""
    text = forms.reads(request, field, found.values[field.field])
    return gettext(text) if found.kind == Kind.GUIDANCE and field.field in OUR_WORDS else text


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Write an entry."""
    if kind not in Kind.values:
        raise Http404
    return forms.fill_in(
        request,
        "library/form.html",
        form(kind),
        {},
        lambda values: redirect("item", verbs.write(by=account_of(request), kind=kind, values=values).pk),
        found=None,
        label=Kind(kind).label,
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's own entry."""
    found = _seen(request, pk)
    if not may(request.user, "edit", found):
        raise PermissionDenied

    def keep(values: dict[str, str]) -> HttpResponse:
        verbs.edit(item=found, by=account_of(request), values=values)
        return redirect("item", pk)

    given, label = {**found.values, "title": found.title}, found.get_kind_display()
    return forms.fill_in(request, "library/form.html", form(found.kind), given, keep, found=found, label=label)


@login_required
@require_POST
def draft(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Draft a solution or an answer from a request, in one click."""
    asked = seen(request, SupportRequest.objects.all(), reference=reference)
    if kind not in {Kind.SOLUTION, Kind.ANSWER}:
        raise Http404
    with telling(request, DRAFTED):
        return redirect("item_edit", verbs.draft_from(request=asked, by=account_of(request), kind=kind).pk)
    return redirect("request", reference)


@login_required
@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one thing to an entry and come back to it."""
    found = _seen(request, pk)
    press(request, found, ACTIONS, name)
    return redirect("item", pk) if may(request.user, "see", found) else redirect("library")


ACTIONS: Mapping[str, Callable[[Item, Account, HttpRequest], None]] = {
    "submit": lambda found, by, _: verbs.submit(item=found, by=by),
    "withdraw": lambda found, by, _: verbs.withdraw(item=found, by=by),
    "release": lambda found, by, _: verbs.release(item=found, by=by),
    "take-back": lambda found, by, _: verbs.take_back(item=found, by=by),
    "list": lambda found, by, _: verbs.review(item=found, by=by, listed=True),
    "return": lambda found, by, request: verbs.review(
        item=found, by=by, listed=False, reason=request.POST.get("reason", "")
    ),
}


def _seen(request: HttpRequest, pk: int) -> Item:
    return seen(request, Item.objects.select_related("request"), pk=pk)
