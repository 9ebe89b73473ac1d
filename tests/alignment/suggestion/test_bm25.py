from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from biosetu.alignment.suggestion.bm25 import BM25, K1, B


def test_score_is_the_published_formula() -> None:
    index = BM25([["a", "a", "b"], ["b"], ["c", "c"]])
    rarity = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = rarity * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * 3 / 2))
    assert index.scores(["a"])[0] == expected
    assert list(index.scores(["a"])[1:]) == [0.0, 0.0]
    assert index.weight("a", 0) == expected


def test_repeated_and_unknown_features_add_nothing() -> None:
    index = BM25([["a"], ["b"]])
    assert np.array_equal(index.scores(["a", "a", "zzz"]), index.scores(["a"]))


def test_no_documents_give_no_scores() -> None:
    assert BM25([]).scores(["a"]).shape == (0,)


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=8))
def test_scores_are_never_negative(documents: list[list[str]]) -> None:
    assert (BM25(documents).scores(list("abcdef")) >= 0).all()
