"""What was done, for good; and who and what was personal in it, which can be erased without breaking the record.

`Entry` is append-only: the model refuses changes, and so does the database itself (triggers, see the migration).
It names people by a pseudonym and personal values by a salted hash; both lead to a person only through the two
erasable tables.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from biosetu.centre.accounts.guarded import NOTHING, Guarded, Paths


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


@dataclass(frozen=True, slots=True)
class Apart:
    """Records of a kind that entries do not speak of to everybody: those confidential now, and drafts shown to nobody.

    `name` is the field by which entries name the records.
    """

    name: str
    confidential: models.QuerySet[Any]
    unsent: models.QuerySet[Any]


_apart: dict[str, Apart] = {}


def keep_apart(kind: str, apart: Apart) -> None:
    """Let entries about a kind of record follow what is confidential or unsent of it today."""
    _apart[kind] = apart
    confidential = {name: (one.name, one.confidential) for name, one in _apart.items()}
    unsent = {name: (one.name, one.unsent) for name, one in _apart.items()}
    Entry.paths = EntryPaths(party="party", open=~_about(confidential), shown=~_about(unsent))


def _about(kinds: Mapping[str, tuple[str, models.QuerySet[Any]]]) -> Q:
    found = NOTHING
    for kind, (name, records) in kinds.items():
        found |= Q(record=kind, record_id__in=_named(records, name).values("named"))
    return found


def _named(records: models.QuerySet[Any], name: str) -> models.QuerySet[Any]:
    named: models.QuerySet[Any] = records.order_by().annotate(named=Cast(name, models.CharField()))
    return named


class EntryPaths(Paths):
    """Where an entry says which centre it is about: whom it serves, who holds a role for it."""

    def of_centre(self, centre: str) -> Q:
        """Return the query for entries about a centre."""
        return Q(record="centre", record_id=centre) | Q(record="account", changes__centre=centre)


class Entry(Guarded, models.Model):
    """One thing that was done: when, by whom, which verb, to which record, from what to what."""

    record_kind: ClassVar[str] = "audit"
    paths: ClassVar[Paths] = EntryPaths(party="party", open=Q())

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

    def centre_of(self) -> str:
        """Return the centre that the entry speaks of, if it does."""
        if self.record == "centre":
            return self.record_id
        return str(self.changes.get("centre", "")) if self.record == "account" else ""

    def is_open(self) -> bool:
        """Return whether what it is about is not confidential."""
        return not self._among("confidential")

    def is_shown(self) -> bool:
        """Return whether what it is about is more than somebody's draft."""
        return not self._among("unsent")

    def _among(self, which: str) -> bool:
        apart = _apart.get(self.record)
        if apart is None:
            return False
        records = apart.confidential if which == "confidential" else apart.unsent
        return _named(records, apart.name).filter(named=self.record_id).exists()
