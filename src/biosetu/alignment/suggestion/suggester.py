"""Ranked global targets and elements for a national target, with score and the words that led there.

Two ways are joined: BM25 over stems and parts of words of the framework's own tables and the thesaurus, and the
thesaurus' terms found as phrases. `data/ranking.csv` holds the weights, set on the development part of
`benchmarks/alignment` and never on its test part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from biosetu.alignment.languages import language_of, script_of
from biosetu.alignment.suggestion.bm25 import BM25
from biosetu.alignment.suggestion.embedding import Embedder, similarity
from biosetu.alignment.suggestion.thesaurus import Thesaurus, Usage, thesaurus
from biosetu.alignment.suggestion.words import SIGNS_A_WORD, UNSPACED, Word, features_of, parts_of, words_of
from biosetu.framework import elements, targets
from biosetu.observations.packaged import packaged_rows
from biosetu.problems import UsageError
from biosetu.progress import Progress, silent

REASONS = 5
SCRIPTS = {"DEVANAGARI": ("hi", "ne"), "LATIN": ("en", "id", "vi"), "ARABIC": ("ar", "fa")}
SUGGESTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("rank", pa.int32()),
        ("target", pa.string()),
        ("element", pa.string()),
        ("score", pa.float64()),
        ("reason", pa.string()),
        ("language", pa.string()),
        ("status", pa.string()),
    ]
)
SUGGESTED, NO_MATCH, NOT_READ = "suggested", "no good match", "language not read"
TITLED = frozenset({"en", "ar", "fr", "es"})


class Method(StrEnum):
    """Which way leads to a suggestion."""

    BM25 = "bm25"
    THESAURUS = "thesaurus"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A global target that a text points to. `score` [0, 1]; `words` of the text led there, by these `terms`."""

    target: str
    score: float
    element: str
    words: tuple[str, ...]
    terms: tuple[str, ...] = ()


@cache
def ranking() -> Mapping[str, float]:
    """Return the weights of the ranking by name."""
    return {row["name"]: float(row["value"]) for row in packaged_rows("biosetu.alignment", "ranking")}


@dataclass
class _Index:
    """What is compared with the texts of one language."""

    codes: tuple[str, ...]
    words: BM25
    grams: BM25
    element_ids: tuple[str, ...] = ()
    element_words: BM25 = field(default_factory=lambda: BM25([]))


class Suggester:
    """Suggests global targets for texts. Build once, use for many texts."""

    def __init__(
        self, method: Method = Method.BOTH, terms: Thesaurus | None = None, embedder: Embedder | None = None
    ) -> None:
        self.method = method
        self.terms = terms or thesaurus()
        self.embedder = embedder
        self._indexes: dict[str, _Index] = {}

    def suggest(self, text: str, language: str = "", limit: int = 5) -> list[Suggestion]:
        """Return the best global targets of a text, the best first; empty where none is good enough.

        `language` is an ISO 639-1 code; without it, script and words tell. A model is asked only in a language that
        it reads.
        """
        language = self.language(text, language)
        words = words_of(text, language)
        usages = self._usages(text, words, language) if self.method is not Method.BM25 else []
        index = self._index(language)
        lexical = self._lexical(index, text, language)
        scores = self._joined(index.codes, lexical, usages)
        scores = self._with_model(index.codes, scores, text, language)
        order = sorted(range(len(index.codes)), key=lambda at: (-scores[at], at))
        best = [at for at in order[:limit] if scores[at] >= self._floor(scores[order[0]])]
        if not best or scores[best[0]] < ranking()["no_match_below"]:
            return []
        return [self._suggestion(index, at, float(scores[at]), text, words, usages, language) for at in best]

    def language(self, text: str, told: str = "") -> str:
        """Return the language in which a text is read: as told, else by its script and words, else nothing."""
        return (told or language_of(text)).split("-")[0].lower() or self._likeliest(text)

    def reads(self, text: str, language: str) -> bool:
        """Return whether anything here reads a text: terms or titles in its language, or a model.

        Where its language is open, a text in a script of some language that is read counts as read.
        """
        known = {term.language for term in self.terms.terms} | TITLED
        known |= self.embedder.languages if self.embedder else frozenset()
        return language in known if language else script_of(text) in ("", *SCRIPTS)

    def _likeliest(self, text: str) -> str:
        """Return the language of the script in which the thesaurus finds most; nothing where it finds none."""
        known = SCRIPTS.get(script_of(text), ())
        found = {name: self._weigh(self.terms.find(words_of(text, name), name)) for name in known}
        return max(found, key=lambda name: found[name]) if any(found.values()) else ""

    def _floor(self, top: float) -> float:
        return ranking()["share_of_best"] * top

    def _usages(self, text: str, words: Sequence[Word], language: str) -> list[list[tuple[Usage, Sequence[Word]]]]:
        own = [(usage, words) for usage in self.terms.find(words, language)]
        if language == "en":
            return [own]
        english = words_of(text, "en")
        return [own, [(usage, english) for usage in self.terms.find(english, "en")]]

    def _index(self, language: str) -> _Index:
        if language not in self._indexes:
            self._indexes[language] = self._built(language)
        return self._indexes[language]

    def _built(self, language: str) -> _Index:
        codes = tuple(targets())
        documents = [self._document(code, language) for code in codes]
        split = [features_of(document, language) for document in documents]
        told = {name: text for name in elements() if (text := _element_text(name, language))}
        parts = [features_of(text, language) for text in told.values()]
        return _Index(
            codes,
            BM25([words for words, _ in split]),
            BM25([grams for _, grams in split]),
            tuple(told),
            BM25([words + grams for words, grams in parts]),
        )

    def _document(self, code: str, language: str) -> str:
        target = targets()[code]
        texts = []
        if language in {"en", "ar"}:
            texts = [target.title(language), target.theme(language), target.summary(language)]
            texts += [element.wording(language) for element in elements().values() if element.target == code]
        if language == "en":
            texts.append(target.long_title_en)
        if language in {"fr", "es"}:
            texts.append(target.title(language))
        if self.method is Method.BOTH:
            texts += self.terms.texts(code, language)
        return " . ".join(texts)

    def _lexical(self, index: _Index, text: str, language: str) -> NDArray[np.float64]:
        if self.method is Method.THESAURUS:
            return np.zeros(len(index.codes))
        words, grams = features_of(text, language)
        return index.words.scores(words) + ranking()["ngram_weight"] * index.grams.scores(grams)

    def _joined(
        self, codes: Sequence[str], lexical: NDArray[np.float64], usages: list[list[tuple[Usage, Sequence[Word]]]]
    ) -> NDArray[np.float64]:
        weights = ranking()
        told = np.zeros(len(codes))
        for group in usages:
            by_target = self._told([usage for usage, _ in group])
            told += np.array([by_target.get(code, 0.0) for code in codes])
        share = {Method.BM25: 0.0, Method.THESAURUS: 1.0, Method.BOTH: weights["thesaurus_share"]}[self.method]
        joined = share * told / (told + weights["thesaurus_half"])
        joined = joined + (1 - share) * lexical / (lexical + weights["bm25_half"])
        goals = np.array([weights["goal_factor"] if targets()[code].kind == "goal" else 1.0 for code in codes])
        return np.asarray(joined * goals)

    def _told(self, usages: Sequence[Usage]) -> dict[str, float]:
        """Add up the terms by target; a word of the text counts once, for the strongest term over it."""
        by_target: dict[str, list[Usage]] = defaultdict(list)
        for usage in usages:
            by_target[usage.term.target].append(usage)
        return {target: self._weigh(found) for target, found in by_target.items()}

    def _weigh(self, usages: Sequence[Usage]) -> float:
        taken: set[int] = set()
        total = 0.0
        for usage in sorted(usages, key=lambda usage: (-self._value(usage), usage.places)):
            fresh = [place for place in usage.places if place not in taken]
            total += self._value(usage) * len(fresh) / len(usage.places)
            taken.update(fresh)
        return total

    def _value(self, usage: Usage) -> float:
        weights = ranking()
        base = weights[f"weight_{usage.term.weight}"]
        length = min(len(usage.places) / SIGNS_A_WORD.get(usage.term.language, 1), 3.0)
        return base * (1 + weights["phrase_bonus"] * (length - 1)) * self.terms.specificity(usage.term)

    def _with_model(
        self, codes: Sequence[str], scores: NDArray[np.float64], text: str, language: str
    ) -> NDArray[np.float64]:
        if self.embedder is None:
            return scores
        near = similarity(self.embedder, language, [text], [self._document(code, language) for code in codes])
        if near is None:
            return scores
        share = ranking()["model_share"]
        return np.asarray((1 - share) * scores + share * _standing_out(near[0]))

    def _suggestion(
        self,
        index: _Index,
        at: int,
        score: float,
        text: str,
        words: Sequence[Word],
        usages: list[list[tuple[Usage, Sequence[Word]]]],
        language: str,
    ) -> Suggestion:
        code = index.codes[at]
        found = [pair for group in usages for pair in group if pair[0].term.target == code]
        found.sort(key=lambda pair: (-self._value(pair[0]), pair[0].places))
        reasons = [_quoted(text, usage, source) for usage, source in found]
        if not reasons:
            reasons = _telling(index, at, text, words, language)
        unique = tuple(dict.fromkeys(reason for reason in reasons if reason))[:REASONS]
        terms = tuple(dict.fromkeys(usage.term.text for usage, _ in found))[:REASONS]
        return Suggestion(code, round(score, 4), self._element(index, code, text, language), unique, terms)

    def _element(self, index: _Index, code: str, text: str, language: str) -> str:
        if not index.element_ids:
            return ""
        words, grams = features_of(text, language)
        scores = index.element_words.scores([*words, *grams])
        own = [at for at, name in enumerate(index.element_ids) if elements()[name].target == code]
        best = max(own, key=lambda at: (scores[at], -at), default=-1)
        return index.element_ids[best] if best >= 0 and scores[best] >= ranking()["element_from"] else ""

    def table(self, rows: Sequence[tuple[str, str, str]], limit: int = 5, progress: Progress = silent) -> pa.Table:
        """Return suggestions for rows of id, text, language, in the columns of `SUGGESTIONS`.

        A text without a good match has one row that says so, with rank 0.
        """
        if limit < 1:
            raise UsageError("At least one suggestion is needed.")
        records = []
        for number, (name, text, language) in enumerate(rows, start=1):
            records += list(self._records(name, text, language, limit))
            if number % 100 == 0 or number == len(rows):
                progress(number, len(rows), "suggest")
        return pa.Table.from_pylist(records, schema=SUGGESTIONS)

    def _records(self, name: str, text: str, language: str, limit: int) -> Iterator[dict[str, object]]:
        told = language or language_of(text)
        found = self.suggest(text, told, limit)
        if not found:
            status = NO_MATCH if self.reads(text, self.language(text, told)) else NOT_READ
            yield {"id": name, "rank": 0, "target": "", "element": "", "score": 0.0, "reason": "", "language": told,
                   "status": status}  # fmt: skip
        for rank, one in enumerate(found, start=1):
            yield {"id": name, "rank": rank, "target": one.target, "element": one.element, "score": one.score,
                   "reason": "; ".join(one.words), "language": told, "status": SUGGESTED}  # fmt: skip


def _element_text(name: str, language: str) -> str:
    """Return what stands for an element in a language: our wording and the cues that point to it."""
    own = elements()[name].wording(language) if language in {"en", "ar"} else ""
    return " . ".join([own, *_cues().get((name, language), ())] if own else _cues().get((name, language), ()))


@cache
def _cues() -> Mapping[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in packaged_rows("biosetu.alignment", "element_cues"):
        found[row["element"], row["language"]].append(row["cue"])
    return found


def _standing_out(near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each cosine [0, 1] stands out from what is usual for the text (the median), 0 where it does not.

    Models give even unrelated texts a high cosine: without this nothing would ever be no good match.
    """
    usual = float(np.median(near))
    return np.asarray(np.clip((near - usual) / max(1.0 - usual, 1e-9), 0.0, 1.0))


def _telling(index: _Index, at: int, text: str, words: Sequence[Word], language: str) -> list[str]:
    """Return the words of a text that count for a document, those that count most first: stems, else parts of words.

    In a script without spaces pairs of signs count; those that touch are told as one.
    """
    if language in UNSPACED:
        pairs = [(a, b) for a, b in pairwise(words) if b.start == a.end and index.words.weight(a.stem + b.stem, at) > 0]
        spans: list[tuple[int, int]] = []
        for a, b in pairs:
            if spans and a.start < spans[-1][1]:
                spans[-1] = (spans[-1][0], b.end)
            else:
                spans.append((a.start, b.end))
        return [text[first:last] for first, last in sorted(spans, key=lambda span: span[0] - span[1])]
    spoken = [word for word in words if any(mark.isalpha() for mark in word.stem)]
    weight = {word: index.words.weight(word.stem, at) for word in spoken}
    if not any(weight.values()):
        weight = {word: sum(index.grams.weight(part, at) for part in parts_of(word.stem)) for word in spoken}
    telling = sorted(spoken, key=lambda word: -weight[word])
    return [text[word.start : word.end] for word in telling if weight[word] > 0]


def _quoted(text: str, usage: Usage, words: Sequence[Word]) -> str:
    places = [words[place] for place in usage.places]
    return text[places[0].start : max(word.end for word in places)]
