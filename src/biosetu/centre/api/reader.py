"""Who reads: nobody in particular, or the person whose key a program shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from biosetu.centre.accounts.models import Account
from biosetu.centre.api.keys import opened_by


@dataclass(frozen=True, slots=True)
class Reader:
    """A person, and what their key is good for."""

    user: Account | AnonymousUser
    scopes: frozenset[str] = frozenset()

    def within(self, scope: str) -> Account | AnonymousUser:
        """Return the person, once the key is good for this; without a key everybody reads what is public."""
        if isinstance(self.user, Account) and scope not in self.scopes:
            raise HttpError(403, f"This key is not good for {scope}. Make one that is, on the page of your account.")
        return self.user


class OptionalKey(HttpBearer):
    """`Authorization: Bearer biosetu_…`, or nothing. A cookie never counts here, so no other site can use it."""

    def __call__(self, request: HttpRequest) -> Reader:
        """Return who reads; a header that opens nothing is refused, not ignored."""
        if not request.headers.get(self.header):
            return Reader(AnonymousUser())
        found: Reader | None = super().__call__(request)
        if found is None:
            raise HttpError(401, "This key opens nothing: it is unknown, expired or was taken back.")
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Reader | None:
        """Return whose key it is."""
        key = opened_by(token)
        return Reader(key.account, frozenset(key.scopes)) if key else None
