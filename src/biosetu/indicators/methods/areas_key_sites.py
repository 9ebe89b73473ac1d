"""Mean share covered of key sites (SDG 14.5.1, 15.1.2, 15.4.1) from `biosetu areas coverage --mean-of-sites`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.indicators.conversion import IndicatorMethod
from biosetu.indicators.methods.areas_coverage import refuse_unofficial


def _rows(result: pa.Table, _party: str) -> Iterator[Mapping[str, Any]]:
    """Yield the figures of each series, under the very series that its custodians' figures have."""
    refuse_unofficial(result, "cannot stand beside the official series of key sites")
    for row in result.to_pylist():
        unknown = row["unknown_sites"]
        left = f"; {unknown} of unknown realm left out" if unknown else ""
        yield {
            "indicator": f"context:{row['series']}",
            "series": row["series"],
            "year": row["year"],
            "value": row["mean_share_percent"],
            "footnote": f"mean of {row['sites']} {row['realm']} key sites ({row['indicator']}){left}",
        }


METHOD = IndicatorMethod(
    name="areas.key_sites",
    version=1,
    unit="percent",
    needs=("series", "indicator", "realm", "year", "sites", "unknown_sites", "mean_share_percent"),
    rows=_rows,
    reference="UN SDG metadata 14.5.1, 15.1.2, 15.4.1; BirdLife International, kba-overlap 3.1",
)
