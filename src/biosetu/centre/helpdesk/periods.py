"""A period that is reported on, and what requests did in it: by the days of their steps, whenever they were begun.

Days are those of the centre's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import ROUND_ENDED, Step, SupportRequest
from biosetu.cooperation import FINAL

SENT, CLOSED, DRAFT = "submitted", "closed", "draft"


@dataclass(frozen=True, slots=True)
class Period:
    """The days reported on, both counted; without a first day from the beginning, without a last until today."""

    since: date | None = None
    until: date | None = None

    @property
    def last(self) -> date:
        """Return the last day."""
        return self.until or days.today()

    @property
    def is_past(self) -> bool:
        """Return whether its last day is over, so that how things stood then is read from the steps."""
        return self.last < days.today()

    def before(self) -> Period | None:
        """Return the period of the same length that ended the day before; None where there is no first day."""
        if self.since is None:
            return None
        length = self.last - self.since
        return Period(self.since - length - timedelta(1), self.since - timedelta(1))

    def holds(self, field: str) -> Q:
        """Return the query for rows of which this day lies in the period; all rows where no day was asked for."""
        found = Q() if self.since is None else Q(**{f"{field}__gte": self.since})
        return found if self.until is None else found & Q(**{f"{field}__lte": self.until})


def arrivals(rows: QuerySet[SupportRequest], period: Period) -> QuerySet[Step]:
    """Return the steps of the period by which requests first came to a state; coming back to it counts no more."""
    steps = Step.objects.filter(request__in=rows.order_by().values("pk")).order_by()
    earlier = Step.objects.filter(request=OuterRef("request"), after=OuterRef("after"), at__lt=OuterRef("at"))
    return steps.exclude(after=DRAFT).filter(period.holds("at__date")).exclude(Exists(earlier))


def came_to(rows: QuerySet[SupportRequest], state: str, period: Period) -> QuerySet[SupportRequest]:
    """Return the requests that first came to a state in the period."""
    return rows.filter(pk__in=arrivals(rows, period).filter(after=state).values("request"))


def as_of(rows: QuerySet[SupportRequest], period: Period) -> QuerySet[Any]:
    """Return the requests sent by the last day of the period, with the state of that day as `then`, and as
    `rounds_then` the rounds of matching that had ended without a provider.

    What was written by hand into a form keeps no days: it is read as it stands today.
    """
    if not period.is_past:
        return rows.annotate(then=F("state"), rounds_then=F("rounds")).exclude(then=DRAFT)
    mine = Step.objects.filter(request=OuterRef("pk"), at__date__lte=period.last)
    newest = mine.order_by("-at", "-pk").values("after")[:1]
    ended = mine.filter(ROUND_ENDED).order_by().values("request").annotate(many=Count("pk")).values("many")
    rounds = Coalesce(Subquery(ended, output_field=IntegerField()), 0)
    return rows.annotate(then=Coalesce(Subquery(newest), Value(DRAFT)), rounds_then=rounds).exclude(then=DRAFT)


def open_then(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of `as_of` that had not ended."""
    return rows.exclude(then__in=FINAL)
