"""What comes of a request: the lines of its plan, the files on it, its closure and the questions afterwards."""

from __future__ import annotations

from typing import ClassVar

from babel.numbers import list_currencies
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from biosetu.centre.audit.appended import Appended
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.wording import gettext, lazy_text
from biosetu.translation import N_

ACCOUNT = settings.AUTH_USER_MODEL
REQUEST = "helpdesk.SupportRequest"


class PlanItem(models.Model):
    """A line of the response plan. One with an indicator is measured: baseline, target, and later the result.

    `party` names whose line it is where Parties are measured apart, as in a joint programme; empty: common to all. A
    line of the budget has an `amount`, its `currency` (ISO 4217), and who pays (`source`).

    Where the indicator is one of the framework's, `series` and `baseline_year` tie it to Observations, so that what is
    measured later shows beside it.
    """

    class Kind(models.TextChoices):
        """What a line is."""

        OUTCOME = "outcome", lazy_text(N_("outcome"))
        OUTPUT = "output", lazy_text(N_("output"))
        ACTIVITY = "activity", lazy_text(N_("activity"))
        DELIVERABLE = "deliverable", lazy_text(N_("deliverable"))
        BUDGET = "budget", lazy_text(N_("budget"))
        RISK = "risk", lazy_text(N_("risk"))
        CONSIDERATION = "consideration", lazy_text(N_("consideration"))

    OPEN: ClassVar[frozenset[str]] = frozenset({Kind.OUTCOME, Kind.OUTPUT, Kind.ACTIVITY, Kind.DELIVERABLE})

    request = models.ForeignKey(REQUEST, on_delete=models.CASCADE, related_name="plan")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    party = models.CharField(max_length=3, blank=True)
    text = models.TextField()
    responsible = models.CharField(max_length=200, blank=True)
    indicator = models.CharField(max_length=60, blank=True)
    series = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    baseline_year = models.PositiveSmallIntegerField(null=True, blank=True)
    baseline = models.FloatField(null=True, blank=True)
    target = models.FloatField(null=True, blank=True)
    result = models.FloatField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("kind", "party", "pk")

    def __str__(self) -> str:
        return self.text[:60]

    def clean(self) -> None:
        """Require of a budget line, and of no other, an amount above zero, a currency that exists, and who pays."""
        money = (self.amount, self.currency, self.source)
        if self.kind != self.Kind.BUDGET:
            if any(money):
                raise ValidationError(gettext(N_("Only a line of the budget has an amount.")))
            return
        if not all(money) or self.amount is None or self.amount <= 0:
            raise ValidationError(gettext(N_("A line of the budget says how much, in which currency, and who pays.")))
        if self.currency not in list_currencies():
            raise ValidationError(gettext(N_("Write the currency as its three letters, such as USD.")))


class Attachment(Appended):
    """A file on a request: checked by type and size, sent as a download only; an internal one is for the centre.

    `line` is the deliverable of the plan that it is.
    """

    request = models.ForeignKey(REQUEST, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    line = models.ForeignKey(PlanItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="files")
    file = models.FileField(upload_to="requests/%Y/")
    internal = models.BooleanField(default=False)
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    added_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=days.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Closure(models.Model):
    """What came of it: a public part, an internal annex, what was learnt, two questions each to requester and
    provider.
    """

    request = models.OneToOneField(REQUEST, on_delete=models.CASCADE, related_name="closure")
    public = models.TextField()
    internal = models.TextField(blank=True)
    lessons = models.TextField(blank=True)
    requester_useful = models.PositiveSmallIntegerField(null=True, blank=True)
    requester_changed = models.TextField(blank=True)
    provider_ready = models.PositiveSmallIntegerField(null=True, blank=True)
    provider_again = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.public[:60]


class FollowUp(models.Model):
    """Two questions to one side, so many months after closing, and the answers, once they are given."""

    class Side(models.TextChoices):
        """Who is asked."""

        REQUESTER = "requester", lazy_text(N_("who asked"))
        PROVIDER = "provider", lazy_text(N_("who helped"))

    request = models.ForeignKey(REQUEST, on_delete=models.CASCADE, related_name="follow_ups")
    months = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=10, choices=Side.choices)
    due_on = models.DateField(db_index=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.TextField(blank=True)
    answered_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["request", "months", "side"], name="asked_once"),)
        ordering = ("months", "-side")

    def __str__(self) -> str:
        return f"{self.request_id} {self.months} {self.side}"
