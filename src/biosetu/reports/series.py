"""How one series of a Party is told: its name, its chart, its figures, its sources."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from biosetu.figures import Level, Movement, Options, scales, series_chart
from biosetu.framework import elements, indicators
from biosetu.observations import Source, units
from biosetu.observations.own import Quantity
from biosetu.observations.sentences import Sentence
from biosetu.reports.content import Citation, Column, Fact, Facts, Table
from biosetu.reports.evidence import Evidence
from biosetu.sources.official import Series, series_of
from biosetu.statistics.pathway import pathway
from biosetu.statistics.summary import Baseline, Point, Summary, baseline_periods
from biosetu.statistics.telling import tell, tell_pathway
from biosetu.translation import Voice

MOST_DECIMALS = {"index": 3, "percent": 2, "proportion": 3}
BARE = frozenset({"index", "proportion", "flag", "answer", "count"})
ANSWERS = frozenset({"flag", "answer"})
SMALLEST_SHOWN = 6
FROM_ZERO = frozenset({"percent", "km2", "ha"})


@cache
def _pairs(name: str) -> Mapping[str, str]:
    text = (files("biosetu.reports") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["subject"]: row["better" if name == "directions" else "element"] for row in rows}


def official_of(summary: Summary) -> Series | None:
    """Return the official series that a summary is of, by its code, else by its indicator."""
    return series_of(summary.indicator, summary.series) or series_of(summary.indicator)


def targets_of(summary: Summary) -> tuple[str, ...]:
    """Return the codes of the goals and targets that a series speaks to."""
    known = indicators().get(summary.indicator)
    official = official_of(summary)
    if official and official.targets:
        return official.targets
    return known.targets if known else ()


def home_of(summary: Summary) -> str:
    """Return the one goal or target under which a series is printed: the last, since goals come before targets."""
    codes = targets_of(summary)
    return codes[-1] if codes else ""


def is_headline(summary: Summary) -> bool:
    """Return whether a series is a headline indicator's."""
    known = indicators().get(summary.indicator)
    return known is not None and known.kind == "headline"


def title_of(summary: Summary, voice: Voice) -> str:
    """Return what a series shows, in a few words."""
    known = indicators().get(summary.indicator)
    official = series_of(summary.indicator, summary.series) or (None if known else official_of(summary))
    title = official.title(voice.language) if official else known.title(voice.language) if known else summary.series
    part = summary.disaggregation
    shown = official is not None and part in ("", official.disaggregation)
    return title if shown or not part else f"{title}: {part}"


def unit_of(summary: Summary, voice: Voice) -> str:
    """Return the unit as it stands beside a number; empty for an index or a share of one."""
    unit = units().get(summary.unit)
    return "" if summary.unit in BARE else unit.label(voice.language) if unit else summary.unit


def places(summary: Summary, point: Point | None = None) -> int:
    """Return how many decimals are printed: those of the source, and no more than a reader can use.

    The source is that of `point`, else of the latest value.
    """
    resolution = (point or summary.level).resolution
    exact = 2 if not resolution or resolution <= 0 else max(0, math.ceil(-math.log10(resolution) - 1e-9))
    return min(exact, MOST_DECIMALS.get(summary.unit, 1))


def quantity(
    value: float | None,
    summary: Summary,
    voice: Voice,
    *,
    signed: bool = False,
    point: Point | None = None,
    decimals: int | None = None,
) -> str:
    """Return a value with its unit; a difference of percentages is in percentage points."""
    unit = unit_of(summary, voice)
    if signed and summary.unit == "percent":
        unit = voice.gettext("percentage points")
    text = voice.number(value, places(summary, point) if decimals is None else decimals, signed=signed)
    return f"{text}{' ' if unit else ''}{unit}"


def movement(summary: Summary) -> Movement:
    """Return whether a trend is for the better; unknown where no trend, or no better direction, is stated."""
    better = _pairs("directions").get(summary.series, _pairs("directions").get(summary.indicator))
    direction = summary.trend.direction
    if direction == "none":
        return Movement.STEADY
    if better is None or direction not in ("rising", "falling"):
        return Movement.UNKNOWN
    return Movement.BETTER if (direction == "rising") == (better == "up") else Movement.WORSE


def rows_of(evidence: Evidence, summary: Summary) -> pa.Table:
    """Return the Observations behind a series, all its sources and vintages, years in order."""
    names = ("indicator", "series", "disaggregation_type", "disaggregation", "unit")
    table = evidence.observations
    for name in names:
        table = table.filter(pc.equal(table.column(name), getattr(summary, name)))
    return table.sort_by([("source", "ascending"), ("vintage", "descending"), ("year", "ascending")])


def sources_of(table: pa.Table) -> tuple[Citation, ...]:
    """Return where the rows of a table of Observations come from, each source and vintage once."""
    found = {
        Citation(row["inputs"] or row["holder"] or row["method"], row["vintage"], row["licence"])
        for row in table.select(["inputs", "holder", "method", "vintage", "licence"]).to_pylist()
    }
    return tuple(sorted(found, key=lambda citation: (citation.vintage, citation.text), reverse=True))


def own_quantity(evidence: Evidence, summary: Summary) -> Quantity | None:
    """Return the quantity that the Party has set itself for a series, if it has."""
    return next(
        (
            item
            for item in evidence.own.quantities
            if item.indicator == summary.indicator
            and item.series in ("", summary.series)
            and item.disaggregation == summary.disaggregation
            and item.unit == summary.unit
        ),
        None,
    )


def _own_level(evidence: Evidence, summary: Summary, voice: Voice) -> Level | None:
    own = own_quantity(evidence, summary)
    if own is None:
        return None
    start = (
        () if own.baseline_year is None or own.baseline_value is None else ((own.baseline_year, own.baseline_value),)
    )
    label = voice.gettext("the Party's own quantity: {value} by {year}")
    shown = quantity(own.value, summary, voice)
    return Level(label.format(value=shown, year=own.deadline), (*start, (own.deadline, own.value)))


def benchmark(summary: Summary, voice: Voice) -> Level | None:
    """Return the global quantity to draw beside a series, named as what it is: not this Party's commitment."""
    element = elements().get(_pairs("benchmarks").get(summary.series, ""))
    if element is None or element.value is None or element.deadline is None:
        return None
    label = voice.gettext("global benchmark: {value} by {year}, not this Party's commitment")
    unit = unit_of(summary, voice)
    shown = f"{voice.number(element.value, scales.decimals([element.value]))}{' ' if unit else ''}{unit}"
    return Level(label.format(value=shown, year=element.deadline), ((element.deadline, element.value),))


def chart(evidence: Evidence, summary: Summary, voice: Voice, *, key: str) -> Markup:
    """Return the chart of a series with the Party's own line, the benchmark, the baseline and its breaks."""
    baseline = stated_baseline(summary)
    options = Options(
        unit=unit_of(summary, voice) or voice.gettext("index"),
        own=_own_level(evidence, summary, voice),
        benchmark=benchmark(summary, voice) if is_headline(summary) else None,
        breaks=tuple(step.year for step in summary.breaks),
        baseline=(baseline.first, baseline.last, baseline.value) if baseline else None,
        zero=summary.unit in FROM_ZERO,
        dots=summary.kind == "independent",
        decimals=places(summary),
    )
    table = rows_of(evidence, summary)
    return series_chart(
        table, voice, options, key=key, title=title_of(summary, voice), text=said(evidence, summary, voice)
    )


def said(evidence: Evidence, summary: Summary, voice: Voice) -> str:
    """Return what may be said of a series, in sentences."""
    sentences: list[Sentence] = list(tell(summary))
    own = own_quantity(evidence, summary)
    if own is not None:
        sentences.append(tell_pathway(pathway(own, evidence.summaries)))
    official = series_of(summary.indicator, summary.series) or (
        None if summary.indicator in indicators() else official_of(summary)
    )
    note = official.footnote(voice.language) if official and summary.source != Source.NATIONAL else ""
    lines = [sentence.text(voice.language) for sentence in sentences]
    if note:
        lines.append(note[0].upper() + note[1:] + ("" if note.endswith(".") else "."))
    return " ".join(lines)


def facts(evidence: Evidence, summary: Summary, voice: Voice) -> Facts:
    """Return the figures of a series to be read at a glance: latest, baseline, change."""
    _ = voice.gettext
    sources = sources_of(rows_of(evidence, summary))
    level, change = summary.level, summary.change
    items = [Fact(_("Disputed by the Party"), str(point.year), point.text) for point in summary.disputes]
    items += [Fact(_("Latest"), quantity(level.value, summary, voice), _in_release(level.year, level.vintage, voice))]
    baseline = stated_baseline(summary)
    if baseline is not None:
        first, last = baseline.first, baseline.last
        span = _("mean of {years}").format(years=voice.years(first, last)) if first < last else str(first)
        items.append(Fact(_("Baseline"), quantity(baseline.value, summary, voice, point=change.latest), span))
    if change.state == "measured" and change.latest is not None:
        since = _in_release(change.latest.year, change.latest.vintage, voice)
        items.append(Fact(_("Change since the baseline"), _difference(summary, voice), since))
    return Facts(tuple(items), sources)


def _difference(summary: Summary, voice: Voice) -> str:
    change = summary.change
    value, point = change.value or 0.0, change.latest
    shown = places(summary, point)
    while value and round(value, shown) == 0 and shown < SMALLEST_SHOWN:
        shown += 1
    return quantity(value, summary, voice, signed=True, decimals=shown)


def change_in_words(summary: Summary, voice: Voice) -> str | None:
    """Return the change since the baseline, or why there is none, in a few words."""
    _ = voice.gettext
    said = {"below-rounding": _("below the rounding"), "series-break": _("series break: check with the Party")}
    return _difference(summary, voice) if summary.change.state == "measured" else said.get(summary.change.state)


def stated_baseline(summary: Summary) -> Baseline | None:
    """Return the baseline, or None where a break of the series makes it no fair starting point."""
    return None if summary.change.state == "series-break" else summary.change.baseline


def baseline_in_words(summary: Summary, voice: Voice) -> str | None:
    """Return the baseline with its unit, and its release where that is another than the latest value's; or None."""
    baseline = stated_baseline(summary)
    if baseline is None:
        return None
    text = quantity(baseline.value, summary, voice, point=summary.change.latest)
    if baseline.vintage == summary.level.vintage:
        return text
    return voice.gettext("{value} (release {vintage})").format(value=text, vintage=voice.ltr(baseline.vintage))


def baseline_of_level(summary: Summary) -> float | None:
    """Return the mean over the reference period within the release of the latest value; None where there is none."""
    first, last = baseline_periods().get(summary.indicator, baseline_periods()["*"])
    held = [point.value for point in summary.points if first <= point.year <= last and point.value is not None]
    return None if not held or stated_baseline(summary) is None else sum(held) / len(held)


def _in_release(year: int, vintage: str, voice: Voice) -> str:
    if not vintage:
        return str(year)
    return voice.gettext("{year}, release {vintage}").format(year=year, vintage=voice.ltr(vintage))


def year_table(evidence: Evidence, summary: Summary, voice: Voice) -> Table:
    """Return all figures of a series, a row a year, a column a source and release."""
    _ = voice.gettext
    rows = rows_of(evidence, summary).to_pylist()
    heads = list(dict.fromkeys((row["source"], row["vintage"]) for row in rows))
    values = {(row["year"], row["source"], row["vintage"]): _cell(row) for row in rows}
    years = sorted({row["year"] for row in rows})
    columns = [Column("year", _("Year"), plain=True)]
    columns += [
        Column(f"{source}:{vintage}", _head(source, vintage, voice), True, places(summary)) for source, vintage in heads
    ]
    return Table(
        _("All figures: {title}").format(title=title_of(summary, voice)),
        tuple(columns),
        tuple((year, *(values.get((year, *head)) for head in heads)) for year in years),
        sources_of(rows_of(evidence, summary)),
        folded=True,
    )


def _cell(row: Mapping[str, object]) -> str | float | None:
    value = row["value"]
    return round(float(value), 7) if isinstance(value, float) else str(row["value_text"]) or None


def _head(source: str, vintage: str, voice: Voice) -> str:
    _ = voice.gettext
    if source == Source.NATIONAL:
        return _("the Party's own figures")
    return _("release {vintage}").format(vintage=voice.ltr(vintage)) if vintage else _("release not dated")


def overview(evidence: Evidence, summaries: Sequence[Summary], voice: Voice, caption: str) -> Table:
    """Return one row a series: baseline, latest, its year."""
    _ = voice.gettext
    columns = (
        Column("title", _("Figure")),
        Column("latest", _("Latest"), True),
        Column("year", _("Year"), True, plain=True),
        Column("baseline", _("Mean {years}").format(years=voice.years(2011, 2020)), True),
    )
    rows = tuple(
        (
            title_of(summary, voice),
            quantity(summary.level.value, summary, voice),
            summary.level.year,
            baseline_in_words(summary, voice),
        )
        for summary in summaries
    )
    cited = dict.fromkeys(source for item in summaries for source in sources_of(rows_of(evidence, item)))
    return Table(caption, columns, rows, tuple(cited))


def told(summaries: Sequence[Summary]) -> list[Summary]:
    """Return one summary a series: the Party's own where there is one, else that of the newest release."""
    groups: dict[tuple[str, ...], list[Summary]] = {}
    for item in summaries:
        key = (item.indicator, item.series, item.disaggregation_type, item.disaggregation, item.unit)
        groups.setdefault(key, []).append(item)
    return [max(group, key=lambda s: (s.source == Source.NATIONAL, s.level.vintage)) for group in groups.values()]
