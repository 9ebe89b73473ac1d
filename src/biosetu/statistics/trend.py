"""Robust straight-line trends: the Theil-Sen slope with Kendall's distribution-free interval.

References: Theil (1950) Proc. K. Ned. Akad. Wet. 53; Sen (1968) J. Am. Stat. Assoc. 63, 1379-1389,
doi:10.1080/01621459.1968.10480934; Hollander, Wolfe & Chicken (2014) Nonparametric Statistical Methods, 3rd ed.,
section 9.3 (interval).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST_POINTS = 3
EXACT_UP_TO = 60


@dataclass(frozen=True, slots=True)
class Slope:
    """A Theil-Sen slope [units of the values per year]; `lower` and `upper` are None where none can be given."""

    slope: float
    lower: float | None
    upper: float | None
    level: float
    points: int


def theil_sen(years: ArrayLike, values: ArrayLike, level: float = 0.95) -> Slope:
    """Return the median of the slopes between all pairs of points, and its two-sided interval.

    `years` and `values` are one-dimensional, of one length, finite; years are distinct, in any order. The interval
    assumes independent errors of one distribution; its critical value is Kendall's exact one without ties up to 60
    points, beyond that the normal approximation (with ties in the values it is therefore conservative). With so few
    points that no interval reaches `level` (under 5 at 0.95) the bounds are None. Raises ValueError on fewer than 3
    points: two points are a difference, not a trend.
    """
    x, y = _checked(years, values)
    slopes = np.sort(_pair_slopes(x, y))
    rank = (slopes.size - (kendall_critical(x.size, level) - 2)) // 2
    bounded = rank >= 1
    return Slope(
        slope=float(np.median(slopes)),
        lower=float(slopes[rank - 1]) if bounded else None,
        upper=float(slopes[slopes.size - rank]) if bounded else None,
        level=level,
        points=int(x.size),
    )


def _checked(years: ArrayLike, values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.asarray(years, dtype=np.float64)
    y = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError("years and values must be one-dimensional and of one length")
    if x.size < FEWEST_POINTS:
        raise ValueError(f"a trend needs at least {FEWEST_POINTS} points, not {x.size}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("years and values must be finite")
    if np.unique(x).size < x.size:
        raise ValueError("a year stands twice")
    return x, y


def _pair_slopes(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    first, second = np.triu_indices(x.size, 1)
    slopes: NDArray[np.float64] = (y[second] - y[first]) / (x[second] - x[first])
    return slopes


def kendall_critical(points: int, level: float) -> int:
    """Return the smallest k of Kendall's score S with P(S >= k) <= (1 - level) / 2 when there is no trend.

    Exact up to 60 points; beyond, from the normal approximation. It has the parity that S can have, and exceeds the
    largest possible score (by 2) where no score is rare enough.
    """
    tail = (1 - level) / 2
    pairs = points * (points - 1) // 2
    if points > EXACT_UP_TO:
        spread = math.sqrt(points * (points - 1) * (2 * points + 5) / 18)
        k = math.ceil(NormalDist().inv_cdf(1 - tail) * spread)
        return k + (k - pairs) % 2
    counts = _inversions(points)
    beyond, discordant = 0, 0
    total = math.factorial(points)
    while discordant < len(counts) and beyond + counts[discordant] <= tail * total:
        beyond += counts[discordant]
        discordant += 1
    return pairs - 2 * discordant + 2


@cache
def _inversions(points: int) -> tuple[int, ...]:
    """Return how many orders of n things have 0, 1, 2 … pairs out of order (Mahonian numbers)."""
    counts = [1]
    for size in range(2, points + 1):
        longer = [0] * (len(counts) + size - 1)
        for start in range(size):
            for index, count in enumerate(counts):
                longer[start + index] += count
        counts = longer
    return tuple(counts)
