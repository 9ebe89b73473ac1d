"""The planning units of a problem as pieces of a picture: a piece a unit or, where there are many, a block of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from biosetu.engine.tables import write_table
from biosetu.figures.unitmap import ring_path, rings_of

WIDTH = 640.0
TALLEST = 900.0
MOST_PIECES = 1_500
FILE = "pieces.parquet"
HEIGHT_KEY = b"biosetu.height"
BLOCKS_KEY = b"biosetu.blocks"


@dataclass(frozen=True, slots=True)
class Pieces:
    """paths: the `d` of each piece in a frame of width × height; units: the unit numbers of each; middle: (n, 2).

    blocks: whether pieces are blocks of several units.
    """

    paths: list[str]
    units: list[list[int]]
    middle: np.ndarray
    width: float
    height: float
    blocks: bool


def make_pieces(shapes: np.ndarray, number: np.ndarray, most: int = MOST_PIECES) -> pa.Table:
    """Return the pieces of units. shapes: (n,) polygons in one planar CRS; number: (n,) unit numbers."""
    west, south, east, north = shapely.total_bounds(shapes)
    scale = min(WIDTH / max(east - west, 1e-9), TALLEST / max(north - south, 1e-9))
    height, width = (north - south) * scale, (east - west) * scale
    blocks = len(shapes) > most
    members = _blocks(shapes, most) if blocks else [np.array([index]) for index in range(len(shapes))]
    paths, middles = [], []
    for group in members:
        outline = shapely.coverage_union_all(shapes[group]) if blocks else shapes[group[0]]
        outline = shapely.simplify(outline, 0.3 / scale)
        paths.append("".join(ring_path(ring, west, north, scale) for ring in rings_of(outline)))
        middle = shapely.point_on_surface(outline)
        middles.append((round((middle.x - west) * scale, 1), round((north - middle.y) * scale, 1)))
    return pa.table(
        {
            "path": paths,
            "units": [number[group].tolist() for group in members],
            "x": [x for x, _ in middles],
            "y": [y for _, y in middles],
        }
    ).replace_schema_metadata(
        {HEIGHT_KEY: f"{width:.1f} {height:.1f}".encode(), BLOCKS_KEY: b"yes" if blocks else b"no"}
    )


def write_pieces(shapes: np.ndarray, number: np.ndarray, folder: Path) -> None:
    """Keep the pieces beside the problem."""
    write_table(make_pieces(shapes, number), folder / FILE)


def read_pieces(folder: Path) -> Pieces | None:
    """Return the pieces kept with a problem; None where its units have no polygons."""
    path = folder / FILE
    if not path.exists():
        return None
    table = pq.read_table(path)
    about = table.schema.metadata or {}
    width, height = (float(part) for part in about[HEIGHT_KEY].split())
    middle = np.column_stack([table.column("x").to_numpy(), table.column("y").to_numpy()])
    units = table.column("units").to_pylist()
    return Pieces(table.column("path").to_pylist(), units, middle, width, height, about[BLOCKS_KEY] == b"yes")


def _blocks(shapes: np.ndarray, most: int) -> list[np.ndarray]:
    """Return groups of units whose middles share a square of a grid, as fine as `most` allows."""
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    low = middles.min(axis=0)
    side = float(np.sqrt(np.prod(np.ptp(middles, axis=0) + 1e-9) / most))
    while True:
        cell = np.floor((middles - low) / side).astype(np.int64)
        key = cell[:, 1] * (int(cell[:, 0].max()) + 1) + cell[:, 0]
        found, inverse = np.unique(key, return_inverse=True)
        if found.size <= most:
            order = np.argsort(inverse, kind="stable")
            return np.split(order, np.flatnonzero(np.diff(inverse[order])) + 1)
        side *= 1.1
