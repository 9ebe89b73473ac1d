"""Everything held on one Party: figures, what they say, gaps, sources. Dossier, synthesis and pages build on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

from biosetu.alignment import Promises, PromiseStore
from biosetu.alignment.gaps import Facts, Gap, collapsed, find_gaps
from biosetu.framework import Party, find_party, indicators, not_relevant, targets
from biosetu.home import home
from biosetu.jobs.intake import centre_store, in_centre
from biosetu.jobs.promises import promises_of, tables_of
from biosetu.jobs.statements import statements_of
from biosetu.observations import (
    ObservationFolder,
    ObservationStore,
    Selection,
    Source,
    newest_per_key,
    without,
)
from biosetu.observations.answers import without_not_relevant
from biosetu.observations.own import OwnStatements
from biosetu.observations.sentences import Sentence
from biosetu.sources import official, setuland
from biosetu.statistics.pathway import Pathway, pathway
from biosetu.statistics.summary import Summary, summarise
from biosetu.translation import N_

ABSENT = N_("Not in the sources loaded here: {what} ({sources}).")
NO_TABLES: Mapping[str, pa.Table] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A source behind figures shown: who publishes, which release, under which licence, with which words."""

    citation: str
    holder: str
    vintage: str
    licence: str
    conditions: str
    rows: int


@dataclass(frozen=True, slots=True)
class TargetState:
    """What is known of a goal or target for one Party.

    `state`: `moving` (a change or a direction is measured), `measured` (a level is held), `not-relevant`, `unknown`.
    `headline` says whether a headline indicator is behind it; `proposed` marks a not-relevant that only BioSetu
    proposes. `indicators` are those with a figure, `gaps` how many gaps are known.
    """

    target: str
    state: str
    headline: bool
    proposed: bool
    indicators: tuple[str, ...]
    gaps: int


@dataclass(frozen=True, slots=True)
class PartyEvidence:
    """All that is held on one Party, with nothing withdrawn.

    - `party`: the Party (`party.fictional` for Setuland: watermark).
    - `observations`: the current Observations, official and the Party's own, all vintages, sorted by key.
    - `summaries`: per indicator, series, disaggregation, source and method: level, change, breaks, trend, points
      (`statistics.summary`); `statistics.telling.tell` makes the sentences. The Party's own come first.
    - `own`: quantities, declared progress and declared gaps of the Party; `pathways`: its figures beside its own
      quantities (`statistics.telling.tell_pathway`).
    - `gaps`: ranked; `alignment.gaps.EXPLANATION` says how. `shown_gaps`: the same with those about the parts of one
      target as one.
    - `absent`: headline indicators of which nothing is held and which are relevant; no gaps. `absent_line` says so
      in one sentence, with the sources and their dates.
    - `targets`: state of each goal and target, in their order.
    - `sources`: one note per source behind `observations`.
    - `promised`: the national targets with all that belongs to them, from which `tables` were made.
    """

    party: Party
    observations: pa.Table
    summaries: tuple[Summary, ...]
    own: OwnStatements
    pathways: tuple[Pathway, ...]
    gaps: tuple[Gap, ...]
    absent: tuple[str, ...]
    absent_line: Sentence | None
    targets: tuple[TargetState, ...]
    sources: tuple[SourceNote, ...]
    tables: Mapping[str, pa.Table] = field(default_factory=lambda: NO_TABLES)
    promised: Promises | None = None

    @property
    def shown_gaps(self) -> tuple[Gap, ...]:
        """The gaps as they are shown: one for all parts of a target."""
        return collapsed(self.gaps)

    def summaries_of(self, indicator: str) -> tuple[Summary, ...]:
        """Return the summaries of an indicator."""
        return tuple(summary for summary in self.summaries if summary.indicator == indicator)


def default_store() -> ObservationStore:
    """Return the store of this installation: the database of its centre, else a folder in BIOSETU_HOME."""
    return centre_store() if in_centre() else ObservationFolder(home() / "observations")


def targets_of(indicator: str) -> tuple[str, ...]:
    """Return the goals and targets that an indicator or context series speaks to."""
    known = indicators().get(indicator)
    if known is not None:
        return known.targets
    series = official.series_of(indicator)
    return series.targets if series else ()


def held(party: str, store: ObservationStore) -> pa.Table:
    """Return the current Observations of a Party: those carried with the software and those of the store."""
    carried = setuland.observations() if party == setuland.PARTY else official.observations(party)
    own = store.select(Selection(party=(party,)))
    return newest_per_key(pa.concat_tables([without(carried, store.withdrawn()), own]))


def party_evidence(
    code: str,
    *,
    store: ObservationStore | None = None,
    promises: PromiseStore | None = None,
    own: OwnStatements | None = None,
    tables: Mapping[str, pa.Table] | None = None,
) -> PartyEvidence:
    """Return all that is held on a Party (ISO3, ISO2, M49 or English name).

    `store` and `promises` default to those of this installation; the centre passes its database. `own` are the
    Party's own statements (default: those imported); `tables` is plain data of other rooms for the gaps
    (`alignment.gaps.Facts`), beside what the Party promised, or in its place.
    Raises UsageError for an unknown Party.
    """
    party = find_party(code)
    rows = held(party.iso3, store or default_store())
    statements = own if own is not None else statements_of(party.iso3, promises)
    summaries = _own_first(summarise(without_not_relevant(rows), kinds=setuland.kinds() if party.fictional else None))
    paths = tuple(pathway(quantity, summaries) for quantity in statements.quantities)
    promised = promises_of(party.iso3, promises)
    known = MappingProxyType({**tables_of(promised, store=promises), **(tables or NO_TABLES)})
    gaps = find_gaps(Facts(party.iso3, rows, summaries, paths, statements, known))
    absent = _absent(party, rows)
    notes = _sources(rows)
    return PartyEvidence(
        party=party,
        observations=rows,
        summaries=summaries,
        own=statements,
        pathways=paths,
        gaps=gaps,
        absent=absent,
        absent_line=_absent_line(absent, notes),
        targets=_target_states(party, rows, summaries, gaps),
        sources=notes,
        tables=known,
        promised=promised,
    )


def _own_first(summaries: Iterable[Summary]) -> tuple[Summary, ...]:
    order = list(indicators())
    place = {code: number for number, code in enumerate(order)}

    def key(summary: Summary) -> tuple[int, bool, str, str]:
        known = place.get(summary.indicator, len(order))
        return known, summary.source != Source.NATIONAL, summary.indicator, summary.series

    return tuple(sorted(summaries, key=key))


def _absent(party: Party, rows: pa.Table) -> tuple[str, ...]:
    known = set(rows.column("indicator").to_pylist())
    headline = (code for code, record in indicators().items() if record.kind == "headline")
    return tuple(code for code in headline if code not in known and not_relevant(party, code) is None)


def _absent_line(absent: tuple[str, ...], notes: tuple[SourceNote, ...]) -> Sentence | None:
    if not absent:
        return None
    loaded = sorted({f"{note.citation.split(',')[0]}, {note.vintage}" for note in notes if note.vintage})
    return Sentence("absent", ABSENT, {"what": ", ".join(absent), "sources": "; ".join(loaded) or "–"})


def _sources(rows: pa.Table) -> tuple[SourceNote, ...]:
    names = ("inputs", "holder", "vintage", "licence", "conditions")
    found: dict[tuple[str, str, str, str, str], int] = {}
    for row in rows.select(names).to_pylist():
        note = (row["inputs"], row["holder"], row["vintage"], row["licence"], row["conditions"])
        found[note] = found.get(note, 0) + 1
    return tuple(
        SourceNote(citation, holder, vintage, licence, conditions, count)
        for (citation, holder, vintage, licence, conditions), count in sorted(found.items())
        if citation
    )


def _target_states(
    party: Party, rows: pa.Table, summaries: tuple[Summary, ...], gaps: tuple[Gap, ...]
) -> tuple[TargetState, ...]:
    said = {row["indicator"] for row in rows.to_pylist() if row["source"] == Source.NOT_RELEVANT}
    return tuple(_target_state(code, party, summaries, gaps, said) for code in targets())


def _target_state(
    target: str, party: Party, summaries: tuple[Summary, ...], gaps: tuple[Gap, ...], said: set[str]
) -> TargetState:
    fitting = [summary for summary in summaries if target in targets_of(summary.indicator)]
    codes = tuple(dict.fromkeys(summary.indicator for summary in fitting))
    headline = [c for c, record in indicators().items() if record.kind == "headline" and target in record.targets]
    excluded = bool(headline) and all(code in said or not_relevant(party, code) for code in headline)
    if any(_moves(summary) for summary in fitting):
        state = "moving"
    elif fitting:
        state = "measured"
    else:
        state = "not-relevant" if excluded else "unknown"
    return TargetState(
        target=target,
        state=state,
        headline=bool(set(codes) & set(headline)),
        proposed=state == "not-relevant" and not set(headline) <= said,
        indicators=codes,
        gaps=sum(gap.target == target for gap in collapsed(gaps)),
    )


def _moves(summary: Summary) -> bool:
    return summary.change.state == "measured" or summary.trend.direction in ("rising", "falling")
