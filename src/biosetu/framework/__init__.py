"""The framework: what was agreed. Tables in `data/`, read once into frozen records."""

from biosetu.framework.conditions import not_relevant, not_relevant_to
from biosetu.framework.lookup import find_centre, find_party
from biosetu.framework.records import (
    Centre,
    ContextFact,
    Coverage,
    Cycle,
    Disaggregation,
    Element,
    GlobalTarget,
    Indicator,
    Party,
    Relevance,
)
from biosetu.framework.tables import (
    centres,
    context_facts,
    coverage,
    coverage_of,
    cycles,
    disaggregations,
    elements,
    indicators,
    parties,
    relevance,
    targets,
)

__all__ = [
    "Centre",
    "ContextFact",
    "Coverage",
    "Cycle",
    "Disaggregation",
    "Element",
    "GlobalTarget",
    "Indicator",
    "Party",
    "Relevance",
    "centres",
    "context_facts",
    "coverage",
    "coverage_of",
    "cycles",
    "disaggregations",
    "elements",
    "find_centre",
    "find_party",
    "indicators",
    "not_relevant",
    "not_relevant_to",
    "parties",
    "relevance",
    "targets",
]
