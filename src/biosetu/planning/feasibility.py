"""Whether a plan can exist at all, and if not, which demand stands in the way and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biosetu.planning.evaluation import TOLERANCE, spending
from biosetu.planning.records import Objective, PlanningProblem
from biosetu.problems import Problem
from biosetu.translation import N_

TARGET, BUDGET = "target", "budget"


@dataclass(frozen=True, slots=True)
class Barrier:
    """A demand that no choice of units can meet.

    kind: TARGET (`wanted` of feature `name`, all units that may be chosen hold `there`) or BUDGET (`name` is the
    Party, empty for the budget common to all; `wanted` may be spent, the units locked in cost `there`).
    """

    kind: str
    name: str
    wanted: float
    there: float

    @property
    def missing(self) -> float:
        """What is too little (target) or too much (budget)."""
        return abs(self.wanted - self.there)


def barriers(problem: PlanningProblem, objective: Objective) -> list[Barrier]:
    """Return every demand that no choice of units can meet; empty when a plan exists.

    For these objectives the test is exact: targets can all be met if and only if taking every unit that is not
    locked out meets each of them, and budgets can be kept if and only if the locked-in units keep them.
    """
    if objective is Objective.MINIMUM_SET:
        return _targets_out_of_reach(problem)
    return _budgets_broken(problem)


def impossible(problem: PlanningProblem, objective: Objective) -> list[Problem]:
    """Return the barriers as problems to be told."""
    return [_told(barrier) for barrier in barriers(problem, objective)]


def _told(barrier: Barrier) -> Problem:
    if barrier.kind == TARGET:
        return Problem(
            f"the target of {barrier.wanted:.6g} cannot be met: all units that may be chosen hold "
            f"{barrier.there:.6g}, {barrier.missing:.6g} ({100 * barrier.missing / barrier.wanted:.3g} %) too little",
            N_("Lower the target, free locked-out units, or use the minimum shortfall objective"),
            "target-out-of-reach",
            column="feature",
            value=barrier.name,
        )
    return Problem(
        f"the units locked in cost {barrier.there:.6g}, {barrier.missing:.6g} more than the budget of "
        f"{barrier.wanted:.6g}",
        N_("Raise the budget, unlock units, or set the cost of what is already protected to 0"),
        "budget-broken",
        column="budget",
        value=barrier.name,
    )


def _targets_out_of_reach(problem: PlanningProblem) -> list[Barrier]:
    available = problem.amounts @ (~problem.locked_out).astype(np.float64)
    beyond = np.flatnonzero(problem.target - available > TOLERANCE * problem.target)
    return [Barrier(TARGET, problem.feature[j], float(problem.target[j]), float(available[j])) for j in beyond.tolist()]


def _budgets_broken(problem: PlanningProblem) -> list[Barrier]:
    bound = spending(problem, problem.locked_in).tolist()
    return [
        Barrier(BUDGET, name, limit, spent)
        for name, limit, spent in zip(problem.limit_names, problem.limits.tolist(), bound, strict=True)
        if spent > limit * (1 + TOLERANCE)
    ]
