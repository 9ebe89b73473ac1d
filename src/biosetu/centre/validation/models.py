"""What an office has last looked at: the published figures of its Party as they stood then."""

from __future__ import annotations

from django.db import models


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
