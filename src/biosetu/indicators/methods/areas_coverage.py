"""Coverage of protected areas and OECMs (3.1) from the result of `biosetu areas coverage`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod
from biosetu.problems import DataError, Problem
from biosetu.translation import say

SERIES = "coverage/1"
OFFICIAL = b"biosetu.official"


def refuse_unofficial(result: pa.Table, so: str) -> None:
    """Refuse a result that does not say of itself that it is of official polygons. so: what follows from that."""
    if (result.schema.metadata or {}).get(OFFICIAL) == b"yes":
        return
    problem = Problem(
        say("The result is not known to be of official polygons, so it {so}", so=so),
        "Measure the WDPA, the WD-OECM or the Party's own register, and say so by --official.",
        OFFICIAL.decode(),
    )
    raise DataError(problem)


def _rows(result: pa.Table, party: str) -> Iterator[Mapping[str, Any]]:
    refuse_unofficial(result, "is context and not indicator 3.1")
    for row in result.to_pylist():
        parts = {
            "area": "" if row["area"] == party else row["area"],
            "realm": row["realm"],
            "class": row.get("class", ""),
        }
        named = {kind: name for kind, name in parts.items() if name}
        yield {
            "series": SERIES,
            "disaggregation_type": ", ".join(named),
            "disaggregation": ", ".join(str(name) for name in named.values()),
            "year": row["year"],
            "value": row["share_percent"],
            "footnote": f"{row['protected_km2']:,.0f} km² protected, {row['oecm_km2']:,.0f} km² OECMs",
        }


METHOD = IndicatorMethod(
    name="areas.coverage",
    version=1,
    unit="percent",
    needs=("area", "realm", "year", "protected_km2", "oecm_km2", "share_percent"),
    rows=_rows,
    reference="CBD/COP/DEC/16/31, annex I, indicator 3.1",
)
