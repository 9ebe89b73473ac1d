"""What a series of observations says, honestly: its level, its baseline, its change, its trend.

Level, change and trend are the newest vintage's. What is not larger than five times its rounding, or would not show in
the value as it is printed (four digits), is no clear change;
a slope that an older vintage shows is then kept apart (`Summary.older`), to be told with its vintage and never as the
direction of the series, and only where it is no smaller over its years than the rounding of the newest. What may be
said of a series at all is tabled in `data/series_kinds.csv`:

- `independent`: each year is measured anew; Theil-Sen slope with its interval;
- `interpolated`: years between a few assessments; slope, no interval;
- `reconstructed`: all years rebuilt from one release; slope, no interval;
- `unstated`: nobody says; slope, no interval;
- `releases`: each year is a database as it stood, under rules that change; no trend, and a step beyond the tabled
  limit is a series break;
- `answer`: yes, no or a category; no change, no trend.

No trend is drawn from two points. The baseline is the mean of the available years 2011-2020 (`data/baselines.csv`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from biosetu.observations import Source, sorted_by_key
from biosetu.observations.answers import METHOD, disputes_of
from biosetu.observations.given import SERIES, PartyAnswer, answers_by_series
from biosetu.observations.packaged import packaged_rows
from biosetu.observations.sentences import decimals_of
from biosetu.statistics.trend import FEWEST_POINTS, Slope, theil_sen

ROOM = "biosetu.statistics"
FRACTION = 5
Row = Mapping[str, Any]
_GROUP = ("indicator", "series", "disaggregation_type", "disaggregation", "source", "method", "unit")
_NUMBERS = frozenset({Source.NATIONAL.value, Source.AVAILABLE_DATASET.value})


@dataclass(frozen=True, slots=True)
class Kind:
    """What the years of a series are; `max_rise` and `max_fall` [unit of the series per year] mark a break."""

    name: str
    max_rise: float | None
    max_fall: float | None
    reference: str


@dataclass(frozen=True, slots=True)
class Point:
    """One observation, in short. `value` is None for an answer in words."""

    year: int
    value: float | None
    lower: float | None
    upper: float | None
    text: str
    vintage: str
    resolution: float | None
    status: str
    footnote: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The mean over the available years of the reference period, within one vintage."""

    value: float
    first: int
    last: int
    years: int
    vintage: str


@dataclass(frozen=True, slots=True)
class Break:
    """A step from one year to a later one that is larger than the tabled limit."""

    before_year: int
    before: float
    year: int
    value: float
    vintage: str


@dataclass(frozen=True, slots=True)
class Change:
    """Latest value minus baseline, within one vintage.

    `state`: `measured`; `below-rounding`; `series-break`; `no-baseline` (no year of the period but the latest);
    `one-year`; `no-numbers`. `overlaps`: the latest year lies in the baseline's period. `value` is given when measured
    and below rounding.
    """

    state: str
    value: float | None = None
    latest: Point | None = None
    baseline: Baseline | None = None
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    """The straight-line trend within one vintage.

    `state`: `interval` (slope with interval), `slope` (no interval: `kind` says why), `below-rounding`, `few-points`,
    `not-comparable` (releases), `no-numbers`. `direction`: `rising`, `falling`, `none` (the interval holds zero, or the
    slope is below the rounding) or empty.
    """

    state: str
    kind: str
    slope: Slope | None = None
    first: int | None = None
    last: int | None = None
    vintage: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What one series of one Party says. `points` are all years of the vintage that the level comes from.

    `disputes` are the Party's words against figures of the series (`text`), `answers` what it put in their place or
    said against them; both are to be shown before the figures. `older` is the slope of an older vintage that the newest
    is too coarse to show; None where the newest shows one, or the older is below the newest one's rounding.
    """

    party: str
    indicator: str
    series: str
    disaggregation_type: str
    disaggregation: str
    source: str
    method: str
    unit: str
    kind: str
    level: Point
    change: Change
    trend: Trend
    breaks: tuple[Break, ...]
    vintages: tuple[str, ...]
    points: tuple[Point, ...]
    disputes: tuple[Point, ...] = ()
    answers: tuple[PartyAnswer, ...] = ()
    older: Trend | None = None

    @property
    def answers_only(self) -> bool:
        """Whether its points are nothing but the Party's answers to figures of another source."""
        return self.method == METHOD


def kinds_from(rows: Iterable[Mapping[str, str]]) -> Mapping[str, Kind]:
    """Return kinds by series from rows of texts (series, kind, max_rise, max_fall, reference)."""
    return MappingProxyType(
        {
            row["series"]: Kind(row["kind"], _limit(row["max_rise"]), _limit(row["max_fall"]), row["reference"])
            for row in rows
        }
    )


def _limit(cell: str) -> float | None:
    return float(cell) if cell else None


@cache
def series_kinds() -> Mapping[str, Kind]:
    """Return what is tabled of each series; `*` is what holds for all others."""
    return kinds_from(packaged_rows(ROOM, "series_kinds"))


@cache
def baseline_periods() -> Mapping[str, tuple[int, int]]:
    """Return the reference period by indicator; `*` for all others."""
    return MappingProxyType(
        {row["indicator"]: (int(row["first"]), int(row["last"])) for row in packaged_rows(ROOM, "baselines")}
    )


def summarise(
    table: pa.Table,
    *,
    kinds: Mapping[str, Kind] | None = None,
    baselines: Mapping[str, tuple[int, int]] | None = None,
) -> tuple[Summary, ...]:
    """Return one summary per Party, indicator, series, disaggregation, source and method, in the order of the keys.

    `table` holds Observations; rows without a value or text (noData, notRelevant) have no summary. What is tabled of a
    publisher's series does not hold for national figures of the same name. `kinds` and `baselines` (a Party's own
    reference periods by indicator) come before the tables of this room.
    """
    own = {"*": series_kinds()["*"], **(kinds or {})}
    known = {**series_kinds(), **own}
    periods = {**baseline_periods(), **(baselines or {})}
    groups: dict[tuple[Any, ...], list[Row]] = {}
    ordered = sorted_by_key(table).to_pylist()
    disputes = disputes_of(ordered)
    answers = answers_by_series(ordered)
    for row in ordered:
        if row["source"] in _NUMBERS and not (row["value"] is None and row in disputes):
            groups.setdefault((row["party"], *(row[name] for name in _GROUP)), []).append(row)
    found = []
    for rows in groups.values():
        tabled = own if rows[0]["source"] == Source.NATIONAL else known
        kind = tabled.get(rows[0]["series"], tabled["*"])
        summary = _summary(rows, kind, periods.get(rows[0]["indicator"], periods["*"]))
        against = tuple(_point(row) for row in disputes if _disputes(row, summary))
        found.append(replace(summary, disputes=against, answers=answers.get(_series(summary), ())))
    return tuple(found)


def _series(summary: Summary) -> tuple[str, ...]:
    return tuple(getattr(summary, name) for name in SERIES)


def _disputes(row: Row, summary: Summary) -> bool:
    return all(row[name] == getattr(summary, name) for name in SERIES)


def _summary(rows: Sequence[Row], kind: Kind, period: tuple[int, int]) -> Summary:
    by_vintage: dict[str, list[Point]] = {}
    for row in rows:
        by_vintage.setdefault(row["vintage"], []).append(_point(row))
    newest_first = sorted(by_vintage, reverse=True)
    vintages = [sorted(by_vintage[name], key=lambda point: point.year) for name in newest_first]
    level = vintages[0][-1]
    numbers = [[point for point in points if point.value is not None] for points in vintages]
    numbers = [points for points in numbers if points]
    breaks = tuple(_breaks(numbers[0], kind)) if numbers else ()
    first = rows[0]
    return Summary(
        party=first["party"],
        **{name: first[name] for name in _GROUP},
        kind=kind.name,
        level=level,
        change=_change(numbers, kind, period),
        trend=_trend(numbers, kind),
        older=_older(numbers, kind),
        breaks=breaks,
        vintages=tuple(newest_first),
        points=tuple(vintages[0]),
    )


def _point(row: Row) -> Point:
    names = ("year", "value", "lower", "upper", "vintage", "resolution", "status", "footnote")
    return Point(**{name: row[name] for name in names}, text=row["value_text"])


def _number(point: Point) -> float:
    if point.value is None:
        raise ValueError("this point has no number")
    return point.value


def _coarsest(points: Iterable[Point]) -> float:
    return max((point.resolution or 0.0 for point in points), default=0.0)


def _readable(point: Point) -> float:
    """Return the least difference that shows in a value as it is printed; zero for zero and where not rounded."""
    if not point.value or not point.resolution:
        return 0.0
    return 10.0 ** -decimals_of(point.value, point.resolution) * (1 - 1e-9)


def _breaks(points: Sequence[Point], kind: Kind) -> Iterable[Break]:
    for before, after in pairwise(points):
        step = _number(after) - _number(before)
        years = after.year - before.year
        too_far = kind.max_rise is not None and step > kind.max_rise * years
        too_low = kind.max_fall is not None and -step > kind.max_fall * years
        if too_far or too_low:
            yield Break(before.year, _number(before), after.year, _number(after), after.vintage)


def _change(vintages: Sequence[Sequence[Point]], kind: Kind, period: tuple[int, int]) -> Change:
    if not vintages or kind.name == "answer":
        return Change("no-numbers")
    return _change_within(vintages[0], kind, period)


def _change_within(points: Sequence[Point], kind: Kind, period: tuple[int, int]) -> Change:
    first, last = period
    reference = [point for point in points if first <= point.year <= last]
    latest = points[-1]
    if len(points) < 2:
        return Change("one-year", latest=latest)
    if not reference or reference == [latest]:
        return Change("no-baseline", latest=latest)
    mean = sum(map(_number, reference)) / len(reference)
    baseline = Baseline(mean, reference[0].year, reference[-1].year, len(reference), latest.vintage)
    if any(step.year > reference[0].year for step in _breaks(points, kind)):
        return Change("series-break", latest=latest, baseline=baseline)
    value = _number(latest) - mean
    measured = _coarsest((*reference, latest)) < abs(value) / FRACTION and abs(value) >= _readable(latest)
    return Change("measured" if measured else "below-rounding", value, latest, baseline, latest.year <= last)


def _trend(vintages: Sequence[Sequence[Point]], kind: Kind) -> Trend:
    if not vintages or kind.name == "answer":
        return Trend("no-numbers", kind.name)
    if kind.name == "releases":
        return Trend("not-comparable", kind.name, vintage=vintages[0][0].vintage)
    return _trend_within(vintages[0], kind)


def _older(vintages: Sequence[Sequence[Point]], kind: Kind) -> Trend | None:
    if len(vintages) < 2 or _trend(vintages, kind).state != "below-rounding":
        return None
    rounding = _coarsest(vintages[0])
    trends = (_trend_within(points, kind) for points in vintages[1:])
    return next((trend for trend in trends if trend.slope is not None and _rise(trend) >= rounding), None)


def _rise(trend: Trend) -> float:
    """Return by how much a straight line at the slope of a trend differs between its first and last year."""
    if trend.slope is None or trend.first is None or trend.last is None:
        return 0.0
    return abs(trend.slope.slope) * (trend.last - trend.first)


def _trend_within(points: Sequence[Point], kind: Kind) -> Trend:
    first, last, vintage = points[0].year, points[-1].year, points[0].vintage
    if len(points) < FEWEST_POINTS:
        return Trend("few-points", kind.name, None, first, last, vintage)
    slope = theil_sen([point.year for point in points], [_number(point) for point in points])
    rise = abs(slope.slope) * (last - first)
    if _coarsest(points) >= rise / FRACTION or rise < _readable(points[-1]):
        return Trend("below-rounding", kind.name, None, first, last, vintage, "none")
    if kind.name == "independent" and slope.lower is not None and slope.upper is not None:
        direction = "rising" if slope.lower > 0 else "falling" if slope.upper < 0 else "none"
        return Trend("interval", kind.name, slope, first, last, vintage, direction)
    bare = Slope(slope.slope, None, None, slope.level, slope.points)
    direction = "" if kind.name == "independent" else "rising" if slope.slope > 0 else "falling"
    return Trend("slope", kind.name, bare, first, last, vintage, direction)
