"""A national report being collected: its parts, texts, everything that came back, its steps, and links for offices.

Offices are named, never people; who did what is in the audit. The rules are in `reports.cbd.collecting`.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.wording import lazy_text
from biosetu.reports.cbd.collecting import PartState, ReportState, Standing
from biosetu.translation import N_

PART_STATES = {
    PartState.ASSIGNED: N_("assigned"),
    PartState.ANSWERING: N_("being answered"),
    PartState.RETURNED: N_("handed in"),
    PartState.CLEARED: N_("cleared"),
    PartState.WITHDRAWN: N_("withdrawn"),
}
REPORT_STATES = {
    ReportState.COLLECTING: N_("being collected"),
    ReportState.CLEARED: N_("cleared by the focal point"),
    ReportState.SIGNED_OFF: N_("signed off"),
}
STANDINGS = {
    Standing.TAKEN: N_("taken"),
    Standing.WAITING: N_("waits for a decision"),
    Standing.DECLINED: N_("declined"),
}


STEPS = {
    "answer": N_("first answers"),
    "hand_in": N_("handed in"),
    "send_back": N_("sent back"),
    "clear": N_("cleared"),
    "sign_off": N_("signed off"),
    "reopen": N_("reopened"),
    "postpone": N_("another due date"),
    "withdraw": N_("withdrawn"),
    "assign": N_("assigned"),
    "write": N_("written"),
    "decide": N_("decided"),
}


class Report(models.Model):
    """The report of one Party for one cycle; writers take turns by locking its row."""

    party = models.CharField(max_length=3)
    cycle = models.CharField(max_length=20)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=20, choices=[(s, lazy_text(t)) for s, t in REPORT_STATES.items()])

    class Meta:
        constraints = (models.UniqueConstraint(fields=["party", "cycle"], name="one_report_per_cycle"),)

    def __str__(self) -> str:
        return f"{self.party} {self.cycle}"


class Part(Guarded, models.Model):
    """What one office answers."""

    record_kind: ClassVar[str] = "part"
    paths: ClassVar[Paths] = Paths(party="report__party", office="office")

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=20)
    office = models.CharField(max_length=200)
    due = models.DateField()
    prefixes = models.JSONField()
    note = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=[(s, lazy_text(t)) for s, t in PART_STATES.items()])

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "name"], name="one_part_per_name"),)
        indexes = (models.Index(fields=["office", "state"], name="part_office"),)

    def __str__(self) -> str:
        return f"{self.report} {self.name}"

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.report.party})

    def office_of(self) -> str:
        """Return the office that answers it."""
        return self.office


class Text(models.Model):
    """What a field of the report holds now."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="texts")
    key = models.CharField(max_length=200)
    text = models.TextField()
    language = models.CharField(max_length=8)
    office = models.CharField(max_length=200, blank=True)
    changed_on = models.DateField(null=True)
    reviewed = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "key"], name="one_text_per_field"),)


class Offer(models.Model):
    """A text as it came back; never removed."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="offers")
    number = models.IntegerField()
    part = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    base = models.CharField(max_length=64, blank=True)
    office = models.CharField(max_length=200)
    at = models.DateTimeField()
    via = models.CharField(max_length=20)
    standing = models.CharField(max_length=20, choices=[(s, lazy_text(t)) for s, t in STANDINGS.items()])
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "number"], name="one_offer_per_number"),)
        indexes = (models.Index(fields=["report", "standing"], name="offer_standing"),)


class Step(models.Model):
    """One step of a part (`of`), or of the report (`of` empty)."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="steps")
    position = models.IntegerField()
    of = models.CharField(max_length=20, blank=True)
    verb = models.CharField(max_length=20)
    role = models.CharField(max_length=30)
    office = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "position"], name="one_step_per_position"),)


class Link(models.Model):
    """A signed link that opens an office's own parts of one report without signing in, until a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="links")
    office = models.CharField(max_length=200)
    expires = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["report", "office"], name="link_office"),)

    def stands(self, today: date) -> bool:
        """Return whether it opens anything today."""
        return self.revoked_at is None and today <= self.expires


class Told(models.Model):
    """That an office was reminded of a part: once when it comes due, once when it is late."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="told")
    kind = models.CharField(max_length=20)
    due = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "kind", "due"], name="one_reminder_per_kind"),)
