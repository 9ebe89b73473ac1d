"""Severity and extent of degradation in a study: ask for it, do it in the background, take its findings. Verbs."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.background import SILENT_SECONDS, carry_out, move, take_up
from biosetu.centre.ecosystems import verbs
from biosetu.centre.ecosystems.apart import severity_apart
from biosetu.centre.ecosystems.models import Degradation, HeldMap, Study, StudyClass, WorkState
from biosetu.centre.ecosystems.working import failed, person_verb, tell
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.queue import task
from biosetu.centre.receiving import Received
from biosetu.ecosystems.assessment import DEGRADATIONS, assess
from biosetu.ecosystems.typology import functional_groups
from biosetu.engine.tables import replacing
from biosetu.jobs.ecosystems_inputs import map_dates
from biosetu.jobs.ecosystems_severity import TABLES
from biosetu.jobs.ecosystems_study import RASTER, RASTER_SUFFIXES
from biosetu.problems import Cancelled, DataError, Problem, UsageError
from biosetu.translation import N_


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person chose: criterion, name of the variable, value and side of collapse, times, whether to go on."""

    criterion: str
    variable: str
    collapse: str
    collapse_at: str
    present: float | None = None
    start: float | None = None
    extrapolate: bool = False
    align: bool = False

    def options(self, *, rasters: bool) -> dict[str, Any]:
        """Return the choices by the names of the job's options; those of rasters where it has any."""
        names = ("criterion", "collapse", "present", "start", "extrapolate", *(["align"] if rasters else []))
        return {**{name: getattr(self, name) for name in names}, "collapse_at": self.collapse_at or None}


def ask(*, study: Study, files: Sequence[Received], held: HeldMap | None, asked: Asked, actor: Account) -> Degradation:
    """Queue the work on a variable: a table of units, or a raster for each date and the map that tells the ecosystems.

    Raises `DataError` with what is wrong with the files or the choices.
    """
    if not may(actor, "edit", study):
        raise PermissionDenied
    _check(study, files, held, asked)
    years = _years(files)
    listed = []
    for place, each in enumerate(files):
        suffix = Path(each.name).suffix.lower()
        listed.append({"name": Path(each.name).name[: verbs.LONGEST], "suffix": suffix,
                       "year": years[place] if years else None, "sha256": verbs.digest_of(each.path)})  # fmt: skip
    maps = (
        []
        if held is None or not years
        else [{"id": str(held.pk), "name": held.name, "year": held.year, "sha256": held.digest}]
    )
    with transaction.atomic():
        made = Degradation.objects.create(
            study=study, by=actor, maps=maps, align=asked.align and bool(years), criterion=asked.criterion,
            variable=verbs.line_of(asked.variable), given=listed, options=asked.options(rasters=bool(years)),
        )  # fmt: skip
        for source, path in zip(files, made.paths, strict=True):
            with replacing(path) as temporary:
                shutil.copyfile(source.path, temporary)
        changes = {"criterion": asked.criterion, "files": [each["sha256"] for each in listed]}
        record(actor=actor, verb="degrade", record="study", record_id=study.pk, party=study.party, changes=changes)
        transaction.on_commit(lambda: perform_degradation.enqueue(str(made.pk)))
    return made


def _check(study: Study, files: Sequence[Received], held: HeldMap | None, asked: Asked) -> None:
    suffixes = {Path(each.name).suffix.lower() for each in files}
    tables, rasters = suffixes & set(TABLES), suffixes & set(RASTER_SUFFIXES)
    problems = [
        Problem(message, remedy, "degradation", column=column)
        for wrong, column, message, remedy in (
            (asked.criterion not in DEGRADATIONS, "criterion", N_("There is no such criterion."), N_("Choose one.")),
            (not asked.variable.strip(), "variable", N_("The variable has no name."), N_("Say what was measured.")),
            (not files or bool(suffixes - tables - rasters) or (len(files) > 1 and bool(tables)), "file",
             N_("Give one table, or a raster for each date."), N_("CSV, xlsx or GeoTIFF")),
            (bool(rasters) and held is None, "map", N_("Rasters need a raster map that tells the ecosystems."),
             N_("Choose a map of the study, or give a table of units.")),
            (bool(rasters) and asked.collapse_at not in {"low", "high"}, "collapse_at",
             N_("On which side does collapse lie?"), N_("Choose low or high.")),
            (bool(rasters) and not asked.collapse.strip(), "collapse", N_("There is no value of collapse."),
             N_("Write a number, or 10 (8-12).")),
        )
        if wrong
    ]  # fmt: skip
    if held is not None and (held.kind != RASTER or not study.maps.filter(pk=held.pk).exists()):
        problems.append(Problem(N_("That is no raster map of this study."), N_("Choose another."), "map"))
    if problems:
        raise DataError(problems)
    if rasters:
        for each in files:
            verbs.look_at(each.path, each.name)


def _years(files: Sequence[Received]) -> list[float]:
    """Return the year of each raster, which its name tells; none of a table."""
    if Path(files[0].name).suffix.lower() in TABLES:
        return []
    try:
        return list(map_dates([Path(each.name) for each in files], ()))
    except UsageError as error:
        remedy = N_("Name each file by its year, as in water_1990.tif, and give them in that order.")
        raise DataError(
            Problem(N_("The years of the rasters are not told."), remedy, "years", value=str(error))
        ) from error


@task()
def perform_degradation(work_id: str) -> None:
    """Do the work on a variable (the task of the queue)."""
    perform(uuid.UUID(work_id))


def perform(work_id: uuid.UUID) -> None:
    """Claim the work on a variable and do it to its end."""
    carry_out("measurement", Degradation.objects.all(), work_id, _degrade, failed, problems=[])


def _degrade(mine: QuerySet[Degradation]) -> None:
    work = mine.select_related("study").get()
    options = dict(work.options)
    if work.maps:
        options["map"] = str(HeldMap.objects.get(pk=work.maps[0]["id"]).path)
        options["dates"] = [each["year"] for each in work.given]
    severity_apart(work.paths, work.folder, options, lambda done, total: tell(mine, done, total))
    with transaction.atomic():
        if move("measurement", mine, "finish", finished_at=timezone.now(), problems=[]) != 1:
            raise Cancelled
        record(actor=None, verb="finish", record="study", record_id=work.study_id, party=work.study.party)
        message = N_("The work on %(variable)s is done.")
        notify(work.by, message, {"variable": work.variable}, address=f"ecosystems/{work.study_id}/degradation/")


def findings(work: Degradation) -> list[dict[str, Any]]:
    """Return what was found, a row for each ecosystem."""
    rows: list[dict[str, Any]] = pq.read_table(work.folder / "findings.parquet").to_pylist()
    return rows


def reason_of(work: Degradation, found: Mapping[str, Any]) -> str:
    """Return what the category of a finding rests on, in a form that can be said in any language."""
    cells = {name: found[name] for name in _columns(work)}
    (outcome,) = assess([cells], found["version"])
    return next(each.reason for each in outcome.findings if each.criterion == work.criterion)


def _columns(work: Degradation) -> tuple[str, str]:
    return f"{work.criterion}_severity_percent", f"{work.criterion}_extent_percent"


def curves(work: Degradation) -> pa.Table:
    """Return the severity-extent curves."""
    return pq.read_table(work.folder / "curves.parquet")


def class_of(ecosystem: str, classes: Sequence[StudyClass]) -> StudyClass | None:
    """Return the class that an ecosystem of the findings is: by its code, else by its only name or national type."""
    by_code = [row for row in classes if row.code == ecosystem]
    wanted = ecosystem.strip().casefold()
    named = [row for row in classes if wanted and wanted in {row.name.casefold(), row.national_type.casefold()}]
    return by_code[0] if by_code else named[0] if len(named) == 1 else None


def is_asked(row: StudyClass | None) -> bool:
    """Return whether a finding is shown: not of a class whose confirmed functional group is not natural, as towns."""
    group = functional_groups().get(row.functional_group) if row else None
    return group is None or group.natural


@transaction.atomic
def take(*, work: Degradation, actor: Account) -> int:
    """Put the findings into the answers of the study's natural types, with where they come from; return into how many.

    Raises `DataError` where no ecosystem of the findings is a class of the study, `MovedOnError` before it is done.
    """
    if not may(actor, "edit", work.study):
        raise PermissionDenied
    if work.state != WorkState.DONE:
        raise MovedOnError(N_("The work has moved on meanwhile."))
    classes = list(work.study.classes.all())
    taken = 0
    for found in findings(work):
        row = class_of(found["ecosystem"], classes)
        if row is None or not is_asked(row):
            continue
        row.study = work.study
        answers = {**row.answers, **{name: found[name] for name in _columns(work)}}
        answers["evidence"] = _evidence(answers.get("evidence", ""), source_of(work, found))
        verbs.answer(row=row, answers=answers, actor=actor)
        taken += 1
    if not taken:
        remedy = N_("Name ecosystems by the code or the name of a class of the study.")
        raise DataError(Problem(N_("None of the ecosystems is a class of the study."), remedy, "ecosystem"))
    Degradation.objects.filter(pk=work.pk).update(taken_by=actor, taken_at=timezone.now())
    return taken


def source_of(work: Degradation, found: Mapping[str, Any]) -> str:
    """Return in one line what a finding rests on."""
    time = "" if found["from_year"] is None else f", {found['from_year']:g}–{found['to_year']:g}"
    beyond = ", extrapolated" if found["extrapolated"] else ""
    collapse = f", collapse at {work.options['collapse']}" if work.options["collapse"] else ""
    unknown = f", unknown for {found['unknown_percent']:.3g} % of the area" if found["unknown_percent"] else ""
    files = ", ".join(f"{each['name']} sha256:{each['sha256'][:12]}" for each in work.given)
    return f"{work.criterion}: {work.variable}{time}{beyond}{collapse}{unknown} ({files})"


def _evidence(written: str, source: str) -> str:
    """Return the evidence with this source, in place of an earlier one of the same criterion."""
    criterion = source.partition(":")[0]
    kept = [part for part in written.split(" | ") if part and not part.startswith(f"{criterion}:")]
    return " | ".join([*kept, source])


@transaction.atomic
def cancel(*, work: Degradation, actor: Account) -> None:
    """Stop work on a variable. Raises `MovedOnError` when too late."""
    person_verb("cancel", work, actor)


@transaction.atomic
def resume(*, work: Degradation, actor: Account) -> None:
    """Queue stopped or failed work again."""
    person_verb("resume", work, actor)
    transaction.on_commit(lambda: perform_degradation.enqueue(str(work.pk)))


def release_silent_degradations(seconds: float = SILENT_SECONDS) -> int:
    """Queue again what killed workers left. Return how many."""
    return take_up("measurement", Degradation.objects.select_related("study"), seconds, _again)


def _again(work: Degradation) -> None:
    record(actor=None, verb="release", record="study", record_id=work.study_id, party=work.study.party)
    transaction.on_commit(lambda: perform_degradation.enqueue(str(work.pk)))
