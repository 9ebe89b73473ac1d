"""The outermost pixels of each class: the corners from which its convex hull (extent of occurrence) is made.

A pixel with others of its class on both sides in its row and in its column can be no corner of the hull. Where columns
are meridians, which are geodesics, the outermost pixels of the columns suffice; elsewhere those of the rows are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.runs import Indices, Integers, Runs
from biosetu.geo.compiled import compiled

NONE = -1


@dataclass(frozen=True, slots=True)
class Outline:
    """First and last row by column, and first and last column by row, of each class in a band.

    Class i has columns `left[i]` … and the values `pointer[i]` to `pointer[i + 1]` of `first_row` and `last_row`
    (NONE where a column lacks the class). `row_*` list what each row holds: class key, row, first and last column.
    """

    keys: Integers
    left: Indices
    pointer: Integers
    first_row: Indices
    last_row: Indices
    row_key: Integers
    row: Indices
    first_column: Indices
    last_column: Indices


def outline(runs: Runs, group: Indices, keys: Integers, first_row: int, *, with_rows: bool) -> Outline:
    """Return the outermost pixels of each class of a band that starts at row `first_row` of the map."""
    place = np.append(group, -1)[runs.place].astype(np.int32)
    left, right = _ranges(runs.pointer, runs.end, place, len(keys))
    present = right > left
    widths = np.where(present, right - left, 0)
    pointer = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
    top, bottom = np.full(pointer[-1], NONE, np.int32), np.full(pointer[-1], NONE, np.int32)
    for values, upwards in ((top, True), (bottom, False)):
        _column_extremes(runs.pointer, runs.end, place, left, pointer, values, upwards)
        values[values != NONE] += np.int32(first_row)
    rows = _row_extremes(runs.pointer, runs.end, place, len(keys)) if with_rows else np.empty((0, 4), np.int32)
    return Outline(
        keys, left, pointer, top, bottom, keys[rows[:, 0]], rows[:, 1] + np.int32(first_row), rows[:, 2], rows[:, 3]
    )


def joined_outlines(one: Outline, other: Outline) -> Outline:
    """Return the outermost pixels of two bands together; in any order and grouping the result is the same."""
    keys = np.union1d(one.keys, other.keys)
    left = np.full(len(keys), np.iinfo(np.int32).max, np.int32)
    right = np.zeros(len(keys), np.int64)
    places = []
    for part in (one, other):
        place = np.searchsorted(keys, part.keys)
        widths = np.diff(part.pointer)
        filled = widths > 0
        left[place[filled]] = np.minimum(left[place[filled]], part.left[filled])
        right[place[filled]] = np.maximum(right[place[filled]], part.left[filled] + widths[filled])
        places.append(place)
    pointer = np.concatenate([[0], np.cumsum(np.where(right > 0, right - left, 0))]).astype(np.int64)
    first, last = np.full(pointer[-1], NONE, np.int32), np.full(pointer[-1], NONE, np.int32)
    for part, place in zip((one, other), places, strict=True):
        _lay_over((place, part.left, part.pointer, part.first_row, part.last_row), left, pointer, first, last)
    rows = [
        np.concatenate([getattr(one, name), getattr(other, name)])
        for name in ("row_key", "row", "first_column", "last_column")
    ]
    return Outline(keys, left, pointer, first, last, *rows)


def hull_corners(parts: Sequence[Outline], key: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return columns and rows of the pixel corners of a class that can be corners of its hull."""
    top, bottom = np.full(width, np.iinfo(np.int32).max, np.int32), np.full(width, NONE, np.int32)
    across, down = [], []
    for part in parts:
        place = int(np.searchsorted(part.keys, key))
        if place < len(part.keys) and part.keys[place] == key:
            _widen(part, place, top, bottom)
        in_rows = part.row_key == key
        row, first, last = part.row[in_rows], part.first_column[in_rows], part.last_column[in_rows]
        across.append(np.concatenate([first, first, last + 1, last + 1]))
        down.append(np.concatenate([row, row + 1, row, row + 1]))
    columns = np.flatnonzero(bottom != NONE)
    edges = _edge_values(columns, top[columns], bottom[columns] + 1)
    across.append(edges[:, 0])
    down.append(edges[:, 1])
    return np.concatenate(across).astype(float), np.concatenate(down).astype(float)


def _widen(part: Outline, place: int, top: Indices, bottom: Indices) -> None:
    start, stop = part.pointer[place], part.pointer[place + 1]
    span = slice(int(part.left[place]), int(part.left[place]) + int(stop - start))
    first, last = part.first_row[start:stop], part.last_row[start:stop]
    known = first != NONE
    top[span] = np.where(known, np.minimum(top[span], first), top[span])
    bottom[span] = np.maximum(bottom[span], last)


def _edge_values(columns: Integers, top: Indices, bottom: Indices) -> Integers:
    """Return distinct (column edge, row edge) pairs: at each edge the outermost of the two columns that meet there."""
    edge = np.concatenate([columns, columns + 1])
    edges, place = np.unique(edge, return_inverse=True)
    highest = np.full(len(edges), np.iinfo(np.int64).max)
    lowest = np.full(len(edges), -1, np.int64)
    np.minimum.at(highest, place, np.concatenate([top, top]).astype(np.int64))
    np.maximum.at(lowest, place, np.concatenate([bottom, bottom]).astype(np.int64))
    return np.stack([np.concatenate([edges, edges]), np.concatenate([highest, lowest])], axis=1)


@compiled
def _lay_over(
    part: tuple[Integers, Indices, Integers, Indices, Indices],
    left: Indices,
    offset: Integers,
    first: Indices,
    last: Indices,
) -> None:
    place, own_left, pointer, own_first, own_last = part
    for kind in range(len(place)):
        shift = offset[place[kind]] + own_left[kind] - left[place[kind]] - pointer[kind]
        for index in range(pointer[kind], pointer[kind + 1]):
            if own_first[index] >= 0:
                spot = shift + index
                if first[spot] < 0 or own_first[index] < first[spot]:
                    first[spot] = own_first[index]
                last[spot] = max(last[spot], own_last[index])


@compiled
def _ranges(pointer: Integers, end: Indices, place: Indices, classes: int) -> tuple[Indices, Indices]:
    left = np.full(classes, np.iinfo(np.int32).max, np.int32)
    right = np.zeros(classes, np.int32)
    for row in range(len(pointer) - 1):
        start = 0
        for run in range(pointer[row], pointer[row + 1]):
            kind = place[run]
            if kind >= 0:
                left[kind] = min(left[kind], start)
                right[kind] = max(right[kind], end[run])
            start = end[run]
    return left, right


@compiled
def _column_extremes(
    pointer: Integers, end: Indices, place: Indices, left: Indices, offset: Integers, values: Indices, upwards: bool
) -> None:
    """Write for each class the row met last in each of its columns: the last row, or going upwards the first."""
    rows = len(pointer) - 1
    for step in range(rows):
        row = rows - 1 - step if upwards else step
        start = 0
        for run in range(pointer[row], pointer[row + 1]):
            kind = place[run]
            if kind >= 0:
                shift = offset[kind] - left[kind]
                for column in range(shift + start, shift + end[run]):
                    values[column] = row
            start = end[run]


@compiled
def _row_extremes(pointer: Integers, end: Indices, place: Indices, classes: int) -> Indices:
    seen = np.full(classes, -1, np.int64)
    found = np.empty((min(len(end), classes * (len(pointer) - 1)), 4), np.int32)
    count = 0
    for row in range(len(pointer) - 1):
        start, base = 0, count
        for run in range(pointer[row], pointer[row + 1]):
            kind = place[run]
            if kind >= 0:
                if seen[kind] < base:
                    seen[kind] = count
                    found[count, 0], found[count, 1], found[count, 2] = kind, row, start
                    count += 1
                found[seen[kind], 3] = end[run] - 1
            start = end[run]
    return found[:count].copy()
