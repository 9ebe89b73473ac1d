"""How much each unit matters: replacement cost, predicted irreplaceability, rarity."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.special import ndtr

from biosetu.planning.feasibility import Unreachable
from biosetu.planning.records import Floats, Integers, Objective, Plan, PlanningProblem
from biosetu.planning.solve import solve
from biosetu.progress import Progress, silent


def replacement_cost(
    problem: PlanningProblem,
    objective: Objective,
    plan: Plan,
    units: Integers,
    *,
    gap: float = 0.0,
    seconds: float = 10.0,
    progress: Progress = silent,
) -> Floats:
    """Return how much worse the best plan becomes that keeps the rest of the plan, when it may not have the unit.

    Cabeza & Moilanen (2006), doi:10.1111/j.1523-1739.2006.00349.x: the best value among plans with the other chosen
    units, less the best among those of them without the unit. The former may have the unit or not, so nothing is ever
    below 0: a unit that the plan would be better without is worth 0. units: (k,) positions of chosen units.
    Result (k,) >= 0 in the objective's unit; infinite where no plan exists without the unit; not a number where the
    unit is not chosen or is locked in, or where none was found in the time. gap, seconds: for each solution.
    """
    result = np.full(units.size, np.nan)
    sign = -1.0 if objective is Objective.MAXIMUM_UTILITY else 1.0
    asked = plan.selected[units] & ~problem.locked_in[units]
    if not asked.any():
        return result
    whole = problem.with_changes(locked_in=plan.selected | problem.locked_in)
    kept = solve(whole, objective, gap=gap, seconds=seconds).evaluation.value
    best = min(sign * kept, sign * plan.evaluation.value)
    for position in np.flatnonzero(asked).tolist():
        progress(position, units.size, "replacement cost")
        without = np.arange(problem.units) == units[position]
        changed = whole.with_changes(locked_in=whole.locked_in & ~without, locked_out=problem.locked_out | without)
        try:
            value = sign * solve(changed, objective, gap=gap, seconds=seconds).evaluation.value
        except Unreachable as error:
            result[position] = np.inf if all(barrier.proven for barrier in error.barriers) else np.nan
            continue
        result[position] = max(value - best, 0.0)
    return result


def predicted_irreplaceability(problem: PlanningProblem, size: int) -> sparse.csr_array:
    """Return, per feature and unit, the chance that a representative choice of `size` units needs the unit.

    Ferrier et al. (2000), doi:10.1016/S0006-3207(99)00149-4: of all choices of `size` of the n units, R_with hold the
    unit and reach the target, R_lost of these fail without it, R_without reach it lacking the unit;
    irreplaceability = R_lost / (R_with + R_without). Numbers of choices come from the normal approximation with the
    finite population correction; the deviation is sqrt((sum of squares - sum^2 / n) / (n - 1)).
    Result (features, units), 0–1, 0 where a unit lacks the feature or the target is 0.
    """
    rows = sparse.csr_array(problem.amounts)
    n = problem.units
    size = min(max(size, 1), n)
    parts = []
    for j in range(problem.features):
        begin, end = rows.indptr[j], rows.indptr[j + 1]
        held = rows.data[begin:end]
        values = _irreplaceability(held, float(held.sum()), float(held @ held), n, size, float(problem.target[j]))
        parts.append(values)
    data = np.concatenate(parts) if parts else np.empty(0)
    return sparse.csr_array((data, rows.indices.copy(), rows.indptr.copy()), shape=rows.shape)


def _irreplaceability(held: Floats, total: float, squares: float, n: int, size: int, target: float) -> Floats:
    if target <= 0 or n < 3:
        return np.where((held > 0) & (target > 0), 1.0, 0.0)
    others = n - 1
    mean = (total - held) / others
    variance = np.maximum((squares - held**2 - (total - held) ** 2 / others) / (others - 1), 0.0)
    with_unit = _reaching(size - 1, mean, variance, others, target - held)
    without_it = _reaching(size - 1, mean, variance, others, np.full(held.size, target))
    excluded = _reaching(size, mean, variance, others, np.full(held.size, target)) * (n - size) / size
    every = with_unit + excluded
    return np.where(every > 0, (with_unit - without_it) / np.where(every > 0, every, 1.0), 1.0)


def _reaching(count: int, mean: Floats, variance: Floats, among: int, target: Floats) -> Floats:
    """Return the chance that `count` of `among` units together hold `target`."""
    spread = np.sqrt(count * variance * max(1.0 - count / among, 0.0))
    surplus = count * mean - target
    sure = (surplus >= -1e-12 * np.maximum(np.abs(target), 1.0)).astype(np.float64)
    return np.where(spread > 0, ndtr(surplus / np.where(spread > 0, spread, 1.0)), sure)


def rarity_weighted_richness(problem: PlanningProblem) -> Floats:
    """Return each unit's share of every feature, relative to the feature's largest holding, summed.

    Williams et al. (1996), doi:10.1046/j.1523-1739.1996.10010155.x, as in prioritizr: sum over features of
    (r_ij / max_j r) / sum_i r_ij. Result (units,).
    """
    rows = sparse.csr_array(problem.amounts)
    total = np.asarray(rows.sum(axis=1)).ravel()
    largest = np.asarray(rows.max(axis=1).todense()).ravel() if rows.nnz else np.zeros(problem.features)
    scale = np.divide(1.0, total * largest, out=np.zeros(total.size), where=(total * largest) > 0)
    result: Floats = rows.T @ scale
    return result
