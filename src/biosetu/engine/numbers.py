"""Reading one cell as a number or a year, and saying why it can't be read or what was certainly meant."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from biosetu.engine.grids import ErrorValue, Formula, PercentNumber, Value

PLAIN = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
COMMA = re.compile(r"[+-]?(0,\d+|\d+,(\d{1,2}|\d{4,}))")
GROUPED_POINT = re.compile(r"[+-]?\d{1,3}([,' \u00a0\u202f]\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}")
GROUPED_SPACE = re.compile(r"[+-]?\d{1,3}([' \u00a0\u202f]\d{3})+")
GROUPED_COMMA = re.compile(r"[+-]?\d{1,3}([. \u00a0\u202f]\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}")
EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[,]\d{3}")
EITHER_POINT = re.compile(r"[+-]?[1-9]\d{0,2}[.]\d{3}")
WITH_UNIT = re.compile(r"([+-]?[\d.,' ]*\d)\s*(%|٪|[^\W\d].*)")
PLACEHOLDER = re.compile(r"\[.*\]", re.DOTALL)
INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u0000-\u0008\u000e-\u001f]"
)
SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell as read: its number where there is one, the defect where there is one, the certain correction."""

    number: float | None = None
    defect: str = ""
    detail: str = ""
    corrected: Value = None


def plain(value: Value) -> str:
    """Return the text of a cell without invisible characters, spaces made single; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return SPACES.sub(" ", INVISIBLE.sub("", str(value))).strip()


def has_invisible(value: Value) -> bool:
    """Return whether a text holds characters that nobody sees."""
    return isinstance(value, str) and INVISIBLE.search(value) is not None


def western_digits(text: str) -> str:
    """Write the digits of any script as 0 to 9, and the Arabic decimal and thousands marks as point and nothing."""
    digits = "".join(str(unicodedata.digit(mark)) if mark.isdecimal() else mark for mark in text)
    return digits.replace("٫", ".").replace("٬", "")


def tidy(number: float) -> int | float:
    """Return a whole number as int."""
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def read_other(value: Value, what: str) -> Reading | None:
    """Return what is wrong with a cell (`what`: value, year) that holds neither number nor text; None for these."""
    if isinstance(value, Formula):
        return Reading(defect="formula")
    if isinstance(value, ErrorValue):
        return Reading(defect="error-value")
    if isinstance(value, bool):
        return Reading(defect=f"{what}-not-number")
    return Reading(defect=f"{what}-is-date") if isinstance(value, datetime | date) else None


def has_decimal_comma(value: Value) -> bool:
    """Return whether a text is a number whose decimals stand behind a comma, or whose thousands behind points."""
    text = western_digits(plain(value)) if isinstance(value, str) else ""
    return bool(COMMA.fullmatch(text) or GROUPED_COMMA.fullmatch(text))


def has_point_of_either(value: Value) -> bool:
    """Return whether a text is a number whose point may stand before decimals or before thousands."""
    return isinstance(value, str) and EITHER_POINT.fullmatch(plain(value)) is not None


def one_way(number: float) -> str:
    """Return a number as a text that is read one way alone: 1.125 as 1.1250, a percentage as it is shown (30%)."""
    if isinstance(number, PercentNumber):
        return f"{one_way(tidy(round(float(number) * 100, 10)))}%"
    text = str(tidy(number)) if isinstance(number, float) else str(number)
    return f"{text}0" if EITHER_POINT.fullmatch(text) else text


def read_value(value: Value, unit_is_percent: bool, typed: bool, commas: bool = False) -> Reading:
    """Read a value. `typed`: the file keeps numbers apart from text (xlsx), so that text is worth a word.

    `commas`: others of its column write decimals behind a comma (`has_decimal_comma`), so that a point in a text may
    stand before thousands.
    """
    if other := read_other(value, "value"):
        return other
    if isinstance(value, int | float) and not math.isfinite(value):
        return Reading(defect="value-not-number")
    if isinstance(value, PercentNumber) and unit_is_percent:
        shown = tidy(round(float(value) * 100, 10))
        return Reading(float(shown), "percent-format", f"{shown} %", shown)
    if isinstance(value, int | float):
        return Reading(float(value))
    text = plain(value)
    if commas and has_point_of_either(value):
        return Reading(defect="ambiguous-number", detail=f"{text.replace('.', '')} / {text}")
    return _read_text(text, typed)


def _read_text(text: str, typed: bool) -> Reading:
    if not text:
        return Reading(defect="empty-value")
    if PLACEHOLDER.fullmatch(text):
        return Reading(defect="placeholder")
    if PLAIN.fullmatch(text) and text.isascii():
        return _certain(text, "number-as-text") if typed else _certain(text)
    western = western_digits(text)
    if western != text:
        inner = _read_text(western, typed=False)
        certain = inner.corrected if inner.defect else _tidied(inner.number)
        return Reading(inner.number, "other-digits", corrected=certain)
    return _read_marks(text)


def _read_marks(text: str) -> Reading:
    if COMMA.fullmatch(text):
        return _certain(text.replace(",", "."), "decimal-comma")
    if EITHER.fullmatch(text):
        return Reading(defect="ambiguous-number", detail=f"{text.replace(',', '')} / {text.replace(',', '.')}")
    if GROUPED_POINT.fullmatch(text) or GROUPED_SPACE.fullmatch(text):
        return _certain(re.sub(r"[,' \u00a0\u202f]", "", text), "thousands")
    if GROUPED_COMMA.fullmatch(text):
        return _certain(re.sub(r"[. \u00a0\u202f]", "", text).replace(",", "."), "thousands")
    if match := WITH_UNIT.fullmatch(text):
        return Reading(defect="unit-in-value", detail=match[2].strip())
    return Reading(defect="value-not-number")


def _certain(text: str, defect: str = "") -> Reading:
    """Return a number whose digits are certain; one beyond what a spreadsheet can hold (1e400) is none."""
    number = float(text)
    if not math.isfinite(number):
        return Reading(defect="value-not-number")
    return Reading(number, defect, corrected=tidy(number) if defect else None)


def _tidied(number: float | None) -> int | float | None:
    return None if number is None else tidy(number)
