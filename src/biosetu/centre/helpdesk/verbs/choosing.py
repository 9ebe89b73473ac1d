"""Who can help: the machine's list, invitations, answers, the officer's choice, and what is checked before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from biosetu import cooperation
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.audit.trail import as_pair
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import Answer, Candidate, SupportRequest
from biosetu.centre.helpdesk.verbs.moving import Raced, audit, claim, demand
from biosetu.cooperation import Refused
from biosetu.translation import LANGUAGES, N_, translations

if TYPE_CHECKING:
    from biosetu.cooperation import Fit

SHORTLIST = 10
ASKED_TO_HELP = N_("%(reference)s %(title)s: can you help?")


@transaction.atomic
def list_candidates(*, request: SupportRequest, by: Account, most: int = SHORTLIST) -> list[Candidate]:
    """Let the machine make the shortlist; its ranks and reasons are kept beside what the officer chooses."""
    demand(by, "work", request)
    offers = [provider.offer() for provider in Provider.objects.filter(standing="listed", consented_on__isnull=False)]
    if not offers:
        raise Refused(N_("No provider is listed in the directory yet."))
    matched = cooperation.fit([request.question()], offers, days.today().year, centre=request.centre)
    listed = [int(column) for column in cooperation.shortlist(matched, 0, most)]
    kept = request.candidates.exclude(answer=Answer.LISTED, chosen=False).values_list("provider_id", flat=True)
    request.candidates.exclude(provider_id__in=list(kept)).delete()
    for rank, column in enumerate(listed, start=1):
        Candidate.objects.update_or_create(
            request=request,
            provider_id=int(offers[column].provider),
            defaults={
                "rank": rank,
                "score": float(matched.total[0, column]),
                "why": _in_languages(cooperation.reasons, matched, column),
                "lacks": _in_languages(cooperation.lacking, matched, column),
            },
        )
    audit(request, by, "list", {"candidates": [int(offers[column].provider) for column in listed]})
    return list(request.candidates.select_related("provider"))


def _in_languages(tell: Callable[..., tuple[str, ...]], matched: Fit, column: int) -> dict[str, str]:
    return {code: "; ".join(tell(matched, 0, column, translations(code).gettext)) for code in LANGUAGES}


@transaction.atomic
def invite(*, candidate: Candidate, by: Account) -> None:
    """Invite a provider of the shortlist."""
    demand(by, "work", candidate.request)
    _answer(candidate, Answer.INVITED, (Answer.LISTED, Answer.DECLINED, Answer.RELEASED))
    values = {"reference": candidate.request.reference, "title": candidate.request.title}
    notify(candidate.provider.account, ASKED_TO_HELP, values, address=f"requests/{candidate.request.reference}/")
    audit(candidate.request, by, "invite", {"provider": candidate.provider_id})


@transaction.atomic
def answer_invitation(*, candidate: Candidate, by: Account, accept: bool) -> None:
    """Answer an invitation; only the provider's own account does."""
    if candidate.provider.account_id is None or candidate.provider.account_id != by.pk:
        raise PermissionDenied
    _answer(candidate, Answer.ACCEPTED if accept else Answer.DECLINED, (Answer.INVITED,))
    audit(candidate.request, by, "accept" if accept else "decline_invitation", {"provider": candidate.provider_id})


def _answer(candidate: Candidate, answer: Answer, before: Iterable[Answer]) -> None:
    if not Candidate.objects.filter(pk=candidate.pk, answer__in=list(before)).update(answer=answer):
        raise Raced
    candidate.answer = answer


@transaction.atomic
def choose(*, candidate: Candidate, by: Account) -> None:
    """Choose a provider that accepted; the machine's rank stays on record beside the choice."""
    demand(by, "work", candidate.request)
    if candidate.answer != Answer.ACCEPTED:
        raise Refused(N_("This provider has not accepted yet."))
    claim(candidate.request)
    before = candidate.request.candidates.filter(chosen=True).values_list("provider_id", flat=True).first()
    candidate.request.candidates.update(chosen=False)
    Candidate.objects.filter(pk=candidate.pk).update(chosen=True)
    candidate.chosen = True
    chosen = as_pair((str(before or ""), str(candidate.provider_id)))
    audit(candidate.request, by, "choose", {"provider": chosen, "rank": candidate.rank})


@transaction.atomic
def check_off(*, request: SupportRequest, by: Account, what: str) -> None:
    """Confirm `safeguards` or `due_diligence` before agreeing."""
    fields = {"safeguards": "safeguards_done", "due_diligence": "due_diligence_done"}
    if what not in fields:
        raise Refused(N_("Only safeguards and due diligence are checked off."))
    demand(by, "work", request)
    before = getattr(request, fields[what])
    claim(request, **{fields[what]: True})
    audit(request, by, what, {fields[what]: as_pair((str(before).lower(), "true"))})
