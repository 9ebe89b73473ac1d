"""One series, of one release, for each part of an indicator: two are never spliced in a file that is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from biosetu.observations.changes import last_day

Row = Mapping[str, Any]
PART = ("party", "indicator", "source", "disaggregation_type", "disaggregation")
SERIES = ("series", "method", "vintage", "unit")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not sent of an indicator, because another series or release of the same part is: how many figures."""

    indicator: str
    part: str
    series: str
    vintage: str
    figures: int
    taken_series: str
    taken_vintage: str


def one_release(rows: Sequence[Row]) -> tuple[list[Row], tuple[LeftOut, ...]]:
    """Return of each part of an indicator the figures of one series and release, and what is left out for them.

    The release that came out last is taken, of two on one day the series with more years, then by name. Its years are
    taken as they are: no year is filled in from another.
    """
    parts: dict[tuple[Any, ...], dict[tuple[Any, ...], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        parts[tuple(row[name] for name in PART)][tuple(row[name] or "" for name in SERIES)].append(row)
    kept: set[int] = set()
    left: list[LeftOut] = []
    for part, series in parts.items():
        taken = max(series, key=lambda key: _rank(key, series[key]))
        kept |= {id(row) for row in series[taken]}
        left += [
            LeftOut(part[1], " ".join(part[3:]).strip(), key[0], key[2], len(found), taken[0], taken[2])
            for key, found in series.items()
            if key != taken
        ]
    return [row for row in rows if id(row) in kept], tuple(left)


def _rank(key: tuple[str, ...], rows: Sequence[Row]) -> tuple[date, int, tuple[str, ...]]:
    return last_day(key[2]), len({row["year"] for row in rows}), key
