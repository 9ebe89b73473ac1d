"""The run: upload rows become proposals in the background, in whole pieces, whatever happens to the worker.

A run is claimed by a conditional UPDATE that must change exactly one row. Each piece of rows is one transaction that
also moves the counter, and only while the run is still ours: cancelling, or another worker taking over, stops it. No
proposal is seen before the run is whole. A killed worker leaves the pieces it finished; the next one goes on there.
"""

from __future__ import annotations

import uuid
from itertools import islice

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.background import SILENT_SECONDS, alive, carry_out, fail, move, take_up
from biosetu.centre.evidence.columns import arrow, fields_of, observation_of
from biosetu.centre.evidence.models import Proposal, Run, UploadRow
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.queue import task
from biosetu.observations import row_states
from biosetu.problems import Cancelled, DataError
from biosetu.translation import N_

PIECE = 500
CHANGING = frozenset({"new", "changed"})


@task()
def perform_run(run_id: str) -> None:
    """Do a run (the task of the queue)."""
    perform(uuid.UUID(run_id))


def enqueue(run: Run) -> None:
    """Put the run in the queue once the transaction in hand is through."""
    transaction.on_commit(lambda: perform_run.enqueue(str(run.pk)))


def perform(run_id: uuid.UUID, *, piece: int = PIECE) -> None:
    """Claim a run and do it to its end; return at once when another worker has it or it is not queued."""

    def propose(mine: QuerySet[Run]) -> None:
        while _next_piece(mine, run_id, piece):
            pass
        _finish(mine, run_id)

    carry_out("run", Run.objects.all(), run_id, propose, _failed, problem="")


def _failed(mine: QuerySet[Run], error: DataError | None) -> None:
    fail("run", mine, error, N_("The work failed on our side. It can be resumed."))


@transaction.atomic
def _next_piece(mine: QuerySet[Run], run_id: uuid.UUID, piece: int) -> bool:
    run = Run.objects.get(pk=run_id)
    rows = list(islice(run.upload.rows.order_by("number")[run.done : run.done + piece], piece))
    if rows:
        Proposal.objects.bulk_create(_proposals(run, rows), batch_size=PIECE)
    alive(mine, done=run.done + len(rows))
    return bool(rows)


def _proposals(run: Run, rows: list[UploadRow]) -> list[Proposal]:
    observations = [observation_of(row) for row in rows]
    table = arrow([tuple(observation.values()) for observation in observations])
    store = DatabaseStore()
    states = row_states(table, store.held(table), store.withdrawn())
    return [
        Proposal(run=run, number=row.number, change=state, **fields_of(observation))
        for row, observation, (state, _) in zip(rows, observations, states, strict=True)
        if state in CHANGING
    ]


@transaction.atomic
def _finish(mine: QuerySet[Run], run_id: uuid.UUID) -> None:
    proposed = Proposal.objects.filter(run=run_id).count()
    verb = "finish" if proposed else "settle"
    if move("run", mine, verb, finished_at=timezone.now()) != 1:
        raise Cancelled
    for about in Run.objects.get(pk=run_id).parties.all():
        changes = {"proposed": proposed}
        record(actor=None, verb=verb, record="run", record_id=run_id, party=about.party, changes=changes)


@transaction.atomic
def cancel(*, run: Run, actor: Account) -> None:
    """Stop a run that has not finished; what was proposed stays unseen. Raises `MovedOnError` when too late."""
    _owner_verb("cancel", run, actor)


@transaction.atomic
def resume(*, run: Run, actor: Account) -> None:
    """Queue a stopped or failed run again; it goes on where it stopped."""
    _owner_verb("resume", run, actor)
    enqueue(run)


def _owner_verb(verb: str, run: Run, actor: Account) -> None:
    if not may(actor, verb, run):
        raise PermissionDenied
    if move("run", Run.objects.filter(pk=run.pk), verb) != 1:
        raise MovedOnError(N_("The run has moved on meanwhile."))
    record(actor=actor, verb=verb, record="run", record_id=run.pk)


def release_silent(seconds: float = SILENT_SECONDS) -> int:
    """Queue again what killed workers left: runs that gave no sign of life for a while. Return how many."""
    return take_up("run", Run.objects.all(), seconds, _again)


def _again(run: Run) -> None:
    record(actor=None, verb="release", record="run", record_id=run.pk)
    enqueue(run)
