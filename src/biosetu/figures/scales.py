"""From values to positions, with ticks at round numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from [low, high] to [start, end]."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the position of a value."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def round_step(span: float, count: int) -> float:
    """Return the round step (1, 2, 2.5, 5 × 10ⁿ) that divides a span into about `count` parts."""
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    return min((step * power for step in STEPS), key=lambda step: abs(step - raw))


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return round numbers that enclose [low, high]."""
    if not high > low:
        high = low + (abs(low) or 1.0)
    step = round_step(high - low, count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def decimals(values: Sequence[float]) -> int:
    """Return how many decimals are needed to print ticks that differ."""
    for places in range(6):
        if all(abs(round(value, places) - value) < 1e-9 for value in values):
            return places
    return 6


def year_ticks(first: int, last: int, count: int = 6) -> list[int]:
    """Return years for an axis: the ends, and round years between that keep clear of them."""
    if last - first < 2:
        return sorted({first, last})
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if (last - first) / s < count)
    between = (year for year in range(-(-first // step) * step, last + 1, step))
    kept = [year for year in between if year - first >= 0.6 * step and last - year >= 0.6 * step]
    return [first, *kept, last]
