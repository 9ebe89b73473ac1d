"""The measured bands of a map, kept in memory or by whoever stores them, read back class by class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.band import BandResult, CellTable
from biosetu.ecosystems.counting import merged_pairs
from biosetu.ecosystems.outline import Outline, joined_outlines
from biosetu.ecosystems.patches import BandPatches, joined_patches


class Parts(Protocol):
    """Bands in the order of the map; cells may lie on disk."""

    def cells(self, date: int) -> Sequence[CellTable]:
        """Return the cell tables (sorted by key) of one date, band after band."""

    def outline(self, date: int) -> Outline:
        """Return the outermost pixels of one date."""

    def patches(self, date: int) -> Sequence[BandPatches]:
        """Return the patches of one date."""

    def pairs(self, date: int) -> Sequence[NDArray[np.void]]:
        """Return the transitions from one date to the next."""


class CollectedBands:
    """Bands as they come in, in the order of the map.

    Outermost pixels, patches and transitions are joined at once and take the memory of one band; cells are kept as
    they are given, in memory or read from disk where they are asked for.
    """

    def __init__(self, width: int, diagonal: bool = True, bands: Iterable[BandResult] = ()) -> None:
        self._width, self._diagonal = width, diagonal
        self._cells: list[list[CellTable]] = []
        self._patches: list[BandPatches] = []
        self._outlines: list[Outline] = []
        self._pairs: list[NDArray[np.void]] = []
        for band in bands:
            self.add(band)

    def add(self, band: BandResult) -> None:
        """Take in the next band."""
        if not self._cells:
            self._cells = [[] for _ in band.dates]
            self._patches = [date.patches for date in band.dates]
            self._outlines = [date.outline for date in band.dates]
            self._pairs = list(band.pairs)
        else:
            self._outlines = [
                joined_outlines(own, date.outline) for own, date in zip(self._outlines, band.dates, strict=True)
            ]
            self._patches = [
                joined_patches(own, date.patches, self._width, self._diagonal)
                for own, date in zip(self._patches, band.dates, strict=True)
            ]
            self._pairs = [merged_pairs([own, new]) for own, new in zip(self._pairs, band.pairs, strict=True)]
        for index, date in enumerate(band.dates):
            self._cells[index].append(date.cells)

    def cells(self, date: int) -> Sequence[CellTable]:
        """Return the cell tables of one date."""
        return self._cells[date]

    def outline(self, date: int) -> Outline:
        """Return the outermost pixels of one date."""
        return self._outlines[date]

    def patches(self, date: int) -> Sequence[BandPatches]:
        """Return the patches of one date."""
        return [self._patches[date]]

    def pairs(self, date: int) -> Sequence[NDArray[np.void]]:
        """Return the transitions from one date to the next."""
        return [self._pairs[date]]
