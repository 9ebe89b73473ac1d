"""What the guards of the state table look at, read from the records; and which roles a person has for a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from biosetu.centre.accounts.models import Account, Role, RoleName
from biosetu.centre.accounts.permissions import Grant, User, grants
from biosetu.centre.helpdesk.models import Answer, ConsentRecord, SupportRequest
from biosetu.cooperation import Calendar, Facts, read_clock
from biosetu.cooperation.forms import YES, filled
from biosetu.framework import parties

ENDORSE = "endorse"
CENTRE_ROLES = frozenset({RoleName.OFFICER, RoleName.MANAGER})


def roles_for(user: User, request: SupportRequest) -> frozenset[str]:
    """Return the roles of the state table that a person has for this request."""
    if not isinstance(user, Account):
        return frozenset()
    among = request.parties_of()
    held = {_role(grant) for grant in grants(user) if _reaches(grant, request, among)}
    if request.owner_id == user.pk:
        held.add("requester")
    if request.candidates.filter(provider__account=user, answer=Answer.ACCEPTED, chosen=True).exists():
        held.add("provider")
    return frozenset(held - {""})


def _role(grant: Grant) -> str:
    return grant.role if grant.role in {*CENTRE_ROLES, RoleName.FOCAL_POINT, RoleName.COMMUNITY} else ""


def _reaches(grant: Grant, request: SupportRequest, among: frozenset[str]) -> bool:
    if grant.role in CENTRE_ROLES:
        return not grant.for_party and bool(grant.parties & among)
    return bool(grant.parties & among)


def facts(request: SupportRequest, user: User, today: date | None = None) -> Facts:
    """Return what is true of a request today, for the guards."""
    now = today or timezone.localdate()
    rows = list(request.request_parties.all())
    values = request.values
    return Facts(
        today=now,
        filled=filled(values) | ({"title"} if request.title else frozenset()),
        parties=frozenset(row.party for row in rows),
        endorsed=frozenset(row.party for row in rows if row.endorsed_on),
        actor_parties=_focal_parties(user),
        information_only=_yes(values.get("information_only", "")),
        endorsement_due=_due(request, now),
        focal_point_vacant=_vacant(row.party for row in rows if not row.endorsed_on),
        touches_communities=_yes(values.get("touches_communities", "")),
        consents=tuple(record.standing() for record in newest_consents(request)),
        safeguards_done=request.safeguards_done,
        due_diligence_done=request.due_diligence_done,
        provider_accepted=request.candidates.filter(chosen=True, answer=Answer.ACCEPTED).exists(),
        results_recorded=hasattr(request, "closure") and not _unmeasured(request),
        objections_open=request.objections.filter(settled_on__isnull=True).count(),
        previous_state=request.previous_state,
        previous_ball=request.previous_ball or "centre",
    )


def newest_consents(request: SupportRequest) -> list[ConsentRecord]:
    """Return the newest record of every people concerned: that is what holds."""
    return list({record.people.casefold(): record for record in request.consents.order_by("pk")}.values())


def calendar(request: SupportRequest) -> Calendar:
    """Return the working days of the request's first Party."""
    codes = [row.party for row in request.request_parties.all()]
    return Calendar(parties()[codes[0]].iso2 if codes and codes[0] in parties() else "")


def _yes(value: str) -> bool:
    return value.strip().casefold() in YES


def _focal_parties(user: User) -> frozenset[str]:
    mine = [grant.parties for grant in grants(user) if grant.role == RoleName.FOCAL_POINT]
    return frozenset().union(*mine)


def _vacant(waiting: Iterable[str]) -> bool:

    codes = set(waiting)
    filled_posts = set(
        Role.objects.current().filter(role=RoleName.FOCAL_POINT, party__in=codes).values_list("party", flat=True)
    )
    return bool(codes - filled_posts)


def _due(request: SupportRequest, today: date) -> date | None:
    stands = read_clock(request.history(), today, calendar(request))
    return next((due.due for due in stands if due.step == ENDORSE and due.ended is None), None)


def _unmeasured(request: SupportRequest) -> bool:
    return request.plan.exclude(indicator="").filter(result__isnull=True).exists()
