"""What the people concerned decide, and what they object to."""

from __future__ import annotations

from django.apps import apps
from django.db import transaction
from django.db.models import Q

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.notices import notify
from biosetu.centre.audit.trail import as_pair
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import TAKEN_BACK, newest_consents
from biosetu.centre.helpdesk.models import ConsentRecord, Objection, SupportRequest
from biosetu.centre.helpdesk.verbs.moving import Raced, act, audit, claim, demand
from biosetu.cooperation import Refused
from biosetu.translation import N_

OBJECTED = N_("%(reference)s %(title)s: there is an objection to settle.")


@transaction.atomic
def record_consent(*, request: SupportRequest, by: Account, **fields: object) -> ConsentRecord:
    """Record what people concerned decided. Only a holder (a community's account) enters, narrows or withdraws it.

    Where the decision is not a standing consent and work is agreed or under way, work stops in the same moment.
    """
    demand(by, "consent", request)
    holder = _office(by, request)
    people = str(fields.get("people", "")).strip()
    newest = {one.people.casefold(): one for one in newest_consents(request)}
    before = newest.get(people.casefold())
    if before is not None and before.holder != holder:
        raise Refused(
            N_("The decision of these people was entered by {holder}; only they change it."), holder=before.holder
        )
    made = ConsentRecord(request=request, recorded_by=by, holder=holder, **{**fields, "people": people})
    made.full_clean()
    made.save()
    audit(request, by, "consent", _told(before, made), {"people": made.people})
    claim(request)
    if made.status in TAKEN_BACK:
        _withdraw_knowledge(request, by)
    if request.state in {"agreed", "under_way"} and not made.standing().stands(request.today()):
        act(request=request, verb="stop_work", by=by)
    return made


def _told(before: ConsentRecord | None, made: ConsentRecord) -> dict[str, object]:
    """Return what is decided now beside what was decided before, as the audit keeps it."""
    earlier = (before.status, str(before.expires or "")) if before else ("", "")
    return {"status": as_pair((earlier[0], made.status)), "expires": as_pair((earlier[1], str(made.expires or "")))}


def _withdraw_knowledge(request: SupportRequest, by: Account) -> None:
    """Take what was drafted from this request out of the library, at once; it waits for the holders, as knowledge."""
    shown = Q(knowledge=False) | Q(released_on__isnull=False)
    drafted = apps.get_model("library", "Item").objects.filter(shown, request=request)
    taken = [(item.pk, {**item.values, "knowledge": "yes"}) for item in drafted]
    for pk, values in taken:
        drafted.model.objects.filter(pk=pk).update(knowledge=True, values=values, released_on=None, changed=days.now())
    if taken:
        audit(request, by, "take_back", {"items": [pk for pk, _ in taken]})


def _office(by: Account, request: SupportRequest) -> str:
    """Return the community organization for which somebody speaks on this request."""
    among = request.parties_of()
    held = [role.office for role in by.roles.current().filter(role="community") if role.covered() & among]
    return next((office for office in held if request.names(office)), next(iter(held), ""))


@transaction.atomic
def object_to(*, request: SupportRequest, by: Account, text: str) -> Objection:
    """Raise an objection; it reaches the manager and bars every step towards work until it is settled."""
    if not text.strip():
        raise Refused(N_("Say what you object to."))
    demand(by, "object", request, "object")
    objection = Objection.objects.create(request=request, text=text.strip(), raised_by=by)
    audit(request, by, "object")
    for role in Role.objects.current().filter(role="manager", centre=request.centre).select_related("account"):
        values = {"reference": request.reference, "title": request.title}
        notify(role.account, OBJECTED, values, address=f"requests/{request.reference}/")
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
