"""Reminders and escalation: who is told when a promise comes due, that work stops where consent has ended, and what is
asked half a year and a year after closing.

Runs through the queue (`biosetu.centre.reminders`); every message goes out once for each promise and day it began.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.notices import notify
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.asking import schedule
from biosetu.centre.helpdesk.facts import CONFIRM, ENDORSE, lacks_consent
from biosetu.centre.helpdesk.models import TAKING_PART, Answer, FollowUp, SupportRequest, Told
from biosetu.centre.helpdesk.verbs.following import concerned
from biosetu.centre.helpdesk.verbs.moving import ENDED, NOT_ON_RECORD, Raced, hold_for_consent, refresh_clock
from biosetu.cooperation import FINAL, Due
from biosetu.cooperation.following import ESCALATION, PROMPT, REMINDER, follow_ups
from biosetu.translation import N_

DUE_SOON = N_("%(reference)s %(title)s: a promise is due on %(due)s.")
OVERDUE = N_("%(reference)s %(title)s: a promise was due on %(due)s and is not kept.")
ASKED = {
    PROMPT: N_("%(reference)s %(title)s: two questions, %(months)s months after closing."),
    REMINDER: N_("%(reference)s %(title)s: two questions still wait for an answer."),
    ESCALATION: N_("%(reference)s %(title)s: nobody answered the questions %(months)s months after closing."),
}
ANSWERING = "provider_answer"
KINDS = {"due soon": (REMINDER, "officer", DUE_SOON), "overdue": (ESCALATION, "manager", OVERDUE)}


def tick() -> int:
    """Look at every open request and every question that is due once; return how many messages went out."""
    rows = SupportRequest.objects.exclude(state__in=[*FINAL, "draft"]).prefetch_related("request_parties", "steps")
    told = sum(_look(row) for row in rows.iterator(chunk_size=500))
    _schedule()
    due = FollowUp.objects.filter(answered_on__isnull=True, due_on__lte=days.today()).select_related("request__owner")
    return told + sum(_ask(one) for one in due.iterator(chunk_size=500))


def _schedule() -> None:
    """Keep what will be asked of requests that were closed before anybody was asked."""
    closed = SupportRequest.objects.filter(state="closed", closure__isnull=False, follow_ups__isnull=True)
    for request in closed:
        if last := request.steps.filter(after="closed").last():
            schedule(request, timezone.localdate(last.at))


def _ask(asked: FollowUp) -> int:
    """Send what has come due of a question: it, a reminder, and to the centre that no answer came."""
    table = next(one for one in follow_ups() if (one.months, one.side) == (asked.months, asked.side))
    step, request = f"follow_up_{asked.months}_{asked.side}", asked.request
    sent = 0
    for kind in table.kinds(asked.due_on, days.today()):
        people = _held("officer", request) if kind == ESCALATION else concerned(asked)
        values: dict[str, int | str] = {
            "reference": request.reference,
            "title": request.title,
            "months": asked.months,
        }
        sent += _once(request, step, asked.due_on, kind, people, ASKED[kind], values)
    return sent


def _look(request: SupportRequest) -> int:
    if request.state in {"agreed", "under_way"} and lacks_consent(request):
        try:
            hold_for_consent(request, ENDED if request.consents.exists() else NOT_ON_RECORD)
        except Raced:  # somebody works on it this moment; the next look finds it as it is then
            return 0
        request = SupportRequest.objects.get(pk=request.pk)
    return sum(_tell(request, due) for due in refresh_clock(request) if due.status in KINDS)


def _tell(request: SupportRequest, due: Due) -> int:
    kind, role, message = KINDS[due.status]
    values = {"reference": request.reference, "title": request.title, "due": due.due.isoformat()}
    return _once(request, due.step, due.started, kind, _people(request, role, due.step), message, values)


def _once(
    request: SupportRequest,
    step: str,
    started: date,
    kind: str,
    people: Collection[Account],
    message: str,
    values: Mapping[str, int | str],
) -> int:
    """Tell people, unless that was done; return how many were told."""
    try:
        with transaction.atomic():
            Told.objects.create(request=request, step=step, started=started, kind=kind)
            for account in people:
                notify(account, message, values, address=f"requests/{request.reference}/")
    except IntegrityError:
        return 0
    return len(people)


def _held(role: str, request: SupportRequest) -> set[Account]:
    held = Role.objects.current().filter(role=role, centre=request.centre).select_related("account")
    return {one.account for one in held}


def _people(request: SupportRequest, role: str, step: str) -> set[Account]:
    """Return who is told: the centre's officers or managers; focal points too where the step is theirs."""
    people = _held(role, request)
    if step in {ENDORSE, CONFIRM}:
        rows = request.request_parties.filter(standing__in=TAKING_PART)
        waiting = [row.party for row in rows if not row.stands(request.values)]
        posts = Role.objects.current().endorsing().filter(party__in=waiting).select_related("account")
        people |= {one.account for one in posts}
    if step == ANSWERING:
        asked = request.candidates.filter(answer=Answer.INVITED, provider__account__isnull=False)
        people |= {one.provider.account for one in asked.select_related("provider__account") if one.provider.account}
    return people
