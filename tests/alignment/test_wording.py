from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.alignment.gaps import KINDS, label
from biosetu.alignment.wording import shortened, spoken
from biosetu.observations.sentences import Sentence


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("short", 10, "short"),
        ("one two three", 9, "one two…"),
        ("one two, three", 10, "one two…"),
        ("到2030年恢复退化的生态系统", 6, "到2030…"),
        ("استعادة الأراضي الرطبة", 18, "استعادة الأراضي…"),
    ],
)
def test_text_is_cut_between_words(text: str, most: int, expected: str) -> None:
    assert shortened(text, most) == expected


@given(st.text(max_size=300), st.integers(4, 150))
def test_shortened_text_is_never_longer_and_starts_as_the_whole(text: str, most: int) -> None:
    found = shortened(text, most)
    assert len(found) <= most
    assert text.startswith(found.removesuffix("…"))


def test_sentence_speaks_of_a_target_in_the_language_of_the_reader() -> None:
    sentence = Sentence("x", "“{said}” {due}", {**spoken("said", {"ar": "هدف", "en": "Target"}), "due": "2030"})
    assert sentence.text("en") == "“Target” 2030"
    assert "هدف" in sentence.text("ar")
    assert "Target" not in sentence.text("ar")
    assert spoken("said", {"ne": "लक्ष्य"}) == {"said": "लक्ष्य", "said@ne": "लक्ष्य"}


@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_gap_has_a_word_in_both_languages(kind: str) -> None:
    assert label(kind) != kind or kind == "progress"
    assert not label(kind, "ar").isascii()
