"""What a centre's parts of a score weigh; its proposals of one assignment over all open requests, kept by date."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.wording import lazy_text
from biosetu.translation import N_

ACCOUNT = settings.AUTH_USER_MODEL


class Weight(models.Model):
    """What one part of the score weighs at a centre where that differs from the default, and why."""

    centre = models.CharField(max_length=40)
    component = models.CharField(max_length=30)
    weight = models.FloatField()
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["centre", "component"], name="one_weight_per_part"),)

    def __str__(self) -> str:
        return f"{self.centre} {self.component} {self.weight}"


class Mark(models.Model):
    """One of the marks of a request's words (`cooperation.duplicates.marks`), by which requests alike are found."""

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="marks")
    mark = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["request", "mark"], name="one_mark_of_a_request"),)

    def __str__(self) -> str:
        return f"{self.request_id} {self.mark:x}"


class AssignmentState(models.TextChoices):
    """Where a proposal stands."""

    QUEUED = "queued", lazy_text(N_("queued"))
    RUNNING = "running", lazy_text(N_("running"))
    DONE = "done", lazy_text(N_("proposed"))
    CANCELLED = "cancelled", lazy_text(N_("cancelled"))
    FAILED = "failed", lazy_text(N_("failed"))


MOVING = (AssignmentState.QUEUED, AssignmentState.RUNNING)


class AssignmentPaths(Paths):
    """Where a proposal says whose it is: the centre."""

    def of_centre(self, centre: str) -> Q:
        """Return the query for the proposals of a centre."""
        return Q(centre=centre)


class Assignment(Guarded, models.Model):
    """One dated proposal over all open requests of a centre. `weights` are those that it was made with.

    `total` and `bound` are of the free pairs: the sum of their scores, and what no assignment can exceed given the
    worst pair; `moment` says how far the work is.
    """

    record_kind: ClassVar[str] = "assignment"
    paths: ClassVar[Paths] = AssignmentPaths()

    centre = models.CharField(max_length=40, db_index=True)
    number = models.PositiveIntegerField()
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=days.now)
    state = models.CharField(max_length=10, choices=AssignmentState.choices, default=AssignmentState.QUEUED)
    worker = models.CharField(max_length=32, blank=True)
    heartbeat = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    moment = models.JSONField(default=dict)
    weights = models.JSONField(default=dict)
    providers = models.PositiveIntegerField(default=0)
    total = models.FloatField(default=0.0)
    bound = models.FloatField(default=0.0)
    worst = models.FloatField(default=0.0)
    pairs = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=["centre", "number"], name="one_assignment_per_number"),)

    def __str__(self) -> str:
        return f"{self.centre} {self.number}"

    def centre_of(self) -> str:
        """Return the centre."""
        return self.centre

    @property
    def gap(self) -> float:
        """Return by how much, at most, a better assignment could exceed this one, as a share of it."""
        return (self.bound - self.total) / self.total if self.total > 0 else 0.0

    @property
    def is_moving(self) -> bool:
        """Return whether it is not finished yet."""
        return self.state in MOVING


class Fixed(models.Model):
    """An officer's choice for a request, which every proposal keeps until it is let go."""

    request = models.OneToOneField(SupportRequest, on_delete=models.CASCADE, related_name="fixed")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="fixed")
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")
    on = models.DateField(default=days.today)

    def __str__(self) -> str:
        return f"{self.request_id}: {self.provider_id}"


class Line(models.Model):
    """What a proposal says of one request: the provider (none: nobody could be found), its score and its rank.

    `kept` says why it was no choice of the machine: an officer fixed it, or it was asked already. `listed` is the
    machine's shortlist with its reasons in all languages; the provider proposed is always in it.
    """

    class Kept(models.TextChoices):
        """Why the provider was not chosen anew."""

        FREE = "", lazy_text(N_("proposed by the machine"))
        OFFICER = "officer", lazy_text(N_("fixed by an officer"))
        ASKED = "asked", lazy_text(N_("asked already"))

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="lines")
    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="proposed")
    provider = models.ForeignKey(Provider, null=True, on_delete=models.SET_NULL, related_name="+")
    score = models.FloatField(default=0.0)
    rank = models.PositiveIntegerField(null=True)
    kept = models.CharField(max_length=10, choices=Kept.choices, default=Kept.FREE, blank=True)
    listed = models.JSONField(default=list)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("score", "pk")
        constraints = (models.UniqueConstraint(fields=["assignment", "request"], name="one_line_per_request"),)
        indexes = (models.Index(fields=["assignment", "score"], name="line_worst_first"),)

    def __str__(self) -> str:
        return f"{self.request_id}: {self.provider_id}"
