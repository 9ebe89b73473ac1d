"""Protected and conserved areas: what they cover, how well they hang together, what they represent."""

from biosetu.areas.cleaning import Options, Step, clean, log_table
from biosetu.areas.connectivity import Links, Network, connectivity_table, longest_link_km, protconn
from biosetu.areas.coverage import (
    Growth,
    Zone,
    by_category,
    by_governance,
    coverage_table,
    mean_site_share,
    zone_growth,
)
from biosetu.areas.effectiveness import assessed_table
from biosetu.areas.nodes import network_of
from biosetu.areas.reconciliation import Cause, Figure, reconcile
from biosetu.areas.representation import mean_target_achievement, representation_table
from biosetu.areas.sites import Sites, read_sites

__all__ = [
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
