"""Pages about one's own account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Say that accounts and new passwords come from the centre."""
    return render(request, "account/closed.html")
