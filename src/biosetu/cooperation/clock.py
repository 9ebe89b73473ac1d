"""The service clock: what is due by when, in the working days of the Party, pausing while others hold the ball.

Standards per step are data (data/standards.csv). Weekends and public holidays come from the `holidays` package, which
names its sources by country; a Party's own days (`extra_holidays`) are added. A day is a day of the Party: from
midnight to midnight where its government sits (`zone_of`).
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from babel.core import get_global

from biosetu.framework import parties

WEEKEND = frozenset({5, 6})
ELSEWHERE = "UTC"


@dataclass(frozen=True, slots=True)
class Standard:
    """A promise of the centre: `amount` of working or calendar days from a verb until one of some verbs."""

    step: str
    label: str
    start: str
    until: tuple[str, ...]
    amount: int
    working: bool
    paused_by: frozenset[str]
    reminder_before: int
    source: str


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a request's history: the verb, its day, and who holds the ball afterwards."""

    verb: str
    on: date
    ball: str


@dataclass(frozen=True, slots=True)
class Due:
    """Where a standard stands. `status`: met, late (met after its day), running, due soon, overdue or paused."""

    step: str
    label: str
    started: date
    due: date
    ended: date | None
    used: int
    allowed: int
    status: str


class Calendar:
    """Working days of a place: its weekend, its public holidays, and what the Party says otherwise."""

    def __init__(
        self, iso2: str = "", extra_holidays: Collection[date | str] = (), weekend: Collection[int] | None = None
    ) -> None:
        self._extra = frozenset(str(day) for day in extra_holidays)
        self._weekend = None if weekend is None else frozenset(weekend)
        self._official = _official(iso2)
        self._known: dict[date, bool] = {}

    @property
    def weekend(self) -> frozenset[int]:
        """Return the weekdays without work, Monday 0 … Sunday 6."""
        if self._weekend is not None:
            return self._weekend
        return WEEKEND if self._official is None else frozenset(self._official.weekend)

    def works(self, day: date) -> bool:
        """Return whether `day` is a working day."""
        if day not in self._known:
            self._known[day] = self._works(day)
        return self._known[day]

    def _works(self, day: date) -> bool:
        if day.weekday() in self.weekend or not self._extra.isdisjoint((day.isoformat(), f"{day:%m-%d}")):
            return False
        return self._official is None or day not in self._official


@cache
def _official(iso2: str) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(iso2) if iso2 else None
    except NotImplementedError:
        return None


@cache
def calendar_of(party: str) -> Calendar:
    """Return the working days of a Party (ISO3): the official ones, and what data/working_days.csv says otherwise.

    Rows of that table: `weekend` (weekdays without work, Monday 0 … Sunday 6, separated by ;), `holiday` (a date, or
    month-day for every year), `zone` (`zone_of`).
    """
    known = parties().get(party)
    rows = [row for row in _own_days() if row["party"] == party]
    weekend = next((frozenset(map(int, row["value"].split(";"))) for row in rows if row["kind"] == "weekend"), None)
    days = frozenset(row["value"] for row in rows if row["kind"] == "holiday")
    return Calendar(known.iso2 if known else "", days, weekend)


@cache
def zone_of(party: str) -> ZoneInfo:
    """Return the time zone in which a Party (ISO3) counts its days: that of its seat of government.

    The zones of a territory are those of the Unicode CLDR; where it has several, the row `zone` of
    data/working_days.csv says which. UTC where neither knows, or where the machine has no time zones.
    """
    known = parties().get(party)
    own = next((row["value"] for row in _own_days() if (row["party"], row["kind"]) == (party, "zone")), "")
    listed = get_global("territory_zones").get(known.iso2 if known else "", ())
    try:
        return ZoneInfo(own or (listed[0] if len(listed) == 1 else ELSEWHERE))
    except ZoneInfoNotFoundError:
        return ZoneInfo(ELSEWHERE)


@cache
def _own_days() -> tuple[dict[str, str], ...]:
    text = (files("biosetu.cooperation") / "data" / "working_days.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def standards() -> tuple[Standard, ...]:
    """Return the standards in the order of the table."""
    text = (files("biosetu.cooperation") / "data" / "standards.csv").read_text(encoding="utf-8")
    return tuple(
        Standard(
            step=row["step"],
            label=row["label"],
            start=row["from"],
            until=tuple(row["until"].split(";")),
            amount=int(row["amount"]),
            working=row["unit"] == "working days",
            paused_by=frozenset(filter(None, row["paused_by"].split(";"))),
            reminder_before=int(row["reminder_before"]),
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def read_clock(
    history: Sequence[Event], today: date, calendar: Calendar, table: Iterable[Standard] | None = None
) -> tuple[Due, ...]:
    """Return where every standard that has begun stands today.

    `history` is in the order of events. A day counts when it lies after the starting day, is a working day (for
    standards in working days), and began with the ball in a court that does not pause this standard. A step that
    starts anew (a request returned and submitted again) counts from its last start.
    """
    return tuple(
        due
        for standard in (standards() if table is None else table)
        if (due := _stand(standard, history, today, calendar)) is not None
    )


def _stand(standard: Standard, history: Sequence[Event], today: date, calendar: Calendar) -> Due | None:
    starts = [index for index, event in enumerate(history) if event.verb == standard.start]
    if not starts:
        return None
    first = starts[-1]
    started = history[first].on
    ended = next((event.on for event in history[first + 1 :] if event.verb in standard.until), None)
    pauses = _pauses(standard, history[first:], today)
    used = sum(_counts(standard, day, calendar, pauses) for day in _days(started, ended or today))
    due = _due_day(standard, started, calendar, pauses)
    paused = ended is None and bool(history) and history[-1].ball in standard.paused_by
    return Due(
        standard.step,
        standard.label,
        started,
        due,
        ended,
        used,
        standard.amount,
        _status(standard, used, ended, paused=paused),
    )


def _status(standard: Standard, used: int, ended: date | None, *, paused: bool) -> str:
    if ended is not None:
        return "met" if used <= standard.amount else "late"
    if used > standard.amount:
        return "overdue"
    if paused:
        return "paused"
    return "due soon" if standard.amount - used <= standard.reminder_before else "running"


def _pauses(standard: Standard, history: Sequence[Event], today: date) -> list[tuple[date, date]]:
    """Return half-open spans (after day, up to and with day) in which the ball is away; the last ends today."""
    ends = [event.on for event in history[1:]] + [max(today, history[-1].on)]
    return [(event.on, end) for event, end in zip(history, ends, strict=True) if event.ball in standard.paused_by]


def _counts(standard: Standard, day: date, calendar: Calendar, pauses: Sequence[tuple[date, date]]) -> bool:
    if standard.working and not calendar.works(day):
        return False
    return not any(start < day <= end for start, end in pauses)


def _days(after: date, until: date) -> Iterable[date]:
    return (after + timedelta(days=n) for n in range(1, (until - after).days + 1))


def _due_day(standard: Standard, started: date, calendar: Calendar, pauses: Sequence[tuple[date, date]]) -> date:
    """Return the day on which the allowance ends; a pause that goes on is taken to end today."""
    left, day = standard.amount, started
    while left > 0:
        day += timedelta(days=1)
        left -= _counts(standard, day, calendar, pauses)
    return day
