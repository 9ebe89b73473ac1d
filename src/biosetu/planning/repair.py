"""From a relaxed choice to a plan that keeps its promises: add, drop, exchange, one unit at a time.

The kernels see one `Landscape` and change one `State`; they never rate a plan (see `evaluation`).
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from scipy import sparse

from biosetu.geo.compiled import compiled
from biosetu.planning.mincut import build_network
from biosetu.planning.records import Flags, Floats, Integers, Objective, PlanningProblem

EPSILON = 1e-9


class Landscape(NamedTuple):
    """The problem by unit. Features of unit i: hold_start[i]:hold_start[i+1]; its neighbours alike.

    cost: what counts against the budget; paid: what counts in the objective; own: penalty for the exposed
    border of a unit; border: penalty for each border to a neighbour; target: infinite where more is always
    better; budget: one for each `budget_row`, then one for all units together, infinite where there is none.
    """

    hold_start: Integers
    hold_feature: Integers
    hold_amount: Floats
    next_start: Integers
    next_unit: Integers
    border: Floats
    cost: Floats
    paid: Floats
    own: Floats
    free: Flags
    target: Floats
    budget_row: Integers
    budget: Floats


class State(NamedTuple):
    """A choice under way: chosen units, amounts held, money spent."""

    selected: Flags
    achieved: Floats
    spent: Floats


def landscape(problem: PlanningProblem, objective: Objective) -> Landscape:
    """Return the arrays that the kernels need; features with target 0 are ignored by covering."""
    covering = objective is Objective.MINIMUM_SET
    endless = objective is Objective.MAXIMUM_UTILITY
    by_unit = sparse.csr_array(problem.amounts.T)
    edges = problem.boundary
    n = problem.units
    network = build_network(n, edges.first, edges.second, np.arange(edges.first.size))
    return Landscape(
        by_unit.indptr.astype(np.int64),
        by_unit.indices.astype(np.int64),
        by_unit.data.astype(np.float64),
        network.start,
        network.head,
        problem.penalty * edges.length[network.room],
        problem.cost,
        problem.cost if covering else np.zeros(n),
        problem.penalty * problem.edge_factor * problem.boundary.exposed,
        ~(problem.locked_in | problem.locked_out),
        np.where(problem.demanded, problem.target, np.inf) if endless else problem.target,
        problem.budget_row.astype(np.int64) if not covering else np.zeros(n, np.int64),
        np.array([np.inf, np.inf]) if covering else _budgets(problem),
    )


def _budgets(problem: PlanningProblem) -> Floats:
    own = problem.budget if problem.budget.size else np.array([np.inf])
    return np.concatenate([own, [problem.common_budget]])


def start(problem: PlanningProblem, land: Landscape, selected: Flags) -> State:
    """Return the state of a choice, locks applied."""
    chosen = (selected & ~problem.locked_out) | problem.locked_in
    own = land.budget.size - 1
    each = np.bincount(land.budget_row[chosen], problem.cost[chosen], minlength=own).astype(np.float64)
    spent = np.concatenate([each, [problem.cost[chosen].sum()]])
    return State(chosen, problem.amounts @ chosen.astype(np.float64), spent)


@compiled
def price_of_adding(land: Landscape, state: State, unit: int) -> float:
    """Return cost and change of penalty when `unit` joins (or, negated, leaves) the plan."""
    price = float(land.paid[unit] + land.own[unit])
    for k in range(land.next_start[unit], land.next_start[unit + 1]):
        price += -land.border[k] if state.selected[land.next_unit[k]] else land.border[k]
    return price


@compiled
def flip(land: Landscape, state: State, unit: int) -> None:
    """Let a unit join or leave."""
    sign = -1.0 if state.selected[unit] else 1.0
    state.selected[unit] = not state.selected[unit]
    for k in range(land.hold_start[unit], land.hold_start[unit + 1]):
        state.achieved[land.hold_feature[k]] += sign * land.hold_amount[k]
    state.spent[land.budget_row[unit]] += sign * land.cost[unit]
    state.spent[-1] += sign * land.cost[unit]


@compiled
def _help(land: Landscape, state: State, price: Floats, unit: int) -> float:
    total = 0.0
    for k in range(land.hold_start[unit], land.hold_start[unit + 1]):
        feature = land.hold_feature[k]
        missing = land.target[feature] - state.achieved[feature]
        if missing > 0:
            total += price[feature] * min(missing, land.hold_amount[k])
    return total


@compiled
def _lacking(land: Landscape, state: State) -> bool:
    return bool((state.achieved < land.target * (1 - 1e-12)).any())


@compiled
def _score(land: Landscape, state: State, price: Floats, unit: int) -> float:
    helps = _help(land, state, price, unit)
    if helps <= 0:
        return 0.0
    pays = price_of_adding(land, state, unit)
    return -helps / pays if pays > EPSILON * helps else -helps * 1e9


@compiled
def _worth_per_cost(land: Landscape, state: State, worth: Floats, unit: int) -> float:
    net = _help(land, state, worth, unit) - price_of_adding(land, state, unit)
    return -net / max(land.cost[unit], 1e-12) if net > EPSILON * 1e-6 else 0.0


@compiled
def _rating(land: Landscape, state: State, worth: Floats, covering: bool, unit: int) -> float:
    return _score(land, state, worth, unit) if covering else _worth_per_cost(land, state, worth, unit)


@compiled
def _push(
    heap: list[tuple[float, int]], land: Landscape, state: State, worth: Floats, covering: bool, unit: int
) -> None:
    if land.free[unit] and not state.selected[unit]:
        rating = _rating(land, state, worth, covering, unit)
        if rating < 0:
            heapq.heappush(heap, (rating, unit))


@compiled
def fits(land: Landscape, state: State, unit: int) -> bool:
    """Return whether the budgets allow that `unit` joins."""
    row, cost = land.budget_row[unit], land.cost[unit]
    return bool(state.spent[row] + cost <= land.budget[row] and state.spent[-1] + cost <= land.budget[-1])


@compiled
def _add_best(land: Landscape, state: State, worth: Floats, covering: bool) -> None:
    """Add the best-rated unit that fits, again and again; ratings are renewed when a unit comes up."""
    heap = [(0.0, -1)]
    for unit in range(state.selected.size):
        _push(heap, land, state, worth, covering, unit)
    while heap and not (covering and not _lacking(land, state)):
        _, unit = heapq.heappop(heap)
        if unit < 0 or state.selected[unit] or not fits(land, state, unit):
            continue
        now = _rating(land, state, worth, covering, unit)
        if now < 0 and heap and now > heap[0][0] + EPSILON * abs(now):
            heapq.heappush(heap, (now, unit))
        elif now < 0:
            flip(land, state, unit)
            for k in range(land.next_start[unit], land.next_start[unit + 1]):
                _push(heap, land, state, worth, covering, land.next_unit[k])


def cover(land: Landscape, state: State, price: Floats) -> bool:
    """Add units, most help per price first, until every target is met; return whether they are."""
    _add_best(land, state, price, True)
    return not _lacking(land, state)


def fill(land: Landscape, state: State, worth: Floats) -> None:
    """Add the units of most gain per cost while the budgets allow."""
    _add_best(land, state, worth, False)


@compiled
def _spare(land: Landscape, state: State, unit: int) -> bool:
    for k in range(land.hold_start[unit], land.hold_start[unit + 1]):
        feature = land.hold_feature[k]
        if land.target[feature] > 0 and state.achieved[feature] - land.hold_amount[k] < land.target[feature]:
            return False
    return True


@compiled
def drop(land: Landscape, state: State, price: Floats) -> float:
    """Take out units that no target needs, dearest for their worth first; return what that saves."""
    saved = 0.0
    candidates = np.flatnonzero(state.selected & land.free)
    keys = np.empty(candidates.size)
    for position in range(candidates.size):
        unit = candidates[position]
        worth = 0.0
        for k in range(land.hold_start[unit], land.hold_start[unit + 1]):
            worth += price[land.hold_feature[k]] * land.hold_amount[k]
        keys[position] = worth / max(-gain_of_leaving(land, state, unit), 1e-30)
    again = True
    while again:
        again = False
        for unit in candidates[np.argsort(keys, kind="mergesort")]:
            if state.selected[unit] and _spare(land, state, unit):
                change = gain_of_leaving(land, state, unit)
                if change < 0:
                    flip(land, state, unit)
                    saved -= change
                    again = True
    return saved


@compiled
def spare_cost(land: Landscape, state: State) -> None:
    """Take out, dearest first, paid units without which no target is missed more and no outline grows longer."""
    candidates = np.flatnonzero(state.selected & land.free & (land.cost > 0))
    for unit in candidates[np.argsort(-land.cost[candidates], kind="mergesort")]:
        if _spare(land, state, unit) and gain_of_leaving(land, state, unit) <= 0:
            flip(land, state, unit)


@compiled
def gain_of_leaving(land: Landscape, state: State, unit: int) -> float:
    """Return the change of the objective when a chosen unit leaves."""
    change = -float(land.paid[unit] + land.own[unit])
    for k in range(land.next_start[unit], land.next_start[unit + 1]):
        change += land.border[k] if state.selected[land.next_unit[k]] else -land.border[k]
    return change


@compiled
def _loss(land: Landscape, state: State, worth: Floats, unit: int) -> float:
    """Return how much worse the objective gets when a chosen unit leaves."""
    lost = 0.0
    for k in range(land.hold_start[unit], land.hold_start[unit + 1]):
        feature = land.hold_feature[k]
        beyond = max(state.achieved[feature] - land.target[feature], 0.0)
        lost += worth[feature] * max(land.hold_amount[k] - beyond, 0.0)
    return lost + gain_of_leaving(land, state, unit)


@compiled
def trim(land: Landscape, state: State, worth: Floats) -> bool:
    """Take out the units of least loss per cost until budgets are kept; return whether they are."""
    heap = [(0.0, -1)]
    for unit in range(state.selected.size):
        if state.selected[unit] and land.free[unit] and land.cost[unit] > 0:
            heapq.heappush(heap, (_loss(land, state, worth, unit) / land.cost[unit], unit))
    while heap and (state.spent > land.budget).any():
        key, unit = heapq.heappop(heap)
        if unit < 0 or not state.selected[unit]:
            continue
        row = land.budget_row[unit]
        if state.spent[row] <= land.budget[row] and state.spent[-1] <= land.budget[-1]:
            continue
        now = _loss(land, state, worth, unit) / land.cost[unit]
        if heap and now > heap[0][0] + EPSILON * abs(now) and now > key:
            heapq.heappush(heap, (now, unit))
            continue
        flip(land, state, unit)
    return not (state.spent > land.budget).any()
