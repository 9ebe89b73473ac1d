"""Geometry of `species range`: hulls and occupied cells as layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from biosetu.engine.vectors import with_geometry, write_layer
from biosetu.problems import Problem, Severity

MOST_NAMED = 10


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


def without_cells(table: pa.Table) -> list[Problem]:
    """Return a warning that names the taxa with places whose cells are in no layer: those wider than 60°."""
    none = np.asarray(pc.list_value_length(table.column("cells"))) == 0
    taxa = table.filter(pa.array(none & (np.asarray(table.column("points")) > 0))).column("taxon").to_pylist()
    if not taxa:
        return []
    message = "taxa wider than 60° have no cells in the layer: theirs are counted by zones, each on a grid of its own"
    first = ", ".join([*taxa[:MOST_NAMED], *(["…"] if len(taxa) > MOST_NAMED else [])])
    remedy = "Their area of occupancy stands in the table."
    return [Problem(message, remedy, "cells", value=f"{len(taxa)}: {first}", severity=Severity.WARNING)]
