"""Peers: Parties in similar conditions. Likeness says who is worth asking; it ranks nobody's performance.

Each fact gives a likeness from 0 to 1; their weighted mean (data/peer_weights.csv) is the likeness of two Parties.
Facts that either side lacks are left out and their weight shared by the others. Kinds of facts: `same` (equal or not),
`share` (languages in common over those of the Party with fewer), `order` (steps between income groups), `percent`
(difference in percentage points), `number` (ratio of the smaller to the larger on a logarithmic scale of three powers
of ten).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from biosetu.framework import context_facts, parties
from biosetu.translation import N_, Said, say

INCOME = ("low income", "lower middle income", "upper middle income", "high income")
POWERS = 3.0
ALIKE = 0.75
FEWEST_FACTS = 3
ASKED = 40
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact that is compared: how, and with which weight."""

    fact: str
    weight: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a Party is (0–1), the labels of what is alike (weightiest first), and over how many facts."""

    party: str
    likeness: float
    alike: tuple[str, ...]
    facts: int


Fact = str | float | frozenset[str] | None


@cache
def compared() -> tuple[Condition, ...]:
    """Return what is compared, in the order of the table."""
    text = (files("biosetu.cooperation") / "data" / "peer_weights.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Condition(row["fact"], float(row["weight"]), row["kind"], row["label"]) for row in rows)


@cache
def conditions(party: str) -> Mapping[str, Fact]:
    """Return the facts of a Party that are compared; what is not known is None."""
    held = context_facts().get(party, {})
    value = {name: fact.value for name, fact in held.items()}
    land, mountains = value.get("land_area"), value.get("mountain_area")
    return {
        "languages": frozenset(filter(None, held["languages"].text.split(";"))) if "languages" in held else None,
        "income_group": held["income_group"].text if "income_group" in held else None,
        "coast": held["coast"].text if "coast" in held else None,
        "mangrove_units": value.get("mangrove_units"),
        "forest_share": value.get("forest_share"),
        "mountain_share": min(100.0, 100 * mountains / land) if land and mountains is not None else None,
        "land_area": land,
        "population": value.get("population"),
        "subregion": parties()[party].subregion or None,
    }


def _share(one: Fact, other: Fact) -> float:
    if not isinstance(one, frozenset) or not isinstance(other, frozenset) or not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))


def _order(one: Fact, other: Fact) -> float:
    if one not in INCOME or other not in INCOME:
        return 0.0
    return 1 - abs(INCOME.index(str(one)) - INCOME.index(str(other))) / (len(INCOME) - 1)


def _percent(one: Fact, other: Fact) -> float:
    return 1 - min(1.0, abs(_number(one) - _number(other)) / 100)


def _ratio(one: Fact, other: Fact) -> float:
    if (_number(one) == 0) != (_number(other) == 0):
        return 0.0  # to have some and to have none is no likeness
    small, large = sorted((1 + _number(one), 1 + _number(other)))
    return max(0.0, 1 - math.log10(large / small) / POWERS)


def _number(value: Fact) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


MEASURES: Mapping[str, Callable[[Fact, Fact], float]] = {
    "same": lambda one, other: float(one == other),
    "share": _share,
    "order": _order,
    "percent": _percent,
    "number": _ratio,
}


def likeness(one: str, other: str) -> Likeness | None:
    """Return how alike the conditions of `other` are to those of `one`; None where fewer than three facts are known."""
    mine, theirs = conditions(one), conditions(other)
    known = [row for row in compared() if mine[row.fact] is not None and theirs[row.fact] is not None]
    if len(known) < FEWEST_FACTS:
        return None
    scores = {row.fact: MEASURES[row.kind](mine[row.fact], theirs[row.fact]) for row in known}
    total = sum(row.weight * scores[row.fact] for row in known) / sum(row.weight for row in known)
    close = sorted((row for row in known if scores[row.fact] >= ALIKE), key=lambda row: -row.weight)
    return Likeness(other, total, tuple(row.label for row in close), len(known))


def most_alike(party: str, most: int) -> tuple[Likeness, ...]:
    """Return the Parties most alike to one, the most alike first; the fictional Party is nobody's peer."""
    return _ranked(party)[:most]


def looked_at(party: str) -> int:
    """Return among how many Parties peers of one are looked for: the most alike, or none where its conditions are not
    known.
    """
    return len(most_alike(party, ASKED))


def why_few(party: str, found: Mapping[str, int], most: int = SHOWN) -> tuple[Said, ...]:
    """Return how many peers there are where there are fewer than `most`, and why no more: a sentence for each number.

    found: how many peers there are for each target that was asked about.
    """
    among = looked_at(party)
    if not among:
        return (unknown_conditions(),) if found else ()
    few = sorted({many for many in found.values() if many < most})
    return tuple(_fewer([target for target, held in found.items() if held == many], many, among) for many in few)


def unknown_conditions() -> Said:
    """Return the sentence for a Party that cannot be compared."""
    return say(
        N_("Too little is known here of its conditions to say which Parties are similar, so no peers are named.")
    )


def _fewer(targets: list[str], many: int, among: int) -> Said:
    return say(
        N_(
            "Goal or target {targets}: {many} of the {among} Parties in the most similar conditions moved on it or "
            "measured it, in what is loaded here; no others are named."
        ),
        targets=tuple(targets),
        many=many,
        among=among,
    )


@cache
def _ranked(party: str) -> tuple[Likeness, ...]:
    found = (likeness(party, code) for code, row in parties().items() if code != party and not row.fictional)
    return tuple(sorted((item for item in found if item is not None), key=lambda item: (-item.likeness, item.party)))
