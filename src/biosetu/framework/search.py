"""Finding by text: folded text, trigram scores, a plain scan for the shortest queries.

Pure functions over any sequence of names; `biosetu.framework.index` applies them to what the framework holds.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

SHORTEST_TRIGRAM_QUERY = 3
THRESHOLD = 0.6
ARTICLE, SHORTEST_WORD_WITH_ARTICLE = "ال", 5
COVERED, WHOLE = 0.85, 0.14

# Arabic letters that writers use for one another: hamza carriers, final yeh and teh marbuta; Persian and Urdu forms,
# and their letters that Arabic lacks as those with which it writes the same names
ARABIC_FORMS = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        "ۀ": "ه",
        "ک": "ك",
        "ڪ": "ك",
        "گ": "ك",
        "پ": "ب",
        "چ": "ج",
        "ژ": "ز",
        "ڤ": "ف",
        "ٹ": "ت",
        "ڈ": "د",
        "ڑ": "ر",
        "ں": "ن",
        "ہ": "ه",
        "ھ": "ه",
        "ۃ": "ه",
        "ے": "ي",
        "ـ": None,
    }
)


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Return `text` as it is compared: compatibility forms, case, accents, Arabic vowel marks and letter variants gone.

    Unicode NFKD, case folding, all non-spacing marks dropped (Arabic harakat and the dagger alef among them), hamza
    and alef forms made one, tatweel dropped, digits of any script as 0–9, everything else that is no letter or digit
    a single space.
    """
    letters = unicodedata.normalize("NFKD", text.translate(ARABIC_FORMS)).casefold().translate(ARABIC_FORMS)
    kept = (_plain(letter) for letter in letters if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))
    return " ".join("".join(kept).split())


def name_order(name: str) -> str:
    """Return the key that puts names in order: folded, an Arabic one without its article, as in lists of the UN."""
    return fold(name.removeprefix(ARTICLE))


def _plain(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    return letter if letter.isalnum() else " "


def trigrams(folded: str) -> Counter[str]:
    """Return the trigrams of folded text, each word padded with two blanks before and one after.

    The Arabic article counts as no part of a word, so that a noun is found with and without it.
    """
    grams: Counter[str] = Counter()
    for padded in _padded(folded):
        grams.update(padded[start : start + 3] for start in range(len(padded) - 2))
    return grams


def padded_words(folded: str) -> str:
    """Return folded text so that all its `trigrams` are runs of three characters in it, for an index to read."""
    return "".join(_padded(folded))


def _padded(folded: str) -> Iterator[str]:
    return (f"  {_without_article(word)} " for word in folded.split())


def _without_article(word: str) -> str:
    return word[len(ARTICLE) :] if word.startswith(ARTICLE) and len(word) >= SHORTEST_WORD_WITH_ARTICLE else word


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found: its place in the sequence searched, its score [0–1], the name."""

    position: int
    score: float
    name: str


def scan(query: str, names: Sequence[str], limit: int = 20) -> list[Hit]:
    """Return the best matches of `query` among `names`, best first, in the order of the sequence where equal.

    Three characters or more: the share of the query's trigrams that the name holds, at least `THRESHOLD`; of equal
    ones the name closest to the query in length; 1 for the whole name. Under three characters trigrams say nothing:
    names that begin with the query, then names one of whose words does, then names that contain it.
    """
    wanted = fold(query)
    grams = trigrams(wanted)
    folded = ((position, fold(name), name) for position, name in enumerate(names))
    hits = (Hit(position, score(wanted, grams, text, trigrams(text)), name) for position, text, name in folded)
    return best((hit for hit in hits if hit.score > 0), limit)


def score(wanted: str, wanted_grams: Counter[str], folded: str, folded_grams: Counter[str]) -> float:
    """Return how well folded text matches a folded query [0–1], both with their trigrams; 0 where it does not."""
    if not wanted:
        return 0.0
    if wanted == folded:
        return 1.0
    if len(wanted) < SHORTEST_TRIGRAM_QUERY:
        return _short_score(wanted, folded)
    shared = (wanted_grams & folded_grams).total()
    covered, whole = shared / wanted_grams.total(), shared / max(folded_grams.total(), 1)
    return COVERED * covered + WHOLE * whole if covered >= THRESHOLD else 0.0


def best(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """Return the `limit` best hits, best first; equal scores keep their order."""
    return sorted(hits, key=lambda hit: (-hit.score, hit.position))[:limit]


def _short_score(wanted: str, folded: str) -> float:
    if folded.startswith(wanted):
        return 0.8
    words = folded.split()
    return 0.6 if any(word.startswith(wanted) for word in words) else 0.4 if wanted in folded else 0.0
