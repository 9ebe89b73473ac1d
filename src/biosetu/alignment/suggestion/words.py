"""Text as words that can be compared: one spelling, stems, parts of words; each word keeps its place in the text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Protocol

import snowballstemmer

from biosetu.observations.packaged import packaged_rows

STEMMERS = {
    "ar": "arabic",
    "en": "english",
    "es": "spanish",
    "fa": "persian",
    "fr": "french",
    "hi": "hindi",
    "hy": "armenian",
    "id": "indonesian",
    "ne": "nepali",
    "pt": "portuguese",
    "ru": "russian",
    "ta": "tamil",
    "tr": "turkish",
}
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})
# letters with the marks within words: vowels of Arabic, of scripts of India and Thai; accents that stand by themselves
WORD = re.compile(
    r"[^\W_]+(?:[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u097f\u0980-\u0dff\u0e00-\u0eff]+[^\W_]*)*|[+%]"
)
# a letter with the marks that stand over and under it (vowels and tones of Thai, Lao, Khmer, Burmese)
SIGN = re.compile(
    r"[^\W_][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3]*"
)
SIGNS_A_WORD = {"zh": 2, "ja": 2, "th": 4, "lo": 4, "km": 4, "my": 4}
ARABIC_FORMS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ي": "ي", "ى": "ي", "ی": "ي", "ک": "ك", "ۀ": "ه"})
MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
PREFIXES = re.compile("^(?:وال|بال|كال|فال|ولل|لل|ال)(?=.{2,})|^[وفبكل](?=ال)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: its stem, and where it stands."""

    stem: str
    start: int
    end: int


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


def normalised(text: str) -> str:
    """Return a text in one spelling and case, of the same length wherever possible."""
    return text.replace("\u200c", " ").replace("’", "'").casefold().translate(ARABIC_FORMS)


@cache
def _stemmer(language: str) -> _Stemmer | None:
    name = STEMMERS.get(language)
    return snowballstemmer.stemmer(name) if name else None


@cache
def _stopwords(language: str) -> frozenset[str]:
    rows = packaged_rows("biosetu.alignment", "stopwords")
    return frozenset(_bare(normalised(row["word"])) for row in rows if row["language"] == language)


def _bare(word: str) -> str:
    """Return a word without vowel signs of Arabic and with accents in one piece with their letters."""
    return unicodedata.normalize("NFC", MARKS.sub("", word))


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """Return the stem of one normalised word."""
    if language == "ar":
        word = PREFIXES.sub("", word)
    stemmer = _stemmer(language)
    return word if stemmer is None else str(stemmer.stemWord(word))


def words_of(text: str, language: str) -> list[Word]:
    """Return the words of a text, function words left out. Unspaced scripts give a sign a word."""
    plain = normalised(text)
    if language in UNSPACED:
        return [Word(sign[0], sign.start(), sign.end()) for sign in SIGN.finditer(plain)]
    stop = _stopwords(language)
    found = [(_bare(match[0]), match.start(), match.end()) for match in WORD.finditer(plain)]
    if language == "en":
        found = [entry for entry in found if len(entry[0]) > 1]
    return [Word(stem(word, language), start, end) for word, start, end in found if word not in stop]


def features_of(text: str, language: str) -> tuple[list[str], list[str]]:
    """Return stems and character n-grams: pairs of signs where words are not spaced, else parts of four letters."""
    words = words_of(text, language)
    if language in UNSPACED:
        pairs = [a.stem + b.stem for a, b in pairwise(words) if b.start == a.end]
        return pairs, []
    grams = [part for word in words for part in parts_of(word.stem)]
    return [word.stem for word in words], grams


def parts_of(word: str, size: int = 4) -> list[str]:
    """Return the parts of a word, each of so many letters."""
    padded = f"_{word}_"
    return [padded[at : at + size] for at in range(max(1, len(padded) - size + 1))]
