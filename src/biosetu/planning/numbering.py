"""Sets of unit numbers as people write them: `1-5, 9`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from biosetu.problems import DataError, Problem
from biosetu.translation import N_

MOST = 2_000_000
_PART = re.compile(r"(\d{1,12})(?:\s*[-\u2013]\s*(\d{1,12}))?")


def numbers(text: str, column: str = "") -> list[int]:
    """Return the numbers that a text names, ascending; raise DataError for every part that is none."""
    found: set[int] = set()
    faults = []
    for part in (piece.strip() for piece in re.split(r"[,;\n\u060c]+", text)):
        match = _PART.fullmatch(part)
        if part and match is None:
            faults.append(part)
        elif match is not None:
            first, last = int(match[1]), int(match[2] or match[1])
            if last < first or last - first + len(found) > MOST:
                faults.append(part)
            else:
                found.update(range(first, last + 1))
    if faults:
        message, remedy = N_("these are no unit numbers"), N_("Write numbers and ranges, as in 1-5, 9")
        raise DataError(Problem(message, remedy, "numbers", column=column, value=part[:60]) for part in faults[:20])
    return sorted(found)


def as_text(values: Iterable[int]) -> str:
    """Return numbers as the shortest text that names them."""
    sorted_ = np.unique(np.fromiter(values, dtype=np.int64))
    if not sorted_.size:
        return ""
    breaks = np.flatnonzero(np.diff(sorted_) > 1)
    firsts = sorted_[np.concatenate([[0], breaks + 1])].tolist()
    lasts = sorted_[np.concatenate([breaks, [sorted_.size - 1]])].tolist()
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in zip(firsts, lasts, strict=True))
