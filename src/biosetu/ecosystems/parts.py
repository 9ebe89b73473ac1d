"""The measured bands of a map, kept in memory or by whoever stores them, read back class by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from biosetu.ecosystems.band import BandResult
from biosetu.ecosystems.outline import Outline
from biosetu.ecosystems.patches import BandPatches


class Parts(Protocol):
    """Bands in the order of the map; cells may lie on disk."""

    def cells(self, date: int) -> Sequence[NDArray[np.void]]:
        """Return the cell tables (sorted by key) of one date, band after band."""

    def outlines(self, date: int) -> Sequence[Outline]:
        """Return the outlines of one date."""

    def patches(self, date: int) -> Sequence[BandPatches]:
        """Return the patches of one date."""

    def pairs(self, date: int) -> Sequence[NDArray[np.void]]:
        """Return the transitions from one date to the next."""


class BandsInMemory:
    """Bands kept as they are."""

    def __init__(self, bands: Sequence[BandResult]) -> None:
        self._bands = bands

    def cells(self, date: int) -> Sequence[NDArray[np.void]]:
        """Return the cell tables of one date."""
        return [band.dates[date].cells for band in self._bands]

    def outlines(self, date: int) -> Sequence[Outline]:
        """Return the outlines of one date."""
        return [band.dates[date].outline for band in self._bands]

    def patches(self, date: int) -> Sequence[BandPatches]:
        """Return the patches of one date."""
        return [band.dates[date].patches for band in self._bands]

    def pairs(self, date: int) -> Sequence[NDArray[np.void]]:
        """Return the transitions from one date to the next."""
        return [band.pairs[date] for band in self._bands]
