"""What the next square kilometres would buy: the places that do most for the targets still missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from biosetu.planning.evaluation import evaluate
from biosetu.planning.records import Flags, Floats, Objective, Plan, PlanningProblem
from biosetu.planning.solve import solve
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

OUTLINE_PART = 0.01


@dataclass(frozen=True, slots=True)
class NextArea:
    """What is held now and with the next area. features: a row per feature with a target, greatest gain first.

    area_km2: area of the units added, at most what was asked; held_now, held_then: mean share of each target [0-1].
    """

    plan: Plan
    added: Flags
    features: pa.Table
    area_km2: float
    held_now: float
    held_then: float


def next_area(
    problem: PlanningProblem, area_km2: Floats, km2: float = 1000.0, *, gap: float = 0.005, seconds: float = 30.0
) -> NextArea:
    """Return the units of at most `km2` that leave least of the targets missed, and what each feature gains.

    What is locked in is held already and takes nothing of the area. area_km2: (units,) [km²]. The objective is the
    minimum shortfall (`evaluation`): the weighted sum of the shares of targets missed. Many choices come to nearly the
    same; among them short outlines are taken: all borders together are priced at OUTLINE_PART of all weights.
    Raises DataError where no feature has a target: then there is no basis.
    """
    wanted = problem.target > 0
    if not wanted.any():
        message, remedy = N_("no feature has a target"), N_("Give targets first")
        raise DataError(Problem(message, remedy, "no-basis", column="target"))
    priced = problem.with_changes(
        cost=np.where(problem.locked_in, 0.0, area_km2),
        budget=np.array([km2]),
        common_budget=np.inf,
        penalty=_outline_price(problem),
        edge_factor=1.0,
        groups=("",),
        group=np.zeros(problem.units, np.int64),
    )
    plan = solve(priced, Objective.MINIMUM_SHORTFALL, gap=gap, seconds=seconds)
    now = evaluate(priced, problem.locked_in, Objective.MINIMUM_SHORTFALL)
    added = plan.selected & ~problem.locked_in
    table = _table(problem, now.achieved, plan.evaluation.achieved)
    shares = [1 - rated.shortfall[wanted].mean() for rated in (now, plan.evaluation)]
    return NextArea(plan, added, table, float(area_km2[added].sum()), float(shares[0]), float(shares[1]))


def _outline_price(problem: PlanningProblem) -> float:
    total = float(problem.boundary.length.sum() + problem.boundary.exposed.sum())
    return OUTLINE_PART * float(problem.weight[problem.target > 0].sum()) / total if total else 0.0


def _table(problem: PlanningProblem, now: Floats, then: Floats) -> pa.Table:
    wanted = np.flatnonzero(problem.target > 0)
    target = problem.target[wanted]
    before, after = (np.minimum(held[wanted] / target, 1.0) * 100 for held in (now, then))
    order = np.lexsort((wanted, before - after))
    rows = wanted[order]
    return pa.table(
        {
            "feature": [problem.feature[j] for j in rows],
            "target": problem.target[rows],
            "held_now": now[rows],
            "gain": then[rows] - now[rows],
            "now_percent": before[order],
            "then_percent": after[order],
            "gain_points": (after - before)[order],
        }
    )
