"""All open requests at once: who takes which, under workload and conflicts, the worst-served request first.

The assignment is lexicographic: as many places filled as can be; then the worst pair as good as it can be; then the
sum of scores as large as it can be. Pairs that an officer chose are fixed and the rest is solved around them. The
last step is a linear program over each request's best candidates (its matrix is totally unimodular, so that its
vertices are whole); pairs are added by reduced cost until the bound for the full problem is within `gap`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

CANDIDATES = 50
GAP = 0.01
EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who takes what: `provider[r]` is the column for request r, or −1. `bound` is proven for the sum of the free
    pairs' scores given the worst score; `worst` the lowest score among the assigned free pairs; `pairs` how many
    pairs the program saw.
    """

    provider: NDArray[np.int64]
    total: float
    bound: float
    worst: float
    pairs: int


def assign(
    scores: NDArray[np.float64],
    eligible: NDArray[np.bool_],
    capacity: Sequence[int] | NDArray[np.int64],
    *,
    fixed: dict[int, int] | None = None,
    candidates: int = CANDIDATES,
    gap: float = GAP,
) -> Assignment:
    """Assign a provider to every request that can have one.

    `scores` and `eligible` are requests × providers; `capacity` is how many requests a provider can still take. A
    `fixed` choice (request → provider) is kept even where its provider is full. Requests without place stay at −1.
    """
    chosen = np.full(scores.shape[0], -1, dtype=np.int64)
    room = np.array(capacity, dtype=np.int64)
    for request, provider in (fixed or {}).items():
        chosen[request] = provider
        room[provider] = max(room[provider] - 1, 0)
    free = np.flatnonzero(chosen < 0)
    usable = eligible[free] & (scores[free] > 0) & (room > 0)
    if not usable.any():
        return Assignment(chosen, 0.0, 0.0, 0.0, 0)
    worst = _highest_floor(scores[free], usable, room)
    usable &= scores[free] >= worst
    places = _filled(usable, room)
    columns, total, bound, pairs = _fill(scores[free], usable, room, places, candidates, gap)
    chosen[free] = columns
    return Assignment(chosen, total, bound, worst, pairs)


def _filled(usable: NDArray[np.bool_], room: NDArray[np.int64]) -> int:
    """Return how many requests can be served at all."""
    requests, providers = usable.shape
    rows, columns = np.nonzero(usable)
    source, sink = requests + providers, requests + providers + 1
    heads = np.concatenate([np.full(requests, source), rows, np.arange(requests, requests + providers)])
    tails = np.concatenate([np.arange(requests), columns + requests, np.full(providers, sink)])
    limits = np.concatenate([np.ones(requests + rows.size, dtype=np.int32), room.astype(np.int32)])
    graph = sparse.csr_matrix((limits, (heads, tails)), shape=(sink + 1, sink + 1))
    return int(maximum_flow(graph, source, sink).flow_value)


def _highest_floor(scores: NDArray[np.float64], usable: NDArray[np.bool_], room: NDArray[np.int64]) -> float:
    """Return the largest score below which no pair is needed to serve as many requests as can be served."""
    most = _filled(usable, room)
    best_each = np.where(usable, scores, -np.inf).max(axis=1)
    levels = np.unique(scores[usable])
    levels = levels[levels <= best_each[np.isfinite(best_each)].max()]
    low, high = 0, levels.size - 1
    while low < high:
        middle = (low + high + 1) // 2
        if _filled(usable & (scores >= levels[middle]), room) == most:
            low = middle
        else:
            high = middle - 1
    return float(levels[low])


def _fill(
    scores: NDArray[np.float64],
    usable: NDArray[np.bool_],
    room: NDArray[np.int64],
    places: int,
    candidates: int,
    gap: float,
) -> tuple[NDArray[np.int64], float, float, int]:
    masked = np.where(usable, scores, -np.inf)
    within = np.zeros_like(usable)
    most = min(candidates, scores.shape[1])
    best = np.argpartition(-masked, most - 1, axis=1)[:, :most]
    np.put_along_axis(within, best, values=True, axis=1)
    within &= usable
    if _filled(within, room) < places:
        within = usable.copy()
    while True:
        rows, columns = np.nonzero(within)
        solution = _solve(scores[rows, columns], rows, columns, room, places, scores.shape[0])
        gains = masked - solution.by_request[:, None] - solution.by_provider[None, :] - solution.of_places
        gains[within] = -np.inf
        best_gain = np.maximum(gains.max(axis=1, initial=-np.inf), 0.0)
        bound = solution.total + float(best_gain.sum())
        if bound - solution.total <= gap * max(abs(solution.total), EPSILON):
            break
        within |= gains > EPSILON
    taken = np.full(scores.shape[0], -1, dtype=np.int64)
    taken[rows[solution.taken]] = columns[solution.taken]
    return taken, solution.total, bound, rows.size


@dataclass(frozen=True, slots=True)
class _Solution:
    taken: NDArray[np.bool_]
    total: float
    by_request: NDArray[np.float64]
    by_provider: NDArray[np.float64]
    of_places: float


def _solver() -> Any:
    solver: Any = highspy.Highs
    made = solver()
    for name, value in (("output_flag", False), ("threads", 1), ("solver", "simplex")):
        made.setOptionValue(name, value)
    return made


def _solve(
    worth: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    room: NDArray[np.int64],
    places: int,
    requests: int,
) -> _Solution:
    """Maximise Σ worth over pairs with at most one provider a request, `room` requests a provider, and `places` pairs
    in all.
    """
    pairs, providers = worth.size, room.size
    solver: Any = _solver()
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = pairs, requests + providers + 1
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = worth
    program.col_lower_, program.col_upper_ = np.zeros(pairs), np.full(pairs, highspy.kHighsInf)
    program.row_lower_ = np.concatenate([np.full(requests + providers, -highspy.kHighsInf), [float(places)]])
    program.row_upper_ = np.concatenate([np.ones(requests), room.astype(np.float64), [float(places)]])
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.arange(0, 3 * pairs + 1, 3)
    index = np.column_stack([rows, columns + requests, np.full(pairs, requests + providers)])
    program.a_matrix_.index_ = index.ravel()
    program.a_matrix_.value_ = np.ones(3 * pairs)
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"the assignment was not solved: {solver.getModelStatus()}")
    found = solver.getSolution()
    taken = np.asarray(found.col_value) > 0.5
    dual = np.asarray(found.row_dual)
    total = float(worth[taken].sum())
    return _Solution(taken, total, dual[:requests], dual[requests : requests + providers], float(dual[-1]))
