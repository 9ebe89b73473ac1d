"""Where to act next: plans that meet targets at least cost, with proof of how good they are."""

from biosetu.planning.choice import Choice, CostBasis, Wanted, choice_faults, chosen, national_targets
from biosetu.planning.evaluation import evaluate
from biosetu.planning.feasibility import Barrier, Unreachable, barriers
from biosetu.planning.importance import predicted_irreplaceability, rarity_weighted_richness, replacement_cost
from biosetu.planning.next_area import NextArea, Protection, next_area, protection_of
from biosetu.planning.records import (
    Boundary,
    Evaluation,
    Objective,
    Plan,
    PlanningProblem,
    relative_gap,
)
from biosetu.planning.solve import Moment, solve
from biosetu.planning.transboundary import Comparison, NationalTarget, compare_alone, with_national_targets
from biosetu.planning.units import Units, divided, make_units, overlaps, polygon_boundary
from biosetu.planning.words import Standing, barrier_said, in_words, said, standing

__all__ = [
    "Barrier",
    "Boundary",
    "Choice",
    "Comparison",
    "CostBasis",
    "Evaluation",
    "Moment",
    "NationalTarget",
    "NextArea",
    "Objective",
    "Plan",
    "PlanningProblem",
    "Protection",
    "Standing",
    "Units",
    "Unreachable",
    "Wanted",
    "barrier_said",
    "barriers",
    "choice_faults",
    "chosen",
    "compare_alone",
    "divided",
    "evaluate",
    "in_words",
    "make_units",
    "national_targets",
    "next_area",
    "overlaps",
    "polygon_boundary",
    "predicted_irreplaceability",
    "protection_of",
    "rarity_weighted_richness",
    "relative_gap",
    "replacement_cost",
    "said",
    "solve",
    "standing",
    "with_national_targets",
]
