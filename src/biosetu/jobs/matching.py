"""Match requests with providers: shortlists with reasons, and one assignment over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from biosetu.cooperation import (
    Assignment,
    Component,
    Fit,
    Provider,
    Request,
    Works,
    assign,
    fit,
    lacking,
    ranked,
    read_providers,
    read_requests,
    read_works,
    reasons,
    weighted,
)
from biosetu.engine.cells import read_cells
from biosetu.jobs.alignment_suggestions import own_embedder
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.translation import N_, Voice

SHORTLIST = 5
STEPS = 3
SCORES, ASSIGNMENT, REASONS = N_("scores of all pairs"), N_("assignment"), N_("reasons in words")
SCHEMA = pa.schema(
    [
        ("request", pa.string()),
        ("rank", pa.int32()),
        ("provider", pa.string()),
        ("score", pa.float64()),
        ("reasons", pa.string()),
        ("missing", pa.string()),
        ("assigned", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Solved:
    """All pairs scored, who takes what, and which row of the requests was fixed to which row of the providers."""

    fit: Fit
    assigned: Assignment
    fixed: Mapping[int, int]


def match_files(
    requests: Path,
    providers: Path,
    *,
    weights: Path | None = None,
    most: int = SHORTLIST,
    language: str = "en",
    progress: Progress = silent,
) -> pa.Table:
    """Read the tables, score every pair, and return shortlists with the assignment marked; see `match`.

    weights: a table `component`, `weight`, as a centre's page of weights exports it. Raises DataError for rows that
    cannot be read.
    """
    used = None if weights is None else read_weights(read_cells(weights), str(weights))
    asked = read_requests(read_cells(requests), str(requests))
    offered = read_providers(read_cells(providers), str(providers))
    return match(asked, offered, weights=used, most=most, language=language, progress=progress, file=str(requests))


def read_weights(table: pa.Table, file: str = "") -> tuple[Component, ...]:
    """Return the parts of the score with the weights of a table `component`, `weight`; parts left out keep theirs."""
    if not {"component", "weight"} <= set(table.column_names):
        raise DataError(
            Problem("there is no column 'component' or 'weight'", "Add both columns", "column", file=file, row=1)
        )
    return weighted({str(row["component"]): str(row["weight"]) for row in table.to_pylist()})


def match(
    requests: Sequence[Request],
    providers: Sequence[Provider],
    *,
    weights: Sequence[Component] | None = None,
    most: int = SHORTLIST,
    language: str = "en",
    progress: Progress = silent,
    file: str = "",
) -> pa.Table:
    """Return one row a candidate: request, rank, provider, score, reasons, missing, assigned.

    `most` candidates a request, best first; an assigned provider is always among them. A provider in the request's
    `chosen` column is fixed and the rest is solved around it.
    """
    fixed = _fixed(requests, providers, file)
    year = datetime.now(UTC).year
    solved = solve(requests, providers, year, weights=weights, fixed=fixed, progress=progress)
    table = _rows(solved.fit, solved.assigned, most, language)
    progress(STEPS, STEPS, REASONS)
    return table


def solve(
    requests: Sequence[Request],
    providers: Sequence[Provider],
    this_year: int,
    *,
    weights: Sequence[Component] | None = None,
    works: Works | None = None,
    fixed: Mapping[int, int],
    progress: Progress = silent,
) -> Solved:
    """Score every pair and assign over all requests at once; `fixed` rows are kept and the rest is solved around them.

    weights, works: as in `fit`. Progress is told before each of the three steps; what is left to say is the reasons.
    """
    progress(0, STEPS, SCORES)
    if works is None:
        works = read_works([provider.work for provider in providers], own_embedder())
    matched = fit(requests, providers, this_year, weights=weights, works=works)
    progress(1, STEPS, ASSIGNMENT)
    room = np.array([max(provider.capacity - provider.workload, 0) for provider in providers], dtype=np.int64)
    assigned = assign(matched.total, ~matched.excluded, room, fixed=dict(fixed))
    progress(2, STEPS, REASONS)
    return Solved(matched, assigned, fixed)


def _fixed(requests: Sequence[Request], providers: Sequence[Provider], file: str) -> dict[int, int]:
    column = {provider.provider: index for index, provider in enumerate(providers)}
    wrong = [
        Problem(
            "there is no such provider",
            "Choose a name from the provider table, or leave the cell empty",
            "reference",
            file,
            row + 2,
            "chosen",
            request.chosen,
        )
        for row, request in enumerate(requests)
        if request.chosen and request.chosen not in column
    ]
    if wrong:
        raise DataError(wrong)
    return {row: column[request.chosen] for row, request in enumerate(requests) if request.chosen}


def _rows(matched: Fit, assigned: Assignment, most: int, language: str) -> pa.Table:
    voice = Voice(language)
    rows = []
    for row, request in enumerate(matched.requests):
        taken = int(assigned.provider[row])
        for rank, column in ranked(matched, row, most, taken):
            rows.append(
                {
                    "request": request.request,
                    "rank": rank,
                    "provider": matched.providers[column].provider,
                    "score": round(float(matched.total[row, column]), 6),
                    "reasons": "; ".join(reasons(matched, row, column, voice)),
                    "missing": "; ".join(lacking(matched, row, column, voice)),
                    "assigned": column == taken,
                }
            )
    return pa.Table.from_pylist(rows, schema=SCHEMA)
