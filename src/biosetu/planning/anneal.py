"""Simulated annealing over single units: reshapes whole patches, which no unit by itself would pay for.

Kirkpatrick et al. (1983), doi:10.1126/science.220.4598.671, as Marxan uses it (Ball et al. 2009), but with the prices
of the relaxation for what a target misses, from a plan that the relaxation gave. The same seed gives the same steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from biosetu.geo.compiled import compiled
from biosetu.planning.records import Floats, Integers
from biosetu.planning.repair import Landscape, State, fits, flip, gain_of_leaving, price_of_adding

Words = npt.NDArray[np.uint64]
WORD = 2.0**-53
HOT, COLD = 1.0, 0.05  # of the price of a usual border
STEPS = 50
SWEEPS = 10  # at each temperature, each unit is tried so often on average


@compiled
def _random(seed: Words) -> float:
    """Return the next number in [0, 1) of a xorshift generator (Marsaglia 2003); seed: one word, changed."""
    word = seed[0]
    word ^= word >> np.uint64(12)
    word ^= word << np.uint64(25)
    word ^= word >> np.uint64(27)
    seed[0] = word
    return float((word * np.uint64(2685821657736338717)) >> np.uint64(11)) * WORD


@compiled
def _gain_of_targets(land: Landscape, state: State, price: Floats, unit: int) -> float:
    """Return what the targets gain when the unit joins, or lose (negated) when it leaves, at these prices."""
    gain = 0.0
    sign = -1.0 if state.selected[unit] else 1.0
    for k in range(land.hold_start[unit], land.hold_start[unit + 1]):
        feature = land.hold_feature[k]
        before = state.achieved[feature]
        after = before + sign * land.hold_amount[k]
        gain += price[feature] * (min(after, land.target[feature]) - min(before, land.target[feature]))
    return gain


@compiled
def _made(land: Landscape, state: State, price: Floats, most: Floats, unit: int, limit: float) -> bool:
    """Flip the unit if that changes the objective, prices of missed targets included, by no more than `limit`.

    most: what the targets gain at most from each unit, so that most tries end before its features are looked at.
    """
    if state.selected[unit]:
        change = gain_of_leaving(land, state, unit)
        if change > limit:
            return False
    else:
        change = price_of_adding(land, state, unit)
        if change - most[unit] > limit or not fits(land, state, unit):
            return False
    if change - _gain_of_targets(land, state, price, unit) > limit:
        return False
    flip(land, state, unit)
    return True


@compiled
def anneal(
    land: Landscape, state: State, price: Floats, most: Floats, free: Integers, heat: float, tries: int, seed: Words
) -> int:
    """Try flips of units at one temperature; return how many were made. free: units that may be flipped."""
    made = 0
    for _ in range(tries):
        unit = free[int(_random(seed) * free.size)]
        limit = -heat * np.log(1.0 - _random(seed))
        if _made(land, state, price, most, unit, limit):
            made += 1
    return made


def temperatures(land: Landscape) -> Floats:
    """Return falling temperatures for the prices of borders of a problem that has some."""
    usual = float(np.median(land.border[land.border > 0]))
    return np.geomspace(HOT * usual, COLD * usual, STEPS)
