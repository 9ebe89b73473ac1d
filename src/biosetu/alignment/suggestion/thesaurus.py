"""The curated thesaurus of the framework's vocabulary, and where its terms stand in a text."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from biosetu.alignment.suggestion.words import UNSPACED, Word, words_of
from biosetu.observations.packaged import packaged_rows

GAP = 2
ANY = "en"


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of one language that points to a global target. `weight`: 1 weak, 2 usual, 3 strong."""

    target: str
    language: str
    text: str
    weight: int
    stems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """A term found in a text: the places of its words there."""

    term: Term
    places: tuple[int, ...]


class Thesaurus:
    """The terms, ready to be found in texts."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(
            Term(t.target, t.language, t.text, t.weight, tuple(word.stem for word in words_of(t.text, t.language)))
            for t in terms
        )
        self._by_stem: dict[tuple[str, str], list[Term]] = defaultdict(list)
        targets: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
        for term in self.terms:
            if term.stems:
                self._by_stem[(term.language, term.stems[0])].append(term)
                targets[(term.language, term.stems)].add(term.target)
        self._shared = {key: len(found) for key, found in targets.items()}
        self._targets = max(1, len({term.target for term in self.terms}))

    def specificity(self, term: Term) -> float:
        """Return how much a term tells: 1 where it points to one target only, less where to several."""
        shared = self._shared.get((term.language, term.stems), 1)
        return math.log(1 + self._targets / shared) / math.log(1 + self._targets)

    def find(self, words: Sequence[Word], language: str) -> list[Usage]:
        """Return where the terms of a language stand in a text; a phrase may be broken by two other words."""
        places: dict[str, list[int]] = defaultdict(list)
        for at, word in enumerate(words):
            places[word.stem].append(at)
        found = []
        for stem in places:
            for term in self._by_stem.get((language, stem), ()):
                spot = _spot(term.stems, places, 0 if language in UNSPACED else GAP)
                if spot:
                    found.append(Usage(term, spot))
        return found

    def texts(self, target: str, language: str) -> list[str]:
        """Return the terms of one target in one language."""
        return [term.text for term in self.terms if term.target == target and term.language == language]


def _spot(stems: tuple[str, ...], places: dict[str, list[int]], gap: int) -> tuple[int, ...]:
    """Return the first places where all stems stand together, in any order; in order where no gap is allowed."""
    for first in places[stems[0]]:
        spot = _around(stems, places, first, gap) if gap else _in_row(stems, places, first)
        if spot:
            return spot
    return ()


def _in_row(stems: tuple[str, ...], places: dict[str, list[int]], first: int) -> tuple[int, ...]:
    row = tuple(range(first, first + len(stems)))
    return row if all(at in places.get(stem, ()) for stem, at in zip(stems, row, strict=True)) else ()


def _around(stems: tuple[str, ...], places: dict[str, list[int]], first: int, gap: int) -> tuple[int, ...]:
    reach = len(stems) - 1 + gap
    spot = [first]
    for stem in stems[1:]:
        near = [at for at in places.get(stem, ()) if abs(at - first) <= reach and at not in spot]
        if not near:
            return ()
        spot.append(min(near, key=lambda at: abs(at - first)))
    return tuple(sorted(spot)) if max(spot) - min(spot) <= reach else ()


@cache
def thesaurus() -> Thesaurus:
    """Return the thesaurus of the package (`data/thesaurus.csv`)."""
    rows = packaged_rows("biosetu.alignment", "thesaurus")
    return Thesaurus(Term(row["target"], row["language"], row["term"], int(row["weight"])) for row in rows)
