"""How one series of a Party is told: its name, its chart, its figures, its sources."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from biosetu.figures import Level, Movement, Options, scales, series_chart
from biosetu.framework import Code, code_list, elements, indicators
from biosetu.observations import Source, computed_beside, computed_here, units
from biosetu.observations.answers import DISPUTE, METHOD, OWN_ANSWER, REPLACE
from biosetu.observations.given import PartyAnswer, disputed_years
from biosetu.observations.own import Quantity
from biosetu.observations.sentences import Sentence, decimals_of, difference_decimals
from biosetu.reports.content import Citation, Column, Fact, Facts, Table
from biosetu.reports.evidence import Evidence
from biosetu.sources.official import Series, series_of, wording
from biosetu.statistics.pathway import pathway
from biosetu.statistics.summary import Baseline, Point, Summary, baseline_periods
from biosetu.statistics.telling import DIFFERENCES, tell, tell_pathway
from biosetu.translation import N_, Voice

BARE = frozenset({"index", "proportion", "flag", "answer", "category", "count"})
ANSWERS = frozenset({"flag", "answer", "category"})
# parts of the world in which headline indicators are disaggregated, as Parties write them
PARTS = {
    "terrestrial": N_("terrestrial"),
    "marine": N_("marine"),
    "inland waters": N_("inland waters"),
    "freshwater": N_("freshwater"),
    "coastal": N_("coastal"),
}
KINDS = {"star-abatement/1": N_("threat abatement"), "star-restoration/1": N_("restoration")}
COMPUTED = "computed"
ANSWERED = {
    DISPUTE: N_("disputed by the Party; published: {value}"),
    REPLACE: N_("replaced by the Party; published: {value}"),
}
OWN_TABLES = N_("Computed here from the Party's own tables")
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
    """Return the goal or target under which a series is printed: its own target, else the last (goals come first)."""
    codes = targets_of(summary)
    own = summary.indicator.partition(".")[0]
    return own if own.isdigit() and own in codes else codes[-1] if codes else ""


def is_headline(summary: Summary) -> bool:
    """Return whether a series is a headline indicator's."""
    known = indicators().get(summary.indicator)
    return known is not None and known.kind == "headline"


def title_of(summary: Summary, voice: Voice) -> str:
    """Return what a series shows, in a few words."""
    known = indicators().get(summary.indicator)
    official = series_of(summary.indicator, summary.series) or (None if known else official_of(summary))
    titled = official or known
    title = titled.title(voice.language) if titled else _own_title(summary, voice)
    if summary.series in KINDS:
        title = f"{title} ({voice.gettext(KINDS[summary.series])})"
    part = summary.disaggregation
    if official is None or part not in ("", official.disaggregation):
        title = f"{title}: {part_of(part, voice)}" if part else title
    several = official is not None and official.series != summary.series and not known
    return f"{title} ({voice.ltr(summary.series)})" if several else title


def part_of(part: str, voice: Voice) -> str:
    """Return a disaggregation in words; one that is not known in the language as it was written."""
    threat = _threats().get(part)
    if threat is not None:
        return threat.name(voice.language)
    return voice.gettext(PARTS[part]) if part in PARTS else wording(part, voice.language)


@cache
def _threats() -> Mapping[str, Code]:
    return {code.name_en: code for code in code_list("threat").values()}


def _own_title(summary: Summary, voice: Voice) -> str:
    """Return what a national indicator shows: the Party's words beside its figure, else its series."""
    return wording(summary.level.footnote, voice.language) or summary.series


def unit_of(summary: Summary, voice: Voice) -> str:
    """Return the unit as it stands beside a number; empty for an index or a share of one."""
    unit = units().get(summary.unit)
    return "" if summary.unit in BARE else unit.label(voice.language) if unit else summary.unit


def places(summary: Summary, point: Point | None = None) -> int:
    """Return with how many decimals a point (else the latest value) is printed, as sentences do (`decimals_of`)."""
    shown = point or summary.level
    return decimals_of(shown.value, shown.resolution) if shown.value is not None else 0


def quantity(
    value: float | None,
    summary: Summary,
    voice: Voice,
    *,
    signed: bool = False,
    point: Point | None = None,
    decimals: int | None = None,
) -> str:
    """Return a value with its unit, rounded as its source (that of `point`, else of the latest value) is.

    A difference of percentages or of yearly rates is in percentage points.
    """
    unit = unit_of(summary, voice)
    if signed and summary.unit in DIFFERENCES:
        unit = voice.gettext("percentage points")
    if decimals is None and value is not None:
        decimals = decimals_of(value, (point or summary.level).resolution)
    text = voice.number(value, decimals or 0, signed=signed)
    return f"{text}{' ' if unit else ''}{unit}"


def latest_in_words(summary: Summary, voice: Voice) -> str:
    """Return the latest value with its unit; where the Party disputes it, that first."""
    shown = quantity(summary.level.value, summary, voice)
    return published_words(shown, DISPUTE, voice) if is_disputed(summary) else shown


def published_words(shown: str, answer: str, voice: Voice) -> str:
    """Return a published value as it is read: what the Party answered to it (`answer_to`) comes first."""
    text = ANSWERED.get(answer)
    return voice.gettext(text).format(value=shown) if text else shown


def answer_to(summary: Summary) -> str:
    """Return what the Party answered to the latest value, `replace` or `dispute`; empty for its own figures."""
    given = [] if summary.answers_only else [one for one in summary.answers if one.year == summary.level.year]
    return given[-1].choice if given else ""


def is_disputed(summary: Summary) -> bool:
    """Return whether the Party disputes the latest value, without giving its own."""
    return not summary.answers_only and summary.level.year in disputed_years(summary.answers)


def movement(summary: Summary) -> Movement:
    """Return whether a trend is for the better.

    Unknown where none is stated, where an older release shows one that the newest does not confirm, and where the Party
    disputes a figure.
    """
    better = _pairs("directions").get(summary.series, _pairs("directions").get(summary.indicator))
    direction = summary.trend.direction
    if disputed_years(summary.answers) or summary.older is not None:
        return Movement.UNKNOWN
    if direction == "none":
        return Movement.STEADY
    if better is None or direction not in ("rising", "falling"):
        return Movement.UNKNOWN
    return Movement.BETTER if (direction == "rising") == (better == "up") else Movement.WORSE


def rows_of(evidence: Evidence, summary: Summary) -> pa.Table:
    """Return the Observations behind a series, the Party's own first, then the newest vintage, years in order."""
    table = evidence.observations
    for name in ("indicator", "series", "disaggregation_type", "disaggregation"):
        table = table.filter(pc.equal(table.column(name), getattr(summary, name)))
    words = pc.and_(pc.equal(table.column("method"), METHOD), pc.equal(table.column("source"), Source.NATIONAL.value))
    table = table.filter(pc.or_(pc.equal(table.column("unit"), summary.unit), words))
    return table.sort_by([("source", "descending"), ("vintage", "descending"), ("year", "ascending")])


def drawn_years(evidence: Evidence, summary: Summary) -> int:
    """Return for how many years a chart of the series has a figure, the publisher's or the Party's."""
    rows = rows_of(evidence, summary)
    return len(set(rows.filter(pc.is_valid(rows.column("value"))).column("year").to_pylist()))


def sources_of(table: pa.Table) -> tuple[Citation, ...]:
    """Return where the rows of a table of Observations come from, each source and vintage once."""
    found = {
        Citation(row["inputs"] or row["holder"] or row["method"], row["vintage"], row["licence"])
        for row in table.select(["inputs", "holder", "method", "vintage", "licence"]).to_pylist()
    }
    return tuple(sorted(found, key=lambda citation: (citation.vintage, citation.text), reverse=True))


def kept_source(table: pa.Table, voice: Voice) -> tuple[Citation, ...]:
    """Return where a result kept for a Party comes from, as the metadata of its table say."""
    about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    inputs = about.get("biosetu.inputs")
    made = voice.gettext("Computed here from {inputs}").format(inputs=inputs) if inputs else voice.gettext(OWN_TABLES)
    return (Citation(about.get("biosetu.citation") or made, licence=about.get("biosetu.licence", "")),)


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
        disputed=tuple(sorted({point.year for point in summary.disputes})),
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
        path = pathway(own, evidence.summaries)
        if path.summary in (None, summary):
            sentences.append(tell_pathway(path))
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
    items = [*_answered(summary, voice)]
    if not summary.answers_only:
        detail = _in_release(level.year, level.vintage, voice)
        items.append(Fact(_("Latest"), quantity(level.value, summary, voice), detail))
    baseline = stated_baseline(summary)
    if baseline is not None:
        first, last = baseline.first, baseline.last
        span = _("mean of {years}").format(years=voice.years(first, last)) if first < last else str(first)
        shown = quantity(baseline.value, summary, voice, point=change.latest)
        items.append(Fact(_("Baseline"), shown, _in_release(span, baseline.vintage, voice)))
    if change.state == "measured" and change.latest is not None:
        since = _in_release(change.latest.year, change.latest.vintage, voice)
        items.append(Fact(_("Change since the baseline"), _difference(summary, voice), since))
    return Facts(tuple(items), sources)


def _answered(summary: Summary, voice: Voice) -> Iterator[Fact]:
    """Yield what the Party gives in the place of figures, or says against them."""
    _ = voice.gettext
    for answer in summary.answers:
        if answer.value is not None:
            value = quantity(answer.value, summary, voice, decimals=decimals_of(answer.value, None))
            yield Fact(_("The Party's own figure"), value, _in_place_of(answer, summary, voice))
        elif answer.text:
            yield Fact(_("The Party's own figure"), wording(answer.text, voice.language), str(answer.year))
    for point in summary.disputes:
        yield Fact(_("Disputed by the Party"), str(point.year), point.text)


def _in_place_of(answer: PartyAnswer, summary: Summary, voice: Voice) -> str:
    if answer.published is None:
        return str(answer.year)
    text = voice.gettext("{year}, in place of {value} (release {vintage})")
    old = quantity(answer.published, summary, voice, decimals=decimals_of(answer.published, None))
    return text.format(year=answer.year, value=old, vintage=voice.ltr(answer.release or "–"))


def _difference(summary: Summary, voice: Voice) -> str:
    value, point = summary.change.value or 0.0, summary.change.latest or summary.level
    decimals = difference_decimals(value, point.value or 0.0, point.resolution)
    return quantity(value, summary, voice, signed=True, decimals=decimals)


def change_in_words(summary: Summary, voice: Voice) -> str | None:
    """Return the change since the baseline, or why there is none, in a few words."""
    _ = voice.gettext
    said = {"below-rounding": _("too small to be stated"), "series-break": _("series break: check with the Party")}
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


def _in_release(year: int | str, vintage: str, voice: Voice) -> str:
    if not vintage:
        return str(year)
    return voice.gettext("{year}, release {vintage}").format(year=year, vintage=voice.ltr(vintage))


def year_table(evidence: Evidence, summary: Summary, voice: Voice) -> Table:
    """Return all figures of a series, a row a year, a column a source and release."""
    _ = voice.gettext
    rows = rows_of(evidence, summary).to_pylist()
    here = computed_beside(rows)
    told_apart = [row | {"source": COMPUTED} if row["method"] in here else row for row in rows]
    rows = sorted(told_apart, key=lambda row: row["source"] == COMPUTED)
    heads = list(dict.fromkeys((row["source"], row["vintage"]) for row in rows))
    values = {(row["year"], row["source"], row["vintage"]): _cell(row) for row in rows}
    years = sorted({row["year"] for row in rows})
    columns = [Column("year", _("Year"), plain=True)]
    columns += [
        Column(f"{source}:{vintage}", _head(source, vintage, voice), True, _finest(rows, source, vintage))
        for source, vintage in heads
    ]
    return Table(
        _("All figures: {title}").format(title=title_of(summary, voice)),
        tuple(columns),
        tuple((year, *(values.get((year, *head)) for head in heads)) for year in years),
        sources_of(rows_of(evidence, summary)),
        folded=True,
    )


def _finest(rows: Sequence[Mapping[str, Any]], source: str, vintage: str) -> int:
    """Return the decimals with which the figures of a release are printed: those of the one that has most."""
    held = [row for row in rows if (row["source"], row["vintage"]) == (source, vintage) and row["value"] is not None]
    return max((decimals_of(row["value"], row["resolution"]) for row in held if row["value"]), default=0)


def _cell(row: Mapping[str, object]) -> str | float | None:
    value = row["value"]
    return round(float(value), 7) if isinstance(value, float) else str(row["value_text"]) or None


def _head(source: str, vintage: str, voice: Voice) -> str:
    _ = voice.gettext
    if source == Source.NATIONAL:
        return _("the Party's answers") if vintage.endswith(OWN_ANSWER) else _("the Party's own figures")
    if source == COMPUTED:
        return _("computed here, release {vintage}").format(vintage=voice.ltr(vintage))
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
            latest_in_words(summary, voice),
            summary.level.year,
            baseline_in_words(summary, voice),
        )
        for summary in summaries
    )
    cited = dict.fromkeys(source for item in summaries for source in sources_of(rows_of(evidence, item)))
    return Table(caption, columns, rows, tuple(cited))


def told(summaries: Sequence[Summary]) -> list[Summary]:
    """Return one summary a series: the Party's own where there is one, else that of the newest release as published.

    What is computed here of a published series stands beside it, in chart and table, and never in its place.

    What the Party has only answered to earlier years does not stand for the series: the publisher's summary is told,
    which carries the answers and says them first.
    """
    groups: dict[tuple[str, ...], list[Summary]] = {}
    for item in summaries:
        key = (item.indicator, item.series, item.disaggregation_type, item.disaggregation, item.unit)
        groups.setdefault(key, []).append(item)
    return [_told(group) for group in groups.values()]


def _told(group: Sequence[Summary]) -> Summary:
    latest = max(item.level.year for item in group)
    standing = [item for item in group if not item.answers_only or item.level.year == latest]

    def first(item: Summary) -> tuple[bool, bool, bool, str]:
        published = not computed_here(item.method)
        return item.source == Source.NATIONAL, item.answers_only, published, item.level.vintage

    return max(standing, key=first)
