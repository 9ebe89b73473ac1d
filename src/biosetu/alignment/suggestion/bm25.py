"""BM25 ranking of a fixed set of documents.

S. Robertson, H. Zaragoza (2009), The Probabilistic Relevance Framework: BM25 and Beyond, Foundations and Trends in
Information Retrieval 3(4), 333-389, doi:10.1561/1500000019; k1 = 1.2 and b = 0.75 as recommended there (section 3.5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75


class BM25:
    """An index over documents, each a list of features; scores are of one row a document."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        counts = [Counter(document) for document in documents]
        self.size = len(documents)
        lengths = np.array([len(document) for document in documents], dtype=np.float64)
        norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0)) if self.size else lengths
        vocabulary = sorted(set().union(*counts)) if counts else []
        self._weights: dict[str, NDArray[np.float64]] = {}
        for feature in vocabulary:
            frequency = np.array([count[feature] for count in counts], dtype=np.float64)
            held = int(np.count_nonzero(frequency))
            rarity = np.log1p((self.size - held + 0.5) / (held + 0.5))
            self._weights[feature] = rarity * frequency * (K1 + 1) / (frequency + norm)

    def scores(self, features: Sequence[str]) -> NDArray[np.float64]:
        """Return the score of every document for a query; repeated features count once."""
        total = np.zeros(self.size)
        for feature in dict.fromkeys(features):
            weights = self._weights.get(feature)
            if weights is not None:
                total += weights
        return total

    def weight(self, feature: str, document: int) -> float:
        """Return what one feature adds to the score of one document."""
        weights = self._weights.get(feature)
        return 0.0 if weights is None else float(weights[document])
