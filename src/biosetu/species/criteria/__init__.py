"""IUCN Red List Categories and Criteria 3.1: inputs, evaluation under uncertainty, words, regional adjustment."""

from biosetu.species.criteria.assess import Method, assess
from biosetu.species.criteria.evaluation import CATEGORIES, Evaluation, evaluate
from biosetu.species.criteria.generation import (
    generation_from_life_table,
    generation_from_mortality,
    generation_from_reproductive_span,
)
from biosetu.species.criteria.inputs import Inputs, read_inputs, template
from biosetu.species.criteria.reduction import (
    moving_reduction,
    pooled_reduction,
    reduction_exponential,
    reduction_linear,
    window_years,
)
from biosetu.species.criteria.regional import Adjusted, adjust, decide

__all__ = [
    "CATEGORIES",
    "Adjusted",
    "Evaluation",
    "Inputs",
    "Method",
    "adjust",
    "assess",
    "decide",
    "evaluate",
    "generation_from_life_table",
    "generation_from_mortality",
    "generation_from_reproductive_span",
    "moving_reduction",
    "pooled_reduction",
    "read_inputs",
    "reduction_exponential",
    "reduction_linear",
    "template",
    "window_years",
]
