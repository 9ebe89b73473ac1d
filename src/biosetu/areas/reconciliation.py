"""The official figure, the database's and the one computed here side by side, with the difference by cause."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure on the share protected [%]. origin: official, database or computed; source: where it is from."""

    origin: str
    share_percent: float
    year: int
    source: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A measured part of a difference: what changing one thing adds or takes [percentage points]."""

    cause: str
    points: float


def causes() -> tuple[str, ...]:
    """Return the causes of difference that are known by name; `data/difference_causes.csv` says what each means."""
    text = (files("biosetu.areas") / "data" / "difference_causes.csv").read_text(encoding="utf-8")
    return tuple(row["cause"] for row in csv.DictReader(text.splitlines()))


def reconcile(figures: list[Figure], measured: list[Cause]) -> pa.Table:
    """Return one row a figure (origin, share_percent, year, source, difference to the computed one) and one a cause.

    Causes that were measured (each by computing again with one input changed) have their points; the others of the
    list stand with none, for the Party to say; `unexplained` is what the measured ones leave of official minus
    computed. Raises ValueError without a computed figure or for a cause that is not in the list.
    """
    computed = next((figure for figure in figures if figure.origin == "computed"), None)
    if computed is None:
        raise ValueError("a computed figure is needed to reconcile with")
    unknown = {item.cause for item in measured} - set(causes())
    if unknown:
        raise ValueError(f"not a known cause: {', '.join(sorted(unknown))}")
    rows: list[dict[str, object]] = [
        {
            "row": "figure",
            "name": figure.origin,
            "share_percent": figure.share_percent,
            "year": figure.year,
            "points": figure.share_percent - computed.share_percent,
            "source": figure.source,
        }
        for figure in figures
    ]
    points = {item.cause: item.points for item in measured}
    rows += [_cause_row(cause, points.get(cause)) for cause in causes()]
    official = next((figure for figure in figures if figure.origin == "official"), None)
    if official is not None:
        left = official.share_percent - computed.share_percent - sum(points.values())
        rows.append(_cause_row("unexplained", left))
    return pa.Table.from_pylist(rows)


def _cause_row(cause: str, points: float | None) -> dict[str, object]:
    return {"row": "cause", "name": cause, "share_percent": None, "year": None, "points": points, "source": ""}
