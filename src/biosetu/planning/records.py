"""The planning problem and the plan: plain arrays, checked once when they are made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from biosetu.problems import DataError, Problem
from biosetu.translation import say

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Objective(StrEnum):
    """What a plan is to be best at."""

    MINIMUM_SET = "minimum-set"
    MINIMUM_SHORTFALL = "minimum-shortfall"
    MAXIMUM_UTILITY = "maximum-utility"


@dataclass(frozen=True, slots=True)
class Boundary:
    """Borders between planning units, each pair once, and the border of each unit with the outside.

    `first`, `second`: (e,) unit positions; `length`: (e,) shared border [any one unit of length];
    `exposed`: (n,) border of a unit that no other unit shares.
    """

    first: Integers
    second: Integers
    length: Floats
    exposed: Floats

    @classmethod
    def none(cls, units: int) -> Boundary:
        """Return a boundary without borders."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty, np.empty(0), np.zeros(units))


@dataclass(frozen=True, slots=True)
class PlanningProblem:
    """Which places could be chosen, what each holds and costs, and what is wanted.

    amounts: (features, units) sparse, non-negative, what a unit holds of a feature [feature's own unit].
    target: (features,) absolute [same unit]; weight: (features,) worth of meeting it.
    group: (units,) position in `groups` (the Parties of a transboundary plan); budget: (groups,) or (1,)
    for all units together, empty when there is none; common_budget: for all together beside one for each group,
    infinite when there is none.
    required: (features,) whose target is a constraint whatever the objective; minimum set has no others.
    penalty: price of one unit of boundary length; edge_factor: the part of an exposed border that is paid
    (prioritizr's default of 0.5 is kept out on purpose: 1 means an outer edge is an edge).
    """

    unit_id: Integers
    cost: Floats
    amounts: sparse.csr_array
    feature: tuple[str, ...]
    target: Floats
    weight: Floats
    locked_in: Flags
    locked_out: Flags
    boundary: Boundary
    penalty: float = 0.0
    edge_factor: float = 1.0
    groups: tuple[str, ...] = ("",)
    group: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    budget: Floats = field(default_factory=lambda: np.empty(0))
    common_budget: float = float("inf")
    required: Flags = field(default_factory=lambda: np.empty(0, bool))

    def __post_init__(self) -> None:
        for name in ("cost", "target", "weight", "budget"):
            object.__setattr__(self, name, np.require(getattr(self, name), np.float64, ["C", "W"]))
        if not self.group.size:
            object.__setattr__(self, "group", np.zeros(self.units, np.int64))
        if not self.required.size:
            object.__setattr__(self, "required", np.zeros(self.features, bool))
        problems = list(_faults(self))
        if problems:
            raise DataError(problems)

    @property
    def units(self) -> int:
        """Number of planning units."""
        return int(self.unit_id.size)

    @property
    def features(self) -> int:
        """Number of features."""
        return len(self.feature)

    @property
    def has_boundary(self) -> bool:
        """Whether borders cost anything."""
        return self.penalty > 0 and (bool(self.boundary.length.size) or bool(self.boundary.exposed.any()))

    @property
    def demanded(self) -> Flags:
        """(features,) whether a budgeted objective must meet the target."""
        return self.required & (self.target > 0)

    @property
    def budget_row(self) -> Integers:
        """(units,) which budget a unit's cost counts against."""
        return self.group if self.budget.size > 1 else np.zeros(self.units, np.int64)

    @property
    def limits(self) -> Floats:
        """(k,) what may be spent: each group's budget (or the one for all), then the common one; empty without any."""
        common = [self.common_budget] if np.isfinite(self.common_budget) else []
        return np.concatenate([self.budget, common])

    @property
    def counted(self) -> sparse.csr_array:
        """(k, units) 1 where a unit's cost counts against that limit."""
        own = self.budget.size
        rows, columns = self.budget_row[: self.units if own else 0], np.arange(self.units if own else 0)
        if self.limits.size > own:
            rows, columns = (
                np.concatenate([rows, np.full(self.units, own)]),
                np.concatenate([columns, np.arange(self.units)]),
            )
        return sparse.csr_array((np.ones(rows.size), (rows, columns)), shape=(self.limits.size, self.units))

    @property
    def limit_names(self) -> tuple[str, ...]:
        """The Party of each limit; empty for one over all units."""
        own = self.groups if self.budget.size > 1 else ("",) * self.budget.size
        return (*own, *([""] if self.limits.size > self.budget.size else []))

    def with_changes(self, **changes: Any) -> PlanningProblem:
        """Return a checked copy with some fields replaced."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a set of units amounts to, computed from the units alone.

    value: the objective, penalties included (to be maximised for maximum utility, else minimised).
    achieved, shortfall: (features,) amount held, and the part of the target that is missing, 0–1.
    feasible: targets met (minimum set), budgets kept, locks kept.
    """

    objective: Objective
    value: float
    cost: float
    boundary_length: float
    achieved: Floats
    shortfall: Floats
    spent: Floats
    feasible: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Chosen units and how sure it is that no better choice exists.

    bound: no feasible plan is better than this; gap: |value - bound| / |value|; trace: what each step
    of the solution brought (step, seconds, value, bound).
    """

    selected: Flags
    evaluation: Evaluation
    bound: float
    gap: float
    seconds: float
    trace: tuple[tuple[str, float, float, float], ...] = ()


def relative_gap(value: float, bound: float) -> float:
    """Return |value - bound| / |value|: 0 when both are 0, infinite when the bound proves nothing."""
    if value == bound:
        return 0.0
    return abs(value - bound) / abs(value) if value and np.isfinite(bound) else float("inf")


def _faults(problem: PlanningProblem) -> list[Problem]:
    n, m = problem.units, problem.features
    shapes = {
        "cost": (problem.cost.shape, (n,)),
        "amounts": (problem.amounts.shape, (m, n)),
        "target": (problem.target.shape, (m,)),
        "weight": (problem.weight.shape, (m,)),
        "locked_in": (problem.locked_in.shape, (n,)),
        "locked_out": (problem.locked_out.shape, (n,)),
        "exposed": (problem.boundary.exposed.shape, (n,)),
        "group": (problem.group.shape, (n,)),
        "required": (problem.required.shape, (m,)),
    }
    if problem.budget.size not in (0, 1, len(problem.groups)):
        shapes["budget"] = (problem.budget.shape, (len(problem.groups),))
    faults = [
        Problem(
            say("{name} has shape {shape}, not {ought}", name=name, shape=is_, ought=ought),
            "Give one value per unit or feature",
            "shape",
            column=name,
        )
        for name, (is_, ought) in shapes.items()
        if is_ != ought
    ]
    return faults or [*_value_faults(problem), *_lock_faults(problem)]


def _value_faults(problem: PlanningProblem) -> list[Problem]:
    values = {
        "cost": problem.cost,
        "amount": problem.amounts.data,
        "target": problem.target,
        "weight": problem.weight,
        "boundary": problem.boundary.length,
        "budget": problem.limits,
    }
    return [
        Problem(
            say("{name} holds values that are negative or not numbers", name=name),
            "Use numbers of 0 or more",
            "value",
            column=name,
        )
        for name, array in values.items()
        if not (np.isfinite(array).all() and (array >= 0).all())
    ]


def _lock_faults(problem: PlanningProblem) -> list[Problem]:
    both = np.flatnonzero(problem.locked_in & problem.locked_out)
    return [
        Problem("unit is locked in and locked out", "Decide for one of the two", "locks", value=str(unit))
        for unit in problem.unit_id[both]
    ]
