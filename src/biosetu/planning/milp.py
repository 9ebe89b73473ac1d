"""The exact model, solved by HiGHS (MIT): all units, or some with the others held where they are.

Formulations: minimum set, minimum shortfall and maximum utility after prioritizr's published definitions
(Hanson et al. 2025, doi:10.1111/cobi.14376); borders as in Beyer et al. (2016),
doi:10.1016/j.ecolmodel.2016.02.005, in their cut form d_ij >= |x_i - x_j|.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from biosetu.planning.records import Flags, Floats, Integers, Objective, PlanningProblem

LEAST_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Exact:
    """HiGHS's answer: the units (None when it found none better), its bound in the objective's own sense."""

    selected: Flags | None
    bound: float


@dataclass(frozen=True, slots=True)
class Model:
    """A minimisation over columns [units | borders | shortfalls]; rows are lower <= A x <= upper."""

    cost: Floats
    upper: Floats
    rows: sparse.csc_array
    low: Floats
    high: Floats
    integers: int
    constant: float


def solve_exactly(
    problem: PlanningProblem,
    objective: Objective,
    *,
    begin: Flags | None = None,
    free: Flags | None = None,
    gap: float,
    seconds: float,
    good_enough: float | None = None,
    stop: Callable[[float], bool] | None = None,
) -> Exact:
    """Solve the problem, or the part of it in `free` with the other units held as in `begin`.

    gap: relative gap at which to stop; seconds: time limit; good_enough: value at which to stop;
    stop: asked now and then with the bound so far, true ends the work; seconds count from the call, the model's making
    included.
    The bound holds for the whole problem only when nothing is held.
    """
    began = time.monotonic()
    held = np.zeros(problem.units, bool) if begin is None else begin
    open_units = np.ones(problem.units, bool) if free is None else free
    open_units = open_units & ~problem.locked_in & ~problem.locked_out
    held = (held | problem.locked_in) & ~problem.locked_out
    units = np.flatnonzero(open_units)
    model = build_model(problem, objective, units, held & ~open_units)
    sign = -1.0 if objective is Objective.MAXIMUM_UTILITY else 1.0
    solver = _loaded(model, gap)
    if good_enough is not None:
        solver.setOptionValue("objective_target", sign * good_enough - model.constant)
    if begin is not None:
        _warm_start(solver, units, held)
    if stop is not None:
        _watch(solver, stop, sign, model.constant)
    solver.setOptionValue("time_limit", max(seconds - (time.monotonic() - began), LEAST_SECONDS))
    solver.run()
    return _answer(solver, model, units, held, sign)


def build_model(problem: PlanningProblem, objective: Objective, units: Integers, chosen: Flags) -> Model:
    """Return the model over `units`, the others held: chosen where `chosen`."""
    position = np.full(problem.units, -1, np.int64)
    position[units] = np.arange(units.size)
    price, constant, edges, edge_price = _borders(problem, position, chosen)
    shortfalls = problem.features if objective is Objective.MINIMUM_SHORTFALL else 0
    cost = price[units]
    if objective is Objective.MINIMUM_SET:
        cost, constant = cost + problem.cost[units], constant + float(problem.cost[chosen].sum())
    if objective is Objective.MAXIMUM_UTILITY:
        worth = problem.amounts.T @ problem.weight
        cost, constant = cost - worth[units], constant - float(worth[chosen].sum())
    blocks, low, high = _rows(problem, objective, units, chosen, edges)
    rows = (
        sparse.csc_array(sparse.vstack(blocks))
        if blocks
        else sparse.csc_array((0, units.size + len(edges) + shortfalls))
    )
    return Model(
        np.concatenate([cost, edge_price, problem.weight[:shortfalls]]),
        np.concatenate([np.ones(units.size + len(edges)), np.where(problem.required, 0.0, 1.0)[:shortfalls]]),
        rows,
        np.concatenate(low) if low else np.empty(0),
        np.concatenate(high) if high else np.empty(0),
        units.size,
        constant,
    )


def _borders(problem: PlanningProblem, position: Integers, chosen: Flags) -> tuple[Floats, float, Integers, Floats]:
    """Return the border price of each unit, the constant, and the borders with both sides open and their price."""
    borders = problem.boundary
    price = problem.penalty * problem.edge_factor * borders.exposed
    constant = float(price[chosen].sum())
    if not problem.has_boundary:
        return price, constant, np.empty((0, 2), np.int64), np.empty(0)
    paid = problem.penalty * borders.length
    first, second = position[borders.first], position[borders.second]
    for here, there, other in ((first, second, borders.second), (second, first, borders.first)):
        half = (here >= 0) & (there < 0)
        unit = np.where(here is first, borders.first, borders.second)[half]
        beside = chosen[other[half]]
        np.add.at(price, unit, np.where(beside, -paid[half], paid[half]))
        constant += float(paid[half][beside].sum())
    shut = (first < 0) & (second < 0)
    constant += float(paid[shut & (chosen[borders.first] != chosen[borders.second])].sum())
    both = (first >= 0) & (second >= 0)
    return price, constant, np.column_stack([first[both], second[both]]), paid[both]


def _rows(
    problem: PlanningProblem, objective: Objective, units: Integers, chosen: Flags, edges: Integers
) -> tuple[list[sparse.csr_array], list[Floats], list[Floats]]:
    n, e, m = units.size, len(edges), problem.features
    y = m if objective is Objective.MINIMUM_SHORTFALL else 0
    blocks: list[sparse.csr_array] = []
    low: list[Floats] = []
    high: list[Floats] = []
    wanted = np.flatnonzero(problem.demanded if objective is Objective.MAXIMUM_UTILITY else problem.target > 0)
    if wanted.size:
        scale = sparse.diags_array(1 / problem.target[wanted])
        held = (problem.amounts @ chosen.astype(np.float64))[wanted] / problem.target[wanted]
        slack = sparse.csr_array((np.ones(wanted.size), (np.arange(wanted.size), wanted)), shape=(wanted.size, m))
        parts = [scale @ problem.amounts[wanted][:, units], sparse.csr_array((wanted.size, e))]
        blocks.append(sparse.csr_array(sparse.hstack([*parts, slack[:, :y]])))
        low.append(1.0 - held)
        high.append(np.full(wanted.size, np.inf))
    if objective is not Objective.MINIMUM_SET and problem.limits.size:
        priced = problem.counted @ sparse.diags_array(problem.cost)
        blocks.append(
            sparse.csr_array(sparse.hstack([priced[:, units], sparse.csr_array((problem.limits.size, e + y))]))
        )
        low.append(np.full(problem.limits.size, -np.inf))
        high.append(problem.limits - priced @ chosen.astype(np.float64))
    for one, other in ((0, 1), (1, 0)) if e else ():
        index = np.arange(e)
        columns = np.concatenate([edges[:, one], edges[:, other], n + index])
        values = np.concatenate([-np.ones(e), np.ones(e), np.ones(e)])
        blocks.append(sparse.csr_array((values, (np.tile(index, 3), columns)), shape=(e, n + e + y)))
        low.append(np.zeros(e))
        high.append(np.full(e, np.inf))
    return blocks, low, high


def _loaded(model: Model, gap: float) -> highspy.Highs:
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("mip_rel_gap", gap)
    solver.setOptionValue("mip_abs_gap", 0.0)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = model.cost.size, model.low.size
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, np.zeros(model.cost.size), model.upper
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = model.rows.indptr, model.rows.indices
    lp.a_matrix_.value_ = model.rows.data
    whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [whole] * model.integers + [part] * (model.cost.size - model.integers)
    solver.passModel(lp)
    return solver


def _warm_start(solver: highspy.Highs, units: Integers, held: Flags) -> None:
    solver.setSolution(units.size, np.arange(units.size, dtype=np.int32), held[units].astype(np.float64))


def _watch(solver: highspy.Highs, stop: Callable[[float], bool], sign: float, constant: float) -> None:
    def look(event: highspy.HighsCallbackEvent) -> None:
        if stop(sign * (event.data_out.mip_dual_bound + constant)):
            event.interrupt()

    solver.cbMipInterrupt.subscribe(look)


def _answer(solver: highspy.Highs, model: Model, units: Integers, held: Flags, sign: float) -> Exact:
    info = solver.getInfo()
    bound = sign * (info.mip_dual_bound + model.constant)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Exact(None, bound)
    values = np.asarray(solver.getSolution().col_value[: units.size])
    selected = held.copy()
    selected[units] = values > 0.5
    return Exact(selected, bound)
