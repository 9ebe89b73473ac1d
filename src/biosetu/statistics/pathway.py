"""A Party's figures beside a quantity that it has set itself: only here may "on" and "off the path" be said."""

from __future__ import annotations

from dataclasses import dataclass

from biosetu.observations.given import disputed_years
from biosetu.observations.own import Quantity
from biosetu.statistics.summary import Point, Summary

AT_LEAST = "at least"


@dataclass(frozen=True, slots=True)
class Pathway:
    """Where a figure stands on the way to a Party's own quantity.

    `state`: `reached`; `on-path` and `off-path` (against `expected`, the value on the straight line from the Party's
    own baseline to the quantity, in the figure's year); `missed` (the deadline has passed); `not-reached` (no
    baseline of the Party's own, so no path); `disputed` (the Party disputes the figure, so nothing is said of the way);
    `no-figure`.
    """

    quantity: Quantity
    state: str
    figure: Point | None = None
    expected: float | None = None
    summary: Summary | None = None


def pathway(quantity: Quantity, summaries: tuple[Summary, ...]) -> Pathway:
    """Return where the newest figure for a quantity stands; the Party's own figures come before global series.

    A figure counts when its indicator, unit and disaggregation are the quantity's, and its series too where the
    quantity names one.
    """
    fitting = [summary for summary in summaries if _fits(quantity, summary)]
    if not fitting:
        return Pathway(quantity, "no-figure")
    best = max(fitting, key=lambda summary: (summary.source == "national", summary.level.year))
    point = best.level
    if point.value is None:
        return Pathway(quantity, "no-figure")
    if not best.answers_only and point.year in disputed_years(best.answers):
        return Pathway(quantity, "disputed", point, summary=best)
    expected = expected_value(quantity, point.year)
    return Pathway(quantity, _state(quantity, point, point.value, expected), point, expected, best)


def _fits(quantity: Quantity, summary: Summary) -> bool:
    return (
        summary.indicator == quantity.indicator
        and summary.unit == quantity.unit
        and summary.disaggregation == quantity.disaggregation
        and quantity.series in ("", summary.series)
    )


def expected_value(quantity: Quantity, year: int) -> float | None:
    """Return the value on the straight line from baseline to quantity in a year; the quantity after its deadline.

    None where the Party names no baseline, or the year lies before it.
    """
    start, since = quantity.baseline_value, quantity.baseline_year
    if start is None or since is None or year < since:
        return None
    if year >= quantity.deadline:
        return quantity.value
    return start + (quantity.value - start) * (year - since) / (quantity.deadline - since)


def _state(quantity: Quantity, point: Point, value: float, expected: float | None) -> str:
    if _good(quantity, value, quantity.value):
        return "reached"
    if point.year >= quantity.deadline:
        return "missed"
    if expected is None:
        return "not-reached"
    return "on-path" if _good(quantity, value, expected) else "off-path"


def _good(quantity: Quantity, value: float, bar: float) -> bool:
    return value >= bar if quantity.direction == AT_LEAST else value <= bar
