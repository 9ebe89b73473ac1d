"""Extent of occurrence (EOO) and area of occupancy (AOO) of many taxa from distinct places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from biosetu.geo.cells import (
    CELLS_DEFINITION,
    ZONED_DEFINITION,
    OccupiedCells,
    cell_polygons,
    corrected_area_km2,
    occupied_cells,
)
from biosetu.geo.hull import HULL_DEFINITION, Hulls, geodesic_hulls, geodesic_polygon
from biosetu.geo.kinds import Flags, Floats, Integers
from biosetu.translation import N_

REFERENCE_CELL_KM = 2.0
FLAGS: Mapping[str, str] = {
    "eoo_is_aoo": N_("the extent is given as the area of occupancy, which is larger than the hull"),
    "eoo_undefined": N_("no extent is given: the records span more than a hemisphere"),
    "wide": N_("wider than 60°: the area of occupancy is counted by zones"),
    "scale_corrected": N_("the area of occupancy is corrected to cells of 2 km"),
}


@dataclass(frozen=True, slots=True)
class Extents:
    """What was measured of each taxon, with what geometry needs."""

    hulls: Hulls
    cells: OccupiedCells
    aoo_km2: Floats
    aoo_fixed_km2: Floats
    eoo_km2: Floats
    floored: Flags
    corrected: bool


def measure_extents(lon: Floats, lat: Floats, offsets: Integers, cell_km: float = REFERENCE_CELL_KM) -> Extents:
    """Measure EOO and AOO of each taxon.

    Args:
        lon: longitudes of all places, taxon after taxon, shape (n,) [degrees].
        lat: latitudes, shape (n,) [degrees].
        offsets: taxon i is places `offsets[i]:offsets[i + 1]`, shape (taxa + 1,).
        cell_km: cell size of the AOO [km]; at another size than 2 km the areas are scale-corrected to 2 km.

    Returns:
        `Extents`. EOO is the larger of hull and smallest AOO; NaN (undefined) where no hemisphere holds the places.
        A taxon without places has NaN for both.

    Reference: IUCN Guidelines v16 (2024) §4.9 (hull; not smaller than the AOO), §4.10 (2 km cells, smallest count
    over grid origins).
    """
    hulls = geodesic_hulls(lon, lat, offsets)
    cells = occupied_cells(lon, lat, offsets, cell_km)
    aoo, fixed = cells.minimum_km2, cells.fixed_km2
    corrected = cell_km != REFERENCE_CELL_KM
    if corrected:
        coarser = occupied_cells(lon, lat, offsets, 2 * cell_km)
        aoo = corrected_area_km2(aoo, coarser.minimum_km2, cell_km, REFERENCE_CELL_KM)
        fixed = corrected_area_km2(fixed, coarser.fixed_km2, cell_km, REFERENCE_CELL_KM)
    none = np.diff(offsets) == 0
    aoo, fixed = (np.where(none, np.nan, area) for area in (aoo, fixed))
    hull = np.where(none, np.nan, hulls.area_km2)
    floored: Flags = hull < aoo
    return Extents(hulls, cells, aoo, fixed, np.where(floored, aoo, hull), floored, corrected)


def extent_columns(found: Extents, places: Integers) -> dict[str, pa.Array]:
    """Return the columns of `species range` that the extents give; missing values are null.

    `places` is the number of distinct places of each taxon.
    """
    hull = np.where(places == 0, np.nan, found.hulls.area_km2)
    zoned = [ZONED_DEFINITION if wide else CELLS_DEFINITION for wide in found.cells.wide.tolist()]
    return {
        "points": pa.array(places),
        "eoo_km2": _nullable(found.eoo_km2),
        "hull_km2": _nullable(hull),
        "aoo_km2": _nullable(found.aoo_km2),
        "aoo_cells": pa.array(found.cells.minimum),
        "aoo_fixed_km2": _nullable(found.aoo_fixed_km2),
        "aoo_fixed_cells": pa.array(found.cells.fixed),
        "cell_km": pa.array(np.full(places.size, found.cells.cell_km)),
        "flags": _flags(found, places),
        "eoo_def": pa.array([HULL_DEFINITION] * places.size, pa.string()),
        "aoo_def": pa.array(zoned, pa.string()),
    }


def _flags(found: Extents, places: Integers) -> pa.Array:
    undefined = np.isnan(found.hulls.area_km2) & (places > 0)
    columns = (found.floored, undefined, found.cells.wide, np.full(places.size, found.corrected))
    picked = zip(*(column.tolist() for column in columns), strict=True)
    return pa.array([";".join(f for f, on in zip(FLAGS, row, strict=True) if on) for row in picked], pa.string())


def flagged(flags: pa.Array, where: Flags, name: str) -> pa.Array:
    """Return the flags with one more where it applies."""
    pairs = zip(flags.to_pylist(), where.tolist(), strict=True)
    return pa.array([";".join(filter(None, (old, name if on else ""))) for old, on in pairs], pa.string())


def _nullable(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def hull_shapes(found: Extents, lon: Floats, lat: Floats) -> list[bytes | None]:
    """Return the hull of each taxon as WKB in longitude/latitude, None where it has no area."""
    out: list[bytes | None] = []
    for i in range(found.hulls.area_km2.size):
        ring = found.hulls.ring(i)
        out.append(shapely.to_wkb(geodesic_polygon(lon[ring], lat[ring])) if ring.size >= 3 else None)
    return out


def cell_shapes(found: Extents, lon: Floats, lat: Floats, offsets: Integers) -> tuple[Integers, list[bytes]]:
    """Return (taxon index of each cell, cells as WKB) at the origin with fewest cells; wide taxa have none."""
    owners: list[Integers] = []
    shapes: list[bytes] = []
    for i in np.flatnonzero(~found.cells.wide):
        mine = slice(offsets[i], offsets[i + 1])
        cells = cell_polygons(lon[mine], lat[mine], int(found.cells.origin[i]), found.cells.cell_km)
        shapes += shapely.to_wkb(cells).tolist()
        owners.append(np.full(len(cells), i, dtype=np.int64))
    return (np.concatenate(owners) if owners else np.empty(0, dtype=np.int64)), shapes
