"""Observations for tests: one good row, changed where a test says."""

from datetime import date
from typing import Any

import pyarrow as pa

from biosetu.observations import KEY, SCHEMA

TODAY = date(2026, 11, 23)
GOOD: dict[str, Any] = {
    "party": "NPL",
    "indicator": "A.3",
    "series": "ER_RSK_LST",
    "disaggregation_type": "",
    "disaggregation": "",
    "year": 2020,
    "period_start": None,
    "period_end": None,
    "value": 0.83,
    "lower": None,
    "upper": None,
    "unit": "index",
    "value_text": "",
    "source": "availableDataset",
    "status": "computed",
    "validated_by": "",
    "validated_on": None,
    "vintage": "2024",
    "resolution": 0.01,
    "method": "SDG 15.5.1",
    "inputs": "UN SDG database, 2024",
    "holder": "IUCN; BirdLife International",
    "conditions": "",
    "licence": "CC BY 4.0",
    "footnote": "",
}


def row(**changes: Any) -> dict[str, Any]:
    return GOOD | changes


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def key(record: dict[str, Any]) -> pa.Table:
    return table(record).select(KEY)
