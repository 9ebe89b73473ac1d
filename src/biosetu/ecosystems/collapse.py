"""Criterion E: the probability of collapse within 50 and 100 years, from the runs of somebody's own models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

import pyarrow as pa

from biosetu.ecosystems.intervals import ANSWERS, Interval
from biosetu.ecosystems.severity import collapse_probability
from biosetu.problems import DataError, Problem
from biosetu.translation import say

HORIZONS = (50, 100)
FEWEST_COLUMNS = ("ecosystem", "run", "year")


@dataclass(frozen=True, slots=True)
class Collapse:
    """When a run has collapsed: where it says so (no threshold), or where its value is at the threshold or beyond.

    `above` tells that collapse lies at high values. `level` is that of the interval. `start` is the year from which the
    horizons count, without it the earliest of an ecosystem's runs.
    """

    threshold: float | None = None
    above: bool = False
    level: float = 0.95
    start: float | None = None

    def of_value(self, value: float) -> bool:
        """Return whether a value means collapse."""
        if self.threshold is None:
            raise ValueError("a value needs a threshold")
        return value >= self.threshold if self.above else value <= self.threshold


@dataclass(frozen=True, slots=True)
class Horizon:
    """How many runs collapsed within so many years, and the probability with its interval [%].

    None where some run ended before the horizon without collapse: then nobody knows.
    """

    years: int
    runs: int
    collapsed: int
    probability: Interval | None


@dataclass(frozen=True, slots=True)
class CollapseRisk:
    """One ecosystem: its first year, and what the runs say for each horizon."""

    ecosystem: str
    start: float
    horizons: tuple[Horizon, ...]

    def cells(self) -> dict[str, str]:
        """Return the cells of the assessment's template; a horizon that the runs do not reach is left empty."""
        return {
            f"E_{each.years}_years_percent": "" if each.probability is None else _cell(each.probability)
            for each in self.horizons
        }


def _cell(value: Interval) -> str:
    return f"{value.best:.6g} ({value.low:.6g} to {value.high:.6g})"


def collapse_risks(rows: Sequence[Mapping[str, str]], rule: Collapse, file: str = "") -> dict[str, CollapseRisk]:
    """Return the probability of collapse of each ecosystem from a table of model runs.

    A run collapses in the first year that means collapse, for good: criterion E asks whether the ecosystem collapses
    within the time, not whether it is collapsed at its end (Keith et al. 2013, doi:10.1371/journal.pone.0062111; IUCN
    2024, doi:10.2305/CJDF9122). Years count from the rule's start; what a run did before it is not looked at. A run
    that ends before a horizon without collapse says nothing of it. The interval is that of Clopper and Pearson (1934):
    what so many runs can tell; whether the model is right it does not say.

    Args:
        rows: ecosystem, run, year, and collapsed (yes or no), or value where the rule has a threshold.
        rule: what collapse means.
        file: name for problems.

    Raises:
        DataError: missing columns, or every cell that cannot be read, a year twice in a run.
    """
    column = "collapsed" if rule.threshold is None else "value"
    needed = (*FEWEST_COLUMNS, column)
    missing = [name for name in needed if rows and name not in rows[0]]
    if not rows or missing:
        what = say("lacks {missing}", missing=", ".join(missing)) if rows else "has no runs"
        remedy: str = say("Use the columns {needed}; with values, say --threshold.", needed=", ".join(needed))
        raise DataError(Problem(what, remedy, "columns", file))
    problems: list[Problem] = []
    runs: dict[str, dict[str, dict[float, bool]]] = {}
    for number, row in enumerate(rows, start=2):
        _take(row, number, file, rule, runs, problems)
    if problems:
        raise DataError(problems)
    found = {name: _risk(name, list(own.values()), rule) for name, own in runs.items()}
    if unknown := [name for name, risk in found.items() if risk is None]:
        remedy = "Give an earlier --start, or runs that reach it."
        raise DataError(
            [Problem("has no year from the start on", remedy, "runs", file, value=name) for name in unknown]
        )
    return {name: risk for name, risk in found.items() if risk is not None}


def _take(
    row: Mapping[str, str],
    number: int,
    file: str,
    rule: Collapse,
    runs: dict[str, dict[str, dict[float, bool]]],
    problems: list[Problem],
) -> None:
    year, collapsed = _number(row["year"]), _collapsed(row, rule)
    own = runs.setdefault(row["ecosystem"], {}).setdefault(row["run"], {})
    column = "collapsed" if rule.threshold is None else "value"
    for wrong, where, message, remedy in (
        (not row["ecosystem"], "ecosystem", "names no ecosystem", "Give each row its ecosystem."),
        (not row["run"], "run", "names no run", "Number the runs."),
        (not isfinite(year), "year", "is no year", "Write a number."),
        (year in own, "year", "stands twice in this run", "Keep one."),
        (
            collapsed is None,
            column,
            "cannot be read",
            "Write yes or no." if column == "collapsed" else "Write a number.",
        ),
    ):
        if wrong:
            problems.append(Problem(message, remedy, "runs", file, number, where, row[where]))
    own[year] = bool(collapsed)


def _collapsed(row: Mapping[str, str], rule: Collapse) -> bool | None:
    if rule.threshold is None:
        return ANSWERS.get(row["collapsed"].strip().casefold())
    value = _number(row["value"])
    return rule.of_value(value) if isfinite(value) else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return nan


def _risk(name: str, runs: Sequence[Mapping[float, bool]], rule: Collapse) -> CollapseRisk | None:
    start = min(year for run in runs for year in run) if rule.start is None else rule.start
    seen = [{year: gone for year, gone in run.items() if year >= start} for run in runs]
    if not all(seen):
        return None
    first = [min((year for year, gone in run.items() if gone), default=None) for run in seen]
    last = [max(run) for run in seen]
    return CollapseRisk(name, start, tuple(_horizon(years, start, first, last, rule.level) for years in HORIZONS))


def _horizon(years: int, start: float, first: Sequence[float | None], last: Sequence[float], level: float) -> Horizon:
    end = start + years
    gone = [collapse is not None and collapse <= end for collapse in first]
    known = all(collapsed or reached >= end for collapsed, reached in zip(gone, last, strict=True))
    probability = collapse_probability(sum(gone), len(gone), level) if known else None
    return Horizon(years, len(gone), sum(gone), probability)


def risks_table(risks: Mapping[str, CollapseRisk]) -> pa.Table:
    """Return one row an ecosystem and horizon: ecosystem, start, years, runs, collapsed, percent, low, high."""
    rows = [
        {
            "ecosystem": risk.ecosystem,
            "start": risk.start,
            "years": each.years,
            "runs": each.runs,
            "collapsed": each.collapsed,
            "percent": each.probability.best if each.probability else None,
            "low_percent": each.probability.low if each.probability else None,
            "high_percent": each.probability.high if each.probability else None,
        }
        for risk in risks.values()
        for each in risk.horizons
    ]
    names = ("ecosystem", "start", "years", "runs", "collapsed", "percent", "low_percent", "high_percent")
    kinds = (pa.string(), pa.float64(), pa.int32(), pa.int32(), pa.int32(), pa.float64(), pa.float64(), pa.float64())
    return pa.Table.from_pylist(rows, schema=pa.schema(list(zip(names, kinds, strict=True))))
