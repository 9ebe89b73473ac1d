"""The fuzzy method: how true each level is, and which categories an attitude to dispute and to risk makes of it.

A quantity is a trapezoid (least, lower best, upper best, most). Compared with a threshold it gives a truth with four
corners too, each 0 or 1; criteria combine truths. On corners of 0 and 1 the rule for dependent parts (least, greatest)
and the envelope of product and least, used for independent ones, are the same number, so that evaluating the
criteria once at each corner is the arithmetic of the method, with one difference to the better: parts that share a
quantity (A1 and A2, whose causes are each other's opposite) are evaluated at one value of it, not at two.

References: Akçakaya et al. 2000, doi:10.1046/j.1523-1739.2000.99125.x, of which the abstract could be read; the
arithmetic, the two tolerances and the reading of a category are those of IUCN's Species Information Service (SIS
toolkit, classes Range and FuzzyExpImpl), described in our own words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biosetu.species.criteria.evaluation import CATEGORIES, Codes, Evaluation
from biosetu.species.criteria.tables import LEVELS

Floats = npt.NDArray[np.float64]
LC = CATEGORIES.index("LC")


@dataclass(frozen=True, slots=True)
class Truths:
    """How true "this level or a more threatened one" is, by level and assessment: shapes (levels, n), 0 … 1."""

    low: Floats
    middle: Floats
    high: Floats


def disputed(corners: Floats, dispute_tolerance: float) -> tuple[Floats, Floats]:
    """Return the ends of truths cut by the dispute tolerance.

    Args:
        corners: low, lower best, upper best, high, shape (…, 4).
        dispute_tolerance: 0 keeps the outer corners, 1 moves them to the best ones, between them in proportion.
    """
    low, low_best, high_best, high = np.moveaxis(corners, -1, 0)
    keep = 1.0 - dispute_tolerance
    return low_best - (low_best - low) * keep, high_best + (high - high_best) * keep


def truths(evaluation: Evaluation, dispute_tolerance: float) -> Truths:
    """Return the truths of the levels, most threatened first; the middle is halfway between the ends."""
    reached = np.zeros((evaluation.n, 4), dtype=np.bool_)
    ends = []
    for level in LEVELS:
        reached = reached | evaluation.any_met(level)[:, :4]
        ends.append(disputed(reached.astype(np.float64), dispute_tolerance))
    low, high = (np.stack(each) for each in zip(*ends, strict=True))
    return Truths(low, (low + high) / 2, high)


def first_reached(truth: Floats, risk_tolerance: float) -> Codes:
    """Return the most threatened level whose truth reaches the risk tolerance; LC where none does.

    A truth of 0 reaches nothing, also at a risk tolerance of 0.
    """
    reached = (truth > 0) & (truth >= risk_tolerance)
    codes: Codes = np.where(reached.any(axis=0), reached.argmax(axis=0), LC).astype(np.int8)
    return codes


def fuzzy_codes(evaluation: Evaluation, dispute_tolerance: float, risk_tolerance: float) -> tuple[Codes, Codes, Codes]:
    """Return (least threatened plausible, best, most threatened plausible) category of each assessment, shape (n,).

    They are read where the lower ends, the middles and the upper ends of the truths reach the risk tolerance.
    """
    found = truths(evaluation, dispute_tolerance)
    low, best, high = (first_reached(truth, risk_tolerance) for truth in (found.low, found.middle, found.high))
    return low, best, high
