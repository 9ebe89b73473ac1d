"""Which language a text is in, told by its script and its commonest words; empty where that is not certain."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

from biosetu.observations.packaged import packaged_rows


@cache
def _signs(kind: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in packaged_rows("biosetu.alignment", "language_signs"):
        if row["kind"] == kind:
            found[row["language"]].update({row["sign"]} if kind != "letters" else set(row["sign"]))
    return {language: frozenset(signs) for language, signs in found.items()}


@cache
def _languages_of_scripts() -> Mapping[str, str]:
    return {sign: language for language, signs in _signs("script").items() for sign in signs}


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of the language of a text, or nothing where its script and words leave it open."""
    script = script_of(text)
    letters = Counter(text.casefold())
    if script == "ARABIC":
        return _by_letters(letters, "ar", "fa")
    if script == "CYRILLIC" and _count(letters, "mn"):
        return "mn"
    if script == "LATIN" and _count(letters, "vi") >= 2:
        return "vi"
    if script == "DEVANAGARI":
        return _by_words(text, ("ne", "hi"))
    if script == "LATIN":
        return _by_words(text, ("en", "id", "fr", "es"))
    return _languages_of_scripts().get(script, "")


def script_of(text: str) -> str:
    """Return the name of the script of most letters (`LATIN`, `ARABIC` …), or nothing without letters."""
    counts = Counter(unicodedata.name(mark, "?").split(" ")[0] for mark in text if mark.isalpha())
    return counts.most_common(1)[0][0] if counts else ""


def _count(letters: Counter[str], language: str) -> int:
    return sum(letters[letter] for letter in _signs("letters")[language])


def _by_letters(letters: Counter[str], first: str, second: str) -> str:
    return second if _count(letters, second) > _count(letters, first) else first


def _by_words(text: str, languages: tuple[str, ...]) -> str:
    words = text.casefold().replace("।", " ").split()
    words = [word.strip(".,;:()") for word in words]
    endings = tuple(_signs("word")["ne"] - {"र"}) if "ne" in languages else ()
    scores = {name: sum(word in _signs("word")[name] for word in words) for name in languages}
    if endings:
        scores["ne"] += sum(word.endswith(endings) and word not in _signs("word")["hi"] for word in words)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] and list(scores.values()).count(scores[best]) == 1 else ""
