"""The IUCN Global Ecosystem Typology: functional groups, biomes, realms; which are natural; suggestions by name."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

BETWEEN_WORDS = r"[\s\d_.,;:()\[\]/|&'’+*،؛–—-]+"
ARABIC_PREFIX = r"^(?:وال|بال|لل|ال|و)"
SAME_LETTERS = str.maketrans({"ة": "ه", "ى": "ي", "ـ": None})
SMALL_WORDS = frozenset(["and", "of", "the", "with", "in", "on", "to", "or", "a"])


@dataclass(frozen=True, slots=True)
class FunctionalGroup:
    """One ecosystem functional group (level 3). `reporting_label` is how the CBD's reporting tool prints it."""

    code: str
    name: str
    biome_code: str
    biome: str
    realm: str
    natural: bool
    reporting_label: str
    reporting_biome: str


@cache
def functional_groups() -> Mapping[str, FunctionalGroup]:
    """Return the 110 functional groups by code (Keith et al. 2022, doi:10.1038/s41586-022-05318-4, version 2.1)."""
    text = (files("biosetu.ecosystems") / "data" / "typology.csv").read_text(encoding="utf-8")
    groups = (
        FunctionalGroup(
            **{name: row[name] for name in ("code", "name", "biome_code", "biome", "realm")},
            natural=row["natural"] == "yes",
            reporting_label=row["reporting_label"],
            reporting_biome=row["reporting_biome"],
        )
        for row in csv.DictReader(text.splitlines())
    )
    return MappingProxyType({group.code: group for group in groups})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A functional group that a class may belong to, with a score from 0 to 1 and the words that say so.

    A suggestion is not a mapping until a person confirms it.
    """

    code: str
    score: float
    reason: str


def suggest_groups(name: str, count: int = 3) -> list[Suggestion]:
    """Suggest functional groups for a class by the words they share, rarer words weighing more."""
    words = _words(name)
    frequency = _word_counts()
    found = []
    for group in functional_groups().values():
        own = _group_words(group)
        shared = words & own
        if shared:
            weight = sum(1 / frequency[word] for word in shared)
            total = weight + 0.2 * len(words - own)
            found.append(Suggestion(group.code, round(weight / total, 3), ", ".join(sorted(shared))))
    return sorted(found, key=lambda each: (-each.score, each.code))[:count]


def _group_words(group: FunctionalGroup) -> frozenset[str]:
    return _words(f"{group.name} {group.biome} {_other_words().get(group.code, '')}")


@cache
def _other_words() -> Mapping[str, str]:
    """Return words by which maps call a group though its name does not have them (`data/typology_words.csv`)."""
    text = (files("biosetu.ecosystems") / "data" / "typology_words.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["code"]: row["words"] for row in csv.DictReader(text.splitlines())})


@cache
def _word_counts() -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for group in functional_groups().values():
        for word in _group_words(group):
            counts[word] = counts.get(word, 0) + 1
    return counts


def _words(text: str) -> frozenset[str]:
    """Return the words of a name, accents left out; of other languages those that `typology_terms.csv` translates."""
    found: set[str] = set()
    for word in re.split(BETWEEN_WORDS, _plain(text)):
        if word.isascii():
            found |= {word.removesuffix("s")} if word and word not in SMALL_WORDS else set()
        else:
            found |= _terms().get(word) or _terms().get(re.sub(ARABIC_PREFIX, "", word), frozenset())
    return frozenset(found)


def _plain(text: str) -> str:
    """Return a text without case, accents, vowel points and the letter forms that Arabic writes interchangeably."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(SAME_LETTERS)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@cache
def _terms() -> Mapping[str, frozenset[str]]:
    text = (files("biosetu.ecosystems") / "data" / "typology_terms.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {_plain(row["term"]): frozenset(row["words"].split()) for row in csv.DictReader(text.splitlines())}
    )


def understood(name: str) -> bool:
    """Return whether any word of a name can be read: others get no suggestion, whatever they mean."""
    return bool(_words(name))
