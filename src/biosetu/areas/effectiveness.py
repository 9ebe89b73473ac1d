"""Quality of what is protected: which part is assessed, and which part of that is found effective."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from biosetu.areas.coverage import Zone
from biosetu.areas.sites import Sites
from biosetu.geo.union import clipped, growth_km2, tiles


def assessed_table(sites: Sites, zone: Zone, assessments: pa.Table, effective_from: float) -> pa.Table:
    """Return, per kind of assessment: sites and area assessed, effective, share of the protected area, years.

    assessments: site, kind (METT, Green List, governance …), year, score (0–1, empty where only done). Each site's
    latest assessment of a kind counts; effective where score >= effective_from, which the user sets, since no threshold
    is agreed. Overlaps count once within each figure.
    """
    protected = _flat_km2(sites, zone, np.ones(len(sites), bool))
    rows = []
    for kind in sorted(set(assessments.column("kind").to_pylist())):
        latest: dict[str, tuple[int, float | None]] = {}
        for row in assessments.to_pylist():
            if row["kind"] == kind and int(row["year"]) >= latest.get(str(row["site"]), (-1, None))[0]:
                latest[str(row["site"])] = (int(row["year"]), row["score"])
        done = np.array([site in latest for site in sites.site], bool)
        scores = [latest[site][1] if site in latest else None for site in sites.site]
        effective = np.array([score is not None and score >= effective_from for score in scores], bool)
        scored = np.array([score is not None for score in scores], bool)
        years = [latest[site][0] for site in sites.site if site in latest]
        done_km2, effective_km2 = _flat_km2(sites, zone, done), _flat_km2(sites, zone, effective)
        rows.append(
            {
                "area": zone.area,
                "kind": kind,
                "sites_assessed": int(done.sum()),
                "sites_scored": int(scored.sum()),
                "sites_effective": int(effective.sum()),
                "assessed_km2": done_km2,
                "assessed_percent": 100 * done_km2 / protected if protected else None,
                "effective_km2": effective_km2,
                "effective_percent": 100 * effective_km2 / protected if protected else None,
                "first_year": min(years) if years else None,
                "last_year": max(years) if years else None,
            }
        )
    return pa.Table.from_pylist(rows)


def _flat_km2(sites: Sites, zone: Zone, chosen: np.ndarray) -> float:
    total = 0.0
    if chosen.any():
        for tile in tiles(zone.shape, sites.shapes[chosen]):
            shapes = clipped(tile.zone, tile.shapes)
            total += float(growth_km2(shapes, np.zeros(shapes.size, np.int64), 1)[0])
    return total
