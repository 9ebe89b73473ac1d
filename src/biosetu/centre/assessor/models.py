"""An assessment of one taxon for one Party: what was measured from occurrences, and its versions.

Exact localities are not kept: of a table of occurrences stay its hash, the measures and the points of a coarse grid.
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.evidence.models import Submittable
from biosetu.centre.wording import lazy_text
from biosetu.home import home
from biosetu.translation import N_


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


class MeasuringState(models.TextChoices):
    """Where the measuring of a table stands."""

    QUEUED = "queued", lazy_text(N_("queued"))
    RUNNING = "running", lazy_text(N_("running"))
    DONE = "done", lazy_text(N_("done"))
    CANCELLED = "cancelled", lazy_text(N_("cancelled"))
    FAILED = "failed", lazy_text(N_("failed"))


MOVING = (MeasuringState.QUEUED, MeasuringState.RUNNING)


class Measuring(models.Model):
    """A table on its way to being measured, with what was typed and not saved when it was sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(TaxonAssessment, on_delete=models.CASCADE, related_name="measurings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=200)
    suffix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    typed = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=MeasuringState.choices, default=MeasuringState.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True)
    heartbeat = models.DateTimeField(null=True)
    problems = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["assessment", "-created_at"], name="measuring_assessment"),)

    @property
    def folder(self) -> Path:
        """Where the table lies while it is measured."""
        return home() / "files" / "occurrences" / str(self.pk)

    @property
    def path(self) -> Path:
        """The table itself."""
        return self.folder / f"table{self.suffix}"

    def forget_table(self) -> None:
        """Remove the table and all that was made of it on the way."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def moving(self) -> bool:
        """Return whether it is not finished yet."""
        return self.state in MOVING


class Version(Submittable):
    """The parameters as somebody saved them, and what the criteria gave; never changed."""

    assessment = models.ForeignKey(TaxonAssessment, on_delete=models.CASCADE, related_name="versions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    occurrences = models.ForeignKey(Occurrences, null=True, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    method = models.JSONField()
    result = models.JSONField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["assessment", "number"], name="one_version_per_number"),)
