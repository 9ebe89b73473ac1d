"""Who is focal point of a Party for what: holders, deputies, and posts that nobody holds today."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Role, RoleName
from biosetu.centre.accounts.permissions import may
from biosetu.centre.accounts.subjects import Subject, subjects
from biosetu.framework import find_party
from biosetu.problems import UsageError


@dataclass(frozen=True, slots=True)
class Post:
    """A subject with who holds it today, oldest first."""

    subject: Subject
    holders: tuple[Role, ...]
    deputies: tuple[Role, ...]

    @property
    def vacant(self) -> bool:
        """Return whether nobody holds the post; a deputy acts for its holder, and keeps no post filled."""
        return not self.holders


def posts_of(party: str) -> tuple[Post, ...]:
    """Return every post of a Party, those that are vacant too."""
    rows = Role.objects.current().filter(role=RoleName.FOCAL_POINT, party=party).select_related("account")
    held = list(rows.order_by("since", "pk"))
    return tuple(
        Post(
            subject,
            tuple(row for row in held if row.subject == code and not row.deputy),
            tuple(row for row in held if row.subject == code and row.deputy),
        )
        for code, subject in subjects().items()
    )


@login_required
@require_safe
def focal_points(request: HttpRequest, code: str) -> HttpResponse:
    """Show the posts of a Party; people's names to those who serve it, offices to everybody who is signed in."""
    try:
        party = find_party(code)
    except UsageError as error:
        raise Http404 from error
    named = may(request.user, "name", PartyRecord(party.iso3))
    context = {"party": party, "posts": posts_of(party.iso3), "named": named}
    return render(request, "account/focal_points.html", context)
