"""Outlines of what is protected, as a small map needs them and no finer: the layer itself is not passed on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import shapely

from biosetu.areas.coverage import LAND, SEA, WATER, Zone
from biosetu.areas.sites import Sites
from biosetu.geo.shapes import polygonal
from biosetu.geo.union import SiteTree, clipped, dissolved

PROTECTED, OECM = "protected", "oecm"
STEPS_ACROSS = 900  # a map of this many dots across shows no more


def outline_table(sites: Sites, zones: Sequence[Zone]) -> pa.Table:
    """Return kind and geometry (WKB): the zones by realm, protected areas, and OECMs beside them, each joined.

    sites: cleaned. Points of outlines nearer than a 900th of the country's breadth are left out.
    """
    grounds = [zone for zone in zones if zone.realm in (LAND, SEA, WATER) and not zone.name]
    if not grounds:
        return pa.table({"kind": pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
    whole = shapely.union_all([zone.shape for zone in grounds if zone.realm != WATER])
    west, south, east, north = whole.bounds
    step = max(east - west, north - south) / STEPS_ACROSS
    index = np.sort(SiteTree(sites.shapes).tree.query(whole, predicate="intersects"))
    shapes = clipped(whole, shapely.simplify(sites.shapes[index], step / 2)) if index.size else sites.shapes[:0]
    oecm = sites.oecm[index]
    protected = dissolved(_polygons(shapes[~oecm]))
    beside = shapely.difference(dissolved(_polygons(shapes[oecm])), protected)
    rows = [*((zone.realm, zone.shape) for zone in grounds), (PROTECTED, protected), (OECM, beside)]
    drawn = [(kind, shapely.simplify(polygonal(shape), step)) for kind, shape in rows]
    kept = [(kind, shape) for kind, shape in drawn if not shape.is_empty]
    wkb = [shapely.to_wkb(shape, output_dimension=2) for _, shape in kept]
    return pa.table({"kind": [kind for kind, _ in kept], "geometry": pa.array(wkb, pa.binary())})


def _polygons(shapes: np.ndarray) -> np.ndarray:
    valid = shapely.make_valid(shapes)
    found = np.array([polygonal(shape) for shape in valid], dtype=object)
    return found[~shapely.is_empty(found)] if found.size else shapes[:0]
