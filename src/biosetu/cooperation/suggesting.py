"""What helps with a gap or a request: solutions, guidance, answers and open calls, scored as providers are.

An entry is read as a provider: its codes, languages and Parties, and its words as its record of work. Availability and
earlier results say nothing of a text and are left out of the mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biosetu.cooperation.explaining import ENGLISH, reasons_by_part
from biosetu.cooperation.match import Component, Fit, components, fit, weigh
from biosetu.cooperation.records import Provider, Request
from biosetu.cooperation.similarity import Works
from biosetu.translation import Voice

USED = ("expertise", "text", "language", "region")
LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One entry suggested: its place in the list given, its score (0–1), and why."""

    index: int
    score: float
    reasons: tuple[str, ...]


def suggest_each(
    requests: Sequence[Request],
    entries: Sequence[Provider],
    *,
    most: int = 3,
    voice: Voice = ENGLISH,
    works: Works | None = None,
    weights: Sequence[Component] | None = None,
) -> tuple[tuple[Suggestion, ...], ...]:
    """Return for each request or gap the entries that fit best, at most `most`, none below a score of 0.1.

    All are scored at once. An entry that a conflict bars is not suggested. `works` and `weights` as in `fit`; weights
    that leave nothing of the parts used here give way to the default.
    """
    if not entries:
        return ((),) * len(requests)
    used = tuple(one for one in weights or () if one.name in USED and one.weight > 0) or components()
    matched = fit(requests, entries, 0, works=works, weights=used)
    used = tuple(component for component in used if component.name in USED)
    total = weigh({name: matched.parts[name] for name in USED}, used, (len(requests), len(entries)))
    total[matched.excluded] = 0.0
    names = np.array([item.provider for item in entries], dtype=np.str_)
    return tuple(tuple(_best(matched, row, total[row], names, most, voice)) for row in range(len(requests)))


def _best(
    matched: Fit, row: int, total: NDArray[np.float64], names: NDArray[np.str_], most: int, voice: Voice
) -> Iterator[Suggestion]:
    near = np.flatnonzero(total >= LEAST)
    for place in near[np.lexsort((names[near], -total[near]))[:most]]:
        said = (reason for name, reason in reasons_by_part(matched, row, int(place), voice) if name in USED)
        yield Suggestion(int(place), float(total[place]), tuple(said))
