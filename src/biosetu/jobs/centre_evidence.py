"""What is held on all Parties of a support centre, side by side: the data of a synthesis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from biosetu.framework import Centre, Coverage, coverage_of, find_centre, parties
from biosetu.jobs.party import PartyEvidence, party_evidence
from biosetu.observations import ObservationStore
from biosetu.progress import Progress, silent
from biosetu.statistics.summary import Summary

SERVED = ("confirmed", "presumed")
MATRIX = pa.schema(
    [
        ("party", pa.string()),
        ("target", pa.string()),
        ("state", pa.string()),
        ("headline", pa.bool_()),
        ("proposed", pa.bool_()),
        ("gaps", pa.int32()),
    ]
)
COMPARISON = pa.schema(
    [
        ("party", pa.string()),
        ("year", pa.int32()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("source", pa.string()),
        ("vintage", pa.string()),
        ("change", pa.float64()),
        ("change_state", pa.string()),
        ("direction", pa.string()),
        ("series_break", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class SharedGap:
    """A gap of one kind on one target that several Parties have, with the ids of their gaps."""

    kind: str
    target: str
    parties: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CentreEvidence:
    """All that is held on the Parties of a centre.

    `parties` are in the order of their English names; `coverage` holds one row each (presumed is to be marked).
    `matrix` has a row per Party and goal or target (columns of `MATRIX`; states as in `TargetState`). `shared_gaps`
    are those of two Parties or more, the most shared first.
    """

    centre: Centre
    coverage: tuple[Coverage, ...]
    parties: tuple[PartyEvidence, ...]
    matrix: pa.Table
    shared_gaps: tuple[SharedGap, ...]

    def comparison(self, indicator: str, series: str, disaggregation: str = "") -> pa.Table:
        """Return one series over all Parties (columns of `COMPARISON`): level, change and direction, never ranked."""
        rows = [
            _compared(summary)
            for evidence in self.parties
            for summary in evidence.summaries_of(indicator)
            if (summary.series, summary.disaggregation) == (series, disaggregation)
        ]
        return pa.Table.from_pylist(rows, schema=COMPARISON)

    def series(self) -> tuple[tuple[str, str, str], ...]:
        """Return the series that at least two Parties share: indicator, series, disaggregation; most shared first."""
        count: dict[tuple[str, str, str], set[str]] = {}
        for evidence in self.parties:
            for item in evidence.summaries:
                count.setdefault((item.indicator, item.series, item.disaggregation), set()).add(item.party)
        shared = [(name, len(held)) for name, held in count.items() if len(held) > 1]
        return tuple(name for name, _ in sorted(shared, key=lambda pair: (-pair[1], pair[0])))


def centre_evidence(
    centre: str,
    *,
    store: ObservationStore | None = None,
    fictional: bool = False,
    certainties: tuple[str, ...] = SERVED,
    progress: Progress = silent,
) -> CentreEvidence:
    """Return what is held on every confirmed or presumed Party of a centre (id or alias).

    The fictional Setuland is left out unless asked for. Raises UsageError for an unknown centre.
    """
    found = find_centre(centre)
    rows = coverage_of(centre=found.id, certainties=certainties)
    served = {row.party: row for row in rows if fictional or not parties()[row.party].fictional}
    codes = sorted(served, key=lambda code: parties()[code].name_en)
    evidence = []
    for done, code in enumerate(codes):
        progress(done, len(codes), code)
        evidence.append(party_evidence(code, store=store))
    progress(len(codes), len(codes))
    return CentreEvidence(
        centre=found,
        coverage=tuple(served[code] for code in codes),
        parties=tuple(evidence),
        matrix=_matrix(evidence),
        shared_gaps=shared_gaps(evidence),
    )


def _matrix(evidence: Iterable[PartyEvidence]) -> pa.Table:
    rows = [
        {"party": item.party.iso3, "target": state.target, "state": state.state, "headline": state.headline}
        | {"proposed": state.proposed, "gaps": state.gaps}
        for item in evidence
        for state in item.targets
    ]
    return pa.Table.from_pylist(rows, schema=MATRIX)


def shared_gaps(evidence: Iterable[PartyEvidence]) -> tuple[SharedGap, ...]:
    """Return gaps of one kind and target that two Parties or more have, the most shared first, then by rank."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for item in evidence:
        for gap in item.gaps:
            found.setdefault((gap.kind, gap.target), []).append((item.party.iso3, gap.id))
    shared = [
        SharedGap(kind, target, tuple(dict.fromkeys(party for party, _ in pairs)), tuple(gap for _, gap in pairs))
        for (kind, target), pairs in found.items()
    ]
    return tuple(sorted((gap for gap in shared if len(gap.parties) > 1), key=lambda gap: -len(gap.parties)))


def _compared(summary: Summary) -> dict[str, object]:
    measured = summary.change.state == "measured"
    return {
        "party": summary.party,
        "year": summary.level.year,
        "value": summary.level.value,
        "unit": summary.unit,
        "source": summary.source,
        "vintage": summary.level.vintage,
        "change": summary.change.value if measured else None,
        "change_state": summary.change.state,
        "direction": summary.trend.direction,
        "series_break": bool(summary.breaks),
    }
