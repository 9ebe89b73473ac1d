"""Coverage by cells: a grid of 100 m for quick answers over many large layers, a map's own pixels for its classes.

Both tell the bound of their error: cells that one outline crosses count by their true part, so only cells in which
several outlines meet are uncertain, and by no more than their parts differ (`geo.cover`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from biosetu.areas.coverage import Growth, Zone
from biosetu.areas.sites import Sites
from biosetu.geo.area import areas_km2
from biosetu.geo.cover import Cells, Sums, equal_area, extent, grow, meeting, outlines, part_of_cells
from biosetu.geo.kinds import Flags, Floats, Integers
from biosetu.geo.union import SiteTree, distinct

CELL_M = 100.0
BLOCK = 2048
ROUNDING = 1e-9  # of what is covered: sums in floating point
Projection = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class RasterGrowth:
    """growth: as from `zone_growth`; bound_km2: protected_km2 and all_km2 are off by no more than this in any year."""

    growth: Growth
    bound_km2: float


@dataclass(frozen=True, slots=True)
class Pixels:
    """Pixels of a map of classes. corner: column and row of the first; codes: (rows, columns), `nothing` where unknown;
    weights: area of a pixel [km²] by steps of rows and columns."""

    corner: tuple[int, int]
    codes: np.ndarray
    nothing: frozenset[int]
    weights: Floats
    steps: tuple[int, int]


class Layers:
    """Sites and a zone laid on a grid, sites in the order of their years."""

    def __init__(
        self,
        sites: Sites,
        zone: Zone,
        projection: Projection,
        tree: SiteTree | None = None,
        years: Integers | None = None,
    ) -> None:
        """Choose the sites that reach into the zone, each outline of one kind once, by its earliest year.

        years: those of the series, in order; without them those of the sites.
        """
        found = (tree or SiteTree(sites.shapes)).tree.query(zone.shape, predicate="intersects")
        index = np.sort(found)
        oecm = sites.oecm[index]
        kept = np.concatenate([_distinct(sites, index[~oecm]), _distinct(sites, index[oecm])])
        index = kept[np.lexsort((kept, sites.year[kept]))]
        self.zone = zone
        self.years = np.unique(sites.year) if years is None else years
        self.rank = np.searchsorted(self.years, sites.year[index])
        self.oecm, self.buffered = sites.oecm[index], sites.buffered[index]
        self.drawn = outlines(sites.shapes[index], projection)
        self.outline = outlines(np.array([zone.shape], dtype=object), projection)

    @property
    def window(self) -> tuple[int, int, int, int]:
        """First column and row of the zone, and the column and row after its last."""
        west, south, east, north = self.outline.boxes[0]
        return int(np.floor(west)), int(np.floor(south)), int(np.ceil(east)), int(np.ceil(north))

    def inside(self, corner: tuple[int, int], size: tuple[int, int]) -> Floats:
        """Return the part of each cell of a block that lies in the zone."""
        return part_of_cells(self.outline, 0, corner, size)

    def kinds(self) -> tuple[Flags, Flags, Flags]:
        """Return which sites count as protected areas, as any site, and as points that were given their area."""
        return ~self.oecm, np.ones(self.oecm.size, bool), self.buffered


def _distinct(sites: Sites, index: Integers) -> Integers:
    return index[distinct(sites.shapes[index], sites.year[index])]


def raster_growth(
    sites: Sites,
    zone: Zone,
    tree: SiteTree | None = None,
    cell_m: float = CELL_M,
    years: Integers | None = None,
) -> RasterGrowth:
    """Measure one zone by cells of an equal-area grid; sites: cleaned; years: of the series where sites are not all.

    Blocks of cells follow one another in a fixed order, so the result is the same wherever it is computed.
    """
    layers = Layers(sites, zone, partial(equal_area, cell_m=cell_m), tree, years)
    weights = np.array([[cell_m**2 / 1e6]])
    left, top, right, bottom = layers.window
    sums = _no_sums(layers, 1)
    for row in range(top, bottom, BLOCK):
        for column in range(left, right, BLOCK):
            corner, size = (column, row), (min(BLOCK, bottom - row), min(BLOCK, right - column))
            here = np.flatnonzero(meeting(layers.drawn, corner, size))
            if not here.size:
                continue
            corner, size = extent(layers.drawn, here, corner, size)
            codes = np.broadcast_to(np.zeros((1, 1), np.int8), size)
            cells = Cells(corner, layers.inside(corner, size), codes, weights, (BLOCK, BLOCK))
            _add(layers, cells, sums)
    area = float(areas_km2(np.array([zone.shape], dtype=object))[0])
    return _growth(layers, zone, area, [Sums(kind.low[0], kind.high[0]) for kind in sums], float(weights[0, 0]))


def class_growths(
    sites: Sites, zone: Zone, projection: Projection, parts: Callable[[Layers], Iterable[Pixels]]
) -> dict[int, RasterGrowth]:
    """Measure each class of a map within one zone, by the map's own pixels.

    projection: longitude and latitude to columns and rows of the map, not rounded; parts: yields the pixels of the
    zone's window. A pixel on the zone's outline counts by its part inside. The bound tells the error against polygons
    that are the pixels' own outlines; how well pixels tell the classes is the map's affair.
    """
    layers = Layers(sites, zone, projection)
    areas: dict[int, float] = {}
    sums: dict[int, list[Sums]] = {}
    largest = 0.0
    for pixels in parts(layers):
        inside = layers.inside(pixels.corner, pixels.codes.shape)
        classes, places = np.unique(pixels.codes, return_inverse=True)
        known = ~np.isin(classes, list(pixels.nothing))
        numbers = np.where(known, np.cumsum(known) - 1, -1)
        codes = numbers[places].reshape(pixels.codes.shape).astype(np.int32)
        cells = Cells(pixels.corner, inside, codes, pixels.weights, pixels.steps)
        found = _no_sums(layers, int(known.sum()))
        _add(layers, cells, found)
        held = _areas(cells, int(known.sum()))
        largest = max(largest, float(pixels.weights.max()))
        for number, code in enumerate(classes[known].tolist()):
            areas[code] = areas.get(code, 0.0) + float(held[number])
            mine = [Sums(kind.low[number], kind.high[number]) for kind in found]
            sums[code] = mine if code not in sums else [_plus(a, b) for a, b in zip(sums[code], mine, strict=True)]
    return {
        code: _growth(layers, Zone(zone.area, zone.realm, zone.shape, str(code)), areas[code], sums[code], largest)
        for code in sorted(areas)
        if areas[code] > 0
    }


def _areas(cells: Cells, classes: int) -> Floats:
    """Return the area of each class inside [km²]."""
    rows = np.arange(cells.inside.shape[0]) // cells.steps[0]
    columns = np.arange(cells.inside.shape[1]) // cells.steps[1]
    weighted = cells.inside * cells.weights[np.ix_(rows, columns)]
    chosen = cells.codes >= 0
    return np.bincount(cells.codes[chosen], weighted[chosen], minlength=classes).astype(np.float64)


def _no_sums(layers: Layers, classes: int) -> list[Sums]:
    shape = (classes, layers.years.size)
    return [Sums(np.zeros(shape), np.zeros(shape)) for _ in layers.kinds()]


def _plus(one: Sums, other: Sums) -> Sums:
    return Sums(one.low + other.low, one.high + other.high)


def _add(layers: Layers, cells: Cells, sums: list[Sums]) -> None:
    """Add a block: protected areas, all sites (the same where there are no OECMs), points given their area."""
    here = meeting(layers.drawn, cells.corner, cells.inside.shape)
    protected, every, buffered = (np.flatnonzero(here & kind) for kind in layers.kinds())
    first = Sums(np.zeros_like(sums[0].low), np.zeros_like(sums[0].high))
    grow(layers.drawn, protected, layers.rank, cells, first)
    sums[0] = _plus(sums[0], first)
    if every.size > protected.size:
        grow(layers.drawn, every, layers.rank, cells, sums[1])
    else:
        sums[1] = _plus(sums[1], first)
    if buffered.size:
        grow(layers.drawn, buffered, layers.rank, cells, sums[2])


def _growth(layers: Layers, zone: Zone, area: float, sums: list[Sums], cell_km2: float) -> RasterGrowth:
    """Take the middle between the bounds, cumulated by year; half of what lies between them is the error."""
    middle = [np.minimum(np.cumsum(0.5 * (kind.low + kind.high)), area) for kind in sums]
    half = max(float(np.cumsum(0.5 * (kind.high - kind.low)).max(initial=0.0)) for kind in sums[:2])
    bent = float(layers.drawn.bend.sum() + layers.outline.bend.sum()) * cell_km2
    bound = half + bent + ROUNDING * float(middle[1].max(initial=0.0))
    points = float(middle[2][-1]) if middle[2].size else 0.0
    return RasterGrowth(Growth(zone, area, layers.years, middle[0], middle[1], points), bound)
