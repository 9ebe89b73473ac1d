"""Seeded draws: limits that need simulation, the same on every machine for the same seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from biosetu.statistics.index import DEFAULT_LEVEL, Floats


def generator(seed: int) -> np.random.Generator:
    """Return the random generator that all draws use (PCG64), started from a seed."""
    return np.random.Generator(np.random.PCG64(seed))


def draw_limits(draws: Floats, level: float = DEFAULT_LEVEL) -> tuple[Floats, Floats, Floats]:
    """Return (median, lower, upper) of draws along the first axis; NaN draws are left out, all-NaN gives NaN."""
    tail = (1 - level) / 2
    out = np.full((3, *draws.shape[1:]), np.nan)
    some = ~np.isnan(draws).all(axis=0)
    out[:, some] = np.nanquantile(draws[:, some], (0.5, tail, 1 - tail), axis=0)
    return out[0], out[1], out[2]


def bootstrap_index(
    weights: npt.ArrayLike, draws: int, seed: int, shares: npt.ArrayLike | None = None, heaviest: int = 5
) -> Floats:
    """Return `draws` values of the index of samples of the units, drawn with replacement; shape (draws,).

    Units without a weight (NaN) are drawn too and then left out. With equal shares a sample is a multinomial
    draw of the categories' counts, which is the same distribution at a fraction of the cost.

    Reference: sampled Red List Index, Baillie et al. 2008, doi:10.1111/j.1755-263X.2008.00006.x.
    """
    w = np.asarray(weights, dtype=np.float64)
    random = generator(seed)
    if shares is None:
        counts = np.bincount(np.where(np.isnan(w), heaviest + 1, w).astype(np.int64), minlength=heaviest + 2)
        drawn = random.multinomial(w.size, counts / w.size, size=draws)[:, : heaviest + 1]
        total, weighted = drawn.sum(axis=1), drawn @ np.arange(heaviest + 1.0)
    else:
        s = np.where(np.isnan(w), 0.0, np.asarray(shares, dtype=np.float64))
        times = random.multinomial(w.size, np.full(w.size, 1 / w.size), size=draws)
        total, weighted = times @ s, times @ (s * np.nan_to_num(w))
    loss: Floats = np.divide(weighted, heaviest * total, out=np.full(draws, np.nan), where=total > 0)
    return 1.0 - loss
