"""From a room's result to Observations: what every method needs to know beside the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from biosetu.observations import SCHEMA, Source, Status
from biosetu.problems import DataError, Problem
from biosetu.translation import say


@dataclass(frozen=True, slots=True)
class Provenance:
    """Whose figures these are and what they were made from; all of it goes into every Observation.

    `inputs` is the content hash and citation of each input, `vintage` the release of the newest of them, `year` the
    year of results that name none themselves.
    """

    party: str
    vintage: str
    inputs: str
    holder: str
    licence: str
    conditions: str = ""
    footnote: str = ""
    year: int | None = None


Rows = Callable[[pa.Table, str], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class IndicatorMethod:
    """One way to compute an indicator.

    Attributes:
        name: as the framework's `computed_by` names it.
        version: of the method; part of each Observation's method.
        unit: of the values.
        needs: columns that the result table must have.
        rows: turns a result table and the Party's code into partial Observations (series, year, value, …).
        reference: who defined the method.
    """

    name: str
    version: int
    unit: str
    needs: Sequence[str]
    rows: Rows
    reference: str

    @property
    def label(self) -> str:
        """Return name and version, as Observations carry them."""
        return f"{self.name}/{self.version}"

    def observations(self, result: pa.Table, indicator: str, provenance: Provenance) -> pa.Table:
        """Return the Observations of a result table, status computed: only the Party can make them its own.

        Raises DataError where the result lacks a column.
        """
        missing = [name for name in self.needs if name not in result.column_names]
        if missing:
            raise DataError(
                [
                    Problem(
                        say("{method} needs a column {column}", method=self.name, column=name),
                        "Give the room's own result.",
                        "column",
                    )
                    for name in missing
                ]
            )
        if provenance.year is None and "year" not in result.column_names and "date" not in result.column_names:
            raise DataError(
                Problem(say("{name} gives no year", name=self.name), "Say of which year the result is.", "year")
            )
        rows = [self._observation(row, indicator, provenance) for row in self.rows(result, provenance.party)]
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    def _observation(self, row: Mapping[str, Any], indicator: str, provenance: Provenance) -> dict[str, Any]:
        empty = {field.name: "" for field in SCHEMA if not field.nullable}
        fixed = {
            "party": provenance.party,
            "indicator": indicator,
            "unit": self.unit,
            "source": Source.AVAILABLE_DATASET.value,
            "status": Status.COMPUTED.value,
            "vintage": provenance.vintage,
            "method": self.label,
            "inputs": provenance.inputs,
            "holder": provenance.holder,
            "conditions": provenance.conditions,
            "licence": provenance.licence,
            "year": provenance.year,
        }
        notes = [text for text in (row.get("footnote", ""), provenance.footnote) if text]
        return {**empty, **fixed, **row, "footnote": "; ".join(notes)}


def whole_or_part(kind: str, name: str, whole: Iterable[str]) -> dict[str, str]:
    """Return the disaggregation of a row: none where `name` stands for the whole."""
    if name in whole:
        return {"disaggregation_type": "", "disaggregation": ""}
    return {"disaggregation_type": kind, "disaggregation": name}
