"""What one can do with plans: begin a problem, add layers, ask, stop, share, withdraw a link. Domain verbs."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.background import move
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.planning.asking import choice_of
from biosetu.centre.planning.models import MOVING, Link, PlanState, Study, Version
from biosetu.centre.planning.reader import PROBLEM, Asked, read_apart
from biosetu.centre.planning.working import enqueue, enqueue_next
from biosetu.framework import parties
from biosetu.home import home
from biosetu.jobs.planning_folder import open_problem
from biosetu.jobs.planning_party import forget
from biosetu.jobs.planning_workbench import begin_within, describe, picture
from biosetu.problems import DataError, Problem, UsageError
from biosetu.translation import N_

LONGEST = 200
AT_ONCE = 5
MOST_VERSIONS = 200
MOST_TOGETHER = 12


def from_file(*, party: str, title: str, path: Path, name: str, licensed: bool, sources: str, actor: Account) -> Study:
    """Begin a problem from an uploaded file; raise `DataError` with everything that is wrong with it."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    what = {"kind": PROBLEM, "name": Path(name).name[:LONGEST], "sha256": digest}
    return _begun(
        party=party,
        title=title,
        licensed=licensed,
        sources=sources,
        actor=actor,
        what=what,
        make=lambda folder: read_apart(path, folder, Asked(PROBLEM)),
    )


def within(
    *, party: str, title: str, cell_km: float, shape: str, actor: Account, together: Sequence[str] = ()
) -> Study:
    """Begin a problem with units made over the outline of the Party, and of those that plan together with it."""
    several = list(dict.fromkeys([party, *together]))
    if len(several) > MOST_TOGETHER:
        message, remedy = N_("these are too many Parties for one plan"), N_("Choose fewer, or bring units as a file")
        raise DataError(Problem(message, remedy, "together", column="together", value=str(len(several))))
    if unknown := [code for code in several if code not in parties()]:
        message, remedy = N_("there is no such Party"), N_("Choose one of the list")
        raise DataError(Problem(message, remedy, "party", column="together", value=", ".join(unknown)))

    def make(folder: Path) -> dict[str, Any]:
        try:
            begin_within(several, cell_km, shape, folder)
        except UsageError as error:
            message, remedy = N_("these are no cells"), N_("Write a size above 0 km")
            raise DataError(Problem(message, remedy, "cell", column="cell_km", value=f"{cell_km:g}")) from error
        return _described(folder)

    what = {"kind": "units", "name": f"{', '.join(several)}: {shape}, {cell_km:g} km", "sha256": ""}
    return _begun(party=party, title=title, licensed=False, sources="", actor=actor, what=what, make=make)


def _described(folder: Path) -> dict[str, Any]:
    opened = open_problem(folder, confined=True, begun=True)
    picture(opened, folder)
    return asdict(describe(opened))


def _begun(
    *,
    party: str,
    title: str,
    licensed: bool,
    sources: str,
    actor: Account,
    what: Mapping[str, str],
    make: Callable[[Path], dict[str, Any]],
) -> Study:
    if not may(actor, "plan", PartyRecord(party)):
        raise PermissionDenied
    name = " ".join(title.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise DataError(Problem(N_("Give the plan a name."), N_("At most 200 characters"), "title", column="title"))
    study = Study(owner=actor, party=party, title=name, licensed=licensed, sources=" ".join(sources.split())[:500])
    with _workplace() as place:
        folder = place / "problem"
        folder.mkdir()
        study.held = make(folder)
        study.inputs = [dict(what)]
        with transaction.atomic():
            study.save(force_insert=True)
            record(actor=actor, verb="begin", record="plan", record_id=study.pk, party=party, changes=dict(what))
            _moved_in(folder, study)
    return study


@contextmanager
def _workplace() -> Iterator[Path]:
    """Yield a folder beside the studies, so that what is made in it can be moved in at once."""
    place = home() / "files" / "planning"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place) as name:
        yield Path(name)


def _moved_in(folder: Path, study: Study) -> None:
    """Put a finished problem folder in the place of the one before."""
    study.folder.mkdir(parents=True, exist_ok=True)
    place, before = study.folder / "problem", study.folder / ".before"
    shutil.rmtree(before, ignore_errors=True)
    if place.exists():
        place.rename(before)
    folder.rename(place)
    shutil.rmtree(before, ignore_errors=True)


def add_layer(*, study: Study, path: Path, name: str, asked: Asked, licensed: bool, actor: Account) -> None:
    """Add features from a layer, or lock what a layer protects; a licensed layer makes the problem its owner's alone.

    Raises `DataError` where the layer cannot be used, `MovedOnError` while a plan is being worked on.
    """
    if not may(actor, "edit", study) or (licensed and study.owner_id != actor.pk):
        raise PermissionDenied
    if study.versions.filter(state__in=MOVING).exists():
        raise MovedOnError(N_("A plan of this problem is being worked on. Wait for it, or stop it."))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    what = {"kind": asked.what, "name": Path(name).name[:LONGEST], "sha256": digest, "column": asked.column}
    with _workplace() as place:
        folder = place / "problem"
        shutil.copytree(study.folder / "problem", folder)
        held = read_apart(path, folder, asked)
        with transaction.atomic():
            study.held, study.inputs = held, [*study.inputs, what]
            study.licensed = study.licensed or licensed
            study.save()
            record(actor=actor, verb="add", record="plan", record_id=study.pk, party=study.party, changes=what)
            _moved_in(folder, study)


@transaction.atomic
def ask(*, study: Study, base: int, asked: Mapping[str, Any], note: str, actor: Account) -> Version:
    """Save what is asked as the next version after `base` and queue its solution.

    Raises `DataError` with everything that cannot be asked, `MovedOnError` where somebody asked meanwhile.
    """
    if not may(actor, "edit", study):
        raise PermissionDenied
    choice_of(asked, study.held)
    _room_for_another(study, actor)
    mine = Study.objects.filter(pk=study.pk, versions_made=base)
    if mine.update(versions_made=base + 1, changed_at=timezone.now()) != 1:
        raise MovedOnError(N_("Somebody saved another version meanwhile. Look at it, then save yours again."))
    made = Version.objects.create(
        study=study, number=base + 1, by=actor, asked=dict(asked), note=" ".join(note.split())[:500]
    )
    changes = {"version": made.number, "objective": asked["objective"]}
    record(actor=actor, verb="ask", record="plan", record_id=study.pk, party=study.party, changes=changes)
    enqueue(made)
    return made


def _room_for_another(study: Study, actor: Account) -> None:
    if Version.objects.filter(by=actor, state__in=MOVING).count() >= AT_ONCE:
        message, remedy = N_("several of your plans are being worked on"), N_("Wait for one of them, or stop it")
        raise DataError(Problem(message, remedy, "busy"))
    if study.versions_made >= MOST_VERSIONS:
        message, remedy = N_("this problem has as many plans as it can hold"), N_("Begin a new problem")
        raise DataError(Problem(message, remedy, "full"))


@transaction.atomic
def cancel(*, version: Version, actor: Account) -> None:
    """Stop a plan that is not finished; raise `MovedOnError` when too late."""
    study = version.study
    if not may(actor, "edit", study):
        raise PermissionDenied
    if move("plan", Version.objects.filter(pk=version.pk), "cancel", finished_at=timezone.now()) != 1:
        raise MovedOnError(N_("The plan has moved on meanwhile."))
    changes = {"version": version.number}
    record(actor=actor, verb="cancel", record="plan", record_id=study.pk, party=study.party, changes=changes)


@transaction.atomic
def share(*, version: Version, actor: Account) -> Link:
    """Make a link under which a finished plan may be read without an account."""
    study = version.study
    if not may(actor, "edit", study):
        raise PermissionDenied
    if version.state not in (PlanState.DONE, PlanState.IMPOSSIBLE):
        raise MovedOnError(N_("Only a finished plan is shared."))
    made = Link.objects.create(version=version, by=actor)
    changes = {"version": version.number, "link": str(made.pk)}
    record(actor=actor, verb="share", record="plan", record_id=study.pk, party=study.party, changes=changes)
    return made


@transaction.atomic
def withdraw(*, link: Link, actor: Account) -> None:
    """Let a link lead nowhere from now on; a second call changes nothing."""
    study = link.version.study
    if not may(actor, "edit", study):
        raise PermissionDenied
    if Link.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()) == 1:
        changes = {"link": str(link.pk)}
        record(actor=actor, verb="withdraw", record="plan", record_id=study.pk, party=study.party, changes=changes)


@transaction.atomic
def publish_next(*, version: Version, actor: Account) -> None:
    """Have worked out what the next area would buy, as this version asks, and shown on the Party's page.

    Only the Party decides that. From a problem with a licensed layer figures alone are shown.
    """
    study = version.study
    if not may(actor, "publish", study) or not may(actor, "see", study):
        raise PermissionDenied
    changes = {"version": version.number}
    record(actor=actor, verb="publish", record="plan", record_id=study.pk, party=study.party, changes=changes)
    enqueue_next(version, actor)


@transaction.atomic
def retract_next(*, study: Study, actor: Account) -> None:
    """Take what the next area would buy off the Party's page."""
    if not may(actor, "publish", study) or not may(actor, "see", study):
        raise PermissionDenied
    record(actor=actor, verb="retract", record="plan", record_id=study.pk, party=study.party)
    transaction.on_commit(lambda: forget(study.party))
