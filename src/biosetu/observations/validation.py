"""What must hold for every observation, on every way in. All problems are named at once, by row and column."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pyarrow as pa

from biosetu.framework import indicators, parties
from biosetu.observations.renamed import as_named_now
from biosetu.observations.schema import KEY, NEEDED, SCHEMA, SETTLED, SILENT, Source, Status
from biosetu.observations.units import Range, indicator_units, units, value_range
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

Record = Mapping[str, Any]
Fault = tuple[str, str, str, str]  # column, code, message, remedy
Rule = Callable[[Record, date], Iterator[Fault]]

FIRST_YEAR = 1500
FIRST_ROW = 2
LONGEST_TEXT = 10_000
_NATIONAL = re.compile(r"^national:[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")
_CONTEXT = re.compile(r"^context:[A-Za-z0-9][A-Za-z0-9_.\-]*$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_indicator(code: str) -> bool:
    """Return whether `code` is a code of the framework, `national:<uuid>` or `context:<series>`."""
    return code in indicators() or bool(_NATIONAL.match(code) or _CONTEXT.match(code))


def _party(row: Record, _: date) -> Iterator[Fault]:
    if row["party"] not in parties():
        yield "party", "unknown-party", N_("there is no such Party"), N_("Use the three-letter code, such as NPL")


def _indicator(row: Record, _: date) -> Iterator[Fault]:
    if not is_indicator(row["indicator"]):
        remedy = N_("Use a code of the framework (A.3), national:<UUID> or context:<series>")
        yield "indicator", "unknown-indicator", N_("there is no such indicator"), remedy


def _choices(row: Record, _: date) -> Iterator[Fault]:
    if row["source"] not in {item.value for item in Source}:
        yield "source", "source", N_("not a source"), ", ".join(item.value for item in Source)
    if row["status"] not in {item.value for item in Status}:
        yield "status", "status", N_("not a status"), ", ".join(item.value for item in Status)


def _years(row: Record, today: date) -> Iterator[Fault]:
    if not FIRST_YEAR <= row["year"] <= today.year:
        yield "year", "year", N_("not a year that an observation can have"), N_("Write a past year, such as 2020")
    start, end = row["period_start"], row["period_end"]
    if (start is None) != (end is None):
        yield "period_start", "period", N_("half a period"), N_("Give both its first and its last year, or neither")
    elif start is not None and not start <= row["year"] <= end:
        yield "period_start", "period", N_("the year lies outside its period"), N_("Correct the year or the period")


def _presence(row: Record, _: date) -> Iterator[Fault]:
    empty = row["value"] is None and not row["value_text"]
    if row["source"] in SILENT:
        if not empty:
            yield "value", "value-without-data", N_("a value where there is none"), N_("Clear it, or change the source")
        if not row["footnote"]:
            yield "footnote", "no-reason", N_("no reason is given"), N_("Say in the footnote why there is no figure")
    elif empty:
        yield "value", "no-value", N_("no value"), N_("Give a value, or use the source noData and say why")


def _unit(row: Record, _: date) -> Iterator[Fault]:
    unit = row["unit"]
    if row["source"] in SILENT and not unit:
        return
    if unit not in units():
        yield "unit", "unit", N_("there is no such unit"), N_("Use one of: ") + ", ".join(units())
    elif (allowed := indicator_units(row["indicator"])) and unit not in (*allowed, "answer"):
        yield "unit", "unit", N_("this indicator is not given in this unit"), N_("Use one of: ") + ", ".join(allowed)


def _numbers(row: Record, _: date) -> Iterator[Fault]:
    possible = value_range(row["indicator"], row["unit"])
    for column in ("value", "lower", "upper"):
        number = row[column]
        if number is None:
            continue
        if not math.isfinite(number):
            yield column, "not-finite", N_("not a finite number"), N_("Leave the cell empty where there is no value")
        elif not possible.holds(number):
            yield column, "range", N_("outside the possible range"), _bounds(possible)
    if row["resolution"] is not None and not 0 < row["resolution"] < math.inf:
        yield "resolution", "resolution", N_("not a rounding"), N_("Give the last digit's worth, such as 0.01")


def _bounds(possible: Range) -> str:
    low = "" if possible.minimum is None else f"{possible.minimum:g}"
    high = "" if possible.maximum is None else f"{possible.maximum:g}"
    return f"{low} … {high}".strip()


def _interval(row: Record, _: date) -> Iterator[Fault]:
    lower, value, upper = row["lower"], row["value"], row["upper"]
    known = [number for number in (lower, value, upper) if number is not None]
    if known != sorted(known):
        yield "lower", "interval", N_("the interval is not in order"), N_("It must be lower ≤ value ≤ upper")
    elif value is None and known:
        yield "value", "interval", N_("an interval without a value"), N_("Give the value too")


def _validation(row: Record, today: date) -> Iterator[Fault]:
    by, on = row["validated_by"], row["validated_on"]
    if row["status"] in SETTLED:
        if not by:
            yield "validated_by", "validation", N_("no office named"), N_("Name the office that validated the figure")
        if on is None:
            yield "validated_on", "validation", N_("no date of validation"), N_("Give the date, such as 2026-02-28")
    elif by or on is not None:
        yield "status", "validation", N_("validated by an office, but not by its status"), N_("Correct one of them")
    if on is not None and on > today:
        yield "validated_on", "validation", N_("a date in the future"), N_("Correct the date")
    if row["source"] == Source.NATIONAL and row["status"] == Status.COMPUTED:
        remedy = N_("Propose it: only the Party makes a computed figure its own")
        yield "status", "computed-national", N_("a computed figure is not national"), remedy


def _provenance(row: Record, _: date) -> Iterator[Fault]:
    for column in NEEDED.get(row["source"], ()):
        if not row[column]:
            remedy = N_("Fill it in: a number without its source is not shown")
            yield column, "provenance", N_("it is not said where the figure comes from"), remedy


def _disaggregation(row: Record, _: date) -> Iterator[Fault]:
    if bool(row["disaggregation_type"]) != bool(row["disaggregation"]):
        remedy = N_("Give both its kind and its name, or neither")
        yield "disaggregation", "disaggregation", N_("half a disaggregation"), remedy


def _texts(row: Record, _: date) -> Iterator[Fault]:
    for column, value in row.items():
        if not isinstance(value, str):
            continue
        if _CONTROL.search(value):
            yield column, "control", N_("a character that cannot be shown"), N_("Type the text anew")
        if value != value.strip():
            yield column, "spaces", N_("spaces around the text"), N_("Remove them")
        if len(value) > LONGEST_TEXT:
            yield column, "too-long", N_("the text is too long"), N_("Keep it under 10,000 characters")


RULES: tuple[Rule, ...] = (
    _party,
    _indicator,
    _choices,
    _years,
    _presence,
    _unit,
    _numbers,
    _interval,
    _validation,
    _provenance,
    _disaggregation,
    _texts,
)


def row_problems(row: Record, today: date, *, file: str = "", number: int | None = None) -> list[Problem]:
    """Return what is wrong with one observation."""
    return [
        Problem(message, remedy, code, file, number, column, "" if row[column] is None else str(row[column])[:80])
        for rule in RULES
        for column, code, message, remedy in rule(row, today)
    ]


def _twins(rows: list[dict[str, Any]], file: str) -> Iterator[Problem]:
    first: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows, start=FIRST_ROW):
        if row["year"] < FIRST_YEAR:  # a year that could not be read: named already, and no key
            continue
        key = tuple(row[name] for name in KEY)
        if key in first:
            yield Problem(
                N_("the same observation twice"),
                say("Keep one of the two; the other is in row {row}", row=first[key]),
                "duplicate",
                file,
                number,
                "party",
                " ".join(str(part) for part in key if part != ""),
            )
        first.setdefault(key, number)


def _mixed_methods(rows: list[dict[str, Any]], file: str) -> Iterator[Problem]:
    """Name rows whose unit or rounding differs from the rest of their series, vintage and method."""
    seen: dict[tuple[Any, ...], Any] = {}
    for number, row in enumerate(rows, start=FIRST_ROW):
        if row["value"] is None:
            continue
        key = tuple(row[name] for name in KEY if name != "year")
        if seen.setdefault(key, row["unit"]) != row["unit"]:
            yield Problem(
                N_("a series changes its unit"),
                N_("Give another series name to figures in another unit"),
                "mixed-units",
                file,
                number,
                "unit",
                row["unit"],
            )


def problems_of(table: pa.Table, *, file: str = "", today: date | None = None) -> list[Problem]:
    """Return every problem of a table of observations, in the order of its rows.

    `table` has the columns and types of `SCHEMA`. Rows are counted as in a spreadsheet: the first is row 2.
    `today` bounds years and dates; it defaults to the present day in UTC.
    """
    day = today or datetime.now(UTC).date()
    rows = table.to_pylist()
    check = partial(row_problems, today=day, file=file)
    found = [problem for number, row in enumerate(rows, FIRST_ROW) for problem in check(row, number=number)]
    found += [*_twins(rows, file), *_mixed_methods(rows, file)]
    return sorted(found, key=lambda problem: (problem.row or 0, SCHEMA.names.index(problem.column)))


def validate(table: pa.Table, *, file: str = "", today: date | None = None) -> pa.Table:
    """Return the table cast to `SCHEMA`, series under the names of today, if all of it is right.

    Else raise `DataError` with every problem.
    """
    try:
        typed = as_named_now(table.select(SCHEMA.names).cast(SCHEMA))
    except (KeyError, pa.ArrowInvalid, ValueError) as error:
        message = N_("not a table of observations")
        raise DataError(Problem(message, str(error), "schema", file)) from error
    if problems := problems_of(typed, file=file, today=today):
        raise DataError(problems)
    return typed
