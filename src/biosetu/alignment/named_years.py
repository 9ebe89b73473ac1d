"""Years that a text names, in any of the calendars, and which of them is meant by when.

An unmarked year of 1900 to 2060 is Gregorian, and 2100. Other calendars count where they are named (BS, SH, AH, พ.ศ.),
or where the language of the text is one that counts its years so (`data/named_years.csv`). A year of another calendar
stands for the Gregorian one in which most of it lies: 2087 BS and 1409 SH for 2030.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from biosetu.alignment.calendars import Calendar, to_gregorian
from biosetu.alignment.languages import language_of
from biosetu.observations.packaged import packaged_rows

BUDDHIST = "buddhist"
BEFORE_CHRIST = 543
PLAIN = range(1900, 2061)
LAST_CENTURY = 2100
FIRST_UNSPACED = "\u0e00"
BY, SINCE = "by", "since"
YEARS = re.compile(r"(?<![\d.,])(?P<year>\d{4})(?:\s*[/–-]\s*(?P<second>\d{4}|\d{2})(?!\d))?(?![\d]|[.,]\d)")
NEAR = 48


@dataclass(frozen=True, slots=True)
class NamedYear:
    """A year (Gregorian) and where it stands; `role` is `by` for a deadline, `since` for what is compared with."""

    year: int
    start: int
    end: int
    role: str = ""


@cache
def _rows(kind: str) -> tuple[dict[str, str], ...]:
    return tuple(row for row in packaged_rows("biosetu.alignment", "named_years") if row["kind"] == kind)


def _alternatives(kind: str, meaning: str = "", *, whole: bool = False) -> str:
    """Return words as one pattern; those of a spaced script begin where no letter stands before them.

    With `whole` they end where none stands behind them.
    """
    words = [row["word"] for row in _rows(kind) if meaning in ("", row["meaning"])]
    edge, end = r"(?<![^\W\d_])", r"(?![^\W\d_]|[\u0900-\u0903\u093a-\u094f])" if whole else ""
    return "|".join(
        f"{edge}{re.escape(word)}{end}" if word[0] < FIRST_UNSPACED else re.escape(word)
        for word in sorted(words, key=len, reverse=True)
    )


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return how the mark of a calendar stands at the end of what is before a year, and after the year."""
    marks = _alternatives("calendar")
    return re.compile(rf"(?P<mark>{marks})\s*$"), re.compile(rf"\s*\(?(?P<mark>{marks})(?![^\W\d_])")


@cache
def _calendars() -> dict[str, str]:
    return {row["word"]: row["meaning"] for row in _rows("calendar")}


@cache
def _roles() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what stands before a deadline, before a year that is compared with, and after each of them."""
    between = rf"(?:\s*(?:{_alternatives('between')})){{0,4}}\s*$"
    by, since = (re.compile(f"(?:{_alternatives('role', role)}){between}", re.IGNORECASE) for role in (BY, SINCE))
    by_after, since_after = (
        re.compile(rf"\s*(?:{_alternatives('role-after', role)})", re.IGNORECASE) for role in (BY, SINCE)
    )
    return by, since, by_after, since_after


@cache
def _nearness() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what may stand between a quantity and the year directly behind it, and between a year and a quantity."""
    marks = r"[\s,،:()\[\]–—-]{0,4}"
    words = f"{_alternatives('role', BY)}|{_alternatives('beside', 'behind')}|{_alternatives('between', 'year')}"
    behind = rf"{marks}(?:(?:{words})(?:\s*(?:{_alternatives('between')})){{0,4}}{marks})?"
    before = rf"\s*(?:{_alternatives('beside', 'before')})?{marks}"
    return re.compile(behind, re.IGNORECASE), re.compile(before, re.IGNORECASE)


def is_of(text: str, start: int, end: int) -> bool:
    """Return whether what stands between a year and a quantity says that this is of that year: 2020年的17%."""
    words = text[start:end].strip()
    return any(words == row["word"] for row in _rows("beside") if row["meaning"] == "before")


def is_beside(text: str, start: int, end: int, *, behind: bool) -> bool:
    """Return whether a passage holds nothing but what joins a quantity to the year `behind` it, or to one before it."""
    return end - start <= NEAR and _nearness()[0 if behind else 1].fullmatch(text, start, end) is not None


@cache
def _starts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what stands before and after a value to start from: currently 17 %, १७ प्रतिशतबाट."""
    after = rf"\s*(?!{_alternatives('start-not')})(?:{_alternatives('start-after', whole=True)})"
    return re.compile(rf"(?:{_alternatives('start')})\s*$", re.IGNORECASE), re.compile(after, re.IGNORECASE)


def is_compared(before: str, after: str = "") -> bool:
    """Return whether the words around a value say that something is compared with it or starts from it."""
    ahead, behind = before[-NEAR:].rstrip(" :("), after[:NEAR]
    return any((_roles()[1].search(ahead), _starts()[0].search(ahead), _starts()[1].match(behind)))


@cache
def span_words(meaning: str) -> str:
    """Return as one pattern the words of a span of two ends: `from` (between), `and`, `after` (के बीच)."""
    return rf"(?:{_alternatives('span', meaning)})"


@cache
def _span() -> re.Pattern[str]:
    """Return how two years stand as the ends of one span: between 2024 and 2030."""
    edge, gap = r"(?![^\W\d_])", r"[^\d.;]"
    return re.compile(
        rf"{span_words('from')}{edge}{gap}{{0,16}}(?P<first>\d{{4}})(?!\d){gap}{{0,10}}?"
        rf"{span_words('and')}{edge}{gap}{{0,16}}(?P<last>\d{{4}})(?!\d)",
        re.IGNORECASE,
    )


def named_years(text: str, language: str = "") -> tuple[NamedYear, ...]:
    """Return the years of a text with western digits, in the order in which they stand; of a span the last."""
    spoken = language or language_of(text)
    return tuple(_named(text, spoken))


def _named(text: str, language: str) -> Iterator[NamedYear]:
    before, after = _marks()
    ends = {one.start(name): role for one in _span().finditer(text) for name, role in (("first", SINCE), ("last", BY))}
    for match in YEARS.finditer(text):
        first, end = match.span()
        mark = before.search(text[max(0, first - NEAR) : first]) or after.match(text, end)
        calendar = _calendars()[mark["mark"]] if mark else _counted_in(int(match["year"]), language)
        year = _gregorian(calendar, _last(int(match["year"]), match["second"] or ""))
        if year:
            past = mark.end() if mark is not None and mark.re is after else end
            start = first - len(mark[0]) if mark is not None and mark.re is before else first
            yield NamedYear(year, start, past, ends.get(first) or _role(text, start, past))


def _last(year: int, second: str) -> int:
    """Return the last year of a span (2025–2030, 2081/82); of a date such as 2030-12-31 its year."""
    if len(second) == 4:
        return max(year, int(second))
    return year + 1 if second and int(second) == (year + 1) % 100 else year


def _counted_in(year: int, language: str) -> str:
    """Return the calendar of an unmarked year; nothing where it is open."""
    if year in PLAIN or year == LAST_CENTURY:
        return Calendar.GREGORIAN
    for row in _rows("counted"):
        first, last = (int(part) for part in row["meaning"].split(":")[1].split("-"))
        if row["word"] == language and first <= year <= last:
            return row["meaning"].split(":")[0]
    return ""


def _gregorian(calendar: str, year: int) -> int | None:
    """Return the Gregorian year in which most of a year lies; None where the calendar is not known or too short."""
    if calendar == BUDDHIST:
        return year - BEFORE_CHRIST
    if not calendar:
        return None
    try:
        first, after = (to_gregorian(Calendar(calendar), one, 1, 1).toordinal() for one in (year, year + 1))
    except ValueError:
        return None
    return date.fromordinal((first + after) // 2).year


def _role(text: str, start: int, end: int) -> str:
    by, since, by_after, since_after = _roles()
    before = text[max(0, start - NEAR) : start]
    if since.search(before):
        return SINCE
    if by.search(before) or by_after.match(text, end):
        return BY
    return SINCE if since_after.match(text, end) else ""
