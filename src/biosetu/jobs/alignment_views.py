"""What the promises of Parties cover, proposals from strategies, capacity self-assessments."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from biosetu.alignment import PromiseStore
from biosetu.alignment.coverage import alignment_matrix, coverage_of, coverage_table, suggested_targets
from biosetu.alignment.proposals import proposal_table, propose
from biosetu.alignment.suggestion import Suggester
from biosetu.engine.pages import read_pages
from biosetu.framework import coverage_of as centre_coverage
from biosetu.framework import elements, find_centre, find_party
from biosetu.jobs.promises import promises_of
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent


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
        raise DataError(Problem(f"no national targets of {iso3} are loaded", remedy, "no-targets"))
    suggested = suggested_targets(promises, Suggester(), progress) if suggestions else None
    table = coverage_table(coverage_of(promises, suggested))
    texts = [elements()[name].text_en for name in table.column("element").to_pylist()]
    return table.append_column("text", pa.array(texts, pa.string()))


def matrix_of_centre(centre: str) -> pa.Table:
    """Return Party by goal or target for the Parties of a centre of which national targets are loaded."""
    parties = dict.fromkeys(row.party for row in centre_coverage(centre=find_centre(centre).id))
    return alignment_matrix([promises_of(party) for party in parties])


def proposals_from(path: Path) -> tuple[pa.Table, tuple[int, ...]]:
    """Return the targets and actions that a strategy (Word, PDF, text) seems to state, and its scanned pages."""
    pages = read_pages(path)
    return proposal_table(propose(pages.texts)), pages.scanned
