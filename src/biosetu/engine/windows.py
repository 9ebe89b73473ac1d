"""Windows of rasters: the part under a shape, polygons burnt onto it, results written back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from rasterio.features import rasterize
from rasterio.windows import Window

from biosetu.engine.rasters import RasterGrid
from biosetu.engine.tables import replacing
from biosetu.problems import DataError, Problem

Shapes = npt.NDArray[np.object_]
TILE = 256


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a raster: its grid, and where it starts in the whole."""

    grid: RasterGrid
    row: int
    column: int


def raster_grid(path: Path) -> RasterGrid:
    """Return the grid of a raster. Raises DataError where it cannot be read or has no CRS."""
    try:
        with rasterio.open(path) as source:
            if source.crs is None:
                raise DataError(Problem("the raster has no CRS", "Write one into the file.", "crs", str(path)))
            return RasterGrid(source.crs.to_wkt(), tuple(source.transform)[:6], source.width, source.height)
    except rasterio.errors.RasterioIOError as error:
        raise DataError(Problem("the raster cannot be read", "Give a GeoTIFF.", "format", str(path))) from error


def part_under(grid: RasterGrid, bounds: tuple[float, float, float, float]) -> Part | None:
    """Return the part of a north-up raster under bounds (in its own CRS), widened to whole pixels; None beside it."""
    a, _, c, _, e, f = grid.transform
    first, last = sorted(((bounds[0] - c) / a, (bounds[2] - c) / a))
    top, bottom = sorted(((bounds[3] - f) / e, (bounds[1] - f) / e))
    left, right = max(math.floor(first), 0), min(math.ceil(last) + 1, grid.width)
    upper, lower = max(math.floor(top), 0), min(math.ceil(bottom) + 1, grid.height)
    if left >= right or upper >= lower:
        return None
    moved = (a, 0.0, c + a * left, 0.0, e, f + e * upper)
    return Part(RasterGrid(grid.crs, moved, right - left, lower - upper), upper, left)


def read_part(path: Path, part: Part) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return (values, valid) of the first band under a part."""
    window = Window(part.column, part.row, part.grid.width, part.grid.height)
    with rasterio.open(path) as source:
        masked = source.read(1, window=window, masked=True)
    valid = ~np.ma.getmaskarray(masked)
    if masked.dtype.kind == "f":
        valid &= ~np.isnan(masked.data)
    return masked.data, valid


def burn(shape: shapely.Geometry, grid: RasterGrid, touched: bool) -> npt.NDArray[np.bool_]:
    """Return the pixels of a grid that a polygon covers: those it touches, or those whose centre it holds."""
    burnt = rasterize(
        [(shape, 1)],
        out_shape=(grid.height, grid.width),
        transform=rasterio.Affine(*grid.transform),
        all_touched=touched,
        dtype="uint8",
    )
    covered: npt.NDArray[np.bool_] = burnt.astype(np.bool_)
    return covered


def read_tags(path: Path) -> dict[str, str]:
    """Return what a raster says of itself."""
    with rasterio.open(path) as source:
        return dict(source.tags())


def write_part(
    values: npt.NDArray[Any], grid: RasterGrid, path: Path, tags: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write values as a GeoTIFF (float32, NaN for nothing) with tags, replacing the file at once or not at all."""
    with replacing(path) as temporary, rasterio.open(
        temporary, "w", driver="GTiff", width=grid.width, height=grid.height, count=1, dtype="float32",
        crs=grid.crs, transform=rasterio.Affine(*grid.transform), nodata=float("nan"), compress="deflate",
    ) as target:  # fmt: skip
        target.write(values.astype("float32"), 1)
        target.update_tags(**tags)


def write_places(places: npt.NDArray[np.int64], values: npt.NDArray[np.float64], grid: RasterGrid, path: Path) -> None:
    """Write values at a few places of a grid as a GeoTIFF (float64, 0 elsewhere), band by band of its rows.

    `places` are row · width + column, rising, each once. Replaces the file at once or not at all.
    """
    tiles = {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "compress": "deflate"}
    with replacing(path) as temporary, rasterio.open(
        temporary, "w", driver="GTiff", width=grid.width, height=grid.height, count=1, dtype="float64",
        crs=grid.crs, transform=rasterio.Affine(*grid.transform), **tiles,
    ) as target:  # fmt: skip
        for top in range(0, grid.height, TILE):
            lines = min(TILE, grid.height - top)
            first, last = np.searchsorted(places, (top * grid.width, (top + lines) * grid.width))
            band = np.zeros(lines * grid.width)
            band[places[first:last] - top * grid.width] = values[first:last]
            window = Window(0, top, grid.width, lines)
            target.write(band.reshape(lines, grid.width), 1, window=window)
