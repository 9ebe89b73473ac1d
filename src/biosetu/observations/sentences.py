"""Sentences as data: a message, named for programs, with the values that go into it; reports translate them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from biosetu.framework import elements, targets
from biosetu.observations.units import units
from biosetu.translation import translations

Value = str | int | float


_UNITS = frozenset({"unit", "difference"})
_WORDS = frozenset({"direction", "text", "level"})
_UNWRITTEN = frozenset({"index", "proportion", "flag", "count"})
_SPACES = re.compile(r"\s+(?=[).,:;]|\s|$)")

MOST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """`message` is the English text with `{names}`, marked with `N_` where it is written; `id` names it.

    Among the values, `unit` and `difference` are codes of units, `direction`, `text` and `level` words that are
    translated themselves, `title` and `part` codes of a goal or target and of one of its parts.
    """

    id: str
    message: str
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, language: str = "en") -> str:
        """Return the sentence in a language, in English where it is not translated; numbers as they stand."""
        say = translations(language).gettext
        shown = {name: _shown(name, value, language) for name, value in self.values.items()}
        return _SPACES.sub("", say(self.message).format(**shown)) if self.message else ""

    def as_dict(self) -> dict[str, object]:
        """Return id, message and values, for JSON."""
        return {"id": self.id, "message": self.message, "values": dict(self.values)}


def rounded(value: float, resolution: float | None) -> float:
    """Return a value at the rounding of its source, or with four significant digits where that is unknown or finer.

    Whole numbers are never shortened.
    """
    if value == 0 or not math.isfinite(value):
        return value
    readable = max(0, MOST_DIGITS - 1 - math.floor(math.log10(abs(value))))
    if resolution is None or resolution <= 0:
        return float(f"{value:.{MOST_DIGITS}g}")
    digits = max(0, round(-math.log10(resolution)))
    return round(value, min(digits, readable)) + 0.0


def plain_number(value: Value) -> str:
    """Return a number for reading: no exponent, thousands separated, no digits that say nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    text = f"{value:,.7f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _shown(name: str, value: Value, language: str) -> str:
    if name in _UNITS:
        known = units().get(str(value))
        return "" if value in _UNWRITTEN else known.label(language) if known else str(value)
    if name in _WORDS and value:
        return translations(language).gettext(str(value))
    if name == "title" and value in targets():
        return targets()[str(value)].title(language)
    if name == "part" and value in elements():
        return elements()[str(value)].wording(language)
    return plain_number(value)
