"""Lagrangian relaxation of targets and budgets: a proven bound and good choices in seconds.

With a price on each target and budget, what remains is a choice of units that is paid or charged one by one
plus the price of borders: a minimum cut, solved exactly (Picard & Ratliff 1975, doi:10.1002/net.3230050405).
Any prices give a bound (Geoffrion 1974, doi:10.1007/BFb0120690); the best ones, found by a proximal bundle
(Kiwiel 1990, doi:10.1007/BF01585731), give that of the linear relaxation.

All three objectives are one: minimise over x in {0,1}
    sum_i (mu_g(i) c_i + p e_i - sum_j lambda_j r_ij) x_i + p sum_ij b_ij |x_i - x_j| + sum_j lambda_j T_j - mu B
with mu = 1 and B = 0, lambda >= 0 (minimum set); lambda_j <= w_j / T_j, mu >= 0 (minimum shortfall);
lambda_j = w_j, T = 0, mu >= 0 (maximum utility, value negated). Of a required target the price has no upper limit;
under maximum utility it comes on top of w_j.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from biosetu.planning.bundle import Bundle
from biosetu.planning.mincut import MinimumCut
from biosetu.planning.records import Flags, Floats, Integers, Objective, PlanningProblem

SCALE_BITS = 40
HIGHEST = 2.0**43  # a unit priced above that counts as that: the bound stays a bound, and sums stay whole numbers
CHANGE = 1e-4  # a bound that promises to rise by less than a hundredth of this is settled


@dataclass(frozen=True, slots=True)
class Prices:
    """Price of a unit of each feature (lambda) and of each budget (mu)."""

    feature: Floats
    budget: Floats


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The minimising units at some prices, the bound they prove and where the bound rises (supergradient)."""

    selected: Flags
    bound: float
    slope: Floats


class Relaxation:
    """The relaxed problem of one objective; `at(prices)` solves it exactly."""

    def __init__(self, problem: PlanningProblem, objective: Objective) -> None:
        self.problem, self.objective = problem, objective
        self.by_unit = sparse.csr_array(problem.amounts.T)
        self.utility = objective is Objective.MAXIMUM_UTILITY
        self.use = problem.demanded if self.utility else problem.target > 0
        self.worth = problem.weight if self.utility else np.zeros(problem.features)
        self.soft = self.use & ~problem.required & (objective is Objective.MINIMUM_SHORTFALL)
        self.target = np.where(self.use, problem.target, 0.0)
        budgeted = objective is not Objective.MINIMUM_SET
        self.budget = problem.limits if budgeted else np.empty(0)
        self.counted = problem.counted if budgeted else sparse.csr_array((0, problem.units))
        self.fixed = problem.penalty * problem.edge_factor * problem.boundary.exposed
        edge_price = problem.penalty * problem.boundary.length
        largest = max(self._largest_worth(), edge_price.max(initial=0.0), self.fixed.max(initial=0.0)) or 1.0
        self.scale = 2.0 ** (SCALE_BITS - 8 - math.ceil(math.log2(largest)))
        self.capacity = np.floor(edge_price * self.scale).astype(np.int64)
        self.cut = None
        if problem.has_boundary:
            self.cut = MinimumCut(problem.units, problem.boundary.first, problem.boundary.second, self.capacity)
        self.locked = np.flatnonzero(problem.locked_in | problem.locked_out)

    def _largest_worth(self) -> float:
        """Return the largest amount that a whole number must hold: a unit's cost, or under a budget its worth."""
        problem = self.problem
        if self.objective is Objective.MINIMUM_SET:
            return float(problem.cost.max(initial=0.0))
        wanted = np.where(self.use, problem.weight / np.where(self.use, problem.target, 1.0), 0.0)
        price = problem.weight if self.utility else wanted
        return float((self.by_unit @ price).max(initial=0.0))

    @property
    def coordinates(self) -> Integers:
        """Positions of the features that are priced."""
        return np.flatnonzero(self.use)

    def limits(self) -> Floats:
        """Return the upper limit of each coordinate (features, then budgets), in coordinates scaled by target."""
        features = np.where(self.soft, self.problem.weight, np.inf)[self.use]
        return np.concatenate([features, np.full(self.budget.size, np.inf)])

    def prices(self, point: Floats) -> Prices:
        """Turn bundle coordinates (lambda_j T_j, then mu_g B_g) into prices."""
        priced = self.coordinates
        feature = self.worth.copy()
        feature[priced] += point[: priced.size] / self.target[priced]
        return Prices(feature, point[priced.size :] / np.where(self.budget > 0, self.budget, 1.0))

    def unary(self, prices: Prices) -> Floats:
        """Return what choosing each unit costs at these prices, borders between units apart."""
        if self.objective is Objective.MINIMUM_SET:
            paid = self.problem.cost
        else:
            paid = (self.counted.T @ prices.budget) * self.problem.cost
        result: Floats = paid + self.fixed - self.by_unit @ prices.feature
        return result

    def at(self, point: Floats) -> Relaxed:
        """Solve the relaxed problem at these coordinates."""
        prices = self.prices(point)
        whole = np.floor(np.minimum(self.unary(prices) * self.scale, HIGHEST)).astype(np.int64)
        chosen = self._choose(whole)
        energy = int(whole[chosen].sum()) + self._cut_energy(chosen)
        bound = energy / self.scale + self._constant(prices)
        return Relaxed(chosen, bound, self._slope(chosen))

    def _choose(self, whole: Integers) -> Flags:
        problem = self.problem
        if self.cut is None:
            return ((whole < 0) & ~problem.locked_out) | problem.locked_in
        forced = whole.copy()
        wall = 2**52
        forced[problem.locked_in], forced[problem.locked_out] = -wall, wall
        return self.cut.solve(forced)

    def _cut_energy(self, chosen: Flags) -> int:
        if self.cut is None:
            return 0
        edges = self.problem.boundary
        return int(self.capacity[chosen[edges.first] != chosen[edges.second]].sum())

    def _constant(self, prices: Prices) -> float:
        constant = float((prices.feature - self.worth) @ self.target) if self.use.any() else 0.0
        if self.soft.any():
            wanted = prices.feature[self.soft] * self.target[self.soft]
            constant += float(np.minimum(self.problem.weight[self.soft] - wanted, 0.0).sum())
        return constant - float(prices.budget @ self.budget)

    def _slope(self, chosen: Flags) -> Floats:
        priced = self.coordinates
        achieved = (self.problem.amounts @ chosen.astype(np.float64))[priced]
        rise = 1.0 - achieved / self.target[priced]
        spent = self.counted @ np.where(chosen, self.problem.cost, 0.0)
        over = spent / np.where(self.budget > 0, self.budget, 1.0) - (self.budget > 0)
        return np.concatenate([rise, over])


def starting_point(relaxation: Relaxation) -> Floats:
    """Return first coordinates: each target carries an equal part of the cost of reaching it alone."""
    problem = relaxation.problem
    priced = relaxation.coordinates
    total = np.asarray(problem.amounts.sum(axis=1)).ravel()[priced]
    need = relaxation.target[priced] / np.where(total > 0, total, 1.0)
    if relaxation.objective is Objective.MINIMUM_SET:
        base = float(problem.cost.sum()) * float(need.mean() if need.size else 0.0)
        return np.full(priced.size, base / max(priced.size, 1))
    worth = float(
        (problem.weight * (np.asarray(problem.amounts.sum(axis=1)).ravel() if relaxation.utility else 1)).sum()
    )
    share = np.minimum(relaxation.budget / max(float(problem.cost.sum()), 1e-30), 1.0)
    return np.concatenate([problem.weight[priced] * 0.5, worth * share * 0.5])


def raise_bound(
    relaxation: Relaxation,
    visit: Callable[[Relaxed, Bundle], float],
    *,
    gap: float,
    seconds: float,
    steps: int,
) -> Bundle:
    """Raise the bound until it is within `gap` of the best value known, or steps or seconds run out.

    visit: called with each relaxed solution, after the bundle has taken it in; returns the best value known.
    """
    began = time.monotonic()
    bundle = Bundle(starting_point(relaxation), relaxation.limits())
    for _ in range(steps):
        relaxed = relaxation.at(bundle.trial)
        bundle.add(relaxed.bound, relaxed.slope)
        best = visit(relaxed, bundle)
        if best - bundle.bound <= gap * abs(best) or bundle.settled(CHANGE) or time.monotonic() - began > seconds:
            break
        bundle.propose(best)
    return bundle
