"""Coverage on a grid of 100 m, for quick answers over many large layers, with the bound of its error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely

from biosetu.areas.coverage import Growth, Zone
from biosetu.areas.sites import Sites
from biosetu.geo.area import areas_km2
from biosetu.geo.kinds import Floats, Integers
from biosetu.geo.paint import NOTHING, count_cells, mark_outlines, paint, project, to_grid
from biosetu.geo.union import SiteTree

CELL_M = 100.0
BLOCK = 4096


@dataclass(frozen=True, slots=True)
class RasterGrowth:
    """growth: as from `zone_growth`; bound_km2: the all-sites total is off by no more than this; expected_km2: the
    standard deviation of the error if cells on outlines are off by independent even parts (sqrt(n / 12) cells)."""

    growth: Growth
    bound_km2: float
    expected_km2: float


def raster_growth(sites: Sites, zone: Zone, tree: SiteTree | None = None, cell_m: float = CELL_M) -> RasterGrowth:
    """Measure one zone by counting cells whose centres are covered; sites: cleaned.

    Each cell counts by its earliest site. Cells on which no outline runs are certain, so that the error is bounded by
    the area of those on which one does. Counts are whole numbers: the result does not depend on blocks.
    """
    found = tree or SiteTree(sites.shapes)
    years = np.unique(sites.year)
    rank = np.searchsorted(years, sites.year)
    index = np.sort(found.tree.query(zone.shape, predicate="intersects"))
    zone_shape = np.array([zone.shape], dtype=object)
    outline = to_grid(zone_shape, cell_m)
    low, high = np.floor(outline[0].min(axis=0)).astype(int), np.ceil(outline[0].max(axis=0)).astype(int)
    protected, every = np.zeros(years.size, np.int64), np.zeros(years.size, np.int64)
    doubtful = 0
    bounds = shapely.bounds(sites.shapes[index])
    boxes = _boxes(bounds, cell_m)
    for row in range(low[1], high[1], BLOCK):
        for column in range(low[0], high[0], BLOCK):
            size = (min(BLOCK, high[1] - row), min(BLOCK, high[0] - column))
            here = _meeting(boxes, column, row, size)
            if not here.any():
                continue
            chosen = index[here]
            shapes = to_grid(sites.shapes[chosen], cell_m)
            ranks = (np.where(sites.oecm[chosen], NOTHING, rank[chosen]), rank[chosen])
            counts = _block(shapes, ranks, outline, (column, row), size, years.size)
            protected, every, doubtful = protected + counts[0], every + counts[1], doubtful + counts[2]
    cell = cell_m**2 / 1e6
    area = float(areas_km2(zone_shape)[0])
    sums = [np.minimum(np.cumsum(counts) * cell, area) for counts in (protected, every)]
    growth = Growth(zone, area, years, sums[0], sums[1], 0.0)
    return RasterGrowth(growth, doubtful * cell, math.sqrt(doubtful / 12) * cell)


def _boxes(bounds: Floats, cell_m: float) -> Floats:
    """Return boxes (west, south, east, north) in cells; longitude and latitude each map by themselves."""
    return np.column_stack([project(bounds[:, :2], cell_m), project(bounds[:, 2:], cell_m)])


def _meeting(boxes: Floats, column: int, row: int, size: tuple[int, int]) -> np.ndarray:
    result: np.ndarray = (
        (boxes[:, 2] >= column)
        & (boxes[:, 0] <= column + size[1])
        & (boxes[:, 3] >= row)
        & (boxes[:, 1] <= row + size[0])
    )
    return result


Drawn = tuple[Floats, Integers, Integers]
Pair = tuple[int, int]


def _block(
    shapes: Drawn, ranks: tuple[Integers, Integers], outline: Drawn, corner: Pair, size: Pair, years: int
) -> tuple[Integers, Integers, int]:
    """Return counts by year of protected areas (ranks[0]) and all sites (ranks[1]), and of doubtful cells."""
    grid = np.full(size, NOTHING, np.uint16)
    inside = np.full(size, NOTHING, np.uint16)
    marks, edge = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    paint(*outline, np.zeros(1, np.int64), corner, inside)
    mark_outlines(outline[0], outline[1], corner, edge)
    mark_outlines(shapes[0], shapes[1], corner, marks)
    paint(*shapes, ranks[0], corner, grid)
    protected, _ = count_cells(grid, inside, marks, edge, years)
    paint(*shapes, ranks[1], corner, grid)
    every, doubtful = count_cells(grid, inside, marks, edge, years)
    return protected, every, doubtful
