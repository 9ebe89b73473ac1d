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
from biosetu.translation import N_

MARKS = {
    Calendar.BIKRAM_SAMBAT: ("bs", "b.s.", "bikram sambat", "vs", "वि.सं.", "वि.सं", "विसं", "साल"),
    Calendar.SOLAR_HIJRI: ("sh", "s.h.", "solar hijri", "ه.ش", "هـ.ش", "هـ ش", "ش", "شمسی", "شمسي"),
    Calendar.HIJRI: ("ah", "a.h.", "hijri", "هـ", "ه", "ه.ق", "هجري", "هجرية", "ق"),
    Calendar.GREGORIAN: ("ad", "ce", "م", "ई.सं.", "ميلادي", "میلادی"),
}
DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
YEAR = re.compile(r"(\d{4})")
FISCAL = re.compile(r"(\d{4})\s*[/–-]\s*(\d{2}|\d{4})")
FIRST_PLAIN, LAST_PLAIN = 1900, 2060
DATE_REMEDY = N_("Write it as 2030-12-31, or name the calendar: 2087-04-01 BS")
ONE_YEAR_REMEDY = N_("Write one year alone: 2023")
FISCAL_REMEDY = N_("Name the Party, or write the first and the last day")
LEADING = re.compile(r"^(fy|fiscal year|आ\.?व\.?|السنة المالية|سال مالی)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, what was written, the calendar it was read in, and whether it is a fiscal year."""

    start: date
    end: date
    written: str
    calendar: Calendar = Calendar.GREGORIAN
    fiscal: bool = False


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """The first day of a Party's fiscal years."""

    calendar: Calendar
    month: int
    day: int

    @property
    def is_a_calendar_year(self) -> bool:
        """Return whether it begins with the calendar's own year."""
        return (self.month, self.day) == (1, 1)

    def first_day(self, year: int) -> date:
        """Return the first day of the fiscal year that begins in a year of its calendar."""
        return to_gregorian(self.calendar, year, self.month, self.day)


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
        return _days(text, chosen or _plain(text, year), year)[1]
    raise _refusal(text, N_("no date"))


def read_period(text: str, party: str = "", calendar: Calendar | None = None) -> Period:
    """Read a fiscal year (`2079/80`, `FY 2023-24`) of a Party as its first and last day, or a year or a date alone.

    Of two years further apart (`2025-2030`) the first's first day and the last's last. A fiscal year is the one that
    begins in the first of its two years; an unmarked year of 1900 to 2060 is Gregorian,
    so that `2023/24` of Nepal is `2080/81`. When a Party's fiscal years begin is in `data/fiscal_years.csv`; without a
    Party, a calendar by which only one Party counts them tells which. Raises `DataError` where that stays open (its
    problem has the code `fiscal-year`) or the day does not exist.
    """
    bare = LEADING.sub("", text.strip())
    body, marked = _marked(bare)
    match = FISCAL.fullmatch(body)
    if match and _follows(match[1], match[2]):
        return _fiscal(text, int(match[1]), marked or calendar, party)
    if match and bare == text.strip() and int(match[1]) < int(match[2]):
        return _span(text, int(match[1]), int(match[2]), marked or calendar)
    if year := YEAR.fullmatch(body):
        return _whole_year(text, int(year[1]), marked or calendar, party, fiscal=bare != text.strip())
    day = read_date(bare, calendar)
    return Period(day, day, text, marked or calendar or Calendar.GREGORIAN)


def year_days(calendar: Calendar, year: int) -> tuple[date, date]:
    """Return the first and the last day of a year; raise `ValueError` outside the tables."""
    return to_gregorian(calendar, year, 1, 1), to_gregorian(calendar, year + 1, 1, 1) - timedelta(days=1)


def _fiscal(text: str, year: int, named: Calendar | None, party: str) -> Period:
    rule = _fiscal_years().get(party) or _only_fiscal(named or _likely(year))
    if rule is None:
        raise _refusal(text, N_("a fiscal year, and when it begins is not known here"), "fiscal-year", FISCAL_REMEDY)
    if rule.is_a_calendar_year:
        raise _refusal(text, N_("two years, but the fiscal year is one whole year"), "fiscal-year", ONE_YEAR_REMEDY)
    calendar = named or (Calendar.GREGORIAN if _is_plain(year) else rule.calendar)
    if calendar is Calendar.GREGORIAN and not _is_plain(year):
        raise _refusal(text, N_("a year that needs its calendar beside it (BS, SH, AH)"), "fiscal-year")
    try:
        first, last = year_days(calendar, year)
        begins = from_gregorian(rule.calendar, first)[0]
        start = next(day for day in (rule.first_day(begins), rule.first_day(begins + 1)) if first <= day <= last)
        after = rule.first_day(from_gregorian(rule.calendar, start)[0] + 1)
    except (ValueError, StopIteration) as error:
        raise _refusal(text, N_("no fiscal year begins in this year"), "fiscal-year") from error
    return Period(start, after - timedelta(days=1), text, calendar, fiscal=True)


def _span(text: str, first: int, last: int, named: Calendar | None) -> Period:
    calendar = named or _plain(text, first)
    if named is None:
        _plain(text, last)
    return Period(_days(text, calendar, first)[0], _days(text, calendar, last)[1], text, calendar)


def fiscal_year(party: str, day: date) -> str:
    """Return the fiscal year of a Party in which a day lies, in the calendar that counts it: `2081/82 BS`.

    Empty where it is not known when they begin (`data/fiscal_years.csv`), or where they are the calendar's own years.
    """
    rule = _fiscal_years().get(party)
    if rule is None or rule.is_a_calendar_year:
        return ""
    try:
        year = from_gregorian(rule.calendar, day)[0]
        first = year if day >= rule.first_day(year) else year - 1
    except ValueError:
        return ""
    mark = "" if rule.calendar is Calendar.GREGORIAN else f" {MARKS[rule.calendar][0].upper()}"
    return f"{first}/{(first + 1) % 100:02d}{mark}"


def _likely(year: int) -> Calendar:
    """Return the calendar in which an unmarked year can lie near today."""
    if _is_plain(year):
        return Calendar.GREGORIAN
    return Calendar.BIKRAM_SAMBAT if year > LAST_PLAIN else Calendar.SOLAR_HIJRI


def _only_fiscal(calendar: Calendar) -> FiscalYear | None:
    """Return the one rule by which fiscal years are counted in a calendar, if there is but one."""
    rules = [rule for rule in _fiscal_years().values() if rule.calendar is calendar]
    return rules[0] if len(rules) == 1 else None


def _whole_year(text: str, year: int, named: Calendar | None, party: str, *, fiscal: bool) -> Period:
    rule = _fiscal_years().get(party) if fiscal else None
    calendar = named or (rule.calendar if rule and not _is_plain(year) else _plain(text, year))
    if fiscal and (rule is None or not rule.is_a_calendar_year):
        raise _refusal(
            text, N_("a fiscal year of which one year is named"), "fiscal-year", N_("Write both years: 2023/24")
        )
    return Period(*_days(text, calendar, year), text, calendar, fiscal)


def _follows(first: str, second: str) -> bool:
    return int(second) == (int(first) + 1) % (100 if len(second) == 2 else 10_000)


@cache
def _fiscal_years() -> dict[str, FiscalYear]:
    rows = packaged_rows("biosetu.alignment", "fiscal_years")
    return {row["party"]: FiscalYear(Calendar(row["calendar"]), int(row["month"]), int(row["day"])) for row in rows}


def _marked(text: str) -> tuple[str, Calendar | None]:
    body = "".join(str(unicodedata.digit(mark)) if mark.isdecimal() else mark for mark in text).strip()
    for calendar, marks in MARKS.items():
        for mark in sorted(marks, key=len, reverse=True):
            if body.casefold().endswith(mark) and body[: -len(mark)].strip()[-1:].isdigit():
                return body[: -len(mark)].strip(), calendar
            if body.casefold().startswith(mark) and body[len(mark) :].strip()[:1].isdigit():
                return body[len(mark) :].strip(), calendar
    return body, None


def _is_plain(year: int) -> bool:
    return FIRST_PLAIN <= year <= LAST_PLAIN


def _plain(text: str, year: int) -> Calendar:
    if _is_plain(year):
        return Calendar.GREGORIAN
    raise _refusal(text, N_("a year that needs its calendar beside it (BS, SH, AH)"))


def _convert(text: str, calendar: Calendar, year: int, month: int, day: int) -> date:
    try:
        return to_gregorian(calendar, year, month, day)
    except ValueError as error:
        raise _refusal(text, str(error)) from error


def _days(text: str, calendar: Calendar, year: int) -> tuple[date, date]:
    try:
        return year_days(calendar, year)
    except ValueError as error:
        raise _refusal(text, N_("no year of this calendar")) from error


def _refusal(text: str, message: str, code: str = "date", remedy: str = DATE_REMEDY) -> DataError:
    return DataError(Problem(message, remedy, code, value=text))
