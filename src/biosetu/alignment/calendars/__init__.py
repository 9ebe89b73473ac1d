"""Dates and years of other calendars and of fiscal years, read and shown beside the Gregorian date."""

from biosetu.alignment.calendars.conversion import Calendar, from_gregorian, side_by_side, to_gregorian
from biosetu.alignment.calendars.reading import Period, fiscal_year, read_date, read_period, year_days

__all__ = [
    "Calendar",
    "Period",
    "fiscal_year",
    "from_gregorian",
    "read_date",
    "read_period",
    "side_by_side",
    "to_gregorian",
    "year_days",
]
