"""Figures worked out in the centre, submitted once to the Party by the way that all evidence takes. A domain verb."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.core.exceptions import PermissionDenied
from django.db import transaction

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.intake import propose, take_in
from biosetu.centre.evidence.models import Run, Submittable
from biosetu.centre.evidence.states import MovedOnError
from biosetu.engine.tables import write_table
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

LONGEST = 200


def may_submit(person: Any, work: Any) -> bool:
    """Return whether a person may propose what a work (a study, an assessment) gave to its Party."""
    return may(person, "edit", work) and may(person, "propose", PartyRecord(work.party))


def submit_version(
    *,
    version: Submittable,
    work: Any,
    kind: str,
    title: str,
    figures: Callable[[str, str], pa.Table],
    holder: str,
    licence: str,
    actor: Account,
) -> Run:
    """Propose the figures of a saved version to the Party; return the run.

    Args:
        version: what is submitted, once.
        work: the record with a Party, one of whose `versions` it is.
        kind, title: of the work, for the trail and for the name of the table.
        figures: gives the Observations, for a holder and a licence.
        holder, licence: whose figures they are, under which terms.
        actor: who submits.

    Raises `DataError` without holder or licence, or where the figures break a rule, `MovedOnError` where the version
    was submitted before.
    """
    if not may_submit(actor, work):
        raise PermissionDenied
    holder, licence = (" ".join(text.split())[:LONGEST] for text in (holder, licence))
    if not holder or not licence:
        raise DataError(Problem(N_("Say whose figures they are, and under which terms."), "", "holder"))
    table = figures(holder, licence)
    versions = work.versions.filter(pk=version.pk)
    with tempfile.TemporaryDirectory(prefix="biosetu-figures-") as folder, transaction.atomic():
        if not versions.select_for_update().filter(run=None).exists():
            raise MovedOnError(N_("This version was submitted already."))
        path = Path(folder) / "figures.csv"
        write_table(table, path)
        run = propose(upload=take_in(path=path, name=f"{title} {version.number}.csv", owner=actor), actor=actor)
        versions.update(run=run)
        changes = {"version": version.number, "run": str(run.pk)}
        record(actor=actor, verb="submit", record=kind, record_id=work.pk, party=work.party, changes=changes)
    return run
