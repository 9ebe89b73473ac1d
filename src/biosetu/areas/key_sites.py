"""Key sites (key biodiversity areas): which realms their layer says they have, and the series of the SDGs by realm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from biosetu.areas.coverage import Growth, key_sites_table
from biosetu.areas.sites import rows_of

SERIES_SCHEMA = pa.schema(
    [
        ("series", pa.string()),
        ("indicator", pa.string()),
        ("realm", pa.string()),
        ("year", pa.int32()),
        ("sites", pa.int64()),
        ("unknown_sites", pa.int64()),
        ("mean_share_percent", pa.float64()),
    ]
)
YES = frozenset({"1", "1.0", "true", "t", "yes", "y"})


def key_site_columns(names: Sequence[str]) -> Mapping[str, str]:
    """Return field -> the layer's own column, for the fields of `key_site_columns.csv` that a layer has."""
    found = {}
    for row in rows_of("key_site_columns"):
        known = [name for name in row["names"].split(";") if name in names]
        if known:
            found[row["field"]] = known[0]
    return found


def key_site_realms(layer: pa.Table) -> list[frozenset[str]]:
    """Return the realms that a layer says each of its rows has; none where it does not say.

    A realm is a column of its own with yes or no (BirdLife's table of realms), or one column holds them in words.
    """
    columns = key_site_columns(layer.column_names)
    realms = [row["realm"] for row in rows_of("key_site_series")]
    told: list[set[str]] = [set() for _ in range(layer.num_rows)]
    for realm in realms:
        if realm in columns:
            for row, value in zip(told, layer.column(columns[realm]).to_pylist(), strict=True):
                row.update({realm} if str(value).strip().casefold() in YES else ())
    if "realms" in columns:
        for row, value in zip(told, layer.column(columns["realms"]).to_pylist(), strict=True):
            row.update(part for part in re.split(r"[;,/|\s]+", str(value or "").casefold()) if part in realms)
    return [frozenset(row) for row in told]


def key_site_series(
    growths: Iterable[Growth],
    realms: Mapping[str, frozenset[str]],
    first: int | None = None,
    last: int | None = None,
) -> pa.Table:
    """Return series, indicator, realm, year, sites, unknown_sites, mean_share_percent: the mean share covered of the
    key sites of each realm [%], as SDG 14.5.1, 15.1.2 and 15.4.1 report it (`mean_site_share`).

    A growth is a whole site, named by its zone's `area`; a site of several realms counts whole in each, one of unknown
    realm in none (`unknown_sites`). A realm without sites has no series. Years run as in `key_sites_table`, over all.
    """
    every = list(growths)
    unknown = sum(not realms.get(growth.zone.area) for growth in every)
    years = key_sites_table(every, first, last).column("year").to_pylist()
    rows: list[dict[str, Any]] = []
    for row in rows_of("key_site_series"):
        members = [growth for growth in every if row["realm"] in realms.get(growth.zone.area, ())]
        if not members:
            continue
        named = {**row, "unknown_sites": unknown}
        measured = key_sites_table(members, min(years), max(years)).to_pylist()
        rows += [{**named, "year": m["year"], "sites": m["sites"], "mean_share_percent": m["mean_share_percent"]}
                 for m in measured]  # fmt: skip
    return pa.Table.from_pylist(rows, SERIES_SCHEMA)
