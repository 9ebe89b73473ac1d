"""Generation length: the average age of parents of the newborn (IUCN Guidelines v16, 2024, §4.4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def generation_from_life_table(ages: npt.ArrayLike, survival: npt.ArrayLike, fecundity: npt.ArrayLike) -> float:
    """Return `Σ x·l·m / Σ l·m` [years].

    Args:
        ages: age x of each class, shape (n,) [years].
        survival: share l of the newborn that reach the age, shape (n,), not rising with age.
        fecundity: offspring m per individual of the age, shape (n,), ≥ 0.

    Raises ValueError where survival is impossible or nothing reproduces.
    """
    x, alive, born = (np.asarray(a, dtype=np.float64) for a in (ages, survival, fecundity))
    order = np.argsort(x)
    if (alive < 0).any() or (alive > 1).any() or (np.diff(alive[order]) > 0).any():
        raise ValueError("survival lies between 0 and 1 and does not rise with age")
    if (born < 0).any() or not (alive * born).sum() > 0:
        raise ValueError("some age must reproduce")
    return float((x * alive * born).sum() / (alive * born).sum())


def generation_from_mortality(adult_mortality: float, first_reproduction_years: float) -> float:
    """Return `1 / adult mortality + age of first reproduction` [years]; first reproduction within a year counts as 0.

    Raises ValueError unless 0 < mortality ≤ 1 (a year) and the age is ≥ 0.
    """
    if not (0 < adult_mortality <= 1 and first_reproduction_years >= 0):
        raise ValueError("mortality lies above 0 and up to 1 a year; the age is not negative")
    return 1 / adult_mortality + (first_reproduction_years if first_reproduction_years >= 1 else 0.0)


def generation_from_reproductive_span(
    first_reproduction_years: float, last_reproduction_years: float, z: float = 0.29
) -> float:
    """Return `age of first reproduction + z · length of the reproductive period` [years].

    z lies between 0 and 1, usually below 0.5: 0.29 over mammals (Pacifici et al. 2013,
    doi:10.3897/natureconservation.5.5734). Raises ValueError where ages or z are impossible.
    """
    if not (0 <= first_reproduction_years <= last_reproduction_years and 0 < z < 1):
        raise ValueError("ages rise from the first to the last reproduction; z lies between 0 and 1")
    first = first_reproduction_years if first_reproduction_years >= 1 else 0.0
    return first + z * (last_reproduction_years - first_reproduction_years)
