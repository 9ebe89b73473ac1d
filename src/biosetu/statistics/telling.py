"""The sentences that a summary and a pathway allow, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from biosetu.observations.given import PartyAnswer
from biosetu.observations.sentences import Sentence, Value, difference_decimals, plain_number, rate, rounded
from biosetu.statistics.pathway import Pathway
from biosetu.statistics.summary import Break, Change, Point, Summary, Trend
from biosetu.translation import N_

# a rounding finer than this tells a reader nothing
FINEST_SAID = 0.001
MESSAGES: Mapping[str, str] = {
    "disputed": N_("The Party disputes the figure for {year}: {text}."),
    "answered": N_(
        "The Party's own figure for {year} is {value} {unit}, in place of {published} {unit} (release {vintage})."
    ),
    "answered-alone": N_("The Party's own figure for {year} is {value} {unit}."),
    "answered-text": N_("The Party says for {year}: {text}. Published: {published_text} (release {vintage})."),
    "level": N_("{value} {unit} in {year}."),
    "level-interval": N_("{value} {unit} in {year} (between {lower} and {upper})."),
    "level-answer": N_("In {year}: {text}."),
    "level-yes": N_("Yes ({year})."),
    "level-no": N_("No ({year})."),
    "change-measured": N_(
        "Change from the mean of {first}–{last} ({baseline} {unit}; years held: {years}) to {year}: {change} "
        "{difference} (release {vintage})."
    ),
    "change-measured-year": N_(
        "Change from {first} ({baseline} {unit}) to {year}: {change} {difference} (release {vintage})."
    ),
    "change-overlaps": N_("The latest year of this release lies within the reference period itself."),
    "change-below-rounding": N_(
        "No clear change since the baseline: any is too small beside the rounding of the source ({resolution} {unit}) "
        "to be stated."
    ),
    "change-none": N_(
        "No clear change since the baseline: any is too small beside the rounding of the source to be stated."
    ),
    "change-series-break": N_("No change is given: the series breaks after its reference period began."),
    "change-no-baseline": N_("No year of the reference period is held, so no change is given."),
    "change-one-year": N_("One year only, so no change is given."),
    "series-break": N_(
        "Series break: from {before} {unit} in {before_year} to {value} {unit} in {year}. Check with the Party."
    ),
    "trend-interval": N_(
        "Trend {first}–{last}: {slope} {unit} a year (95 % interval {lower} to {upper}; {points} years)."
    ),
    "trend-none": N_(
        "Trend {first}–{last}: no direction is certain ({slope} {unit} a year, 95 % interval {lower} to {upper})."
    ),
    "trend-interpolated": N_(
        "Slope {first}–{last}: {slope} {unit} a year. Years between a few assessments are interpolated, so no "
        "interval is given (release {vintage})."
    ),
    "trend-reconstructed": N_(
        "Slope {first}–{last}: {slope} {unit} a year. All years are rebuilt from one release, so no interval is given "
        "(release {vintage})."
    ),
    "trend-unstated": N_(
        "Slope {first}–{last}: {slope} {unit} a year. It is not stated whether the years were measured independently, "
        "so no interval is given."
    ),
    "trend-few": N_("Slope {first}–{last}: {slope} {unit} a year; too few years for an interval."),
    "trend-below-rounding": N_("No clear trend: any is too small beside the rounding of the source to be stated."),
    "trend-older": N_(
        "The older release {vintage} shows {slope} {unit} a year over {first}–{last}; release {newest} does not "
        "confirm it."
    ),
    "trend-few-points": N_("Too few years for a trend: two points are a difference, not a trend."),
    "trend-not-comparable": N_("No trend: the years are releases of a database whose records and rules change."),
    "benchmark": N_("Global benchmark, not this Party's commitment."),
    "path-reached": N_("The Party's own quantity ({direction} {goal} {unit} by {deadline}) is reached."),
    "path-on-path": N_("On track to the Party's own quantity ({direction} {goal} {unit} by {deadline})."),
    "path-off-path": N_(
        "Off track to the Party's own quantity ({direction} {goal} {unit} by {deadline}): {value} {unit} in {year}, "
        "where the straight path stands at {expected} {unit}."
    ),
    "path-missed": N_("The Party's own quantity ({direction} {goal} {unit} by {deadline}) was not reached in time."),
    "path-not-reached": N_(
        "The Party's own quantity ({direction} {goal} {unit} by {deadline}) is not yet reached; it names no starting "
        "point, so no path is drawn."
    ),
    "path-disputed": N_(
        "The Party disputes the figure for {year}, so it is not set beside the Party's own quantity ({direction} "
        "{goal} {unit} by {deadline})."
    ),
    "path-no-figure": N_("No figure is held for the Party's own quantity ({direction} {goal} {unit} by {deadline})."),
}
DIRECTIONS: Mapping[str, str] = {"at least": N_("at least"), "at most": N_("at most")}


def _sentence(name: str, **values: Value) -> Sentence:
    return Sentence(name, MESSAGES[name], values)


# what a difference of two values in a unit is given in; of a rate, so that no "per year" stands twice
DIFFERENCES: Mapping[str, str] = {"percent": "percentage_points", "percent_per_year": "percentage_points"}
SLOPES: Mapping[str, str] = {**DIFFERENCES, "count_per_year": "count"}


def tell(summary: Summary) -> tuple[Sentence, ...]:
    """Return what may be said of a series: the Party's answers, then level, breaks, change, trend.

    Values stand at the source's rounding. One year has neither change nor trend, and that is said once;
    so is that both are below the rounding.
    """
    difference = DIFFERENCES.get(summary.unit, summary.unit)
    slope = SLOPES.get(summary.unit, summary.unit)
    return (
        *(_answered(answer, summary.unit) for answer in summary.answers if answer.value is not None or answer.text),
        *(_sentence("disputed", year=point.year, text=point.text.rstrip(".")) for point in summary.disputes),
        *(() if summary.answers_only else (_level(summary.level, summary.unit),)),
        *(_break(step, summary.unit, summary.level.resolution) for step in summary.breaks),
        *_change(summary.change, summary.unit, difference),
        *(() if _said_of_both(summary) else _trend(summary.trend, slope)),
        *(() if summary.older is None else _older(summary.older, summary.trend.vintage, slope)),
    )


def _said_of_both(summary: Summary) -> bool:
    """Return whether the sentence on change holds for the trend too: one year only, or both below the rounding."""
    return summary.change.state == "one-year" or summary.change.state == summary.trend.state == "below-rounding"


def _answered(answer: PartyAnswer, unit: str) -> Sentence:
    if answer.text:
        told: dict[str, Value] = {"text": answer.text, "published_text": answer.published_text or "–"}
        return _sentence("answered-text", year=answer.year, vintage=answer.release or "–", **told)
    own = rounded(answer.value or 0.0, None)
    if answer.published is None:
        return _sentence("answered-alone", year=answer.year, value=own, unit=unit)
    values: dict[str, Value] = {"published": rounded(answer.published, None), "vintage": answer.release or "–"}
    return _sentence("answered", year=answer.year, value=own, unit=unit, **values)


def _level(point: Point, unit: str) -> Sentence:
    if point.value is None:
        return _sentence("level-answer", year=point.year, text=point.text.rstrip("."))
    if unit == "flag":
        return _sentence("level-yes" if point.value else "level-no", year=point.year)
    values: dict[str, Value] = {"value": rounded(point.value, point.resolution), "unit": unit, "year": point.year}
    if point.lower is None or point.upper is None:
        return _sentence("level", **values)
    lower, upper = rounded(point.lower, point.resolution), rounded(point.upper, point.resolution)
    return _sentence("level-interval", **values, lower=lower, upper=upper)


def _break(step: Break, unit: str, resolution: float | None) -> Sentence:
    before, value = rounded(step.before, resolution), rounded(step.value, resolution)
    return _sentence(
        "series-break", before=before, before_year=step.before_year, value=value, year=step.year, unit=unit
    )


def _change(change: Change, unit: str, difference: str) -> Iterator[Sentence]:
    if change.state == "no-numbers":
        return
    if change.state == "below-rounding" and change.latest is not None:
        if (change.latest.resolution or 0) < FINEST_SAID:
            yield _sentence("change-none")
            return
        yield _sentence("change-below-rounding", resolution=change.latest.resolution or 0, unit=difference)
    elif change.state != "measured":
        yield _sentence(f"change-{change.state}")
    elif change.baseline is not None and change.latest is not None and change.value is not None:
        resolution = change.latest.resolution
        single = change.baseline.first == change.baseline.last
        yield _sentence(
            "change-measured-year" if single else "change-measured",
            first=change.baseline.first,
            last=change.baseline.last,
            years=change.baseline.years,
            baseline=rounded(change.baseline.value, resolution),
            year=change.latest.year,
            change=_signed(
                round(change.value, difference_decimals(change.value, change.latest.value or 0.0, resolution))
            ),
            unit=unit,
            difference=difference,
            vintage=change.latest.vintage or "–",
        )
        if change.overlaps:
            yield _sentence("change-overlaps")


def _signed(number: float) -> str:
    return ("+" if number > 0 else "−" if number < 0 else "") + plain_number(abs(number))


def _trend(trend: Trend, unit: str) -> Iterator[Sentence]:
    if trend.state == "no-numbers":
        return
    if trend.slope is None or trend.first is None or trend.last is None:
        yield _sentence(f"trend-{trend.state}")
        return
    values: dict[str, Value] = {
        "first": trend.first,
        "last": trend.last,
        "slope": _signed(rate(trend.slope.slope)),
        "unit": unit,
    }
    if trend.slope.lower is not None and trend.slope.upper is not None:
        values |= {"lower": _signed(rate(trend.slope.lower)), "upper": _signed(rate(trend.slope.upper))}
        name = "trend-none" if trend.direction == "none" else "trend-interval"
        yield _sentence(name, **values, points=trend.slope.points)
    elif trend.kind == "independent":
        yield _sentence("trend-few", **values)
    else:
        yield _sentence(f"trend-{trend.kind}", **values, vintage=trend.vintage or "–")


def _older(trend: Trend, newest: str, unit: str) -> Iterator[Sentence]:
    if trend.slope is not None and trend.first is not None and trend.last is not None:
        slope = _signed(rate(trend.slope.slope))
        years = {"first": trend.first, "last": trend.last}
        yield _sentence(
            "trend-older", vintage=trend.vintage or "–", newest=newest or "–", slope=slope, unit=unit, **years
        )


def tell_pathway(path: Pathway) -> Sentence:
    """Return what may be said of a figure beside a Party's own quantity."""
    quantity = path.quantity
    values: dict[str, Value] = {
        "direction": quantity.direction,
        "goal": quantity.value,
        "unit": quantity.unit,
        "deadline": quantity.deadline,
    }
    if path.figure is not None and path.figure.value is not None:
        values |= {"value": rounded(path.figure.value, path.figure.resolution), "year": path.figure.year}
    if path.expected is not None:
        values["expected"] = rounded(path.expected, None)
    return _sentence(f"path-{path.state}", **values)


def benchmark() -> Sentence:
    """Return what stands beside every global quantity."""
    return _sentence("benchmark")
