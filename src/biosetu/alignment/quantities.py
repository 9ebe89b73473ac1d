"""Numbers in a target's text: value, unit, year. Proposed for confirmation, never assumed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from biosetu.alignment.national import Quantity
from biosetu.observations.packaged import packaged_rows

NUMBER = r"(?<![A-Za-z0-9.,])(\d{1,3}(?:[,  ]\d{3})+|\d+)(?:[.,](\d{1,2}))?(?![\d])"
YEAR = re.compile(r"(?<!\d)(20[0-9]{2})(?!\d)")
AROUND = 60


def western(text: str) -> str:
    """Write the digits of any script as 0 to 9 and the percent signs as %."""
    digits = "".join(str(unicodedata.digit(mark)) if mark.isdecimal() else mark for mark in text)
    return digits.replace("٪", "%").replace("％", "%").replace("٫", ".").replace("٬", ",")


@cache
def _units() -> tuple[tuple[str, str, float], ...]:
    rows = [(r["word"], r["unit"], float(r["factor"])) for r in packaged_rows("biosetu.alignment", "quantity_units")]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


@cache
def _pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word, _, _ in _units())
    return re.compile(rf"{NUMBER}\s*\(?\s*({words})(?![A-Za-zÀ-ỹА-я])", re.IGNORECASE)


@cache
def _meaning() -> dict[str, tuple[str, float]]:
    return {word.casefold(): (unit, factor) for word, unit, factor in _units()}


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text, each with the year named nearest after it (else before it), and its passage.

    A number counts only where a unit of `data/quantity_units.csv` follows it; years alone are no quantity.
    """
    plain = western(text)
    found = []
    for match in _pattern().finditer(plain):
        whole = re.sub(r"[,  ]", "", match[1])
        unit, factor = _meaning()[match[3].casefold()]
        value = float(f"{whole}.{match[2]}" if match[2] else whole) * factor
        passage = _passage(text, match.start(), match.end())
        found.append(Quantity(value=value, unit=unit, year=_year(plain, match.start(), match.end()), passage=passage))
    return tuple(dict.fromkeys(found))


def quantities_of_target(*texts: Mapping[str, str]) -> tuple[Quantity, ...]:
    """Return the quantities of a whole target, each once: its texts by language, title and description in turn.

    Languages go by code, English first. What another language says again (value and unit, and no other year) is left
    out; where the first text gives no year and another one does, that year counts.
    """
    languages = sorted({language for text in texts for language in text}, key=lambda code: (code != "en", code))
    found: list[Quantity] = []
    for language in languages:
        for text in texts:
            _add(found, find_quantities(text.get(language, "")))
    return tuple(found)


def _add(found: list[Quantity], more: Iterable[Quantity]) -> None:
    """Add the quantities of one more text; each says again at most one of those known before."""
    open_places = list(range(len(found)))
    for new in more:
        place = next((at for at in open_places if _says_again(found[at], new)), None)
        if place is None:
            found.append(new)
        else:
            open_places.remove(place)
            found[place] = found[place].model_copy(update={"year": found[place].year or new.year})


def _says_again(known: Quantity, new: Quantity) -> bool:
    same_year = known.year == new.year or None in (known.year, new.year)
    return (known.value, known.unit) == (new.value, new.unit) and same_year


def _passage(text: str, start: int, end: int) -> str:
    """Return what stands around a place, cut between words."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    if first:
        first = min(text.find(" ", first, start) % (start + 1), start)
    if last < len(text):
        last = max(text.rfind(" ", end, last), end)
    return text[first:last].strip()


def _year(text: str, start: int, end: int) -> int | None:
    after = YEAR.search(text, end)
    if after:
        return int(after[1])
    before = [int(match[1]) for match in YEAR.finditer(text, 0, start)]
    return before[-1] if before else None
