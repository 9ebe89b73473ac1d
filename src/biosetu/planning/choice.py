"""What a planner asks of a problem that stands: which features, how much of each, at what cost, what is fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from biosetu.planning.numbering import as_text
from biosetu.planning.records import Flags, Floats, Integers, Objective, PlanningProblem
from biosetu.planning.targets import KINDS, absolute_targets
from biosetu.planning.transboundary import NationalTarget
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

SHARES = ("relative",)


class CostBasis(StrEnum):
    """What a unit costs."""

    GIVEN = "given"
    AREA = "area"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of a feature: a kind of `targets.KINDS` and its value (not a number where the rule needs none)."""

    kind: str
    value: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to ask. wanted: by position of the feature; a feature not named is not planned for, only reported.

    locked_in, locked_out: unit numbers, in place of the problem's own locks; None keeps those. national: by position of
    the feature and Party, the part of what the Party's own units hold that it wants within its borders [0-1]. budget:
    what may be spent over all Parties together; budgets: what each Party may spend of its own, for all Parties or none.
    """

    objective: Objective
    wanted: Mapping[int, Wanted]
    cost: CostBasis = CostBasis.GIVEN
    budget: float | None = None
    penalty: float = 0.0
    locked_in: Sequence[int] | None = None
    locked_out: Sequence[int] | None = None
    national: Mapping[tuple[int, str], float] = field(default_factory=dict)
    budgets: Mapping[str, float] = field(default_factory=dict)


def chosen(problem: PlanningProblem, choice: Choice, area_km2: Floats | None = None) -> PlanningProblem:
    """Return the problem as asked for. area_km2: (units,) [km²], needed where area is the cost.

    What the problem itself locks in is there already: it stays free of charge where cost is area or equal.
    Raises DataError for a target that is negative, a share above 1, an unknown unit or rule, a budget that is missing.
    """
    faults = choice_faults(choice, problem.feature, problem.unit_id, problem.groups)
    if faults:
        raise DataError(faults)
    target, weight = _targets(problem, choice)
    return problem.with_changes(
        target=target,
        weight=weight,
        cost=_cost(problem, choice.cost, area_km2),
        locked_in=_flags(problem, choice.locked_in, problem.locked_in),
        locked_out=_flags(problem, choice.locked_out, problem.locked_out),
        penalty=choice.penalty,
        **_budgets(problem, choice),
    )


def _budgets(problem: PlanningProblem, choice: Choice) -> dict[str, Any]:
    """Return the budgets of a problem: one over all units, or each Party's own and beside these the common one."""
    if not choice.budgets:
        return {"budget": np.empty(0) if choice.budget is None else np.array([choice.budget]), "common_budget": np.inf}
    own = np.array([choice.budgets[party] for party in problem.groups])
    return {"budget": own, "common_budget": np.inf if choice.budget is None else choice.budget}


def _party_budget_faults(choice: Choice, groups: Sequence[str]) -> list[Problem]:
    without = [party for party in groups if choice.budgets and party not in choice.budgets]
    unknown = sorted(set(choice.budgets) - set(groups))
    several = N_("Write a budget for each Party, or for none of them")
    return [
        Problem(message, remedy, "budget", column="budget", value=", ".join(found))
        for found, message, remedy in (
            (without, N_("a Party has no budget of its own, others have"), several),
            (unknown, N_("there are no units of this Party"), N_("Choose one of the list")),
        )
        if found
    ]


def choice_faults(
    choice: Choice, features: Sequence[str], units: Integers, parties: Sequence[str] = ()
) -> list[Problem]:
    """Return everything that is wrong with a choice for a problem of these features, unit numbers and Parties."""
    return [
        *_target_faults(choice, features),
        *_national_faults(choice, features),
        *_setting_faults(choice),
        *_party_budget_faults(choice, parties),
        *_lock_faults(choice, units),
    ]


def national_targets(problem: PlanningProblem, choice: Choice) -> list[NationalTarget]:
    """Return the targets of single Parties that a choice asks for; raise DataError for a Party without units."""
    unknown = sorted({party for _, party in choice.national} - set(problem.groups))
    if unknown:
        message, remedy = N_("there are no units of this Party"), N_("Choose one of the list")
        raise DataError(Problem(message, remedy, "party", column="party", value=", ".join(unknown)))
    groups = {party: place for place, party in enumerate(problem.groups)}
    found = []
    for (position, party), share in sorted(choice.national.items()):
        own = problem.amounts[[position], :] @ (problem.group == groups[party]).astype(np.float64)
        if share > 0:
            found.append(NationalTarget(position, groups[party], share * float(own[0])))
    return found


def _national_faults(choice: Choice, features: Sequence[str]) -> list[Problem]:
    faults = []
    for (position, party), share in choice.national.items():
        known = 0 <= position < len(features)
        name = f"{features[position] if known else position} ({party})"
        if not known or position not in choice.wanted:
            message, remedy = N_("a Party wants a feature that is not chosen"), N_("Choose the feature too")
            faults.append(Problem(message, remedy, "national", column=name))
        elif not 0 <= share <= 1:
            message, remedy = N_("this is no target"), N_("Write a number from 0 to 100 %")
            faults.append(Problem(message, remedy, "national", column=name, value=f"{100 * share:g} %"))
    return faults


def _targets(problem: PlanningProblem, choice: Choice) -> tuple[Floats, Floats]:
    total = np.asarray(problem.amounts.sum(axis=1)).ravel()
    target, weight = np.zeros(problem.features), np.zeros(problem.features)
    for position, wanted in choice.wanted.items():
        here = slice(position, position + 1)
        target[here] = absolute_targets(wanted.kind, np.array([wanted.value]), total[here])
        weight[here] = wanted.weight
    return target, weight


def _cost(problem: PlanningProblem, basis: CostBasis, area_km2: Floats | None) -> Floats:
    if basis is CostBasis.GIVEN:
        return problem.cost
    if basis is CostBasis.AREA and area_km2 is None:
        message = N_("the units have no area")
        raise DataError(Problem(message, N_("Take another cost, or give units with polygons"), "area", column="cost"))
    whole = np.ones(problem.units) if area_km2 is None or basis is CostBasis.EQUAL else area_km2
    return np.where(problem.locked_in, 0.0, whole)


def _flags(problem: PlanningProblem, numbers: Sequence[int] | None, own: Flags) -> Flags:
    return own if numbers is None else np.isin(problem.unit_id, np.asarray(list(numbers), dtype=np.int64))


def _lock_faults(choice: Choice, units: Integers) -> list[Problem]:
    inside, outside = choice.locked_in or (), choice.locked_out or ()
    asked = np.unique(np.asarray([*inside, *outside], dtype=np.int64))
    unknown = asked[~np.isin(asked, units)].tolist()
    both = sorted(set(inside) & set(outside))
    return [
        Problem(message, remedy, code, column="units", value=as_text(found))
        for found, message, remedy, code in (
            (unknown, N_("there is no such planning unit"), N_("Use numbers of the map"), "unknown"),
            (both, N_("units are locked in and locked out"), N_("Decide for one of the two"), "locks"),
        )
        if found
    ]


def _target_faults(choice: Choice, features: Sequence[str]) -> list[Problem]:
    faults = []
    for position, wanted in choice.wanted.items():
        name = features[position] if 0 <= position < len(features) else str(position)
        if not 0 <= position < len(features):
            faults.append(Problem(N_("there is no such feature"), N_("Choose one of the list"), "unknown", value=name))
        elif wanted.kind not in KINDS:
            remedy = N_("Choose one of the list")
            faults.append(
                Problem(N_("there is no such kind of target"), remedy, "kind", column=name, value=wanted.kind)
            )
        elif wanted.kind in ("absolute", "relative") and not 0 <= wanted.value < np.inf:
            remedy = N_("Write a number of 0 or more")
            said = f"{wanted.value:g}"
            faults.append(Problem(N_("this is no target"), remedy, "target", column=name, value=said))
        elif wanted.kind in SHARES and wanted.value > 1:
            remedy = N_("Write at most 100 %")
            said = f"{100 * wanted.value:g} %"
            faults.append(Problem(N_("more is wanted than there is"), remedy, "share", column=name, value=said))
    if not choice.wanted:
        faults.append(Problem(N_("no feature is chosen"), N_("Choose at least one"), "features", column="feature"))
    return faults


def _setting_faults(choice: Choice) -> list[Problem]:
    faults = []
    if not 0 <= choice.penalty < np.inf:
        said = f"{choice.penalty:g}"
        message, remedy = N_("this is no penalty"), N_("Write a number of 0 or more")
        faults.append(Problem(message, remedy, "penalty", column="penalty", value=said))
    budgets = {**({} if choice.budget is None else {"budget": choice.budget}), **choice.budgets}
    for name, budget in budgets.items():
        if not 0 <= budget < np.inf:
            message, remedy = N_("this is no budget"), N_("Write a number of 0 or more")
            faults.append(Problem(message, remedy, "budget", column=name, value=f"{budget:g}"))
        elif choice.objective is Objective.MINIMUM_SET:
            message = N_("this aim has no budget: it meets every target whatever it costs")
            remedy = N_("Leave the budget empty, or choose another aim")
            faults.append(Problem(message, remedy, "budget", column=name, value=f"{budget:g}"))
    if choice.objective is not Objective.MINIMUM_SET and not budgets:
        message, remedy = N_("this aim needs a budget"), N_("Write what may be spent")
        faults.append(Problem(message, remedy, "budget", column="budget"))
    return faults
