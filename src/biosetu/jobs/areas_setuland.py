"""Setuland's tables on protected areas, computed from its register as anyone's are; `data/` keeps them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from biosetu.areas import (
    Zone,
    assessed_table,
    clean,
    connectivity_table,
    coverage_table,
    log_table,
    longest_link_km,
    network_of,
    read_sites,
    representation_table,
    zone_growth,
)
from biosetu.engine.tables import write_table
from biosetu.sources.setuland import areas as setuland

LAST_YEAR = 2024
ASSESSED = (("1", 2016, 0.58), ("1", 2022, 0.71), ("2", 2018, 0.49), ("4", 2021, 0.74), ("8", 2020, 0.63))
EFFECTIVE_FROM = 0.67


def computed(kind: str) -> pa.Table:
    """Return one of Setuland's tables, computed now."""
    sites, log = clean(read_sites(setuland.register()))
    zone = Zone("", "land", setuland.outline())
    if kind == "coverage":
        return coverage_table([zone_growth(sites, zone)], last=LAST_YEAR)
    if kind == "log":
        return log_table(log)
    if kind == "connectivity":
        network = network_of(sites, zone.shape, longest_link_km(30.0))
        return connectivity_table("", network, (10.0, 30.0), LAST_YEAR)
    if kind == "quality":
        names = ("site", "kind", "year", "score")
        rows = [dict(zip(names, (site, "METT", year, score), strict=True)) for site, year, score in ASSESSED]
        return assessed_table(sites, zone, pa.Table.from_pylist(rows), EFFECTIVE_FROM)
    growths = [zone_growth(sites, Zone("", name, shape)) for name, shape in setuland.regions().items()]
    total = np.array([growth.area_km2 for growth in growths])
    held = np.array([float(growth.all_km2[-1]) for growth in growths])
    return representation_table([growth.zone.realm for growth in growths], total, held, np.full(total.size, 30.0))


def rewrite(folder: Path) -> list[Path]:
    """Compute every table anew and write it into `folder` as the software carries it (eight digits); return the files.

    `python -c "from biosetu.jobs.areas_setuland import *; rewrite(Path('src/biosetu/sources/setuland/data'))"`
    """
    paths = []
    for kind in setuland.KINDS:
        paths.append(folder / f"areas_{kind}.csv")
        write_table(_rounded(computed(kind)), paths[-1])
    return paths


def _rounded(table: pa.Table) -> pa.Table:
    for index, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            values = [None if v is None else float(f"{v:.8g}") for v in table.column(index).to_pylist()]
            table = table.set_column(index, field, pa.array(values, field.type))
    return table
