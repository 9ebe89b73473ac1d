"""Which published figures have changed since somebody last looked at them, or since a day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from biosetu.observations.answers import METHOD
from biosetu.observations.revisions import ADDED, DROPPED, GROUP, REVISED, differs
from biosetu.observations.schema import SCHEMA
from biosetu.observations.store import sorted_by_key
from biosetu.translation import N_

LATER = "later year"
NEW_RELEASE, CORRECTED = N_("a newer release"), N_("corrected within its release")
FILLED_IN, LEFT_OUT = N_("a year that was not given before"), N_("no longer in the newest release")
NEWS, GONE = N_("a year after the last one seen"), N_("its source is no longer held here")
CHANGES = pa.schema(
    [
        *((name, pa.string()) for name in ("party", "indicator", "series", "disaggregation_type", "disaggregation")),
        ("year", pa.int32()),
        ("unit", pa.string()),
        ("old_vintage", pa.string()),
        ("old", pa.float64()),
        ("new_vintage", pa.string()),
        ("new", pa.float64()),
        ("difference", pa.float64()),
        ("state", pa.string()),
        ("why", pa.string()),
        ("inputs", pa.string()),
    ]
)
_SEEN = (*GROUP, "year", "vintage", "value", "resolution", "inputs")
SEEN = pa.schema([SCHEMA.field(name) for name in _SEEN])
_VINTAGE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
Row = Mapping[str, Any]
Group = tuple[Any, ...]


def shown(table: pa.Table) -> pa.Table:
    """Return the figures that are shown of each series: those of its newest release (columns of `SEEN`).

    Only numbers; the Party's own answers are left out, since it knows them.
    """
    return _release(table, 1)


def shown_before(table: pa.Table) -> pa.Table:
    """Return what was shown before the newest release of each series: the release before it, where one is held."""
    return _release(table, 2)


def _release(table: pa.Table, place: int) -> pa.Table:
    rows = [row for row in sorted_by_key(table).to_pylist() if row["value"] is not None and row["method"] != METHOD]
    releases: dict[Group, set[str]] = {}
    for row in rows:
        releases.setdefault(_group(row), set()).add(row["vintage"])
    wanted = {group: sorted(names)[-place] for group, names in releases.items() if len(names) >= place}
    kept = [{name: row[name] for name in _SEEN} for row in rows if row["vintage"] == wanted.get(_group(row))]
    return pa.Table.from_pylist(kept, schema=SEEN)


def changes(seen: pa.Table, now: pa.Table) -> pa.Table:
    """Return what `now` shows otherwise than `seen` (both of `shown`), by series and year (columns of `CHANGES`).

    `state`: `revised` where two figures cannot be one figure rounded twice, `added` and `dropped` for years of one side
    alone, `later year` for an added one after all seen; `why` says it in words. A series not seen is no change.
    """
    old, new = _by_series(seen), _by_series(now)
    lines = [line for group in sorted(old) for line in _compared(old[group], new.get(group, {}))]
    return pa.Table.from_pylist(lines, schema=CHANGES)


def _group(row: Row) -> Group:
    return tuple(row[name] for name in GROUP)


def _by_series(table: pa.Table) -> dict[Group, dict[int, Row]]:
    found: dict[Group, dict[int, Row]] = {}
    for row in table.to_pylist():
        found.setdefault(_group(row), {})[row["year"]] = row
    return found


def _compared(old: Mapping[int, Row], new: Mapping[int, Row]) -> Iterator[dict[str, Any]]:
    last = max(old)
    for year in sorted({*old, *new}):
        before, after = old.get(year), new.get(year)
        if before is None or after is None or differs(before, after):
            yield _line(before, after, *_why(before, after, later=year > last, gone=not new))


def _why(before: Row | None, after: Row | None, *, later: bool, gone: bool) -> tuple[str, str]:
    if after is None:
        return DROPPED, GONE if gone else LEFT_OUT
    if before is None:
        return (LATER, NEWS) if later else (ADDED, FILLED_IN)
    return REVISED, CORRECTED if before["vintage"] == after["vintage"] else NEW_RELEASE


def _line(before: Row | None, after: Row | None, state: str, why: str) -> dict[str, Any]:
    row = after or before or {}
    names = ("party", "indicator", "series", "disaggregation_type", "disaggregation", "year", "unit", "inputs")
    return {name: row[name] for name in names} | {
        "old_vintage": before["vintage"] if before else None,
        "old": before["value"] if before else None,
        "new_vintage": after["vintage"] if after else None,
        "new": after["value"] if after else None,
        "difference": after["value"] - before["value"] if before and after else None,
        "state": state,
        "why": why,
    }


def last_day(vintage: str) -> date:
    """Return the last day on which a release of this name may have come out; long ago where the name is no date."""
    found = _VINTAGE.match(vintage)
    if not found:
        return date.min
    year, month = int(found[1]), int(found[2] or 12)
    try:
        return date(year, month, int(found[3] or calendar.monthrange(year, month)[1]))
    except (ValueError, calendar.IllegalMonthError):
        return date.min


def released_before(table: pa.Table, day: date) -> pa.Table:
    """Return the observations whose release was certainly out before a day."""
    keep = [last_day(vintage) < day for vintage in table.column("vintage").to_pylist()]
    return table.filter(pa.array(keep, pa.bool_()))


def seen_table(rows: Iterable[Row]) -> pa.Table:
    """Return rows kept as plain values (`shown(...).to_pylist()`) as a table again."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SEEN)
