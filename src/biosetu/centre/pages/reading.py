"""What the public pages show: Parties served, what is held on each, indicators side by side, what changed lately.

Everything comes from `jobs` and `reports`, asked with the centre's own store; results are kept per version of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import pyarrow as pa
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override
from markupsafe import Markup

from biosetu.centre.evidence.models import Commit, Figure
from biosetu.centre.evidence.snapshot import Version, snapshot, taken
from biosetu.centre.helpdesk import public
from biosetu.centre.promises import snapshot as promises
from biosetu.centre.promises.store import Version as Promised
from biosetu.centre.promises.store import version as promised
from biosetu.centre.wording import language as reading_language
from biosetu.figures import MOVES, DotOptions, Movement, Small, dot_plot, small_multiples
from biosetu.framework import Centre, Coverage, Party, centres, coverage, indicators, name_order, parties
from biosetu.jobs.dossier import dossier_document
from biosetu.jobs.ecosystems_party import stamp as ecosystems_kept
from biosetu.jobs.observations import list_observations
from biosetu.jobs.party import PartyEvidence, party_evidence
from biosetu.jobs.planning_party import stamp as next_area_kept
from biosetu.observations import Selection
from biosetu.observations.given import with_answers
from biosetu.observations.sentences import decimals_of
from biosetu.reports import Citation, Document, fragments
from biosetu.reports.sections.alignment import MEASURED_TABLE
from biosetu.reports.series import (
    ANSWERS,
    answer_to,
    baseline_of_level,
    latest_in_words,
    movement,
    published_words,
    quantity,
    title_of,
    told,
    unit_of,
)
from biosetu.reports.side_by_side import dot_of, own_marks, places_of, small_of
from biosetu.sources import official
from biosetu.statistics.summary import Summary
from biosetu.translation import Voice

UNKNOWN, PRESUMED = "unknown", "presumed"
KEPT = 256
LATELY = 8
MOST_DECIMALS = 4
LEAST_STEP = 0.01
LEAST_COMPARED = 2
Held = Mapping[str, Sequence[Summary]]


@dataclass(frozen=True, slots=True)
class Served:
    """A Party that a centre serves, and whether that is only presumed."""

    party: Party
    presumed: bool
    basis: str


@dataclass(frozen=True, slots=True)
class Body:
    """A dossier as a page shows it: its sections as HTML, their headings, its sources."""

    document: Document
    html: Markup
    headings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One Party in a comparison; texts are in the reader's language."""

    party: Party
    value: str
    published: str
    year: int
    change: str
    change_basis: str
    movement: str
    status: str
    holder: str
    vintage: str
    number: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One series over all Parties that have it: the latest values side by side, and each Party over the years."""

    key: str
    title: str
    unit: str
    lines: tuple[Line, ...]
    chart: Markup
    courses: Markup
    sources: tuple[Citation, ...]

    @property
    def basis(self) -> str:
        """The years and release of the changes where all lines share them, to be said once; else empty."""
        found = {line.change_basis for line in self.lines if line.change_basis}
        return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Recent:
    """A commit of the store: when, how many figures, of which Parties, signed by which offices."""

    at: datetime
    rows: int
    parties: tuple[str, ...]
    offices: tuple[str, ...]


def served() -> list[tuple[Centre, list[Served]]]:
    """Return the support centres of this instance with the Parties that they serve or may serve."""
    names = [name for name in settings.BIOSETU_CENTRES if name in centres()]
    return [
        (centres()[name], sorted(map(_served, _coverage_of(name)), key=lambda item: _by_name(item.party)))
        for name in names
    ]


def _coverage_of(centre: str) -> list[Coverage]:
    """Return whom a centre serves; the fictional Party only in the demonstration."""
    known = [row for row in coverage() if row.centre == centre and row.certainty != UNKNOWN]
    return [row for row in known if settings.BIOSETU_DEMO or not parties()[row.party].fictional]


def _served(row: Coverage) -> Served:
    return Served(parties()[row.party], row.certainty == PRESUMED, row.basis)


def _by_name(party: Party) -> str:
    return name_order(party.name(reading_language()))


def in_order(found: Iterable[Party]) -> list[Party]:
    """Return Parties by their names in the language of the page."""
    return sorted(found, key=_by_name)


def shown_parties(centre: str = "") -> list[Party]:
    """Return every Party that pages compare: those served (by one centre), once each; never a fictional one."""
    groups = [group for known, group in served() if centre in ("", known.id)]
    found = {item.party.iso3: item.party for group in groups for item in group if not item.party.fictional}
    return sorted(found.values(), key=lambda party: name_order(party.name_en))


def today() -> date:
    """Return the day that pages are written for."""
    return datetime.now(UTC).date()


def evidence(code: str) -> PartyEvidence:
    """Return what is held on a Party, from the figures carried with the software and the centre's store."""
    return _evidence(code, snapshot().version, promised())


def held_on(codes: Iterable[str]) -> dict[str, PartyEvidence]:
    """Return what is held on each of these Parties."""
    at, said = snapshot().version, promised()
    return {code: _evidence(code, at, said) for code in codes}


def all_evidence() -> dict[Party, PartyEvidence]:
    """Return what is held on each Party that pages compare."""
    shown = {party.iso3: party for party in shown_parties()}
    return {shown[code]: found for code, found in held_on(shown).items()}


@lru_cache(maxsize=KEPT)
def _evidence(code: str, at: Version, said: Promised) -> PartyEvidence:
    return party_evidence(code, store=taken(at), promises=promises.taken(said))


def supported(code: str) -> PartyEvidence:
    """Return what is held on a Party together with what is publicly known of its requests and solutions."""
    return _supported(code, snapshot().version, promised(), public.version())


@lru_cache(maxsize=KEPT)
def _supported(code: str, at: Version, said: Promised, asked: public.Version) -> PartyEvidence:
    return party_evidence(code, store=taken(at), promises=promises.taken(said), tables=public.tables(code))


def body(code: str, language: str) -> Body:
    """Return the dossier of a Party as the page shows it."""
    return _body(code, language, today(), snapshot().version, promised(), public.version(), _kept(code))


def _kept(code: str) -> tuple[int, int]:
    return next_area_kept(code), ecosystems_kept(code)


@lru_cache(maxsize=KEPT)
def _body(
    code: str, language: str, on: date, at: Version, said: Promised, asked: public.Version, kept: tuple[int, int]
) -> Body:
    voice = Voice(language)
    document = dossier_document(_supported(code, at, said, asked), language=language, on=on)
    citations = document.citations()
    with override(language):
        elsewhere = {MEASURED_TABLE: reverse("promises_measured", kwargs={"code": code})}
    parts = [fragments.section(part, voice, citations=citations, elsewhere=elsewhere) for part in document.sections]
    sources = fragments.sources(citations, voice)
    headings = tuple((part.key, part.title) for part in document.sections if part.title)
    return Body(document, Markup("\n").join([*parts, sources]), headings)


def context_series() -> tuple[official.Series, ...]:
    """Return the series held that no indicator of decision 16/31 fits, each once."""
    held = {item.indicator: item for item in official.series().values() if item.indicator not in indicators()}
    return tuple(held.values())


def comparisons(indicator: str, language: str, centre: str = "") -> tuple[Comparison, ...]:
    """Return an indicator's series over all Parties shown: national values, or each part where there are none.

    With `centre` over the Parties of one support centre. `indicator` may be a context series.
    """
    codes = tuple(party.iso3 for party in shown_parties(centre))
    return _comparisons(indicator, language, codes, snapshot().version, promised())


@lru_cache(maxsize=KEPT)
def _comparisons(
    indicator: str, language: str, codes: tuple[str, ...], at: Version, said: Promised
) -> tuple[Comparison, ...]:
    voice = Voice(language)
    held = {code: _evidence(code, at, said).summaries_of(indicator) for code in codes}
    groups: dict[tuple[str, str, str], list[Summary]] = {}
    for summaries in held.values():
        for summary in told(summaries):
            groups.setdefault((summary.series, summary.unit, summary.disaggregation), []).append(summary)
    whole = {series for series, _, part in groups if not part}
    return tuple(
        _comparison(group, held, voice, at, f"dots-{place}")
        for place, ((series, _, part), group) in enumerate(groups.items())
        if not part or series not in whole
    )


def _comparison(group: Sequence[Summary], held: Held, voice: Voice, at: Version, key: str) -> Comparison:
    first = group[0]
    title = title_of(first, voice)
    names = {item.party: parties()[item.party].name(voice.language) for item in group}
    group = sorted(group, key=lambda item: name_order(names[item.party]))
    dots = [dot_of(item, names[item.party], baseline_of_level(item)) for item in group]
    options = DotOptions(
        unit=unit_of(first, voice),
        now=voice.gettext("latest"),
        before=voice.gettext("mean 2011–2020"),
        places=places_of(group),
        marks=own_marks(voice),
    )
    drawn = len(group) >= LEAST_COMPARED and first.unit not in ANSWERS
    chart = dot_plot(dots, voice, options, key=key, title=title) if drawn else Markup("")
    lines = tuple(_line(item, voice) for item in group)
    courses = _courses([small_of(held[item.party], item, names[item.party], "") for item in group], group, voice, key)
    cited = _cited(group, at)
    return Comparison(first.series or first.indicator, title, unit_of(first, voice), lines, chart, courses, cited)


def _courses(items: Sequence[Small], group: Sequence[Summary], voice: Voice, key: str) -> Markup:
    """Return the years of each Party as small multiples; empty where only one year is held, or yes and no."""
    if group[0].unit in ANSWERS or len(group) < LEAST_COMPARED:
        return Markup("")
    unit = unit_of(group[0], voice)
    return small_multiples(items, voice, key=f"{key}-years", unit=unit, places=places_of(group))


def _cited(group: Sequence[Summary], at: Version) -> tuple[Citation, ...]:
    rows = list_observations(Selection(indicator=(group[0].indicator,), series=(group[0].series,)), store=taken(at))
    wanted = {item.party for item in group}
    names = ("party", "inputs", "vintage", "licence")
    found = [row for row in rows.select(names).to_pylist() if row["party"] in wanted and row["inputs"]]
    cited = {Citation(row["inputs"], row["vintage"], row["licence"]) for row in found}
    return tuple(sorted(cited, key=lambda citation: (citation.text, citation.vintage)))


def _change(item: Summary, voice: Voice) -> tuple[str, str]:
    """Return a measured change, as precise as its own release, and between which years of which release it lies."""
    change = item.change
    if change.state != "measured" or change.latest is None or change.baseline is None:
        return "", ""
    resolution = change.latest.resolution or LEAST_STEP
    decimals = min(MOST_DECIMALS, max(0, math.ceil(-math.log10(resolution) - 1e-9)))
    basis = f"{voice.years(change.baseline.first, change.baseline.last)} → {change.latest.year}"
    release = f"{voice.comma}{voice.ltr(change.latest.vintage)}" if change.latest.vintage != item.level.vintage else ""
    return voice.number(change.value, decimals, signed=True), basis + release


def _line(item: Summary, voice: Voice) -> Line:
    moves = movement(item)
    change, basis = _change(item, voice)
    return Line(
        party=parties()[item.party],
        value=_latest(item, voice),
        published=_published(item, voice),
        year=item.level.year,
        change=change,
        change_basis=basis,
        movement="" if moves is Movement.UNKNOWN else voice.gettext(MOVES[moves]),
        status=item.level.status,
        holder=item.source,
        vintage=item.level.vintage,
        number=item.level.value,
    )


def _latest(item: Summary, voice: Voice) -> str:
    """Return the latest value in words; what the Party answered to it comes first."""
    if item.level.value is not None and item.unit != "flag":
        return latest_in_words(item, voice)
    return published_words(_in_words(item, item.level.value, item.level.text, voice), answer_to(item), voice)


def _in_words(item: Summary, value: float | None, text: str, voice: Voice) -> str:
    """Return a figure of the series in words: a number with its unit, yes or no, a category in the language."""
    if value is None:
        return official.wording(text, voice.language)
    if item.unit == "flag":
        return voice.gettext("yes") if value else voice.gettext("no")
    return quantity(value, item, voice, decimals=decimals_of(value, None))


def _published(item: Summary, voice: Voice) -> str:
    """Return the published figure that the Party's own, shown as the value, takes the place of; else empty."""
    answer = next((one for one in reversed(item.answers) if one.year == item.level.year), None)
    if not item.answers_only or answer is None or (answer.published is None and not answer.published_text):
        return ""
    value = _in_words(item, answer.published, answer.published_text, voice)
    text = voice.gettext("published: {value} (release {vintage})")
    return text.format(value=value, vintage=voice.ltr(answer.release or "–"))


def figures_of(indicator: str, centre: str = "") -> pa.Table:
    """Return every Observation of an indicator for the Parties shown, with where each comes from."""
    codes = tuple(party.iso3 for party in shown_parties(centre))
    found = list_observations(Selection(indicator=(indicator,), party=codes), store=snapshot())
    return with_answers(found, found)


def held_counts() -> dict[str, int]:
    """Return how many of the Parties shown have a figure, per indicator code."""
    counts = dict.fromkeys(indicators(), 0)
    for held in all_evidence().values():
        for code in {summary.indicator for summary in held.summaries}:
            counts[code] = counts.get(code, 0) + 1
    return counts


def recent() -> list[Recent]:
    """Return the last commits of the store, newest first, in two queries."""
    commits = list(Commit.objects.filter(kind="append").order_by("-sequence")[:LATELY])
    facts = Figure.objects.filter(commit__in=commits, withdrawn=False)
    lines = list(facts.values_list("commit", "party", "validated_by").distinct())
    return [
        Recent(
            commit.recorded_at,
            commit.rows,
            tuple(sorted({party for pk, party, _ in lines if pk == commit.pk})),
            tuple(sorted({office for pk, _, office in lines if pk == commit.pk and office})),
        )
        for commit in commits
        if any(pk == commit.pk for pk, _, _ in lines)
    ]
