"""Numbers in a target's text: value, unit, year. Proposed for confirmation, never assumed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from biosetu.alignment.languages import decimal_comma, language_of
from biosetu.alignment.named_years import (
    BY,
    LAST_CENTURY,
    PLAIN,
    SINCE,
    NamedYear,
    is_beside,
    is_compared,
    is_of,
    named_years,
    span_words,
)
from biosetu.alignment.national import Quantity
from biosetu.observations.packaged import packaged_rows

DIGITS = r"(?:\d{1,3}(?:[\u00a0\u202f ]\d{3})+|\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,3}(?:\.\d{3})+|\d+)(?:[.,]\d+)?(?!\d)"
NUMBER = rf"(?<![A-Za-z0-9.,]){DIGITS}"
LETTER = r"[A-Za-zÀ-\u0dff\u1e00-ỹ]"
DECIMALS = frozenset(".,")
SENTENCE = re.compile(r"(?<!\d)[.!?;](?=\s|$)|(?<=\d)[.!?;](?=\s+\D|$)|[。।؟؛；！？\n]")
AROUND = 60


@dataclass(frozen=True, slots=True)
class _Found:
    """A value with its unit, and where it stands."""

    value: float
    unit: str
    start: int
    end: int


def western(text: str) -> str:
    """Write the digits of any script as 0 to 9 and the percent signs as %."""
    digits = "".join(str(unicodedata.digit(mark)) if mark.isdecimal() else mark for mark in text)
    return digits.replace("٪", "%").replace("％", "%").replace("٫", ".").replace("٬", ",")


@cache
def _words(kind: str) -> Mapping[str, tuple[str, float]]:
    """Return by word its unit and its factor: of kind `unit`, `scale`, `money` (before the number) or `share`."""
    rows = packaged_rows("biosetu.alignment", "quantity_units")
    return {row["word"].casefold(): (row["unit"], float(row["factor"])) for row in rows if row["kind"] == kind}


def _any_of(kind: str) -> str:
    return "|".join(re.escape(word) for word in sorted(_words(kind), key=len, reverse=True))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    scale = rf"(?:\s*(?P<scale>{_any_of('scale')})(?!{LETTER}))?"
    to = rf"\s*(?:{_any_of('range')})\s*"
    unit = rf"\s*\(?\s*(?:{_any_of('unit')})(?:(?!{LETTER})|(?={_any_of('suffix')}))"
    between, ends = rf"(?:(?P<between>{span_words('from')})\s*)?", rf"\s*{span_words('and')}\s*"
    number = rf"{DIGITS}{scale.replace('?P<scale>', '?:')}{unit}"
    joined = rf"(?:{to}|(?(between){ends}|{ends}(?={number}\s*{span_words('after')})))"
    first = rf"{between}(?:(?P<first>{NUMBER}){joined})?"
    after = rf"{first}(?P<number>{NUMBER}){scale}{unit.replace('(?:', '(?P<unit>', 1)}"
    money = rf"{between}(?<![A-Za-z])(?P<unit>{_any_of('money')})\s*"
    last_scale = scale.replace("<scale>", "<last_scale>")
    last = rf"(?:(?:{to}|(?(between){ends}|(?!)))(?P<last>{DIGITS}){last_scale}(?![.,]?\d|{unit}))?"
    before = rf"{money}(?P<number>{DIGITS}){scale}{last}"
    share = rf"(?<![^\W_])(?P<share>{_any_of('share')})(?![^\W_])"
    unspaced = "|".join(re.escape(word) for word in _words("share") if word[0] >= "\u0e00")
    return tuple(re.compile(one, re.IGNORECASE) for one in (before, after, share, rf"(?P<share>{unspaced})"))


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text, each with its passage and the year that seems to be meant by its sentence.

    A number counts where a unit of `data/quantity_units.csv` follows it, or a sign of money stands before it; so do
    words for a share (one third), and both ends of a range (20 to 30 per cent). Years alone are no quantity. A year
    directly beside a number is its own. Where years of the text leave open which one is meant, the year is missing, as
    it is for a value to start from (from 40 to 45 per cent) that has none beside it.
    Years of other calendars become Gregorian (`named_years`).
    """
    plain, language = western(text), language_of(text)
    found = _found(plain, language)
    years = _years(plain, language, found)
    beside = {one: _beside(plain, one, found, years) for one in found}
    past = {one for one in found if _is_start(plain, one, found)}
    beside |= dict.fromkeys(one for one in past if _is_of_another(plain, one, found, beside))
    gone = {beside[one] for one in past}
    meant = [year for year in years if year.role != SINCE and year not in gone]
    return tuple(
        dict.fromkeys(
            Quantity(
                value=one.value,
                unit=one.unit,
                year=near.year if (near := beside[one]) else None if one in past else _year(plain, one, found, meant),
                passage=_passage(text, one.start, one.end),
            )
            for one in found
        )
    )


def years_in(text: str) -> tuple[int, ...]:
    """Return the years that a text names, each once, none that is the number of a quantity or one compared with."""
    plain, language = western(text), language_of(text)
    named = _years(plain, language, _found(plain, language))
    return tuple(dict.fromkeys(one.year for one in named if one.role != SINCE))


def deadline_of(text: str) -> int | None:
    """Return the one year that a text names as a deadline ("by 2030"); None without one, or with several."""
    plain, language = western(text), language_of(text)
    found = {one.year for one in _years(plain, language, _found(plain, language)) if one.role == BY}
    return found.pop() if len(found) == 1 else None


def _years(text: str, language: str, found: Sequence[_Found]) -> list[NamedYear]:
    years = named_years(text, language)
    return [year for year in years if not any(one.start < year.end and year.start < one.end for one in found)]


def _found(text: str, language: str) -> list[_Found]:
    """Return what every pattern finds, in the order of the text; where two overlap, the first pattern counts."""
    found: list[_Found] = []
    plain = text.casefold()
    for pattern, words in zip(_patterns(), ("money", "unit", "share", "share"), strict=True):
        if not any(word in plain for word in _words(words)):
            continue
        for match in pattern.finditer(text):
            known = tuple(found)
            found += [new for new in _read(match, language) if not any(_overlap(one, new) for one in known)]
    return sorted(found, key=lambda one: one.start)


def _overlap(one: _Found, other: _Found) -> bool:
    return one.start < other.end and other.start < one.end


def _read(match: re.Match[str], language: str) -> Iterator[_Found]:
    parts = match.groupdict()
    if parts.get("share"):
        unit, value = _words("share")[parts["share"].casefold()]
        if unit:
            yield _Found(value, unit, match.start(), match.end())
        return
    unit, factor = _words("unit" if parts["unit"].casefold() in _words("unit") else "money")[parts["unit"].casefold()]
    for name, value, end in _ends_of_range(match, comma=decimal_comma(language)):
        yield _Found(value * factor, unit, match.start(name), end)


def _ends_of_range(match: re.Match[str], *, comma: bool) -> Iterator[tuple[str, float, int]]:
    """Yield the number of a match, and the other end of its range where it stands in one: group, value, its end."""
    parts = match.groupdict()
    scale = _scale(parts["scale"])
    number = _value(parts["number"], comma=comma) * scale
    if first := parts.get("first"):
        low = _value(first, comma=comma) * scale
        if low < number and not _may_be_year(first):
            yield "first", low, match.end("first")
    if last := parts.get("last"):
        high = _value(last, comma=comma) * _scale(parts["last_scale"])
        low = number if parts["scale"] else number * _scale(parts["last_scale"])
        if low < high and (parts["last_scale"] or not _may_be_year(last)):
            yield "number", low, match.end("number")
            yield "last", high, match.end()
        else:
            yield "number", number, match.end("scale" if parts["scale"] else "number")
        return
    yield "number", number, match.end()


def _scale(word: str | None) -> float:
    return _words("scale")[word.casefold()][1] if word else 1.0


def _may_be_year(written: str) -> bool:
    return len(written) == 4 and written.isdigit() and int(written) in (*PLAIN, LAST_CENTURY)


def _value(written: str, *, comma: bool) -> float:
    """Return a number as written, its thousands apart by comma, point or space, also as in 12,50,000.

    One separator before three digits (`1.250`) is read as the language of the text writes decimals.
    """
    marks = [mark for mark in written if not mark.isdigit()]
    last = marks[-1] if marks else ""
    whole, _, tail = written.rpartition(last) if last else (written, "", "")
    open_ = len(marks) == 1 and len(tail) == 3 and written[0] != "0"
    decimal = last in DECIMALS and marks.count(last) == 1 and (not open_ or comma == (last == ","))
    digits = "".join(mark for mark in (whole if decimal else written) if mark.isdigit())
    return float(f"{digits}.{tail}" if decimal else digits)


def _year(text: str, one: _Found, found: Sequence[_Found], meant: Sequence[NamedYear]) -> int | None:
    """Return the year meant for a quantity: that of its sentence, else the one deadline or year that the text names.

    Where a year stands before the first quantity of the sentence, each counts for what follows it; else for what
    stands before it.
    """
    first, last = _sentence(text, one.start)
    near = _deadlines([year for year in meant if first <= year.start < last])
    if not near:
        rest = {year.year for year in _deadlines(meant)}
        return rest.pop() if len(rest) == 1 else None
    before = [year.year for year in near if year.end <= one.start]
    after = [year.year for year in near if year.start >= one.end]
    opening = min(other.start for other in found if first <= other.start < last)
    leading = near[0].start < opening
    ordered = (before[-1:] or after[:1]) if leading else (after[:1] or before[-1:])
    return ordered[0] if ordered else None


def _is_start(text: str, one: _Found, found: Sequence[_Found]) -> bool:
    """Return whether a quantity is what another one of its sentence is compared with, or starts from."""
    first, last = _sentence(text, one.start)
    others = (other for other in found if other.start != one.start and first <= other.start < last)
    before, after = text[max(first, one.start - AROUND) : one.start], text[one.end : last]
    return is_compared(before, after) and any(other.unit == one.unit for other in others)


def _is_of_another(text: str, one: _Found, found: Sequence[_Found], beside: Mapping[_Found, NamedYear | None]) -> bool:
    """Return whether the deadline beside a value to start from is another's: 45 per cent (from 40 per cent) by 2030.

    That is so where no other value of the sentence stands behind it, and none has a year beside it.
    """
    year = beside[one]
    if year is None or year.role != BY:
        return False
    first, last = _sentence(text, one.start)
    others = [other for other in found if other != one and first <= other.start < last and other.unit == one.unit]
    return not any(other.start >= year.end or beside[other] for other in others)


def _beside(text: str, one: _Found, found: Sequence[_Found], years: Sequence[NamedYear]) -> NamedYear | None:
    """Return the year directly behind a quantity (17 % in 2020), else the one directly before it (in 2020 17 %)."""
    behind = _behind(text, one, years)
    if behind:
        return behind
    before = next((year for year in reversed(years) if year.end <= one.start), None)
    if before is None or not is_beside(text, before.end, one.start, behind=False):
        return None
    if before.role == SINCE and not is_of(text, before.end, one.start):
        return None
    other = next((other for other in reversed(found) if other.end <= before.start), None)
    return None if other and _behind(text, other, years) == before else before


def _behind(text: str, one: _Found, years: Sequence[NamedYear]) -> NamedYear | None:
    after = next((year for year in years if year.start >= one.end), None)
    near = after is not None and after.role != SINCE and is_beside(text, one.end, after.start, behind=True)
    return after if near else None


def _deadlines(years: Sequence[NamedYear]) -> list[NamedYear]:
    return [year for year in years if year.role == BY] or list(years)


def _sentence(text: str, place: int) -> tuple[int, int]:
    ends = [match.end() for match in SENTENCE.finditer(text)]
    return max((end for end in ends if end <= place), default=0), min(
        (end for end in ends if end > place), default=len(text)
    )


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
