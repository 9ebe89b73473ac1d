"""What the promises of Parties cover, proposals from strategies, capacity self-assessments."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from biosetu.alignment.capacity import SelfAssessment, assessment_rows, demand, read_assessment
from biosetu.alignment.coverage import alignment_matrix, coverage_of, coverage_table, suggested_targets
from biosetu.alignment.proposals import proposal_table, propose
from biosetu.alignment.suggestion import Suggester
from biosetu.engine.grids import read_book
from biosetu.engine.pages import read_pages
from biosetu.engine.tables import replacing
from biosetu.framework import coverage_of as centre_coverage
from biosetu.framework import elements, find_centre, find_party
from biosetu.jobs.promises import assessment_of, assessment_place, promises_of
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.reports.cbd.workbook import write_grids


def coverage_by_party(party: str, suggestions: bool = True, progress: Progress = silent) -> pa.Table:
    """Return each part of the goals and targets with its state and the national targets that cover it.

    Raises `DataError` where no national targets are loaded: nothing is known then.
    """
    iso3 = find_party(party).iso3
    promises = promises_of(iso3)
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


def write_assessment(party: str, codes: tuple[str, ...], out: Path) -> None:
    """Write the self-assessment sheet of a Party for the indicators it picks."""
    write_grids({"self-assessment": assessment_rows(codes, assessment_of(find_party(party).iso3))}, out)


def keep_assessment(party: str, path: Path, by: str, on: date | None = None) -> SelfAssessment:
    """Read a filled self-assessment and keep it in place of the last one."""
    iso3 = find_party(party).iso3
    held = read_assessment(read_book(path), iso3, by, on or datetime.now(UTC).date())
    with replacing(assessment_place(iso3)) as temporary:
        temporary.write_text(held.model_dump_json(indent=1), encoding="utf-8")
    return held


def demand_of_centre(centre: str) -> pa.Table:
    """Return what the Parties of a centre lack, the most shared first."""
    parties = dict.fromkeys(row.party for row in centre_coverage(centre=find_centre(centre).id))
    return demand([held for party in parties if (held := assessment_of(party))])
