"""Setuland (XXA): a complete fictional Party, so that the whole product shows while real Parties stay honest."""

from biosetu.sources.setuland.tables import PARTY, capacity, kinds, observations, own, promises, statements, strategies

__all__ = ["PARTY", "capacity", "kinds", "observations", "own", "promises", "statements", "strategies"]
