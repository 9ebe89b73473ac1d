"""Series that were held under another indicator before: what was kept under the former name is read as of today.

The table `data/renamed.csv` says which, since when and why. An answer of a Party to a figure holds for the figure, not
for the code under which the software held it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.observations.packaged import packaged_rows

ROOM = "biosetu.observations"
Names = Mapping[str, str]
NAMED = ("indicator", "disaggregation_type", "disaggregation")


@cache
def renamed() -> Mapping[tuple[str, str], Names]:
    """Return what names a series now (`NAMED`), by its former indicator and its series code."""
    return MappingProxyType(
        {
            (row["indicator"], row["series"]): MappingProxyType({name: row[f"now_{name}"] for name in NAMED})
            for row in packaged_rows(ROOM, "renamed")
        }
    )


def named_now(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row under the name that its series has now."""
    return {**row, **renamed().get((row["indicator"], row["series"]), {})}


def named_before(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row under each name that its series had before; most series had none."""
    now = {name: row[name] for name in NAMED}
    for (indicator, series), names in renamed().items():
        if row["series"] == series and now == names:
            yield {**row, "indicator": indicator, "disaggregation_type": "", "disaggregation": ""}


def as_named_now(table: pa.Table) -> pa.Table:
    """Return rows, or keys, of observations under the names of today; other columns and their order stay."""
    former = pa.array(sorted({indicator for indicator, _ in renamed()}), pa.string())
    if not pc.any(pc.is_in(table.column("indicator"), former)).as_py():
        return table
    return pa.Table.from_pylist([named_now(row) for row in table.to_pylist()], schema=table.schema)
