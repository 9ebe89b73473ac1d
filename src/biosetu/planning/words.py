"""A plan in words: what is met at which cost, what stays out, how sure that is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from biosetu.planning.records import Objective, Plan, PlanningProblem
from biosetu.translation import N_

NAMED = 10
AIMS = {
    Objective.MINIMUM_SET: N_("Aim: meet every target at least cost."),
    Objective.MINIMUM_SHORTFALL: N_("Aim: miss the targets by as little as possible within the budget."),
    Objective.MAXIMUM_UTILITY: N_("Aim: hold as much as possible within the budget."),
}


def in_words(
    problem: PlanningProblem, plan: Plan, objective: Objective, gettext: Callable[[str], str] = str
) -> list[str]:
    """Return the report as sentences, each true by the recomputed evaluation alone."""
    rated = plan.evaluation
    wanted = problem.target > 0
    met = wanted & (rated.shortfall == 0)
    lines = [
        gettext(AIMS[objective]),
        gettext(
            N_("{chosen} of {units} planning units are chosen ({locked} of them locked in); they cost {cost}.")
        ).format(
            chosen=f"{int(plan.selected.sum()):,}",
            units=f"{problem.units:,}",
            locked=f"{int(problem.locked_in.sum()):,}",
            cost=f"{rated.cost:,.6g}",
        ),
    ]
    if problem.has_boundary:
        text = gettext(N_("Their outline is {length} long; each unit of it is priced at {price}."))
        lines.append(text.format(length=f"{rated.boundary_length:,.6g}", price=f"{problem.penalty:g}"))
    if wanted.any():
        text = gettext(N_("{met} of {targets} targets are met; on average {share} % of each target is held."))
        mean = 100 * float((1 - rated.shortfall[wanted]).mean())
        lines.append(text.format(met=int(met.sum()), targets=int(wanted.sum()), share=f"{mean:.1f}"))
    lines += _missed(problem, plan, gettext)
    lines.append(_certainty(plan, objective, gettext))
    return lines


def _missed(problem: PlanningProblem, plan: Plan, gettext: Callable[[str], str]) -> list[str]:
    shortfall = plan.evaluation.shortfall
    missed = [j for j in np.argsort(-shortfall, kind="stable").tolist() if shortfall[j] > 0]
    text = gettext(N_("{feature}: {share} % of the target is missing."))
    lines = [text.format(feature=problem.feature[j], share=f"{100 * shortfall[j]:.1f}") for j in missed[:NAMED]]
    if len(missed) > NAMED:
        lines.append(gettext(N_("{count} further targets are missed.")).format(count=len(missed) - NAMED))
    return lines


def _certainty(plan: Plan, objective: Objective, gettext: Callable[[str], str]) -> str:
    if plan.gap <= 1e-9:
        return gettext(N_("No better plan exists; this is proven."))
    if not np.isfinite(plan.gap):
        return gettext(N_("Nothing could be proven about better plans."))
    text = (
        N_("No plan can be more than {gap} % better; this is proven (value {value}, no plan is above {bound}).")
        if objective is Objective.MAXIMUM_UTILITY
        else N_("No plan can be more than {gap} % better; this is proven (value {value}, no plan is below {bound}).")
    )
    value, bound = f"{plan.evaluation.value:,.6g}", f"{plan.bound:,.6g}"
    return gettext(text).format(gap=f"{100 * plan.gap:.2f}", value=value, bound=bound)
