"""Protected connected (ProtConn) from the result of `biosetu areas connectivity`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod, whole_or_part
from biosetu.indicators.methods.areas_coverage import refuse_unofficial

SERIES = "protconn/1"


def _rows(result: pa.Table, party: str) -> Iterator[Mapping[str, Any]]:
    refuse_unofficial(result, "is context and not indicator A.CT.6")
    for row in result.to_pylist():
        yield {
            "series": f"{SERIES} {row['distance_km']:g} km",
            **whole_or_part("area", row["area"] or "", ("", party)),
            **({"year": row["year"]} if row.get("year") else {}),
            "value": row["protconn_percent"],
        }


METHOD = IndicatorMethod(
    name="areas.connectivity",
    version=1,
    unit="percent",
    needs=("area", "distance_km", "protconn_percent"),
    rows=_rows,
    reference="Saura et al. 2018, doi:10.1016/j.biocon.2017.12.020",
)
