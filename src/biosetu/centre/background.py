"""Work in the background that outlives its worker: moved by the table of states, told as it goes, taken up when killed.

A record of work has `state`, `worker` and `heartbeat`. It is claimed by a conditional UPDATE that must change exactly
one row; each sign of life counts only while the record is still the worker's: stopping it, or another worker taking
over, ends the work at its next sign.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre.evidence.states import leads
from biosetu.problems import Cancelled

SILENT_SECONDS = 60
RUNNING = "running"


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
