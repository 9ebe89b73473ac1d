"""The Red List Index (A.3 and its thematic cuts) from the result of `biosetu species index`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod, whole_or_part
from biosetu.species.red_list_index import BASELINE, TAXON, kind_of_cut

WHOLE = ("all", "aggregate")


def _rows(result: pa.Table, _party: str) -> Iterator[Mapping[str, Any]]:
    for row in result.to_pylist():
        yield {
            "series": _series(row),
            **_cut(row),
            "year": row["year"],
            "value": row["value"],
            "lower": row["lower"],
            "upper": row["upper"],
            "footnote": _footnote(row),
        }


def _series(row: Mapping[str, Any]) -> str:
    """Return the series of a value; a baseline, which is comparable with nothing, is one of its own year."""
    name, _, version = str(row["series"]).rpartition("/")
    return f"{name}-baseline-{row['year']}/{version}" if row.get("status") == BASELINE else str(row["series"])


def _cut(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the disaggregation by the column that was cut by; the mean over taxonomic groups stands for the whole."""
    column = row.get("cut") or ""
    kind = kind_of_cut(column) if column else TAXON
    if not column:
        return whole_or_part(kind, row["group"], WHOLE)
    if row["part"]:
        return {"disaggregation_type": kind, "disaggregation": row["part"]}
    return {"disaggregation_type": "" if kind == TAXON else kind, "disaggregation": "" if kind == TAXON else "mean"}


def _footnote(row: Mapping[str, Any]) -> str:
    counted = f"{row['taxa']} taxa, {row['data_deficient']} data deficient"
    status = row.get("status", "")
    return counted if status in ("", "assessment") else f"{counted}; {status}"


METHOD = IndicatorMethod(
    name="species.red_list_index",
    version=1,
    unit="index",
    needs=("group", "year", "value", "lower", "upper", "taxa", "data_deficient", "series"),
    rows=_rows,
    reference="Butchart et al. 2007, doi:10.1371/journal.pone.0000140; SDG 15.5.1 metadata",
)
