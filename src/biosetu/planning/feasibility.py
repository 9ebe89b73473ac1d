"""Whether a plan can exist at all, and if not, which demand stands in the way and by how much."""

from __future__ import annotations

import numpy as np

from biosetu.planning.evaluation import TOLERANCE
from biosetu.planning.records import Objective, PlanningProblem
from biosetu.problems import Problem


def impossible(problem: PlanningProblem, objective: Objective) -> list[Problem]:
    """Return every demand that no choice of units can meet; empty when a plan exists.

    For these objectives the test is exact: targets can all be met if and only if taking every unit that is not
    locked out meets each of them, and budgets can be kept if and only if the locked-in units keep them.
    """
    if objective is Objective.MINIMUM_SET:
        return _targets_out_of_reach(problem)
    return _budgets_broken(problem)


def _targets_out_of_reach(problem: PlanningProblem) -> list[Problem]:
    available = problem.amounts @ (~problem.locked_out).astype(np.float64)
    missing = problem.target - available
    beyond = np.flatnonzero(missing > TOLERANCE * problem.target)
    return [
        Problem(
            f"the target of {problem.target[j]:.6g} cannot be met: all units that may be chosen hold "
            f"{available[j]:.6g}, {missing[j]:.6g} ({100 * missing[j] / problem.target[j]:.3g} %) too little",
            "Lower the target, free locked-out units, or use the minimum shortfall objective",
            "target-out-of-reach",
            column="feature",
            value=problem.feature[j],
        )
        for j in beyond
    ]


def _budgets_broken(problem: PlanningProblem) -> list[Problem]:
    names = problem.groups if problem.budget.size > 1 else ("",)
    bound = np.bincount(
        problem.budget_row[problem.locked_in], problem.cost[problem.locked_in], minlength=max(problem.budget.size, 1)
    )
    return [
        Problem(
            f"the units locked in cost {bound[k]:.6g}, {bound[k] - budget:.6g} more than the budget of {budget:.6g}",
            "Raise the budget, unlock units, or set the cost of what is already protected to 0",
            "budget-broken",
            column="budget",
            value=names[k],
        )
        for k, budget in enumerate(problem.budget)
        if bound[k] > budget * (1 + TOLERANCE)
    ]
