"""Criteria A to E: one value and its uncertainty in, a category with its plausible range out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from biosetu.ecosystems.intervals import DATA_DEFICIENT, Interval, Unknown, Value
from biosetu.ecosystems.thresholds import FROM_WORST, ORDER, Guidelines, worst
from biosetu.translation import say

Answer = bool | Unknown | None


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one sub-criterion: best category, plausible range, the code of what holds, and why.

    The reason is made with `say`: English as text, said in any language where it is shown. `near` tells that the
    category would be vulnerable but for a tenth of its limit (or of the conditions of B).
    """

    criterion: str
    category: str
    low: str
    high: str
    code: str = ""
    reason: str = ""
    near: bool = False


def not_evaluated(criterion: str) -> Finding:
    """Return the finding of a sub-criterion that nobody looked at."""
    return Finding(criterion, "NE", "NE", "NE")


def data_deficient(criterion: str, reason: str, low: str = "DD", high: str = "DD") -> Finding:
    """Return the finding of a sub-criterion whose data do not tell."""
    return Finding(criterion, "DD", low, high, reason=reason)


def _from_three(criterion: str, value: Interval, category: Callable[[float], str], text: str, near: bool) -> Finding:
    best = category(value.best)
    ends = sorted((category(value.low), category(value.high)), key=ORDER.index)
    low, high = worst_of(ends[0], best, False), worst_of(ends[1], best, True)
    threatened = ORDER.index(best) >= ORDER.index("VU")
    return Finding(criterion, best, low, high, criterion if threatened else "", text, near and not threatened)


def worst_of(one: str, other: str, higher: bool) -> str:
    """Return the higher, or the lower, of two categories."""
    return (max if higher else min)(one, other, key=ORDER.index)


def decline(criterion: str, value: Value, rules: Guidelines) -> Finding:
    """Assess criterion A: reduction in distribution (A1, A2a, A2b over 50 years, A3 since about 1750).

    Args:
        criterion: A1, A2a, A2b or A3.
        value: decline [%]; negative for growth; None: not evaluated.
        rules: version of the guidelines.

    Returns:
        CO where everything is lost (100 %), else by threshold.
    """
    if not isinstance(value, Interval):
        return not_evaluated(criterion) if value is None else data_deficient(criterion, say("the decline is unknown"))
    limits = {t.category: t.limit for t in rules.of(criterion)}

    def category(percent: float) -> str:
        if percent >= 100:
            return "CO"
        return next((name for name in FROM_WORST if percent >= limits[name]), "LC")

    near = value.best >= limits["VU"] * (1 - rules.near_percent / 100)
    return _from_three(criterion, value, category, say("decline {percent}", percent=_percent(value)), near)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What B1 and B2 ask besides a small range.

    Attributes:
        decline_extent, decline_environment, decline_biotic: (a) i, ii, iii: observed or inferred continuing decline.
        threats: (b) threats likely to cause continuing decline within 20 years.
        locations: (c) number of threat-defined locations.
    """

    decline_extent: Answer = None
    decline_environment: Answer = None
    decline_biotic: Answer = None
    threats: Answer = None
    locations: Value = None

    def codes(self) -> str:
        """Return the conditions that hold apart from locations, as in `a(i,iii)b`."""
        parts = zip(
            ("i", "ii", "iii"), (self.decline_extent, self.decline_environment, self.decline_biotic), strict=True
        )
        holding = ",".join(name for name, answer in parts if answer is True)
        return (f"a({holding})" if holding else "") + ("b" if self.threats is True else "")

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The four yes-or-no conditions."""
        return (self.decline_extent, self.decline_environment, self.decline_biotic, self.threats)

    @property
    def untouched(self) -> bool:
        """Whether none of the conditions was looked at."""
        return all(answer is None for answer in self.answers) and self.locations is None

    @property
    def open(self) -> bool:
        """Whether a condition is unknown or was not looked at."""
        unknown = any(not isinstance(answer, bool) for answer in self.answers)
        return unknown or not isinstance(self.locations, Interval)


def small_range(criterion: str, value: Value, conditions: Conditions, rules: Guidelines) -> Finding:
    """Assess B1 (extent of occurrence [km²]) or B2 (occupied 10 km cells): small, and one of a to c.

    A range that is small while no condition is known to hold gives, by what is known of them: near threatened where
    all were denied, data deficient (with the category it could reach) where some are unknown, not evaluated where
    none was looked at. Condition c is in the code only where the locations are few enough for the category. What has no
    range left has collapsed, whatever the conditions.
    """
    if not isinstance(value, Interval):
        return not_evaluated(criterion) if value is None else data_deficient(criterion, say("the range is unknown"))
    measure = "eoo_km2" if criterion == "B1" else "aoo_cells"
    limits = {t.category: t.limit for t in rules.of(criterion, measure)}
    places = {t.category: t.limit for t in rules.of(criterion, "locations")}
    size = _shown(value)
    text = say("extent {size} km²", size=size) if criterion == "B1" else say("{size} occupied 10 km cells", size=size)
    any_size = [_by_size(size, limits) for size in (value.low, value.best, value.high)]
    if value.best > 0 and conditions.untouched and any(size != "LC" for size in any_size):
        why = say("{size}: {category} if one of a to c holds, none looked at", size=text, category=any_size[1])
        return Finding(criterion, "NE", "NE", "NE", "", why)
    held = conditions.codes() or _by_places(value.best, conditions, limits, places, "best")
    if value.best > 0 and not held and conditions.open and any(size != "LC" for size in any_size):
        return data_deficient(criterion, say("{size}: conditions a to c unknown", size=text), "LC", any_size[0])

    def category(size: float, side: str) -> str:
        if size == 0:
            return "CO"
        small = _by_size(size, limits)
        if conditions.codes():
            return small if small != "LC" else _near_size(size, limits, rules)
        found = _by_places(size, conditions, limits, places, side)
        return found or ("NT" if small != "LC" else _near_size(size, limits, rules))

    best, high, low = category(value.best, "best"), category(value.low, "low"), category(value.high, "high")
    threatened = best in FROM_WORST
    places_hold = threatened and _by_places(value.best, conditions, limits, places, "best") == best
    code = f"{criterion}{conditions.codes()}{'c' if places_hold else ''}" if threatened else ""
    if best == "CO":
        code = criterion
    return Finding(criterion, best, worst_of(low, best, False), worst_of(high, best, True), code, text, best == "NT")


def _by_size(size: float, limits: dict[str, float]) -> str:
    if size == 0:
        return "CO"
    return next((name for name in FROM_WORST if size <= limits[name]), "LC")


def _near_size(size: float, limits: dict[str, float], rules: Guidelines) -> str:
    return "NT" if size <= limits["VU"] * (1 + rules.near_percent / 100) else "LC"


def _by_places(
    size: float, conditions: Conditions, limits: dict[str, float], places: dict[str, float], side: str
) -> str | None:
    if not isinstance(conditions.locations, Interval):
        return None
    count = getattr(conditions.locations, side)
    return next((name for name in FROM_WORST if size <= limits[name] and count <= places[name]), None)


def few_locations(answer: Answer) -> Finding:
    """Assess B3: very few locations (generally fewer than five) and a threat that may bring collapse very soon."""
    if answer is None:
        return not_evaluated("B3")
    if not isinstance(answer, bool):
        return data_deficient("B3", say("threats to the few locations unknown"), "LC", "VU")
    if not answer:
        return Finding("B3", "LC", "LC", "LC")
    return Finding("B3", "VU", "VU", "VU", "B3", say("very few locations"))


def degradation(criterion: str, severity: Sequence[Value], extent: Sequence[Value], rules: Guidelines) -> Finding:
    """Assess C (environmental) or D (biotic) degradation: how severe over how much of the ecosystem.

    Args:
        criterion: C1, C2a, C2b, C3 or D1 to D3.
        severity: relative severity, 100 is collapse, one value per point of the severity-extent curve [%].
        extent: share of the ecosystem with at least that severity, same length [%].
        rules: version of the guidelines.

    Returns:
        The highest category for which one point reaches a pair of severity and extent; CO at 100 and 100.

    Raises:
        ValueError: different numbers of severities and extents.
    """
    if len(severity) != len(extent):
        raise ValueError("give as many extents as severities")
    if all(value is None for value in (*severity, *extent)):
        return not_evaluated(criterion)
    points = [
        (s, e) for s, e in zip(severity, extent, strict=True) if isinstance(s, Interval) and isinstance(e, Interval)
    ]
    if not points:
        return data_deficient(criterion, say("severity or extent unknown"))
    pairs = [(t.category, t.limit, t.extent_percent or 0.0) for t in rules.of(criterion)]

    def category(side: str) -> str:
        values = [(getattr(s, side), getattr(e, side)) for s, e in points]
        if any(s >= 100 and e >= 100 for s, e in values):
            return "CO"
        reached = [name for name, need_s, need_e in pairs for s, e in values if s >= need_s and e >= need_e]
        return worst(tuple(reached)) if reached else "LC"

    best = category("best")
    share = 1 - rules.near_percent / 100
    near = best == "LC" and any(
        s.best >= need_s * share and e.best >= need_e * share for name, need_s, need_e in pairs for s, e in points
    )
    over = [say("severity {severity} over {extent}", severity=_percent(s), extent=_percent(e)) for s, e in points]
    text = reduce(lambda first, second: say("{first}; {second}", first=first, second=second), over)
    threatened = best in {*FROM_WORST, "CO"}
    return Finding(criterion, best, category("low"), category("high"), criterion if threatened else "", text, near)


def collapse_risk(in_50_years: Value, in_100_years: Value, rules: Guidelines) -> Finding:
    """Assess E: the probability of collapse within 50 and within 100 years, from models [%].

    A category can only be excluded where its horizon is known. What collapses within 50 years has collapsed within 100,
    so that either horizon bounds the other: 15 % in 50 years is vulnerable, 15 % in 100 years is not endangered. Where
    this leaves open whether the ecosystem is threatened, the criterion is not evaluated (the horizon was not looked at)
    or data deficient (it is unknown), and the range says what it could be.

    Raises:
        ValueError: less probable within 100 years than within 50.
    """
    near, far = in_50_years, in_100_years
    if near is None and far is None:
        return not_evaluated("E")
    known = {years: value for years, value in ((50, near), (100, far)) if isinstance(value, Interval)}
    if not known:
        return data_deficient("E", say("probability of collapse unknown"))
    if isinstance(near, Interval) and isinstance(far, Interval) and far.best < near.best:
        raise ValueError("collapse within 100 years cannot be less probable than within 50")
    limits = [(t.category, t.measure, t.limit) for t in rules.of("E")]

    def category(in_50: float, in_100: float) -> str:
        percent = {"collapse_percent_50_years": in_50, "collapse_percent_100_years": max(in_50, in_100)}
        return worst(("LC", *(name for name, measure, limit in limits if percent[measure] >= limit)))

    def least(side: str) -> tuple[float, float]:
        return (getattr(near, side, 0.0), getattr(far, side, 0.0))

    def most(side: str) -> tuple[float, float]:
        in_100 = getattr(far, side, 100.0)
        return (min(getattr(near, side, in_100), in_100), in_100)

    chances = [say("{percent} in {years} years", percent=_percent(each), years=years) for years, each in known.items()]
    text = reduce(lambda first, second: say("{first}, {second}", first=first, second=second), chances)
    best, low, high = category(*least("best")), category(*least("low")), category(*most("high"))
    if best == "LC" != category(*most("best")):
        missing, other = (100, far) if 50 in known else (50, near)
        if other is None:
            why = say("{chances}, {years} years not looked at", chances=text, years=missing)
            return Finding("E", "NE", low, high, reason=why)
        return data_deficient("E", say("{chances}, {years} years unknown", chances=text, years=missing), low, high)
    share = 1 - rules.near_percent / 100
    close = best == "LC" and any(
        name == "VU" and 100 in known and known[100].best >= limit * share for name, _, limit in limits
    )
    return Finding("E", best, low, high, "E" if best in FROM_WORST else "", text, close)


def _percent(value: Interval) -> str:
    return f"{_shown(value)} %"


def _shown(value: Interval) -> str:
    if value.low == value.high:
        return f"{value.best:,.6g}"
    return f"{value.best:,.6g} ({value.low:,.6g}–{value.high:,.6g})"


__all__ = [
    "DATA_DEFICIENT",
    "Conditions",
    "Finding",
    "collapse_risk",
    "data_deficient",
    "decline",
    "degradation",
    "few_locations",
    "not_evaluated",
    "small_range",
]
