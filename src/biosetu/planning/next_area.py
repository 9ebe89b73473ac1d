"""What the next square kilometres would buy: the places that do most for the targets still missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import sparse

from biosetu.planning.evaluation import evaluate
from biosetu.planning.records import Boundary, Flags, Floats, Objective, Plan, PlanningProblem
from biosetu.planning.solve import solve
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

OUTLINE_PART = 0.01
WHOLE = 1e-6  # a unit of which less is left is protected as a whole


@dataclass(frozen=True, slots=True)
class Protection:
    """What is protected already. share: (units,) part of each unit [0-1], not a number where no layer tells; amounts:
    (features, units) what lies in it [each feature's own unit]."""

    share: Floats
    amounts: sparse.csr_array


def protection_of(problem: PlanningProblem, told: Protection | None = None) -> Protection:
    """Return what is protected already: what layers tell of a unit, and a unit locked in of which none tells, whole."""
    if told is None:
        told = Protection(np.full(problem.units, np.nan), sparse.csr_array(problem.amounts.shape))
    whole = (problem.locked_in & np.isnan(told.share)).astype(np.float64)
    locked = sparse.csr_array(problem.amounts @ sparse.diags_array(whole))
    return Protection(np.nan_to_num(told.share) + whole, sparse.csr_array(told.amounts + locked))


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
    problem: PlanningProblem,
    area_km2: Floats,
    km2: float = 1000.0,
    *,
    protected: Protection | None = None,
    gap: float = 0.005,
    seconds: float = 30.0,
) -> NextArea:
    """Return the units of at most `km2` that leave least of the targets missed, and what each feature gains.

    protected: what is held already; without it (`protection_of`) what is locked in. Of a unit that is protected in part
    only the rest can be had: its area is what it costs, and what it holds is what it adds. area_km2: (units,) [km²],
    whole. The objective is the minimum shortfall (`evaluation`): the weighted sum of the shares of targets missed. Many
    choices come to nearly the same; among them short outlines are taken: all borders together are priced at
    OUTLINE_PART of all weights.
    Raises DataError where no feature has a target: then there is no basis.
    """
    wanted = problem.target > 0
    if not wanted.any():
        message, remedy = N_("no feature has a target"), N_("Give targets first")
        raise DataError(Problem(message, remedy, "no-basis", column="target"))
    held = protection_of(problem) if protected is None else protected
    rest_km2 = area_km2 * (1 - held.share)
    whole = held.share >= 1 - WHOLE
    priced = _with_credit(problem, held, np.where(whole, 0.0, rest_km2), whole).with_changes(budget=np.array([km2]))
    plan = solve(priced, Objective.MINIMUM_SHORTFALL, gap=gap, seconds=seconds)
    now = evaluate(priced, priced.locked_in, Objective.MINIMUM_SHORTFALL)
    added = plan.selected[:-1] & ~whole
    table = _table(problem, now.achieved, plan.evaluation.achieved)
    shares = [1 - rated.shortfall[wanted].mean() for rated in (now, plan.evaluation)]
    return NextArea(plan, added, table, float(rest_km2[added].sum()), float(shares[0]), float(shares[1]))


def _with_credit(problem: PlanningProblem, held: Protection, cost: Floats, whole: Flags) -> PlanningProblem:
    """Return the problem of the parts that are not protected, with one unit more, locked in: all that is protected."""
    rest = problem.amounts - held.amounts
    rest.data = np.maximum(rest.data, 0.0)
    credit = np.asarray(held.amounts.sum(axis=1)).reshape(-1, 1)
    edges = problem.boundary
    return problem.with_changes(
        unit_id=np.append(problem.unit_id, problem.unit_id.max(initial=0) + 1),
        cost=np.append(cost, 0.0),
        amounts=sparse.csr_array(sparse.hstack([rest, sparse.csr_array(credit)])),
        locked_in=np.append(whole, True),
        locked_out=np.append(problem.locked_out & ~whole, False),
        boundary=Boundary(edges.first, edges.second, edges.length, np.append(edges.exposed, 0.0)),
        common_budget=np.inf,
        penalty=_outline_price(problem),
        edge_factor=1.0,
        groups=("",),
        group=np.zeros(problem.units + 1, np.int64),
        budget=np.empty(0),
    )


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
