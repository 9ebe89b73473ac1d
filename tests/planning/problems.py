"""Small random planning problems, and the best plan by trying every choice."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from biosetu.planning.records import Boundary, Objective, PlanningProblem


def small_problem(seed: int, *, units: int = 12, features: int = 4, groups: int = 1) -> PlanningProblem:
    random = np.random.default_rng(seed)
    amounts = np.where(random.random((features, units)) < 0.6, random.integers(1, 10, (features, units)), 0)
    pairs = np.array([(i, j) for j in range(units) for i in range(j) if random.random() < 0.3]).reshape(-1, 2)
    cost = random.integers(1, 20, units) * 1.0
    locked = random.random(units)
    group = np.arange(units) % groups
    budget = np.array([cost[group == g].sum() * random.uniform(0.3, 0.6) for g in range(groups)])
    problem = PlanningProblem(
        unit_id=np.arange(units) + 1,
        cost=cost,
        amounts=sparse.csr_array(amounts.astype(float)),
        feature=tuple(f"f{j}" for j in range(features)),
        target=np.floor(amounts.sum(axis=1) * random.uniform(0.2, 0.6, features)),
        weight=random.uniform(0.5, 2.0, features).round(2),
        locked_in=locked < 0.05,
        locked_out=locked > 0.95,
        boundary=Boundary(
            pairs[:, 0], pairs[:, 1], random.uniform(0.5, 3, len(pairs)).round(2), random.uniform(0, 2, units).round(2)
        ),
        penalty=float(random.choice([0.0, 0.4, 1.5])),
        groups=tuple(f"P{g}" for g in range(groups)),
        group=group,
        budget=budget,
    )
    bound = np.bincount(group[problem.locked_in], cost[problem.locked_in], minlength=groups)
    return problem.with_changes(budget=np.maximum(budget, bound))


def best_by_enumeration(problem: PlanningProblem, objective: Objective) -> float | None:
    """Return the best value over every choice of units, None when no choice is feasible."""
    n, edges = problem.units, problem.boundary
    choices = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    choices = choices[((choices | ~problem.locked_in) & 1).all(axis=1) & ~(choices & problem.locked_out).any(axis=1)]
    outline = (choices[:, edges.first] != choices[:, edges.second]) @ edges.length
    penalty = problem.penalty * (outline + problem.edge_factor * (choices @ edges.exposed))
    held = choices @ problem.amounts.toarray().T
    if objective is Objective.MINIMUM_SET:
        values = (choices @ problem.cost + penalty)[(held >= problem.target).all(axis=1)]
        return float(values.min()) if values.size else None
    kept = np.ones(len(choices), bool)
    for row, budget in enumerate(problem.budget):
        counted = problem.budget_row == row
        kept &= choices[:, counted] @ problem.cost[counted] <= budget + 1e-9
    kept &= choices @ problem.cost <= problem.common_budget + 1e-9
    kept &= (held >= problem.target)[:, problem.required].all(axis=1)
    if not kept.any():
        return None
    if objective is Objective.MAXIMUM_UTILITY:
        return float((held @ problem.weight - penalty)[kept].max())
    wanted = np.where(problem.target > 0, problem.target, 1.0)
    missing = np.maximum(problem.target - held, 0) / wanted
    return float((missing @ problem.weight + penalty)[kept].min())
