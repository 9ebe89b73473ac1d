"""Reminders and escalation: who is told when a promise comes due, and that work stops where consent has ended.

Runs once a day through the queue's worker (`tick`); every message goes out once for each promise and day it began.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.notices import notify
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import calendar, newest_consents
from biosetu.centre.helpdesk.models import TAKING_PART, SupportRequest, Told
from biosetu.centre.helpdesk.verbs.moving import hold_for_consent, refresh_clock
from biosetu.cooperation import FINAL, Due, read_clock
from biosetu.translation import N_

REMINDER = N_("%(reference)s %(title)s: a promise is due on %(due)s.")
ESCALATION = N_("%(reference)s %(title)s: a promise was due on %(due)s and is not kept.")
KINDS = {"due soon": ("reminder", "officer", REMINDER), "overdue": ("escalation", "manager", ESCALATION)}


def tick() -> int:
    """Look at every open request once; return how many messages went out."""
    rows = SupportRequest.objects.exclude(state__in=[*FINAL, "draft"]).prefetch_related("request_parties", "steps")
    return sum(_look(row) for row in rows.iterator(chunk_size=500))


def _look(request: SupportRequest) -> int:
    if request.state in {"agreed", "under_way"} and _consent_ended(request):
        hold_for_consent(request)
    stands = read_clock(request.history(), days.today(), calendar(request))
    refresh_clock(request)
    return sum(_tell(request, due) for due in stands if due.status in KINDS)


def _consent_ended(request: SupportRequest) -> bool:
    return any(not record.standing().stands(days.today()) for record in newest_consents(request))


def _tell(request: SupportRequest, due: Due) -> int:
    kind, role, message = KINDS[due.status]
    people = _people(request, role, due.step)
    try:
        with transaction.atomic():
            Told.objects.create(request=request, step=due.step, started=due.started, kind=kind)
            values = {"reference": request.reference, "title": request.title, "due": due.due.isoformat()}
            for account in people:
                notify(account, message, values, address=f"requests/{request.reference}/")
    except IntegrityError:
        return 0
    return len(people)


def _people(request: SupportRequest, role: str, step: str) -> set[Account]:
    """Return who is told: the centre's officers or managers; focal points too where the step is theirs."""
    held = Role.objects.current().select_related("account")
    found: Iterable[Role] = held.filter(role=role, centre=request.centre)
    people = {one.account for one in found}
    if step == "endorse":
        waiting = request.request_parties.filter(endorsed_on__isnull=True, standing__in=TAKING_PART).values("party")
        people |= {one.account for one in held.filter(role="focal_point", party__in=waiting)}
    return people
