"""Coordinates as people write them: decimal point or comma, degrees and minutes, hemisphere letters.

A coordinate that is missing is NaN; one that is there but cannot be read is `UNREADABLE`, so that both are counted.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

UNREADABLE = float("inf")
LETTERS = {"lon": "EW", "lat": "NS"}
MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "-", "\\N", "#N/A")
_MARKS = re.compile(r"[°ºdD:'’′\"”″]|\bdeg\b|\bmin\b|\bsec\b")
_PARTS = re.compile(r"^([+-]?)\s*(\d+(?:\.\d+)?)(?:\s+(\d+(?:\.\d+)?))?(?:\s+(\d+(?:\.\d+)?))?$")


def degrees(text: str, letters: str = "NSEW") -> float:
    """Return decimal degrees from text such as `27.7`, `27,7`, `27°42'15"N`, `S 12 30.5`, `84 07 E`; else NaN.

    Minutes and seconds must be below 60. A hemisphere letter and a minus sign together are refused, as is a letter
    that is not among `letters` (an E is no latitude; O is east to some and west to others).
    """
    plain = text.strip().upper()
    sign = 1.0
    for letter in letters:
        if plain.startswith(letter) or plain.endswith(letter):
            plain, sign = plain.strip(letter).strip(), -1.0 if letter in "SW" else 1.0
            if plain.startswith(("-", "+")):
                return float("nan")
            break
    plain = " ".join(_MARKS.sub(" ", plain.replace(",", ".")).split())
    match = _PARTS.match(plain)
    if match is None:
        return float("nan")
    minus, whole, minutes, seconds = match.groups()
    parts = [float(part) for part in (minutes, seconds) if part is not None]
    if any(part >= 60 for part in parts):
        return float("nan")
    value = float(whole) + sum(part / 60.0**power for power, part in enumerate(parts, start=1))
    return -value if minus == "-" else sign * value


def degrees_column(column: pa.Array, axis: str = "") -> npt.NDArray[np.float64]:
    """Return a column of numbers or text as decimal degrees: NaN where missing, `UNREADABLE` where it is no number.

    `axis` is lon, lat, or empty where hemisphere letters of both may stand; see `degrees`.
    """
    if not _is_text(column.type):
        return np.asarray(pc.cast(column, pa.float64(), safe=False).fill_null(np.nan))
    blanked = _without_missing(column)
    try:
        return np.asarray(pc.cast(blanked, pa.float64()).fill_null(np.nan))
    except pa.ArrowInvalid:
        letters = LETTERS.get(axis, "NSEW")
        return np.array([_degrees_or_why(value, letters) for value in blanked.to_pylist()])


def _degrees_or_why(text: str | None, letters: str) -> float:
    if text is None:
        return float("nan")
    value = degrees(text, letters)
    return UNREADABLE if np.isnan(value) else value


def number_column(column: pa.Array) -> npt.NDArray[np.float64]:
    """Return a column of numbers or text as float64, NaN for missing or unreadable."""
    if not _is_text(column.type):
        return np.asarray(pc.cast(column, pa.float64(), safe=False).fill_null(np.nan))
    blanked = _without_missing(column)
    numeric = pc.match_substring_regex(blanked, r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$")
    return np.asarray(
        pc.cast(pc.utf8_trim_whitespace(pc.if_else(numeric, blanked, None)), pa.float64()).fill_null(np.nan)
    )


def _without_missing(column: pa.Array) -> pa.Array:
    missing = pc.is_in(pc.utf8_trim_whitespace(column), pa.array(MISSING, column.type))
    return pc.if_else(missing, pa.scalar(None, column.type), column)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
