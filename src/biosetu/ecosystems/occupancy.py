"""Area of occupancy: occupied cells under every reading of the 1 % rule, on the published grid and over all origins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from biosetu.geo.compiled import compiled
from biosetu.geo.occupancy_grid import OccupancyGrid

Integers = NDArray[np.int64]

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
    least_origin: tuple[tuple[int, int], ...]
    by_cover: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Occupancies:
    """The same of many ecosystems, as arrays.

    `published` and `least`: counts by the readings all, small, cumulative, shape (ecosystems, 3). `origin`: the first
    origin that gives each smallest count, counted from south and then from west, shape (ecosystems, 3, 2) [sub-cells,
    x and y]. `by_cover`: cells covered up to each of COVER_LIMITS_PERCENT and above the last, shape (ecosystems, 6).
    """

    published: Integers
    least: Integers
    origin: Integers
    by_cover: Integers

    def of(self, index: int) -> Occupancy:
        """Return the counts of one ecosystem."""
        return Occupancy(
            CellCount(*self.published[index].tolist()),
            CellCount(*self.least[index].tolist()),
            tuple((int(x), int(y)) for x, y in self.origin[index]),
            tuple(self.by_cover[index].tolist()),
        )


def occupancy(x: Integers, y: Integers, area: Integers, grid: OccupancyGrid, units_per_m2: int) -> Occupancy:
    """Count the cells that one ecosystem occupies; see `occupancies`."""
    order = np.argsort(y, kind="stable")
    return occupancies(np.array([0, len(x)]), x[order], y[order], area[order], grid, units_per_m2).of(0)


def occupancies(
    pointer: Integers, x: NDArray[np.integer], y: NDArray[np.integer], area: Integers, grid: OccupancyGrid, units: int
) -> Occupancies:
    """Count the cells that each of many ecosystems occupies.

    The smallest count is searched over every grid origin a sub-cell apart, so it is exact for that step and the same
    in every run; across the date line cells may be narrower than 10 km, never wider.

    Args:
        pointer: ecosystem i has sub-cells `pointer[i]` to `pointer[i + 1]`, shape (ecosystems + 1,).
        x, y: sub-cells occupied, counted from the grid's origin, of each ecosystem by rising y and no pair twice.
        area: mapped area in each, same shape [units].
        grid: cells and sub-cells.
        units: how many units one square metre of full cover has.

    Returns:
        Counts; all zero where nothing is occupied.
    """
    cell_units = grid.cell_m**2 * units
    found = _nothing(len(pointer) - 1)
    around = 2 * int(np.ceil(grid.world_m / 2 / grid.fine_m))
    limits = np.array([cell_units * limit // 100 for limit in COVER_LIMITS_PERCENT], np.int64)
    across, down, mapped = (np.ascontiguousarray(each, np.int64) for each in (x, y, area))
    cells = (np.asarray(pointer, np.int64), across, down, mapped)
    rules = (grid.side, around, -(-cell_units // 100), limits)
    _count_all(*cells, rules, (found.published, found.least, found.origin, found.by_cover))
    return found


def _nothing(number: int) -> Occupancies:
    shapes = ((3,), (3,), (3, 2), (len(COVER_LIMITS_PERCENT) + 1,))
    return Occupancies(*(np.zeros((number, *shape), np.int64) for shape in shapes))


def joined_occupancies(parts: Sequence[Occupancies]) -> Occupancies:
    """Return the counts of several lists of ecosystems as one."""
    every = (_nothing(0), *parts)
    return Occupancies(
        *(np.concatenate([getattr(part, field.name) for part in every]) for field in fields(Occupancies))
    )


@compiled
def _count_all(
    pointer: Integers,
    x: Integers,
    y: Integers,
    area: Integers,
    rules: tuple[int, int, int, Integers],
    found: tuple[Integers, Integers, Integers, Integers],
) -> None:
    side, around, small, limits = rules
    published, least, origin, by_cover = found
    counts, cover = np.zeros((side, side, 3), np.int64), np.zeros(len(limits) + 1, np.int64)
    for index in range(len(pointer) - 1):
        own = slice(pointer[index], pointer[index + 1])
        if pointer[index] == pointer[index + 1]:
            continue
        _count_origins(x[own], y[own], area[own], 1, small, limits, counts, by_cover[index])
        published[index] = counts[0, 0]
        least[index] = counts[0, 0]
        if published[index, 0] == 1 and (published[index, 1] == 0 or area[own].sum() >= 4 * small):
            # What lies in one cell lies in at most four of any other origin, one of which then holds a quarter of it:
            # no origin counts fewer.
            continue
        _count_origins(_unrolled(x[own], around), y[own], area[own], side, small, limits, counts, cover)
        for shift_y in range(side):
            for shift_x in range(side):
                for reading in range(3):
                    if counts[shift_y, shift_x, reading] < least[index, reading]:
                        least[index, reading] = counts[shift_y, shift_x, reading]
                        origin[index, reading, 0], origin[index, reading, 1] = shift_x, shift_y


@compiled
def _count_origins(
    x: Integers,
    y: Integers,
    area: Integers,
    shifts: int,
    small: int,
    limits: Integers,
    counts: Integers,
    cover: Integers,
) -> None:
    """Count cells at the first `shifts` origins each way; add to `cover` those of the first by share covered.

    For each shift in y a strip of cells is added up by column, and the columns to cells for each shift in x.
    """
    side = counts.shape[0]
    low = (x.min() // side - 1) * side
    width = x.max() - low + 1
    cells = width // side + 1
    step = np.arange(width) // side
    negligible = area.sum() // 100
    column, touched = np.zeros(width, np.int64), np.empty(min(width, len(x)), np.int64)
    cell, used = np.zeros(cells, np.int64), np.empty(cells, np.int64)
    strips = (y[-1] - y[0]) // side + 2
    marginal, number = np.empty((shifts, min(len(x), cells * strips)), np.int64), np.zeros(shifts, np.int64)
    counts[:shifts, :shifts] = 0
    for shift_y in range(shifts):
        number[:] = 0
        begin = 0
        while begin < len(x):
            end = _end_of_strip(y, begin, side, shift_y)
            columns = _add_columns(x[begin:end] - low, area[begin:end], column, touched)
            for shift_x in range(shifts):
                occupied = 0
                for index in range(columns):
                    place = step[touched[index] - shift_x]
                    if cell[place] == 0:
                        used[occupied] = place
                        occupied += 1
                    cell[place] += column[touched[index]]
                counts[shift_y, shift_x, 0] += occupied
                for index in range(occupied):
                    size = cell[used[index]]
                    cell[used[index]] = 0
                    counts[shift_y, shift_x, 1] += size >= small
                    if size <= negligible:
                        marginal[shift_x, number[shift_x]] = size
                        number[shift_x] += 1
                    if shift_x == 0 and shift_y == 0:
                        cover[np.searchsorted(limits, size, side="right")] += 1
            column[touched[:columns]] = 0
            begin = end
        for shift_x in range(shifts):
            dropped = smallest_within(marginal[shift_x, : number[shift_x]], negligible)
            counts[shift_y, shift_x, 2] = counts[shift_y, shift_x, 0] - dropped


@compiled
def _end_of_strip(y: Integers, begin: int, side: int, shift: int) -> int:
    beyond = ((y[begin] - shift) // side + 1) * side + shift
    end = begin + 1
    while end < len(y) and y[end] < beyond:
        end += 1
    return end


@compiled
def _add_columns(x: Integers, area: Integers, column: Integers, touched: Integers) -> int:
    """Add areas by column; write the columns that got any, return how many."""
    count = 0
    for index in range(len(x)):
        if area[index] > 0:
            if column[x[index]] == 0:
                touched[count] = x[index]
                count += 1
            column[x[index]] += area[index]
    return count


@compiled
def smallest_within(values: Integers, limit: int) -> int:
    """Return how many of the smallest values together are at most `limit`; the (positive) values are moved about."""
    low, high, count = 0, len(values), 0
    while low < high:
        pivot = values[(low + high) // 2]
        below, middle, above, total = low, low, high, 0
        while middle < above:
            value = values[middle]
            if value < pivot:
                values[middle], values[below] = values[below], value
                total += value
                below += 1
                middle += 1
            elif value > pivot:
                above -= 1
                values[middle], values[above] = values[above], value
            else:
                middle += 1
        if total > limit:
            high = below
            continue
        limit -= total
        fitting = int(min(above - below, limit // pivot))
        count += below - low + fitting
        if fitting < above - below:
            return count
        limit -= fitting * pivot
        low = above
    return count


@compiled
def _unrolled(x: Integers, around: int) -> Integers:
    """Return columns such that what lies on both sides of the date line is side by side; `around` 0: no such line."""
    if x.max() - x.min() < around // 2 or around == 0:
        return x
    columns = np.unique(x)
    gaps = np.append(columns[1:] - columns[:-1], columns[0] + around - columns[-1])
    start = columns[(np.argmax(gaps) + 1) % len(columns)]
    return np.where(x < start, x + around, x)
