"""Area of occupancy: occupied cells under every reading of the 1 % rule, on the published grid and over all origins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biosetu.geo.occupancy_grid import OccupancyGrid

Integers = NDArray[np.int64]

DENSEST_WINDOW = 60_000_000
COVER_LIMITS_PERCENT = (1, 5, 10, 25, 50)


@dataclass(frozen=True, slots=True)
class CellCount:
    """Occupied cells by the three readings of the 1 % rule.

    `all`: every cell with any of the ecosystem. `small`: without cells of which it covers less than 1 % (Keith et al.
    2013, doi:10.1371/journal.pone.0062111). `cumulative`: without the smallest cells that together hold at most 1 % of
    its mapped area (Guidelines 1.1, doi:10.2305/IUCN.CH.2016.RLE.3.en; 2.0, doi:10.2305/CJDF9122).
    """

    all: int
    small: int
    cumulative: int


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Cell counts on the published grid, the smallest of each over all origins, the origins, and cells by cover."""

    published: CellCount
    least: CellCount
    least_origin: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    by_cover: tuple[int, ...]


def occupancy(x: Integers, y: Integers, area: Integers, grid: OccupancyGrid, units_per_m2: int) -> Occupancy:
    """Count the cells that an ecosystem occupies.

    The smallest count is searched over every grid origin a sub-cell apart, so it is exact for that step and the same
    in every run; across the date line cells may be narrower than 10 km, never wider.

    Args:
        x, y: sub-cells occupied, counted from the grid's origin, shape (n,); no pair twice.
        area: mapped area in each, shape (n,) [units].
        grid: cells and sub-cells.
        units_per_m2: how many units one square metre of full cover has.

    Returns:
        Counts; all zero when nothing is occupied.
    """
    cell_units = grid.cell_m**2 * units_per_m2
    cells = cell_sums(x, y, area, grid.side)
    published = count(cells, cell_units)
    if _is_least(published, int(area.sum()), cell_units):
        return Occupancy(published, published, ((0, 0),) * 3, by_cover(cells, cell_units))
    best = [published.all, published.small, published.cumulative]
    origins = [(0, 0)] * 3
    for origin, sums in every_origin(_unrolled(x, grid), y, area, grid.side):
        found = count(sums, cell_units)
        for reading, number in enumerate((found.all, found.small, found.cumulative)):
            if number < best[reading]:
                best[reading], origins[reading] = number, origin
    return Occupancy(published, CellCount(*best), (origins[0], origins[1], origins[2]), by_cover(cells, cell_units))


def _is_least(published: CellCount, total: int, cell_units: int) -> bool:
    """Return whether no other origin can count fewer cells, so that none needs to be tried.

    What lies in one cell lies in at most four cells of any other origin, one of which then holds a quarter of it.
    """
    return published.all == 1 and (published.small == 0 or total >= 4 * _small_limit(cell_units))


def _small_limit(cell_units: int) -> int:
    """Return the least area that is not small: 1 % of a cell, rounded up [units]."""
    return -(-cell_units // 100)


def count(sums: Integers, cell_units: int) -> CellCount:
    """Count cells by the three readings of the 1 % rule, given the area in each cell and the area of a cell [units]."""
    occupied = np.sort(sums[sums > 0])
    small = int(np.searchsorted(occupied, _small_limit(cell_units)))
    total = int(occupied.sum())
    marginal = int(np.searchsorted(np.cumsum(occupied), total // 100, side="right")) if total else 0
    return CellCount(len(occupied), len(occupied) - small, len(occupied) - marginal)


def by_cover(sums: Integers, cell_units: int) -> tuple[int, ...]:
    """Return how many occupied cells are covered up to each of COVER_LIMITS_PERCENT, and above the last."""
    occupied = sums[sums > 0]
    limits = [cell_units * limit // 100 for limit in COVER_LIMITS_PERCENT]
    return tuple(
        int(n) for n in np.bincount(np.searchsorted(limits, occupied, side="right"), minlength=len(limits) + 1)
    )


def cell_sums(x: Integers, y: Integers, area: Integers, side: int, shift_x: int = 0, shift_y: int = 0) -> Integers:
    """Return the area in each occupied cell of a grid whose origin is moved by (shift_x, shift_y) sub-cells."""
    column, row = (x.astype(np.int64) - shift_x) // side, (y.astype(np.int64) - shift_y) // side
    _, place = np.unique(row * 2**32 + column, return_inverse=True)
    sums = np.zeros(int(place.max(initial=-1)) + 1, np.int64)
    np.add.at(sums, place, area)
    return sums


def every_origin(x: Integers, y: Integers, area: Integers, side: int) -> Iterator[tuple[tuple[int, int], Integers]]:
    """Yield, for each grid origin, the area in its cells (zeros included)."""
    if not len(x):
        return
    width, height = int(x.max() - x.min()) + 1, int(y.max() - y.min()) + 1
    offsets = [(dx, dy) for dy in range(side) for dx in range(side)]
    if (width + 2 * side) * (height + 2 * side) > DENSEST_WINDOW:
        for dx, dy in offsets:
            yield (dx, dy), cell_sums(x, y, area, side, dx, dy)
        return
    window = np.zeros((height + 2 * side, width + 2 * side), np.int64)
    low_x, low_y = int(x.min()) - side, int(y.min()) - side
    window[y - low_y, x - low_x] = area
    sums = _sliding(_sliding(window, side, 0), side, 1)
    for dx, dy in offsets:
        yield (dx, dy), sums[(dy - low_y) % side :: side, (dx - low_x) % side :: side].ravel()


def _sliding(values: Integers, side: int, axis: int) -> Integers:
    total = np.cumsum(values, axis=axis)
    total = np.concatenate([np.zeros_like(np.take(total, [0], axis)), total], axis)
    count = values.shape[axis] - side + 1
    ahead = np.take(total, np.arange(side, side + count), axis)
    return np.asarray(ahead - np.take(total, np.arange(count), axis))


def _unrolled(x: Integers, grid: OccupancyGrid) -> Integers:
    """Return columns such that what lies on both sides of the date line is side by side."""
    if not grid.world_m or not len(x):
        return x.astype(np.int64)
    around = 2 * int(np.ceil(grid.world_m / 2 / grid.fine_m))
    columns = np.unique(x.astype(np.int64))
    gaps = np.append(np.diff(columns), columns[0] + around - columns[-1])
    start = columns[(int(np.argmax(gaps)) + 1) % len(columns)]
    return np.asarray(np.where(x < start, x.astype(np.int64) + around, x.astype(np.int64)))
