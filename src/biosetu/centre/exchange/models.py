"""What came in from other centres, waiting for an officer; whose keys are known; sheets of forms brought in."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.wording import lazy_text
from biosetu.translation import N_


class KnownKey(models.Model):
    """A signing key that an officer has confirmed, and whose it is."""

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Arrival(models.Model):
    """A request that another centre handed over, or what people decided on it since; `request` once an officer took it
    in.
    """

    body = models.JSONField()
    key = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    request = models.ForeignKey(
        SupportRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="arrivals"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return str(self.body.get("reference", ""))

    def signer(self) -> KnownKey | None:
        """Return whose key signed it, where that is known."""
        return KnownKey.objects.filter(key=self.key).first()


class SheetState(models.TextChoices):
    """How far a sheet has come."""

    PREVIEW = "preview", lazy_text(N_("to be confirmed"))
    QUEUED = "queued", lazy_text(N_("in the queue"))
    RUNNING = "running", lazy_text(N_("being taken in"))
    DONE = "done", lazy_text(N_("taken in"))
    DROPPED = "dropped", lazy_text(N_("dropped"))


class Sheet(Guarded, models.Model):
    """A filled-in sheet of a form: shown row by row first, then, once confirmed, taken in by the queue.

    `kind` names the form; `done` counts the rows worked off, so that a killed worker's work goes on where it stopped.
    """

    record_kind: ClassVar[str] = "sheet"
    paths: ClassVar[Paths] = Paths(owner="owner")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sheets")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=SheetState.choices, default=SheetState.PREVIEW)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=32, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return self.name

    def owner_of(self) -> int | None:
        """Return who brought it."""
        return self.owner_id


class RowState(models.TextChoices):
    """What a row of a sheet would do, and what it did."""

    WRONG = "wrong", lazy_text(N_("wrong"))
    NEW = "new", lazy_text(N_("new"))
    CHANGED = "changed", lazy_text(N_("changed"))
    SAME = "same", lazy_text(N_("same"))


class SheetRow(models.Model):
    """One record of a sheet: its row in the file, what it would do to which record, what is wrong, what became of it.

    `detail` lists what is wrong, or the fields that change. `outcome` is empty until the row was worked off.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices)
    title = models.CharField(max_length=300, blank=True)
    values = models.JSONField(default=dict)
    detail = models.JSONField(default=list)
    record = models.BigIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["sheet", "number"], name="one_row_of_a_sheet"),)

    def __str__(self) -> str:
        return f"{self.sheet_id}:{self.number}"
