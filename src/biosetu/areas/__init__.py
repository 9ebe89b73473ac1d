"""Protected and conserved areas: what they cover, how well they hang together, what they represent."""

from biosetu.areas.cleaning import Options, Step, clean, log_table
from biosetu.areas.connectivity import Links, Network, connectivity_table, longest_link_km, protconn
from biosetu.areas.coverage import (
    DRY,
    LAND,
    REALMS,
    SEA,
    WATER,
    Growth,
    Zone,
    by_category,
    by_governance,
    coverage_table,
    flat_km2,
    key_sites_table,
    mean_site_share,
    zone_growth,
)
from biosetu.areas.effectiveness import assessed_table
from biosetu.areas.nodes import network_of
from biosetu.areas.reconciliation import Cause, Figure, reconcile
from biosetu.areas.representation import mean_target_achievement, representation_table
from biosetu.areas.sites import Sites, fields_of_sites, read_sites

__all__ = [
    "DRY",
    "LAND",
    "REALMS",
    "SEA",
    "WATER",
    "Cause",
    "Figure",
    "Growth",
    "Links",
    "Network",
    "Options",
    "Sites",
    "Step",
    "Zone",
    "assessed_table",
    "by_category",
    "by_governance",
    "clean",
    "connectivity_table",
    "coverage_table",
    "fields_of_sites",
    "flat_km2",
    "key_sites_table",
    "log_table",
    "longest_link_km",
    "mean_site_share",
    "mean_target_achievement",
    "network_of",
    "protconn",
    "read_sites",
    "reconcile",
    "representation_table",
    "zone_growth",
]
