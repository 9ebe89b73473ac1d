"""What a set of units amounts to, from the units alone: no solver's number is ever passed on unchecked."""

from __future__ import annotations

import math

import numpy as np

from biosetu.planning.records import Evaluation, Flags, Floats, Objective, PlanningProblem

TOLERANCE = 1e-9


def evaluate(problem: PlanningProblem, selected: Flags, objective: Objective) -> Evaluation:
    """Return objective, cost, boundary and achievement of the chosen units.

    selected: (units,) bool. Costs are summed exactly (math.fsum), so that the order of units is of no effect.
    The formulas are those of Marxan (Ball et al. 2009) and prioritizr (Hanson et al. 2025,
    doi:10.1111/cobi.14376): minimum set = cost + penalty; minimum shortfall = weighted shares of targets
    missed + penalty; maximum utility = weighted amounts - penalty; penalty = price x boundary length. Feasible: locks
    kept, and all targets (minimum set), or all budgets and the targets that are required (the others).
    """
    achieved = problem.amounts @ selected.astype(np.float64)
    missing = np.maximum(problem.target - achieved, 0.0)
    wanted = np.where(problem.target > 0, problem.target, 1.0)
    shortfall = np.where(missing <= TOLERANCE * wanted, 0.0, missing / wanted)
    spent = spending(problem, selected)
    length = boundary_length(problem, selected)
    cost = math.fsum(problem.cost[selected])
    value = {
        Objective.MINIMUM_SET: lambda: cost + problem.penalty * length,
        Objective.MINIMUM_SHORTFALL: lambda: float(problem.weight @ shortfall) + problem.penalty * length,
        Objective.MAXIMUM_UTILITY: lambda: float(problem.weight @ achieved) - problem.penalty * length,
    }[objective]()
    locks_kept = not (problem.locked_in & ~selected).any() and not (problem.locked_out & selected).any()
    if objective is Objective.MINIMUM_SET:
        kept = not shortfall.any()
    else:
        kept = bool((spent <= problem.limits * (1 + TOLERANCE)).all()) and not shortfall[problem.required].any()
    return Evaluation(objective, value, cost, length, achieved, shortfall, spent, locks_kept and kept)


def boundary_length(problem: PlanningProblem, selected: Flags) -> float:
    """Return the length of the outline: borders with exactly one side chosen, and exposed borders x edge_factor."""
    edges = problem.boundary
    cut = edges.length[selected[edges.first] != selected[edges.second]]
    return math.fsum(cut) + problem.edge_factor * math.fsum(edges.exposed[selected])


def spending(problem: PlanningProblem, selected: Flags) -> Floats:
    """Return the cost counted against each of `problem.limits`; empty without budgets."""
    counted = problem.counted
    rows = (counted.indices[counted.indptr[k] : counted.indptr[k + 1]] for k in range(problem.limits.size))
    return np.array([math.fsum(problem.cost[row[selected[row]]]) for row in rows])
