"""Units and the ranges of values: tables in `data/`, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from biosetu.observations.packaged import packaged_rows

ANY = "*"
ROOM = "biosetu.observations"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as stored, with its names and the range that every value in it keeps."""

    code: str
    label_en: str
    label_ar: str
    minimum: float | None
    maximum: float | None

    def label(self, language: str) -> str:
        """Return how the unit is written beside a number."""
        return self.label_ar if language == "ar" and self.label_ar else self.label_en


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest value that is possible; None where there is no bound."""

    minimum: float | None
    maximum: float | None

    def holds(self, value: float) -> bool:
        """Return whether `value` lies within, bounds included."""
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


@cache
def units() -> Mapping[str, Unit]:
    """Return the units by code."""
    return MappingProxyType(
        {
            row["unit"]: Unit(
                row["unit"], row["label_en"], row["label_ar"], _number(row["minimum"]), _number(row["maximum"])
            )
            for row in packaged_rows(ROOM, "units")
        }
    )


@cache
def _aliases() -> Mapping[str, str]:
    found = {row["unit"].casefold(): row["unit"] for row in packaged_rows(ROOM, "units")}
    for row in packaged_rows(ROOM, "units"):
        found |= {alias.strip().casefold(): row["unit"] for alias in row["aliases"].split(";") if alias.strip()}
    return MappingProxyType(found)


def unit_code(text: str) -> str:
    """Return the stored code of a unit written in a usual way (`%` → `percent`); unknown text comes back as it is."""
    return _aliases().get(text.strip().casefold(), text.strip())


@cache
def _allowed() -> Mapping[str, Mapping[str, Range]]:
    found: dict[str, dict[str, Range]] = {}
    for row in packaged_rows(ROOM, "indicator_units"):
        found.setdefault(row["indicator"], {})[row["unit"]] = Range(_number(row["minimum"]), _number(row["maximum"]))
    return MappingProxyType(found)


def indicator_units(indicator: str) -> tuple[str, ...]:
    """Return the units that an indicator is reported in; empty where any unit is right."""
    allowed = _allowed().get(indicator, {})
    return () if ANY in allowed else tuple(allowed)


def value_range(indicator: str, unit: str) -> Range:
    """Return the possible values of an indicator in a unit: the indicator's own bounds, else the unit's."""
    own = _allowed().get(indicator, {}).get(unit)
    general = units().get(unit)
    if own is not None and (own.minimum is not None or own.maximum is not None):
        return own
    return Range(general.minimum, general.maximum) if general else Range(None, None)
