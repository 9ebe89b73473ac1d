"""ProtConn of countries from files, and how much of each feature is protected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from biosetu.areas import (
    LAND,
    SEA,
    clean,
    connectivity_table,
    longest_link_km,
    network_of,
    representation_table,
)
from biosetu.jobs.areas import last_rows, measure_coverage
from biosetu.jobs.areas_layers import Request, read
from biosetu.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class Measured:
    """A table, and what a reader must know of how the layers were read."""

    table: pa.Table
    notes: tuple[str, ...]


def measure_connectivity(
    request: Request,
    medians_km: tuple[float, ...],
    *,
    beyond_km: float = 50.0,
    simplify_m: float = 0.0,
    progress: Progress = silent,
) -> Measured:
    """Return ProtConn and its fractions for each area and median dispersal distance.

    beyond_km: how far outside the area sites count as stepping stones; simplify_m: tolerance for distances.
    """
    layers = read(request, margin_km=beyond_km)
    zones = layers.zones
    cleaned, _ = clean(layers.sites, request.options)
    longest = longest_link_km(max(medians_km))
    tables = []
    for number, zone in enumerate(zones):
        progress(number, len(zones), zone.area)
        network = network_of(cleaned, zone.shape, longest, beyond_km, simplify_m)
        tables.append(connectivity_table(zone.area, network, medians_km, int(cleaned.year.max(initial=0)) or None))
    return Measured(pa.concat_tables(tables), layers.notes)


def measure_representation(
    request: Request, target_percent: float, targets: Mapping[str, float] | None = None, *, progress: Progress = silent
) -> Measured:
    """Return, per class of the layer `by`, what there is, what is protected (with OECMs), and the gap to the target.

    targets: class -> its own target [%]; the others have `target_percent`.
    """
    measured = measure_coverage(request, progress=progress)
    total: dict[str, float] = {}
    held: dict[str, float] = {}
    for row in last_rows(measured.table):
        if row["realm"] in (LAND, SEA):
            total[row["class"]] = total.get(row["class"], 0.0) + row["area_km2"]
            held[row["class"]] = held.get(row["class"], 0.0) + row["protected_km2"] + row["oecm_km2"]
    names = sorted(total)
    wanted = np.array([(targets or {}).get(name, target_percent) for name in names])
    sums = [np.array([part[name] for name in names]) for part in (total, held)]
    return Measured(representation_table(names, sums[0], sums[1], wanted), measured.notes)
