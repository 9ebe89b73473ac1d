"""The page of what was done, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import holds
from biosetu.centre.audit.reading import STATE, Asked, Told, entries, table, told
from biosetu.centre.audit.words import field_said, record_said, state_said, verb_said
from biosetu.centre.audit.words import table as words
from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.centre.sending import sent_csv
from biosetu.centre.templating import party_name

ON_A_PAGE = 50
PROVIDERS = frozenset({"provider", "proposed", "candidates"})


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show what was done, newest first, as far as this person may see it."""
    rows = entries(_reader(request), _asked(request))
    found = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    shown = told(found.object_list)
    context = {
        "page": found,
        "rows": shown,
        "asked": request.GET,
        "rest": kept.urlencode(),
        "kinds": [(code, record_said(code)) for code in _kinds()],
        "verb_said": verb_said,
        "record_said": record_said,
        "field_said": field_said,
        "value_said": _values(shown),
    }
    return render(request, "audit/list.html", context)


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Send the same entries as a table, all pages of them."""
    return sent_csv(table(entries(_reader(request), _asked(request))), f"record-{timezone.localdate()}")


def _kinds() -> list[str]:
    return sorted((code for kind, code, _ in words() if kind == "record"), key=record_said)


def _values(rows: list[Told]) -> Callable[[str, str], str]:
    """Return how a value of a field is shown: the names of Parties, states and listed providers in place of codes."""
    numbers = {
        part
        for row in rows
        for one in row.changes
        if one.field in PROVIDERS
        for text in (one.before, one.after)
        for part in text.split("; ")
        if part.isdecimal()
    }
    named = dict(Provider.objects.filter(PUBLISHED, pk__in=numbers).values_list("pk", "name"))

    def shown(field: str, value: str) -> str:
        if field in PROVIDERS:
            return "; ".join(named.get(int(part), part) if part.isdecimal() else part for part in value.split("; "))
        if field == STATE:
            return state_said(value)
        return party_name(value) if field == "party" else value

    return shown


def _reader(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account) or not holds(request.user, "see", "audit"):
        raise PermissionDenied
    return request.user


def _asked(request: HttpRequest) -> Asked:
    given = {name: request.GET.get(name, "").strip() for name in ("party", "record", "record_id")}
    days = {name: _day(request.GET.get(name, "")) for name in ("since", "until")}
    return Asked(days["since"], days["until"], given["party"].upper(), given["record"], given["record_id"])


def _day(text: str) -> date | None:
    """Return a day that was asked for; what is no day counts as none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
