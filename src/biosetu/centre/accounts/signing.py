"""Signing in: accounts are opened by the centre; an officer's role counts only with a second step."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from biosetu.centre.accounts.models import Account

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody opens an account alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts are opened by the administrator (`biosetu accounts add`)."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send nothing: no mail server is needed."""


def has_second_step(user: Account | AnonymousUser) -> bool:
    """Return whether the person signs in with a passkey or a one-time code besides the password."""
    if not isinstance(user, Account):
        return False
    return bool(Authenticator.objects.filter(user=user, type__in=SECOND_STEPS).exists())
