"""ProtConn of countries from files, and how much of each feature is protected."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from biosetu.areas import (
    clean,
    connectivity_table,
    longest_link_km,
    network_of,
    representation_table,
    zone_growth,
)
from biosetu.engine.ordered import ordered
from biosetu.geo.union import SiteTree
from biosetu.jobs.areas import Request, read_sites_of, read_zones
from biosetu.progress import Progress, silent


def measure_connectivity(
    request: Request,
    medians_km: tuple[float, ...],
    *,
    beyond_km: float = 50.0,
    simplify_m: float = 0.0,
    progress: Progress = silent,
) -> pa.Table:
    """Return ProtConn and its fractions for each area and median dispersal distance.

    beyond_km: how far outside the area sites count as stepping stones; simplify_m: tolerance for distances.
    """
    zones = read_zones(request)
    sites = read_sites_of(request, zones, margin_deg=beyond_km / 50.0)
    cleaned, _ = clean(sites, request.options)
    longest = longest_link_km(max(medians_km))
    tables = []
    for number, zone in enumerate(zones):
        progress(number, len(zones), zone.area)
        network = network_of(cleaned, zone.shape, longest, beyond_km, simplify_m)
        tables.append(connectivity_table(zone.area, network, medians_km, int(cleaned.year.max(initial=0)) or None))
    return pa.concat_tables(tables)


def measure_representation(
    request: Request, target_percent: float, targets: Mapping[str, float] | None = None, *, progress: Progress = silent
) -> pa.Table:
    """Return, per class of the layer `by`, what there is, what is protected (with OECMs), and the gap to the target.

    targets: class -> its own target [%]; the others have `target_percent`.
    """
    zones = read_zones(request)
    cleaned, _ = clean(read_sites_of(request, zones), request.options)
    total: dict[str, float] = {}
    held: dict[str, float] = {}
    tree = SiteTree(cleaned.shapes)
    with ordered() as run:
        for number, zone in enumerate(zones):
            progress(number, len(zones), zone.realm)
            growth = zone_growth(cleaned, zone, run, tree)
            covered = float(growth.all_km2[-1]) if growth.all_km2.size else 0.0
            total[zone.realm] = total.get(zone.realm, 0.0) + growth.area_km2
            held[zone.realm] = held.get(zone.realm, 0.0) + covered
    names = sorted(total)
    wanted = np.array([(targets or {}).get(name, target_percent) for name in names])
    return representation_table(
        names, np.array([total[name] for name in names]), np.array([held[name] for name in names]), wanted
    )
