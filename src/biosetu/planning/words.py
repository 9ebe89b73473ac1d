"""A plan in words: what is met at which cost, what stays out, how sure that is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from biosetu.planning.feasibility import TARGET, WITHIN, Barrier
from biosetu.planning.records import Objective, Plan, PlanningProblem
from biosetu.translation import N_

NAMED = 10
SURE = 1e-9
AIMS = {
    Objective.MINIMUM_SET: N_("Aim: meet every target at least cost."),
    Objective.MINIMUM_SHORTFALL: N_("Aim: miss the targets by as little as possible within the budget."),
    Objective.MAXIMUM_UTILITY: N_("Aim: hold as much as possible within the budget."),
}
Gettext = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is told of a plan: plain numbers, to be kept and said in any language later.

    mean_held: mean share of each target that is held [0-1], None without targets; missed: (feature, share of the
    target missing); length: None where borders cost nothing; gap, bound: None where nothing is proven.
    """

    objective: str
    units: int
    chosen: int
    locked: int
    cost: float
    value: float
    targets: int
    met: int
    mean_held: float | None
    missed: tuple[tuple[str, float], ...]
    length: float | None
    penalty: float
    budget: float | None
    bound: float | None
    gap: float | None
    seconds: float


def standing(problem: PlanningProblem, plan: Plan, objective: Objective) -> Standing:
    """Return what is told of a plan, from the recomputed evaluation alone."""
    rated = plan.evaluation
    wanted = problem.target > 0
    missed = [j for j in np.argsort(-rated.shortfall, kind="stable").tolist() if rated.shortfall[j] > 0]
    proven = math.isfinite(plan.gap)
    return Standing(
        objective=objective.value,
        units=problem.units,
        chosen=int(plan.selected.sum()),
        locked=int(problem.locked_in.sum()),
        cost=rated.cost,
        value=rated.value,
        targets=int(wanted.sum()),
        met=int((wanted & (rated.shortfall == 0)).sum()),
        mean_held=float((1 - rated.shortfall[wanted]).mean()) if wanted.any() else None,
        missed=tuple((problem.feature[j], float(rated.shortfall[j])) for j in missed),
        length=rated.boundary_length if problem.has_boundary else None,
        penalty=problem.penalty,
        budget=float(problem.limits.min()) if problem.limits.size else None,
        bound=plan.bound if proven else None,
        gap=plan.gap if proven else None,
        seconds=plan.seconds,
    )


def in_words(problem: PlanningProblem, plan: Plan, objective: Objective, gettext: Gettext = str) -> list[str]:
    """Return the report on a plan as sentences."""
    return said(standing(problem, plan, objective), gettext)


def said(told: Standing, gettext: Gettext = str) -> list[str]:
    """Return the report as sentences, each true by the recomputed evaluation alone."""
    lines = [
        gettext(AIMS[Objective(told.objective)]),
        gettext(
            N_("{chosen} of {units} planning units are chosen ({locked} of them locked in); they cost {cost}.")
        ).format(
            chosen=f"{told.chosen:,}", units=f"{told.units:,}", locked=f"{told.locked:,}", cost=f"{told.cost:,.6g}"
        ),
    ]
    if told.length is not None:
        text = gettext(N_("Their outline is {length} long; each unit of it is priced at {price}."))
        lines.append(text.format(length=f"{told.length:,.6g}", price=f"{told.penalty:g}"))
    if told.mean_held is not None:
        text = gettext(N_("{met} of {targets} targets are met; on average {share} % of each target is held."))
        lines.append(text.format(met=told.met, targets=told.targets, share=f"{100 * told.mean_held:.1f}"))
    return [*lines, *_missed(told, gettext), _certainty(told, gettext)]


_TOO_LITTLE = {
    (TARGET, True): N_(
        "{feature}: {wanted} is wanted, all units that may be chosen hold {there}: {missing} too little."
    ),
    (WITHIN, True): N_(
        "{feature}: {wanted} is wanted; within the budget not all such targets can be met, at best {there} is held:"
        " {missing} too little."
    ),
    (WITHIN, False): N_(
        "{feature}: {wanted} is wanted; in the time no choice within the budget was found that meets all such targets,"
        " the best holds {there}: {missing} too little."
    ),
}


def barrier_said(barrier: Barrier, gettext: Gettext = str) -> str:
    """Return which demand cannot be met and by how much, as one sentence."""
    if barrier.kind in (TARGET, WITHIN):
        text = gettext(_TOO_LITTLE[barrier.kind, barrier.proven])
        numbers = {"wanted": barrier.wanted, "there": barrier.there, "missing": barrier.missing}
        return text.format(feature=barrier.name, **{name: f"{value:,.6g}" for name, value in numbers.items()})
    text = gettext(N_("The units locked in cost {there}, {missing} more than the budget of {wanted}."))
    numbers = {"wanted": barrier.wanted, "there": barrier.there, "missing": barrier.missing}
    sentence = text.format(**{name: f"{value:,.6g}" for name, value in numbers.items()})
    return f"{barrier.name}: {sentence}" if barrier.name else sentence


def _missed(told: Standing, gettext: Gettext) -> list[str]:
    text = gettext(N_("{feature}: {share} % of the target is missing."))
    lines = [text.format(feature=name, share=f"{100 * share:.1f}") for name, share in told.missed[:NAMED]]
    if len(told.missed) > NAMED:
        lines.append(gettext(N_("{count} further targets are missed.")).format(count=len(told.missed) - NAMED))
    return lines


def _certainty(told: Standing, gettext: Gettext) -> str:
    if told.gap is None or told.bound is None:
        return gettext(N_("Nothing could be proven about better plans."))
    if told.gap <= SURE:
        return gettext(N_("No better plan exists; this is proven."))
    text = (
        N_("No plan can be more than {gap} % better; this is proven (value {value}, no plan is above {bound}).")
        if told.objective == Objective.MAXIMUM_UTILITY
        else N_("No plan can be more than {gap} % better; this is proven (value {value}, no plan is below {bound}).")
    )
    value, bound = f"{told.value:,.6g}", f"{told.bound:,.6g}"
    return gettext(text).format(gap=f"{100 * told.gap:.2f}", value=value, bound=bound)
