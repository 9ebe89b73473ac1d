"""Extent of natural ecosystems (A.2) from the result of `biosetu ecosystems extent`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod

SERIES = "extent/1"
GROUP = "functional group"


def _rows(result: pa.Table, _party: str) -> Iterator[Mapping[str, Any]]:
    rows = result.to_pylist()
    for date in sorted({row["date"] for row in rows}):
        own = [row for row in rows if row["date"] == date]
        natural = [row for row in own if row["natural"]]
        shared = {"series": SERIES, "disaggregation_type": "", "disaggregation": "", "year": int(date)}
        note = _unmapped(own)
        yield {**shared, "value": sum(row["area_km2"] for row in natural), "footnote": note}
        share = round(sum(row["share_percent"] for row in natural), 6)
        yield {**shared, "series": f"{SERIES} share", "value": share, "unit": "percent", "footnote": note}
        for row in own:
            if row["functional_group"]:
                label = row["label"] or f"{row['functional_group']} {row['name']}"
                part = {"disaggregation_type": GROUP, "disaggregation": label, "value": row["area_km2"]}
                yield {**shared, **part, "footnote": f"{row['share_percent']:g} % of the mapped area"}


def _unmapped(rows: list[dict[str, Any]]) -> str:
    left = sum(row["share_percent"] for row in rows if not row["functional_group"])
    return f"{left:g} % of the mapped area has no functional group and counts as not natural" if left else ""


METHOD = IndicatorMethod(
    name="ecosystems.extent",
    version=1,
    unit="km2",
    needs=("functional_group", "natural", "date", "area_km2", "share_percent", "label"),
    rows=_rows,
    reference="CBD/COP/DEC/16/31, annex II, A.2; SEEA Ecosystem Accounting, extent account",
)
