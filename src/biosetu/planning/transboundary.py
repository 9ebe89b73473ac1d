"""One plan over several Parties: national targets as constraints, and what each Party gains over planning alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import sparse

from biosetu.planning.evaluation import evaluate
from biosetu.planning.records import Boundary, Floats, Integers, Objective, Plan, PlanningProblem
from biosetu.planning.solve import solve
from biosetu.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class NationalTarget:
    """What one Party (position in `groups`) wants of one feature (position) within its own borders."""

    feature: int
    party: int
    target: float


def with_national_targets(problem: PlanningProblem, wanted: list[NationalTarget]) -> PlanningProblem:
    """Return the problem with a further feature per national target, which only that Party's units hold."""
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
        weight=np.concatenate([problem.weight, problem.weight[[item.feature for item in wanted]]]),
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
        budget=problem.budget[[party]] if problem.budget.size > 1 else problem.budget,
    )
    return part, units


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
    *,
    gap: float = 0.005,
    seconds: float = 60.0,
    progress: Progress = silent,
) -> Comparison:
    """Solve once over all Parties and once for each alone (minimum set), and set side by side what each pays.

    Alone, a Party meets its national targets and its share of each regional target, in proportion to what it holds.
    Together, national targets hold as they are and regional ones wherever they cost least; the joint plan starts from
    the union of the national ones, so that it is never dearer. A Party that gains nothing, or pays more so that
    others pay less, is seen in the table: saved is negative there.
    """
    shares = fair_shares(problem)
    for item in national:
        shares[item.party, item.feature] = max(shares[item.party, item.feature], item.target)
    union = np.zeros(problem.units, bool)
    plans = []
    for party in range(len(problem.groups)):
        progress(party, len(problem.groups) + 1, problem.groups[party])
        part, units = only_party(problem, party, shares[party])
        plan = solve(part, Objective.MINIMUM_SET, gap=gap, seconds=seconds)
        union[units] = plan.selected
        plans.append(plan)
    joint = with_national_targets(problem, national)
    together = solve(joint, Objective.MINIMUM_SET, gap=gap, seconds=seconds, begin=union)
    progress(len(problem.groups) + 1, len(problem.groups) + 1, "together")
    union_length = evaluate(joint, union, Objective.MINIMUM_SET).boundary_length
    return Comparison(together, tuple(plans), _table(problem, plans, together, union_length))


def _table(problem: PlanningProblem, plans: list[Plan], together: Plan, union_length: float) -> pa.Table:
    rows = []
    for party, plan in enumerate(plans):
        own = together.selected & (problem.group == party)
        rows.append(_row(problem.groups[party], plan.evaluation.cost, float(problem.cost[own].sum())))
        rows[-1] |= {"units_alone": int(plan.selected.sum()), "units_together": int(own.sum())}
        rows[-1] |= {"boundary_alone": plan.evaluation.boundary_length, "boundary_together": None}
    total = sum(plan.evaluation.cost for plan in plans)
    rows.append(_row("", total, together.evaluation.cost))
    rows[-1] |= {
        "units_alone": int(sum(plan.selected.sum() for plan in plans)),
        "units_together": int(together.selected.sum()),
        "boundary_alone": union_length,
        "boundary_together": together.evaluation.boundary_length,
    }
    return pa.Table.from_pylist(rows)


def _row(party: str, alone: float, together: float) -> dict[str, object]:
    saved = alone - together
    share = 100 * saved / alone if alone else 0.0
    return {"party": party, "cost_alone": alone, "cost_together": together, "saved": saved, "saved_percent": share}
