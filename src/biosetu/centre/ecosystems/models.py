"""A study of a Party's ecosystems: its maps, what was measured on them, what people said, its versions."""

from __future__ import annotations

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


class WorkState(models.TextChoices):
    """Where the measuring of maps stands."""

    QUEUED = "queued", lazy_text(N_("queued"))
    RUNNING = "running", lazy_text(N_("running"))
    DONE = "done", lazy_text(N_("done"))
    CANCELLED = "cancelled", lazy_text(N_("cancelled"))
    FAILED = "failed", lazy_text(N_("failed"))


MOVING = (WorkState.QUEUED, WorkState.RUNNING)


class HeldMap(Guarded, models.Model):
    """A map that was uploaded for a Party; the people of that Party may use it in any of their studies.

    `field` says where its classes are: the field of polygons, the band of a raster that has several.
    """

    record_kind: ClassVar[str] = "map"
    paths: ClassVar[Paths] = Paths(owner="owner", party="party")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    party = models.CharField(max_length=3)
    at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    suffix = models.CharField(max_length=12)
    size = models.BigIntegerField()
    year = models.IntegerField()
    kind = models.CharField(max_length=10)
    field = models.CharField(max_length=100, blank=True)
    width = models.IntegerField()
    height = models.IntegerField()
    crs = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["party", "digest", "year", "field"], name="one_map_per_content_and_year"),
        )

    def owner_of(self) -> int | None:
        """Return who uploaded it."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.party})

    @property
    def path(self) -> Path:
        """Where the file lies, under its hash."""
        return home() / "files" / "maps" / f"{self.digest}{self.suffix}"


class Study(Guarded, models.Model):
    """One piece of work on a Party's ecosystems; a draft that its owner and the officers of the Party see."""

    record_kind: ClassVar[str] = "study"
    paths: ClassVar[Paths] = Paths(owner="owner", party="party")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    party = models.CharField(max_length=3)
    title = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    versions_made = models.IntegerField(default=0)
    maps = models.ManyToManyField(HeldMap, related_name="studies")

    class Meta:
        indexes = (models.Index(fields=["party", "-changed_at"], name="study_party"),)

    def owner_of(self) -> int | None:
        """Return who began it."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.party})


class Work(models.Model):
    """Work on a study's maps that is done in the background; it survives being killed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    maps = models.JSONField()
    align = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=WorkState.choices, default=WorkState.QUEUED)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True)
    heartbeat = models.DateTimeField(null=True)
    problems = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def folder(self) -> Path:
        """Where its tables lie."""
        return home() / "files" / "ecosystems" / str(self.pk)


class Measurement(Work):
    """Measuring the maps of a study; `nodata` holds the codes that mean no data, besides those of the files."""

    nodata = models.JSONField(default=list)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="measurements")

    class Meta:
        indexes = (models.Index(fields=["study", "-created_at"], name="measurement_study"),)


class Degradation(Work):
    """Severity and extent of degradation (criteria C, D) from a variable over time, on one of the study's maps.

    `maps` holds that map; `given` what was uploaded (name, year, suffix, sha256); `options` what was chosen.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="degradations")
    criterion = models.CharField(max_length=3)
    variable = models.CharField(max_length=200)
    given = models.JSONField()
    options = models.JSONField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["study", "-created_at"], name="degradation_study"),)

    @property
    def paths(self) -> list[Path]:
        """Where the files of the variable lie."""
        return [self.folder / f"given-{place:02}{each['suffix']}" for place, each in enumerate(self.given)]


class StudyClass(models.Model):
    """One class of the maps: what it is called, which functional group somebody confirmed, what is known of it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="classes")
    code = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    national_type = models.CharField(max_length=200, blank=True)
    functional_group = models.CharField(max_length=20, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    answers = models.JSONField(default=dict)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["study", "code"], name="one_class_per_code"),)


class StudyVersion(Submittable):
    """The study as somebody saved it: measures, classes, answers, and what the criteria gave; never changed."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="versions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    measurement = models.ForeignKey(Measurement, on_delete=models.PROTECT, related_name="+")
    guidelines = models.CharField(max_length=10)
    classes = models.JSONField()
    rows = models.JSONField()
    outcome = models.JSONField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["study", "number"], name="one_study_version_per_number"),)
