"""Geometry of `species range`: hulls and occupied cells as layers."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from biosetu.engine.vectors import with_geometry, write_layer


def write_geometry(table: pa.Table, hulls: Path | None, cells: Path | None) -> None:
    """Write the hulls and the occupied cells of a range table that was measured with them."""
    if hulls is not None:
        shapes = shapely.from_wkb(table.column("hull").to_numpy(zero_copy_only=False))
        write_layer(with_geometry(table.select(["taxon", "eoo_km2", "flags", "eoo_def"]), shapes), hulls)
    if cells is not None:
        lists = table.column("cells").combine_chunks()
        taxon = table.column("taxon").combine_chunks().take(pc.list_parent_indices(lists))
        shapes = shapely.from_wkb(lists.flatten().to_numpy(zero_copy_only=False))
        write_layer(with_geometry(pa.table({"taxon": taxon}), shapes), cells)
