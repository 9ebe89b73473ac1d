"""Areas corrected for the errors of the map, from a sample of places where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
FEWEST = 2


@dataclass(frozen=True, slots=True)
class AdjustedAreas:
    """Error-adjusted areas and accuracies by class, each with its standard error; shapes (classes,)."""

    area_km2: Floats
    low_km2: Floats
    high_km2: Floats
    users_accuracy: Floats
    producers_accuracy: Floats
    overall_accuracy: float


def adjusted_areas(counts: npt.ArrayLike, mapped_km2: npt.ArrayLike, level: float = 0.95) -> AdjustedAreas:
    """Return areas adjusted for classification error, from a sample stratified by mapped class.

    The stratified estimator of Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015, equations 4, 6-8, 9-11.

    Args:
        counts: sample units by mapped class (rows) and true class (columns), shape (classes, classes).
        mapped_km2: mapped area by class, shape (classes,) [km²].
        level: probability of the intervals (normal approximation).

    Returns:
        Areas with limits (not below 0) and accuracies; NaN where a class has no sample. The areas add up to the
        mapped total.

    Raises:
        ValueError: shapes do not fit, a count is negative, or a class with mapped area has fewer than two sample units.
    """
    n, mapped = np.asarray(counts, float), np.asarray(mapped_km2, float)
    if n.shape != (len(mapped), len(mapped)) or (n < 0).any():
        raise ValueError("counts must be a square table of whole numbers, one row and column per class")
    rows = n.sum(axis=1)
    if ((rows < FEWEST) & (mapped > 0)).any():
        raise ValueError("every class on the map needs at least two sample units")
    total = mapped.sum()
    weight = mapped / (total or 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nan_to_num(n / rows[:, None])
        variance = np.nan_to_num(share * (1 - share) / (rows - 1)[:, None])
        proportion = weight[:, None] * share
        area = proportion.sum(axis=0)
        error = np.sqrt((weight[:, None] ** 2 * variance).sum(axis=0))
        producers = np.diag(proportion) / area
        users = np.diag(n) / rows
    reach = ndtri(0.5 + level / 2) * error
    return AdjustedAreas(
        area * total,
        np.maximum(0, area - reach) * total,
        (area + reach) * total,
        users,
        producers,
        float(np.trace(proportion)),
    )
