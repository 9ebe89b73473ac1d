"""What helps with a gap or a request: solutions, guidance, answers and open calls, scored as providers are.

An entry is read as a provider: its codes, languages and Parties, and its words as its record of work. Availability and
earlier results say nothing of a text and are left out of the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biosetu.cooperation.explaining import Gettext, reasons
from biosetu.cooperation.match import fit, weigh
from biosetu.cooperation.records import Provider, Request

USED = ("expertise", "text", "language", "region")
LEAST = 0.1
ROOM = "has room for {free} more"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One entry suggested: its place in the list given, its score (0–1), and why."""

    index: int
    score: float
    reasons: tuple[str, ...]


def suggest(
    request: Request, entries: Sequence[Provider], *, most: int = 3, centre: str = "", gettext: Gettext = str
) -> tuple[Suggestion, ...]:
    """Return the entries that fit a request or a gap best, at most `most`, none below a score of 0.1."""
    if not entries:
        return ()
    matched = fit([request], entries, 0, centre=centre)
    used = tuple(component for component in matched.components if component.name in USED)
    total = weigh({name: matched.parts[name] for name in USED}, used, (1, len(entries)))[0]
    names = np.array([item.provider for item in entries], dtype=np.str_)
    best = [int(place) for place in np.lexsort((names, -total))[:most] if total[place] >= LEAST]
    free = gettext(ROOM).format(free=1)
    return tuple(
        Suggestion(
            place,
            float(total[place]),
            tuple(text for text in reasons(matched, 0, place, gettext) if text != free),
        )
        for place in best
    )
