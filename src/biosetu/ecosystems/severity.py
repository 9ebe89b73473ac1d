"""Relative severity of degradation, its extent over an ecosystem, and the probability of collapse in model runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from biosetu.ecosystems.intervals import Interval

Floats = npt.NDArray[np.float64]


def relative_severity(
    baseline: npt.ArrayLike, present: npt.ArrayLike, collapse: npt.ArrayLike, collapse_at: str | None = None
) -> Floats:
    """Return how far a variable has gone from its baseline towards collapse.

    Args:
        baseline: value at the start, per pixel or unit, any shape.
        present: value now (or projected), same shape.
        collapse: value at which the ecosystem has collapsed, broadcast to that shape.
        collapse_at: `low` or `high`, the side on which collapse lies; without it the side on which it lies of each
            baseline.

    Returns:
        100 · (baseline - present) / (baseline - collapse), held to 0 … 100 and rounded to a thousand-millionth, so that
        4 ÷ 5 is 80 [%]. Where the baseline itself lies at collapse, or beyond it on the side named: 100, unless the
        present value has come back from there (which only a named side can tell): 0. NaN where a value is missing.
        Keith et al. 2013, doi:10.1371/journal.pone.0062111, criteria C and D.
    """
    turned = -1.0 if collapse_at == "high" else 1.0
    start, now, end = np.broadcast_arrays(
        *(turned * np.asarray(value, float) for value in (baseline, present, collapse))
    )
    span = start - end
    lost = span <= 0 if collapse_at else span == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = np.where(now > end, 0.0, 100.0) if collapse_at else 100.0
        severity = np.where(lost, gone, 100 * (start - now) / span)
    severity[np.isnan(start) | np.isnan(now) | np.isnan(end)] = np.nan
    return np.asarray(np.round(np.clip(severity, 0, 100), 9))


def extent_at(severity: npt.ArrayLike, area: npt.ArrayLike, at_least: npt.ArrayLike) -> Floats:
    """Return the share of an ecosystem that is degraded at least so much: the severity-extent curve.

    Args:
        severity: relative severity per pixel or unit, shape (n,) [%]; NaN is left out of the whole.
        area: area of each, shape (n,).
        at_least: severities asked for, shape (m,) [%].

    Returns:
        Extent at each, shape (m,) [%]; NaN where nothing is known.
    """
    s, a = np.asarray(severity, float).ravel(), np.asarray(area, float).ravel()
    known = ~np.isnan(s)
    s, a = s[known], a[known]
    total = a.sum()
    wanted = np.atleast_1d(np.asarray(at_least, float))
    if not total > 0:
        return np.full(len(wanted), np.nan)
    order = np.argsort(s)
    beyond = np.append(np.cumsum(a[order][::-1])[::-1], 0.0)
    return np.asarray(100 * beyond[np.searchsorted(s[order], wanted, side="left")] / total)


def collapse_probability(collapsed: int, runs: int, level: float = 0.95) -> Interval:
    """Return the share of model runs that collapse, with its exact binomial interval (Clopper and Pearson 1934) [%].

    Raises:
        ValueError: no runs, or more collapses than runs.
    """
    if not 0 <= collapsed <= runs or runs < 1:
        raise ValueError("the number of collapses lies between 0 and the number of runs")
    tail = (1 - level) / 2
    low = 0.0 if collapsed == 0 else float(betaincinv(collapsed, runs - collapsed + 1, tail))
    high = 1.0 if collapsed == runs else float(betaincinv(collapsed + 1, runs - collapsed, 1 - tail))
    return Interval(100 * collapsed / runs, 100 * low, 100 * high)
