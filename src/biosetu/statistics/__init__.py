"""What species, ecosystems and indicators share: index weights, exact and drawn limits."""

from biosetu.statistics.draws import bootstrap_index, draw_limits, generator
from biosetu.statistics.index import deficient_limits, grouped_index, index_value, index_weights

__all__ = [
    "bootstrap_index",
    "deficient_limits",
    "draw_limits",
    "generator",
    "grouped_index",
    "index_value",
    "index_weights",
]
