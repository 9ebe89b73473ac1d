"""STAR, species threat abatement and restoration: what ending a threat in a place would do for extinction risk.

`START(t, i) = Σ_s P(s, i) · W(s) · C(s, t)` with the share P of a species' area of habitat in place i, the weight W of
its category and the share C of the threat in its expected decline; restoration takes the share of habitat that could
be restored instead, times a multiplier. Each species adds exactly its weight, so that scores add up over places and
threats.

Reference: Mair et al. 2021, doi:10.1038/s41559-021-01432-0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from biosetu.species.tables import rows

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
GONE = "past, unlikely to return"
NO_THREAT = "none"
MOST_WAITING = 500_000
_PERCENT = re.compile(r"\(.*?\)")


@dataclass(frozen=True, slots=True)
class Threat:
    """One threat to one species, in the words of the IUCN export (scope, severity, timing; empty is unknown)."""

    code: str
    scope: str = ""
    severity: str = ""
    timing: str = ""


@cache
def _table(name: str) -> dict[tuple[str, str], str]:
    found = (row for row in rows("star_weights.csv") if row["table"] == name)
    return {(row["row"], row["column"]): row["value"] for row in found}


def category_weight(category: str) -> float:
    """Return the weight of a category: NT 100 … CR 400 (its tags included), 0 for all others."""
    return float(_table("category").get((category.split("(", maxsplit=1)[0], ""), "0"))


def restoration_multiplier() -> float:
    """Return the multiplier of restorable habitat."""
    return float(_table("restoration")["multiplier", ""])


def expected_decline(threat: Threat) -> float:
    """Return the expected decline [%] of a threat by scope and severity; 0 where it is past and unlikely to return."""
    if threat.timing.strip().lower() == GONE:
        return 0.0
    scope = _scope(threat.scope) or _table("default")["scope", ""]
    severity = _severity(threat.severity) or _table("default")["severity", ""]
    return float(_table("threat")[scope, severity])


def _scope(text: str) -> str:
    plain = _PERCENT.sub("", text.lower())
    return next((word for word in ("whole", "majority", "minority") if word in plain), "")


def _severity(text: str) -> str:
    plain = _PERCENT.sub("", text.lower())
    words = (("very rapid", "very rapid"), ("rapid", "rapid"), ("slow", "slow"), ("negligible", "negligible"),
             ("no decline", "none"), ("none", "none"), ("fluctuation", "fluctuations"))  # fmt: skip
    return next((kind for word, kind in words if word in plain), "")


def threat_shares(threats: Iterable[Threat]) -> dict[str, float]:
    """Return the share of each threat code in the expected decline of a species; empty where no decline is expected.

    Shares sum to 1; a code that stands twice is added up.
    """
    sums: dict[str, float] = {}
    for threat in threats:
        decline = expected_decline(threat)
        if decline > 0:
            sums[threat.code] = sums.get(threat.code, 0.0) + decline
    total = sum(sums.values())
    return {code: value / total for code, value in sorted(sums.items())}


@dataclass(slots=True)
class Scores:
    """STAR scores by threat and place, summed as species are added; only places with a score are kept.

    Species without threats of any expected decline go to the threat `none`, so that the total stays the sum of the
    weights. Memory is bounded by the places of each threat, not by the species: what waits to be summed is summed
    once it outgrows what was.
    """

    _pieces: dict[str, list[tuple[Integers, Floats]]] = field(default_factory=dict)
    _waiting: dict[str, int] = field(default_factory=dict)

    def add(
        self, category: str, shares: Mapping[str, float], places: Integers, habitat: Floats, multiplier: float = 1.0
    ) -> None:
        """Add one species.

        Args:
            category: its Red List category.
            shares: share of each threat, as `threat_shares` returns it.
            places: index of each place, shape (n,), each once.
            habitat: its current (or, for restoration, restorable) area of habitat there over its whole current (or
                original) area of habitat, shape (n,); for abatement the shares of all places sum to 1.
            multiplier: 1 for abatement, `restoration_multiplier()` for restoration.
        """
        weight = category_weight(category) * multiplier
        if weight == 0 or places.size == 0:
            return
        for code, share in (shares or {NO_THREAT: 1.0}).items():
            self._put(code, places, habitat * (weight * share))

    def _put(self, code: str, places: Integers, scores: Floats) -> None:
        pieces = self._pieces.setdefault(code, [])
        pieces.append((places, scores))
        waiting = self._waiting.get(code, 0) + places.size
        full = waiting > max(MOST_WAITING, pieces[0][0].size)
        self._pieces[code] = [_summed(pieces)] if full else pieces
        self._waiting[code] = 0 if full else waiting

    def threats(self) -> list[str]:
        """Return the threat codes that have scores."""
        return sorted(self._pieces)

    def by_place(self, threat: str) -> tuple[Integers, Floats]:
        """Return (places, scores) of one threat code itself, places rising."""
        return _summed(self._pieces.get(threat, []))

    def by_region(self, region_of: Integers, regions: int) -> dict[str, Floats]:
        """Return the score of each region by threat, shape (regions,).

        `region_of` gives the region of each place, −1 for none.
        """
        out: dict[str, Floats] = {}
        for threat in self.threats():
            places, scores = self.by_place(threat)
            mine = region_of[places]
            out[threat] = np.bincount(mine[mine >= 0], scores[mine >= 0], regions).astype(np.float64)
        return out

    def overall(self) -> tuple[Integers, Floats]:
        """Return (places, scores) of all threats together, places rising."""
        return _summed([self.by_place(threat) for threat in self.threats()])

    def total(self) -> float:
        """Return the sum over all threats and places."""
        return float(sum(self.by_place(threat)[1].sum() for threat in self.threats()))

    def merged(self, other: Scores) -> Scores:
        """Return the scores of both together, as when species are added in two places."""
        both = Scores()
        for scores in (self, other):
            for code in scores.threats():
                both._put(code, *scores.by_place(code))
        return both


def _summed(pieces: Sequence[tuple[Integers, Floats]]) -> tuple[Integers, Floats]:
    if not pieces:
        return np.empty(0, dtype=np.int64), np.empty(0)
    places, inverse = np.unique(np.concatenate([p for p, _ in pieces]), return_inverse=True)
    summed = np.bincount(inverse, np.concatenate([s for _, s in pieces]), places.size)
    return places, summed.astype(np.float64)
