"""Pages about one's own account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from biosetu.centre.accounts.models import Account
from biosetu.centre.erasing import erase
from biosetu.centre.wording import gettext


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Say that accounts and new passwords come from the centre."""
    return render(request, "account/closed.html")


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Delete one's own account, after saying so twice: here, and with one's password."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    if request.method != "POST":
        return render(request, "account/delete.html")
    with transaction.atomic():
        erase(account=Account.objects.get(pk=request.user.pk), by=request.user)
    logout(request)
    messages.success(request, gettext("Your account is deleted."))
    return redirect("home")
