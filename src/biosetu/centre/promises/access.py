"""What the pages of promises share: the Party of the address, the person, messages, files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.permissions import may
from biosetu.centre.promises import verbs
from biosetu.centre.sending import attached
from biosetu.centre.wording import gettext
from biosetu.framework import Party, find_party
from biosetu.problems import Problem, UsageError

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
}
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Party, P], HttpResponse]
Routed = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def of_party(view: View[P]) -> Routed[P]:
    """Find the Party of the address; the fictional one is there in the demonstration alone."""

    @wraps(view)
    def shown(request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, party_of(code), *args, **kwargs)

    return cast("Routed[P]", shown)


def for_those_who(verb: str) -> Callable[[View[P]], Routed[P]]:
    """Send visitors to sign-in; refuse those whom the table of permissions does not let do this for the Party."""

    def decorated(view: View[P]) -> Routed[P]:
        @wraps(view)
        def shown(request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            party = party_of(code)
            if not may(request.user, verb, PartyRecord(party.iso3)):
                raise PermissionDenied
            return view(request, party, *args, **kwargs)

        return cast("Routed[P]", login_required(shown))

    return decorated


def party_of(code: str) -> Party:
    """Return the Party of an address."""
    try:
        found = find_party(code)
    except UsageError as error:
        raise Http404 from error
    if found.fictional and not settings.BIOSETU_DEMO:
        raise Http404
    return found


def rights(request: HttpRequest, party: Party) -> dict[str, bool]:
    """Return what this person may do with the Party's promises, for a page."""
    named = ((verbs.PREPARE, "prepares"), (verbs.BRING, "brings"), (verbs.PROMISE, "promises"))
    return {name: may(request.user, verb, PartyRecord(party.iso3)) for verb, name in named}


def said(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return what is wrong, by row and column, in the reader's language."""
    return [
        {
            "row": item.row,
            "column": item.column,
            "value": item.value,
            "text": f"{gettext(item.message)}. {gettext(item.remedy)}.",
        }
        for item in problems
    ]


def sent(name: str, write: Callable[[Path], object]) -> HttpResponse:
    """Send a file (.xlsx, .json) that `write` makes."""
    with tempfile.TemporaryDirectory(prefix="biosetu-sheet-") as folder:
        write(Path(folder) / name)
        return attached((Path(folder) / name).read_bytes(), name, TYPES[Path(name).suffix])
