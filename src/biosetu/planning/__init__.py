"""Where to act next: plans that meet targets at least cost, with proof of how good they are."""

from biosetu.planning.evaluation import evaluate
from biosetu.planning.feasibility import impossible
from biosetu.planning.records import (
    Boundary,
    Evaluation,
    Objective,
    Plan,
    PlanningProblem,
    relative_gap,
)
from biosetu.planning.solve import solve

__all__ = [
    "Boundary",
    "Evaluation",
    "Objective",
    "Plan",
    "PlanningProblem",
    "evaluate",
    "impossible",
    "relative_gap",
    "solve",
]
