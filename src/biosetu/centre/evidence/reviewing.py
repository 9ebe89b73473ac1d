"""Review: an officer accepts proposed figures, which become the Party's own, or returns them with a reason. Verbs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from biosetu.centre.accounts.models import Account, Role, roles_of
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import OFFICER, visible_to
from biosetu.centre.audit.trail import record
from biosetu.centre.background import move
from biosetu.centre.evidence.columns import arrow, observation_of
from biosetu.centre.evidence.models import Proposal, Run
from biosetu.centre.evidence.states import MovedOnError, ProposalState, RunState, leads
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.observations import Source, Status
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

reviewed = Signal()  # sent with `run` once every row of it is decided and the decision is kept


@transaction.atomic
def accept(*, run: Run, actor: Account, numbers: Collection[int] | None = None) -> int:
    """Accept proposed rows (all pending ones without `numbers`); they enter the store at once. Return how many.

    A national figure becomes `validated`, in the name of the officer's office and of this day; a global series keeps
    its own status. Raises `MovedOnError` when somebody else decided on one of the rows, `PermissionDenied` where one
    of them is not the officer's to accept.
    """
    proposals = _to_decide(run, actor, "accept", numbers)
    by_party = {role_party: role for role in _officer_roles(actor) for role_party in role.covered()}
    rows = [_accepted(proposal, by_party[proposal.party].office) for proposal in proposals]
    _decide(proposals, "accept")
    numbers_text = ",".join(str(proposal.number) for proposal in proposals)
    DatabaseStore().append(arrow(rows), note=f"run {run.pk}, rows {numbers_text[:200]}")
    _record(run, actor, "accept", proposals, "")
    _close_when_done(run, actor)
    return len(proposals)


@transaction.atomic
def send_back(*, run: Run, actor: Account, reason: str, numbers: Collection[int] | None = None) -> int:
    """Return proposed rows to whoever uploaded them, with the reason; the store does not change. Return how many."""
    if not reason.strip():
        raise DataError(Problem(N_("no reason is given"), N_("Say why the figure is returned"), "no-reason"))
    proposals = _to_decide(run, actor, "return", numbers)
    _decide(proposals, "return", reason=reason.strip()[:2000])
    _record(run, actor, "return", proposals, reason.strip())
    _close_when_done(run, actor)
    return len(proposals)


def _to_decide(run: Run, actor: Account, verb: str, numbers: Collection[int] | None) -> list[Proposal]:
    wanted = Proposal.objects.filter(run=run)
    wanted = wanted.filter(state=ProposalState.PENDING) if numbers is None else wanted.filter(number__in=numbers)
    allowed = list(visible_to(actor, wanted, verb).select_related("run").order_by("number"))
    if numbers is not None and len(allowed) != len(set(numbers)):
        raise PermissionDenied
    if not allowed:
        if visible_to(actor, Proposal.objects.filter(run=run), verb).exists():
            raise MovedOnError(N_("Nothing is left to decide."))
        raise PermissionDenied
    return allowed


def _officer_roles(actor: Account) -> list[Role]:
    """Return the officer's roles, those for a Party itself last, so that its own office signs."""
    return sorted((role for role in roles_of(actor) if role.role == OFFICER), key=lambda role: bool(role.party))


def _decide(proposals: Sequence[Proposal], verb: str, **fields: Any) -> None:
    states, following = leads("proposal", verb)
    pending = Proposal.objects.filter(pk__in=[proposal.pk for proposal in proposals], state__in=states)
    pending = pending.filter(run__state=RunState.IN_REVIEW)
    if pending.update(state=following, decided_at=timezone.now(), **fields) != len(proposals):
        raise MovedOnError(N_("Somebody else decided on one of these rows meanwhile. Look at the page again."))


def _accepted(proposal: Proposal, office: str) -> tuple[Any, ...]:
    observation = observation_of(proposal)
    if observation["source"] == Source.AVAILABLE_DATASET:
        observation["status"] = Status.COMPUTED.value
    else:
        observation["status"] = Status.VALIDATED.value
        observation["validated_by"] = office
        observation["validated_on"] = datetime.now(UTC).date()
    return tuple(observation.values())


def _record(run: Run, actor: Account, verb: str, proposals: Sequence[Proposal], reason: str) -> None:
    for party in sorted({proposal.party for proposal in proposals}):
        rows = [proposal.number for proposal in proposals if proposal.party == party]
        record(
            actor=actor,
            verb=verb,
            record="run",
            record_id=run.pk,
            party=party,
            changes={"rows": rows, "from": ProposalState.PENDING.value, "to": leads("proposal", verb)[1]},
            personal={"reason": reason} if reason else {},
        )


def _close_when_done(run: Run, actor: Account) -> None:
    if Proposal.objects.filter(run=run, state=ProposalState.PENDING).exists():
        return
    if move("run", Run.objects.filter(pk=run.pk), "close") == 1:
        record(actor=actor, verb="close", record="run", record_id=run.pk)
        transaction.on_commit(lambda: reviewed.send(sender=Run, run=run))
        returned = Proposal.objects.filter(run=run, state=ProposalState.RETURNED).count()
        accepted = Proposal.objects.filter(run=run, state=ProposalState.ACCEPTED).count()
        message = N_("Your table was reviewed: %(accepted)d accepted, %(returned)d returned.")
        notify(run.owner, message, {"accepted": accepted, "returned": returned}, address=f"runs/{run.pk}/")
