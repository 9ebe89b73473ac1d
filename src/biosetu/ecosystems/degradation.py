"""Criteria C and D from time series: how severe a variable's change is over the criterion's time, over how much."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from biosetu.ecosystems.criteria import Finding, degradation
from biosetu.ecosystems.intervals import DATA_DEFICIENT, Interval, Value
from biosetu.ecosystems.severity import relative_severity
from biosetu.ecosystems.thresholds import Guidelines
from biosetu.problems import UsageError
from biosetu.translation import say

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SIDES = ("best", "low", "high")
COLLAPSED = 100
STEPS = COLLAPSED + 1


@dataclass(frozen=True, slots=True)
class Window:
    """The time over which a sub-criterion looks [decimal years]."""

    criterion: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class _Rule:
    start_from_present: float | None
    start_year: float | None
    length_years: float | None


@cache
def _rules() -> Mapping[str, _Rule]:
    text = (files("biosetu.ecosystems") / "data" / "windows.csv").read_text(encoding="utf-8")
    names = ("start_from_present", "start_year", "length_years")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType(
        {row["window"]: _Rule(*(float(row[name]) if row[name] else None for name in names)) for row in rows}
    )


def window_of(
    criterion: str, years: Sequence[float], present: float | None = None, start: float | None = None
) -> Window:
    """Return the time over which a sub-criterion of C or D looks.

    C1 and D1 the past 50 years, C2a and D2a the next 50, C2b and D2b any 50 that hold past, present and future, C3 and
    D3 from about 1750 (Keith et al. 2013, doi:10.1371/journal.pone.0062111, table 3; `data/windows.csv`).

    Args:
        criterion: C1, C2a, C2b, C3 or D1 to D3.
        years: those of the series.
        present: the present year; without it the last of the series.
        start: the first year of C2b, D2b (without it the series' first, at most 50 before the present), C3 or D3.

    Raises:
        UsageError: another criterion, a start for those that have none, or a window without the present in it.
    """
    rule = _rules().get(criterion[1:]) if criterion[:1] in {"C", "D"} else None
    if rule is None:
        raise UsageError(
            say("There is no '{criterion}' here. Use C1, C2a, C2b, C3, D1, D2a, D2b or D3.", criterion=criterion)
        )
    now = max(years) if present is None else present
    if start is not None and rule.start_from_present is not None:
        raise UsageError(
            say(
                "{criterion} counts from the present; a start is chosen for C2b, C3, D2b and D3 alone.",
                criterion=criterion,
            )
        )
    if start is not None:
        first = start
    elif rule.start_from_present is not None:
        first = now + rule.start_from_present
    else:
        first = rule.start_year if rule.start_year is not None else max(min(years), now - (rule.length_years or 0))
    end = now if rule.length_years is None else first + rule.length_years
    if not first <= now <= end or first == end:
        raise UsageError(
            say(
                "{criterion} from {first:g} to {end:g} does not hold the present, {now:g}.",
                criterion=criterion,
                first=first,
                end=end,
                now=now,
            )
        )
    return Window(criterion, first, end)


def value_at(years: Sequence[float], values: npt.ArrayLike, year: float, *, extrapolate: bool = False) -> Floats:
    """Return the value of a variable at a year, for many units at once.

    Between two known dates the value lies on the straight line between them. Before the first or after the last known
    date it is unknown, or with `extrapolate` goes on from that date's value by the unit's own trend: the slope of the
    least-squares line through all its known dates, at least two.

    Args:
        years: dates, rising, shape (dates,) [decimal years].
        values: shape (dates, units); NaN is unknown.
        year: the year wanted [decimal years].
        extrapolate: whether to leave the known dates.

    Returns:
        Values, shape (units,); NaN where unknown.
    """
    own = np.asarray(values, float)
    before, before_year = _nearest(years, own, year, forwards=True)
    after, after_year = _nearest(years, own, year, forwards=False)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(after_year == before_year, 0.0, (year - before_year) / (after_year - before_year))
        found = before + share * (after - before)
    if extrapolate:
        slope = _slopes(np.asarray(years, float), own)
        late, early = np.isnan(after), np.isnan(before)
        found[late] = (before + slope * (year - before_year))[late]
        found[early] = (after + slope * (year - after_year))[early]
    return found


def _nearest(years: Sequence[float], values: Floats, year: float, *, forwards: bool) -> tuple[Floats, Floats]:
    """Return the last known value up to a year (going forwards), or the first from it on, and its date."""
    found, when = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    for index in range(len(years)) if forwards else reversed(range(len(years))):
        if years[index] <= year if forwards else years[index] >= year:
            known = ~np.isnan(values[index])
            found[known], when[known] = values[index][known], years[index]
    return found, when


def _slopes(years: Floats, values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(known, years[:, None], 0).sum(axis=0) / count
        apart = np.where(known, years[:, None] - middle, 0)
        level = np.where(known, values, 0).sum(axis=0) / count
        slope = (apart * np.where(known, values - level, 0)).sum(axis=0) / (apart**2).sum(axis=0)
    return np.where(count >= 2, slope, np.nan)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The best estimate and the bounds of a value per unit, each of shape (units,)."""

    best: Floats
    low: Floats
    high: Floats

    @classmethod
    def exactly(cls, values: Floats) -> Bounds:
        """Return values without uncertainty."""
        return cls(values, values, values)


def severity_bounds(baseline: Bounds, present: Bounds, collapse: Bounds, collapse_at: str) -> Floats:
    """Return relative severity by unit with its bounds, from those of the three values.

    The bounds are the worst and the mildest case: a sound baseline, a bad present and a collapse value near by, and the
    other way round.

    Args:
        baseline, present: the variable at the window's two ends, shape (units,).
        collapse: the value at which the ecosystem has collapsed, shape (units,) or one for all.
        collapse_at: `low` or `high`, the side on which collapse lies.

    Returns:
        Shape (3, units): best, low, high [%]; NaN where a value is missing.
    """
    sound, bad = ("high", "low") if collapse_at == "low" else ("low", "high")
    corners = (("best", "best", "best"), (bad, sound, bad), (sound, bad, sound))
    return np.stack(
        [
            relative_severity(getattr(baseline, one), getattr(present, two), getattr(collapse, three), collapse_at)
            for one, two, three in corners
        ]
    )


class SeverityTally:
    """Areas of ecosystems by whole percent of severity: whole numbers, so that parts may come in any order.

    `area` has the shape (3, kinds, 101): best, low and high estimate of the severity, rounded down. `unknown` is the
    area, by kind, where the severity is not known.
    """

    def __init__(self, kinds: int) -> None:
        self.area: Integers = np.zeros((len(SIDES), kinds, STEPS), np.int64)
        self.unknown: Integers = np.zeros(kinds, np.int64)
        self.units: Integers = np.zeros(kinds, np.int64)

    def add(self, kind: npt.NDArray[np.integer], severity: Floats, area: Integers) -> None:
        """Add units: their kind (-1: none), severity of shape (3, units) [%], area [units of the map]."""
        known = (kind >= 0) & ~np.isnan(severity).any(axis=0)
        lost = (kind >= 0) & ~known
        np.add.at(self.unknown, kind[lost], area[lost])
        np.add.at(self.units, kind[known], 1)
        for side in range(len(SIDES)):
            np.add.at(self.area[side], (kind[known], severity[side][known].astype(np.int64)), area[known])

    def merge(self, other: SeverityTally) -> None:
        """Add another tally of the same kinds."""
        self.area += other.area
        self.unknown += other.unknown
        self.units += other.units

    def of(self, kind: int) -> SeverityTally:
        """Return the tally of one kind alone."""
        own = SeverityTally(1)
        own.area[:, 0], own.unknown[0], own.units[0] = self.area[:, kind], self.unknown[kind], self.units[kind]
        return own

    @classmethod
    def side_by_side(cls, tallies: Sequence[SeverityTally]) -> SeverityTally:
        """Return tallies as one, their kinds after each other."""
        whole = cls(0)
        whole.area = np.concatenate([whole.area, *(each.area for each in tallies)], axis=1)
        whole.unknown = np.concatenate([whole.unknown, *(each.unknown for each in tallies)])
        whole.units = np.concatenate([whole.units, *(each.units for each in tallies)])
        return whole

    def known(self, kind: int) -> int:
        """Return the area of a kind whose severity is known."""
        return int(self.area[0, kind].sum())

    def curve(self, kind: int) -> Floats | None:
        """Return the severity-extent curve of a kind.

        Extents with at least 0, 1, … 100 % severity, shape (3, 101): best, low, high [%]; None where nothing is known.
        Divided as whole numbers of any size, so that half of the area is 50 % and nothing less.
        """
        total = self.known(kind)
        if not total:
            return None
        beyond = np.cumsum(self.area[:, kind, ::-1], axis=1)[:, ::-1]
        return np.array([[100 * int(area) / total for area in side] for side in beyond])


def points(curve: Floats | None, criterion: str, rules: Guidelines) -> list[tuple[int, Value]]:
    """Return the points of a curve that decide a category: each severity with a limit, and collapse, and its extent."""
    at = sorted({int(limit.limit) for limit in rules.of(criterion)} | {COLLAPSED})
    if curve is None:
        return [(severity, DATA_DEFICIENT) for severity in at]
    return [(severity, Interval(*(float(curve[side, severity]) for side in range(len(SIDES))))) for severity in at]


def finding(curve: Floats | None, criterion: str, rules: Guidelines) -> Finding:
    """Return the category of a severity-extent curve, with the range that its bounds give."""
    pairs = points(curve, criterion, rules)
    return degradation(
        criterion, [Interval.exactly(severity) for severity, _ in pairs], [extent for _, extent in pairs], rules
    )


def cells(curve: Floats | None, criterion: str, rules: Guidelines) -> dict[str, str]:
    """Return the cells of the assessment's template: severities and extents, points separated by `|`."""
    pairs = points(curve, criterion, rules)
    return {
        f"{criterion}_severity_percent": "|".join(str(severity) for severity, _ in pairs),
        f"{criterion}_extent_percent": "|".join(_cell(extent) for _, extent in pairs),
    }


def _cell(value: Value) -> str:
    if not isinstance(value, Interval):
        return "DD"
    if value.low == value.high:
        return f"{value.best:.10g}"
    return f"{value.best:.10g} ({value.low:.10g} to {value.high:.10g})"
