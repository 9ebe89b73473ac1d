"""What one can do with an assessment: begin it, save a version, submit it to the Party. Domain verbs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.assessor.evaluating import LONGEST, cleaned, evaluated, method_said
from biosetu.centre.assessor.models import TaxonAssessment, Version
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.submitting import submit_version
from biosetu.jobs.species_national import Assessed, assessment_observations
from biosetu.problems import DataError, Problem
from biosetu.species.criteria import Method
from biosetu.translation import N_


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
    shown = {"category": result["category_shown"] or result["category"], "criteria": result["criteria"]}
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


def submit(*, version: Version, holder: str, licence: str, actor: Account) -> Run:
    """Propose a version as the national assessment of its taxon, by the way that all evidence takes; return the run.

    The Party validates or returns it; once validated, it stands in the Party's dossier.

    Raises `DataError` without holder or licence, `MovedOnError` where the version was submitted before.
    """
    assessment = version.assessment
    return submit_version(
        version=version,
        work=assessment,
        kind="assessment",
        title=assessment.taxon,
        figures=lambda holder, licence: assessment_observations(_assessed(version, holder, licence)),
        holder=holder,
        licence=licence,
        actor=actor,
    )


def _assessed(version: Version, holder: str, licence: str) -> Assessed:
    """Return a version as what its Observation is made from; the hash is that of its parameters and method."""
    assessment, on = version.assessment, timezone.localdate(version.at)
    content = json.dumps([version.values, version.method], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    inputs = f"assessment {assessment.pk}, version {version.number}, sha256:{digest}"
    return Assessed(assessment.taxon, assessment.party, version.result, on, inputs, holder, licence)
