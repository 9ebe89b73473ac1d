"""Whether a raster lies on Earth: no pixel beyond a pole, none twice around the globe, some at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from biosetu.problems import Problem
from biosetu.translation import N_

SAMPLES = 9
DEGREES = 180 / np.pi


@dataclass(frozen=True, slots=True)
class RasterGrid:
    """Where the pixels of a raster lie."""

    crs: str
    transform: tuple[float, float, float, float, float, float]
    width: int
    height: int


def off_the_globe(grid: RasterGrid, path: str) -> list[Problem]:
    """Return what is wrong with the place of a raster: such maps would be measured with wrong numbers.

    In a geographic CRS pixels whose centres lie beyond a pole, or rows longer than the way around the globe by more
    than half a pixel; in a projected one a place that is nowhere on Earth.
    """
    system = CRS.from_wkt(grid.crs)
    if system.is_geographic:
        unit = float(system.axis_info[0].unit_conversion_factor) * DEGREES
        return _geographic(grid, unit, path)
    columns, rows = _lattice(grid)
    with np.errstate(invalid="ignore", over="ignore"):
        lon, lat = Transformer.from_crs(system, "OGC:CRS84", always_xy=True).transform(*_place(grid, columns, rows))
    if np.isfinite(lon).any() and np.isfinite(lat).any():
        return []
    remedy = "Check the CRS, the corner and the pixel size: gdalinfo FILE"
    return [Problem(N_("lies nowhere on Earth in its CRS"), remedy, "place", path, value=_bounds(grid))]


def polygons_off_the_globe(bounds: NDArray[np.float64], crs: str, path: str) -> list[Problem]:
    """Return what is wrong with the place of polygons, given their bounds (west, south, east, north) in their CRS."""
    system = CRS.from_wkt(crs)
    west, south, east, north = map(float, bounds)
    value = f"x {west:g} to {east:g}, y {south:g} to {north:g}"
    if np.isnan(bounds).all():
        return [Problem(N_("holds no data"), "Check that the layer has polygons.", "empty", path)]
    if not np.isfinite(bounds).all():
        return [Problem("has corners that are no numbers", "Save it anew.", "place", path, value=value)]
    if not system.is_geographic:
        x, y = np.meshgrid(np.linspace(west, east, SAMPLES), np.linspace(south, north, SAMPLES))
        lon, lat = Transformer.from_crs(system, "OGC:CRS84", always_xy=True).transform(x, y)
        if np.isfinite(lon).any() and np.isfinite(lat).any():
            return []
        remedy = "Check its CRS: ogrinfo -so FILE LAYER"
        return [Problem(N_("lies nowhere on Earth in its CRS"), remedy, "place", path, value=value)]
    unit = float(system.axis_info[0].unit_conversion_factor) * DEGREES
    if max(abs(south), abs(north)) * unit <= 90 + 1e-9:
        return []
    return [
        Problem(
            N_("lies beyond a pole"),
            "Check its CRS and coordinates: ogrinfo -so FILE LAYER",
            "beyond-pole",
            path,
            value=value,
        )
    ]


def _geographic(grid: RasterGrid, unit: float, path: str) -> list[Problem]:
    columns, rows = np.meshgrid([0.5, grid.width - 0.5], [0.5, grid.height - 0.5])
    x, y = _place(grid, columns, rows)
    found = []
    if np.abs(y * unit).max() > 90 + 1e-9:
        remedy = "Check the corner and the pixel size: gdalinfo FILE. Cut it with gdalwarp -te, or write them anew."
        found.append(Problem(N_("has pixels beyond a pole"), remedy, "beyond-pole", path, value=_bounds(grid)))
    pixel = abs(grid.transform[0]) * unit
    if (x.max() - x.min()) * unit + pixel > 360 + pixel / 2:
        remedy = "Cut it to 360 degrees of longitude with gdalwarp -te: what lies beyond would be counted twice."
        found.append(Problem(N_("goes more than once around the globe"), remedy, "around", path, value=_bounds(grid)))
    return found


def _lattice(grid: RasterGrid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    columns, rows = np.linspace(0.5, grid.width - 0.5, SAMPLES), np.linspace(0.5, grid.height - 0.5, SAMPLES)
    return np.meshgrid(columns, rows)[0], np.meshgrid(columns, rows)[1]


def _place(
    grid: RasterGrid, columns: NDArray[np.float64], rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b, c, d, e, f = grid.transform
    return a * columns + b * rows + c, d * columns + e * rows + f


def _bounds(grid: RasterGrid) -> str:
    x, y = _place(grid, np.array([0.0, grid.width, 0, grid.width]), np.array([0.0, 0, grid.height, grid.height]))
    return f"x {x.min():g} to {x.max():g}, y {y.min():g} to {y.max():g}"
