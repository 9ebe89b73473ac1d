"""Setuland's invented maps as files, to go through the same functions as any Party's maps."""

from __future__ import annotations

from pathlib import Path

from biosetu.engine.rasters import write_raster
from biosetu.sources.setuland import ecosystems as setuland


def write_maps(folder: Path) -> dict[int, Path]:
    """Write Setuland's maps as GeoTIFF and return them by year."""
    half, size = setuland.SIDE * setuland.PIXEL_DEGREES / 2, setuland.PIXEL_DEGREES
    paths = {year: folder / f"setuland_{year}.tif" for year in setuland.YEARS}
    for year, path in paths.items():
        write_raster(path, setuland.codes(year), "EPSG:4326", (size, 0.0, -half, 0.0, -size, half), nodata=0)
    return paths
