"""What the Party itself says is missing."""

from __future__ import annotations

from collections.abc import Iterator

from biosetu.alignment.gaps.records import Facts, Gap
from biosetu.observations.sentences import Sentence
from biosetu.translation import N_

SAYS = N_("The Party says: {said}")
CLOSES = N_("What the Party asks for: {asked}")
ASK = N_("To be agreed with the Party: it names no remedy.")


def find(facts: Facts) -> Iterator[Gap]:
    """Return one gap per statement, in the Party's own words."""
    for item in facts.own.missing:
        asked = Sentence("declared-asks", CLOSES, {"asked": item.closes})
        yield Gap(
            id=f"declared:{item.id}",
            party=facts.party,
            kind="declared",
            target=item.target,
            says=Sentence("declared", SAYS, {"said": item.text}),
            closes=asked if item.closes else Sentence("declared-open", ASK),
            source=item.source,
            year=item.year,
        )
