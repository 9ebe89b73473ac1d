"""Setuland's tables on protected areas, computed from its register as anyone's are; `data/` keeps them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from biosetu.areas import (
    DRY,
    WATER,
    Assessment,
    Country,
    Figure,
    Options,
    Reckoning,
    Zone,
    assessed_table,
    clean,
    compared_with,
    connectivity_table,
    coverage_table,
    finding,
    held_figures,
    log_table,
    longest_link_km,
    measured_causes,
    network_of,
    outline_table,
    read_sites,
    reconcile,
    representation_table,
    zone_growth,
)
from biosetu.engine.tables import write_table
from biosetu.sources.setuland import areas as setuland
from biosetu.sources.setuland.tables import observations

LAST_YEAR = 2024
ASSESSED = (
    ("1", "METT", 2016, 0.58, ""),
    ("1", "METT", 2022, 0.71, ""),
    ("2", "METT", 2018, 0.49, ""),
    ("4", "METT", 2021, 0.74, ""),
    ("8", "METT", 2020, 0.63, ""),
    ("1", "Green List", 2023, None, "Green Listed"),
    ("3", "Green List", 2023, None, "Candidate"),
    ("4", "SAGE", 2022, 0.69, ""),
    ("9", "SAGE", 2024, 0.55, ""),
)
EFFECTIVE_FROM = 0.67
APPLIES = ("proposed",)  # Setuland's ministry says that its figure counts planned parks


def computed(kind: str) -> pa.Table:
    """Return one of Setuland's tables, computed now."""
    sites, log = clean(read_sites(setuland.register()))
    zone = Zone("", "land", setuland.outline())
    if kind == "coverage":
        return coverage_table([zone_growth(sites, part) for part in _realms(zone)], last=LAST_YEAR)
    if kind == "log":
        return log_table(log)
    if kind == "connectivity":
        network = network_of(sites, zone.shape, longest_link_km(30.0))
        return connectivity_table("", network, (10.0, 30.0), LAST_YEAR)
    if kind == "reconciliation":
        return _reconciled(zone)
    if kind == "quality":
        whole, _ = clean(read_sites(setuland.register()), Options(copies=True))
        items = [Assessment(s, kind, y, finding(score, told, EFFECTIVE_FROM)) for s, kind, y, score, told in ASSESSED]
        return assessed_table(whole, zone, items)
    growths = [zone_growth(sites, Zone("", name, shape)) for name, shape in setuland.regions().items()]
    total = np.array([growth.area_km2 for growth in growths])
    held = np.array([float(growth.all_km2[-1]) for growth in growths])
    return representation_table([growth.zone.realm for growth in growths], total, held, np.full(total.size, 30.0))


def drawn() -> pa.Table:
    """Return the outlines for Setuland's map of protected areas."""
    sites, _ = clean(read_sites(setuland.register()))
    return outline_table(sites, _realms(Zone("", "land", setuland.outline())))


def _realms(zone: Zone) -> list[Zone]:
    """Return land with inland water, and its two parts."""
    water = setuland.inland_water()
    return [zone, Zone("", DRY, shapely.difference(zone.shape, water)), Zone("", WATER, water)]


def _reconciled(zone: Zone) -> pa.Table:
    country = Country(read_sites(setuland.register()), zone)
    held = held_figures(observations().to_pylist(), zone.realm)
    other = compared_with(held)
    applied = (*APPLIES, *(other.applies if other else ()))
    share, found = measured_causes(country, Reckoning(), year=other.year if other else None, applied=applied)
    return reconcile([*held, Figure("computed", share, LAST_YEAR, setuland.CITATION)], found, zone.realm)


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
