"""The criteria A–E, evaluated at every level, at the corners of uncertainty, for many assessments at once.

Each condition is evaluated for five cases: the four corners from the least to the most threatening values, and the
best estimate. Every condition and every combination of them is monotone in the inputs, so that the categories at the
outer corners are the exact limits of all plausible categories.

Reference: IUCN Red List Categories and Criteria v3.1, 2nd ed. (2012); IUCN Guidelines v16 (2024).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

import numpy as np
import numpy.typing as npt

from biosetu.species.criteria.inputs import BEST, CORNERS, Inputs
from biosetu.species.criteria.tables import LEVELS, Threshold, parameters, threshold

Truth = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
CATEGORIES = ("CR", "EN", "VU", "LC")
DECLINES = ("decline_eoo", "decline_aoo", "decline_habitat", "decline_locations", "decline_mature")
FLUCTUATIONS = ("fluctuation_eoo", "fluctuation_aoo", "fluctuation_locations", "fluctuation_mature")
CRITERIA = ("A1", "A2", "A3", "A4", "B1", "B2", "C1", "C2", "D", "D2", "E")
PARTS = ("a", *(f"b{k}" for k in range(5)), *(f"c{k}" for k in range(4)), "C2a(i)", "C2a(ii)", "C2b")
QUANTITIES = tuple(name for name, p in parameters().items() if p.kind == "amount" and p.worse)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Truth of every criterion (`CRITERIA`) and part of one (`PARTS`) by level, each of shape (n, 5)."""

    met: Mapping[tuple[str, str], Truth]
    n: int

    def codes(self) -> Codes:
        """Return by case the highest category that any criterion meets: indices into `CATEGORIES`, shape (n, 5)."""
        codes = np.full((self.n, CORNERS), len(LEVELS), dtype=np.int8)
        for index in range(len(LEVELS) - 1, -1, -1):
            codes[self.any_met(LEVELS[index])] = index
        return codes

    def any_met(self, level: str) -> Truth:
        """Return whether any criterion is met at a level, shape (n, 5)."""
        return _any([self.met[level, criterion] for criterion in CRITERIA])


class Widened(StrEnum):
    """By which of its factors each threshold is widened, for evidence on near misses."""

    NOT = ""
    TOGETHER = "near_factor"
    ALONE = "alone_factor"


def evaluate(inputs: Inputs, widened: Widened = Widened.NOT) -> Evaluation:
    """Evaluate all criteria at all levels.

    Args:
        inputs: assessments.
        widened: by which factor every threshold is widened; for evidence on near misses only.
    """
    met: dict[tuple[str, str], Truth] = {}
    cases = _Cases(inputs, widened)
    for level in LEVELS:
        for name, truth in {**_a(cases, level), **_b(cases, level), **_c(cases, level), **_de(cases, level)}.items():
            met[level, name] = truth
    return Evaluation(met, len(inputs))


def has_data(inputs: Inputs) -> Truth:
    """Return whether any quantity has a value (neither unknown nor ignored), shape (n,)."""
    return _any([~np.isnan(inputs.amounts[name][:, BEST]) for name in QUANTITIES])


@dataclass(frozen=True, slots=True)
class _Cases:
    inputs: Inputs
    widened: Widened

    def limit(self, criterion: str, level: str, parameter: str = "") -> Truth:
        found = threshold(criterion, level, parameter)
        if found is None:
            return np.zeros((len(self.inputs), CORNERS), dtype=np.bool_)
        return passes(self.inputs.amounts[found.parameter], found, self.widened)

    def yes(self, parameter: str) -> Truth:
        truth: Truth = self.inputs.amounts[parameter] >= 0.5
        return truth


def passes(values: npt.NDArray[np.float64], limit: Threshold, widened: Widened = Widened.NOT) -> Truth:
    """Return whether values pass a threshold, or come near it (its widened edge counts); NaN never does."""
    factor = {Widened.NOT: 1.0, Widened.TOGETHER: limit.near_factor, Widened.ALONE: limit.alone_factor}[widened]
    operator = "<=" if factor > 1 and limit.operator == "<" else limit.operator
    compared = {">=": np.greater_equal, "<": np.less, "<=": np.less_equal}[operator](values, limit.value * factor)
    truth: Truth = np.asarray(compared, dtype=np.bool_)
    return truth


def _any(truths: list[Truth]) -> Truth:
    return reduce(np.logical_or, truths)


def _a(cases: _Cases, level: str) -> dict[str, Truth]:
    over = cases.yes("causes_reversible") & cases.yes("causes_understood") & cases.yes("causes_ceased")
    return {
        "A1": cases.limit("A1", level) & over,
        "A2": cases.limit("A2", level) & ~over,
        "A3": cases.limit("A3", level),
        "A4": cases.limit("A4", level) & ~over,
    }


def _b(cases: _Cases, level: str) -> dict[str, Truth]:
    parts = {"a": cases.limit("B", level) | cases.yes("severely_fragmented")}
    parts |= {f"b{k}": cases.yes(name) for k, name in enumerate(DECLINES)}
    parts |= {f"c{k}": cases.yes(name) for k, name in enumerate(FLUCTUATIONS)}
    b = _any([parts[f"b{k}"] for k in range(len(DECLINES))])
    c = _any([parts[f"c{k}"] for k in range(len(FLUCTUATIONS))])
    two = (parts["a"] & b) | (parts["a"] & c) | (b & c)
    return {**parts, "B1": cases.limit("B1", level) & two, "B2": cases.limit("B2", level) & two}


def _c(cases: _Cases, level: str) -> dict[str, Truth]:
    small = cases.limit("C", level)
    declining = small & cases.yes("decline_mature")
    parts = {
        "C2a(i)": declining & cases.limit("C2a(i)", level),
        "C2a(ii)": declining & cases.limit("C2a(ii)", level),
        "C2b": declining & cases.yes("fluctuation_mature"),
    }
    return {**parts, "C1": small & cases.limit("C1", level), "C2": _any(list(parts.values()))}


def _de(cases: _Cases, level: str) -> dict[str, Truth]:
    restricted = cases.limit("D2", level, "aoo_km2") | cases.limit("D2", level, "locations")
    return {
        "D": cases.limit("D", level),
        "D2": restricted & cases.yes("d2_threat"),
        "E": cases.limit("E", level),
    }
