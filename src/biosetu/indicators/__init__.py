"""Indicators: which method computes which indicator, and how results become Observations."""

from biosetu.indicators.conversion import IndicatorMethod, Provenance
from biosetu.indicators.registry import method, method_of, names

__all__ = ["IndicatorMethod", "Provenance", "method", "method_of", "names"]
