"""What was measured again after help: a plan's baseline beside later figures of the same series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

OWN = "national"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of the plan's series that is younger than its baseline: year, value, change since, where it is from."""

    year: int
    value: float
    change: float
    status: str
    source: str
    vintage: str


def measured_again(
    rows: Iterable[Mapping[str, Any]], *, indicator: str, series: str, unit: str, baseline: float, year: int
) -> Measured | None:
    """Return the newest figure after `year` of the indicator and series, in the baseline's own unit; None without one.

    `rows` are Observations of the Party. Only figures for the whole (no disaggregation) with a value are compared; the
    Party's own come before global ones of the same year. Figures in another unit are never converted.
    """
    fitting = [
        row
        for row in rows
        if row["indicator"] == indicator
        and row["series"] == series
        and row["unit"] == unit
        and not row["disaggregation"]
        and row["value"] is not None
        and row["year"] > year
    ]
    if not fitting:
        return None
    newest = max(fitting, key=lambda row: (row["year"], row["source"] == OWN, row["vintage"]))
    value = float(newest["value"])
    source = newest["inputs"] or newest["holder"] or newest["method"]
    return Measured(newest["year"], value, value - baseline, newest["status"], source, newest["vintage"])
