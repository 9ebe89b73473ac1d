"""How close a request's words are to a provider's record of work: TF-IDF cosine, mean of the three nearest items.

The mean of the three nearest items did best in trials on a public set of reviewer assignments. Words are folded, so
that accents, letter forms and Arabic vowel signs do not part them, and joined by character trigrams, so that word
forms of languages without a stemmer meet too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

NEAREST = 3
ROWS_AT_ONCE = 64
GRAM = 4
_WORD = re.compile(r"[^\W\d_]+")


def similarity(texts: Sequence[str], work: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Return texts × owners: the mean cosine of each text to the owner's three nearest items of work, 0–1.

    An owner with fewer items is averaged over those there are; one with none, or an empty text, is NaN.
    """
    owners = np.repeat(np.arange(len(work)), [len(items) for items in work])
    vectors = _vectors([*texts, *(item for items in work for item in items)])
    asked, items = vectors[: len(texts)], vectors[len(texts) :]
    rows = np.full((len(texts), len(work)), np.nan)
    if items.shape[0] and items.nnz:
        for start in range(0, len(texts), ROWS_AT_ONCE):
            near = (asked[start : start + ROWS_AT_ONCE] @ items.T).toarray()
            _mean_of_nearest(near, owners, rows[start : start + ROWS_AT_ONCE])
    rows[np.diff(asked.indptr) == 0] = np.nan
    return rows


def terms(text: str) -> Iterable[str]:
    """Yield the folded words of a text and, of longer words, their groups of four characters marked with `#`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(character for character in decomposed if not unicodedata.combining(character))
    for word in _WORD.findall(folded):
        if len(word) > 2:
            yield word
        yield from (f"#{word[n : n + GRAM]}" for n in range(len(word) - GRAM) if len(word) > GRAM)


def _vectors(texts: Sequence[str]) -> sparse.csr_matrix:
    """Return L2-normed TF-IDF rows, term frequency damped as 1 + ln tf; a term of a single text is left out.

    The inverse frequency is ln((n + 1) / df), so that two texts alone with the same words are the same, not nothing.
    """
    counts = [Counter(terms(text)) for text in texts]
    spread = Counter(term for count in counts for term in count)
    index = {term: place for place, term in enumerate(sorted(term for term, texts_ in spread.items() if texts_ > 1))}
    weights = np.log((len(texts) + 1) / np.array([spread[term] for term in index], dtype=np.float64))
    pointers, columns, values = [0], [], []
    for count in counts:
        places = sorted(index[term] for term in count if term in index)
        columns += places
        pointers.append(len(columns))
    by_place = list(index)
    for row, count in enumerate(counts):
        values += [1.0 + np.log(count[by_place[place]]) for place in columns[pointers[row] : pointers[row + 1]]]
    matrix = sparse.csr_matrix((values, columns, pointers), shape=(len(texts), max(len(index), 1)))
    if index:
        matrix = matrix @ sparse.diags(weights, format="csr")
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix = sparse.diags(np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0), format="csr") @ matrix
    matrix.eliminate_zeros()
    return matrix


@njit(cache=True)
def _mean_of_nearest(near, owners, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Fill out[text, owner] with the mean of the largest NEAREST values among the owner's items; items lie by owner."""
    best = np.zeros(NEAREST)
    for row in range(near.shape[0]):
        item = 0
        while item < owners.size:
            owner = owners[item]
            best[:] = -1.0
            count = 0
            while item < owners.size and owners[item] == owner:
                value = near[row, item]
                for place in range(NEAREST):
                    if value > best[place]:
                        value, best[place] = best[place], value
                count += 1
                item += 1
            used = min(count, NEAREST)
            total = 0.0
            for place in range(used):
                total += best[place]
            out[row, owner] = total / used
