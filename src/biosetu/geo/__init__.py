"""Geometry on the ellipsoid: hulls and cells of points. An edge between points is a geodesic."""

from biosetu.geo.cells import (
    CELLS_DEFINITION,
    ZONED_DEFINITION,
    OccupiedCells,
    cell_polygons,
    corrected_area_km2,
    occupied_cells,
)
from biosetu.geo.hull import (
    HULL_DEFINITION,
    Hulls,
    geodesic_hulls,
    geodesic_polygon,
    hull_area_km2,
    hull_polygon,
)

__all__ = [
    "CELLS_DEFINITION",
    "HULL_DEFINITION",
    "ZONED_DEFINITION",
    "Hulls",
    "OccupiedCells",
    "cell_polygons",
    "corrected_area_km2",
    "geodesic_hulls",
    "geodesic_polygon",
    "hull_area_km2",
    "hull_polygon",
    "occupied_cells",
]
