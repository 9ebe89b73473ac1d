"""Sentences as data: a message, named for programs, with the values that go into it; reports translate them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from biosetu.framework import elements, targets
from biosetu.observations.units import units
from biosetu.translation import Voice, direction, translations

Value = str | int | float


_UNITS = frozenset({"unit", "difference"})
_WORDS = frozenset({"direction", "text", "level", "published_text"})
# of a Party: in the language in which it said them, unless the catalogue has them
_SPOKEN = frozenset({"said", "asked", "national", "milestone", "by"})
_UNWRITTEN = frozenset({"index", "proportion", "flag", "count"})
_SPACES = re.compile(r"\s+(?=[).,:;]|\s|$)")

MOST_DIGITS = 4
MOST_DECIMALS = 7
DECIMALS_OF_ZERO = 2
RATE_DIGITS = 2
_SLACK = 1e-9
_TURNED = re.compile(r"[+−-]?\d[\d,.]*(?:[–-]\d[\d,.]*)*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`message` is the English text with `{names}`, marked with `N_` where it is written; `id` names it.

    Among the values, `unit` and `difference` are codes of units, `direction`, `text` and `level` words that are
    translated themselves, `said`, `asked`, `national`, `milestone` and `by` the Party's own words, `title` and `part`
    codes of a goal or target and of one of its parts; `said@ar` takes the place of `said` in Arabic.
    """

    id: str
    message: str
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, language: str = "en") -> str:
        """Return the sentence in a language, in English where it is not translated; numbers as they stand."""
        say = translations(language).gettext
        values = {name: self.values.get(f"{name}@{language}", value) for name, value in self.values.items()}
        shown = {name: _shown(name, value, language) for name, value in values.items()}
        text = _SPACES.sub("", say(self.message).format(**shown)) if self.message else ""
        return _isolated(text, Voice(language)) if direction(language) == "rtl" else text

    def as_dict(self) -> dict[str, object]:
        """Return id, message and values, for JSON."""
        return {"id": self.id, "message": self.message, "values": dict(self.values)}


def decimals_of(value: float, resolution: float | None) -> int:
    """Return with how many decimals a value is read: those of its source, and no more than four digits in all.

    Without a known rounding as many as the value needs, up to four digits. Whole numbers are never shortened.
    """
    coarse = resolution is None or resolution <= 0
    exact = MOST_DECIMALS if coarse else max(0, math.ceil(-math.log10(resolution or 1) - _SLACK))
    if value == 0 or not math.isfinite(value):
        return 0 if coarse else min(exact, DECIMALS_OF_ZERO)
    readable = max(0, MOST_DIGITS - 1 - math.floor(math.log10(abs(value))))
    if not coarse:
        return min(exact, readable)
    return len(f"{round(value, readable):.{readable}f}".partition(".")[2].rstrip("0"))


def rounded(value: float, resolution: float | None) -> float:
    """Return a value with the decimals it is read with (`decimals_of`)."""
    return round(value, decimals_of(value, resolution)) + 0.0 if math.isfinite(value) else value


def difference_decimals(difference: float, beside: float, resolution: float | None) -> int:
    """Return with how many decimals a difference is read: those of the value beside it, more where it would be zero."""
    decimals = decimals_of(beside, resolution)
    while difference and round(difference, decimals) == 0 and decimals < MOST_DECIMALS:
        decimals += 1
    return decimals


def rate(value: float) -> float:
    """Return a yearly rate for reading: two digits, whole numbers not shortened."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, max(0, RATE_DIGITS - 1 - math.floor(math.log10(abs(value))))) + 0.0


def plain_number(value: Value) -> str:
    """Return a number for reading: no exponent, thousands separated, no digits that say nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    text = f"{abs(value):,.{MOST_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 and text != "0" else text


def _isolated(text: str, voice: Voice) -> str:
    """Keep spans of years, releases and signed numbers from being turned round in right-to-left text."""

    def kept(match: re.Match[str]) -> str:
        number = match.group().rstrip(".,")
        rest = match.group()[len(number) :]
        return (voice.ltr(number) if set(number) & set("+−-–") else number) + rest

    return _TURNED.sub(kept, text)


def _shown(name: str, value: Value, language: str) -> str:
    if name in _UNITS:
        known = units().get(str(value))
        return "" if value in _UNWRITTEN else known.label(language) if known else str(value)
    if name in _WORDS and value:
        return translations(language).gettext(str(value))
    if name in _SPOKEN:
        voice = Voice(language)
        return voice.apart(voice.gettext(str(value)))
    if name == "title" and value in targets():
        return targets()[str(value)].title(language)
    if name == "part" and value in elements():
        return elements()[str(value)].wording(language)
    return plain_number(value)
