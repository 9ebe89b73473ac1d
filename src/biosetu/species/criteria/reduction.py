"""Population reductions over the window of criterion A: max(10 years, 3 generations)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

LONGEST_FUTURE_YEARS = 100.0


def window_years(generation_years: float, generations: float = 3, at_least: float = 10, future: bool = False) -> float:
    """Return the window [years]: the longer of `at_least` and `generations`; at most 100 years where it is future.

    Raises ValueError for a negative or missing generation length.
    """
    if not generation_years >= 0:
        raise ValueError("a generation length is a number of years")
    window = max(at_least, generations * generation_years)
    return min(window, LONGEST_FUTURE_YEARS) if future else window


def reduction_exponential(first: float, last: float, years: float, window: float) -> float:
    """Return the reduction [%] over a window at the constant proportional rate between two counts.

    `100 · (1 − (last/first)^(window/years))`; negative for an increase. Reference: IUCN Guidelines v16 (2024) §4.5.

    Raises ValueError unless first > 0, last ≥ 0, years > 0.
    """
    _check(first, last, years)
    return 100 * (1 - math.pow(last / first, window / years))


def reduction_linear(first: float, last: float, years: float, window: float) -> float:
    """Return the reduction [%] over a window at a constant number of individuals a year.

    `100 · (first − last)/first · window/years`, at most 100; negative for an increase. Reference: IUCN Guidelines v16
    (2024) §4.5.

    Raises ValueError unless first > 0, last ≥ 0, years > 0.
    """
    _check(first, last, years)
    return min(100.0, 100 * (first - last) / first * window / years)


def pooled_reduction(
    subpopulations: Sequence[tuple[float, float, float]], window: float, pattern: str = "exponential"
) -> float:
    """Return the reduction [%] of several subpopulations together.

    Every subpopulation (first count, last count, years between) is projected to the same window that ends now, and the
    sums are compared: percentages are never averaged. Reference: IUCN Guidelines v16 (2024) §4.5.2.

    Args:
        subpopulations: counts of each; the last count is the present one.
        window: years.
        pattern: `exponential` or `linear`.

    Raises:
        ValueError: counts are impossible, the pattern unknown, or a subpopulation has no past by the pattern.
    """
    past = now = 0.0
    for first, last, years in subpopulations:
        past += _past(first, last, years, window, pattern)
        now += last
    if past <= 0:
        raise ValueError("there were no individuals at the start of the window")
    return 100 * (1 - now / past)


def _past(first: float, last: float, years: float, window: float, pattern: str) -> float:
    _check(first, last, years)
    if pattern == "linear":
        return max(last + (first - last) * window / years, 0.0)
    if pattern != "exponential":
        raise ValueError("a pattern is exponential or linear")
    if last == 0:
        return first
    return last * math.pow(first / last, window / years)


def moving_reduction(sizes: Mapping[int, float], assessed: int, window: int) -> tuple[float, int]:
    """Return (largest reduction [%], its first year) over windows that hold past and future: criterion A4.

    Args:
        sizes: population size by year, measured and projected; years between two given ones are interpolated
            exponentially.
        assessed: the year of assessment; it lies strictly within each window.
        window: years; at most 100 of them may lie in the future, so that a window of more than 100 years starts the
            earlier (IUCN 2012, criterion A4).

    Raises:
        ValueError: no window around the assessment year is covered by the sizes, or a size is not above 0.
    """
    years = np.array(sorted(sizes), dtype=np.float64)
    logs = np.log([_positive(sizes[int(year)]) for year in years])
    latest = min(years[-1] - window, assessed - 1, assessed + LONGEST_FUTURE_YEARS - window)
    starts = np.arange(max(years[0], assessed - window + 1), latest + 1)
    if starts.size == 0:
        raise ValueError("the sizes cover no window around the assessment year")
    change: npt.NDArray[np.float64] = np.interp(starts + window, years, logs) - np.interp(starts, years, logs)
    best = int(np.argmin(change))
    return 100 * (1 - math.exp(change[best])), int(starts[best])


def _positive(size: float) -> float:
    if not size > 0:
        raise ValueError("sizes must be above 0")
    return size


def _check(first: float, last: float, years: float) -> None:
    if not (first > 0 and last >= 0 and years > 0):
        raise ValueError("counts need first > 0, last ≥ 0 and years > 0")
