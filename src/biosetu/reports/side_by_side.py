"""One series of many Parties side by side: what each Party says itself stands first, and is marked as its own."""

from __future__ import annotations

from collections.abc import Iterable

from biosetu.figures import Dot, OwnMarks, Small
from biosetu.observations import computed_here
from biosetu.observations.answers import DISPUTE, REPLACE
from biosetu.observations.given import disputed_years
from biosetu.reports.series import is_disputed, places
from biosetu.statistics.summary import Summary
from biosetu.translation import N_, Voice

PUBLISHED = {
    REPLACE: N_("published figure that the Party replaces"),
    DISPUTE: N_("published figure that the Party disputes"),
}


def own_marks(voice: Voice) -> OwnMarks:
    """Return what the marks of the Parties' own words mean."""
    _ = voice.gettext
    return OwnMarks(
        own=_("the Party's own figure"),
        published=_(PUBLISHED[REPLACE]),
        disputed=_(PUBLISHED[DISPUTE]),
    )


def places_of(items: Iterable[Summary]) -> int:
    """Return with how many decimals one series of many Parties is printed: those of the finest latest value."""
    return max(map(places, items), default=0)


def dot_of(item: Summary, label: str, before: float | None = None) -> Dot:
    """Return the level of a Party as a dot: its own answer with the published figure beside it, or a ring."""
    if not item.answers_only:
        return Dot(label, item.level.value, before, disputed=is_disputed(item))
    answer = next((one for one in reversed(item.answers) if one.year == item.level.year), None)
    return Dot(label, item.level.value, before, own=True, published=answer.published if answer else None)


def small_of(held: Iterable[Summary], item: Summary | None, label: str, absent: str) -> Small:
    """Return the years of a Party: the published line, its own answers as dots on it, disputed years ringed.

    `held` are the summaries of the Party, among which the published line of an own answer is looked for.
    """
    if item is None:
        return Small(label, (), (), absent)
    line = _published(held, item) if item.answers_only else item
    points = [(point.year, point.value) for point in line.points if point.value is not None] if line else []
    own = tuple((one.year, one.value) for one in item.answers if one.value is not None)
    return Small(
        label,
        tuple(year for year, _ in points),
        tuple(value for _, value in points),
        absent,
        own,
        disputed_years(item.answers),
    )


def _published(held: Iterable[Summary], item: Summary) -> Summary | None:
    """Return the newest publisher's summary of the same series, or None."""
    names = ("indicator", "series", "disaggregation_type", "disaggregation", "unit")
    same = [
        other
        for other in held
        if not other.answers_only and all(getattr(other, name) == getattr(item, name) for name in names)
    ]
    return max(same, key=lambda other: (not computed_here(other.method), other.level.vintage), default=None)
