"""Patches: connected pixels of one class, found band by band and joined where bands meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.runs import Indices, Integers, Runs
from biosetu.geo.compiled import compiled

PATCHES = np.dtype([("key", "i8"), ("patches", "i8"), ("largest", "i8")])


@dataclass(frozen=True, slots=True)
class Border:
    """The runs along one edge of a band: where they end, their class and the open patch they belong to (-1: none)."""

    end: Indices
    key: Integers
    patch: Indices

    @property
    def arrays(self) -> tuple[Indices, Integers, Indices]:
        """End, key and patch, as kernels take them."""
        return self.end, self.key, self.patch


@dataclass(frozen=True, slots=True)
class BandPatches:
    """The patches of one band: those wholly inside, summed by class, and those that touch its first or last row."""

    closed: NDArray[np.void]
    open_key: Integers
    open_area: Integers
    top: Border
    bottom: Border


def band_patches(runs: Runs, group: Indices, keys: Integers, run_area: Integers, diagonal: bool = True) -> BandPatches:
    """Find the patches of a band.

    Args:
        runs: the band.
        group: for each of the band's keys, its class as a place in `keys`, -1 to leave it out.
        keys: the keys of the classes.
        run_area: area of each run [units of the map].
        diagonal: whether pixels that meet at a corner belong together (8 neighbours rather than 4).
    """
    place = np.append(group, -1)[runs.place].astype(np.int32)
    parent = _connect(runs.pointer, runs.end, place, diagonal)
    area = _patch_areas(parent, place, run_area)
    first, last = slice(0, int(runs.pointer[1])), slice(int(runs.pointer[-2]), int(runs.pointer[-1]))
    touching = np.unique(np.concatenate([parent[first][place[first] >= 0], parent[last][place[last] >= 0]]))
    count, largest = _closed(parent, place, area, touching, len(keys))
    inside = np.flatnonzero(count)
    closed = np.zeros(len(inside), PATCHES)
    closed["key"], closed["patches"], closed["largest"] = keys[inside], count[inside], largest[inside]
    borders = [_border(runs, edge, place, keys, parent, touching) for edge in (first, last)]
    return BandPatches(closed, keys[place[touching]], area[touching], borders[0], borders[1])


def join_patches(bands: Sequence[BandPatches], width: int, diagonal: bool = True) -> NDArray[np.void]:
    """Join the patches of consecutive bands; return a table of type PATCHES sorted by key."""
    whole = reduce(lambda above, below: joined_patches(above, below, width, diagonal), bands)
    return _summed([whole.closed, _by_class(whole.open_key, whole.open_area)])


def joined_patches(above: BandPatches, below: BandPatches, width: int, diagonal: bool = True) -> BandPatches:
    """Return two bands, one above the other, as one: only what touches its first or its last row stays open."""
    count = len(above.open_key)
    parent = np.arange(count + len(below.open_key), dtype=np.int64)
    _join(parent, above.bottom.arrays, below.top.arrays, 0, count, diagonal, width)
    root = _roots(parent)
    key, area = np.concatenate([above.open_key, below.open_key]), np.zeros(len(root), np.int64)
    np.add.at(area, root, np.concatenate([above.open_area, below.open_area]))
    edges = ((above.top, 0), (below.bottom, count))
    touching = np.unique(np.concatenate([root[edge.patch[edge.patch >= 0] + first] for edge, first in edges]))
    shut = np.setdiff1d(root, touching)
    closed = _summed([above.closed, below.closed, _by_class(key[shut], area[shut])])
    top, bottom = (_renumbered(edge, first, root, touching) for edge, first in edges)
    return BandPatches(closed, key[touching], area[touching], top, bottom)


def _renumbered(edge: Border, first: int, root: Integers, touching: Integers) -> Border:
    known = edge.patch >= 0
    patch = np.full(len(edge.patch), -1, np.int32)
    patch[known] = np.searchsorted(touching, root[edge.patch[known] + first])
    return Border(edge.end, edge.key, patch)


def _summed(tables: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    """Return tables of type PATCHES as one, sorted by key."""
    table = np.concatenate(tables)
    keys, place = np.unique(table["key"], return_inverse=True)
    joined = np.zeros(len(keys), PATCHES)
    joined["key"] = keys
    np.add.at(joined["patches"], place, table["patches"])
    np.maximum.at(joined["largest"], place, table["largest"])
    return joined


def _by_class(key: Integers, area: Integers) -> NDArray[np.void]:
    keys, place, count = np.unique(key, return_inverse=True, return_counts=True)
    table = np.zeros(len(keys), PATCHES)
    table["key"], table["patches"] = keys, count
    np.maximum.at(table["largest"], place, area)
    return table


def _border(runs: Runs, edge: slice, place: Indices, keys: Integers, parent: Integers, touching: Integers) -> Border:
    known = place[edge] >= 0
    patch = np.where(known, np.searchsorted(touching, parent[edge]), -1).astype(np.int32)
    key = np.where(known, keys[place[edge]] if len(keys) else 0, -1)
    return Border(runs.end[edge].copy(), key, patch)


@compiled
def _find(parent: Integers, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@compiled
def _union(parent: Integers, first: int, second: int) -> None:
    one, other = _find(parent, first), _find(parent, second)
    if one < other:
        parent[other] = one
    elif other < one:
        parent[one] = other


@compiled
def _roots(parent: Integers) -> Integers:
    for node in range(len(parent)):
        parent[node] = parent[parent[node]]
    return parent


@compiled
def _connect(pointer: Integers, end: Indices, place: Indices, diagonal: bool) -> Integers:
    """Return for each run the first run of its patch: parents always point to earlier runs."""
    parent = np.arange(len(end))
    reach = 1 if diagonal else 0
    for row in range(len(pointer) - 1):
        top = pointer[max(row - 1, 0)]
        above, start = top, 0
        for run in range(pointer[row], pointer[row + 1]):
            if start > 0 and place[run] >= 0 and place[run] == place[run - 1]:
                _union(parent, run - 1, run)
            if row > 0:
                while above > top and end[above - 1] > start - reach:
                    above -= 1
                while end[above] <= start - reach:
                    above += 1
                if place[run] >= 0:
                    _meet(parent, end, place, above, top, run, end[run] + reach, pointer[row])
            start = end[run]
    return _roots(parent)


@compiled
def _meet(
    parent: Integers, end: Indices, place: Indices, above: int, top: int, run: int, reach: int, stop: int
) -> None:
    """Join a run with those of its class among the runs above, from `above` until they begin beyond `reach`."""
    while above < stop:
        begin = 0 if above == top else end[above - 1]
        if begin >= reach:
            break
        if place[above] == place[run]:
            _union(parent, above, run)
        above += 1


@compiled
def _closed(
    parent: Integers, place: Indices, area: Integers, touching: Integers, classes: int
) -> tuple[Integers, Integers]:
    """Return by class the number of patches that touch no edge, and the area of the largest."""
    count, largest = np.zeros(classes, np.int64), np.zeros(classes, np.int64)
    following = 0
    for run in range(len(parent)):
        if parent[run] != run or place[run] < 0:
            continue
        if following < len(touching) and touching[following] == run:
            following += 1
            continue
        count[place[run]] += 1
        largest[place[run]] = max(largest[place[run]], area[run])
    return count, largest


@compiled
def _patch_areas(parent: Integers, place: Indices, run_area: Integers) -> Integers:
    area = np.zeros(len(parent), np.int64)
    for run in range(len(parent)):
        if place[run] >= 0:
            area[parent[run]] += run_area[run]
    return area


@compiled
def _join(
    parent: Integers,
    above: tuple[Indices, Integers, Indices],
    below: tuple[Indices, Integers, Indices],
    above_start: int,
    below_start: int,
    diagonal: bool,
    width: int,
) -> None:
    above_end, above_key, above_patch = above
    below_end, below_key, below_patch = below
    reach = 1 if diagonal else 0
    first, start = 0, 0
    for run in range(len(below_end)):
        stop = below_end[run]
        while first > 0 and above_end[first - 1] > start - reach:
            first -= 1
        while above_end[first] <= start - reach:
            first += 1
        if below_patch[run] >= 0:
            other = first
            while other < len(above_end):
                begin = 0 if other == 0 else above_end[other - 1]
                if begin >= stop + reach or begin >= width:
                    break
                if above_patch[other] >= 0 and above_key[other] == below_key[run]:
                    _union(parent, above_start + above_patch[other], below_start + below_patch[run])
                other += 1
        start = stop
