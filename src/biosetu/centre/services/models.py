"""Services and those who took part. Names lie apart and are erased; what is counted stays."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from biosetu.centre.accounts.guarded import Guarded, Paths
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import PlanItem, SupportRequest
from biosetu.centre.library.models import Item
from biosetu.centre.wording import lazy_text
from biosetu.cooperation.forms import vocabulary
from biosetu.translation import N_

ACCOUNT = settings.AUTH_USER_MODEL
USED_AFTER_MONTHS, KEPT_MONTHS = 6, 12


class State(models.TextChoices):
    """How far a service has come (biosetu.cooperation.services)."""

    DRAFT = "draft", lazy_text(N_("draft"))
    OPEN = "open", lazy_text(N_("call open"))
    SELECTING = "selecting", lazy_text(N_("call closed"))
    HELD = "held", lazy_text(N_("held"))
    CANCELLED = "cancelled", lazy_text(N_("cancelled"))


PUBLISHED = ~Q(state=State.DRAFT) & (Q(request__isnull=True) | Q(request__confidential=False))


class ServicePaths(Paths):
    """Where a service keeps the Parties that it calls: in rows of their own."""

    def about(self, among: frozenset[str]) -> Q:
        """Return the query for services that call any of these Parties."""
        return Q(pk__in=ServiceParty.objects.filter(party__in=sorted(among)).values("service_id"))


class Service(Guarded, models.Model):
    """One service. `values` holds the fields of its form (biosetu.cooperation.forms); the state moves by `verbs.act`.

    `request` and `line` tie it to the request and the line of its plan that it serves.
    """

    record_kind: ClassVar[str] = "service"
    paths: ClassVar[Paths] = ServicePaths(
        owner="owner", published=PUBLISHED, sent=~Q(state=State.DRAFT), open=Q(state=State.OPEN)
    )

    owner = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="services")
    centre = models.CharField(max_length=40, db_index=True)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, blank=True)
    values = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT, db_index=True)
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True, db_index=True)
    call_until = models.DateField(null=True, blank=True)
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)
    request = models.ForeignKey(
        SupportRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="services"
    )
    line = models.ForeignKey(PlanItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="services")
    changed = models.DateTimeField(default=days.now)

    class Meta:
        ordering = ("-starts", "-pk")

    def __str__(self) -> str:
        return self.title

    @property
    def kind_name(self) -> str:
        """Return what kind of service it is, as it is marked for translation."""
        return dict(vocabulary("service kinds")).get(self.kind, self.kind)

    def owner_of(self) -> int | None:
        """Return who prepares it."""
        return self.owner_id

    def parties_of(self) -> frozenset[str]:
        """Return the Parties that it calls."""
        return frozenset(row.party for row in self.service_parties.all())

    def is_sent(self) -> bool:
        """Return whether it is more than a draft."""
        return self.state != State.DRAFT

    @property
    def last_day(self) -> date | None:
        """Return its last day; the first where only that is known."""
        return self.ends or self.starts

    def has_ended(self, today: date) -> bool:
        """Return whether its last day has come; one without days is not waited for."""
        return self.last_day is None or self.last_day <= today

    def is_open(self) -> bool:
        """Return whether people may be nominated."""
        return self.state == State.OPEN

    def is_published(self) -> bool:
        """Return whether everyone may see it."""
        return self.is_sent() and (self.request is None or not self.request.confidential)


class ServiceParty(models.Model):
    """A Party that a service calls."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="service_parties")
    party = models.CharField(max_length=3, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["service", "party"], name="one_row_per_service_and_party"),)
        ordering = ("party",)

    def __str__(self) -> str:
        return f"{self.service_id} {self.party}"


class Place(models.TextChoices):
    """Where somebody nominated stands."""

    NOMINATED = "nominated", lazy_text(N_("nominated"))
    SELECTED = "selected", lazy_text(N_("selected"))
    NOT_SELECTED = "not_selected", lazy_text(N_("not selected"))
    CAME = "came", lazy_text(N_("took part"))
    ABSENT = "absent", lazy_text(N_("did not come"))


class Participant(models.Model):
    """Somebody nominated, without name: Party, sector, gender where said, both tests [percent], use after 6 months.

    `in_use` is the answer to "how much of it is in use?" (1 nothing, 5 all), `asked_on` the day on which it was asked.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="participants")
    party = models.CharField(max_length=3, db_index=True)
    nominated_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.SET_NULL, related_name="+")
    nominated_on = models.DateField(default=days.today)
    sector = models.CharField(max_length=20, blank=True)
    gender = models.CharField(max_length=10, default="unsaid")
    place = models.CharField(max_length=20, choices=Place.choices, default=Place.NOMINATED)
    before = models.FloatField(null=True, blank=True)
    after = models.FloatField(null=True, blank=True)
    asked_on = models.DateField(null=True, blank=True)
    in_use = models.PositiveSmallIntegerField(null=True, blank=True)
    use_words = models.TextField(blank=True)
    used_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("party", "pk")

    def __str__(self) -> str:
        return f"{self.party} {self.pk}"

    @property
    def called(self) -> str:
        """Return the name while it is kept, and nothing once it was erased."""
        return self.person.name if hasattr(self, "person") else ""


class Person(models.Model):
    """Who a participant is: name and how to be reached. Erased on demand, and at the latest a year after the end."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="person")
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Material(models.Model):
    """Something handed out: a link, or an entry of the library."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="materials")
    title = models.CharField(max_length=300)
    link = models.URLField(max_length=500, blank=True)
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.title
