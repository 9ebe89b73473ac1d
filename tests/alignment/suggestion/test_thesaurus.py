from __future__ import annotations

import pytest

from biosetu.alignment.suggestion.thesaurus import Term, Thesaurus
from biosetu.alignment.suggestion.words import features_of, words_of


def find(term: str, text: str, language: str = "en") -> bool:
    return bool(Thesaurus([Term("1", language, term, 3)]).find(words_of(text, language), language))


@pytest.mark.parametrize(
    ("term", "text", "language", "there"),
    [
        ("protected area", "Protected areas are enlarged", "en", True),
        ("protected area", "areas that are protected", "en", True),
        ("protected area", "protected by law in every single area", "en", False),
        ("subsidy", "Harmful subsidies", "en", True),
        ("المبيدات", "خفض استخدام المبيدات", "ar", True),
        ("مبيدات", "والمبيدات الضارة", "ar", True),
        ("إعادة تأهيل", "اعادة تاهيل الأراضي", "ar", True),
        ("گونه‌های مهاجم", "کنترل گونه های مهاجم", "fa", True),
        ("入侵物种", "防控外来入侵物种", "zh", True),
        ("入侵物种", "物种入侵", "zh", False),
        ("विषादी", "विषादीको प्रयोग", "ne", True),
        ("сточные воды", "очистка сточных вод", "ru", True),
    ],
)
def test_term_is_found_in_its_forms(term: str, text: str, language: str, there: bool) -> None:
    assert find(term, text, language) is there


def test_term_of_many_targets_tells_less() -> None:
    book = Thesaurus([Term("1", "en", "genes", 3), Term("2", "en", "gene", 3), Term("3", "en", "mercury", 3)])
    by_text = {term.text: book.specificity(term) for term in book.terms}
    assert by_text["mercury"] == 1.0
    assert by_text["genes"] == by_text["gene"] < 1.0


def test_features_are_stems_and_parts_or_pairs_of_signs() -> None:
    assert features_of("forests", "en") == (["forest"], ["_for", "fore", "ores", "rest", "est_"])
    assert features_of("外来物种", "zh") == (["外来", "来物", "物种"], [])


def test_places_point_into_the_text() -> None:
    text = "Stop illegal trade"
    assert [text[w.start : w.end] for w in words_of(text, "en")] == ["Stop", "illegal", "trade"]
