"""Tables of occurrences measured in the background: claimed once, told as it goes, taken up when a worker was killed.

The table itself is kept only until it is measured, stopped or refused: exact localities do not stay.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre import environment as env
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may
from biosetu.centre.apart import Bounds
from biosetu.centre.assessor.evaluating import LONGEST, cleaned, method_said
from biosetu.centre.assessor.models import MOVING, Measuring, Occurrences, TaxonAssessment
from biosetu.centre.assessor.reader import Measured, measure_apart
from biosetu.centre.audit.trail import record
from biosetu.centre.background import SILENT_SECONDS, alive, carry_out, move, take_up
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.queue import task
from biosetu.home import home
from biosetu.problems import Cancelled, DataError, Problem
from biosetu.species.criteria import Method
from biosetu.translation import N_

SHOWN = 8
logger = logging.getLogger("biosetu.assessor")


def bounds() -> Bounds:
    """Return how large a table may be, and what measuring it may take, from the settings."""
    return Bounds(
        file_bytes=settings.BIOSETU_OCCURRENCES_BYTES,
        rows=0,
        memory_bytes=env.whole_number("BIOSETU_PARSE_MB") * 1_000_000,
        seconds=env.whole_number("BIOSETU_OCCURRENCES_SECONDS"),
    )


@transaction.atomic
def ask(
    *, assessment: TaxonAssessment, path: Path, name: str, values: Mapping[str, str], method: Method, actor: Account
) -> Measuring:
    """Queue the measuring of a table, and keep with it what is typed and not saved; `path` is taken over.

    Raises `DataError` for a table over the limit, `MovedOnError` where another one is being measured.
    """
    if not may(actor, "edit", assessment):
        raise PermissionDenied
    if assessment.measurings.filter(state__in=MOVING).exists():
        raise MovedOnError(N_("A table is being measured already. Wait for it, or stop it."))
    made = Measuring.objects.create(
        assessment=assessment,
        by=actor,
        name=Path(name).name[:LONGEST],
        suffix=path.suffix.lower(),
        digest=_digest(path),
        typed={"values": cleaned(values), "method": method_said(method), "base": assessment.versions_made},
    )
    made.folder.mkdir(parents=True)
    shutil.move(path, made.path)
    changes = {"sha256": made.digest}
    party = assessment.party
    record(actor=actor, verb="measure", record="assessment", record_id=assessment.pk, party=party, changes=changes)
    _enqueue(made)
    return made


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _enqueue(measuring: Measuring) -> None:
    transaction.on_commit(lambda: perform_measuring.enqueue(str(measuring.pk)))


@task()
def perform_measuring(measuring_id: str) -> None:
    """Measure a table (the task of the queue)."""
    perform(uuid.UUID(measuring_id))


def perform(measuring_id: uuid.UUID) -> None:
    """Claim a table and measure it; return at once when another worker has it or it is not queued."""
    carry_out("occurrences", Measuring.objects.all(), measuring_id, _measure, _failed)


def _measure(mine: QuerySet[Measuring]) -> None:
    work = mine.select_related("assessment").get()
    _finish(mine, work, measure_apart(work.path, work.assessment.taxon, work.folder, bounds(), partial(_tell, mine)))
    work.forget_table()


def _tell(mine: QuerySet[Measuring], done: int, total: int) -> None:
    alive(mine, done=done, total=total)


@transaction.atomic
def _finish(mine: QuerySet[Measuring], work: Measuring, found: Measured) -> None:
    if move("occurrences", mine, "finish", finished_at=timezone.now()) != 1:
        raise Cancelled
    kept = {**asdict(found), "assessment": work.assessment, "by": work.by, "name": work.name, "digest": work.digest}
    Occurrences.objects.create(**kept)
    changes = {"sha256": work.digest, "records": found.records}
    pk, party = work.assessment_id, work.assessment.party
    record(actor=None, verb="finish", record="assessment", record_id=pk, party=party, changes=changes)
    message = N_("The occurrences of %(taxon)s are measured.")
    notify(work.by, message, {"taxon": work.assessment.taxon}, address=f"assessments/{pk}/")


def _failed(mine: QuerySet[Measuring], error: DataError | None) -> None:
    work = mine.first()
    if work is None:
        return
    ours = Problem(N_("The work failed on our side."), N_("Upload the table again."), "our-fault")
    said = [
        problem.as_dict("message", "remedy", "row", "value")
        for problem in (error.problems[:SHOWN] if error else [ours])
    ]
    move("occurrences", mine, "fail", problems=said, finished_at=timezone.now())
    work.forget_table()


def cancel(*, measuring: Measuring, actor: Account) -> None:
    """Stop the measuring of a table; raise `MovedOnError` when too late."""
    assessment = measuring.assessment
    if not may(actor, "edit", assessment):
        raise PermissionDenied
    with transaction.atomic():
        if move("occurrences", Measuring.objects.filter(pk=measuring.pk), "cancel", finished_at=timezone.now()) != 1:
            raise MovedOnError(N_("The work has moved on meanwhile."))
        party = assessment.party
        record(actor=actor, verb="cancel", record="assessment", record_id=assessment.pk, party=party)
    measuring.forget_table()


def forget_left_tables() -> int:
    """Remove tables whose measuring is over, which a worker killed at the last moment left. Return how many."""
    moving = {str(pk) for pk in Measuring.objects.filter(state__in=MOVING).values_list("pk", flat=True)}
    tables = home() / "files" / "occurrences"
    left = [folder for folder in tables.iterdir() if folder.name not in moving] if tables.is_dir() else []
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def release_silent_occurrences(seconds: float = SILENT_SECONDS) -> int:
    """Queue again what killed workers left: tables without a sign of life for a while. Return how many."""
    forget_left_tables()
    return take_up("occurrences", Measuring.objects.select_related("assessment"), seconds, _again)


def _again(work: Measuring) -> None:
    pk, party = work.assessment_id, work.assessment.party
    record(actor=None, verb="release", record="assessment", record_id=pk, party=party)
    _enqueue(work)


def compile_ahead() -> None:
    """Measure a table of three places, so that the first assessor does not wait for kernels to be compiled."""
    with tempfile.TemporaryDirectory(prefix="biosetu-ahead-") as name:
        path = Path(name) / "table.csv"
        path.write_text("species,decimalLongitude,decimalLatitude\nA,1,1\nA,2,1\nA,1,2\n", encoding="utf-8")
        try:
            measure_apart(path, "A", Path(name), bounds())
        except DataError:
            logger.warning("kernels could not be compiled ahead; BIOSETU_PARSE_MB may be too small")
