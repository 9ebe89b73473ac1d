"""How much of each ecosystem, species or other feature is protected, against what is wanted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from biosetu.geo.kinds import Floats


def representation_table(
    feature: list[str], total_km2: Floats, protected_km2: Floats, target_percent: Floats
) -> pa.Table:
    """Return feature, total_km2, protected_km2, share_percent, target_percent, gap_km2, achieved_percent.

    gap_km2: what is missing to the target; achieved_percent: the part of the target held, 100 at most (Jantke et al.
    2019, mean target achievement, doi:10.1111/2041-210X.13189). A feature that is nowhere (total 0) has no share and no
    achievement.
    """
    there = total_km2 > 0
    share = np.divide(100 * protected_km2, total_km2, out=np.full(total_km2.size, np.nan), where=there)
    wanted = target_percent / 100 * total_km2
    gap = np.maximum(wanted - protected_km2, 0.0)
    achieved = np.where(wanted > 0, 100 * np.minimum(protected_km2 / np.where(wanted > 0, wanted, 1.0), 1.0), 100.0)
    return pa.table(
        {
            "feature": feature,
            "total_km2": total_km2,
            "protected_km2": protected_km2,
            "share_percent": _or_none(share),
            "target_percent": target_percent,
            "gap_km2": gap,
            "achieved_percent": _or_none(np.where(there, achieved, np.nan)),
        }
    )


def mean_target_achievement(table: pa.Table) -> float:
    """Return the mean of achieved_percent over the features that exist [%]; not a number without any."""
    values = [value for value in table.column("achieved_percent").to_pylist() if value is not None]
    return float(np.mean(values)) if values else float("nan")


def _or_none(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))
