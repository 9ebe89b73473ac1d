"""The tables in `data/`: the tool's columns, units, categories, tolerances, and what can be wrong with a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from biosetu.observations.packaged import packaged_rows


def rows(name: str) -> list[dict[str, str]]:
    """Return the records of one table of `data/`."""
    return packaged_rows("biosetu.reports.cbd", name)


@dataclass(frozen=True, slots=True)
class Column:
    """One of the nine columns of the upload workbook."""

    position: int
    field: str
    header: str


@dataclass(frozen=True, slots=True)
class UnitRule:
    """What a unit of an indicator allows. `whole`: disaggregated values are parts of one whole."""

    unit: str
    kind: str
    minimum: float | None
    maximum: float | None
    whole: bool


@dataclass(frozen=True, slots=True)
class Disaggregation:
    """A disaggregation of a detailed template. `exclusive`: nothing falls into two of its categories."""

    indicator: str
    position: int
    type: str
    exclusive: bool
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The years in which a calendar can be mistaken for the Gregorian one."""

    name: str
    first: int
    last: int
    mark: str


@dataclass(frozen=True, slots=True)
class Plausible:
    """The largest change between two years given that passes without a word."""

    change_per_year: float | None
    factor: float | None


@cache
def columns() -> tuple[Column, ...]:
    """Return the nine columns in their order."""
    return tuple(Column(int(row["position"]), row["field"], row["header"]) for row in rows("columns"))


@cache
def unit_kinds() -> Mapping[str, str]:
    """Return the kind (percent, index, area …) of each unit; any currency is `money`."""
    return MappingProxyType({row["unit"]: row["kind"] for row in rows("unit_names")} | {"money": "money", "*": "any"})


@cache
def area_units() -> Mapping[str, float]:
    """Return the size of each unit of area [km2]."""
    return MappingProxyType({row["unit"]: float(row["km2"]) for row in rows("area_units")})


@cache
def unit_names() -> Mapping[str, str]:
    """Return the unit that each spelling means."""
    return MappingProxyType({row["name"].casefold(): row["unit"] for row in rows("unit_names")})


@cache
def unit_rules() -> Mapping[str, Mapping[str, UnitRule]]:
    """Return indicator → unit → rule; `*` allows any unit."""
    found: dict[str, dict[str, UnitRule]] = {}
    for row in rows("indicator_units"):
        rule = UnitRule(
            row["unit"],
            unit_kinds()[row["unit"]],
            _number(row["minimum"]),
            _number(row["maximum"]),
            row["whole"] == "yes",
        )
        found.setdefault(row["indicator"], {})[rule.unit] = rule
    return MappingProxyType(found)


@cache
def category_lists() -> Mapping[str, tuple[str, ...]]:
    """Return the closed lists of categories by id."""
    found: dict[str, list[str]] = {}
    for row in rows("categories"):
        found.setdefault(row["list"], []).append(row["category"])
    return MappingProxyType({name: tuple(values) for name, values in found.items()})


@cache
def disaggregations() -> Mapping[str, tuple[Disaggregation, ...]]:
    """Return the disaggregations of the detailed templates by indicator, in the order of their columns."""
    found: dict[str, list[Disaggregation]] = {}
    for row in rows("disaggregations"):
        entry = Disaggregation(
            row["indicator"],
            int(row["position"]),
            row["type"],
            row["exclusive"] == "yes",
            category_lists().get(row["list"], ()),
        )
        found.setdefault(entry.indicator, []).append(entry)
    return MappingProxyType({code: tuple(entries) for code, entries in found.items()})


@cache
def tolerances() -> Mapping[str, float]:
    """Return the tolerances of the checks by name."""
    return MappingProxyType({row["name"]: float(row["value"]) for row in rows("tolerances")})


@cache
def calendars() -> tuple[Calendar, ...]:
    """Return the calendars whose years are mistaken for Gregorian ones."""
    return tuple(
        Calendar(row["calendar"], int(row["first"]), int(row["last"]), row["mark"]) for row in rows("calendars")
    )


@cache
def party_calendars() -> Mapping[str, frozenset[str]]:
    """Return the calendars that a Party's offices write beside the Gregorian one."""
    found: dict[str, set[str]] = {}
    for row in rows("party_calendars"):
        found.setdefault(row["party"], set()).add(row["calendar"])
    return MappingProxyType({party: frozenset(names) for party, names in found.items()})


@cache
def plausible() -> Mapping[str, Plausible]:
    """Return the largest plausible change by kind of unit."""
    return MappingProxyType(
        {row["kind"]: Plausible(_number(row["change_per_year"]), _number(row["factor"])) for row in rows("plausible")}
    )


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
