"""Alignment: what a Party promised, how that meets the framework, and the gaps."""

from biosetu.alignment.comparison import Imported, merged, preview
from biosetu.alignment.national import (
    Action,
    ActionStatus,
    Aligned,
    Decision,
    Declared,
    Degree,
    Means,
    NationalTarget,
    NotCovered,
    Promises,
    Quantity,
    QuantityDecision,
    Strategy,
    StrategyStatus,
    Suggested,
    Verdict,
)
from biosetu.alignment.quantities import find_quantities
from biosetu.alignment.store import PromiseFolder, PromiseStore

__all__ = [
    "Action",
    "ActionStatus",
    "Aligned",
    "Decision",
    "Declared",
    "Degree",
    "Imported",
    "Means",
    "NationalTarget",
    "NotCovered",
    "PromiseFolder",
    "PromiseStore",
    "Promises",
    "Quantity",
    "QuantityDecision",
    "Strategy",
    "StrategyStatus",
    "Suggested",
    "Verdict",
    "find_quantities",
    "merged",
    "preview",
]
