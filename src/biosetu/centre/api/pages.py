"""The page with one's own keys, and the API's description as a page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.api import keys
from biosetu.centre.api.models import Key
from biosetu.centre.api.scopes import scopes
from biosetu.centre.api.views import api
from biosetu.centre.pressing import account_of
from biosetu.centre.wording import gettext
from biosetu.cooperation import Refused
from biosetu.translation import in_words

LASTING = (30, 90, 365)


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """Show the API's description as a page, without scripts."""
    return render(request, "api/docs.html", {"schema": api.get_openapi_schema()})


@never_cache
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """Show one's keys and make another; the secret is shown on this answer alone."""
    account = account_of(request)
    if request.method != "POST":
        return _shown(request, account)
    days = request.POST.get("days", "")
    try:
        made, secret = keys.make(
            by=account,
            name=request.POST.get("name", ""),
            wanted=request.POST.getlist("scope"),
            days=int(days) if days.isdecimal() else 0,
        )
    except Refused as refused:
        messages.error(request, in_words(refused.said, gettext))
        return _shown(request, account)
    return _shown(request, account, made=made, secret=secret)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a key back."""
    account = account_of(request)
    found = visible_to(account, Key.objects.all()).filter(pk=pk).first()
    if found is None:
        raise Http404
    keys.revoke(key=found, by=account)
    messages.success(request, gettext("The key opens nothing any more."))
    return redirect("api_keys")


def _shown(request: HttpRequest, account: Account, **made: Any) -> HttpResponse:
    rows = visible_to(account, Key.objects.select_related("account"))
    asked = request.POST if not made else {}
    context = {"rows": rows, "scopes": scopes(), "lasting": LASTING, "asked": asked, **made}
    return render(request, "api/keys.html", context)
