"""The Red List of Ecosystems (A.1) from the result of `biosetu ecosystems index`: the index, and types by category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.ecosystems.typology import functional_groups
from biosetu.indicators.conversion import IndicatorMethod, whole_or_part

SERIES = "rlie/1"
COUNTS = "rle-types/1"
CATEGORIES = ("CO", "CR", "EN", "VU", "NT", "LC", "DD", "NE")
WHOLE = ("", "all", "aggregate")
# as the CBD's reporting tool names it for A.1; types by category have no name of their own there
GROUP, OTHER = "Ecosystem Functional Group - Global Ecosystem Typology Level 3", "Other"


def _rows(result: pa.Table, _party: str) -> Iterator[Mapping[str, Any]]:
    for row in result.to_pylist():
        part = whole_or_part(*_kind(row["group"]), WHOLE)
        if row["value"] is not None:
            yield {
                "series": SERIES,
                **part,
                "year": row["year"],
                "value": row["value"],
                "lower": row["lower"],
                "upper": row["upper"],
                "footnote": f"{row['ecosystems']} ecosystem types, {row['DD']} data deficient{_assumed(row)}",
            }
        yield from _counts(row, part)


def _assumed(row: Mapping[str, Any]) -> str:
    """Return what the index of a row takes for granted, for its footnote."""
    assumed, several = row.get("genuine_unsaid"), row.get("in_several_areas")
    told = [f"{assumed} changes of category count as genuine, which nobody said"] if assumed else []
    told += [f"{several} types count once for each of their areas"] if several else []
    return "".join(f"; {each}" for each in told)


def _kind(group: str) -> tuple[str, str]:
    """Return the reporting tool's type and name of a group: a functional group by its code, anything else as Other."""
    known = functional_groups().get(group.split(" ", maxsplit=1)[0])
    return (GROUP, known.reporting_label or group) if known else (OTHER, group)


def _counts(row: Mapping[str, Any], part: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for category in CATEGORIES:
        name = f"{part['disaggregation']}, {category}" if part["disaggregation"] else category
        counted = {"disaggregation_type": OTHER, "disaggregation": name, "value": float(row[category]), "unit": "count"}
        yield {"series": COUNTS, "year": row["year"], **counted}


METHOD = IndicatorMethod(
    name="ecosystems.red_list_index",
    version=2,
    unit="index",
    needs=("group", "year", "value", "lower", "upper", "ecosystems", *CATEGORIES),
    rows=_rows,
    reference="Rowland et al. 2020, doi:10.1111/conl.12680",
)
