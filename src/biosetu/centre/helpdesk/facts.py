"""What the guards of the state table look at, read from the records; and which roles a person has for a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from biosetu.centre.accounts.models import Account, Role, RoleName
from biosetu.centre.accounts.permissions import User, centres_for, parties_for, table, ways
from biosetu.centre.helpdesk.models import (
    Answer,
    Check,
    ConsentRecord,
    ConsentStatus,
    PlanItem,
    Step,
    SupportRequest,
    Taking,
    as_named,
)
from biosetu.cooperation import Due, Event, Facts, calendar_of, read_clock
from biosetu.cooperation.forms import YES, filled, parts

ENDORSE, CONFIRM = "endorse", "confirm"
TAKEN_BACK = frozenset({ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN})
CENTRE_ROLES = frozenset({RoleName.OFFICER, RoleName.MANAGER})
BY_REQUEST = {"own": "requester", "delivering": "provider"}


def roles_for(user: User, request: SupportRequest) -> frozenset[str]:
    """Return the roles of the state table that a person has for this request: lines `act` of the table of permissions.

    Who asks and who was chosen to help have their role by the request, all others by what they hold.
    """
    return frozenset(BY_REQUEST.get(scope, role) for role, scope in ways(user, "act", request))


def facts(request: SupportRequest, user: User, today: date | None = None) -> Facts:
    """Return what is true of a request today, for the guards."""
    now = today or request.today()
    rows = request.taking_part()
    values = request.values
    consents = newest_consents(request)
    checks = request.checks()
    objections = request.objections.filter(settled_on__isnull=True).count()
    waiting = [row.party for row in rows if not row.stands(values)]
    due = _due(request, now)
    stop = _stop(request)
    return Facts(
        today=now,
        filled=filled(values) | ({"title"} if request.title else frozenset()),
        parties=frozenset(row.party for row in rows),
        endorsed=frozenset(row.party for row in rows) - frozenset(waiting),
        rewritten=frozenset(row.party for row in rows if row.rewritten(values)),
        actor_parties=parties_for(user, "endorse", "party"),
        joint=request.joint,
        asks=isinstance(user, Account) and request.owner_id == user.pk,
        information_only=_yes(values.get("information_only", "")),
        endorsement_due=min(due.values(), default=None),
        rewriting_due=min((due[row.party] for row in rows if row.party in due and row.rewritten(values)), default=None),
        focal_point_vacant=bool(vacant(waiting)),
        touches_communities=touched(request, consents),
        unheard=unheard(request, consents),
        consents=tuple(record.standing() for record in consents),
        safeguards_done=Check.What.SAFEGUARDS in checks,
        due_diligence_done=Check.What.DUE_DILIGENCE in checks,
        provider_accepted=request.candidates.filter(chosen=True, answer=Answer.ACCEPTED).exists(),
        indicators_planned=_measurable(request).exists(),
        results_recorded=not _measurable(request).filter(result__isnull=True).exists(),
        report_written=hasattr(request, "closure") and bool(request.closure.public.strip()),
        objections_open=objections,
        stopped_by_holders=stop is not None,
        holders_gone=stop is not None and not _is_spoken_for(stop),
        previous_state=request.previous_state,
        previous_ball=request.previous_ball or "centre",
    )


def newest_consents(request: SupportRequest) -> list[ConsentRecord]:
    """Return the newest record of every people concerned: that is what holds."""
    return list({record.people.casefold(): record for record in request.consents.order_by("pk")}.values())


def touched(request: SupportRequest, consents: Iterable[ConsentRecord]) -> bool:
    """Return whether consent is needed: it is said so, somebody is named whose it is, or somebody decided."""
    said = _yes(request.values.get("touches_communities", "")) or bool(parts(request.values.get("holders", "")))
    return said or any(True for _ in consents)


def unheard(request: SupportRequest, consents: Iterable[ConsentRecord]) -> tuple[str, ...]:
    """Return the organizations whose consent is needed and that have not decided, by the names given in the form."""
    heard = {as_named(record.holder) for record in consents}
    return tuple(name for name in parts(request.values.get("holders", "")) if as_named(name) not in heard)


def lacks_consent(request: SupportRequest) -> bool:
    """Return whether consent is needed and is not on record or does not stand today, whoever objected."""
    consents = newest_consents(request)
    if not touched(request, consents):
        return False
    standing = all(record.standing().stands(request.today()) for record in consents)
    return not consents or bool(unheard(request, consents)) or not standing


def withheld(requests: Iterable[SupportRequest]) -> frozenset[int]:
    """Return the requests (keys) of which people concerned refused or took back their consent: no results are shown."""
    newest: dict[tuple[int, str], str] = {}
    rows = ConsentRecord.objects.filter(request__in=list(requests)).order_by("pk")
    for request, people, status in rows.values_list("request_id", "people", "status"):
        newest[request, people.casefold()] = status
    return frozenset(request for (request, _), status in newest.items() if status in TAKEN_BACK)


def _stop(request: SupportRequest) -> Step | None:
    """Return the step by which a community stopped the work, unless it consented since: another's consent releases
    nothing, also where the account of who stopped it is erased. The manager's settlement ends it.
    """
    if request.state != "on_hold":
        return None
    stopping = Q(after="on_hold") & (~Q(before="on_hold") | Q(verb="settle_stop"))
    last = request.steps.filter(stopping).last()
    if last is None or last.verb != "stop_work":
        return None
    given = request.consents.filter(status=ConsentStatus.GIVEN, at__gte=last.at)
    theirs = _stopping_offices(last)
    released = any(
        as_named(one.holder) in theirs or (last.actor_id is not None and one.recorded_by_id == last.actor_id)
        for one in given
    )
    return None if released else last


def _stopping_offices(step: Step) -> frozenset[str]:
    """Return the organizations that stopped the work; steps before the office was kept tell it by who pressed."""
    if step.office:
        return frozenset({step.office})
    held = step.actor.roles.filter(role=RoleName.COMMUNITY) if step.actor else Role.objects.none()
    return frozenset(map(as_named, held.values_list("office", flat=True))) - {""}


def _is_spoken_for(step: Step) -> bool:
    """Return whether somebody speaks today for those who stopped the work."""
    among = sorted(step.request.parties_of())
    posts = Role.objects.current().filter(role=RoleName.COMMUNITY, party__in=among, account__is_active=True)
    theirs = _stopping_offices(step)
    return any(
        account == step.actor_id or as_named(office) in theirs
        for account, office in posts.values_list("account_id", "office")
    )


def office_of(by: Account, request: SupportRequest) -> str:
    """Return the community organization for which somebody speaks on a request, one that it names before others."""
    among = request.parties_of()
    held = [role.office for role in by.roles.current().filter(role=RoleName.COMMUNITY) if role.covered() & among]
    return next((office for office in held if request.names(office)), next(iter(held), ""))


def clock(request: SupportRequest, today: date | None = None) -> tuple[Due, ...]:
    """Return where the promises stand, in the days of the request's first Party."""
    return read_clock(request.history(), today or request.today(), calendar_of(request.first_party()))


def _yes(value: str) -> bool:
    return value.strip().casefold() in YES


def at_centre(user: User) -> bool:
    """Return whether somebody is officer or manager of a support centre today, not of one Party alone."""
    return bool(centres_for(user, "account_for"))


def focal_parties(user: User) -> frozenset[str]:
    """Return the Parties for which somebody speaks as focal point today, for whatever subject."""
    return parties_for(user, "speak", "party")


def vacant(codes: Iterable[str]) -> frozenset[str]:
    """Return those of the Parties for which nobody endorses today (data/focal_points.csv says which posts do)."""
    asked = frozenset(codes)
    posts = Role.objects.current().endorsing().filter(party__in=asked)
    return asked - frozenset(posts.values_list("party", flat=True))


def silent(request: SupportRequest, today: date) -> frozenset[str]:
    """Return the Parties that let pass the day until which they may endorse, or confirm what was rewritten."""
    return frozenset(party for party, until in _due(request, today).items() if today > until)


def _due(request: SupportRequest, today: date) -> dict[str, date]:
    """Return the day until which each Party that has still to may endorse, or confirm what was rewritten.

    One that was named after the request was sent has the days of the promise from then on.
    """
    promised = {due.step: due.due for due in clock(request, today) if due.ended is None}
    calendar, until = calendar_of(request.first_party()), {}
    for row in request.taking_part():
        asked = CONFIRM if row.rewritten(request.values) else ENDORSE
        if row.stands(request.values) or asked not in promised:
            continue
        own = [Event("submit", row.named_on, request.ball)] if row.named_on else []
        later = [due.due for due in read_clock(own, today, calendar) if due.step == asked]
        until[row.party] = max([promised[asked], *later])
    return until


def may_be_asking(request: SupportRequest) -> list[tuple[Account, str]]:
    """Return who may ask for a Party of a request, with the office: people whose role opens requests for it."""
    roles = [line.role for line in table() if (line.verb, line.record) == ("open", "request")]
    held = Role.objects.current().filter(role__in=roles, party__in=request.parties_of(), account__is_active=True)
    return list(
        {role.account: role.office for role in held.select_related("account").order_by("account__name", "pk")}.items()
    )


def _measurable(request: SupportRequest) -> QuerySet[PlanItem]:
    """Return the lines of the plan to be measured; those of a Party that left are let go."""
    gone = request.request_parties.exclude(standing=Taking.PART).values("party")
    return request.plan.exclude(indicator="").exclude(party__in=gone)
