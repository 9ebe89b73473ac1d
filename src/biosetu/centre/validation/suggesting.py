"""Answers that ministries and institutes suggest and the Party's own office confirms or declines. Domain verbs."""

from __future__ import annotations

import pyarrow as pa
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account, Role, RoleName, roles_of
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.snapshot import snapshot
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.validation import verbs
from biosetu.centre.validation.models import Suggestion, SuggestionState
from biosetu.jobs.validation import Return, see_answers
from biosetu.observations.answers import FILLED, column_names
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

SENT = ("reference", "value", *FILLED)
LONGEST_REASON = 2000


@transaction.atomic
def suggest(*, party: str, cells: pa.Table, file: str, actor: Account) -> int:
    """Keep answers as suggestions to the Party's office and tell its officers; return how many.

    Answers are checked as the office's own are: `DataError` names every wrong row and nothing is kept. A second
    suggestion of the same person for a figure replaces the first. `PermissionDenied` for who may not suggest.
    """
    if not may(actor, "suggest", PartyRecord(party)):
        raise PermissionDenied
    office = _office(actor, party)
    seen: Return = see_answers(party, cells, file=file, office=office, store=snapshot(), prefer_new=True)
    if seen.problems:
        raise DataError(seen.problems)
    answers = {line["reference"]: line["answer"] for line in seen.lines.to_pylist()}
    named = cells.rename_columns(column_names(cells.column_names)).select(SENT)
    rows = [row for row in named.to_pylist() if row["reference"] in answers and row["answer"]]
    if not rows:
        return 0
    earlier = Suggestion.objects.filter(party=party, owner=actor, reference__in=answers, state=SuggestionState.PENDING)
    earlier.update(state=SuggestionState.REPLACED)
    Suggestion.objects.bulk_create(
        Suggestion(party=party, owner=actor, office=office, **row | {"answer": answers[row["reference"]]})
        for row in rows
    )
    record(actor=actor, verb="suggest", record="party", record_id=party, party=party, changes={"answers": answers})
    _tell_officers(party, office, len(rows))
    return len(rows)


def _office(actor: Account, party: str) -> str:
    held = [role for role in roles_of(actor) if role.party == party or party in role.covered()]
    return (held[0].office.strip() or held[0].place) if held else actor.username


def _tell_officers(party: str, office: str, count: int) -> None:
    message = N_("%(office)s suggests %(count)s answers to figures.")
    roles = Role.objects.current().filter(role=RoleName.OFFICER, party=party).select_related("account")
    for account in {role.account for role in roles}:
        notify(account, message, {"office": office, "count": count}, address=f"parties/{party}/validation/suggestions/")


@transaction.atomic
def confirm(*, suggestion: Suggestion, actor: Account) -> Return:
    """Answer the figure as suggested, in the name of the actor's office; an earlier answer gives way.

    Raises `PermissionDenied` for anybody but an officer of the Party, `MovedOnError` where it was decided meanwhile,
    `DataError` where the figure is no longer the one that was answered.
    """
    if not may(actor, "confirm", suggestion):
        raise PermissionDenied
    _decide(suggestion, SuggestionState.CONFIRMED)
    cells = pa.table({name: pa.array([getattr(suggestion, name)], pa.string()) for name in SENT})
    file = f"suggestion {suggestion.pk} of {suggestion.office}"
    taken = verbs.answer(party=suggestion.party, cells=cells, file=file, actor=actor, prefer_new=True)
    _told(suggestion, actor, "confirm", N_("Your answer to a figure was confirmed."))
    return taken


@transaction.atomic
def decline(*, suggestion: Suggestion, actor: Account, reason: str) -> None:
    """Decline a suggestion with a reason, which its author reads; see `confirm` for the errors."""
    if not may(actor, "decline", suggestion):
        raise PermissionDenied
    if not reason.strip():
        raise DataError(Problem(N_("no reason is given"), N_("Say why the answer is declined"), "no-reason"))
    _decide(suggestion, SuggestionState.DECLINED, said=reason.strip()[:LONGEST_REASON])
    _told(suggestion, actor, "decline", N_("Your answer to a figure was declined; the reason is beside it."))


def _decide(suggestion: Suggestion, state: SuggestionState, **fields: str) -> None:
    pending = Suggestion.objects.filter(pk=suggestion.pk, state=SuggestionState.PENDING)
    if pending.update(state=state, decided_at=timezone.now(), **fields) != 1:
        raise MovedOnError(N_("Somebody else decided on this answer meanwhile. Look at the page again."))


def _told(suggestion: Suggestion, actor: Account, verb: str, message: str) -> None:
    party = suggestion.party
    changes = {"reference": suggestion.reference, "answer": suggestion.answer}
    record(actor=actor, verb=verb, record="suggestion", record_id=suggestion.pk, party=party, changes=changes)
    notify(suggestion.owner, message, {}, address=f"parties/{party}/validation/suggestions/")
