"""Work in the background that outlives its worker: moved by the table of states, told as it goes, taken up when killed.

A record of work has `state`, `worker` and `heartbeat`. It is claimed by a conditional UPDATE that must change exactly
one row; each sign of life counts only while the record is still the worker's: stopping it, or another worker taking
over, ends the work at its next sign.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre.evidence.states import leads
from biosetu.problems import Cancelled, DataError

SILENT_SECONDS = 60
RUNNING = "running"
LONGEST = 2000
logger = logging.getLogger("biosetu.background")
Do = Callable[[QuerySet[Any]], None]
Failed = Callable[[QuerySet[Any], DataError | None], None]


def move(machine: str, records: QuerySet[Any], verb: str, **fields: Any) -> int:
    """Move those of the records that the table of states lets move; return how many did."""
    states, following = leads(machine, verb)
    return records.filter(state__in=states).update(state=following, **fields)


def claim(machine: str, record: QuerySet[Any], **fields: Any) -> QuerySet[Any] | None:
    """Claim a record that is free; return it as long as it stays ours, or None when another worker has it."""
    worker = uuid.uuid4().hex
    if move(machine, record, "claim", worker=worker, heartbeat=timezone.now(), **fields) != 1:
        return None
    return record.filter(worker=worker)


def carry_out(machine: str, records: QuerySet[Any], pk: object, do: Do, failed: Failed, **fields: Any) -> None:
    """Claim a record, do its work to the end and keep what went wrong; return at once when the record is not free.

    do: gets the record as long as it stays ours. failed: gets it with what is wrong with the data, or with None for a
    fault of ours. fields: what claiming sets.
    """
    mine = claim(machine, records.filter(pk=pk), **fields)
    if mine is None:
        logger.info("%s %s is not free", machine, pk)
        return
    try:
        do(mine)
    except Cancelled:
        logger.info("%s %s was stopped", machine, pk)
    except DataError as error:
        logger.info("%s %s failed over its data: %s", machine, pk, error)
        failed(mine, error)
    except Exception:
        logger.exception("%s %s failed", machine, pk)
        failed(mine, None)


def fail(machine: str, mine: QuerySet[Any], error: DataError | None, ours: str) -> None:
    """Keep on a record why its work failed: what is wrong with the data, or `ours` for a fault of ours."""
    problem = ours if error is None else str(error)[:LONGEST]
    move(machine, mine, "fail", problem=problem, finished_at=timezone.now())


def alive(mine: QuerySet[Any], **fields: Any) -> None:
    """Give a sign of life and say how far the work is; raise `Cancelled` where it is no longer ours."""
    if mine.filter(state=RUNNING).update(heartbeat=timezone.now(), **fields) != 1:
        raise Cancelled


def take_up(machine: str, records: QuerySet[Any], seconds: float, again: Callable[[Any], None]) -> int:
    """Queue what killed workers left: records without a sign of life for so long. Return how many.

    `again` puts one back in the queue and records that; both stand or fall with the change of state.
    """
    silent = records.filter(heartbeat__lt=timezone.now() - timedelta(seconds=seconds))
    taken = 0
    for work in silent.filter(state=RUNNING):
        with transaction.atomic():
            if move(machine, silent.filter(pk=work.pk, worker=work.worker), "release", worker="") == 1:
                again(work)
                taken += 1
    return taken
