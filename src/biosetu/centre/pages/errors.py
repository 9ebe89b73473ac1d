"""Error pages: what happened, what to do, and the id under which the logs know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from biosetu.centre.wording import gettext
from biosetu.translation import N_

TEXTS: Mapping[int, tuple[str, str]] = {
    400: (N_("This request could not be read"), N_("Go back and try again.")),
    403: (N_("This page is not open to you"), N_("Sign in with an account that may see it, or ask the centre.")),
    404: (N_("There is no such page"), N_("Look for the Party or the indicator from the home page.")),
    500: (N_("Something went wrong on our side"), N_("Nothing was half-saved. Please tell the centre this number.")),
}


def page(request: HttpRequest, status: int) -> HttpResponse:
    """Return the error page of a status."""
    title, advice = TEXTS[status]
    context = {"title": gettext(title), "advice": gettext(advice), "status": status}
    return render(request, "pages/error.html", context, status=status)


def _handler(status: int) -> Callable[..., HttpResponse]:
    def handler(request: HttpRequest, exception: Exception | None = None, **_: object) -> HttpResponse:
        return page(request, status)

    return handler


bad_request = _handler(400)
permission_denied = _handler(403)
csrf_failure = _handler(403)
not_found = _handler(404)


def our_fault(request: HttpRequest) -> HttpResponse:
    """Return the last page of all: it needs no database and no user."""
    title, advice = TEXTS[500]
    context = {"title": gettext(title), "advice": gettext(advice), "status": 500}
    return render(None, "pages/fault.html", context, status=500)
