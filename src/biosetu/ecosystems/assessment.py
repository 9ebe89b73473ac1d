"""Assess ecosystems: one row of evidence each, criteria A to E, the overall category with its plausible range."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import pyarrow as pa

from biosetu.ecosystems.change import change
from biosetu.ecosystems.criteria import (
    Answer,
    Conditions,
    Finding,
    collapse_risk,
    decline,
    degradation,
    few_locations,
    not_evaluated,
    small_range,
)
from biosetu.ecosystems.intervals import Interval, Value, parse_answer, parse_interval
from biosetu.ecosystems.thresholds import DEFAULT_VERSION, ORDER, Guidelines, guidelines, worst
from biosetu.problems import DataError, Problem

Read = TypeVar("Read")

DECLINES = ("A1", "A2a", "A2b", "A3")
RANGES = ("B1", "B2", "B3")
DEGRADATIONS = ("C1", "C2a", "C2b", "C3", "D1", "D2a", "D2b", "D3")
CRITERIA = (*DECLINES, *RANGES, *DEGRADATIONS, "E")
LETTERS = ("A", "B", "C", "D")  # E has no parts
ABOUT = (
    "ecosystem", "name", "original_name", "original_language", "national_type", "functional_group", "level",
    "membership", "area", "date", "scope", "collapse", "assessors", "reviewers", "citation", "confidence", "evidence",
)  # fmt: skip
TREND = ("trend_decline_50y_percent", "trend_decline_50y_low_percent", "trend_decline_50y_high_percent")
GREATEST_GROWTH = -1e6  # [%] as decline: beyond that a number says no more
CONDITIONS = ("decline_extent", "decline_environment", "decline_biotic", "threats")
CELL_COLUMNS = ("aoo_cells", "aoo_cells_small", "aoo_cells_cumulative")
VALUES = (
    *(f"{criterion}_decline_percent" for criterion in DECLINES),
    "eoo_km2",
    *CELL_COLUMNS,
    *CONDITIONS,
    "locations",
    "few_locations_threatened",
    *(f"{criterion}_{what}_percent" for criterion in DEGRADATIONS for what in ("severity", "extent")),
    "E_50_years_percent",
    "E_100_years_percent",
)
TEMPLATE = (*ABOUT, *VALUES)
READINGS = dict(zip(("all", "small", "cumulative"), CELL_COLUMNS, strict=True))


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of a severity-extent curve: over which share of the distribution the severity is at least so much [%]."""

    severity: float
    extent: Interval


@dataclass(frozen=True, slots=True)
class Assessed:
    """One ecosystem: what is known of it, the finding under each sub-criterion, the overall outcome.

    `curves` holds the severity-extent curves of C and D by sub-criterion, where two or more of their points are known.
    """

    about: Mapping[str, str]
    version: str
    reading: str
    findings: tuple[Finding, ...]
    cells_by_reading: Mapping[str, Finding]
    curves: Mapping[str, tuple[CurvePoint, ...]]

    @property
    def category(self) -> str:
        """The overall category: the highest under any sub-criterion."""
        return worst(tuple(finding.category for finding in self.findings))

    @property
    def low(self) -> str:
        """The lower plausible bound of the overall category."""
        return worst(tuple(finding.low for finding in self.findings))

    @property
    def high(self) -> str:
        """The upper plausible bound."""
        return worst(tuple(finding.high for finding in self.findings))

    def under(self, letter: str) -> Finding:
        """Return what one criterion, A to E, gives: the highest of its sub-criteria, and of their bounds."""
        own = [finding for finding in self.findings if finding.criterion.startswith(letter)]
        best, low, high = (worst(tuple(getattr(each, what) for each in own)) for what in ("category", "low", "high"))
        return Finding(letter, best, low, high)

    @property
    def criteria(self) -> str:
        """The codes under which the overall category is reached, as in `A2b + B1a(i)b`."""
        return " + ".join(
            finding.code for finding in self.findings if finding.code and finding.category == self.category
        )


def assess(
    rows: Sequence[Mapping[str, str]], version: str = DEFAULT_VERSION, reading: str | None = None, file: str = ""
) -> list[Assessed]:
    """Assess ecosystems, all problems of all rows listed at once.

    Args:
        rows: cells by column of TEMPLATE; missing columns count as empty. An empty cell is not evaluated, `DD` or
            `unknown` is data deficient; numbers may carry bounds, `35 (30-40)`. Points of a severity-extent curve are
            separated by `|`.
        version: guidelines.
        reading: of the 1 % rule for B2, `all`, `small`, `cumulative`; without it that of the guidelines.
        file: name for problems.

    Raises:
        DataError: cells that cannot be read, each with its row, column and remedy.
        UsageError: unknown guidelines.
    """
    rules = guidelines(version)
    problems: list[Problem] = []
    found = []
    for number, row in enumerate(rows, start=2):
        cells = _Cells(row, number, file, problems)
        found.append(_assess_one(cells, rules, reading or rules.cell_reading))
    if problems:
        raise DataError(problems)
    return found


@dataclass(frozen=True, slots=True)
class _Cells:
    row: Mapping[str, str]
    number: int
    file: str
    problems: list[Problem]

    def value(self, column: str) -> Value:
        return self._read(column, parse_interval)

    def answer(self, column: str) -> Answer:
        return self._read(column, parse_answer)

    def curve(self, column: str) -> list[Value]:
        return [self._parsed(column, part, parse_interval) for part in self.row.get(column, "").split("|")]

    def _read(self, column: str, parse: Callable[[str], Read]) -> Read | None:
        return self._parsed(column, self.row.get(column, ""), parse)

    def _parsed(self, column: str, text: str, parse: Callable[[str], Read]) -> Read | None:
        try:
            found = parse(text)
        except ValueError as error:
            self.problems.append(Problem("cannot be read", str(error), "value", self.file, self.number, column, text))
            return None
        self._check(column, text, found)
        return found

    def _check(self, column: str, text: str, found: object) -> None:
        low, high = getattr(found, "low", 0.0), getattr(found, "high", 0.0)
        share = column.endswith("_percent")
        declines = "decline_percent" in column
        if (share and high > 100) or (low < 0 and not declines):
            remedy = "Give a percentage up to 100." if share else "Give a number that is not negative."
            self.problems.append(Problem("is out of range", remedy, "range", self.file, self.number, column, text))


def _assess_one(cells: _Cells, rules: Guidelines, reading: str) -> Assessed:
    extent, environment, biotic, threats = (cells.answer(name) for name in CONDITIONS)
    conditions = Conditions(extent, environment, biotic, threats, cells.value("locations"))
    by_reading = {
        name: small_range("B2", cells.value(column), conditions, rules)
        for name, column in READINGS.items()
        if cells.row.get(column, "").strip()
    }
    used = reading if reading in by_reading else "all"
    chosen = by_reading.get(used) or not_evaluated("B2")
    findings = [decline(name, cells.value(f"{name}_decline_percent"), rules) for name in DECLINES]
    findings += [small_range("B1", cells.value("eoo_km2"), conditions, rules), chosen]
    findings.append(few_locations(cells.answer("few_locations_threatened")))
    findings += [_degradation(name, cells, rules) for name in DEGRADATIONS]
    findings.append(_collapse(cells, rules))
    about = {name: cells.row.get(name, "") for name in ABOUT}
    curves = {name: points for name in DEGRADATIONS if len(points := _curve(name, cells)) > 1}
    return Assessed(about, rules.version, used, tuple(findings), by_reading, curves)


def _curve(name: str, cells: _Cells) -> tuple[CurvePoint, ...]:
    """Return the known points of a curve by rising severity; what cannot be read is told elsewhere."""
    quiet = replace(cells, problems=[])
    severities, extents = quiet.curve(f"{name}_severity_percent"), quiet.curve(f"{name}_extent_percent")
    known = [
        CurvePoint(severity.best, extent)
        for severity, extent in zip(severities, extents, strict=False)
        if isinstance(severity, Interval) and isinstance(extent, Interval)
    ]
    return tuple(sorted(known, key=lambda point: point.severity))


def _degradation(name: str, cells: _Cells, rules: Guidelines) -> Finding:
    severity, extent = cells.curve(f"{name}_severity_percent"), cells.curve(f"{name}_extent_percent")
    try:
        return degradation(name, severity, extent, rules)
    except ValueError:
        remedy = "Give as many extents as severities, separated by |."
        cells.problems.append(Problem("does not fit its severities", remedy, "curve", cells.file, cells.number, name))
        return degradation(name, [None], [None], rules)


def _collapse(cells: _Cells, rules: Guidelines) -> Finding:
    near, far = cells.value("E_50_years_percent"), cells.value("E_100_years_percent")
    try:
        return collapse_risk(near, far, rules)
    except ValueError:
        column, remedy = "E_100_years_percent", "What collapses within 50 years has collapsed within 100."
        message, text = "is less than within 50 years", cells.row.get(column, "")
        cells.problems.append(Problem(message, remedy, "horizons", cells.file, cells.number, column, text))
        return not_evaluated("E")


def assessment_table(found: Sequence[Assessed]) -> pa.Table:
    """Return one row per ecosystem: overall outcome first, then each criterion and sub-criterion as `EN (VU–EN)`.

    `year` is that of the record's date, so that the tables of several dates, one below the other, are a history.
    `reasons` tells what each finding rests on; `near_threshold` names sub-criteria that are near misses;
    `cells_by_reading` shows B2 under each reading of the 1 % rule; `version` the guidelines.
    """
    columns: dict[str, list[str]] = {
        name: [each.about[name] for each in found]
        for name in ("ecosystem", "name", "national_type", "functional_group")
    }
    columns["area"] = [each.about["area"] for each in found]
    columns["year"] = [year_of(each.about["date"]) for each in found]
    columns["category"] = [each.category for each in found]
    columns["criteria"] = [each.criteria for each in found]
    columns["category_low"] = [each.low for each in found]
    columns["category_high"] = [each.high for each in found]
    columns["version"] = [each.version for each in found]
    for letter in LETTERS:
        columns[letter] = [with_range(each.under(letter)) for each in found]
    for index, criterion in enumerate(CRITERIA):
        columns[criterion] = [with_range(each.findings[index]) for each in found]
    columns["cells_by_reading"] = [
        "; ".join(f"{name} {finding.category}" for name, finding in each.cells_by_reading.items()) for each in found
    ]
    columns["reasons"] = ["; ".join(f"{f.criterion}: {f.reason}" for f in each.findings if f.reason) for each in found]
    columns["near_threshold"] = [", ".join(f.criterion for f in each.findings if f.near) for each in found]
    columns["collapse"] = [each.about["collapse"] for each in found]
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def year_of(date: str) -> str:
    """Return the first year that a date names, as in 2020, 2020-05-01 or May 2020; empty where it names none."""
    found = re.search(r"(?<!\d)\d{4}(?!\d)", date)
    return found[0] if found else ""


def with_range(finding: Finding) -> str:
    """Return a category with its plausible range where it has one, as in `EN (VU–EN)`."""
    if finding.low == finding.high == finding.category:
        return finding.category
    return f"{finding.category} ({finding.low}–{finding.high})"


def template_rows(measures: Sequence[Mapping[str, object]], past: bool = False) -> list[dict[str, str]]:
    """Return the template filled with what maps tell: decline as A2b, extent as B1, cells as B2.

    Decline over 50 years is extrapolated from the earliest to the latest date at its geometric rate, the bounds being
    those of the linear and the geometric shape; of three or more dates it is that of their trend, with its interval. It
    goes to A2b, the window of any 50 years, and to A1 as well when the
    maps themselves span 50 years, or `past` says that the rate held through the past 50 years. Cells are the smallest
    over grid origins. The conditions of B stay empty: a person knows them.

    Args:
        measures: rows of `ecosystems measure`.
        past: whether A1 may be extrapolated.
    """
    by_class: dict[str, list[Mapping[str, object]]] = {}
    for row in measures:
        by_class.setdefault(f"{row.get('zone') or ''}|{row['class']}", []).append(row)
    return [_template_row(sorted(rows, key=_date), past) for rows in by_class.values()]


def _date(row: Mapping[str, object]) -> float:
    return float(str(row["date"])) if row["date"] not in (None, "") else 0.0


def _template_row(rows: Sequence[Mapping[str, object]], past: bool) -> dict[str, str]:
    first, last = rows[0], rows[-1]
    filled = dict.fromkeys(TEMPLATE, "")
    filled |= {
        "ecosystem": str(last["class"]),
        "name": str(last.get("name") or ""),
        "national_type": str(last.get("national_type") or ""),
        "functional_group": str(last.get("functional_group") or ""),
        "area": str(last.get("zone") or ""),
    }
    filled["date"] = str(last["date"] or "")
    for column, source in (
        ("eoo_km2", "eoo_km2"),
        *((name, name.replace("aoo_cells", "aoo_cells_min")) for name in READINGS.values()),
    ):
        filled[column] = _text(last.get(source))
    years = _date(last) - _date(first)
    window = _window(rows, years)
    if window:
        filled["A2b_decline_percent"] = window
        if past or years >= 50:
            filled["A1_decline_percent"] = window
    return filled


def _window(rows: Sequence[Mapping[str, object]], years: float) -> str:
    column = "area_adjusted_km2" if all(row.get("area_adjusted_km2") not in (None, "") for row in rows) else "area_km2"
    before, after = float(str(rows[0][column])), float(str(rows[-1][column]))
    if years <= 0 or before <= 0:
        return ""
    if len(rows) > 2 and all(rows[-1].get(name) not in (None, "") for name in TREND):
        declines = [float(str(rows[-1][name])) for name in TREND]
    else:
        limits = [_limits(row, column) for row in (rows[0], rows[-1])]
        found = change(before, after, years, limits[0], limits[1])
        declines = [getattr(found, name.removeprefix("trend_")) for name in TREND]
    best, low, high = (max(each, GREATEST_GROWTH) for each in declines)
    return f"{best:.6g} ({low:.6g} to {high:.6g})"


def _limits(row: Mapping[str, object], column: str) -> tuple[float, float] | None:
    if column == "area_km2":
        return None
    return float(str(row["area_adjusted_low_km2"])), float(str(row["area_adjusted_high_km2"]))


def _text(value: object) -> str:
    return "" if value is None or value == "" else f"{float(str(value)):.10g}"


def category_counts(found: Sequence[Assessed]) -> dict[str, int]:
    """Return how many ecosystems have each category, in ORDER from CO down."""
    return {name: sum(each.category == name for each in found) for name in reversed(ORDER)}
