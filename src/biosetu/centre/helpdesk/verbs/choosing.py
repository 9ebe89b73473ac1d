"""Who can help: the machine's list, invitations, answers, the officer's choice, and what is checked before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from biosetu import cooperation
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import as_pair
from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.centre.directory.offers import listed_offers, works_of
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import Answer, Candidate, Check, Choice, SupportRequest
from biosetu.centre.helpdesk.verbs.moving import Raced, audit, claim, demand, in_state
from biosetu.centre.matching.weights import weights_of
from biosetu.cooperation import Refused
from biosetu.translation import LANGUAGES, N_, Voice, say

if TYPE_CHECKING:
    from biosetu.cooperation import Fit

SHORTLIST = 10
BARRED = N_("A conflict bars this provider: {why}.")
UNLISTED = N_("This provider is not listed in the directory any more.")
ASKED_TO_HELP = N_("%(reference)s %(title)s: can you help?")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the machine's list: the provider's key, rank, score, and reasons and what is missing by language."""

    provider: int
    rank: int
    score: float
    why: dict[str, str]
    lacks: dict[str, str]


def listing(matched: Fit, row: int, ranked: Iterable[tuple[int, int]]) -> list[Listed]:
    """Return the lines of the machine's list for one request; `ranked` are pairs of rank and column."""
    return [
        Listed(
            int(matched.providers[column].provider),
            rank,
            float(matched.total[row, column]),
            _in_languages(cooperation.reasons, matched, row, column),
            _in_languages(cooperation.lacking, matched, row, column),
        )
        for rank, column in ranked
    ]


@transaction.atomic
def list_candidates(*, request: SupportRequest, by: Account, most: int = SHORTLIST) -> list[Candidate]:
    """Let the machine make the shortlist; its ranks and reasons are kept beside what the officer chooses."""
    demand(by, "work", request, "list")
    offers = listed_offers()
    if not offers:
        raise Refused(N_("No provider is listed in the directory yet."))
    weights = weights_of(request.centre)
    matched = cooperation.fit([request.question()], offers, days.today().year, weights=weights, works=works_of(offers))
    return keep_list(request=request, by=by, listed=listing(matched, 0, cooperation.ranked(matched, 0, most)))


@transaction.atomic
def keep_list(
    *, request: SupportRequest, by: Account, listed: Sequence[Listed], proposed: Mapping[str, object] | None = None
) -> list[Candidate]:
    """Keep the machine's newest list of candidates; who was asked already stays, without rank where it left them out.

    proposed: where the list comes from, for the record, if it was not made for this request alone.
    """
    demand(by, "work", request, "list")
    claim(request)
    request.candidates.filter(answer=Answer.LISTED, chosen=False).delete()
    request.candidates.update(rank=None, score=None)
    still = set(
        Provider.objects.filter(PUBLISHED, pk__in=[one.provider for one in listed]).values_list("pk", flat=True)
    )
    Candidate.objects.bulk_create(
        [
            Candidate(request=request, provider_id=one.provider, rank=one.rank, score=one.score, why=one.why,
                      lacks=one.lacks)
            for one in listed
            if one.provider in still
        ],
        update_conflicts=True,
        unique_fields=["request", "provider"],
        update_fields=["rank", "score", "why", "lacks"],
    )  # fmt: skip
    audit(request, by, "list", {"candidates": [one.provider for one in listed], **(proposed or {})})
    return list(request.candidates.select_related("provider"))


def _in_languages(
    tell: Callable[[Fit, int, int, Voice], tuple[str, ...]], matched: Fit, row: int, column: int
) -> dict[str, str]:
    return {code: "; ".join(tell(matched, row, column, Voice(code))) for code in LANGUAGES}


def demand_eligible(request: SupportRequest, provider: Provider) -> None:
    """Raise `Refused` where a provider is not listed any more, or a conflict as it is told today excludes it."""
    if not provider.is_published():
        raise Refused(UNLISTED)
    found = cooperation.find_conflicts([request.question()], [provider.offer()], days.today().year)
    barring = next((one for one in found.get((0, 0), ()) if one.excludes), None)
    if barring is not None:
        raise Refused(say(BARRED, why=(barring.explanation,)))


@transaction.atomic
def invite(*, candidate: Candidate, by: Account) -> None:
    """Invite a provider of the shortlist."""
    demand(by, "work", candidate.request, "invite")
    demand_eligible(candidate.request, candidate.provider)
    _answer(candidate, Answer.INVITED, (Answer.LISTED, Answer.DECLINED, Answer.RELEASED))
    values = {"reference": candidate.request.reference, "title": candidate.request.title}
    notify(candidate.provider.account, ASKED_TO_HELP, values, address=f"requests/{candidate.request.reference}/")
    audit(candidate.request, by, "invite", {"provider": candidate.provider_id})


@transaction.atomic
def answer_invitation(*, candidate: Candidate, by: Account, accept: bool) -> None:
    """Answer an invitation; only the provider's own account does."""
    if not may(by, "answer_invitation", candidate.provider):
        raise PermissionDenied
    in_state(candidate.request, "answer_invitation")
    _answer(candidate, Answer.ACCEPTED if accept else Answer.DECLINED, (Answer.INVITED,))
    audit(candidate.request, by, "accept" if accept else "decline_invitation", {"provider": candidate.provider_id})


def _answer(candidate: Candidate, answer: Answer, before: Iterable[Answer]) -> None:
    if not Candidate.objects.filter(pk=candidate.pk, answer__in=list(before)).update(answer=answer):
        raise Raced
    candidate.answer = answer


@transaction.atomic
def choose(*, candidate: Candidate, by: Account) -> None:
    """Choose a provider that accepted; the machine's list as it stands is kept beside the choice.

    What was checked for another provider, or for an earlier choice, does not hold for this one.
    """
    request = candidate.request
    demand(by, "work", request, "choose")
    candidate.refresh_from_db(fields=["rank", "answer"])
    if candidate.answer != Answer.ACCEPTED:
        raise Refused(N_("This provider has not accepted yet."))
    demand_eligible(request, candidate.provider)
    claim(request)
    before = request.candidates.filter(chosen=True).values_list("provider_id", flat=True).first()
    request.candidates.update(chosen=False)
    Candidate.objects.filter(pk=candidate.pk).update(chosen=True)
    candidate.chosen = True
    machine = list(request.candidates.filter(rank__isnull=False).values("provider", "rank", "score"))
    Choice.objects.create(
        request=request,
        provider=candidate.provider,
        rank=candidate.rank,
        machine=machine,
        by=by,
        chosen_on=days.today(),
    )
    chosen = as_pair((str(before or ""), str(candidate.provider_id)))
    audit(request, by, "choose", {"provider": chosen, "rank": candidate.rank})


@transaction.atomic
def check_off(*, request: SupportRequest, by: Account, what: str, looked_at: str) -> Check:
    """Record what was looked at: `safeguards` of the work or `due_diligence` on the provider chosen."""
    if what not in Check.What.values:
        raise Refused(N_("Only safeguards and due diligence are checked off."))
    demand(by, "work", request, "check_off")
    if not looked_at.strip():
        raise Refused(N_("Say what was looked at, and where it is kept."))
    choice = request.choice()
    if choice is None:
        raise Refused(N_("Choose the provider first; what is checked holds for that choice."))
    claim(request)
    before = request.checks().get(what)
    made = Check.objects.create(choice=choice, what=what, looked_at=looked_at.strip(), by=by)
    told = {"looked_at": (before.looked_at if before else "", made.looked_at)}
    audit(request, by, what, {"provider": choice.provider_id}, told)
    return made
