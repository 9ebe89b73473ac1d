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
from biosetu.areas.effectiveness import Assessment, assessed_table, finding
from biosetu.areas.key_sites import key_site_columns, key_site_realms, key_site_series
from biosetu.areas.nodes import network_of
from biosetu.areas.outlines import outline_table
from biosetu.areas.reckoning import Country, Reckoning, share_percent
from biosetu.areas.reconciliation import (
    Cause,
    Figure,
    causes,
    compared_with,
    held_figures,
    inseparable,
    measured_causes,
    reconcile,
)
from biosetu.areas.representation import mean_target_achievement, representation_table
from biosetu.areas.sites import Sites, assessment_columns, fields_of_sites, read_sites

__all__ = [
    "DRY",
    "LAND",
    "REALMS",
    "SEA",
    "WATER",
    "Assessment",
    "Cause",
    "Country",
    "Figure",
    "Growth",
    "Links",
    "Network",
    "Options",
    "Reckoning",
    "Sites",
    "Step",
    "Zone",
    "assessed_table",
    "assessment_columns",
    "by_category",
    "by_governance",
    "causes",
    "clean",
    "compared_with",
    "connectivity_table",
    "coverage_table",
    "fields_of_sites",
    "finding",
    "flat_km2",
    "held_figures",
    "inseparable",
    "key_site_columns",
    "key_site_realms",
    "key_site_series",
    "key_sites_table",
    "log_table",
    "longest_link_km",
    "mean_site_share",
    "mean_target_achievement",
    "measured_causes",
    "network_of",
    "outline_table",
    "protconn",
    "read_sites",
    "reconcile",
    "representation_table",
    "share_percent",
    "zone_growth",
]
