"""What the people concerned decide, and what they object to."""

from __future__ import annotations

from django.db import transaction

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.audit.trail import as_pair
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import CENTRE_ROLES, newest_consents, office_of, touched
from biosetu.centre.helpdesk.models import ConsentRecord, ConsentStatus, Objection, SupportRequest, as_named
from biosetu.centre.helpdesk.verbs.moving import Raced, act, audit, audit_taken, claim, demand, tell_all
from biosetu.centre.library.holding import hear, withhold
from biosetu.cooperation import Refused
from biosetu.translation import N_

PASS_ON = N_(
    "%(reference)s %(title)s: people concerned decided after the hand-over. Send the other centre the signed file anew."
)
OBJECTED = N_("%(reference)s %(title)s: there is an objection to settle.")


@transaction.atomic
def record_consent(*, request: SupportRequest, by: Account, **fields: object) -> ConsentRecord:
    """Record what people concerned decided. Only a holder (a community's account) enters, narrows or withdraws it.

    Where the decision is not a standing consent and work is agreed or under way, work stops in the same moment.
    """
    demand(by, "consent", request)
    holder = office_of(by, request)
    people = str(fields.get("people", "")).strip()
    decided = newest_consents(request)
    before = {one.people.casefold(): one for one in decided}.get(people.casefold())
    if before is not None and as_named(before.holder) != as_named(holder):
        raise Refused(
            N_("The decision of these people was entered by {holder}; only they change it."), holder=before.holder
        )
    made = ConsentRecord(request=request, recorded_by=by, holder=holder, **{**fields, "people": people})
    made.full_clean()
    made.save()
    audit(request, by, "consent", _told(before, made), {"people": made.people})
    claim(request)
    anew = made.status != ConsentStatus.GIVEN or not touched(request, decided)
    audit_taken(request, by, withhold(request) if anew else hear(request))
    if anew and request.state == "handed_over":
        tell_of_decisions(request, by, PASS_ON)
    if request.state in {"agreed", "under_way"} and not made.standing().stands(request.today()):
        act(request=request, verb="stop_work", by=by)
    return made


def tell_of_decisions(request: SupportRequest, by: Account, message: str) -> None:
    """Leave a notice with the officers and managers of a request's centre, but not with who did it."""
    posts = Role.objects.current().filter(role__in=CENTRE_ROLES, centre=request.centre).select_related("account")
    tell_all(request, {role.account for role in posts} - {by}, message)


def _told(before: ConsentRecord | None, made: ConsentRecord) -> dict[str, object]:
    """Return what is decided now beside what was decided before, as the audit keeps it."""
    earlier = (before.status, str(before.expires or "")) if before else ("", "")
    return {"status": as_pair((earlier[0], made.status)), "expires": as_pair((earlier[1], str(made.expires or "")))}


@transaction.atomic
def object_to(*, request: SupportRequest, by: Account, text: str) -> Objection:
    """Raise an objection; it reaches the manager and bars every step towards work until it is settled."""
    if not text.strip():
        raise Refused(N_("Say what you object to."))
    demand(by, "object", request, "object")
    objection = Objection.objects.create(request=request, text=text.strip(), raised_by=by)
    audit(request, by, "object")
    managers = Role.objects.current().filter(role="manager", centre=request.centre).select_related("account")
    tell_all(request, {role.account for role in managers}, OBJECTED)
    return objection


@transaction.atomic
def settle(*, objection: Objection, by: Account, how: str) -> None:
    """Settle an objection, with the words on which it was settled; the manager's duty."""
    demand(by, "settle", objection.request)
    if not how.strip():
        raise Refused(N_("Say how it was settled."))
    if not Objection.objects.filter(pk=objection.pk, settled_on__isnull=True).update(
        settled_on=days.today(), settlement=how.strip()
    ):
        raise Raced
    audit(objection.request, by, "settle")
