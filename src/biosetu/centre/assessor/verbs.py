"""What one can do with an assessment: begin it, measure its occurrences, save a version. Domain verbs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.assessor.evaluating import LONGEST, cleaned, evaluated, method_said
from biosetu.centre.assessor.models import Occurrences, TaxonAssessment, Version
from biosetu.centre.assessor.reader import Measuring, measure_apart
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.states import MovedOnError
from biosetu.problems import DataError, Problem
from biosetu.species.criteria import Method
from biosetu.translation import N_

FILE_BYTES = 2_000_000
BOUNDS = Measuring(file_bytes=FILE_BYTES, rows=50_000, memory_bytes=4_000_000_000, seconds=90)


@transaction.atomic
def begin(*, party: str, taxon: str, actor: Account) -> TaxonAssessment:
    """Open an assessment of a taxon for a Party; raise `DataError` without a name."""
    if not may(actor, "assess", PartyRecord(party)):
        raise PermissionDenied
    name = " ".join(taxon.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise DataError(Problem(N_("Name the taxon."), N_("At most 200 characters"), "taxon", column="taxon"))
    made = TaxonAssessment.objects.create(owner=actor, party=party, taxon=name)
    record(actor=actor, verb="begin", record="assessment", record_id=made.pk, party=party)
    return made


def take_occurrences(*, assessment: TaxonAssessment, path: Path, name: str, actor: Account) -> Occurrences:
    """Measure a table of occurrences and keep what it gave; raise `DataError` where it cannot be used."""
    if not may(actor, "edit", assessment):
        raise PermissionDenied
    if path.stat().st_size > FILE_BYTES:
        raise DataError(too_large(name))
    found = measure_apart(path, assessment.taxon, BOUNDS)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with transaction.atomic():
        made = Occurrences.objects.create(
            assessment=assessment,
            by=actor,
            name=Path(name).name[:LONGEST],
            digest=digest,
            records=found.records,
            places=found.places,
            eoo_km2=found.eoo_km2,
            aoo_km2=found.aoo_km2,
            flags=found.flags,
            definitions=found.definitions,
            left_out=found.left_out,
            points=found.points,
        )
        changes = {"sha256": digest, "records": found.records}
        party = assessment.party
        record(actor=actor, verb="measure", record="assessment", record_id=assessment.pk, party=party, changes=changes)
    return made


def too_large(name: str) -> Problem:
    """Return what is said of a file over the limit."""
    remedy = N_("Up to 2 MB is measured here; run `biosetu species range` on a larger file and type what it gives")
    return Problem(N_("the file is too large"), remedy, "too-large", name)


@transaction.atomic
def save(
    *,
    assessment: TaxonAssessment,
    base: int,
    values: Mapping[str, str],
    method: Method,
    actor: Account,
    note: str = "",
) -> Version:
    """Save the parameters and what the criteria give as the next version after `base`.

    Raises `DataError` with every cell that cannot be read, `MovedOnError` where somebody saved another one meanwhile.
    """
    if not may(actor, "edit", assessment):
        raise PermissionDenied
    given = cleaned(values)
    result = evaluated(assessment.taxon, given, method)
    mine = TaxonAssessment.objects.filter(pk=assessment.pk, versions_made=base)
    shown = {"category": result["category"], "criteria": result["criteria"]}
    if mine.update(versions_made=base + 1, changed_at=timezone.now(), **shown) != 1:
        raise MovedOnError(N_("Somebody saved another version meanwhile. Look at it, then save yours again."))
    made = Version.objects.create(
        assessment=assessment,
        number=base + 1,
        by=actor,
        occurrences=assessment.occurrences.order_by("-pk").first(),
        values=given,
        method=method_said(method),
        result=result,
        note=" ".join(note.split())[:500],
    )
    changes = {"version": made.number, **shown}
    party = assessment.party
    record(actor=actor, verb="save", record="assessment", record_id=assessment.pk, party=party, changes=changes)
    return made
