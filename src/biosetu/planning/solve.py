"""Find a good plan, prove how good it is, and stop when that is good enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from scipy import sparse

from biosetu.planning.anneal import SWEEPS, anneal, temperatures
from biosetu.planning.bundle import Bundle
from biosetu.planning.evaluation import evaluate
from biosetu.planning.feasibility import Unreachable, barriers, missed_within
from biosetu.planning.milp import Exact, solve_exactly
from biosetu.planning.records import (
    Boundary,
    Evaluation,
    Flags,
    Floats,
    Objective,
    Plan,
    PlanningProblem,
    relative_gap,
)
from biosetu.planning.relaxation import Prices, Relaxation, Relaxed, raise_bound
from biosetu.planning.repair import cover, drop, fill, landscape, spare_cost, start, trim
from biosetu.progress import Progress, silent

SMALL_UNITS = 400
WHOLE_ENTRIES = 3_000_000
LEVELS = 15
PRESSES = 60
REACHES = 4
SURE = 1e-3
STEPS = 400
CORE_GAP = 1e-4
LEAST_SECONDS = 0.05
RESERVE, MOST_RESERVED = 0.03, 4.0
SURE_MISSED = 1e-9
RESHAPING, FAILED, WORTH_MORE = 0.5, 2, 1e-3
STRICT = 3.0  # how much dearer than the relaxation prices it a missed target is while patches are reshaped
DEMANDED = 1e3  # the worth of a required target, in that of all others: it comes first
FIRST_PART = 0.34  # of the time, to find a choice that meets required targets within the budgets
ENDLESS = 1e29  # HiGHS says so where it has no bound yet


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a search stands: the step in hand, seconds used and allowed, best value and bound (None: not yet)."""

    step: str
    seconds: float
    allowed: float
    value: float | None
    bound: float | None
    gap: float | None


def unwatched(moment: Moment) -> None:
    """Watch nothing."""


def solve(
    problem: PlanningProblem,
    objective: Objective,
    *,
    gap: float = 0.005,
    seconds: float = 60.0,
    begin: Flags | None = None,
    progress: Progress = silent,
    watch: Callable[[Moment], None] = unwatched,
) -> Plan:
    """Return the best plan found, its value recomputed from the units, and the bound that proves its quality.

    gap: relative gap |value - bound| / |value| at which to stop; seconds: time limit (the first bound and the
    first plan are always finished; kernels are compiled before it begins); begin: a plan to start from;
    watch: told of value, bound and gap as they move; like progress, it may raise to stop the work.
    Steps: Lagrangian relaxation with repair (`relaxation`), rounding of its fractional solution at several
    levels, HiGHS on the units still in doubt, HiGHS on the whole problem where that is small enough.
    Raises Unreachable (a DataError) naming each target or budget that no choice of units can meet.
    """
    if found := barriers(problem, objective):
        raise Unreachable(found)
    ready()
    return searched(Search(problem, objective, gap, seconds, progress, watch), begin)


@cache
def ready() -> None:
    """Have every kernel compiled, or loaded from disk, before a clock runs: once in a process."""
    square = Boundary(np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]), np.ones(4), np.full(4, 2.0))
    problem = PlanningProblem(
        unit_id=np.arange(4),
        cost=np.array([1.0, 2.0, 3.0, 4.0]),
        amounts=sparse.csr_array(np.array([[1.0, 1.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0]])),
        feature=("a", "b"),
        target=np.array([2.0, 1.0]),
        weight=np.ones(2),
        locked_in=np.zeros(4, bool),
        locked_out=np.zeros(4, bool),
        boundary=square,
        penalty=0.1,
        budget=np.array([4.0]),
    )
    for objective in Objective:
        search = Search(problem, objective, 0.0, 1.0)
        searched(search, None)
        annealed(search, 1)


def searched(search: Search, begin: Flags | None) -> Plan:
    """Go through the steps of `solve`."""
    problem = search.problem
    if begin is not None:
        search.offer(begin)
    meet_demands(search)
    fraction = relax(search)
    search.note("relaxation")
    if not search.done:
        round_levels(search, fraction)
        search.note("rounding")
        reshape(search)
        press(search)
        search.note("pressing")
    if problem.units > SMALL_UNITS:
        search_doubtful(search, fraction)
    search_whole(search)
    return search.plan()


def meet_demands(search: Search) -> None:
    """Begin a budgeted search with a plan that meets the required targets: the one that misses least of them.

    Raises Unreachable where that still misses some; their bound says whether this is proven.
    """
    problem = search.problem
    if search.objective is Objective.MINIMUM_SET or search.best is not None or not problem.demanded.any():
        return
    eased = problem.with_changes(
        target=np.where(problem.demanded, problem.target, 0.0),
        weight=problem.demanded.astype(np.float64),
        required=np.zeros(problem.features, bool),
        penalty=0.0,
    )
    first = Search(eased, Objective.MINIMUM_SHORTFALL, 0.0, FIRST_PART * search.seconds, search.progress)
    first.raise_to(0.0)
    plan = searched(first, None)
    if missed := missed_within(problem, plan.evaluation, proven=plan.bound > SURE_MISSED):
        raise Unreachable(missed)
    search.offer(plan.selected)
    search.note("required targets")


class Search:
    """The best plan and bound so far, in the sense of minimising; maximum utility is negated inside."""

    def __init__(
        self,
        problem: PlanningProblem,
        objective: Objective,
        gap: float,
        seconds: float,
        progress: Progress = silent,
        watch: Callable[[Moment], None] = unwatched,
    ) -> None:
        self.problem, self.objective, self.gap = problem, objective, gap
        self.sign = -1.0 if objective is Objective.MAXIMUM_UTILITY else 1.0
        self.began = time.monotonic()
        self.seconds, self.progress, self.watch = seconds, progress, watch
        self.relaxation = Relaxation(problem, objective)
        self.land = landscape(problem, objective)
        self.best: Evaluation | None = None
        self.selected = np.zeros(problem.units, bool)
        self.bound = -np.inf
        self.trace: list[tuple[str, float, float, float]] = []
        self.stopped: BaseException | None = None
        self.prices = np.ones(problem.features)
        self.point = np.empty(0)
        self.final_prices = Prices(self.prices, np.ones(self.relaxation.budget.size))

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.seconds - self.elapsed

    @property
    def reserve(self) -> float:
        """Seconds kept back: HiGHS looks at the clock between its own steps alone, and so do our own loops."""
        return min(RESERVE * self.seconds, MOST_RESERVED)

    @property
    def over(self) -> bool:
        """Whether no further step is begun: what is left is kept to finish and report."""
        return self.left <= self.reserve

    @property
    def value(self) -> float:
        """The best value, to be minimised; infinite before there is a plan."""
        return np.inf if self.best is None else self.sign * self.best.value

    @property
    def done(self) -> bool:
        """Whether the gap is reached."""
        return relative_gap(self.value, self.bound) <= self.gap

    def offer(self, selected: Flags) -> float:
        """Take a plan if it is feasible and better; return the best value."""
        rated = evaluate(self.problem, selected, self.objective)
        if rated.feasible and self.sign * rated.value < self.value:
            self.best, self.selected = rated, selected.copy()
        return self.value

    def raise_to(self, bound: float) -> None:
        """Take a bound if it is higher."""
        if np.isfinite(bound):
            self.bound = max(self.bound, bound)

    def good_enough(self) -> float:
        """Return the value, in the objective's own sense, at which the gap is reached."""
        return self.sign * (self.bound * (1 + self.gap) if self.bound >= 0 else self.bound / (1 + self.gap))

    def note(self, step: str) -> None:
        """Record what a step brought and report it."""
        self.trace.append((step, self.elapsed, self.sign * self.value, self.sign * self.bound))
        self.report(step)

    def report(self, step: str) -> None:
        """Tell the caller where the work stands: percent of the time allowed."""
        self.progress(min(int(100 * self.elapsed / max(self.seconds, 1e-9)), 99), 100, step)
        self.watch(self.moment(step))

    def moment(self, step: str) -> Moment:
        """Return where the search stands, in the objective's own sense."""
        value, bound = (self.sign * number if np.isfinite(number) else None for number in (self.value, self.bound))
        gap = relative_gap(self.value, self.bound) if value is not None and bound is not None else None
        return Moment(step, self.elapsed, self.seconds, value, bound, gap if gap is None or np.isfinite(gap) else None)

    def stop(self, bound: float, *, whole: bool) -> bool:
        """Take HiGHS's bound where it speaks of the whole problem, and ask the caller whether to go on.

        Used where an exception cannot pass; also true when the time is over.
        """
        if whole and abs(bound) < ENDLESS:
            self.raise_to(self.sign * bound)
        try:
            self.report("HiGHS")
        except BaseException as error:  # noqa: BLE001 - raised again when HiGHS has returned
            self.stopped = error
        return self.stopped is not None or self.left <= 0

    def repaired(self, selected: Flags, prices: Floats) -> None:
        """Turn a choice into a feasible plan and offer it."""
        state = start(self.problem, self.land, selected)
        if self.objective is Objective.MINIMUM_SET:
            floor = np.maximum(prices, 1e-3 * max(float(prices.mean()), 1e-12))
            cover(self.land, state, floor)
            drop(self.land, state, floor)
        else:
            worth = self.worth()
            if not trim(self.land, state, worth):
                return
            fill(self.land, state, worth)
        self.offer(state.selected)

    def spare(self) -> None:
        """Leave out what brings no target nearer: the shortfall does not see its cost, whoever pays does."""
        state = start(self.problem, self.land, self.selected)
        spare_cost(self.land, state)
        rated = evaluate(self.problem, state.selected, self.objective)
        if rated.feasible and self.best is not None and rated.value <= self.best.value:
            self.best, self.selected = rated, state.selected

    def worth(self) -> Floats:
        """Return what a unit of each feature adds to a budgeted objective."""
        problem = self.problem
        share = np.where(problem.target > 0, 1 / np.maximum(problem.target, 1e-300), 0.0)
        utility = self.objective is Objective.MAXIMUM_UTILITY
        worth: Floats = problem.weight if utility else problem.weight * share
        if not problem.demanded.any():
            return worth
        most = float(
            (worth * np.asarray(problem.amounts.sum(axis=1)).ravel()).sum() if utility else problem.weight.sum()
        )
        return np.where(problem.demanded, DEMANDED * max(most, 1.0) * share, worth)

    def plan(self) -> Plan:
        """Return the outcome."""
        if self.best is None:
            raise Unreachable(barriers(self.problem, self.objective))
        if self.objective is Objective.MINIMUM_SHORTFALL:
            self.spare()
        gap = relative_gap(self.value, self.bound)
        return Plan(self.selected, self.best, self.sign * self.bound, gap, self.elapsed, tuple(self.trace))


def relax(search: Search) -> Floats:
    """Raise the bound, repairing on the way; return the fractional solution, (units,) in 0–1."""
    kept: dict[int, Flags] = {}

    def visit(relaxed: Relaxed, bundle: Bundle) -> float:
        search.raise_to(relaxed.bound)
        kept[bundle.added - 1] = relaxed.selected
        for gone in kept.keys() - set(bundle.tags.tolist()):
            del kept[gone]
        if bundle.added % 5 == 1 or bundle.added == 2:
            search.repaired(relaxed.selected, search.relaxation.prices(bundle.trial).feature)
            search.report("relaxation")
        return search.value

    bundle = raise_bound(search.relaxation, visit, gap=search.gap, seconds=0.5 * search.seconds, steps=STEPS)
    search.final_prices = search.relaxation.prices(bundle.proof)
    search.prices = search.final_prices.feature
    search.point = bundle.proof
    fraction = np.zeros(search.problem.units)
    for tag, weight in zip(bundle.tags.tolist(), bundle.weights.tolist(), strict=True):
        fraction += weight * kept[tag]
    return fraction


def round_levels(search: Search, fraction: Floats) -> None:
    """Round the fractional solution at several levels: each level set keeps its outline short (coarea)."""
    for level in np.linspace(0.95, 0.25, LEVELS):
        if search.done or (search.over and search.best is not None):
            return
        search.repaired(fraction >= level, search.prices)


def reshape(search: Search) -> None:
    """Reshape patches by annealing, from the best plan again and again, until that helps no more or half is used."""
    problem = search.problem
    if problem.units <= SMALL_UNITS or not problem.has_boundary or not search.land.border.any() or search.best is None:
        return
    end, failed, seed = search.elapsed + RESHAPING * search.left, 0, 0
    while not search.done and not search.over and search.elapsed < end and failed < FAILED:
        seed += 1
        before = search.value
        annealed(search, seed)
        search.note("annealing")
        failed = 0 if search.value < before * (1 - WORTH_MORE) else failed + 1


def annealed(search: Search, seed: int) -> None:
    """Anneal the best plan once and offer what comes of it."""
    problem, land = search.problem, search.land
    covering = search.objective is Objective.MINIMUM_SET
    floor = np.maximum(search.prices, 1e-3 * max(float(search.prices.mean()), 1e-12))
    price = STRICT * floor if covering else search.worth()
    most = np.asarray(problem.amounts.T @ price).ravel()
    state = start(problem, land, search.selected)
    free, words = np.flatnonzero(land.free), np.array([seed * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    for heat in temperatures(land).tolist():
        if search.over:
            break
        anneal(land, state, price, most, free, heat, SWEEPS * free.size, words)
        search.report("annealing")
    search.repaired(state.selected, STRICT * search.prices)


def press(search: Search) -> None:
    """Raise the prices of targets that are missed and lower those of targets overshot, cut by cut.

    Each choice is a minimum cut, so its outline stays short where single units added one by one would fray it.
    """
    relaxation = search.relaxation
    if not search.problem.has_boundary or not relaxation.use.any():
        return
    priced = relaxation.coordinates
    point = search.point.copy()
    limit = relaxation.limits()[: priced.size]
    pace = 0.5
    for _ in range(PRESSES):
        if search.done or search.over:
            return
        relaxed = relaxation.at(point)
        search.raise_to(relaxed.bound)
        search.repaired(relaxed.selected, relaxation.prices(point).feature)
        short = relaxed.slope[: priced.size]
        missed = np.maximum(short, 0.0)
        floor = 1e-3 * max(float(point[: priced.size].mean()), 1e-12)
        change = 1 + pace * (missed + 0.1 * np.minimum(short, 0.0).clip(-0.5))
        point[: priced.size] = np.clip(np.maximum(point[: priced.size], floor * (missed > 0)) * change, 0.0, limit)
        pace = max(0.95 * pace, 0.05)


def search_doubtful(search: Search, fraction: Floats) -> None:
    """Let HiGHS decide the units that the relaxation leaves in doubt, then ever more of their neighbours."""
    problem = search.problem
    doubtful = (fraction > SURE) & (fraction < 1 - SURE)
    reach = 0
    while (
        not search.done and search.left - search.reserve > LEAST_SECONDS and search.best is not None and reach < REACHES
    ):
        free = widened(search, doubtful | (search.selected != (fraction > 0.5)), reach)
        part = 0.5 if whole_fits(problem) else 0.34
        answer = exactly(search, free=free, seconds=min(max(part * search.left, 1.0), search.left - search.reserve))
        before = search.value
        better = answer.selected is not None and search.offer(answer.selected) < before
        search.note(f"HiGHS on {int(free.sum())} units in doubt")
        reach += 1
        if whole_fits(problem) and not better:
            return


def widened(search: Search, doubtful: Flags, reach: int) -> Flags:
    """Return the units in doubt with those up to `reach` borders away; without borders, those of least price."""
    problem = search.problem
    result = doubtful.copy()
    if not problem.has_boundary:
        unary = np.abs(search.relaxation.unary(search.final_prices))
        nearest = np.argsort(unary, kind="stable")[: (reach + 1) * 5 * (problem.features + 20)]
        result[nearest] = True
        return result
    edges = problem.boundary
    for _ in range(reach):
        beside = result.copy()
        beside[edges.first[result[edges.second]]] = True
        beside[edges.second[result[edges.first]]] = True
        result = beside
    return result


def whole_fits(problem: PlanningProblem) -> bool:
    """Return whether HiGHS can hold the whole model with profit."""
    edges = problem.boundary.first.size if problem.has_boundary else 0
    return int(problem.amounts.nnz) + 6 * edges <= WHOLE_ENTRIES


def search_whole(search: Search) -> None:
    """Let HiGHS improve plan and bound on the whole problem."""
    if search.done or search.left - search.reserve <= LEAST_SECONDS or not whole_fits(search.problem):
        return
    answer = exactly(search, free=None, seconds=search.left - search.reserve)
    search.raise_to(search.sign * answer.bound)
    if answer.selected is not None:
        search.offer(answer.selected)
    search.note("HiGHS on all units")


def exactly(search: Search, *, free: Flags | None, seconds: float) -> Exact:
    """Ask HiGHS, starting from the best plan; pass on what stopped it."""
    answer = solve_exactly(
        search.problem,
        search.objective,
        begin=search.selected if search.best is not None else None,
        free=free,
        gap=search.gap if free is None else min(CORE_GAP, search.gap),
        seconds=seconds,
        good_enough=search.good_enough() if np.isfinite(search.bound) else None,
        stop=partial(search.stop, whole=free is None),
    )
    if search.stopped is not None:
        raise search.stopped
    return answer
