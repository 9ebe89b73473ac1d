"""Keys with which a program reads as the person who made them, within the scopes named."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from biosetu.centre.accounts.guarded import Guarded, Paths


class Key(Guarded, models.Model):
    """A key. Only the SHA-256 of the secret is kept; the secret is shown once, when the key is made."""

    record_kind: ClassVar[str] = "key"
    paths: ClassVar[Paths] = Paths(owner="account")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField()
    used_on = models.DateField(null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-made", "-pk")

    def __str__(self) -> str:
        return self.name

    def owner_of(self) -> int | None:
        """Return whose key it is."""
        return self.account_id

    @property
    def opens(self) -> bool:
        """Return whether it still opens anything today."""
        return self.revoked_on is None and self.expires_on >= timezone.localdate() and self.account.is_active
