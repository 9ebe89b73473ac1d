"""Ecosystems: extent and change on maps, the Red List of Ecosystems, its index. Pure methods, no files."""

from biosetu.ecosystems.accuracy import AdjustedAreas, adjusted_areas
from biosetu.ecosystems.assessment import Assessed, assess, assessment_table, template_rows
from biosetu.ecosystems.change import Change, Trend, change, trend
from biosetu.ecosystems.criteria import (
    Conditions,
    Finding,
    collapse_risk,
    decline,
    degradation,
    few_locations,
    small_range,
)
from biosetu.ecosystems.degradation import Bounds, SeverityTally, severity_bounds, value_at, window_of
from biosetu.ecosystems.extent import extent_by_group, shares_percent
from biosetu.ecosystems.intervals import Interval, parse_interval
from biosetu.ecosystems.occupancy import CellCount, Occupancy, occupancy
from biosetu.ecosystems.redlist_index import IndexOptions, categories_by_group, index_table, read_history
from biosetu.ecosystems.rle_layout import rle_table
from biosetu.ecosystems.severity import collapse_probability, extent_at, relative_severity
from biosetu.ecosystems.thresholds import Guidelines, guidelines
from biosetu.ecosystems.typology import FunctionalGroup, functional_groups, suggest_groups

__all__ = [
    "AdjustedAreas",
    "Assessed",
    "Bounds",
    "CellCount",
    "Change",
    "Conditions",
    "Finding",
    "FunctionalGroup",
    "Guidelines",
    "IndexOptions",
    "Interval",
    "Occupancy",
    "SeverityTally",
    "Trend",
    "adjusted_areas",
    "assess",
    "assessment_table",
    "categories_by_group",
    "change",
    "collapse_probability",
    "collapse_risk",
    "decline",
    "degradation",
    "extent_at",
    "extent_by_group",
    "few_locations",
    "functional_groups",
    "guidelines",
    "index_table",
    "occupancy",
    "parse_interval",
    "read_history",
    "relative_severity",
    "rle_table",
    "severity_bounds",
    "shares_percent",
    "small_range",
    "suggest_groups",
    "template_rows",
    "trend",
    "value_at",
    "window_of",
]
