"""What does not concern a Party: proposed `notRelevant`, with its reason; the Party may overrule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from biosetu.framework.records import Party, Relevance
from biosetu.framework.tables import context_facts, relevance

KINDS = ("indicator", "question", "choice", "realm", "functional-group")


def _no_mangroves(party: Party) -> bool:
    units = context_facts()[party.iso3].get("mangrove_units")
    return units is not None and units.value == 0


CONDITIONS: Mapping[str, Callable[[Party], bool]] = {
    "landlocked": lambda party: party.landlocked,
    "no_coast": lambda party: party.coast == "none",
    "no_mangroves": _no_mangroves,
}


def not_relevant(party: Party, subject: str, kind: str = "indicator") -> Relevance | None:
    """Return why `subject` does not concern `party`, or None where it may.

    `subject` is an indicator's code, or with `kind` a realm (`M`), a functional group (`MFT1.2`), a binary question
    (`1_1_c`) or one of its choices (`1_2:forCostalMarinePlanning`). What is not relevant stays out of every ranking
    and count until the Party says otherwise.
    """
    return next((row for row in not_relevant_to(party) if (row.kind, row.subject) == (kind, subject)), None)


def not_relevant_to(party: Party) -> tuple[Relevance, ...]:
    """Return all that does not concern a Party."""
    return tuple(row for row in relevance() if CONDITIONS[row.condition](party))
