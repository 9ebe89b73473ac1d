"""Pages of the exchange: files out, files in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import grants, visible_to
from biosetu.centre.exchange import verbs
from biosetu.centre.exchange.models import Arrival
from biosetu.centre.exchange.signing import LARGEST, public_key
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.wording import gettext
from biosetu.cooperation import Refused, in_words
from biosetu.problems import DataError

SHOWN = 50


@login_required
@require_safe
def out(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a handed-over request as a signed file."""
    found = visible_to(request.user, SupportRequest.objects.all()).filter(reference=reference).first()
    if found is None:
        raise Http404
    try:
        content = verbs.hand_over_file(request=found, by=_account(request))
    except Refused as refused:
        messages.error(request, in_words(refused.said, gettext))
        return redirect("request", reference)
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="request-{found.reference}.json"'
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def arrivals(request: HttpRequest) -> HttpResponse:
    """Show what came in, and take a file in."""
    account = _account(request)
    if not any(grant.role in verbs.CENTRE and not grant.for_party for grant in grants(account)):
        raise PermissionDenied
    file = request.FILES.get("file")
    if request.method == "POST":
        try:
            if file is None or (file.size or 0) > LARGEST:
                raise Refused("Choose a file.")
            verbs.arrive(content=file.read(), by=account)
        except Refused as refused:
            messages.error(request, in_words(refused.said, gettext))
        except DataError as error:
            messages.error(request, "; ".join(gettext(problem.message) for problem in error.problems))
        return redirect("arrivals")
    rows = Arrival.objects.select_related("request")[:SHOWN]
    return render(request, "exchange/arrivals.html", {"rows": rows, "key": public_key()})


@login_required
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a request of an arrival."""
    arrival = get_object_or_404(Arrival, pk=pk)
    try:
        made = verbs.take_in(arrival=arrival, by=_account(request), confirmed_name=request.POST.get("name", ""))
    except Refused as refused:
        messages.error(request, in_words(refused.said, gettext))
        return redirect("arrivals")
    return redirect("request", made.reference)


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user
