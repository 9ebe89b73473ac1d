"""Promises in the database: one row a record, its body as the JSON of `alignment`; and what is on its way in.

Decisions and self-assessments are added and never changed. Files read but not yet stored are drafts of who sent them.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from biosetu.centre.accounts.guarded import Guarded, Paths


class Ledger(models.Model):
    """One row a Party: writers take turns by locking it; `version` rises with every change.

    `promised` says that promises were kept here, not a self-assessment alone; `stated` the same of other statements.
    """

    party = models.CharField(primary_key=True, max_length=3)
    version = models.BigIntegerField(default=0)
    promised = models.BooleanField(default=False)
    stated = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)


class Kept(models.Model):
    """A record of a Party: its key among those of its kind, its place, its body."""

    ledger = models.ForeignKey(Ledger, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    position = models.IntegerField()
    body = models.JSONField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(fields=["ledger", "key"], name="one_%(class)s_per_key"),
        )


class TargetRow(Kept):
    """A national target."""


class ActionRow(Kept):
    """An action under a national target."""


class StatementRow(Kept):
    """What the Party says its national targets do and do not cover."""


class StrategyRow(Kept):
    """A strategy as its record in the reporting tool tells it."""


class DecisionRow(Kept):
    """A decision on a suggestion; never changed."""


class QuantityRow(Kept):
    """A decision on a quantity found in a text; never changed."""


class OwnRow(Kept):
    """A quantity, a level of progress or a gap that the Party states itself; `kind` says which."""

    kind = models.CharField(max_length=20)


class AssessmentRow(models.Model):
    """One self-assessment of a Party; never changed, the newest counts."""

    ledger = models.ForeignKey(Ledger, on_delete=models.CASCADE, related_name="assessments")
    number = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)
    body = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["ledger", "number"], name="one_assessment_per_number"),)


class Draft(Guarded, models.Model):
    """A file as it was read, before anything of it is stored.

    `kind` is `table` (records, ready to be stored), `own` (what the Party states of itself, the same) or `text`
    (proposals from a strategy, to be confirmed first).
    """

    record_kind: ClassVar[str] = "draft"
    paths: ClassVar[Paths] = Paths(owner="owner")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    party = models.CharField(max_length=3)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    stored_at = models.DateTimeField(null=True)
    body = models.JSONField()

    class Meta:
        indexes = (models.Index(fields=["owner", "party", "-at"], name="draft_owner"),)

    def owner_of(self) -> int | None:
        """Return who sent it."""
        return self.owner_id
