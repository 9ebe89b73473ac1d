"""Protected and conserved areas: what they cover, how well they hang together, what they represent."""

from biosetu.areas.cleaning import Options, Step, clean, log_table
from biosetu.areas.coverage import (
    Growth,
    Zone,
    by_category,
    by_governance,
    coverage_table,
    mean_site_share,
    zone_growth,
)
from biosetu.areas.sites import Sites, read_sites

__all__ = [
    "Growth",
    "Options",
    "Sites",
    "Step",
    "Zone",
    "by_category",
    "by_governance",
    "clean",
    "coverage_table",
    "log_table",
    "mean_site_share",
    "read_sites",
    "zone_growth",
]
