"""What a community organization holds. Its rule says who may see it; what is taken back, its holders alone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.helpdesk import days
from biosetu.centre.wording import lazy_text
from biosetu.cooperation.forms import parts
from biosetu.translation import N_


class Rule(models.TextChoices):
    """Who may see a holding."""

    PUBLIC = "public", lazy_text(N_("Everyone"))
    PARTY = "party", lazy_text(N_("The country's focal points and the centre"))
    HOLDERS = "holders", lazy_text(N_("We alone"))


PUBLISHED = Q(released=True, rule=Rule.PUBLIC)
OPEN = Q(released=True, rule__in=(Rule.PUBLIC, Rule.PARTY))


class Holding(Guarded, models.Model):
    """One dataset. `values` holds the fields of its form (biosetu.cooperation.forms), figures and conditions too.

    `holder` is the organization whose it is: whoever speaks for it sees and changes it, nobody else changes anything.
    """

    record_kind: ClassVar[str] = "holding"
    paths: ClassVar[Paths] = Paths(party="party", office="holder", published=PUBLISHED, open=OPEN)

    holder = models.CharField(max_length=200, db_index=True)
    party = models.CharField(max_length=3, db_index=True)
    title = models.CharField(max_length=300)
    values = models.JSONField(default=dict)
    rule = models.CharField(max_length=10, choices=Rule.choices, default=Rule.HOLDERS)
    released = models.BooleanField(default=False)
    withdrawn_on = models.DateField(null=True, blank=True)
    file = models.FileField(upload_to="holdings/", blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed = models.DateTimeField(default=days.now)

    class Meta:
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the codes of its labels."""
        return parts(self.values.get("labels", ""))

    def parties_of(self) -> frozenset[str]:
        """Return the Party in which it was gathered."""
        return frozenset({self.party})

    def office_of(self) -> str:
        """Return the organization that holds it."""
        return self.holder

    def is_open(self) -> bool:
        """Return whether its holders show it to the Party's focal points and the centre."""
        return self.released and self.rule in (Rule.PUBLIC, Rule.PARTY)

    def is_published(self) -> bool:
        """Return whether its holders show it to everyone."""
        return self.released and self.rule == Rule.PUBLIC
