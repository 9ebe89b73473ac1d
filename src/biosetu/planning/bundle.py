"""Proximal bundle ascent of a concave function given by values and supergradients (Kiwiel 1990).

The quadratic step is solved in its dual, over the weights of at most `CUTS` supergradients: no external
solver, the same answer every time.
"""

from __future__ import annotations

import numpy as np

from biosetu.geo.compiled import compiled
from biosetu.planning.records import Floats

CUTS = 60
SWEEPS = 4000
SERIOUS = 0.1
PRECISION = 1e-9


class Bundle:
    """Climbs a concave function on the box 0 <= point <= limit."""

    def __init__(self, start: Floats, limit: Floats) -> None:
        self.limit = limit
        self.centre = np.clip(start, 0.0, limit)
        self.trial = self.centre.copy()
        self.value = self.bound = -np.inf  # at the centre; the highest anywhere
        self.proof = self.centre
        self.slopes = np.empty((0, start.size))
        self.heights = np.empty(0)  # each cut's value at point 0
        self.weights = np.empty(0)
        self.tags = np.empty(0, np.int64)  # which call of `add` each cut came from
        self.added = 0
        self.step = -1.0
        self.expected = np.inf

    def add(self, value: float, slope: Floats) -> None:
        """Take in the function's value and supergradient at the trial point; move there if it is better enough."""
        self._forget()
        self.slopes = np.vstack([self.slopes, slope])
        self.tags = np.append(self.tags, self.added)
        self.added += 1
        self.heights = np.append(self.heights, value - slope @ self.trial)
        self.weights = np.append(self.weights, 0.0 if self.weights.size else 1.0)
        if value > self.bound:
            self.bound, self.proof = value, self.trial.copy()
        if not np.isfinite(self.value):
            self.value = value
            return
        gain = value - self.value
        if gain >= SERIOUS * self.expected:
            self.step *= 2.0 if gain > 0.5 * self.expected else 1.0
            self.centre, self.value = self.trial.copy(), value
        else:
            self.step *= 0.9 if gain > -self.expected else 0.7

    def propose(self, best: float) -> None:
        """Choose the next trial point; `best` is a value that the function cannot exceed."""
        if self.step < 0:
            norm = float(self.slopes[-1] @ self.slopes[-1])
            self.step = min(max(best - self.value, abs(self.value) * 0.1), abs(self.value)) / max(norm, 1e-30)
        for _ in range(20):
            self.trial = self._climb()
            model = float((self.heights + self.slopes @ self.trial).min())
            self.expected = max(model - self.value, 1e-15 * abs(self.value))
            if model <= best + 0.05 * abs(best - self.value):
                break
            self.step *= 0.5

    def settled(self, change: float) -> bool:
        """Return whether the model promises less than this relative change."""
        return bool(np.isfinite(self.expected) and self.expected <= 1e-2 * change * max(abs(self.value), 1e-30))

    def _climb(self) -> Floats:
        """Solve max_y min_k (h_k + s_k y) - |y - centre|^2 / (2 step) over the box."""
        self.weights = _mix(self.slopes, self.heights, self.centre, self.limit, self.step, self.weights)
        return np.clip(self.centre + self.step * (self.weights @ self.slopes), 0.0, self.limit)

    def _forget(self) -> None:
        if self.heights.size < CUTS:
            return
        keep = np.sort(np.argsort(-self.weights, kind="stable")[: CUTS - 10])
        recent = np.arange(self.heights.size - 5, self.heights.size)
        keep = np.union1d(keep, recent)
        self.slopes, self.heights = self.slopes[keep], self.heights[keep]
        self.weights, self.tags = self.weights[keep], self.tags[keep]
        self.weights /= self.weights.sum() or 1.0


@compiled
def _mix(slopes: Floats, heights: Floats, centre: Floats, limit: Floats, step: float, weights: Floats) -> Floats:
    """Return the weights of the cuts in the step: the dual of the quadratic problem, by pairwise exchange.

    For given weights the step is clip(centre + step * mean slope); weight moves from the highest cut there to
    the lowest. The curvature used is that without the box, an upper limit, so that every move is a descent.
    """
    weights = weights.copy()
    mean = slopes.T @ weights
    for _ in range(SWEEPS):
        point = np.minimum(np.maximum(centre + step * mean, 0.0), limit)
        values = heights + slopes @ point
        down = int(np.argmin(values))
        up = -1
        for k in range(weights.size):
            if weights[k] > 0 and (up < 0 or values[k] > values[up]):
                up = k
        excess = values[up] - values[down]
        if excess <= PRECISION * max(abs(values[down]), 1e-30):
            break
        away = slopes[down] - slopes[up]
        curve = step * float(away @ away)
        amount = weights[up] if curve * weights[up] <= excess else excess / curve
        weights[down] += amount
        weights[up] -= amount
        mean += amount * away
    return weights
