"""Capacity self-assessments: the sheet out, the filled sheet back, what the Parties of a centre lack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from biosetu.alignment import PromiseStore
from biosetu.alignment.capacity import SelfAssessment, assessment_rows, demand, read_assessment, with_others
from biosetu.engine.grids import Book, read_book
from biosetu.framework import coverage_of, find_centre, find_party, parties
from biosetu.jobs.promises import assessment_of, promise_store
from biosetu.observations.packaged import packaged_rows
from biosetu.reports.cbd.workbook import write_grids

SHEET = "self-assessment"


def write_assessment(party: str, codes: Sequence[str], out: Path, store: PromiseStore | None = None) -> None:
    """Write the self-assessment sheet of a Party for the indicators it picks, with what it said last time."""
    held = assessment_of(find_party(party).iso3, store)
    write_grids({SHEET: assessment_rows(codes, held)}, out)


def keep_assessment(
    party: str, path: Path, by: str, on: date | None = None, store: PromiseStore | None = None
) -> SelfAssessment:
    """Read a filled self-assessment and keep it as the newest of the Party."""
    return keep_rated(read_book(path), party, by, on, store)


def keep_rated(
    book: Book, party: str, by: str, on: date | None = None, store: PromiseStore | None = None
) -> SelfAssessment:
    """Keep the ratings of a sheet, however it came, as the newest of the Party; raise `DataError` with wrong cells.

    What was rated before of indicators that the sheet does not list stays.
    """
    iso3, kept = find_party(party).iso3, store or promise_store()
    filled = read_assessment(book, iso3, by, on or datetime.now(UTC).date())
    whole = with_others(filled, book, assessment_of(iso3, kept))
    kept.keep_assessment(whole)
    return whole


def demand_of_centre(centre: str, store: PromiseStore | None = None) -> pa.Table:
    """Return what the Parties of a centre lack, the most shared first; nobody fictional counts."""
    served = dict.fromkeys(row.party for row in coverage_of(centre=find_centre(centre).id))
    return demand_of([code for code in served if not parties()[code].fictional], store)


def demand_of(codes: Iterable[str], store: PromiseStore | None = None) -> pa.Table:
    """Return what these Parties (ISO3) lack by their own rating, the most shared first."""
    return demand([held for party in codes if (held := assessment_of(party, store))])


def dimension_label(name: str, language: str) -> str:
    """Return a dimension of the self-assessment in a language."""
    row = next(row for row in packaged_rows("biosetu.alignment", "capacity_dimensions") if row["dimension"] == name)
    return row.get(f"label_{language}") or row["label_en"]
