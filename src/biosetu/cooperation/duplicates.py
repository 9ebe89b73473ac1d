"""The same request, asked twice or elsewhere: found by its words and its codes, shown to a person, never merged.

Among many requests the few worth comparing are found by their marks: for each of 24 orders of all words, the first word
of the text in that order. Two texts share a mark with the likelihood of their common share of words (min-wise hashing,
Broder 1997, doi:10.1109/SEQUEN.1997.666900), so that marks in an index stand in for reading every text again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from biosetu.cooperation.records import CODE_FIELDS, Request
from biosetu.cooperation.similarity import read_works, similarity, terms

ALIKE = 0.5
MARKS = 24
KEPT_BITS = 58  # of each mark; the number of its order stands above them


def marks(text: str) -> tuple[int, ...]:
    """Return the 24 marks of a text, as whole numbers below 2^63; none for a text without words."""
    words = sorted(set(terms(text)))
    if not words:
        return ()
    hashed = np.array([_hash(word) for word in words], dtype=np.uint64)
    with np.errstate(over="ignore"):
        mixed = hashed[None, :] * _orders()[:, None]
        mixed ^= mixed >> np.uint64(32)
        first = (mixed * _orders()[::-1, None]).min(axis=1) >> np.uint64(64 - KEPT_BITS)
    return tuple(order << KEPT_BITS | int(mark) for order, mark in enumerate(first))


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")


@cache
def _orders() -> NDArray[np.uint64]:
    return np.array([_hash(f"order {number}") | 1 for number in range(MARKS)], dtype=np.uint64)


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
