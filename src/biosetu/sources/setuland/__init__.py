"""Setuland (XXA): a complete fictional Party, so that the whole product shows while real Parties stay honest."""

from biosetu.sources.setuland.tables import PARTY, kinds, observations, own, promises

__all__ = ["PARTY", "kinds", "observations", "own", "promises"]
