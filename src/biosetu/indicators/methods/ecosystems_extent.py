"""Extent of natural ecosystems (A.2) from the result of `biosetu ecosystems extent`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.ecosystems.typology import functional_groups
from biosetu.indicators.conversion import IndicatorMethod

SERIES = "extent/1"
# as the CBD's reporting tool names them for A.2
BIOME = "Biome - Global Ecosystem Typology level 2"
GROUP = "Ecosystem Functional Group - Global Ecosystem typology level 3"


def _rows(result: pa.Table, _party: str) -> Iterator[Mapping[str, Any]]:
    """Yield the whole, then its parts: what is not natural is no part of A.2, so that the parts add up to the whole."""
    rows = result.to_pylist()
    for date in sorted({row["date"] for row in rows}):
        own = [row for row in rows if row["date"] == date]
        natural = [row for row in own if row["natural"]]
        shared = {"series": SERIES, "disaggregation_type": "", "disaggregation": "", "year": int(date)}
        note = _unmapped(own)
        yield {**shared, "value": sum(row["area_km2"] for row in natural), "footnote": note}
        share = round(sum(row["share_percent"] for row in natural), 6)
        yield {**shared, "series": f"{SERIES} share", "value": share, "unit": "percent", "footnote": note}
        for label, value in _by_biome(natural).items():
            yield {**shared, "disaggregation_type": BIOME, "disaggregation": label, "value": value}
        for row in natural:
            label = row["label"] or f"{row['functional_group']} {row['name']}"
            part = {"disaggregation_type": GROUP, "disaggregation": label, "value": row["area_km2"]}
            yield {**shared, **part, "footnote": f"{row['share_percent']:g} % of the mapped area"}


def _by_biome(rows: list[dict[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in rows:
        group = functional_groups()[row["functional_group"]]
        label = group.reporting_biome or f"{group.biome_code} {group.biome}"
        found[label] = found.get(label, 0.0) + row["area_km2"]
    return found


def _unmapped(rows: list[dict[str, Any]]) -> str:
    left = sum(row["share_percent"] for row in rows if not row["functional_group"])
    return f"{left:g} % of the mapped area has no functional group and counts as not natural" if left else ""


METHOD = IndicatorMethod(
    name="ecosystems.extent",
    version=2,
    unit="km2",
    needs=("functional_group", "natural", "date", "area_km2", "share_percent", "label"),
    rows=_rows,
    reference="CBD/COP/DEC/16/31, annex II, A.2; SEEA Ecosystem Accounting, extent account",
)
