"""The Red List of Ecosystems as an index (A.1) from the result of `biosetu ecosystems index`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod, whole_or_part

SERIES = "rlie/1"


def _rows(result: pa.Table) -> Iterator[Mapping[str, Any]]:
    for row in result.to_pylist():
        yield {
            "series": SERIES,
            **whole_or_part("ecosystem group", row["group"], ("", "all", "aggregate")),
            "year": row["year"],
            "value": row["value"],
            "lower": row["lower"],
            "upper": row["upper"],
            "footnote": f"{row['ecosystems']} ecosystem types",
        }


METHOD = IndicatorMethod(
    name="ecosystems.red_list_index",
    version=1,
    unit="index",
    needs=("group", "year", "value", "lower", "upper", "ecosystems"),
    rows=_rows,
    reference="Rowland et al. 2020, doi:10.1111/conl.12680",
)
