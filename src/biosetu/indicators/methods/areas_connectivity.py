"""Protected connected (ProtConn) from the result of `biosetu areas connectivity`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod

SERIES = "protconn/1"


def _rows(result: pa.Table) -> Iterator[Mapping[str, Any]]:
    for row in result.to_pylist():
        yield {
            "series": f"{SERIES} {row['distance_km']:g} km",
            "disaggregation_type": "area" if row["area"] else "",
            "disaggregation": row["area"] or "",
            "year": row["year"],
            "value": row["protconn_percent"],
        }


METHOD = IndicatorMethod(
    name="areas.connectivity",
    version=1,
    unit="percent",
    needs=("area", "year", "distance_km", "protconn_percent"),
    rows=_rows,
    reference="Saura et al. 2018, doi:10.1016/j.biocon.2017.12.020",
)
