"""What the guards of the state table look at, read from the records; and which roles a person has for a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from biosetu.centre.accounts.models import Account, Role, RoleName
from biosetu.centre.accounts.permissions import Grant, User, grants
from biosetu.centre.helpdesk.models import (
    Answer,
    Check,
    ConsentRecord,
    ConsentStatus,
    PlanItem,
    SupportRequest,
    Taking,
)
from biosetu.cooperation import Due, Facts, calendar_of, read_clock
from biosetu.cooperation.forms import YES, filled

ENDORSE = "endorse"
TAKEN_BACK = frozenset({ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN})
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
    now = today or request.today()
    rows = request.taking_part()
    values = request.values
    consents = newest_consents(request)
    checks = request.checks()
    objections = request.objections.filter(settled_on__isnull=True).count()
    return Facts(
        today=now,
        filled=filled(values) | ({"title"} if request.title else frozenset()),
        parties=frozenset(row.party for row in rows),
        endorsed=frozenset(row.party for row in rows if row.endorsed_on),
        actor_parties=focal_parties(user),
        joint=request.joint,
        asks=isinstance(user, Account) and request.owner_id == user.pk,
        information_only=_yes(values.get("information_only", "")),
        endorsement_due=endorsement_due(request, now),
        focal_point_vacant=bool(vacant(row.party for row in rows if not row.endorsed_on)),
        touches_communities=_yes(values.get("touches_communities", "")) or bool(consents),
        consents=tuple(record.standing() for record in consents),
        safeguards_done=Check.What.SAFEGUARDS in checks,
        due_diligence_done=Check.What.DUE_DILIGENCE in checks,
        provider_accepted=request.candidates.filter(chosen=True, answer=Answer.ACCEPTED).exists(),
        indicators_planned=_measurable(request).exists(),
        results_recorded=not _measurable(request).filter(result__isnull=True).exists(),
        report_written=hasattr(request, "closure") and bool(request.closure.public.strip()),
        objections_open=objections,
        stopped_by_holders=_stopped(request),
        previous_state=request.previous_state,
        previous_ball=request.previous_ball or "centre",
    )


def newest_consents(request: SupportRequest) -> list[ConsentRecord]:
    """Return the newest record of every people concerned: that is what holds."""
    return list({record.people.casefold(): record for record in request.consents.order_by("pk")}.values())


def withheld(requests: Iterable[SupportRequest]) -> frozenset[int]:
    """Return the requests (keys) of which people concerned refused or took back their consent: no results are shown."""
    newest: dict[tuple[int, str], str] = {}
    rows = ConsentRecord.objects.filter(request__in=list(requests)).order_by("pk")
    for request, people, status in rows.values_list("request_id", "people", "status"):
        newest[request, people.casefold()] = status
    return frozenset(request for (request, _), status in newest.items() if status in TAKEN_BACK)


def _stopped(request: SupportRequest) -> bool:
    """Return whether a community stopped the work and has not consented since: another's consent releases nothing."""
    if request.state != "on_hold":
        return False
    last = request.steps.filter(after="on_hold").exclude(before="on_hold").last()
    if last is None or last.verb != "stop_work":
        return False
    since = request.consents.filter(status=ConsentStatus.GIVEN, at__gte=last.at)
    if last.actor is not None:
        since = since.filter(holder__in=last.actor.roles.filter(role=RoleName.COMMUNITY).values("office"))
    return not since.exists()


def clock(request: SupportRequest, today: date | None = None) -> tuple[Due, ...]:
    """Return where the promises stand, in the days of the request's first Party."""
    return read_clock(request.history(), today or request.today(), calendar_of(request.first_party()))


def _yes(value: str) -> bool:
    return value.strip().casefold() in YES


def at_centre(user: User) -> bool:
    """Return whether somebody is officer or manager of a support centre today, not of one Party alone."""
    return any(grant.role in CENTRE_ROLES and not grant.for_party for grant in grants(user))


def focal_parties(user: User) -> frozenset[str]:
    """Return the Parties for which somebody is focal point today."""
    mine = [grant.parties for grant in grants(user) if grant.role == RoleName.FOCAL_POINT]
    return frozenset().union(*mine)


def vacant(codes: Iterable[str]) -> frozenset[str]:
    """Return those of the Parties that have no focal point today."""
    asked = frozenset(codes)
    posts = Role.objects.current().filter(role=RoleName.FOCAL_POINT, party__in=asked)
    return asked - frozenset(posts.values_list("party", flat=True))


def endorsement_due(request: SupportRequest, today: date) -> date | None:
    """Return the day until which the focal point may answer; None where nothing waits for it."""
    return next((due.due for due in clock(request, today) if due.step == ENDORSE and due.ended is None), None)


def _measurable(request: SupportRequest) -> QuerySet[PlanItem]:
    """Return the lines of the plan to be measured; those of a Party that left are let go."""
    gone = request.request_parties.exclude(standing=Taking.PART).values("party")
    return request.plan.exclude(indicator="").exclude(party__in=gone)
