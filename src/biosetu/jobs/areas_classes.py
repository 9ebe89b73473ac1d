"""Coverage of the classes of a raster (ecosystems, biomes): its own pixels, each by the part that sites cover of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely
from pyproj import Transformer

from biosetu.areas import Sites, Zone
from biosetu.areas.raster import Layers, Pixels, Projection, RasterGrowth, class_growths
from biosetu.engine.rasters import RasterStack, nodata_codes, open_stack, read_band
from biosetu.geo.area import areas_km2
from biosetu.geo.kinds import Floats
from biosetu.geo.pixels import PixelGrid, row_pixel_areas_m2
from biosetu.jobs.areas_layers import Request
from biosetu.jobs.ecosystems_inputs import read_classes
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent

BAND_PIXELS = 4_000_000
TILE = 64
LONLAT = "EPSG:4326"


def classes_within(
    sites: Sites, zones: Sequence[Zone], request: Request, progress: Progress = silent
) -> list[RasterGrowth]:
    """Return the growth of coverage of each class of the raster `request.by` in each zone, with its bound.

    A class is named by the table `request.classes`, else by its code. Raises DataError for a raster that cannot be
    read, has no CRS or no class within the areas.
    """
    if request.by is None:
        raise ValueError("no raster of classes is named")
    stack = open_stack([request.by], band=request.band)
    names = read_classes(request.classes).names
    grid = PixelGrid(stack.grid.crs, stack.grid.transform, stack.grid.width, stack.grid.height)
    projection = onto_pixels(grid)
    found: list[RasterGrowth] = []
    for number, zone in enumerate(zones):
        progress(number, len(zones), f"{zone.area} {zone.realm}")
        by_class = class_growths(sites, zone, projection, lambda layers: _parts(stack, grid, layers))
        found += [_named(item, names.get(str(code), str(code))) for code, item in by_class.items()]
    if not found:
        remedy = "Check that both are of the same country, and which codes mean no data"
        raise DataError(Problem("no class lies within the areas", remedy, "no-overlap", str(request.by)))
    return found


def _named(item: RasterGrowth, name: str) -> RasterGrowth:
    return replace(item, growth=replace(item.growth, zone=replace(item.growth.zone, name=name)))


def onto_pixels(grid: PixelGrid) -> Projection:
    """Return what turns longitude and latitude into columns and rows of the raster, not rounded."""
    a, b, c, d, e, f = grid.transform
    determinant = a * e - b * d
    there = Transformer.from_crs(LONLAT, grid.system, always_xy=True)

    def turned(points: Floats) -> Floats:
        x, y = there.transform(points[:, 0], points[:, 1])
        x, y = np.asarray(x) - c, np.asarray(y) - f
        return np.column_stack([(e * x - b * y) / determinant, (a * y - d * x) / determinant])

    return turned


def _parts(stack: RasterStack, grid: PixelGrid, layers: Layers) -> Iterator[Pixels]:
    """Yield bands of rows of the raster's window over the zone."""
    left, top, right, bottom = layers.window
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, grid.width), min(bottom, grid.height)
    if left >= right:
        return
    step = max(BAND_PIXELS // (right - left), 1)
    (nothing,) = nodata_codes(stack)
    for row in range(top, bottom, step):
        until = min(row + step, bottom)
        codes = read_band(stack, row, until, (left, right))[0]
        weights, steps = pixel_weights(grid, (left, row), codes.shape)
        yield Pixels((left, row), codes, nothing, weights, steps)


def pixel_weights(grid: PixelGrid, corner: tuple[int, int], size: tuple[int, ...]) -> tuple[Floats, tuple[int, int]]:
    """Return the area of pixels [km²]: exact by rows where rows are parallels, else of the pixel at a tile's middle."""
    if grid.aligned_geographic:
        rows = row_pixel_areas_m2(grid)[corner[1] : corner[1] + size[0]] / 1e6
        return rows[:, None], (1, size[1])
    across, down = np.meshgrid(np.arange(0, size[1], TILE), np.arange(0, size[0], TILE))
    middle_x = corner[0] + np.minimum(across + TILE // 2, size[1] - 1).ravel()
    middle_y = corner[1] + np.minimum(down + TILE // 2, size[0] - 1).ravel()
    offsets = ((0, 0), (0, 1), (1, 1), (1, 0))
    corners = [grid.coordinates(1.0 * middle_x + x, 1.0 * middle_y + y) for x, y in offsets]
    back = grid.to(LONLAT)
    rings = np.stack([np.column_stack(back.transform(*place)) for place in corners], axis=1)
    rings[:, :, 0] = rings[:, :1, 0] + (rings[:, :, 0] - rings[:, :1, 0] + 180.0) % 360.0 - 180.0
    areas = areas_km2(shapely.polygons(rings))
    return areas.reshape(across.shape), (TILE, TILE)
