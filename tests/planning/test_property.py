"""Every objective equals trying every choice, and every plan passes a check that shares no code with the solver."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from tests.planning.problems import best_by_enumeration, small_problem

from biosetu.planning.records import Boundary, Objective, PlanningProblem
from biosetu.planning.solve import solve
from biosetu.problems import DataError

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


@st.composite
def problems(draw, most=11):
    """Any small problem: equal costs, zero costs, features that nobody holds, islands, locks, budgets at two levels."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, 4))
    groups = draw(st.integers(1, 2))
    amounts = draw(st.lists(st.lists(st.integers(0, 6), min_size=n, max_size=n), min_size=m, max_size=m))
    held = np.array(amounts, dtype=float)
    cost = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)
    pairs = [(i, j) for j in range(n) for i in range(j)]
    edges = np.array(draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12)) if pairs else [], dtype=np.int64)
    edges = edges.reshape(-1, 2)
    locks = np.array(draw(st.lists(st.sampled_from([0, 0, 0, 0, 1, 2]), min_size=n, max_size=n)))
    group = np.array(draw(st.lists(st.integers(0, groups - 1), min_size=n, max_size=n)), dtype=np.int64)
    share = st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0])
    budget = np.array([cost[group == g].sum() * draw(share) for g in range(groups)])
    budget = np.maximum(budget, [cost[(group == g) & (locks == 1)].sum() for g in range(groups)])
    common = draw(st.sampled_from([np.inf, 0.5, 0.9]))
    limit = np.inf if np.isinf(common) else max(common * budget.sum(), cost[locks == 1].sum())
    return PlanningProblem(
        unit_id=np.arange(n) + 1,
        cost=cost,
        amounts=sparse.csr_array(held),
        feature=tuple(f"f{j}" for j in range(m)),
        target=np.array([held[j].sum() * draw(share) for j in range(m)]),
        weight=np.array(draw(st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=m, max_size=m))),
        locked_in=locks == 1,
        locked_out=locks == 2,
        boundary=Boundary(edges[:, 0], edges[:, 1], np.ones(len(edges)), np.full(n, draw(st.sampled_from([0.0, 2.0])))),
        penalty=draw(st.sampled_from([0.0, 0.3, 2.0])),
        edge_factor=draw(st.sampled_from([0.0, 0.5, 1.0])),
        groups=tuple("AB"[:groups]),
        group=group,
        budget=budget,
        common_budget=float(limit),
    )


def recheck(problem, plan, objective):
    """Return what is wrong with a plan, by plain loops over units, features and borders."""
    chosen = [bool(flag) for flag in plan.selected]
    cost = sum(problem.cost[i] for i in range(problem.units) if chosen[i])
    wrong = broken_locks(problem, chosen)
    short = shortfalls(problem, chosen)
    if objective is Objective.MINIMUM_SET:
        wrong += ["target" for part in short if part > 1e-9]
        value = cost + problem.penalty * outline(problem, chosen)
    elif objective is Objective.MINIMUM_SHORTFALL:
        value = sum(w * part for w, part in zip(problem.weight, short, strict=True))
        value += problem.penalty * outline(problem, chosen)
    else:
        worth = problem.weight @ problem.amounts.toarray()
        value = sum(worth[i] for i in range(problem.units) if chosen[i]) - problem.penalty * outline(problem, chosen)
    wrong += broken_budgets(problem, chosen) if objective is not Objective.MINIMUM_SET else []
    size = max(1.0, abs(value))
    wrong += ["value"] if abs(value - plan.evaluation.value) > 1e-6 * size else []
    wrong += ["cost"] if abs(cost - plan.evaluation.cost) > 1e-9 * max(1.0, cost) else []
    better = plan.bound - value if objective is Objective.MAXIMUM_UTILITY else value - plan.bound
    return wrong + (["bound"] if better < -1e-6 * size else [])


def outline(problem, chosen):
    edges = problem.boundary
    cut = sum(b for i, j, b in zip(edges.first, edges.second, edges.length, strict=True) if chosen[i] != chosen[j])
    return cut + sum(problem.edge_factor * edges.exposed[i] for i in range(problem.units) if chosen[i])


def shortfalls(problem, chosen):
    amounts = problem.amounts.toarray()
    held = [sum(amounts[j][i] for i in range(problem.units) if chosen[i]) for j in range(problem.features)]
    return [max(0.0, 1 - h / t) if t > 0 else 0.0 for h, t in zip(held, problem.target, strict=True)]


def broken_locks(problem, chosen):
    kept = zip(problem.locked_in, problem.locked_out, chosen, strict=True)
    return ["lock" for inside, outside, taken in kept if (inside and not taken) or (outside and taken)]


def broken_budgets(problem, chosen):
    rows = range(problem.units)
    one = problem.budget.size == 1
    spent = [
        sum(problem.cost[i] for i in rows if chosen[i] and (one or problem.group[i] == party))
        for party in range(problem.budget.size)
    ]
    wrong = ["budget" for used, limit in zip(spent, problem.budget, strict=True) if used > limit + 1e-6]
    total = sum(problem.cost[i] for i in rows if chosen[i])
    return wrong + (["common budget"] if total > problem.common_budget + 1e-6 else [])


@pytest.mark.parametrize("objective", list(Objective))
@given(problem=problems())
@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
def test_solver_equals_trying_every_choice_of_any_problem(objective, problem):
    best = best_by_enumeration(problem, objective)
    if best is None:
        with pytest.raises(DataError):
            solve(problem, objective, gap=0.0, seconds=10)
        return
    plan = solve(problem, objective, gap=0.0, seconds=10)
    assert plan.evaluation.value == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert recheck(problem, plan, objective) == []


@pytest.mark.soak
@pytest.mark.parametrize("objective", list(Objective))
@given(problem=problems(most=18))
@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
def test_solver_equals_trying_every_choice_of_eighteen_units_at_most(objective, problem):
    best = best_by_enumeration(problem, objective)
    if best is not None:
        plan = solve(problem, objective, gap=0.0, seconds=20)
        assert plan.evaluation.value == pytest.approx(best, rel=1e-6, abs=1e-6)
        assert recheck(problem, plan, objective) == []


def spoiled(problem, plan, how):
    rated = plan.evaluation
    if how == "value":
        return replace(plan, evaluation=replace(rated, value=rated.value + 0.1))
    if how == "cost":
        return replace(plan, evaluation=replace(rated, cost=rated.cost - 1))
    if how == "bound":
        return replace(plan, bound=rated.value + 1)
    if how == "lock":
        return replace(plan, selected=plan.selected | problem.locked_out)
    if how == "target":
        return replace(plan, selected=problem.locked_in)
    return replace(plan, selected=~problem.locked_out)


@pytest.mark.parametrize(
    ("how", "objective"),
    [
        ("value", Objective.MINIMUM_SET),
        ("cost", Objective.MINIMUM_SET),
        ("bound", Objective.MINIMUM_SET),
        ("target", Objective.MINIMUM_SET),
        ("lock", Objective.MINIMUM_SHORTFALL),
        ("budget", Objective.MINIMUM_SHORTFALL),
        ("common budget", Objective.MAXIMUM_UTILITY),
    ],
)
def test_the_check_notices_a_plan_that_is_wrong(how, objective):
    problem = small_problem(3, units=10, groups=2)
    problem = problem.with_changes(
        locked_out=np.arange(10) == 4, locked_in=np.arange(10) == 5, common_budget=float(problem.budget.sum())
    )
    plan = solve(problem, objective, gap=0.0)
    assert recheck(problem, plan, objective) == []
    assert how in recheck(problem, spoiled(problem, plan, how), objective)
