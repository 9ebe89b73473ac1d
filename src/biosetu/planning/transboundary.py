"""One plan over several Parties: national targets as constraints, and what each Party gains over planning alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from scipy import sparse

from biosetu.planning.evaluation import evaluate
from biosetu.planning.records import (
    Boundary,
    Evaluation,
    Flags,
    Floats,
    Integers,
    Objective,
    Plan,
    PlanningProblem,
)
from biosetu.planning.solve import Moment, solve, unwatched
from biosetu.problems import DataError, UsageError
from biosetu.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class NationalTarget:
    """What one Party (position in `groups`) wants of one feature (position) within its own borders."""

    feature: int
    party: int
    target: float


def with_national_targets(problem: PlanningProblem, wanted: list[NationalTarget]) -> PlanningProblem:
    """Return the problem with a further feature per national target, which only that Party's units hold.

    It is a constraint whatever the objective (`PlanningProblem.required`), and so has no weight of its own.
    """
    rows = sparse.csr_array(problem.amounts)
    extra = []
    for item in wanted:
        own = sparse.diags_array((problem.group == item.party).astype(np.float64))
        extra.append(rows[[item.feature], :] @ own)
    if not extra:
        return problem
    names = tuple(f"{problem.feature[item.feature]} ({problem.groups[item.party]})" for item in wanted)
    return problem.with_changes(
        amounts=sparse.csr_array(sparse.vstack([rows, *extra])),
        feature=problem.feature + names,
        target=np.concatenate([problem.target, [item.target for item in wanted]]),
        weight=np.concatenate([problem.weight, np.zeros(len(wanted))]),
        required=np.concatenate([problem.required, np.ones(len(wanted), bool)]),
    )


def only_party(problem: PlanningProblem, party: int, target: Floats) -> tuple[PlanningProblem, Integers]:
    """Return one Party's part of the problem with its own targets, and the positions of its units.

    Borders with other Parties become exposed borders: alone, nothing is known of the other side.
    """
    units = np.flatnonzero(problem.group == party)
    position = np.full(problem.units, -1, np.int64)
    position[units] = np.arange(units.size)
    edges = problem.boundary
    first, second = position[edges.first], position[edges.second]
    exposed = edges.exposed[units].copy()
    for here, there in ((first, second), (second, first)):
        half = (here >= 0) & (there < 0)
        np.add.at(exposed, here[half], edges.length[half])
    both = (first >= 0) & (second >= 0)
    part = problem.with_changes(
        unit_id=problem.unit_id[units],
        cost=problem.cost[units],
        amounts=sparse.csr_array(problem.amounts[:, units]),
        target=target,
        locked_in=problem.locked_in[units],
        locked_out=problem.locked_out[units],
        boundary=Boundary(first[both], second[both], edges.length[both], exposed),
        groups=(problem.groups[party],),
        group=np.zeros(units.size, np.int64),
        budget=_own_budget(problem, party),
        common_budget=np.inf,
    )
    return part, units


def _own_budget(problem: PlanningProblem, party: int) -> Floats:
    """Return what a Party may spend alone: its own budget, else its part of the one for all by what its units cost."""
    if problem.budget.size > 1:
        return problem.budget[[party]]
    total = float(problem.cost.sum())
    share = float(problem.cost[problem.group == party].sum()) / total if total else 1.0
    return problem.limits.min(keepdims=True) * share if problem.limits.size else np.empty(0)


def fair_shares(problem: PlanningProblem) -> Floats:
    """Return (groups, features): each regional target divided by what the Parties' units hold of the feature."""
    held = np.column_stack([problem.amounts @ (problem.group == g).astype(float) for g in range(len(problem.groups))])
    total = held.sum(axis=1, keepdims=True)
    share = np.divide(held, total, out=np.zeros_like(held), where=total > 0)
    result: Floats = (share * problem.target[:, None]).T
    return result


@dataclass(frozen=True, slots=True)
class Comparison:
    """Planning together against planning alone. `table`: a row per Party and one for all (party empty)."""

    together: Plan
    alone: tuple[Plan, ...]
    table: pa.Table


def compare_alone(
    problem: PlanningProblem,
    national: list[NationalTarget],
    objective: Objective = Objective.MINIMUM_SET,
    *,
    gap: float = 0.005,
    seconds: float = 60.0,
    alone_seconds: float | None = None,
    progress: Progress = silent,
    watch: Callable[[Moment], None] = unwatched,
) -> Comparison:
    """Solve once over all Parties and once for each alone, and set side by side what each pays and holds.

    Alone, a Party works for its national targets and its share of each regional target, in proportion to what it holds.
    Together, national targets hold as they are and regional ones wherever they cost least. National targets are met
    alone and together, or it is told that they cannot be. Minimum set: all targets are
    met, and the joint plan starts from the union of the national ones, so that it is never dearer. Minimum shortfall:
    alone each Party spends its own budget (without one: the common budget by what its units cost), together the own
    budgets and the common one all hold. A Party that gains nothing, or pays more so that others pay less, is seen in
    the table: saved, or gained_points, is negative there. seconds: for the joint plan, and for each alone unless
    alone_seconds says otherwise; watch: as in `solve`, over all of them.
    Raises DataError naming Party and target, or budget, that cannot be met; UsageError for another objective.
    """
    if objective is Objective.MAXIMUM_UTILITY:
        raise UsageError("Parties are compared by minimum-set or minimum-shortfall.")
    shares = fair_shares(problem)
    parts = []
    for party in range(len(problem.groups)):
        part, units = only_party(problem, party, shares[party])
        own = [replace(item, party=0) for item in national if item.party == party]
        parts.append((with_national_targets(part, own), units))
    union = np.zeros(problem.units, bool)
    plans = []
    for party, (part, units) in enumerate(parts):
        progress(party, len(parts) + 1, problem.groups[party])
        plan = _alone(part, objective, gap, seconds if alone_seconds is None else alone_seconds, watch)
        union[units] = plan.selected
        plans.append(plan)
    joint = with_national_targets(problem, national)
    together = solve(joint, objective, gap=gap, seconds=seconds, begin=union, watch=watch)
    progress(len(parts) + 1, len(parts) + 1, "together")
    return Comparison(together, tuple(plans), _table(joint, parts, plans, union, together))


def _alone(
    part: PlanningProblem, objective: Objective, gap: float, seconds: float, watch: Callable[[Moment], None]
) -> Plan:
    try:
        return solve(part, objective, gap=gap, seconds=seconds, watch=watch)
    except DataError as error:
        party = part.groups[0]
        raise DataError(replace(fault, message=f"{party} alone: {fault.message}") for fault in error.problems) from None


def _table(
    joint: PlanningProblem,
    parts: list[tuple[PlanningProblem, Integers]],
    plans: list[Plan],
    union: Flags,
    together: Plan,
) -> pa.Table:
    rows = [_row(part, plan, together.selected[units]) for (part, units), plan in zip(parts, plans, strict=True)]
    whole = evaluate(joint, union, Objective.MINIMUM_SHORTFALL)
    rows.append(
        {
            "party": "",
            **_costs(sum(plan.evaluation.cost for plan in plans), together.evaluation.cost),
            "units_alone": int(union.sum()),
            "units_together": int(together.selected.sum()),
            "boundary_alone": whole.boundary_length,
            "boundary_together": together.evaluation.boundary_length,
            **_held(joint, whole, together.evaluation),
        }
    )
    return pa.Table.from_pylist(rows)


def _row(part: PlanningProblem, plan: Plan, joint: Flags) -> dict[str, object]:
    mine = evaluate(part, joint, Objective.MINIMUM_SHORTFALL)
    return {
        "party": part.groups[0],
        **_costs(plan.evaluation.cost, mine.cost),
        "units_alone": int(plan.selected.sum()),
        "units_together": int(joint.sum()),
        "boundary_alone": plan.evaluation.boundary_length,
        "boundary_together": None,
        **_held(part, plan.evaluation, mine),
    }


def _costs(alone: float, together: float) -> dict[str, float]:
    saved = alone - together
    share = 100 * saved / alone if alone else 0.0
    return {"cost_alone": alone, "cost_together": together, "saved": saved, "saved_percent": share}


def _held(problem: PlanningProblem, alone: Evaluation, together: Evaluation) -> dict[str, float | None]:
    """Return the mean share of each target that is held [%]; None without targets."""
    wanted = problem.target > 0
    if not wanted.any():
        return {"held_alone": None, "held_together": None, "gained_points": None}
    shares = [100 * float((1 - rated.shortfall[wanted]).mean()) for rated in (alone, together)]
    return {"held_alone": shares[0], "held_together": shares[1], "gained_points": shares[1] - shares[0]}
