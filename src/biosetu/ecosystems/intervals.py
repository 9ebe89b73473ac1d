"""Values with their uncertainty, as assessors write them: `35`, `30-40`, `35 (30-40)`, `yes`, `unknown`, `DD`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from biosetu.translation import say

# commas group digits, by threes or as in 1,00,000; a decimal comma is no number
WHOLE = r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}|\d+)"
NUMBER = rf"[+-]?{WHOLE}(?:\.\d+)?(?:[eE][+-]?\d+)?"
PLAIN = re.compile(rf"\s*({NUMBER})\s*%?\s*")
RANGE = re.compile(rf"\s*({NUMBER})\s*(?:-|–|to|;)\s*({NUMBER})\s*%?\s*")
BEST = re.compile(rf"\s*({NUMBER})\s*[\(\[]\s*({NUMBER})\s*(?:-|–|to|;)\s*({NUMBER})\s*[\)\]]\s*")
DECIMAL_COMMA = re.compile(r"\d,\d")
UNKNOWN = frozenset({"dd", "unknown", "?"})
ANSWERS = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Interval:
    """A best estimate and plausible bounds, low ≤ best ≤ high."""

    best: float
    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """Return a value without uncertainty."""
        return cls(value, value, value)


class Unknown:
    """Assessed, but the data do not tell: data deficient, unlike an empty cell, which was not evaluated."""


DATA_DEFICIENT = Unknown()
Value = Interval | Unknown | None


def parse_interval(text: str) -> Value:
    """Return the value in a cell: None for empty, DATA_DEFICIENT for DD; a range's best estimate is its middle.

    Raises:
        ValueError: not a number, a range, or a best estimate with its range; or bounds in the wrong order.
    """
    if not text.strip():
        return None
    if text.strip().casefold() in UNKNOWN:
        return DATA_DEFICIENT
    if match := BEST.fullmatch(text):
        best, low, high = (_number(part) for part in match.groups())
    elif match := PLAIN.fullmatch(text):
        best = low = high = _number(match[1])
    elif match := RANGE.fullmatch(text):
        low, high = (_number(part) for part in match.groups())
        best = (low + high) / 2
    elif DECIMAL_COMMA.search(text):
        raise ValueError(say("write decimals with a point, as in 3.5; commas only group digits, as in 1,200"))
    else:
        raise ValueError(say("write a number, a range such as 30-40, or 35 (30-40)"))
    if not low <= best <= high:
        raise ValueError(say("the best estimate must lie between the lower and the higher bound"))
    return Interval(best, low, high)


def parse_answer(text: str) -> bool | Unknown | None:
    """Return yes or no; None for empty, DATA_DEFICIENT for unknown. Raises ValueError for anything else."""
    plain = text.strip().casefold()
    if not plain:
        return None
    if plain in UNKNOWN:
        return DATA_DEFICIENT
    if plain not in ANSWERS:
        raise ValueError(say("write yes, no or unknown"))
    return ANSWERS[plain]


def _number(text: str) -> float:
    return float(text.replace(",", ""))
