"""What was done, for good; and who and what was personal in it, which can be erased without breaking the record.

`Entry` is append-only: the model refuses changes, and so does the database itself (triggers, see the migration).
It names people by a pseudonym and personal values by a salted hash; both lead to a person only through the two
erasable tables.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from biosetu.centre.accounts.guarded import Guarded, Paths


class Actor(models.Model):
    """Which account stands behind a pseudonym. Erasable."""

    pseudonym = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="actor")


class PersonalValue(models.Model):
    """What stands behind a hash, with its salt. Erasable: without the salt the hash tells nothing."""

    digest = models.CharField(primary_key=True, max_length=64)
    salt = models.CharField(max_length=32)
    value = models.TextField()
    subject = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="values")


class AppendOnlyError(TypeError):
    """Somebody tried to change what was done."""


class Entry(Guarded, models.Model):
    """One thing that was done: when, by whom, which verb, to which record, from what to what."""

    record_kind: ClassVar[str] = "audit"
    paths: ClassVar[Paths] = Paths(party="party")

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.UUIDField(null=True, db_index=True)
    verb = models.CharField(max_length=60)
    record = models.CharField(max_length=60)
    record_id = models.CharField(max_length=64)
    party = models.CharField(max_length=3, blank=True, db_index=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=["record", "record_id"], name="entry_record"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.record} {self.record_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry; an entry that is there is not changed."""
        if not self._state.adding:
            raise AppendOnlyError("An audit entry is not changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("An audit entry is not deleted.")

    def parties_of(self) -> frozenset[str]:
        """Return the Party that the entry speaks of."""
        return frozenset({self.party} - {""})
