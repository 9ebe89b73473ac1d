"""Taking a proposal over: the machine's list and the provider proposed become candidates of the request.

It goes through the verbs of the helpdesk, so that states, permissions and the record are theirs. A whole proposal is
taken over in the background, request by request, each in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may, visible_to
from biosetu.centre.audit.trail import record
from biosetu.centre.helpdesk.models import Answer, SupportRequest
from biosetu.centre.helpdesk.verbs import Listed, invite, keep_list
from biosetu.centre.matching.models import Assignment, AssignmentState, Line
from biosetu.centre.queue import task
from biosetu.cooperation import Refused, acts
from biosetu.translation import N_

NOT_NEWEST = N_("Only the newest proposal is taken over. Open that one.")
NOBODY = N_("The proposal found nobody for this request.")
TAKEN = N_("This is taken over already.")
GONE = N_("The provider that was proposed is not listed any more. Ask for a new proposal.")
TOLD = N_("Proposal %(number)d: %(taken)d taken over, %(refused)d could not be. Look at those that are left.")


def is_newest(assignment: Assignment) -> bool:
    """Return whether no later proposal of the centre is finished."""
    done = Assignment.objects.filter(centre=assignment.centre, state=AssignmentState.DONE)
    return assignment.state == AssignmentState.DONE and not done.filter(number__gt=assignment.number).exists()


@transaction.atomic
def take_over(*, line: Line, by: Account, and_invite: bool = False) -> None:
    """Make the machine's list and the provider proposed candidates of the request; invite the provider where asked.

    Raises `Refused` with what bars it. The invitation is made where the state of the request knows it.
    """
    if not may(by, "work", line.assignment):
        raise PermissionDenied
    if not is_newest(line.assignment):
        raise Refused(NOT_NEWEST)
    if line.provider_id is None:
        raise Refused(NOBODY)
    if not Line.objects.filter(pk=line.pk, taken_at=None).update(taken_at=timezone.now(), taken_by=by):
        raise Refused(TAKEN)
    request = SupportRequest.objects.get(pk=line.request_id)
    listed = [Listed(**one) for one in line.listed]
    origin: Mapping[str, object] = {"assignment": line.assignment.number, "proposed": line.provider_id}
    kept = keep_list(request=request, by=by, listed=listed, proposed=origin)
    proposed = next((one for one in kept if one.provider_id == line.provider_id), None)
    if proposed is None:
        raise Refused(GONE)
    if and_invite and request.state in acts()["invite"] and proposed.answer == Answer.LISTED:
        proposed.request = request
        invite(candidate=proposed, by=by)


@transaction.atomic
def take_over_all(*, assignment: Assignment, by: Account, and_invite: bool = False) -> None:
    """Take all that is left of a proposal over, in the background; who asked is told how it went."""
    if not may(by, "work", assignment):
        raise PermissionDenied
    if not is_newest(assignment):
        raise Refused(NOT_NEWEST)
    changes = {"assignment": assignment.number, "invited": and_invite}
    record(actor=by, verb="take_over", record="centre", record_id=assignment.centre, changes=changes)
    transaction.on_commit(lambda: perform_taking.enqueue(assignment.pk, by.pk, and_invite))


@task()
def perform_taking(pk: int, actor: int, and_invite: bool) -> None:
    """Take a whole proposal over (a task of the queue)."""
    take_rest(pk, actor, and_invite=and_invite)


def take_rest(pk: int, actor: int, *, and_invite: bool) -> tuple[int, int]:
    """Take over every line that is left and return how many were taken and how many were refused."""
    by = Account.objects.filter(pk=actor, is_active=True).first()
    assignment = Assignment.objects.get(pk=pk)
    if by is None:
        return 0, 0
    taken = refused = 0
    for line in list(left(assignment, by).select_related("assignment")):
        try:
            take_over(line=line, by=by, and_invite=and_invite)
        except (Refused, PermissionDenied):
            refused += 1
        else:
            taken += 1
    values = {"number": assignment.number, "taken": taken, "refused": refused}
    notify(by, TOLD, values, address=f"requests/assignment/{assignment.centre}/")
    return taken, refused


def left(assignment: Assignment, by: Account) -> QuerySet[Line]:
    """Return the lines with a provider that nobody took over, of the requests that somebody works on, worst first."""
    mine = visible_to(by, SupportRequest.objects.all(), "work")
    return Line.objects.filter(assignment=assignment, taken_at=None, provider__isnull=False, request__in=mine)
