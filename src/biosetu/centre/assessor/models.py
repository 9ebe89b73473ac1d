"""An assessment of one taxon for one Party: what was measured from occurrences, and its versions.

Exact localities are not kept: of a table of occurrences stay its hash, the measures and the points of a coarse grid.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from biosetu.centre.accounts.guarded import Guarded, Paths


class TaxonAssessment(Guarded, models.Model):
    """The assessment of a taxon; a draft that its owner and the officers of the Party see."""

    record_kind: ClassVar[str] = "assessment"
    paths: ClassVar[Paths] = Paths(owner="owner", party="party")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    party = models.CharField(max_length=3)
    taxon = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    category = models.CharField(max_length=10, blank=True)
    criteria = models.TextField(blank=True)
    versions_made = models.IntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["party", "-changed_at"], name="assessment_party"),)

    def owner_of(self) -> int | None:
        """Return who began it."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.party})


class Occurrences(models.Model):
    """What one table of occurrences gave: extent, occupancy, what was left out, and points of a coarse grid."""

    assessment = models.ForeignKey(TaxonAssessment, on_delete=models.CASCADE, related_name="occurrences")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    records = models.IntegerField()
    places = models.IntegerField()
    eoo_km2 = models.FloatField(null=True)
    aoo_km2 = models.FloatField(null=True)
    flags = models.CharField(max_length=200, blank=True)
    definitions = models.CharField(max_length=200)
    left_out = models.JSONField(default=dict)
    points = models.JSONField(default=list)


class Version(models.Model):
    """The parameters as somebody saved them, and what the criteria gave; never changed."""

    assessment = models.ForeignKey(TaxonAssessment, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    occurrences = models.ForeignKey(Occurrences, null=True, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    method = models.JSONField()
    result = models.JSONField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["assessment", "number"], name="one_version_per_number"),)
