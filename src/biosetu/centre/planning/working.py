"""A plan is found in the background: claimed by one worker, told as it moves, stopped when asked.

A version is claimed by a conditional UPDATE that must change exactly one row. While the solver works, each report
moves the heartbeat only as long as the version is still ours: cancelling, or another worker taking over, stops it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.audit.trail import record
from biosetu.centre.background import alive, carry_out, fail, move, take_up
from biosetu.centre.planning.asking import choice_of, limits_of
from biosetu.centre.planning.models import Version
from biosetu.centre.queue import task
from biosetu.jobs.planning_party import keep, next_tables
from biosetu.jobs.planning_workbench import Answer, answer
from biosetu.planning import Moment
from biosetu.problems import Cancelled, DataError
from biosetu.translation import N_

TOLD_EVERY_SECONDS = 0.5
SILENT_SECONDS = 900  # longer than any plan may take, opening its problem included
logger = logging.getLogger("biosetu.plans")


@task()
def perform_plan(version_id: int) -> None:
    """Find a plan (the task of the queue)."""
    perform(version_id)


@task()
def perform_next(version_id: int, actor_id: int) -> None:
    """Work out what the next area would buy, as a version asks, and put it on the Party's page (a task)."""
    publish(version_id, actor_id)


def enqueue_next(version: Version, actor: Account) -> None:
    """Put that in the queue once the transaction in hand is through."""
    transaction.on_commit(lambda: perform_next.enqueue(version.pk, actor.pk))


def publish(version_id: int, actor_id: int) -> None:
    """Work out what the next area would buy and keep it for the Party; whoever asked is told how it went.

    From a problem with a licensed layer only figures are kept, no map.
    """
    version = Version.objects.select_related("study").get(pk=version_id)
    study, actor = version.study, Account.objects.filter(pk=actor_id).first()
    address = f"plans/{study.pk}/versions/{version.number}/"
    try:
        choice = choice_of(version.asked, study.held)
        tables = next_tables(
            study.folder / "problem", choice, party=study.party, inputs=_inputs(version), on=timezone.localdate()
        )
    except DataError as error:
        logger.info("plan %s has no next area: %s", version_id, error)
        notify(
            actor,
            N_("Nothing can be said on the next area from plan {title}."),
            {"title": study.title},
            address=address,
        )
        return
    keep(study.party, tables, with_map=not study.licensed)
    message = N_("The page of the Party shows what the next area would buy, from plan {title}.")
    notify(actor, message, {"title": study.title}, address=address)


def _inputs(version: Version) -> str:
    study = version.study
    files = [item["name"] for item in study.inputs]
    return "; ".join([f"{study.title} ({version.number})", *files, *([study.sources] if study.sources else [])])


def enqueue(version: Version) -> None:
    """Put the version in the queue once the transaction in hand is through."""
    transaction.on_commit(lambda: perform_plan.enqueue(version.pk))


def perform(version_id: int) -> None:
    """Claim a version and find its plan; return at once when another worker has it or it is not queued."""
    carry_out("plan", Version.objects.all(), version_id, _find, _failed, problem="")


def _failed(mine: QuerySet[Version], error: DataError | None) -> None:
    fail("plan", mine, error, N_("The work failed on our side. Ask again."))


def _find(mine: QuerySet[Version]) -> None:
    version = mine.select_related("study").get()
    study = version.study
    gap, seconds = limits_of(version.asked)
    choice = choice_of(version.asked, study.held)
    telling = _telling(mine)
    found = answer(study.folder / "problem", choice, version.folder, gap=gap, seconds=seconds, watch=telling)
    _finish(mine, version, found)


def _telling(mine: QuerySet[Version]) -> Callable[[Moment], None]:
    """Return what the solver calls as it goes: keeps value, bound and gap for the page, and stops what is not ours."""
    last = 0.0

    def tell(moment: Moment) -> None:
        nonlocal last
        if time.monotonic() - last < TOLD_EVERY_SECONDS:
            return
        last = time.monotonic()
        alive(mine, moment=asdict(moment))

    return tell


@transaction.atomic
def _finish(mine: QuerySet[Version], version: Version, found: Answer) -> None:
    verb = "settle" if found.barriers else "finish"
    kept = {
        "standing": asdict(found.standing) if found.standing else None,
        "features": list(found.features),
        "barriers": [asdict(barrier) for barrier in found.barriers],
        "parties": list(found.parties),
        "alone": list(found.alone),
    }
    if move("plan", mine, verb, answer=kept, finished_at=timezone.now()) != 1:
        raise Cancelled
    changes = {"version": version.number}
    study = version.study
    record(actor=None, verb=verb, record="plan", record_id=study.pk, party=study.party, changes=changes)


def release_silent(seconds: float = SILENT_SECONDS) -> int:
    """Queue again what killed workers left: plans that gave no sign of life for a while. Return how many."""
    return take_up("plan", Version.objects.select_related("study"), seconds, _again)


def _again(version: Version) -> None:
    record(actor=None, verb="release", record="plan", record_id=version.study_id, party=version.study.party)
    enqueue(version)
