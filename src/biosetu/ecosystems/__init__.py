"""Ecosystems: extent and change on maps, the Red List of Ecosystems, its index. Pure methods, no files."""

from biosetu.ecosystems.accuracy import AdjustedAreas, adjusted_areas
from biosetu.ecosystems.change import Change, Trend, change, trend
from biosetu.ecosystems.occupancy import CellCount, Occupancy, occupancy

__all__ = [
    "AdjustedAreas",
    "CellCount",
    "Change",
    "Occupancy",
    "Trend",
    "adjusted_areas",
    "change",
    "occupancy",
    "trend",
]
