"""Extent of natural ecosystems (A.2) from the result of `biosetu ecosystems measure`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod

SERIES = "extent/1"


def _rows(result: pa.Table) -> Iterator[Mapping[str, Any]]:
    for row in result.to_pylist():
        year = str(row["date"])[:4]
        if not year.isdigit():
            continue
        yield {
            "series": SERIES,
            "disaggregation_type": "ecosystem type",
            "disaggregation": row["name"] or str(row["class"]),
            "year": int(year),
            "value": row["area_km2"],
        }


METHOD = IndicatorMethod(
    name="ecosystems.extent",
    version=1,
    unit="km2",
    needs=("class", "name", "date", "area_km2"),
    rows=_rows,
    reference="SEEA Ecosystem Accounting, extent account",
)
