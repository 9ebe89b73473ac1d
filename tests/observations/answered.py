"""What a Party answers to figures, for tests: through the same functions as its office."""

from datetime import date
from typing import Any

import pyarrow as pa

from biosetu.jobs.party import held
from biosetu.jobs.validation import take_answers
from biosetu.observations.answers import FILLED, reference
from biosetu.observations.store import ObservationStore

OFFICE = "Ministry of Forests and Environment"
ON = date(2026, 11, 20)


def figure_of(party: str, indicator: str, year: int, vintage: str, store: ObservationStore) -> dict[str, Any]:
    """Return a figure held on a Party."""
    key = (indicator, year, vintage)
    rows = held(party, store).to_pylist()
    return next(row for row in rows if (row["indicator"], row["year"], row["vintage"]) == key)


def give(party: str, indicator: str, year: int, vintage: str, store: ObservationStore, **answer: str) -> dict[str, Any]:
    """Answer one figure in the name of the office; return the figure."""
    figure = figure_of(party, indicator, year, vintage, store)
    cells = {"reference": reference(figure), "value": repr(figure["value"]), **dict.fromkeys(FILLED, ""), **answer}
    table = pa.table({name: pa.array([text], pa.string()) for name, text in cells.items()})
    take_answers(party, table, office=OFFICE, on=ON, store=store)
    return figure
