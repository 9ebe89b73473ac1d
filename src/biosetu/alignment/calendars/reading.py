"""Reading a date, a year or a fiscal year as an officer wrote it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from biosetu.alignment.calendars.conversion import Calendar, from_gregorian, to_gregorian
from biosetu.observations.packaged import packaged_rows
from biosetu.problems import DataError, Problem

MARKS = {
    Calendar.BIKRAM_SAMBAT: ("bs", "b.s.", "bikram sambat", "vs", "वि.सं.", "वि.सं", "विसं", "साल"),
    Calendar.SOLAR_HIJRI: ("sh", "s.h.", "solar hijri", "ه.ش", "هـ.ش", "هـ ش", "ش", "شمسی", "شمسي"),
    Calendar.HIJRI: ("ah", "a.h.", "hijri", "هـ", "ه", "ه.ق", "هجري", "هجرية", "ق"),
    Calendar.GREGORIAN: ("ad", "ce", "م", "ई.सं.", "ميلادي", "میلادی"),
}
DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
YEAR = re.compile(r"(\d{4})")
FISCAL = re.compile(r"(\d{4})\s*[/–-]\s*(\d{2}|\d{4})")
LEADING = re.compile(r"^(fy|fiscal year|आ\.?व\.?|السنة المالية|سال مالی)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, and what was written."""

    start: date
    end: date
    written: str


def read_date(text: str, calendar: Calendar | None = None) -> date:
    """Read `2030-12-31`, `2087-04-01 BS`, `1409/10/01 ه.ش`, or a year alone (its last day).

    Without a mark the year tells the calendar only where it can be Gregorian; else `calendar` must say it. Raises
    `DataError` where that stays open or the day does not exist.
    """
    body, marked = _marked(text)
    chosen = marked or calendar
    if match := DATE.fullmatch(body):
        year, month, day = (int(part) for part in match.groups())
        return _convert(text, chosen or _plain(text, year), year, month, day)
    if match := YEAR.fullmatch(body):
        year = int(match[1])
        return _year_end(text, chosen or _plain(text, year), year)
    raise _refusal(text, "no date")


def read_period(text: str, party: str = "", calendar: Calendar | None = None) -> Period:
    """Read a fiscal year (`2079/80`, `FY 2023-24`) of a Party as its first and last day, or a date or year alone.

    When a Party's fiscal year begins is in `data/fiscal_years.csv`; without a row the calendar year is taken.
    """
    body, marked = _marked(LEADING.sub("", text.strip()))
    match = FISCAL.fullmatch(body)
    if not match or not _follows(match[1], match[2]):
        end = read_date(LEADING.sub("", text.strip()), calendar)
        return Period(end.replace(month=1, day=1) if YEAR.fullmatch(body) and not marked else end, end, text)
    fiscal, month, day = _fiscal_years().get(party, (Calendar.GREGORIAN, 1, 1))
    chosen = marked or calendar or fiscal
    year = int(match[1])
    if chosen is not fiscal:
        month = day = 1
    start = _convert(text, chosen, year, month, day)
    return Period(start, _convert(text, chosen, year + 1, month, day) - timedelta(days=1), text)


def _follows(first: str, second: str) -> bool:
    return int(second) == (int(first) + 1) % (100 if len(second) == 2 else 10_000)


@cache
def _fiscal_years() -> dict[str, tuple[Calendar, int, int]]:
    rows = packaged_rows("biosetu.alignment", "fiscal_years")
    return {row["party"]: (Calendar(row["calendar"]), int(row["month"]), int(row["day"])) for row in rows}


def _marked(text: str) -> tuple[str, Calendar | None]:
    body = "".join(str(unicodedata.digit(mark)) if mark.isdecimal() else mark for mark in text).strip()
    for calendar, marks in MARKS.items():
        for mark in sorted(marks, key=len, reverse=True):
            if body.casefold().endswith(mark) and body[: -len(mark)].strip()[-1:].isdigit():
                return body[: -len(mark)].strip(), calendar
            if body.casefold().startswith(mark) and body[len(mark) :].strip()[:1].isdigit():
                return body[len(mark) :].strip(), calendar
    return body, None


def _plain(text: str, year: int) -> Calendar:
    if 1900 <= year <= 2060:
        return Calendar.GREGORIAN
    raise _refusal(text, "a year that needs its calendar beside it (BS, SH, AH)")


def _convert(text: str, calendar: Calendar, year: int, month: int, day: int) -> date:
    try:
        return to_gregorian(calendar, year, month, day)
    except ValueError as error:
        raise _refusal(text, str(error)) from error


def _year_end(text: str, calendar: Calendar, year: int) -> date:
    following = _convert(text, calendar, year + 1, 1, 1)
    last = following - timedelta(days=1)
    if from_gregorian(calendar, last)[0] != year:
        raise _refusal(text, "no year of this calendar")
    return last


def _refusal(text: str, message: str) -> DataError:
    return DataError(
        Problem(message, "Write it as 2030-12-31, or name the calendar: 2087-04-01 BS", "date", value=text)
    )
