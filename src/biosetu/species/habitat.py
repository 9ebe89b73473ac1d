"""Area of habitat: the part of a range with suitable land cover at suitable elevation.

Reference: Brooks et al. 2019, doi:10.1016/j.tree.2019.06.009; tidying of limits as in Lumbierres et al. 2022,
doi:10.1038/s41597-022-01838-w.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
LOWEST_M, HIGHEST_M = -500.0, 9000.0
NARROWEST_M = 50.0


@dataclass(frozen=True, slots=True)
class Habitat:
    """Area of habitat of one taxon.

    Attributes:
        share: suitable share of each pixel, 0 … 1, shape (rows, columns).
        range_km2, habitat_km2: areas [km²].
        reverted: which filters left nothing and were lifted: empty, `elevation`, or `elevation and cover`.
    """

    share: Floats
    range_km2: float
    habitat_km2: float
    reverted: str


def tidy_elevation(lower: float | None, upper: float | None) -> tuple[float, float]:
    """Return elevation limits [m] that can be used: missing ones open, exchanged ones both open, narrow ones widened.

    A band narrower than 50 m is widened evenly to 50 m. NaN counts as missing.
    """
    low = LOWEST_M if lower is None or math.isnan(lower) else lower
    high = HIGHEST_M if upper is None or math.isnan(upper) else upper
    if low > high:
        return LOWEST_M, HIGHEST_M
    lacking = NARROWEST_M - (high - low)
    return (low - lacking / 2, high + lacking / 2) if lacking > 0 else (low, high)


def suitable_cover(
    cover: npt.NDArray[np.integer], habitats: Iterable[str], crosswalk: Mapping[str, Iterable[int]]
) -> Flags:
    """Return where the land cover is one that the crosswalk gives for any of the habitats; shape of `cover`.

    `crosswalk` maps codes of the IUCN habitat scheme to land-cover classes; a habitat without an entry uses those of
    its parent (`1.5` → `1`). Raises KeyError naming a habitat that has neither.
    """
    classes: set[int] = set()
    for habitat in habitats:
        found = crosswalk.get(habitat, crosswalk.get(habitat.split(".")[0]))
        if found is None:
            raise KeyError(habitat)
        classes |= set(found)
    suitable: Flags = np.isin(cover, sorted(classes))
    return suitable


def area_of_habitat(
    in_range: Flags,
    cover: Floats | Flags,
    elevation: tuple[Floats, Floats],
    limits: tuple[float, float],
    pixel_km2: Floats,
    force: bool = False,
) -> Habitat:
    """Return the area of habitat of one taxon.

    Args:
        in_range: pixels of the range, shape (rows, columns).
        cover: suitable land cover, true/false or a share 0 … 1, shape (rows, columns).
        elevation: lowest and highest elevation of each pixel (the same array twice for one model), shapes (rows,
            columns) [m]; NaN is unsuitable.
        limits: lower and upper limit, inclusive [m]; a pixel fits when its span meets theirs.
        pixel_km2: area of a pixel, shape (rows, 1) or (rows, columns) [km²].
        force: keep an empty result instead of lifting filters that leave nothing (elevation first, then both).
    """
    whole = in_range.astype(np.float64)
    range_km2 = float((whole * pixel_km2).sum())
    height = (elevation[1] >= limits[0]) & (elevation[0] <= limits[1])
    for share, reverted in (
        (whole * cover * height, ""),
        (whole * cover, "elevation"),
        (whole, "elevation and cover"),
    ):
        area = float((share * pixel_km2).sum())
        if area > 0 or force or reverted == "elevation and cover":
            return Habitat(share, range_km2, area, reverted)
    raise AssertionError("unreachable")
