"""One figure a year of one series for each part and unit of an indicator: two series are never spliced in what is sent.

Which release of a series counts is said in `observations.releases`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from biosetu.observations.answers import METHOD
from biosetu.observations.changes import last_day

Row = Mapping[str, Any]
PART = ("party", "indicator", "source", "disaggregation_type", "disaggregation", "unit")
SERIES = ("series",)
FIGURE = ("disaggregation_type", "disaggregation", "series", "method", "vintage", "year", "unit")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not sent of an indicator, because another series or release of the same part is: how many figures.

    `taken` is what goes out in its place: series and release, or the one source whose figures alone are sent.
    """

    indicator: str
    part: str
    series: str
    vintage: str
    figures: int
    taken: tuple[str, ...]


def one_series(rows: Sequence[Row]) -> list[Row]:
    """Return of each part of an indicator the figures of one series in each unit, one a year.

    The series whose newest release came out last is taken, of two on one day that with more years, then by name; of two
    figures for one year what the Party itself wrote, else the newer one. No year is filled in from another series.
    """
    parts: dict[tuple[Any, ...], dict[tuple[Any, ...], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        parts[_of(row, PART)][_of(row, SERIES)].append(row)
    kept: set[int] = set()
    for series in parts.values():
        taken = max(series, key=lambda key: _rank(key, series[key]))
        by_year = {row["year"]: row for row in sorted(series[taken], key=_standing)}
        kept |= {id(row) for row in by_year.values()}
    return [row for row in rows if id(row) in kept]


def _of(row: Row, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple("" if row[name] is None else row[name] for name in names)


def _rank(key: tuple[Any, ...], rows: Sequence[Row]) -> tuple[date, int, tuple[Any, ...]]:
    return max(last_day(row["vintage"]) for row in rows), len({row["year"] for row in rows}), key


def _standing(row: Row) -> tuple[bool, date]:
    return row["method"] == METHOD, last_day(row["vintage"])


def left_out(before: Sequence[Row], kept: Sequence[Row]) -> tuple[LeftOut, ...]:
    """Return what of the figures held (`before`) is not among those sent (`kept`), where its part sends another."""
    sent = {_of(row, FIGURE) for row in kept}
    taken: dict[tuple[Any, ...], dict[str, None]] = defaultdict(dict)
    for row in kept:
        taken[_of(row, PART)][f"{row['series']} {row['vintage']}".strip()] = None
    gone = Counter(
        (_of(row, PART), row["series"], row["vintage"])
        for row in before
        if _of(row, FIGURE) not in sent and _of(row, PART) in taken
    )
    return tuple(
        LeftOut(part[1], " ".join(part[3:5]).strip(), series, vintage, count, tuple(taken[part]))
        for (part, series, vintage), count in gone.items()
    )


def of_other_sources(before: Iterable[Row], sent: str) -> tuple[LeftOut, ...]:
    """Return what of the figures held (`before`) stays out because those of one source alone go out (`sent`)."""
    gone = Counter(
        (row["indicator"], _part(row), row["series"], row["vintage"]) for row in before if row["source"] != sent
    )
    return tuple(LeftOut(*found, count, (sent,)) for found, count in gone.items())


def _part(row: Row) -> str:
    return f"{row['disaggregation_type']} {row['disaggregation']}".strip()
