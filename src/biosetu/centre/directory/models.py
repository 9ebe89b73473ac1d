"""Providers: institutions, experts and networks that agreed to be listed."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.wording import lazy_text
from biosetu.cooperation import Provider as Offer
from biosetu.cooperation.countries import subregion_of
from biosetu.cooperation.records import provider_from
from biosetu.translation import N_


class Standing(models.TextChoices):
    """How far an entry has come; only a listed one is shown or matched."""

    DRAFT = "draft", lazy_text(N_("draft"))
    SUBMITTED = "submitted", lazy_text(N_("waiting for review"))
    LISTED = "listed", lazy_text(N_("listed"))
    WITHDRAWN = "withdrawn", lazy_text(N_("withdrawn"))


HIGHEST_RATING = 5
PUBLISHED = Q(standing=Standing.LISTED, consented_on__isnull=False)


class Provider(Guarded, models.Model):
    """One entry of the directory. `values` holds the fields of the provider form (biosetu.cooperation.forms).

    An entry that came by a sheet has no `account` until whom it describes asks for it (`claimed_by`, with the words in
    `claim`) and the reviewing centre gives it to them.
    """

    record_kind: ClassVar[str] = "provider"
    paths: ClassVar[Paths] = Paths(
        owner="account", party="party", published=PUBLISHED, sent=~Q(standing=Standing.DRAFT)
    )

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="providers"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="claims"
    )
    claim = models.TextField(blank=True)
    name = models.CharField(max_length=300, db_index=True)
    party = models.CharField(max_length=3, blank=True, db_index=True)
    standing = models.CharField(max_length=20, choices=Standing.choices, default=Standing.DRAFT, db_index=True)
    values = models.JSONField(default=dict)
    capacity = models.PositiveSmallIntegerField(default=1)
    workload = models.PositiveSmallIntegerField(default=0)
    rating_sum = models.PositiveIntegerField(default=0)
    rating_count = models.PositiveIntegerField(default=0)
    consented_on = models.DateField(null=True, blank=True)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def owner_of(self) -> int | None:
        """Return whose entry it is."""
        return self.account_id

    def parties_of(self) -> frozenset[str]:
        """Return the Party where the provider is at home."""
        return frozenset({self.party}) if self.party else frozenset()

    def is_sent(self) -> bool:
        """Return whether it waits for review or was reviewed."""
        return self.standing != Standing.DRAFT

    def is_published(self) -> bool:
        """Return whether everyone may see it: listed, with consent."""
        return self.standing == Standing.LISTED and self.consented_on is not None

    def offer(self) -> Offer:
        """Return the entry as matching sees it."""
        known = provider_from({**self.values, "provider": str(self.pk)})
        return replace(
            known,
            name=self.name,
            party=self.party,
            region=subregion_of(self.party),
            work=tuple(line.strip() for line in self.values.get("work", "").splitlines() if line.strip()),
            results=self.rating_sum / (HIGHEST_RATING * self.rating_count) if self.rating_count else None,
            capacity=self.capacity,
            workload=self.workload,
        )
