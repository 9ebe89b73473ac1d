"""Who opens which page of a report: people by the table of permissions, offices by their link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.pressing import account_of
from biosetu.centre.reporting.links import opened, token_of
from biosetu.centre.reporting.models import Link, Part
from biosetu.centre.reporting.verbs import part_row
from biosetu.framework import Party, cycles, find_party
from biosetu.problems import UsageError

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Place:
    """A report of one Party for one cycle."""

    party: Party
    cycle: str

    @property
    def code(self) -> str:
        """Return the Party's code."""
        return self.party.iso3


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a part: a person with an account, or an office through its link."""

    place: Place
    part: Part
    person: Account | None
    link: Link | None

    @property
    def answers(self) -> bool:
        """Return whether they answer it, or only look."""
        return self.link is not None or (self.person is not None and may(self.person, "answer", self.part))

    @property
    def base(self) -> str:
        """Return the address of the part for this visitor."""
        if self.link is not None:
            return reverse("office_part", args=[token_of(self.link), self.part.name])
        return reverse("report_part", args=[self.place.code, self.place.cycle, self.part.name])


def place_of(code: str, cycle: str) -> Place:
    """Return a report, or answer that there is no such page."""
    if cycle not in cycles():
        raise Http404
    try:
        return Place(find_party(code), cycle)
    except UsageError as error:
        raise Http404 from error


def for_those_who(verb: str) -> Callable[[View], View]:
    """Let in who may do this for the Party (a verb of the table of permissions); visitors are sent to sign-in."""

    def guarded(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, code: str, cycle: str, **more: str) -> HttpResponse:
            place = place_of(code, cycle)
            if not may(account_of(request), verb, PartyRecord(place.code)):
                raise PermissionDenied
            return view(request, place, **more)

        return cast("View", login_required(shown))

    return guarded


def by_account(view: View) -> View:
    """Let in who may see the part."""

    @wraps(view)
    def shown(request: HttpRequest, code: str, cycle: str, part: str, **more: str) -> HttpResponse:
        place = place_of(code, cycle)
        row = part_row(place.code, cycle, part)
        if row is None:
            raise Http404
        if not may(account_of(request), "see", row):
            raise PermissionDenied
        return view(request, Visit(place, row, account_of(request), None), **more)

    return cast("View", login_required(shown))


def link_of(token: str) -> Link:
    """Return the link of a token, or answer that there is no such page: forged, expired and revoked look alike."""
    link = opened(token)
    if link is None:
        raise Http404
    return link


def by_link(view: View) -> View:
    """Let in whoever holds a link of the office that is asked for the part."""

    @wraps(view)
    def shown(request: HttpRequest, token: str, part: str, **more: str) -> HttpResponse:
        link = link_of(token)
        row = part_row(link.report.party, link.report.cycle, part)
        if row is None or row.office != link.office or row.state == "withdrawn":
            raise Http404
        response = view(request, Visit(place_of(link.report.party, link.report.cycle), row, None, link), **more)
        return unindexed(response)

    return shown


def unindexed(response: HttpResponse) -> HttpResponse:
    """Keep a page that is opened by a secret address out of caches, indexes and the referrers that others see."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
