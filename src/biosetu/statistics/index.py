"""The index of a Red List: `1 − Σ W·share / (W_max Σ share)`, and its exact limits for what is data deficient.

Species and ecosystems use the same sum with their own weights.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
LATTICE = 8192
DEFAULT_LEVEL = 0.90


@cache
def index_weights(scheme: str = "species") -> MappingProxyType[str, int]:
    """Return category → weight of a scheme, `species` or `ecosystems`, from `data/index_weights.csv`.

    Categories that carry no weight (DD, NE, NA) are absent. Raises KeyError for an unknown scheme.
    """
    text = (files("biosetu.statistics") / "data" / "index_weights.csv").read_text(encoding="utf-8")
    rows = {row["category"]: int(row["weight"]) for row in csv.DictReader(text.splitlines()) if row["scheme"] == scheme}
    if not rows:
        raise KeyError(scheme)
    return MappingProxyType(rows)


def index_value(weights: npt.ArrayLike, shares: npt.ArrayLike | None = None, heaviest: int = 5) -> float:
    """Return the index of one group: 1 when all is of least concern, 0 when all is extinct or collapsed.

    Args:
        weights: weight of each unit's category, shape (n,); NaN (data deficient) is left out.
        shares: share of each unit that counts, shape (n,), ≥ 0; without it every unit counts as one.
        heaviest: the largest weight of the scheme.

    Returns:
        `1 − Σ w·s / (heaviest · Σ s)`, in [0, 1]; NaN where no unit with a weight and a positive share is left.

    Reference: Butchart et al. 2007, doi:10.1371/journal.pone.0000140; shares, Rodrigues et al. 2014,
    doi:10.1371/journal.pone.0113934.
    """
    w = np.asarray(weights, dtype=np.float64)
    s = np.ones_like(w) if shares is None else np.asarray(shares, dtype=np.float64)
    known = ~np.isnan(w)
    total = float(s[known].sum())
    return 1.0 - float(w[known] @ s[known]) / (heaviest * total) if total > 0 else float("nan")


def grouped_index(
    weights: npt.ArrayLike,
    groups: npt.ArrayLike,
    n_groups: int,
    shares: npt.ArrayLike | None = None,
    heaviest: int = 5,
) -> Floats:
    """Return the index of each group, shape (n_groups,); `groups` gives each unit's group as 0 … n_groups − 1.

    The other arguments, missing values and the result are as in `index_value`.
    """
    w, g = np.asarray(weights, dtype=np.float64), np.asarray(groups, dtype=np.int64)
    s = np.ones_like(w) if shares is None else np.asarray(shares, dtype=np.float64)
    known = ~np.isnan(w)
    total = np.bincount(g[known], s[known], n_groups)
    weighted = np.bincount(g[known], (w * s)[known], n_groups)
    loss: Floats = np.divide(weighted, heaviest * total, out=np.full(n_groups, np.nan), where=total > 0)
    return 1.0 - loss


def deficient_limits(
    weights: npt.ArrayLike,
    shares: npt.ArrayLike | None = None,
    level: float = DEFAULT_LEVEL,
    heaviest: int = 5,
) -> tuple[float, float]:
    """Return the limits of the index of one group when each data-deficient unit could be like any other of the group.

    Every unit without a weight draws one from the units that have one, independently and with replacement; the
    distribution of the resulting index is computed, not simulated. With equal shares it is exact (the D-fold
    convolution of the weights' frequencies); with unequal shares the data-deficient shares are first placed on a
    lattice of 1/8192 of their sum, keeping their sum.

    Args:
        weights: weight of each unit, whole numbers 0 … heaviest, shape (n,); NaN for data deficient.
        shares: as in `index_value`.
        level: probability between the limits, the rest equally on both sides.
        heaviest: the largest weight of the scheme.

    Returns:
        (lower, upper) of the index, units that draw included in it; both equal to the value where nothing is
        deficient; NaN where no unit has a weight.

    Reference: draws with replacement as in Butchart et al. 2010, doi:10.1126/science.1187512.
    """
    w = np.asarray(weights, dtype=np.float64)
    s = np.ones_like(w) if shares is None else np.asarray(shares, dtype=np.float64)
    known = ~np.isnan(w)
    missing = s[~known & (s > 0)]
    value = index_value(w, s, heaviest)
    if missing.size == 0 or np.isnan(value):
        return value, value
    frequencies = np.bincount(w[known & (s > 0)].astype(np.int64), minlength=heaviest + 1).astype(np.float64)
    unit, steps = _on_lattice(missing)
    chance = sum_distribution(frequencies / frequencies.sum(), steps)
    low, high = quantiles_of(chance, level)
    total = heaviest * float(s[known].sum() + missing.sum())
    certain = float(w[known] @ s[known])
    return 1.0 - (certain + unit * high) / total, 1.0 - (certain + unit * low) / total


def sum_distribution(frequencies: Floats, steps: npt.NDArray[np.int64]) -> Floats:
    """Return the probabilities of `Σ stepᵢ·Wᵢ` = 0, 1, 2 … with independent Wᵢ of the given frequencies.

    Args:
        frequencies: probability of weight 0, 1, …, shape (k,), summing to 1.
        steps: whole multiples, shape (n,), ≥ 0.

    Computed as the product of the characteristic functions on the circle that holds every possible sum.
    """
    length = int(steps.sum()) * (frequencies.size - 1) + 1
    turn = np.exp(-2j * np.pi * np.arange(length) / length)
    product = np.ones(length // 2 + 1, dtype=np.complex128)
    at = np.arange(length // 2 + 1)
    for step, count in zip(*np.unique(steps, return_counts=True), strict=True):
        z = turn[(at * step) % length]
        product *= np.polynomial.polynomial.polyval(z, frequencies) ** int(count)
    return np.clip(np.fft.irfft(product, length), 0.0, None)


def quantiles_of(chance: Floats, level: float) -> tuple[int, int]:
    """Return the smallest sums whose cumulative probability reaches (1 − level)/2 and (1 + level)/2."""
    cumulative = np.cumsum(chance / chance.sum())
    tail = (1.0 - level) / 2
    low, high = np.searchsorted(cumulative, (tail - 1e-12, 1.0 - tail - 1e-12))
    return int(low), int(min(high, chance.size - 1))


def _on_lattice(shares: Floats) -> tuple[float, npt.NDArray[np.int64]]:
    """Return (unit, whole multiples) whose products are the shares, to 1/8192 of their sum, the sum kept."""
    if np.ptp(shares) == 0:
        return float(shares[0]), np.ones(shares.size, dtype=np.int64)
    unit = float(shares.sum()) / LATTICE
    edges = np.rint(np.cumsum(np.sort(shares)) / unit).astype(np.int64)
    return unit, np.diff(edges, prepend=0)
