"""Whether a plan can exist at all, and if not, which demand stands in the way and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biosetu.planning.evaluation import TOLERANCE, spending
from biosetu.planning.records import Evaluation, Flags, Objective, PlanningProblem
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

TARGET, BUDGET, WITHIN = "target", "budget", "within"


@dataclass(frozen=True, slots=True)
class Barrier:
    """A demand that no choice of units can meet.

    kind: TARGET (`wanted` of feature `name`, all units that may be chosen hold `there`), BUDGET (`name` is the Party,
    empty for the budget common to all; `wanted` may be spent, the units locked in cost `there`) or WITHIN (`wanted` of
    feature `name`; the choice within the budgets that misses the required targets least holds `there`).
    proven: False where only no choice was found in the time.
    """

    kind: str
    name: str
    wanted: float
    there: float
    proven: bool = True

    @property
    def missing(self) -> float:
        """What is too little (target) or too much (budget)."""
        return abs(self.wanted - self.there)


class Unreachable(DataError):
    """No plan keeps every demand; `barriers` says which stand in the way."""

    def __init__(self, found: Sequence[Barrier]) -> None:
        """Take the demands that cannot be met."""
        self.barriers = tuple(found)
        super().__init__([_told(barrier) for barrier in found])


def barriers(problem: PlanningProblem, objective: Objective) -> list[Barrier]:
    """Return every demand that no choice of units can meet by itself.

    Minimum set: the test is exact, targets can all be met if and only if taking every unit that is not locked out meets
    each of them. Budgets can be kept if and only if the locked-in units keep them; whether required targets can be met
    within budgets is for `solve` to find out, which says so by `Unreachable`.
    """
    if objective is Objective.MINIMUM_SET:
        return _targets_out_of_reach(problem, problem.target > 0)
    return [*_budgets_broken(problem), *_targets_out_of_reach(problem, problem.demanded)]


def missed_within(problem: PlanningProblem, rated: Evaluation, *, proven: bool) -> list[Barrier]:
    """Return the required targets that a choice within the budgets misses."""
    missed = np.flatnonzero(problem.demanded & (rated.shortfall > 0)).tolist()
    return [
        Barrier(WITHIN, problem.feature[j], float(problem.target[j]), float(rated.achieved[j]), proven) for j in missed
    ]


def _told(barrier: Barrier) -> Problem:
    if barrier.kind == TARGET:
        return Problem(
            say(
                "the target of {wanted:.6g} cannot be met: all units that may be chosen hold {there:.6g}, {missing:.6g}"
                " ({percent:.3g} %) too little",
                wanted=barrier.wanted,
                there=barrier.there,
                missing=barrier.missing,
                percent=100 * barrier.missing / barrier.wanted,
            ),
            N_("Lower the target, free locked-out units, or use the minimum shortfall objective"),
            "target-out-of-reach",
            column="feature",
            value=barrier.name,
        )
    if barrier.kind == WITHIN:
        never = say("no choice within the budget meets")
        said = never if barrier.proven else say("in the time no choice was found that meets")
        return Problem(
            say(
                "{said} all required targets: of {wanted:.6g} at best {there:.6g} is held, {missing:.6g}"
                " ({percent:.3g} %) too little",
                said=said,
                wanted=barrier.wanted,
                there=barrier.there,
                missing=barrier.missing,
                percent=100 * barrier.missing / barrier.wanted,
            ),
            N_("Lower the target, or raise the budget") if barrier.proven else N_("Give more time, or a larger budget"),
            "target-beyond-budget",
            column="feature",
            value=barrier.name,
        )
    return Problem(
        say(
            "the units locked in cost {there:.6g}, {missing:.6g} more than the budget of {wanted:.6g}",
            there=barrier.there,
            missing=barrier.missing,
            wanted=barrier.wanted,
        ),
        N_("Raise the budget, unlock units, or set the cost of what is already protected to 0"),
        "budget-broken",
        column="budget",
        value=barrier.name,
    )


def _targets_out_of_reach(problem: PlanningProblem, demanded: Flags) -> list[Barrier]:
    available = problem.amounts @ (~problem.locked_out).astype(np.float64)
    beyond = np.flatnonzero(demanded & (problem.target - available > TOLERANCE * problem.target))
    return [Barrier(TARGET, problem.feature[j], float(problem.target[j]), float(available[j])) for j in beyond.tolist()]


def _budgets_broken(problem: PlanningProblem) -> list[Barrier]:
    bound = spending(problem, problem.locked_in).tolist()
    return [
        Barrier(BUDGET, name, limit, spent)
        for name, limit, spent in zip(problem.limit_names, problem.limits.tolist(), bound, strict=True)
        if spent > limit * (1 + TOLERANCE)
    ]
