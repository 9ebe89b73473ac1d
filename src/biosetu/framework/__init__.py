"""The framework: what was agreed. Tables in `data/`, read once into frozen records."""

from biosetu.framework.records import Centre, Coverage, Element, GlobalTarget, Indicator, Party
from biosetu.framework.tables import centres, coverage, elements, find_party, indicators, parties, targets

__all__ = [
    "Centre",
    "Coverage",
    "Element",
    "GlobalTarget",
    "Indicator",
    "Party",
    "centres",
    "coverage",
    "elements",
    "find_party",
    "indicators",
    "parties",
    "targets",
]
