"""Entries of the library. What carries Indigenous or local knowledge is shown on its holders' conditions alone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.helpdesk.models import LONGEST_NAME, SupportRequest, as_named
from biosetu.centre.wording import lazy_text
from biosetu.cooperation import Provider
from biosetu.cooperation.forms import parts
from biosetu.cooperation.shelf import entry
from biosetu.translation import N_


class Kind(models.TextChoices):
    """What an entry is; its fields are the form of that name."""

    SOLUTION = "solution", lazy_text(N_("solution"))
    GUIDANCE = "guidance", lazy_text(N_("guidance"))
    ANSWER = "answer", lazy_text(N_("answer"))
    OPPORTUNITY = "opportunity", lazy_text(N_("open call"))


class Standing(models.TextChoices):
    """How far an entry has come; only a listed one is shown or matched."""

    DRAFT = "draft", lazy_text(N_("draft"))
    SUBMITTED = "submitted", lazy_text(N_("waiting for review"))
    LISTED = "listed", lazy_text(N_("listed"))
    WITHDRAWN = "withdrawn", lazy_text(N_("withdrawn"))


RELEASED = Q(knowledge=False) | Q(released_on__isnull=False)
PUBLISHED = Q(standing=Standing.LISTED) & RELEASED & ~Q(access="centre")


class ItemPaths(Paths):
    """Where an entry keeps its Parties: in rows of their own."""

    def about(self, among: frozenset[str]) -> Q:
        """Return the query for entries of any of these Parties."""
        return Q(pk__in=ItemParty.objects.filter(party__in=sorted(among)).values("item_id"))

    def kept_for(self, office: str) -> Q:
        """Return the query for entries of which this community organization is a holder, or none is known yet."""
        held = ItemHolder.objects.all()
        mine = held.filter(office=as_named(office))
        return Q(pk__in=mine.values("item_id")) | ~Q(pk__in=held.values("item_id"))


class Item(Guarded, models.Model):
    """One entry. `values` holds the fields of its form (biosetu.cooperation.forms).

    `knowledge`: it carries knowledge of Indigenous Peoples or local communities; then `released_on` is the day on which
    the last of its holders (`ItemHolder`) consented, and empty before and after: without it nobody but its writer
    and the holders sees the entry, and no list, match or output has it. Where no holder is known yet, the communities
    of its Parties see it.
    """

    record_kind: ClassVar[str] = "item"
    paths: ClassVar[Paths] = ItemPaths(
        owner="owner",
        published=PUBLISHED,
        sent=~Q(standing=Standing.DRAFT) & RELEASED,
        held=Q(knowledge=True) & ~Q(standing=Standing.DRAFT),
    )

    kind = models.CharField(max_length=20, choices=Kind.choices, db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="entries"
    )
    title = models.CharField(max_length=300)
    values = models.JSONField(default=dict)
    standing = models.CharField(max_length=20, choices=Standing.choices, default=Standing.DRAFT, db_index=True)
    request = models.ForeignKey(
        SupportRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="lessons"
    )
    deadline = models.DateField(null=True, blank=True, db_index=True)
    knowledge = models.BooleanField(default=False)
    access = models.CharField(max_length=10, blank=True)
    released_on = models.DateField(null=True, blank=True)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("kind", "title", "pk")

    def __str__(self) -> str:
        return self.title

    def owner_of(self) -> int | None:
        """Return who wrote it."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Parties that it speaks of."""
        return frozenset(row.party for row in self.item_parties.all())

    def is_released(self) -> bool:
        """Return whether no consent is needed, or it stands."""
        return not self.knowledge or self.released_on is not None

    def is_sent(self) -> bool:
        """Return whether the centre may look at it."""
        return self.standing != Standing.DRAFT and self.is_released()

    def is_held(self) -> bool:
        """Return whether holders of knowledge have a say in it."""
        return self.knowledge and self.standing != Standing.DRAFT

    def is_kept_for(self, office: str) -> bool:
        """Return whether this community organization is one of its holders, or none is known yet."""
        known = {row.office for row in self.holders.all()}
        return not known or as_named(office) in known

    @property
    def holder(self) -> str:
        """Return the names of its holders; empty where none is known yet."""
        return ", ".join(row.name for row in self.holders.all())

    def is_published(self) -> bool:
        """Return whether everyone may see it."""
        return self.standing == Standing.LISTED and self.is_released() and self.access != "centre"

    def as_entry(self) -> Provider:
        """Return it as matching sees it."""
        return entry(str(self.pk), {**self.values, "title": self.title})

    def languages(self) -> tuple[str, ...]:
        """Return the languages that it is in."""
        return parts(self.values.get("languages", ""))


class ItemParty(models.Model):
    """A Party that an entry speaks of: where a solution worked, whom a call is for."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="item_parties")
    party = models.CharField(max_length=3, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["item", "party"], name="one_row_per_item_and_party"),)

    def __str__(self) -> str:
        return f"{self.item_id} {self.party}"


class ItemHolder(models.Model):
    """A community organization whose knowledge an entry carries, and since when it consents to it being shown.

    `name` is as it is written, `office` as it is compared.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="holders")
    name = models.CharField(max_length=LONGEST_NAME)
    office = models.CharField(max_length=LONGEST_NAME, db_index=True)
    released_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["item", "office"], name="one_row_per_item_and_holder"),)
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name
