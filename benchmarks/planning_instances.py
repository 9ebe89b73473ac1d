"""Synthetic planning problems with the texture of real ones: patchy features, clustered costs, a square grid."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, sparse

from biosetu.planning.records import Boundary, PlanningProblem


def grid_boundary(rows: int, columns: int, side: float = 1.0) -> Boundary:
    """Return the borders of a full grid of squares."""
    index = np.arange(rows * columns).reshape(rows, columns)
    first = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    second = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    exposed = np.full(index.size, 4.0 * side)
    np.subtract.at(exposed, first, side)
    np.subtract.at(exposed, second, side)
    return Boundary(first, second, np.full(first.size, side), exposed)


def field(random: np.random.Generator, rows: int, columns: int, scale: float) -> np.ndarray:
    """Return a smooth random surface, mean 0 and variance 1."""
    values = ndimage.gaussian_filter(random.standard_normal((rows, columns)), scale, mode="reflect").ravel()
    return (values - values.mean()) / values.std()


def instance(rows: int, columns: int, features: int, *, penalty: float = 0.0, seed: int = 1) -> PlanningProblem:
    """Return a minimum-set problem: each feature lives in 2–40 % of the grid, 17 % of it is wanted."""
    random = np.random.default_rng(seed)
    n = rows * columns
    cost = np.exp(0.5 * field(random, rows, columns, max(rows, columns) / 20)) * np.exp(0.2 * random.standard_normal(n))
    parts = []
    for _ in range(features):
        scale = rows * 2.0 ** random.uniform(-6, -3)
        surface = field(random, rows, columns, scale)
        threshold = np.quantile(surface, 1 - random.uniform(0.02, 0.4))
        parts.append(np.where(surface > threshold, np.round(100 * (surface - threshold) + 1), 0.0))
    amounts = sparse.csr_array(np.vstack(parts))
    return PlanningProblem(
        unit_id=np.arange(n),
        cost=cost,
        amounts=amounts,
        feature=tuple(f"f{i}" for i in range(features)),
        target=0.17 * np.asarray(amounts.sum(axis=1)).ravel(),
        weight=np.ones(features),
        locked_in=np.zeros(n, bool),
        locked_out=np.zeros(n, bool),
        boundary=grid_boundary(rows, columns),
        penalty=penalty,
    )
