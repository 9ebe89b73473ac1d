"""Areas by class and sub-cell, and transitions between dates, from runs: integers only."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.runs import Indices, Integers, RunArrays, Runs
from biosetu.geo.compiled import compiled
from biosetu.geo.occupancy_grid import Segments, area_between

DENSEST_TABLE = 24_000_000

SegmentArrays: TypeAlias = tuple[Integers, Indices, Indices, Integers, Integers]
AreaArrays: TypeAlias = tuple[Integers, Indices, Integers, Integers]

CELLS = np.dtype([("key", "i8"), ("x", "i4"), ("y", "i4"), ("pixels", "i8"), ("area", "i8")])
PAIRS = np.dtype([("before", "i8"), ("after", "i8"), ("pixels", "i8"), ("area", "i8")])
NO_DATA_KEY = -1


def count_cells(
    runs: Runs, segments: Segments, group: Indices, weight: Integers, keys: Integers
) -> tuple[NDArray[np.void], Integers]:
    """Count pixels and add areas by class and sub-cell.

    Args:
        runs: the band.
        segments: cell and pixel area along the same rows.
        group: for each of the band's keys, the place in `keys` it counts for, -1 to leave it out.
        weight: for each of the band's keys, what its pixel area is multiplied by.
        keys: the keys counted, sorted.

    Returns:
        A table of type CELLS sorted by key, y, x, without empty rows; and the weighted area of each run.
    """
    cells = len(segments.x_index)
    run_area = np.zeros(len(runs.end), np.int64)
    parts = (runs.arrays, (segments.pointer, segments.end, segments.cell, segments.area, segments.growth))
    if cells * len(keys) <= DENSEST_TABLE:
        pixels, area = np.zeros((len(keys), cells), np.int64), np.zeros((len(keys), cells), np.int64)
        _count_dense(*parts, group, weight, pixels, area, run_area)
        place, cell = np.nonzero(pixels)
        counted, summed = pixels[place, cell], area[place, cell]
    else:
        code, counted, summed = _count_listed(*parts, group, weight, cells, run_area)
        code, counted, summed = summed_by(code, counted, summed)
        place, cell = np.divmod(code, cells)
    table = np.empty(len(place), CELLS)
    table["key"], table["pixels"], table["area"] = keys[place], counted, summed
    table["x"], table["y"] = segments.x_index[cell], segments.y_index[cell]
    return table, run_area


def merged_cells(parts: list[NDArray[np.void]]) -> NDArray[np.void]:
    """Return tables of type CELLS as one, equal sub-cells of a class added together, sorted by key, y, x."""
    keys, rank = np.unique(np.concatenate([part["key"] for part in parts]), return_inverse=True)
    x, y = (np.concatenate([part[name] for part in parts]).astype(np.int64) for name in ("x", "y"))
    if not len(keys):
        return np.zeros(0, CELLS)
    across, down = int(x.max() - x.min()) + 1, int(y.max() - y.min()) + 1
    place = (rank * down + y - y.min()) * across + x - x.min()
    code, pixels, area = summed_by(
        place, *(np.concatenate([part[name] for part in parts]) for name in ("pixels", "area"))
    )
    merged = np.empty(len(code), CELLS)
    merged["key"], merged["y"] = keys[code // (across * down)], code // across % down + y.min()
    merged["x"], merged["pixels"], merged["area"] = code % across + x.min(), pixels, area
    return merged


def count_pairs(before: Runs, after: Runs, segments: Segments) -> NDArray[np.void]:
    """Count pixels and add areas by class before and class after; NO_DATA_KEY where a date has no data.

    Returns:
        A table of type PAIRS sorted by before, after, without empty rows and without pairs of no data.
    """
    rows, columns = len(before.keys) + 1, len(after.keys) + 1
    parts = (before.arrays, after.arrays, (segments.pointer, segments.end, segments.area, segments.growth))
    if rows * columns <= DENSEST_TABLE:
        pixels, area = np.zeros((rows, columns), np.int64), np.zeros((rows, columns), np.int64)
        _pair_dense(*parts, pixels, area)
        first, second = np.nonzero(pixels)
        counted, summed = pixels[first, second], area[first, second]
    else:
        code, counted, summed = summed_by(*_pair_listed(*parts, columns))
        first, second = np.divmod(code, columns)
    table = np.empty(len(first), PAIRS)
    table["before"] = np.append(NO_DATA_KEY, before.keys)[first]
    table["after"] = np.append(NO_DATA_KEY, after.keys)[second]
    table["pixels"], table["area"] = counted, summed
    return np.asarray(table[(table["before"] != NO_DATA_KEY) | (table["after"] != NO_DATA_KEY)])


def merged_pairs(parts: list[NDArray[np.void]]) -> NDArray[np.void]:
    """Return tables of type PAIRS as one, equal pairs added together."""
    table = np.concatenate(parts)
    table = table[np.lexsort((table["after"], table["before"]))]
    if not len(table):
        return table
    new = np.ones(len(table), bool)
    new[1:] = (table["before"][1:] != table["before"][:-1]) | (table["after"][1:] != table["after"][:-1])
    starts = np.flatnonzero(new)
    merged = table[starts]
    merged["pixels"] = np.add.reduceat(table["pixels"], starts)
    merged["area"] = np.add.reduceat(table["area"], starts)
    return merged


def summed_by(code: Integers, *values: Integers) -> tuple[Integers, ...]:
    """Return the distinct codes in order and, for each, the sums of the values."""
    order = np.argsort(code, kind="stable")
    code = code[order]
    starts = np.flatnonzero(np.append(True, code[1:] != code[:-1])) if len(code) else np.empty(0, np.int64)
    return code[starts], *(np.add.reduceat(value[order], starts) if len(code) else value for value in values)


@compiled
def _count_dense(
    runs: RunArrays,
    segments: SegmentArrays,
    group: Indices,
    weight: Integers,
    pixels: Integers,
    area: Integers,
    run_area: Integers,
) -> None:
    pointer, end, place = runs
    segment_pointer, segment_end, cell, base, growth = segments
    for row in range(len(pointer) - 1):
        segment, column = segment_pointer[row], 0
        for run in range(pointer[row], pointer[row + 1]):
            stop = end[run]
            target = group[place[run]] if place[run] >= 0 else -1
            while column < stop:
                until = min(stop, segment_end[segment])
                if target >= 0:
                    number = until - column
                    size = area_between(base[segment], growth[segment], column, until) * weight[place[run]]
                    run_area[run] += size
                    if cell[segment] >= 0:
                        pixels[target, cell[segment]] += number
                        area[target, cell[segment]] += size
                column = until
                if until == segment_end[segment]:
                    segment += 1


@compiled
def _count_listed(
    runs: RunArrays,
    segments: SegmentArrays,
    group: Indices,
    weight: Integers,
    cells: int,
    run_area: Integers,
) -> tuple[Integers, Integers, Integers]:
    pointer, end, place = runs
    segment_pointer, segment_end, cell, base, growth = segments
    most = len(end) + len(segment_end)
    code, pixels, area = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    count = 0
    for row in range(len(pointer) - 1):
        segment, column = segment_pointer[row], 0
        for run in range(pointer[row], pointer[row + 1]):
            stop = end[run]
            target = group[place[run]] if place[run] >= 0 else -1
            while column < stop:
                until = min(stop, segment_end[segment])
                if target >= 0:
                    number = until - column
                    size = area_between(base[segment], growth[segment], column, until) * weight[place[run]]
                    run_area[run] += size
                    if cell[segment] >= 0:
                        code[count] = np.int64(target) * cells + cell[segment]
                        pixels[count], area[count] = number, size
                        count += 1
                column = until
                if until == segment_end[segment]:
                    segment += 1
    return code[:count].copy(), pixels[:count].copy(), area[:count].copy()


@compiled
def _pair_dense(
    before: RunArrays,
    after: RunArrays,
    areas: AreaArrays,
    pixels: Integers,
    area: Integers,
) -> None:
    pointer, end, place = before
    after_pointer, after_end, after_place = after
    segment_pointer, segment_end, base, growth = areas
    for row in range(len(pointer) - 1):
        first, second, segment = pointer[row], after_pointer[row], segment_pointer[row]
        column = 0
        while first < pointer[row + 1]:
            until = min(end[first], after_end[second], segment_end[segment])
            number = until - column
            pixels[place[first] + 1, after_place[second] + 1] += number
            size = area_between(base[segment], growth[segment], column, until)
            area[place[first] + 1, after_place[second] + 1] += size
            column = until
            first += until == end[first]
            second += until == after_end[second]
            segment += until == segment_end[segment]


@compiled
def _pair_listed(
    before: RunArrays,
    after: RunArrays,
    areas: AreaArrays,
    columns: int,
) -> tuple[Integers, Integers, Integers]:
    pointer, end, place = before
    after_pointer, after_end, after_place = after
    segment_pointer, segment_end, base, growth = areas
    most = len(end) + len(after_end) + len(segment_end)
    code, pixels, area = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    count = 0
    for row in range(len(pointer) - 1):
        first, second, segment = pointer[row], after_pointer[row], segment_pointer[row]
        column = 0
        while first < pointer[row + 1]:
            until = min(end[first], after_end[second], segment_end[segment])
            code[count] = np.int64(place[first] + 1) * columns + after_place[second] + 1
            pixels[count] = until - column
            area[count] = area_between(base[segment], growth[segment], column, until)
            count += 1
            column = until
            first += until == end[first]
            second += until == after_end[second]
            segment += until == segment_end[segment]
    return code[:count].copy(), pixels[:count].copy(), area[:count].copy()
