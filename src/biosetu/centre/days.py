"""A day as the offices of a Party write it, beside the Gregorian one, for pages."""

from __future__ import annotations

from datetime import date

from biosetu.alignment.calendars import fiscal_year
from biosetu.centre.wording import gettext
from biosetu.reports.cbd.collecting import other_calendars
from biosetu.translation import N_

CALENDARS = {
    "gregorian": N_("Gregorian"),
    "bikram-sambat": N_("Bikram Sambat"),
    "solar-hijri": N_("Solar Hijri"),
    "hijri": N_("Hijri"),
}
FISCAL = N_("Fiscal year")


def days_shown(party: str, day: date) -> list[tuple[str, str]]:
    """Return a day in the calendars that a Party's offices write besides the Gregorian one, as (calendar, date).

    The Party's fiscal year in which the day lies stands last, where it is known when that begins.
    """
    shown = [(gettext(CALENDARS[calendar]), text) for calendar, text in other_calendars(party, day)]
    fiscal = fiscal_year(party, day)
    return [*shown, (gettext(FISCAL), fiscal)] if fiscal else shown
