"""A planning problem of a Party, its plans as versions, and the links under which a plan may be read.

Tables and maps lie in BIOSETU_HOME/files/planning/<id>; the database holds what was asked and what came of it.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.wording import lazy_text
from biosetu.home import home
from biosetu.translation import N_


class PlanState(models.TextChoices):
    """Where a plan stands."""

    QUEUED = "queued", lazy_text(N_("queued"))
    RUNNING = "running", lazy_text(N_("running"))
    DONE = "done", lazy_text(N_("plan found"))
    IMPOSSIBLE = "impossible", lazy_text(N_("cannot be met"))
    CANCELLED = "cancelled", lazy_text(N_("cancelled"))
    FAILED = "failed", lazy_text(N_("failed"))


MOVING = (PlanState.QUEUED, PlanState.RUNNING)


class Study(Guarded, models.Model):
    """A planning problem. With a licensed layer in it, it is its owner's alone, not the Party's."""

    record_kind: ClassVar[str] = "plan"
    paths: ClassVar[Paths] = Paths(owner="owner", party="party", open=Q(licensed=False))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    party = models.CharField(max_length=3)
    title = models.CharField(max_length=200)
    sources = models.CharField(max_length=500, blank=True)
    licensed = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    inputs = models.JSONField(default=list)
    held = models.JSONField(default=dict)
    versions_made = models.IntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["party", "-changed_at"], name="plan_party"),)

    def owner_of(self) -> int | None:
        """Return who began it."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.party})

    def is_open(self) -> bool:
        """Return whether the officers of the Party may see it: no licensed layer is in it."""
        return not self.licensed

    @property
    def folder(self) -> Path:
        """Where its tables lie."""
        return home() / "files" / "planning" / str(self.pk)


class Version(models.Model):
    """What somebody asked of a problem, and what came of it. What was asked is never changed."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=500, blank=True)
    asked = models.JSONField()
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.QUEUED)
    worker = models.CharField(max_length=32, blank=True)
    heartbeat = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    moment = models.JSONField(default=dict)
    answer = models.JSONField(default=dict)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["study", "number"], name="one_plan_per_number"),)

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self.study.folder / "plans" / str(self.number)


class Link(models.Model):
    """A link under which one plan may be read without an account, until it is withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="links")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
