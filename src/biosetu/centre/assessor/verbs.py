"""What one can do with an assessment: begin it, save a version. Domain verbs."""

from __future__ import annotations

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
from biosetu.centre.evidence.states import MovedOnError
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
