"""The same request, asked twice or elsewhere: found by its words and its codes, shown to a person, never merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from biosetu.cooperation.records import CODE_FIELDS, Request
from biosetu.cooperation.similarity import read_works, similarity

ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """That a request resembles another: how close their words are (0–1), which codes they share, whether the Party is
    one.
    """

    request: str
    closeness: float
    shared: tuple[str, ...]
    same_party: bool


def alike(request: Request, others: Sequence[Request], *, least: float = ALIKE) -> tuple[Likeness, ...]:
    """Return the others that resemble `request` by at least `least`, the closest first."""
    works = read_works([[f"{other.title} {other.text}"] for other in others])
    near = similarity([f"{request.title} {request.text}"], works)
    found = [
        Likeness(other.request, float(close), _shared(request, other), other.party == request.party)
        for other, close in zip(others, near[0] if len(others) else (), strict=True)
        if close >= least and other.request != request.request
    ]
    return tuple(sorted(found, key=lambda likeness: (-likeness.closeness, likeness.request)))


def _shared(one: Request, other: Request) -> tuple[str, ...]:
    return tuple(
        f"{field}:{code}" for field in CODE_FIELDS for code in getattr(one, field) if code in getattr(other, field)
    )
