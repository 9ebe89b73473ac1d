"""Measuring in the background: claimed once, told as it goes, stopped or resumed by people, taken up when killed.

Finished bands of the maps stay on disk until the work is whole, so that a resumed measurement goes on where it was.
"""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.background import SILENT_SECONDS, alive, carry_out, move, take_up
from biosetu.centre.ecosystems.apart import measure_apart
from biosetu.centre.ecosystems.models import Degradation, HeldMap, Measurement, Study, StudyClass, WorkState
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.queue import task
from biosetu.jobs.ecosystems_study import POLYGONS, read_study
from biosetu.problems import Cancelled, DataError, Problem
from biosetu.translation import N_

SHOWN = 12
MOST_CODES = 20


@task()
def perform_measurement(measurement_id: str) -> None:
    """Do a measurement (the task of the queue)."""
    perform(uuid.UUID(measurement_id))


def enqueue(measurement: Measurement) -> None:
    """Put the measurement in the queue once the transaction in hand is through."""
    transaction.on_commit(lambda: perform_measurement.enqueue(str(measurement.pk)))


def perform(measurement_id: uuid.UUID) -> None:
    """Claim a measurement and do it to its end; return at once when another worker has it or it is not queued."""
    carry_out("measurement", Measurement.objects.all(), measurement_id, _measure, failed, problems=[])


def _measure(mine: QuerySet[Measurement]) -> None:
    work = mine.select_related("study").get()
    maps = [HeldMap.objects.get(pk=item["id"]) for item in work.maps]
    warnings = measure_apart(
        [each.path for each in maps],
        [each.year for each in maps],
        work.folder,
        field=maps[0].field,
        align=work.align,
        nodata=work.nodata,
        most_classes=settings.BIOSETU_MAP_CLASSES,
        tick=lambda done, total: tell(mine, done, total),
    )
    shutil.rmtree(work.folder / "home", ignore_errors=True)
    names = _names(work)
    _finish(mine, work, [_said(problem, names) for problem in warnings])


def tell(mine: QuerySet[Any], done: int, total: int) -> None:
    """Say how far the work is; stop it where it is no longer ours."""
    alive(mine, done=done, total=total)


@transaction.atomic
def _finish(mine: QuerySet[Measurement], work: Measurement, warnings: list[dict[str, Any]]) -> None:
    if move("measurement", mine, "finish", finished_at=timezone.now(), problems=warnings) != 1:
        raise Cancelled
    codes = dict.fromkeys(read_study(work.folder)["measures"].column("class").to_pylist())
    StudyClass.objects.bulk_create([StudyClass(study=work.study, code=code) for code in codes], ignore_conflicts=True)
    changes = {"classes": len(codes), "maps": [item["sha256"] for item in work.maps]}
    party = work.study.party
    record(actor=None, verb="finish", record="study", record_id=work.study_id, party=party, changes=changes)
    message = N_("The maps of %(title)s are measured.")
    notify(work.by, message, {"title": work.study.title}, address=f"ecosystems/{work.study_id}/")


def failed(mine: QuerySet[Any], error: DataError | None) -> None:
    """Keep what went wrong with work on maps, files by the names under which they were uploaded."""
    work = mine.first()
    if work is None:
        return
    ours = Problem(N_("The work failed on our side."), N_("It can be resumed."), "our-fault")
    names = _names(work)
    said = [_said(problem, names) for problem in (error.problems if error else [ours])][:SHOWN]
    move("measurement", mine, "fail", problems=said, finished_at=timezone.now())


def _names(work: Measurement | Degradation) -> dict[str, str]:
    """Return the names under which the files of the work were uploaded, by where they lie."""
    held = HeldMap.objects.filter(pk__in=[item["id"] for item in work.maps])
    files = [(each.path, each.name) for each in held]
    if isinstance(work, Degradation):
        files += zip(work.paths, (each["name"] for each in work.given), strict=True)
    return {place: name for path, name in files for place in (str(path), path.name)}


def _said(problem: Problem, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what a page says of a problem, files by the names under which they were uploaded."""

    def renamed(text: str) -> str:
        for place, name in names.items():
            text = text.replace(place, name)
        return text

    return problem.changed(renamed).as_dict("message", "remedy", "code", "file", "row", "column", "value")


@transaction.atomic
def ask(*, study: Study, actor: Account, align: bool = False, nodata: Sequence[int] = ()) -> Measurement:
    """Queue the measuring of a study's maps; raise `DataError` where they cannot be measured together.

    `nodata` are codes of rasters that mean no data, besides those that the files declare.
    """
    if not may(actor, "edit", study):
        raise PermissionDenied
    maps = list(study.maps.order_by("year", "pk"))
    _check_together(maps)
    if nodata and maps[0].kind == POLYGONS:
        raise DataError(Problem(N_("Only rasters have codes without data."), N_("Leave them out."), "nodata"))
    if study.measurements.filter(state__in=(WorkState.QUEUED, WorkState.RUNNING)).exists():
        raise MovedOnError(N_("The maps are being measured already."))
    listed = [{"id": str(each.pk), "name": each.name, "year": each.year, "sha256": each.digest} for each in maps]
    made = Measurement.objects.create(study=study, by=actor, maps=listed, align=align, nodata=sorted(nodata))
    changes = {"maps": [each.digest for each in maps], "nodata": sorted(nodata)}
    record(actor=actor, verb="measure", record="study", record_id=study.pk, party=study.party, changes=changes)
    enqueue(made)
    return made


def codes(text: str) -> list[int]:
    """Return codes that a person wrote, separated by commas or spaces; raise `DataError` for what is no code."""
    written = re.split(r"[\s,;،]+", text.strip(" ,;،")) if text.strip(" ,;،") else []
    if len(written) > MOST_CODES or not all(re.fullmatch(r"[-−]?\d{1,10}", each) for each in written):
        remedy = N_("Write whole numbers, such as 0, 255")
        raise DataError(Problem(N_("is no list of codes"), remedy, "nodata", value=text[:80]))
    return sorted({int(each.replace("−", "-")) for each in written})


def _check_together(maps: list[HeldMap]) -> None:
    if not maps:
        raise DataError(Problem(N_("There is no map yet."), N_("Add one first."), "no-maps"))
    if len({each.year for each in maps}) < len(maps):
        raise DataError(Problem(N_("Two maps have the same year."), N_("Take one of them out."), "years"))
    if len({(each.kind, each.field) for each in maps}) > 1:
        message = N_("Some maps are rasters, others polygons, or their classes are in another band or field.")
        raise DataError(Problem(message, N_("Use one kind."), "kinds"))


@transaction.atomic
def cancel(*, measurement: Measurement, actor: Account) -> None:
    """Stop a measurement that has not finished. Raises `MovedOnError` when too late."""
    person_verb("cancel", measurement, actor)


@transaction.atomic
def resume(*, measurement: Measurement, actor: Account) -> None:
    """Queue a stopped or failed measurement again; it goes on where it stopped."""
    person_verb("resume", measurement, actor)
    enqueue(measurement)


def person_verb(verb: str, work: Measurement | Degradation, actor: Account) -> None:
    """Move work on the maps of a study as its editor asks. Raises `MovedOnError` when too late."""
    study = work.study
    if not may(actor, "edit", study):
        raise PermissionDenied
    if move("measurement", type(work).objects.filter(pk=work.pk), verb) != 1:
        raise MovedOnError(N_("The work has moved on meanwhile."))
    record(actor=actor, verb=verb, record="study", record_id=study.pk, party=study.party)


def release_silent_measurements(seconds: float = SILENT_SECONDS) -> int:
    """Queue again what killed workers left: measurements without a sign of life for a while. Return how many."""
    return take_up("measurement", Measurement.objects.select_related("study"), seconds, _again)


def _again(work: Measurement) -> None:
    record(actor=None, verb="release", record="study", record_id=work.study_id, party=work.study.party)
    enqueue(work)
