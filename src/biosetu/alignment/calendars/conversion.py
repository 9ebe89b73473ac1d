"""Conversion between the Gregorian and three other calendars.

Bikram Sambat and Hijri (Umm al-Qura) have no formula: their month lengths are tables in `data/`, each with its source.
Solar Hijri: the arithmetic of K. M. Borkowski (1996), Earth, Moon, and Planets 74, 223–230, doi:10.1007/BF00055188.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import accumulate

from biosetu.observations.packaged import packaged_rows


class Calendar(StrEnum):
    """The calendars that are read and shown."""

    GREGORIAN = "gregorian"
    BIKRAM_SAMBAT = "bikram-sambat"
    SOLAR_HIJRI = "solar-hijri"
    HIJRI = "hijri"


FIRST_DAY = {Calendar.BIKRAM_SAMBAT: date(1918, 4, 13), Calendar.HIJRI: date(1980, 11, 9)}
TABLE = {Calendar.BIKRAM_SAMBAT: "bikram_sambat", Calendar.HIJRI: "hijri"}


@cache
def _months(calendar: Calendar) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """Return the first year, the month lengths in a row, and the days before each month."""
    rows = packaged_rows("biosetu.alignment", TABLE[calendar])
    lengths = tuple(int(row[f"m{month}"]) for row in rows for month in range(1, 13))
    return int(rows[0]["year"]), lengths, (0, *accumulate(lengths))


def to_gregorian(calendar: Calendar, year: int, month: int, day: int) -> date:
    """Return the Gregorian date; raise `ValueError` for a day that does not exist or lies outside the tables."""
    if calendar is Calendar.GREGORIAN:
        return date(year, month, day)
    if not 1 <= month <= 12:
        raise ValueError(f"no month {month}")
    if calendar is Calendar.SOLAR_HIJRI:
        return _from_solar(year, month, day)
    first, lengths, before = _months(calendar)
    index = (year - first) * 12 + month - 1
    if not 0 <= index < len(lengths) or not 1 <= day <= lengths[index]:
        raise ValueError(f"no day {year}-{month:02d}-{day:02d} in the {calendar} table")
    return FIRST_DAY[calendar] + timedelta(days=before[index] + day - 1)


def from_gregorian(calendar: Calendar, day: date) -> tuple[int, int, int]:
    """Return year, month and day in a calendar; raise `ValueError` outside the tables."""
    if calendar is Calendar.GREGORIAN:
        return day.year, day.month, day.day
    if calendar is Calendar.SOLAR_HIJRI:
        return _to_solar(day)
    first, _, before = _months(calendar)
    passed = (day - FIRST_DAY[calendar]).days
    if not 0 <= passed < before[-1]:
        raise ValueError(f"{day} lies outside the {calendar} table")
    index = bisect_right(before, passed) - 1
    return first + index // 12, index % 12 + 1, passed - before[index] + 1


def side_by_side(day: date) -> dict[Calendar, str]:
    """Return a date as written in every calendar that reaches it."""
    shown = {}
    for calendar in Calendar:
        try:
            year, month, number = from_gregorian(calendar, day)
        except ValueError:
            continue
        shown[calendar] = f"{year:04d}-{month:02d}-{number:02d}"
    return shown


BREAKS = (-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456, 3178)


def _new_year(year: int) -> tuple[int, int]:
    """Return the years since the last leap year (0: a leap year itself) and the March day of 1 Farvardin."""
    if not BREAKS[0] <= year < BREAKS[-1]:
        raise ValueError(f"no Solar Hijri year {year}")
    leap_days, start, jump = -14, BREAKS[0], 0
    for end in BREAKS[1:]:
        jump = end - start
        if year < end:
            break
        leap_days += jump // 33 * 8 + jump % 33 // 4
        start = end
    into = year - start
    leap_days += into // 33 * 8 + (into % 33 + 3) // 4
    if jump % 33 == 4 and jump - into == 4:
        leap_days += 1
    gregorian = year + 621
    march = 20 + leap_days - (gregorian // 4 - (gregorian // 100 + 1) * 3 // 4 - 150)
    if jump - into < 6:
        into += (jump + 4) // 33 * 33 - jump
    since_leap = ((into + 1) % 33 - 1) % 4 if (into + 1) % 33 else 4
    return since_leap, march


def _solar_length(year: int, month: int) -> int:
    if month <= 6:
        return 31
    return 30 if month < 12 or _new_year(year)[0] == 0 else 29


def _from_solar(year: int, month: int, day: int) -> date:
    if not 1 <= day <= _solar_length(year, month):
        raise ValueError(f"no day {year}-{month:02d}-{day:02d} in the Solar Hijri calendar")
    passed = min(month - 1, 6) * 31 + max(month - 7, 0) * 30 + day - 1
    return date(year + 621, 3, _new_year(year)[1]) + timedelta(days=passed)


def _to_solar(day: date) -> tuple[int, int, int]:
    year = day.year - 621
    if day < _from_solar(year, 1, 1):
        year -= 1
    passed = (day - _from_solar(year, 1, 1)).days
    month = passed // 31 + 1 if passed < 186 else (passed - 186) // 30 + 7
    return year, month, passed - (min(month - 1, 6) * 31 + max(month - 7, 0) * 30) + 1
