"""Pages of the exchange: files out, files in."""

from __future__ import annotations

from itertools import islice

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.permissions import parties_for
from biosetu.centre.exchange import verbs
from biosetu.centre.exchange.models import Arrival, KnownKey
from biosetu.centre.exchange.signing import public_key
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.pressing import account_of, seen, telling
from biosetu.centre.receiving import received, receives
from biosetu.centre.sending import attached
from biosetu.problems import DataError

SHOWN = 50


@login_required
@require_safe
def out(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a handed-over request as a signed file."""
    found = seen(request, SupportRequest.objects.all(), reference=reference)
    with telling(request, ""):
        content = verbs.hand_over_file(request=found, by=account_of(request))
        return attached(content, f"request-{found.reference}.json", "application/octet-stream")
    return redirect("request", reference)


@login_required
@require_http_methods(["GET", "POST"])
@receives("hand-over")
def arrivals(request: HttpRequest) -> HttpResponse:
    """Show what came in, and take a file in."""
    account = account_of(request)
    if not parties_for(account, "take_in", "party"):
        raise PermissionDenied
    if request.method == "POST":
        with received(request) as sent, telling(request, passing=(DataError,)):
            verbs.arrive(content=sent.path.read_bytes(), by=account)
        return redirect("arrivals")
    rows = list(islice(verbs.waiting_for(account), SHOWN))
    known = KnownKey.objects.in_bulk({row.key for row in rows}, field_name="key")
    return render(request, "exchange/arrivals.html", {"rows": rows, "signers": known, "key": public_key()})


@login_required
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a request of an arrival."""
    arrival = get_object_or_404(Arrival, pk=pk)
    name = request.POST.get("name", "")
    with telling(request, ""):
        made = verbs.take_in(arrival=arrival, by=account_of(request), confirmed_name=name)
        return redirect("request", made.reference)
    return redirect("arrivals")
