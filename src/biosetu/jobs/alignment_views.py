"""What the promises of Parties cover, proposals from strategies, capacity self-assessments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from biosetu.alignment import PromiseStore
from biosetu.alignment.coverage import (
    coverage_of,
    coverage_table,
    quantities_beside,
    quantities_table,
    suggested_targets,
)
from biosetu.alignment.matrices import MEASURED, NO, NOT_RELEVANT, YES, alignment_matrix, measured_matrix
from biosetu.alignment.proposals import proposal_table
from biosetu.framework import coverage_of as centre_coverage
from biosetu.framework import elements, find_centre, find_party, indicators, not_relevant
from biosetu.jobs.alignment_suggestions import suggester
from biosetu.jobs.party import PartyEvidence, party_evidence
from biosetu.jobs.promise_files import read_strategy
from biosetu.jobs.promises import promises_of
from biosetu.jobs.statements import statements_of
from biosetu.observations import Source
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.reports.series import answer_to
from biosetu.translation import say


def coverage_by_party(
    party: str, suggestions: bool = True, progress: Progress = silent, store: PromiseStore | None = None
) -> pa.Table:
    """Return each part of the goals and targets with its state and the national targets that cover it.

    Raises `DataError` where no national targets are loaded: nothing is known then.
    """
    iso3 = find_party(party).iso3
    promises = promises_of(iso3, store)
    if not promises.targets:
        remedy = "Bring them in first (biosetu align import)"
        raise DataError(Problem(say("no national targets of {iso3} are loaded", iso3=iso3), remedy, "no-targets"))
    suggested = suggested_targets(promises, suggester(), progress) if suggestions else None
    table = coverage_table(coverage_of(promises, suggested))
    texts = [elements()[name].text_en for name in table.column("element").to_pylist()]
    return table.append_column("text", pa.array(texts, pa.string()))


def quantities_of(party: str, store: PromiseStore | None = None) -> pa.Table:
    """Return the quantities of a Party's national targets beside the global ones, confirmed or only found."""
    table = quantities_table(quantities_beside(promises_of(find_party(party).iso3, store)))
    texts = [elements()[name].text_en for name in table.column("element").to_pylist()]
    return table.append_column("text", pa.array(texts, pa.string()))


def matrix_of_centre(centre: str, store: PromiseStore | None = None) -> pa.Table:
    """Return Party by goal or target for the Parties of a centre of which national targets are loaded."""
    return matrix_of(dict.fromkeys(row.party for row in centre_coverage(centre=find_centre(centre).id)), store)


def matrix_of(parties: Iterable[str], store: PromiseStore | None = None) -> pa.Table:
    """Return Party (ISO3) by goal or target: degree, coverage, the level of progress that the Party declares."""
    codes = tuple(parties)
    progress = {code: _progress(code, store) for code in codes}
    return alignment_matrix([promises_of(code, store) for code in codes], progress)


def _progress(party: str, store: PromiseStore | None) -> Mapping[str, tuple[str, int]]:
    newest = sorted(statements_of(party, store).progress, key=lambda item: item.year)
    return {item.target: (item.level, item.year) for item in newest}


def measured_of(party: str, held: PartyEvidence | None = None, store: PromiseStore | None = None) -> pa.Table:
    """Return national target by indicator for a Party: measured or not, the newest figure, year, source, release."""
    found = held or party_evidence(party, promises=store)
    promises = promises_of(found.party.iso3, store) if found.promised is None else found.promised
    return measured_matrix(promises, _series(found))


WORDS = {Source.NO_DATA.value: NO, Source.NOT_RELEVANT.value: NOT_RELEVANT}
SERIES = pa.schema(
    [field for field in MEASURED if field.name not in {"national_target", "title", "target", "indicator_title", "kind"}]
)


def _series(found: PartyEvidence) -> pa.Table:
    names = ("indicator", "series", "source", "vintage")
    holders = {
        tuple(row[name] for name in names): row["inputs"] or row["holder"] for row in found.observations.to_pylist()
    }
    whole = {item.indicator for item in found.summaries if not item.disaggregation}
    rows: list[dict[str, object]] = [
        {
            "indicator": item.indicator,
            "measured": YES,
            "party_answer": answer_to(item),
            "year": item.level.year,
            "value": item.level.value,
            "value_text": item.level.text,
            "unit": item.unit,
            "part": item.disaggregation,
            "source": item.source,
            "series": item.series,
            "vintage": item.level.vintage,
            "holder": holders.get((item.indicator, item.series, item.source, item.level.vintage), ""),
        }
        for item in found.summaries
        if not item.disaggregation or item.indicator not in whole
    ]
    rows += _without_figure(found, {str(row["indicator"]) for row in rows})
    return pa.Table.from_pylist(rows, schema=SERIES)


def _without_figure(found: PartyEvidence, measured: set[str]) -> list[dict[str, object]]:
    """Return, of indicators without a figure, the Party's word (no data, not relevant), else what is proposed."""
    said: dict[str, dict[str, object]] = {}
    for row in sorted(found.observations.to_pylist(), key=lambda row: row["year"]):
        if row["source"] in WORDS and row["indicator"] not in measured:
            holder = row["inputs"] or row["holder"] or row["validated_by"]
            about = {name: row[name] for name in ("indicator", "year", "source", "vintage")}
            said[row["indicator"]] = {**about, "measured": WORDS[row["source"]], "holder": holder}
    for code in indicators():
        if code not in measured and code not in said and not_relevant(found.party, code) is not None:
            said[code] = {"indicator": code, "measured": NOT_RELEVANT}
    return list(said.values())


def proposals_from(path: Path) -> tuple[pa.Table, tuple[int, ...]]:
    """Return the targets and actions that a strategy (Word, PDF, text) seems to state, and its scanned pages."""
    found, scanned = read_strategy(path)
    return proposal_table(found), scanned
