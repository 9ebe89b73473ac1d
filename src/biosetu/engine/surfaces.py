"""Values of polygons written as a GeoTIFF."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import rasterio
from rasterio import features

from biosetu.engine.tables import replacing

NO_DATA = 255


def write_flags(shapes: np.ndarray, flags: np.ndarray, crs: str, cell: float, path: Path) -> None:
    """Burn 0 and 1 into a tiled GeoTIFF (nodata 255) over the polygons, cells of `cell` units of the CRS."""
    bounds = np.array([shape.bounds for shape in shapes])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    west, north = math.floor(west / cell) * cell, math.ceil(north / cell) * cell
    width, height = max(math.ceil((east - west) / cell), 1), max(math.ceil((north - south) / cell), 1)
    transform = rasterio.Affine(cell, 0.0, west, 0.0, -cell, north)
    values = features.rasterize(
        zip(shapes, flags.astype(np.uint8), strict=True),
        out_shape=(height, width),
        transform=transform,
        fill=NO_DATA,
        dtype="uint8",
    )
    profile = {"driver": "GTiff", "width": width, "height": height, "count": 1, "dtype": "uint8", "nodata": NO_DATA}
    with (
        replacing(path) as temporary,
        rasterio.open(temporary, "w", crs=crs, transform=transform, compress="deflate", **profile) as raster,
    ):
        raster.write(values, 1)
