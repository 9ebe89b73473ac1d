"""Reading one cell as a Gregorian year, and saying which days a year of another calendar or a fiscal year spans."""

from __future__ import annotations

from datetime import date

from biosetu.alignment.calendars import Calendar, Period, read_period, year_days
from biosetu.engine.grids import Value
from biosetu.engine.numbers import PLACEHOLDER, PLAIN, Reading, plain, read_other, tidy, western_digits
from biosetu.problems import DataError
from biosetu.reports.cbd.tables import calendars, party_calendars, tolerances

BUDDHIST, BUDDHIST_OFFSET = "buddhist", 543


def read_year(value: Value, typed: bool, today: date, party: str = "") -> Reading:
    """Read a year: four digits of the Gregorian calendar, not later than next year.

    A year of another calendar and a fiscal year are named with the days that they span; `party` (ISO 3166-1 alpha-3)
    tells which calendars its offices write and when its fiscal years begin.
    """
    if other := read_other(value, "year"):
        return other
    if isinstance(value, int | float):
        return _judged(float(value), Reading(float(value)), today, party)
    return _read_text(plain(value), typed, today, party)


def _read_text(text: str, typed: bool, today: date, party: str) -> Reading:
    if not text:
        return Reading(defect="empty-year")
    if PLACEHOLDER.fullmatch(text):
        return Reading(defect="placeholder")
    western = western_digits(text)
    if not PLAIN.fullmatch(western):
        return _worded(text, party)
    number = float(western)
    if western != text:
        fine = Reading(number, "year-not-number", corrected=tidy(number))
    else:
        fine = Reading(number, "number-as-text", corrected=tidy(number)) if typed else Reading(number)
    return _judged(number, fine, today, party)


def _worded(text: str, party: str) -> Reading:
    try:
        period = read_period(text, party)
    except DataError as error:
        if error.problems[0].code == "fiscal-year":
            return Reading(defect="fiscal-year", detail=f"{text} = ?")
        return Reading(defect="year-not-number")
    if period.fiscal:
        return Reading(defect="fiscal-year", detail=_spanned(period))
    if period.calendar is Calendar.GREGORIAN:
        return Reading(defect="year-not-number")
    return Reading(defect="year-calendar", detail=_spanned(period))


def _spanned(period: Period) -> str:
    if period.start == period.end:
        return f"{period.written} = {period.start}"
    return f"{period.written} = {period.start} – {period.end}"


def _judged(year: float, fine: Reading, today: date, party: str) -> Reading:
    if not year.is_integer():
        return Reading(defect="year-not-number")
    if tolerances()["first_year"] <= year <= today.year + 1:
        return fine
    spans = [span for span in _elsewhere(int(year), party) if span.start.year <= today.year + 1]
    if spans:
        return Reading(defect="year-calendar", detail=", ".join(map(_spanned, spans)))
    return Reading(defect="year-range")


def _elsewhere(year: int, party: str) -> list[Period]:
    """Return what a year would be in the calendars that reach it; of a Party whose calendars are known, in those."""
    reaching = [calendar for calendar in calendars() if calendar.first <= year <= calendar.last]
    written = party_calendars().get(party)
    if written is not None:
        reaching = [calendar for calendar in reaching if calendar.name in written]
    return [Period(*_days(calendar.name, year), f"{year} {calendar.mark}") for calendar in reaching]


def _days(calendar: str, year: int) -> tuple[date, date]:
    if calendar == BUDDHIST:
        return year_days(Calendar.GREGORIAN, year - BUDDHIST_OFFSET)
    return year_days(Calendar(calendar), year)
