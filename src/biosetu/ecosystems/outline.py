"""The outermost pixels of each class: the corners from which its convex hull (extent of occurrence) is made.

A pixel with others of its class on both sides in its row and in its column can be no corner of the hull. Where columns
are meridians, which are geodesics, the outermost pixels of the columns suffice; elsewhere those of the rows are added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.runs import Indices, Integers, Runs
from biosetu.geo.compiled import compiled

NONE = -1
SPARSE = 4


@dataclass(frozen=True, slots=True)
class Outline:
    """First and last row by column, and first and last column by row, of each class in a band.

    Class i has the columns `column[pointer[i]:pointer[i + 1]]`, rising, with `first_row` and `last_row` beside them;
    what is not there takes no place. `row_*` list what each row holds: class key, row, first and last column.
    """

    keys: Integers
    pointer: Integers
    column: Indices
    first_row: Indices
    last_row: Indices
    row_key: Integers
    row: Indices
    first_column: Indices
    last_column: Indices


def outline(runs: Runs, group: Indices, keys: Integers, first_row: int, *, with_rows: bool) -> Outline:
    """Return the outermost pixels of each class of a band that starts at row `first_row` of the map."""
    place = np.append(group, -1)[runs.place].astype(np.int32)
    by_class = _runs_by_class(runs.pointer, runs.end, place, len(keys))
    pointer, column, top, bottom = _column_extremes(runs.pointer, runs.end, *by_class, runs.width)
    rows = _row_extremes(runs.pointer, runs.end, place, len(keys)) if with_rows else np.empty((0, 4), np.int32)
    row = np.int32(first_row)
    return Outline(
        keys, pointer, column, top + row, bottom + row, keys[rows[:, 0]], rows[:, 1] + row, rows[:, 2], rows[:, 3]
    )


def joined_outlines(one: Outline, other: Outline) -> Outline:
    """Return the outermost pixels of two bands together; in any order and grouping the result is the same."""
    keys = np.union1d(one.keys, other.keys)
    parts = [
        (_place(part.keys, keys), part.pointer, part.column, part.first_row, part.last_row) for part in (one, other)
    ]
    pointer, column, first, last = _merged(parts[0], parts[1], len(keys))
    rows = [
        np.concatenate([getattr(one, name), getattr(other, name)])
        for name in ("row_key", "row", "first_column", "last_column")
    ]
    return Outline(keys, pointer, column, first, last, *rows)


def _place(keys: Integers, every: Integers) -> Integers:
    """Return for each of all keys its place in a band's, -1 where the band lacks it."""
    place = np.full(len(every), -1, np.int64)
    place[np.searchsorted(every, keys)] = np.arange(len(keys))
    return place


@dataclass(frozen=True, slots=True)
class Corners:
    """Pixel corners that can be corners of the hulls: class i of the outline has `pointer[i]` to `pointer[i + 1]`."""

    pointer: Integers
    column: NDArray[np.float64]
    row: NDArray[np.float64]


class HullCorners:
    """The corners of an outline, class after class."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.order = np.argsort(outline.row_key, kind="stable")
        self.row_pointer = np.searchsorted(outline.row_key[self.order], np.append(outline.keys, np.iinfo(np.int64).max))

    def most(self) -> Integers:
        """Return how many corners each class has at most."""
        return np.asarray(4 * (np.diff(self.outline.pointer) + np.diff(self.row_pointer)))

    def of(self, start: int, stop: int) -> Corners:
        """Return the corners of the classes `start` to `stop`."""
        own = self.outline
        by_column = (own.column, own.first_row, own.last_row)
        rows = self.order[self.row_pointer[start] : self.row_pointer[stop]]
        by_row = (own.row[rows], own.first_column[rows], own.last_column[rows])
        pointers = (own.pointer[start : stop + 1], self.row_pointer[start : stop + 1])
        return Corners(*_corners(*pointers, by_column, by_row))


@compiled
def _corners(
    pointer: Integers,
    row_pointer: Integers,
    by_column: tuple[Indices, Indices, Indices],
    by_row: tuple[Indices, Indices, Indices],
) -> tuple[Integers, NDArray[np.float64], NDArray[np.float64]]:
    column, first, last = by_column
    row, left, right = by_row
    most = 4 * (pointer[-1] - pointer[0] + row_pointer[-1] - row_pointer[0])
    starts, x, y, count = np.zeros(len(pointer), np.int64), np.empty(most), np.empty(most), 0
    for kind in range(len(pointer) - 1):
        for index in range(pointer[kind], pointer[kind + 1]):
            joins = index > pointer[kind] and column[index - 1] + 1 == column[index]
            if joins:
                y[count - 2] = min(y[count - 2], first[index])
                y[count - 1] = max(y[count - 1], last[index] + 1)
            for edge in range(1 if joins else 0, 2):
                x[count], y[count] = column[index] + edge, first[index]
                x[count + 1], y[count + 1] = column[index] + edge, last[index] + 1
                count += 2
        for index in range(row_pointer[kind] - row_pointer[0], row_pointer[kind + 1] - row_pointer[0]):
            for down in range(2):
                x[count], y[count] = left[index], row[index] + down
                x[count + 1], y[count + 1] = right[index] + 1, row[index] + down
                count += 2
        starts[kind + 1] = count
    return starts, x[:count].copy(), y[:count].copy()


@compiled
def _merged(
    one: tuple[Integers, Integers, Indices, Indices, Indices],
    other: tuple[Integers, Integers, Indices, Indices, Indices],
    classes: int,
) -> tuple[Integers, Indices, Indices, Indices]:
    most = len(one[2]) + len(other[2])
    column, first, last = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    pointer, count = np.zeros(classes + 1, np.int64), 0
    for kind in range(classes):
        a, a_end = _span(one[0][kind], one[1])
        b, b_end = _span(other[0][kind], other[1])
        while a < a_end or b < b_end:
            from_one = b == b_end or (a < a_end and one[2][a] <= other[2][b])
            from_other = a == a_end or (b < b_end and other[2][b] <= one[2][a])
            if from_one and from_other:
                column[count] = one[2][a]
                first[count], last[count] = min(one[3][a], other[3][b]), max(one[4][a], other[4][b])
            elif from_one:
                column[count], first[count], last[count] = one[2][a], one[3][a], one[4][a]
            else:
                column[count], first[count], last[count] = other[2][b], other[3][b], other[4][b]
            a += from_one
            b += from_other
            count += 1
        pointer[kind + 1] = count
    return pointer, column[:count].copy(), first[:count].copy(), last[:count].copy()


@compiled
def _span(place: int, pointer: Integers) -> tuple[int, int]:
    if place < 0:
        return 0, 0
    return pointer[place], pointer[place + 1]


@compiled
def _runs_by_class(pointer: Integers, end: Indices, place: Indices, classes: int) -> tuple[Integers, Indices, Integers]:
    """Return the runs class by class in the order of rows, the row of each, and where each class begins."""
    starts = np.zeros(classes + 1, np.int64)
    for run in range(len(end)):
        if place[run] >= 0:
            starts[place[run] + 1] += 1
    starts = np.cumsum(starts)
    order, row_of = np.empty(starts[-1], np.int64), np.empty(starts[-1], np.int32)
    following = starts[:-1].copy()
    for row in range(len(pointer) - 1):
        for run in range(pointer[row], pointer[row + 1]):
            if place[run] >= 0:
                order[following[place[run]]], row_of[following[place[run]]] = run, row
                following[place[run]] += 1
    return order, row_of, starts


@compiled
def _column_extremes(
    pointer: Integers, end: Indices, order: Integers, row_of: Indices, starts: Integers, width: int
) -> tuple[Integers, Indices, Indices, Indices]:
    """Return for each class its columns with the first and last row in each, and where the class begins."""
    classes = len(starts) - 1
    spans = _spans(pointer, end, order, row_of, starts)
    most = np.minimum(spans[:, 1] - spans[:, 0], spans[:, 2]).sum()
    column, top, bottom = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    first, last, touched = np.full(width, NONE, np.int32), np.empty(width, np.int32), np.empty(width, np.int32)
    found, count = np.zeros(classes + 1, np.int64), 0
    for kind in range(classes):
        left, right, pixels = spans[kind]
        number = right - left
        if SPARSE * pixels < number:
            number = 0
            for index in range(starts[kind], starts[kind + 1]):
                for place in range(_begin(pointer, end, order[index], row_of[index]), end[order[index]]):
                    if first[place] < 0:
                        first[place] = row_of[index]
                        touched[number] = place
                        number += 1
                    last[place] = row_of[index]
            touched[:number].sort()
        else:
            touched[:number] = np.arange(left, right)
            for index in range(starts[kind], starts[kind + 1]):
                row = row_of[index]
                for place in range(_begin(pointer, end, order[index], row), end[order[index]]):
                    first[place] = row if first[place] < 0 else first[place]
                    last[place] = row
        for place in touched[:number]:
            if first[place] >= 0:
                column[count], top[count], bottom[count] = place, first[place], last[place]
                first[place] = NONE
                count += 1
        found[kind + 1] = count
    return found, column[:count].copy(), top[:count].copy(), bottom[:count].copy()


@compiled
def _spans(pointer: Integers, end: Indices, order: Integers, row_of: Indices, starts: Integers) -> Integers:
    """Return for each class its first column, the column after its last, and its pixels."""
    spans = np.zeros((len(starts) - 1, 3), np.int64)
    for kind in range(len(starts) - 1):
        left, right, pixels = np.iinfo(np.int32).max, 0, 0
        for index in range(starts[kind], starts[kind + 1]):
            begin = _begin(pointer, end, order[index], row_of[index])
            left, right = min(left, begin), max(right, int(end[order[index]]))
            pixels += end[order[index]] - begin
        if right > left:
            spans[kind] = left, right, pixels
    return spans


@compiled
def _begin(pointer: Integers, end: Indices, run: int, row: int) -> int:
    return 0 if run == pointer[row] else int(end[run - 1])


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
