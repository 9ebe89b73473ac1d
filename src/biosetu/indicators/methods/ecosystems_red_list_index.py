"""The Red List of Ecosystems (A.1) from the result of `biosetu ecosystems index`: the index, and types by category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod, whole_or_part

SERIES = "rlie/1"
COUNTS = "rle-types/1"
CATEGORIES = ("CO", "CR", "EN", "VU", "NT", "LC", "DD", "NE")
WHOLE = ("", "all", "aggregate")


def _rows(result: pa.Table, _party: str) -> Iterator[Mapping[str, Any]]:
    for row in result.to_pylist():
        part = whole_or_part("functional group", row["group"], WHOLE)
        if row["value"] is not None:
            yield {
                "series": SERIES,
                **part,
                "year": row["year"],
                "value": row["value"],
                "lower": row["lower"],
                "upper": row["upper"],
                "footnote": f"{row['ecosystems']} ecosystem types, {row['DD']} data deficient",
            }
        yield from _counts(row, part)


def _counts(row: Mapping[str, Any], part: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for category in CATEGORIES:
        kind = f"{part['disaggregation_type']}, category" if part["disaggregation_type"] else "category"
        name = f"{part['disaggregation']}, {category}" if part["disaggregation"] else category
        counted = {"disaggregation_type": kind, "disaggregation": name, "value": float(row[category]), "unit": "count"}
        yield {"series": COUNTS, "year": row["year"], **counted}


METHOD = IndicatorMethod(
    name="ecosystems.red_list_index",
    version=1,
    unit="index",
    needs=("group", "year", "value", "lower", "upper", "ecosystems", *CATEGORIES),
    rows=_rows,
    reference="Rowland et al. 2020, doi:10.1111/conl.12680",
)
