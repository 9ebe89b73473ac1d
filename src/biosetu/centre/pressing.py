"""A page's one button: find the record if the person may see it, do one thing to it, say what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.wording import gettext
from biosetu.cooperation import Refused
from biosetu.problems import DataError
from biosetu.translation import N_, in_words

Kind = TypeVar("Kind", bound=Model)
DONE = N_("Done.")


def account_of(request: HttpRequest) -> Account:
    """Return who is signed in; raise `PermissionDenied` where nobody is."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def seen(request: HttpRequest, records: QuerySet[Kind], **named: object) -> Kind:
    """Return the one record of these that is so named, if the person may see it; else there is no such page."""
    if isinstance(request.user, Account) or request.user.is_anonymous:
        found = visible_to(request.user, records).filter(**named).first()
        if found is not None:
            return found
    raise Http404


def press(
    request: HttpRequest,
    found: Kind,
    actions: Mapping[str, Callable[[Kind, Account, HttpRequest], object]],
    name: str,
    passing: tuple[type[BaseException], ...] = (),
) -> bool:
    """Do one of a page's actions to a record, say what happened, and return whether it was done; no such page where
    there is no such action. What is `passing` goes on to the page that shows it.
    """
    if name not in actions:
        raise Http404
    with telling(request, passing=passing):
        actions[name](found, account_of(request), request)
        return True
    return False


class telling:  # noqa: N801 - reads as a statement
    """Do something and leave a message: that it is done, or the sentences that bar it, which end the block.

    `with telling(request): verbs.act(…); return redirect(…)`: what follows the block is for what was barred.
    `passing` is not told here: a page of its own shows it.
    """

    def __init__(self, request: HttpRequest, done: str = DONE, passing: tuple[type[BaseException], ...] = ()) -> None:
        self._request, self._done, self._passing = request, done, passing

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Leave the message; what bars is told and goes no further."""
        if error is None:
            if self._done:
                messages.success(self._request, gettext(self._done))
            return False
        said = "" if isinstance(error, self._passing) else _barring(error)
        if said:
            messages.error(self._request, said)
        return bool(said)


def _barring(error: BaseException) -> str:
    """Return the sentences of what bars an action; empty for a fault of ours."""
    if isinstance(error, Refused):
        return in_words(error.said, gettext)
    if isinstance(error, DataError):
        return " ".join(gettext(problem.message) for problem in error.problems)
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(error) if isinstance(error, ValueError) else ""
