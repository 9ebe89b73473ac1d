"""A band of a classified map as runs: stretches of equal pixels in a row. All later counting walks over these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from biosetu.geo.compiled import compiled

Integers = NDArray[np.int64]
Indices = NDArray[np.int32]
RunArrays: TypeAlias = tuple[Integers, Indices, Indices]

CODE_BITS = 32
CODE_OFFSET = 2**31
LONGEST_TABLE = 2**24


def keys_of(zones: Integers, codes: Integers) -> Integers:
    """Return one sortable key for (zone, class code); the code lies in -2³¹ + 1 … 2³¹ - 1."""
    return np.asarray((zones.astype(np.int64) << CODE_BITS) | (codes.astype(np.int64) + CODE_OFFSET))


def zone_of(keys: Integers) -> Integers:
    """Return the zone in a key."""
    return np.asarray(keys >> CODE_BITS)


def code_of(keys: Integers) -> Integers:
    """Return the class code in a key."""
    return np.asarray((keys & (2**CODE_BITS - 1)) - CODE_OFFSET)


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs by row: row r has runs `pointer[r]` to `pointer[r + 1]`; `end` is the column after each run's last pixel.

    `place` counts into `keys` (sorted), -1 where the map has no data.
    """

    pointer: Integers
    end: Indices
    place: Indices
    keys: Integers
    width: int

    @property
    def arrays(self) -> RunArrays:
        """Pointer, end and place, as kernels take them."""
        return self.pointer, self.end, self.place


def encode(codes: NDArray[np.integer], nodata: frozenset[int], zones: Indices | None = None) -> Runs:
    """Encode a band of class codes as runs.

    Args:
        codes: integer class codes, shape (rows, columns).
        nodata: codes that mean "no data".
        zones: zone index of each pixel, same shape, -1 outside every zone; None: one zone, 0.

    Returns:
        The runs, with the sorted keys of what occurs in the band.
    """
    areas = np.zeros((1, 1), np.int32) if zones is None else zones
    dense, values = _dense(codes)
    pointer = _count_runs(dense, areas)
    end, place, zone = _fill_runs(dense, areas, pointer)
    drop = np.isin(values, np.fromiter(nodata, np.int64, len(nodata)))
    seen = _seen(place, zone, len(values), int(zone.max(initial=0)) + 1)
    seen[:, drop] = False
    zone_index, value_index = np.nonzero(seen)
    keys = keys_of(zone_index, values[value_index])
    order = np.argsort(keys)
    table = np.full(seen.shape, -1, np.int32)
    table[zone_index[order], value_index[order]] = np.arange(len(order), dtype=np.int32)
    _rename(place, zone, table)
    return Runs(pointer, end, place, keys[order], codes.shape[1])


def _dense(codes: NDArray[np.integer]) -> tuple[NDArray[np.integer], Integers]:
    """Return codes as offsets into a table of values: without work for small types, by sorting for wide ranges."""
    if codes.dtype.itemsize <= 2:
        info = np.iinfo(codes.dtype)
        if info.min < 0:
            codes = codes.view(np.uint16 if codes.dtype.itemsize == 2 else np.uint8)
            values = np.arange(info.max + 1 - info.min, dtype=np.int64)
            return codes, np.where(values > info.max, values + 2 * info.min, values)
        return codes, np.arange(info.max + 1, dtype=np.int64)
    low, high = int(codes.min()), int(codes.max())
    if high - low < LONGEST_TABLE:
        return (codes.astype(np.int64) - low).astype(np.int32), np.arange(low, high + 1, dtype=np.int64)
    values, places = np.unique(codes, return_inverse=True)
    return places.reshape(codes.shape).astype(np.int32), values.astype(np.int64)


@compiled
def _count_runs(codes: NDArray[np.integer], zones: Indices) -> Integers:
    height, width = codes.shape
    zoned = zones.shape[1] == width and zones.shape[0] == height
    pointer = np.zeros(height + 1, np.int64)
    for row in range(height):
        count = 1
        if zoned:
            for column in range(1, width):
                count += (codes[row, column] != codes[row, column - 1]) | (zones[row, column] != zones[row, column - 1])
        else:
            for column in range(1, width):
                count += codes[row, column] != codes[row, column - 1]
        pointer[row + 1] = pointer[row] + count
    return pointer


@compiled
def _fill_runs(codes: NDArray[np.integer], zones: Indices, pointer: Integers) -> tuple[Indices, Indices, Indices]:
    height, width = codes.shape
    zoned = zones.shape[1] == width and zones.shape[0] == height
    total = pointer[height]
    end, place, zone = np.empty(total, np.int32), np.empty(total, np.int32), np.zeros(total, np.int32)
    for row in range(height):
        run = pointer[row]
        last = codes[row, 0]
        for column in range(1, width):
            if codes[row, column] != last or (zoned and zones[row, column] != zones[row, column - 1]):
                end[run] = column
                place[run] = last
                if zoned:
                    zone[run] = zones[row, column - 1]
                last = codes[row, column]
                run += 1
        end[run] = width
        place[run] = last
        if zoned:
            zone[run] = zones[row, width - 1]
    return end, place, zone


@compiled
def _seen(place: Indices, zone: Indices, values: int, zones: int) -> NDArray[np.bool_]:
    seen = np.zeros((zones, values), np.bool_)
    for run in range(len(place)):
        if zone[run] >= 0:
            seen[zone[run], place[run]] = True
    return seen


@compiled
def _rename(place: Indices, zone: Indices, table: Indices) -> None:
    for run in range(len(place)):
        place[run] = table[zone[run], place[run]] if zone[run] >= 0 else -1
