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
    """Return the ISO 639-1 code of the language of a text, or nothing where its script and words leave it open.

    A letter that but one language of a script has tells it (Urdu, Kazakh, Kyrgyz …); a text of such a language that
    happens to hold none of them may be taken for the commonest one.
    """
    script = script_of(text)
    letters = Counter(text.casefold())
    for language, own in _own_letters(script).items():
        if any(letters[letter] for letter in own):
            return language
    if script == "ARABIC":
        return _arabic(text, letters)
    if script == "CYRILLIC":
        return _cyrillic(text, letters)
    if script == "LATIN" and _count(letters, "vi") >= 2:
        return "vi"
    if script == "DEVANAGARI":
        return _by_words(text, ("ne", "hi"))
    if script == "LATIN":
        return _by_words(text, ("en", "id", "fr", "es"))
    return _languages_of_scripts().get(script, "")


@cache
def _own_letters(script: str) -> Mapping[str, str]:
    """Return by language of a script the letters that no other one has, in the order in which they are looked for."""
    found: dict[str, str] = {}
    for row in packaged_rows("biosetu.alignment", "language_signs"):
        if row["kind"] == "own" and script in unicodedata.name(row["sign"][0], "").split(" ")[:1]:
            found[row["language"]] = found.get(row["language"], "") + row["sign"]
    return found


def _cyrillic(text: str, letters: Counter[str]) -> str:
    """Return Mongolian where its letters, words or endings show it, else Russian."""
    words = text.casefold().split()
    endings = tuple(_signs("ending")["mn"])
    own = sum(word in _signs("word")["mn"] or word.strip(".,;:()").endswith(endings) for word in words)
    other = sum(word in _signs("word")["ru"] for word in words)
    return "mn" if _count(letters, "mn") or own > other else "ru"


def script_of(text: str) -> str:
    """Return the name of the script of most letters (`LATIN`, `ARABIC` …), or nothing without letters."""
    counts = Counter(unicodedata.name(mark, "?").split(" ")[0] for mark in text if mark.isalpha())
    return counts.most_common(1)[0][0] if counts else ""


def decimal_comma(language: str) -> bool:
    """Return whether a language writes a comma before decimals, and thousands with points."""
    return language in _signs("decimal")


def _count(letters: Counter[str], language: str) -> int:
    return sum(letters[letter] for letter in _signs("letters")[language])


def _arabic(text: str, letters: Counter[str]) -> str:
    """Return Persian where its letters, digits and words outweigh those of Arabic."""
    words = [word.strip(".,;:()،؛؟") for word in text.split()]
    scores = {
        name: _count(letters, name) + sum(word in _signs("word")[name] for word in words) for name in ("ar", "fa")
    }
    return "fa" if scores["fa"] > scores["ar"] else "ar"


def _by_words(text: str, languages: tuple[str, ...]) -> str:
    words = text.casefold().replace("।", " ").split()
    words = [word.strip(".,;:()") for word in words]
    endings = tuple(_signs("word")["ne"] - {"र"}) if "ne" in languages else ()
    scores = {name: sum(word in _signs("word")[name] for word in words) for name in languages}
    if endings:
        scores["ne"] += sum(word.endswith(endings) and word not in _signs("word")["hi"] for word in words)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] and list(scores.values()).count(scores[best]) == 1 else ""
