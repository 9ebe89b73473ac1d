"""Days as a Party's offices write them: read in any calendar, shown in each of theirs beside the Gregorian one."""

from __future__ import annotations

from datetime import date

from biosetu.alignment.calendars import Calendar, read_period, side_by_side
from biosetu.engine.numbers import plain
from biosetu.reports.cbd.tables import calendars, party_calendars


def read_day(text: str, party: str = "") -> date:
    """Read a day in any calendar; of a year or a fiscal year its last day. Raises `DataError` where it is none."""
    return read_period(plain(text), party).end


def other_calendars(party: str, day: date) -> tuple[tuple[Calendar, str], ...]:
    """Return a day in the calendars that a Party's offices write beside the Gregorian one (`party_calendars.csv`)."""
    wanted = party_calendars().get(party, frozenset())
    return tuple((calendar, text) for calendar, text in side_by_side(day).items() if calendar in wanted)


def beside(party: str, day: date) -> str:
    """Return a day in the other calendars that a Party's offices write: `2083-09-16 BS`."""
    marks = {calendar.name: calendar.mark for calendar in calendars()}
    return ", ".join(f"{text} {marks[calendar]}" for calendar, text in other_calendars(party, day))


def dated(party: str, day: date) -> str:
    """Return a day as a Party's offices write it: `2026-12-31 (2083-09-16 BS)`."""
    others = beside(party, day)
    return f"{day.isoformat()} ({others})" if others else day.isoformat()
