"""What an office has last looked at, and the answers that ministries and institutes suggest to it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.wording import lazy_text
from biosetu.translation import N_


class Look(models.Model):
    """The last look of an office at the figures of its Party; `figures` are the rows of `observations.changes.SEEN`."""

    party = models.CharField(max_length=3)
    office = models.CharField(max_length=200)
    at = models.DateTimeField()
    figures = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["party", "office"], name="one_look_per_office"),)

    def __str__(self) -> str:
        return f"{self.party} {self.office} {self.at:%Y-%m-%d}"


class SuggestionState(models.TextChoices):
    """What became of a suggested answer; `replaced` by a later one of the same person."""

    PENDING = "pending", lazy_text(N_("waits for the office"))
    CONFIRMED = "confirmed", lazy_text(N_("confirmed"))
    DECLINED = "declined", lazy_text(N_("declined"))
    REPLACED = "replaced", lazy_text(N_("replaced by a later one"))


class Suggestion(Guarded, models.Model):
    """An answer to one figure that a contributor suggests; the cells are those of the validation sheet, as typed."""

    record_kind: ClassVar[str] = "suggestion"
    paths: ClassVar[Paths] = Paths(owner="owner", party="party")

    party = models.CharField(max_length=3)
    reference = models.CharField(max_length=12)
    value = models.TextField(blank=True)
    answer = models.CharField(max_length=40)
    own_value = models.TextField(blank=True)
    own_source = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    office = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=20, choices=SuggestionState.choices, default=SuggestionState.PENDING)
    said = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["party", "state", "at"], name="suggestion_queue"),)

    def __str__(self) -> str:
        return f"{self.party} {self.reference} {self.answer} ({self.state})"

    def owner_of(self) -> int | None:
        """Return who suggested it."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Party."""
        return frozenset({self.party})
