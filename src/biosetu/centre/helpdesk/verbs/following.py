"""What is asked half a year and a year after closing: who is asked, when, and what they answer, once."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.permissions import User, may
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import Candidate, FollowUp, SupportRequest, Taking
from biosetu.centre.helpdesk.verbs.moving import audit
from biosetu.cooperation import Refused
from biosetu.translation import N_

RATINGS = range(1, 6)
ASKED = {"requester": "rate_help", "provider": "rate_asking"}


def sides(user: User, request: SupportRequest) -> frozenset[str]:
    """Return the sides for which somebody answers: who asked (of a joint programme its focal points), who helped."""
    return frozenset(side for side, verb in ASKED.items() if may(user, verb, request))


@transaction.atomic
def follow_up(*, asked: FollowUp, by: Account, score: int, words: str = "") -> None:
    """Answer the two questions of one side, from the day on which they are asked; the answer stands."""
    if asked.side not in sides(by, asked.request):
        raise PermissionDenied
    if days.today() < asked.due_on:
        raise Refused(N_("This is asked on {day}."), day=asked.due_on.isoformat())
    if score not in RATINGS:
        raise Refused(N_("Choose 1 to 5."))
    waiting = FollowUp.objects.filter(pk=asked.pk, answered_on__isnull=True)
    if not waiting.update(score=score, words=words.strip(), answered_on=days.today()):
        raise Refused(N_("You have answered already."))
    audit(asked.request, by, "follow_up", {"months": asked.months, "side": asked.side, "score": score})


def concerned(asked: FollowUp) -> set[Account]:
    """Return who is asked."""
    request = asked.request
    if asked.side == "provider":
        helping = Candidate.objects.filter(request=request, chosen=True).select_related("provider__account")
        return {one.provider.account for one in helping if one.provider.account}
    if not request.joint:
        return {request.owner} if request.owner else set()
    codes = request.request_parties.filter(standing=Taking.PART).values("party")
    posts = Role.objects.current().filter(role="focal_point", party__in=codes).select_related("account")
    return {role.account for role in posts}
