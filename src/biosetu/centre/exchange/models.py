"""What came in from other centres, waiting for an officer; and whose keys are known."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from biosetu.centre.helpdesk.models import SupportRequest


class KnownKey(models.Model):
    """A signing key that an officer has confirmed, and whose it is."""

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Arrival(models.Model):
    """A request that another centre handed over; `request` once an officer took it in."""

    body = models.JSONField()
    key = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    request = models.OneToOneField(
        SupportRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="arrival"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return str(self.body.get("reference", ""))

    def signer(self) -> KnownKey | None:
        """Return whose key signed it, where that is known."""
        return KnownKey.objects.filter(key=self.key).first()
