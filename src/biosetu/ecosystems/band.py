"""One band of rows of a map at all its dates: everything that is measured, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.counting import count_cells, count_pairs
from biosetu.ecosystems.outline import Outline, outline
from biosetu.ecosystems.patches import BandPatches, band_patches
from biosetu.ecosystems.runs import Indices, Integers, Runs, code_of, encode, keys_of, zone_of
from biosetu.geo.occupancy_grid import Segments

FULL_COVER = 10_000


class CellTable(Protocol):
    """A table of type CELLS, sorted by key: an array, or one that lies elsewhere and is read where it is asked for."""

    def __getitem__(self, rows: slice, /) -> NDArray[np.void]:
        """Return some rows."""


@dataclass(frozen=True, slots=True)
class DateBand:
    """What one band holds at one date: areas by class and sub-cell, patches, outermost pixels."""

    cells: CellTable
    patches: BandPatches
    outline: Outline


@dataclass(frozen=True, slots=True)
class BandResult:
    """What one band holds: by date, and the transitions from each date to the next."""

    dates: tuple[DateBand, ...]
    pairs: tuple[NDArray[np.void], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """How pixels are counted.

    `nodata` by date; `fractional`: the map holds the cover of one class in ten-thousandths of the pixel, 0 is none;
    `diagonal`: patches connect over corners; `row_extremes`: whether the columns of the map are no meridians.
    """

    nodata: tuple[frozenset[int], ...]
    fractional: bool = False
    diagonal: bool = True
    row_extremes: bool = True


def measure_band(
    codes: Sequence[NDArray[np.integer]],
    segments: Segments,
    first_row: int,
    rules: Rules,
    zones: Indices | None = None,
) -> BandResult:
    """Measure one band.

    Args:
        codes: class codes of each date, shape (rows, columns).
        segments: cells and pixel areas along the same rows.
        first_row: the band's first row in the map.
        rules: how to count.
        zones: zone index of each pixel, -1 outside every zone; None: one zone.

    Returns:
        Integers and positions only: adding bands in any order gives the same map.
    """
    encoded = [encode(array, nodata, zones) for array, nodata in zip(codes, rules.nodata, strict=True)]
    dates = tuple(_date(runs, segments, first_row, rules) for runs in encoded)
    if rules.fractional:
        return BandResult(dates, ())
    return BandResult(dates, tuple(count_pairs(encoded[i], encoded[i + 1], segments) for i in range(len(encoded) - 1)))


def _date(runs: Runs, segments: Segments, first_row: int, rules: Rules) -> DateBand:
    group, weight, keys = _fractions(runs.keys) if rules.fractional else _classes(runs.keys)
    cells, run_area = count_cells(runs, segments, group, weight, keys)
    return DateBand(
        cells,
        band_patches(runs, group, keys, run_area, rules.diagonal),
        outline(runs, group, keys, first_row, with_rows=rules.row_extremes),
    )


def _classes(keys: Integers) -> tuple[Indices, Integers, Integers]:
    return np.arange(len(keys), dtype=np.int32), np.ones(len(keys), np.int64), keys


def _fractions(keys: Integers) -> tuple[Indices, Integers, Integers]:
    """Return all covers of a zone as one class, code 1, each pixel weighing as much as it is covered."""
    cover, zones = code_of(keys), zone_of(keys)
    kept = np.unique(zones[cover > 0])
    group = np.where(cover > 0, np.searchsorted(kept, zones), -1).astype(np.int32)
    return group, cover, keys_of(kept, np.ones(len(kept), np.int64))
