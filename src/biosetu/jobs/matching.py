"""Match requests with providers: shortlists with reasons, and one assignment over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from biosetu.cooperation import (
    Assignment,
    Fit,
    Provider,
    Request,
    assign,
    fit,
    lacking,
    read_providers,
    read_requests,
    reasons,
    shortlist,
)
from biosetu.engine.cells import read_cells
from biosetu.framework import find_centre
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.translation import translations

SHORTLIST = 5
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


def match_files(
    requests: Path,
    providers: Path,
    *,
    centre: str = "",
    most: int = SHORTLIST,
    language: str = "en",
    progress: Progress = silent,
) -> pa.Table:
    """Read both tables, score every pair, and return shortlists with the assignment marked; see `match`.

    Raises UsageError for a centre that is not known, DataError for rows that cannot be read.
    """
    if centre:
        centre = find_centre(centre).id
    asked = read_requests(read_cells(requests), str(requests))
    offered = read_providers(read_cells(providers), str(providers))
    return match(asked, offered, centre=centre, most=most, language=language, progress=progress, file=str(requests))


def match(
    requests: Sequence[Request],
    providers: Sequence[Provider],
    *,
    centre: str = "",
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
    progress(0, 3, "scores")
    matched = fit(requests, providers, datetime.now(UTC).year, centre=centre)
    progress(1, 3, "assignment")
    room = np.array([max(provider.capacity - provider.workload, 0) for provider in providers], dtype=np.int64)
    assigned = assign(matched.total, ~matched.excluded, room, fixed=fixed)
    progress(2, 3, "reasons")
    table = _rows(matched, assigned, most, language)
    progress(3, 3, "reasons")
    return table


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
    gettext = translations(language).gettext
    rows = []
    for row, request in enumerate(matched.requests):
        taken = int(assigned.provider[row])
        listed = [int(column) for column in shortlist(matched, row, most)]
        if taken >= 0 and taken not in listed:
            listed.append(taken)
        for rank, column in enumerate(listed, start=1):
            rows.append(
                {
                    "request": request.request,
                    "rank": rank,
                    "provider": matched.providers[column].provider,
                    "score": round(float(matched.total[row, column]), 6),
                    "reasons": "; ".join(reasons(matched, row, column, gettext)),
                    "missing": "; ".join(lacking(matched, row, column, gettext)),
                    "assigned": column == taken,
                }
            )
    return pa.Table.from_pylist(rows, schema=SCHEMA)
