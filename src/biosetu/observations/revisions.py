"""What a publisher changed between two releases of a series: revised, added and dropped years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from biosetu.observations.answers import METHOD
from biosetu.observations.given import SERIES
from biosetu.observations.store import sorted_by_key

REVISED, SAME, ADDED, DROPPED = "revised", "same", "added", "dropped"
REVISIONS = pa.schema(
    [
        ("party", pa.string()),
        ("indicator", pa.string()),
        ("series", pa.string()),
        ("disaggregation_type", pa.string()),
        ("disaggregation", pa.string()),
        ("year", pa.int32()),
        ("unit", pa.string()),
        ("old_vintage", pa.string()),
        ("old", pa.float64()),
        ("new_vintage", pa.string()),
        ("new", pa.float64()),
        ("difference", pa.float64()),
        ("state", pa.string()),
    ]
)
GROUP = (*SERIES, "source", "unit")
_SLACK = 1e-9
Row = Mapping[str, Any]


def revisions(table: pa.Table) -> pa.Table:
    """Return, per series that is held in two releases or more, what the newest says otherwise than the one before.

    Columns of `REVISIONS`. `state`: `revised` where the figures differ by more than both roundings allow, `same` where
    they do not, `added` and `dropped` for years in one release alone (added only within or before the years of the
    older: later years are news, not revisions). Only numbers are compared; the Party's own answers are left out.
    """
    groups: dict[tuple[Any, ...], dict[str, list[Row]]] = {}
    for row in sorted_by_key(table).to_pylist():
        if row["value"] is not None and row["method"] != METHOD:
            key = tuple(row[name] for name in GROUP)
            groups.setdefault(key, {}).setdefault(row["vintage"], []).append(row)
    lines = [line for releases in groups.values() if len(releases) > 1 for line in _compared(releases)]
    return pa.Table.from_pylist(lines, schema=REVISIONS)


def _compared(releases: Mapping[str, Sequence[Row]]) -> Iterator[dict[str, Any]]:
    older, newer = sorted(releases)[-2:]
    old = {row["year"]: row for row in releases[older]}
    new = {row["year"]: row for row in releases[newer]}
    last = max(old)
    for year in sorted({*old, *(year for year in new if year <= last)}):
        yield _line(old.get(year), new.get(year), older, newer)


def _line(old: Row | None, new: Row | None, older: str, newer: str) -> dict[str, Any]:
    row = old or new or {}
    names = (*SERIES, "year", "unit")
    both = old is not None and new is not None
    return {name: row[name] for name in names} | {
        "old_vintage": older,
        "old": old["value"] if old else None,
        "new_vintage": newer,
        "new": new["value"] if new else None,
        "difference": new["value"] - old["value"] if old and new else None,
        "state": (REVISED if differs(old, new) else SAME) if both else (DROPPED if old else ADDED),
    }


def differs(old: Row | None, new: Row | None) -> bool:
    """Return whether two figures cannot be one figure, rounded twice: each may be off by half its rounding."""
    if old is None or new is None:
        return True
    allowed = ((old["resolution"] or 0.0) + (new["resolution"] or 0.0)) / 2
    return bool(abs(new["value"] - old["value"]) > allowed * (1 + _SLACK) + _SLACK * abs(old["value"]))
