"""Where to act next: plans that meet targets at least cost, with proof of how good they are."""

from biosetu.planning.evaluation import evaluate
from biosetu.planning.feasibility import impossible
from biosetu.planning.importance import predicted_irreplaceability, rarity_weighted_richness, replacement_cost
from biosetu.planning.records import (
    Boundary,
    Evaluation,
    Objective,
    Plan,
    PlanningProblem,
    relative_gap,
)
from biosetu.planning.solve import solve
from biosetu.planning.transboundary import Comparison, NationalTarget, compare_alone, with_national_targets
from biosetu.planning.units import Units, make_units, overlaps, polygon_boundary
from biosetu.planning.words import in_words

__all__ = [
    "Boundary",
    "Comparison",
    "Evaluation",
    "NationalTarget",
    "Objective",
    "Plan",
    "PlanningProblem",
    "Units",
    "compare_alone",
    "evaluate",
    "impossible",
    "in_words",
    "make_units",
    "overlaps",
    "polygon_boundary",
    "predicted_irreplaceability",
    "rarity_weighted_richness",
    "relative_gap",
    "replacement_cost",
    "solve",
    "with_national_targets",
]
