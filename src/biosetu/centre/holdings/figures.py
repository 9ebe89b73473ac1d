"""A community's figures as Observations: held by it, under its conditions, in the store while it shows them."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.holdings.models import Holding
from biosetu.cooperation.forms import parts
from biosetu.observations import SCHEMA, Source, Status, without
from biosetu.observations.validation import row_problems
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

FIGURES = "figures"
SERIES = "community:{pk}"
COLUMNS = 4
TAKEN_BACK = "Taken back by its holders"


def figures_of(holding: Holding, today: date) -> pa.Table:
    """Return the figures of a holding as Observations; raise `DataError` with all that is wrong, by line."""
    found: list[dict[str, object]] = []
    problems: list[Problem] = []
    lines = [line for line in holding.values.get(FIGURES, "").splitlines() if line.strip()]
    for number, line in enumerate(lines, start=1):
        row = _row(holding, line)
        wrong = [_unreadable(number, line)] if row is None else row_problems(row, today, number=number)
        problems += wrong
        if row is not None and not wrong:
            found.append(row)
    keys = [(row["indicator"], row["year"]) for row in found]
    if len(set(keys)) < len(keys):
        said = N_("the same indicator and year twice")
        problems.append(Problem(said, N_("Keep one of the two"), "duplicate", column=FIGURES))
    if problems:
        raise DataError(problems)
    return pa.Table.from_pylist(found, schema=SCHEMA)


def _unreadable(number: int, line: str) -> Problem:
    said = N_("not a figure: indicator; year; value; unit")
    return Problem(
        said, N_("Write such as A.1; 2024; 12.5; km2"), "figure", row=number, column=FIGURES, value=line[:80]
    )


def _row(holding: Holding, line: str) -> dict[str, object] | None:
    cells = [cell.strip() for cell in line.split(";")]
    if len(cells) != COLUMNS:
        return None
    try:
        year, value = int(cells[1]), float(cells[2])
    except ValueError:
        return None
    empty = {field.name: None if field.nullable else "" for field in SCHEMA}
    return empty | {
        "party": holding.party,
        "indicator": cells[0],
        "series": SERIES.format(pk=holding.pk),
        "year": year,
        "value": value,
        "unit": cells[3],
        "source": Source.AVAILABLE_DATASET.value,
        "status": Status.COMPUTED.value,
        "vintage": "1",
        "inputs": f"{holding.holder}: {holding.title}",
        "holder": holding.holder,
        "conditions": conditions_of(holding),
        "licence": holding.values.get("licence", "") or "-",
        "footnote": " ".join(holding.values.get("method", "").split()),
    }


def conditions_of(holding: Holding) -> str:
    """Return the holders' conditions with the names of their labels, as they travel with each figure."""
    words = [*parts(holding.values.get("labels", "")), " ".join(holding.values.get("conditions", "").split())]
    return "; ".join(word for word in words if word)


def keep_in_step(before: pa.Table, after: pa.Table) -> None:
    """Let the store hold what is shown now: rows that are shown no longer leave every output, the others are there."""
    store = DatabaseStore()
    if (gone := without(before, after)).num_rows:
        store.withdraw(gone, reason=TAKEN_BACK)
    if after.num_rows:
        store.append(after)
        store.restore(after, reason="Shown again by its holders")


def shown(holding: Holding, today: date) -> pa.Table:
    """Return the figures that everyone may see: all of them, or none."""
    return figures_of(holding, today) if holding.is_published() else SCHEMA.empty_table()
