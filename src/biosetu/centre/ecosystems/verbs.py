"""What one can do with a study: begin it, add maps, confirm classes, answer, save a version, submit it. Verbs."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.ecosystems.apart import look_apart
from biosetu.centre.ecosystems.models import HeldMap, Measurement, Study, StudyClass, StudyVersion, WorkState
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.submitting import submit_version
from biosetu.ecosystems.assessment import TEMPLATE, assess, assessment_table
from biosetu.ecosystems.thresholds import guidelines_by_version
from biosetu.ecosystems.typology import functional_groups
from biosetu.engine.tables import replacing
from biosetu.engine.zones import is_vector
from biosetu.jobs.ecosystems_observations import StudyFigures, study_observations
from biosetu.jobs.ecosystems_study import MapLook, read_study, study_rows, with_classes
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

LONGEST = 200
MOST_MAPS = 12
MOST_BANDS = 10_000
YEARS = (1700, 2199)
GIVEN_BY_CLASS = ("ecosystem", "name", "national_type", "functional_group", "area", "date")
ANSWERS = tuple(name for name in TEMPLATE if name not in GIVEN_BY_CLASS)


@transaction.atomic
def begin(*, party: str, title: str, actor: Account) -> Study:
    """Open a study for a Party; raise `DataError` without a title."""
    if not may(actor, "assess", PartyRecord(party)):
        raise PermissionDenied
    name = " ".join(title.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise DataError(Problem(N_("Give the study a title."), N_("At most 200 characters"), "title", column="title"))
    made = Study.objects.create(owner=actor, party=party, title=name)
    record(actor=actor, verb="begin", record="study", record_id=made.pk, party=party)
    return made


def add_map(
    *, study: Study, path: Path, name: str, year: int, field: str, actor: Account, band: int | None = None
) -> HeldMap:
    """Take in an uploaded map: looked at in a limited process, kept under its hash, added to the study.

    `field` holds the class of polygons, `band` that of a raster with several bands. Raises `DataError` where it cannot
    be used.
    """
    _may_edit(study, actor)
    _check_room(study, year)
    where = field if is_vector(path) else str(band or "")
    look = look_at(path, name, where)
    digest = digest_of(path)
    about = {"kind": look.kind, "width": look.width, "height": look.height, "crs": look.crs[:LONGEST]}
    kept = {"name": Path(name).name[:LONGEST], "suffix": path.suffix.lower(), "size": path.stat().st_size}
    with transaction.atomic():
        made, new = HeldMap.objects.get_or_create(
            party=study.party, digest=digest, year=year, field=where, defaults={"owner": actor, **about, **kept}
        )
        if not made.path.exists():
            with replacing(made.path) as temporary:
                shutil.copyfile(path, temporary)
        study.maps.add(made)
        changes = {"sha256": digest, "year": year, "new": new}
        record(actor=actor, verb="add_map", record="study", record_id=study.pk, party=study.party, changes=changes)
    return made


def look_at(path: Path, name: str, field: str = "") -> MapLook:
    """Look at an uploaded map in a limited process; raise `DataError`, under the name it came with, if unusable."""
    with tempfile.TemporaryDirectory(prefix="biosetu-map-") as folder:
        try:
            return look_apart(path, Path(folder), settings.BIOSETU_MAP_PIXELS, field)
        except DataError as error:
            given = Path(name).name[:LONGEST]
            raise DataError([replace(each, file=given) if each.file else each for each in error.problems]) from error


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _may_edit(study: Study, actor: Account) -> None:
    if not may(actor, "edit", study):
        raise PermissionDenied


def _check_room(study: Study, year: int) -> None:
    if not YEARS[0] <= year <= YEARS[1]:
        raise DataError(Problem(N_("That is no year of a map."), N_("Write a year from 1700 to 2199."), "year"))
    if study.maps.count() >= MOST_MAPS:
        raise DataError(Problem(N_("A study takes at most 12 maps."), N_("Take one out first."), "limits"))
    if study.maps.filter(year=year).exists():
        raise DataError(Problem(N_("There is a map of that year already."), N_("Take it out first."), "year"))


@transaction.atomic
def choose_map(*, study: Study, held: HeldMap, actor: Account) -> None:
    """Add a map that is held for the same Party."""
    _may_edit(study, actor)
    if not may(actor, "see", held) or held.party != study.party:
        raise PermissionDenied
    _check_room(study, held.year)
    study.maps.add(held)
    changes = {"sha256": held.digest, "year": held.year}
    record(actor=actor, verb="add_map", record="study", record_id=study.pk, party=study.party, changes=changes)


@transaction.atomic
def drop_map(*, study: Study, held: HeldMap, actor: Account) -> None:
    """Take a map out of the study; it stays held for the Party."""
    _may_edit(study, actor)
    study.maps.remove(held)
    changes = {"sha256": held.digest, "year": held.year}
    record(actor=actor, verb="drop_map", record="study", record_id=study.pk, party=study.party, changes=changes)


@dataclass(frozen=True, slots=True)
class ClassSaid:
    """What a person said of a class: its name, its national type, its functional group (empty: none)."""

    name: str
    national_type: str
    functional_group: str


@transaction.atomic
def say_classes(*, study: Study, said: Mapping[str, ClassSaid], actor: Account) -> int:
    """Keep what a person said of classes; a functional group counts as confirmed by them. Return how many changed.

    Raises `DataError` with every functional group that the typology does not have.
    """
    _may_edit(study, actor)
    wrong = [
        Problem(N_("is no functional group of the typology"), N_("Use a code such as T1.1."), "group", column=code,
                value=each.functional_group)
        for code, each in said.items() if each.functional_group and each.functional_group not in functional_groups()
    ]  # fmt: skip
    if wrong:
        raise DataError(wrong)
    changed = [row for row in study.classes.filter(code__in=said) if _take(row, said[row.code], actor)]
    for row in changed:
        row.save()
    if changed:
        groups = {row.code: row.functional_group for row in changed}
        party = study.party
        record(actor=actor, verb="confirm", record="study", record_id=study.pk, party=party, changes={"groups": groups})
        Study.objects.filter(pk=study.pk).update(changed_at=timezone.now())
    return len(changed)


def _take(row: StudyClass, said: ClassSaid, actor: Account) -> bool:
    before = (row.name, row.national_type, row.functional_group)
    row.name, row.national_type = line_of(said.name), line_of(said.national_type)
    if said.functional_group != row.functional_group:
        row.functional_group = said.functional_group
        row.confirmed_by = actor if said.functional_group else None
        row.confirmed_at = timezone.now() if said.functional_group else None
    return before != (row.name, row.national_type, row.functional_group)


def line_of(text: str) -> str:
    """Return a text as one line of at most LONGEST characters."""
    return " ".join(text.split())[:LONGEST]


def cleaned(data: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that are filled in, by column of the template; what is none is left behind."""
    given = {name: " ".join(data.get(name, "").split())[: 5 * LONGEST] for name in ANSWERS}
    return {name: text for name, text in given.items() if text}


@transaction.atomic
def answer(*, row: StudyClass, answers: Mapping[str, str], actor: Account) -> None:
    """Keep what a person wrote of one type; raise `DataError` with every cell that cannot be read."""
    _may_edit(row.study, actor)
    given = cleaned(answers)
    assess([{"ecosystem": row.code, **given}])
    changed = sorted(name for name in {*given, *row.answers} if given.get(name) != row.answers.get(name))
    if not changed:
        return
    row.answers, row.answered_by, row.answered_at = given, actor, timezone.now()
    row.save()
    changes = {"class": row.code, "columns": changed}
    study = row.study
    record(actor=actor, verb="answer", record="study", record_id=study.pk, party=study.party, changes=changes)
    Study.objects.filter(pk=study.pk).update(changed_at=timezone.now())


def newest(study: Study) -> Measurement | None:
    """Return the newest measurement that is whole."""
    return study.measurements.filter(state=WorkState.DONE).order_by("-finished_at").first()


def assessed(classes: Sequence[StudyClass]) -> list[StudyClass]:
    """Return the classes that are assessed: those of a natural functional group that somebody confirmed."""
    groups = functional_groups()
    return [row for row in classes if row.functional_group and groups[row.functional_group].natural]


def about(row: StudyClass) -> dict[str, str]:
    """Return what is said of a class, as tables carry it."""
    said = {"name": row.national_type or row.name or row.code, "functional_group": row.functional_group}
    return said | {"national_type": row.national_type}


def rows_of(measurement: Measurement, classes: Sequence[StudyClass]) -> list[dict[str, str]]:
    """Return the template's rows of the types that are assessed."""
    chosen = assessed(classes)
    answers = {row.code: row.answers for row in chosen}
    return study_rows(read_study(measurement.folder)["measures"], {row.code: about(row) for row in chosen}, answers)


def outcomes(rows: Sequence[Mapping[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Return what the criteria give under each version of the guidelines, newest version first."""
    versions = sorted(guidelines_by_version(), reverse=True)
    return {version: assessment_table(assess(rows, version)).to_pylist() for version in versions}


@transaction.atomic
def save(*, study: Study, base: int, guidelines: str, actor: Account, note: str = "") -> StudyVersion:
    """Save measures, classes, answers and outcome as the next version after `base`.

    Raises `DataError` with what is missing, `MovedOnError` where somebody saved another one meanwhile.
    """
    _may_edit(study, actor)
    measurement, classes = newest(study), list(study.classes.order_by("pk"))
    if guidelines not in guidelines_by_version():
        raise DataError(Problem(N_("There are no such guidelines."), N_("Choose one of the list."), "guidelines"))
    if measurement is None:
        raise DataError(Problem(N_("Nothing is measured yet."), N_("Measure the maps first."), "not-measured"))
    rows = rows_of(measurement, classes)
    if not rows:
        remedy = N_("Confirm the functional group of a class first.")
        raise DataError(Problem(N_("No natural ecosystem is confirmed yet."), remedy, "no-types"))
    found = outcomes(rows)
    mine = Study.objects.filter(pk=study.pk, versions_made=base)
    if mine.update(versions_made=base + 1, changed_at=timezone.now()) != 1:
        raise MovedOnError(N_("Somebody saved another version meanwhile. Look at it, then save yours again."))
    made = StudyVersion.objects.create(
        study=study,
        number=base + 1,
        by=actor,
        measurement=measurement,
        guidelines=guidelines,
        classes=[
            {"code": row.code, **about(row), "confirmed_by": _who(row), "confirmed_at": _when(row)} for row in classes
        ],
        rows=rows,
        outcome=found,
        note=line_of(note) if len(note) <= LONGEST else " ".join(note.split())[:500],
    )
    changes = {"version": made.number, "types": len(rows), "guidelines": guidelines}
    record(actor=actor, verb="save", record="study", record_id=study.pk, party=study.party, changes=changes)
    return made


def _who(row: StudyClass) -> int | None:
    return row.confirmed_by_id


def _when(row: StudyClass) -> str:
    return row.confirmed_at.isoformat() if row.confirmed_at else ""


def figures(version: StudyVersion) -> StudyFigures:
    """Return what the Observations of a version are made from."""
    measures = read_study(version.measurement.folder)["measures"]
    classes = {each["code"]: each for each in version.classes}
    maps = version.measurement.maps
    inputs = "; ".join(f"{each['name']} ({each['year']}) sha256:{each['sha256'][:16]}" for each in maps)
    return StudyFigures(
        party=version.study.party,
        measures=with_classes(measures, classes),
        categories=version.outcome[version.guidelines],
        guidelines=version.guidelines,
        inputs=inputs,
        title=f"{version.study.title}, version {version.number}",
        on=version.at.date(),
    )


def submit(*, version: StudyVersion, holder: str, licence: str, actor: Account) -> Run:
    """Propose the figures of a version (A.1, A.2) to the Party, by the way that all evidence takes; return the run.

    Raises `DataError` where the figures break a rule, `MovedOnError` where the version was submitted before.
    """
    study = version.study
    return submit_version(
        version=version,
        work=study,
        kind="study",
        title=study.title,
        figures=lambda holder, licence: study_observations(figures(version), holder, licence),
        holder=holder,
        licence=licence,
        actor=actor,
    )
