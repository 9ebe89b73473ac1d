"""An officer decides on suggestions and quantities: out as a workbook, back, or one by one; what that says of terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from biosetu.alignment import Decision, Promises, PromiseStore, QuantityDecision
from biosetu.alignment.deciding import (
    Choice,
    QuantityChoice,
    Suggestions,
    decide,
    decide_quantities,
    suggested_for,
    with_decisions,
)
from biosetu.alignment.decision_sheets import decision_sheets, read_choices
from biosetu.alignment.term_review import term_review
from biosetu.engine.grids import Book, read_book
from biosetu.framework import find_party
from biosetu.jobs.alignment_suggestions import suggester
from biosetu.jobs.promises import promise_store, promises_of
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.reports.cbd.workbook import write_grids
from biosetu.translation import say


@dataclass(frozen=True, slots=True)
class Taken:
    """What was decided now, of what was filled in; what already held is not taken again."""

    decisions: tuple[Decision, ...]
    quantities: tuple[QuantityDecision, ...]

    def __len__(self) -> int:
        return len(self.decisions) + len(self.quantities)


def suggestions_of(promises: Promises, progress: Progress = silent) -> Suggestions:
    """Return what is suggested now for the national targets held, without what the Party declares itself."""
    return suggested_for(promises, suggester(), progress)


def write_decisions(
    party: str, out: Path, language: str = "en", store: PromiseStore | None = None, progress: Progress = silent
) -> int:
    """Write the workbook in which an officer decides; return how many suggestions and quantities it holds.

    Raises `DataError` where no national targets are loaded.
    """
    promises = _loaded(find_party(party).iso3, store)
    sheets = decision_sheets(promises, suggestions_of(promises, progress), language)
    write_grids(sheets, out)
    return sum(len(rows) - 1 for rows in list(sheets.values())[:2])


def _loaded(iso3: str, store: PromiseStore | None) -> Promises:
    promises = promises_of(iso3, store)
    if not promises.targets:
        remedy = "Bring them in first (biosetu align import)"
        raise DataError(Problem(say("no national targets of {iso3} are loaded", iso3=iso3), remedy, "no-targets"))
    return promises


def take_sheet(party: str, path: Path, by: str, store: PromiseStore | None = None, on: date | None = None) -> Taken:
    """Take the decisions of a filled workbook in the name of an office; with any wrong row none is taken."""
    return take_book(party, read_book(path), by, store, on)


def take_book(party: str, book: Book, by: str, store: PromiseStore | None = None, on: date | None = None) -> Taken:
    """Take the decisions of a workbook that was read; see `take_sheet`."""
    choices, quantities = read_choices(book)
    return take_choices(party, choices, quantities, by, store, on, file=book.file)


def take_choices(
    party: str,
    choices: Sequence[Choice],
    quantities: Sequence[QuantityChoice],
    by: str,
    store: PromiseStore | None = None,
    on: date | None = None,
    file: str = "",
) -> Taken:
    """Take decisions in the name of the office `by`; raises `DataError` naming every one that can't be taken."""
    kept, day = store or promise_store(), on or datetime.now(UTC).date()
    promises = _loaded(find_party(party).iso3, kept)
    problems: list[Problem] = []
    decisions: tuple[Decision, ...] = ()
    stated: tuple[QuantityDecision, ...] = ()
    try:
        suggestions = suggestions_of(promises) if any(one.verdict for one in choices) else {}
        decisions = decide(promises, suggestions, choices, by, day, file)
    except DataError as error:
        problems += error.problems
    try:
        stated = decide_quantities(promises, quantities, by, day, file)
    except DataError as error:
        problems += error.problems
    if problems:
        raise DataError(problems)
    if decisions or stated:
        kept.save(with_decisions(promises, decisions, stated))
    return Taken(decisions, stated)


def review_of_terms(store: PromiseStore | None = None) -> pa.Table:
    """Return the list for the reviewers of the thesaurus (`alignment.term_review`), from all Parties held."""
    kept = store or promise_store()
    return term_review(promises_of(party, kept) for party in kept.parties())
