"""Small pictures of the maps that are measured, for pages and documents."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyproj import CRS, Geod
from rasterio import Affine
from rasterio.features import rasterize

from biosetu.ecosystems.pictures import NOTHING, Picture, picture_of, pictures_table
from biosetu.engine.rasters import RasterGrid, nodata_codes, open_stack, read_small
from biosetu.engine.zones import Polygons, is_vector, read_polygons, reprojected
from biosetu.geo.pixels import WGS84, PixelGrid
from biosetu.jobs.ecosystems_inputs import MeasureOptions, map_dates

SIDE = 400
OUTSIDE = -1


def map_pictures(paths: Sequence[Path], options: MeasureOptions, side: int = SIDE) -> pa.Table:
    """Return a small picture of each date, as `ecosystems.pictures` keeps them.

    Args:
        paths: the maps, rasters of classes or polygons.
        options: as for measuring; maps of the cover of one class have no picture.
        side: most cells across and down.

    Raises:
        DataError: what is wrong with the files.
    """
    dates = [None if isnan(date) else date for date in map_dates(paths, options.dates)]
    if options.fractional is not None:
        return pictures_table([])
    if all(is_vector(path) for path in paths):
        return pictures_table(_polygon_pictures(paths, dates, options.field, side))
    stack = open_stack(paths, band=options.band, nodata=options.nodata, align=options.align)
    size = ground_size_km(stack.grid)
    missing = nodata_codes(stack)
    found = [picture_of(date, read_small(stack, i, side), missing[i], size) for i, date in enumerate(dates)]
    return pictures_table(found)


def ground_size_km(grid: RasterGrid) -> tuple[float, float]:
    """Return about how wide and high a raster is on the ground, from the size of its middle pixel [km]."""
    pixels = PixelGrid(grid.crs, grid.transform, grid.width, grid.height)
    across, down = grid.width / 2, grid.height / 2
    columns, rows = (
        np.array([across - 0.5, across + 0.5, across, across]),
        np.array([down, down, down - 0.5, down + 0.5]),
    )
    lon, lat = pixels.to(WGS84).transform(*pixels.coordinates(columns, rows))
    steps = Geod(ellps="WGS84").inv(lon[[0, 2]], lat[[0, 2]], lon[[1, 3]], lat[[1, 3]])[2]
    return float(steps[0] * grid.width / 1000), float(steps[1] * grid.height / 1000)


def _polygon_pictures(
    paths: Sequence[Path], dates: Sequence[float | None], field: str | None, side: int
) -> list[Picture]:
    layers = [read_polygons(path, field) for path in paths]
    crs = "EPSG:4326" if CRS.from_user_input(layers[0].crs).is_geographic else layers[0].crs
    placed = [reprojected(layer, crs) for layer in layers]
    grid = _frame(placed, crs, side)
    return [_burnt(layer, grid, date) for layer, date in zip(placed, dates, strict=True)]


def _frame(layers: Sequence[Polygons], crs: str, side: int) -> RasterGrid:
    bounds = np.array([shape.bounds for layer in layers for shape in layer.geometry] or [(0, 0, 1, 1)])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    cell = max((east - west) / side, (north - south) / side, 1e-9)
    width, height = max(round((east - west) / cell), 1), max(round((north - south) / cell), 1)
    return RasterGrid(crs, (cell, 0.0, float(west), 0.0, -cell, float(north)), width, height)


def _burnt(layer: Polygons, grid: RasterGrid, date: float | None) -> Picture:
    names = sorted(set(layer.names))
    shapes = [(shape, names.index(name)) for shape, name in zip(layer.geometry, layer.names, strict=True)]
    size = ground_size_km(grid)
    if not shapes:
        return Picture(date, (), np.full((grid.height, grid.width), NOTHING, np.uint16), size)
    cells = rasterize(shapes, (grid.height, grid.width), fill=OUTSIDE, transform=Affine(*grid.transform), dtype="int32")
    found = picture_of(date, cells, [OUTSIDE], size)
    return Picture(date, tuple(names[int(code)] for code in found.classes), found.cells, size)
