from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from biosetu.alignment.suggestion.thesaurus import Term, Thesaurus
from biosetu.alignment.suggestion.words import features_of, words_of

FEWEST = {"en": 25, "ar": 25}
OTHERS = ("ne", "hi", "fa", "ru", "zh", "id", "vi")
VERDICTS = re.compile(r"kept|corrected|kept, objection mended|kept, weight questioned \([123]\)")
UNREVIEWED = {"unreviewed by a second reader", "unreviewed by a native speaker"}
NEGATIONS = {
    "en": {"no", "non", "not", "without"},
    "ar": {"غير", "بدون", "دون", "عدم", "لا"},
    "fa": {"غیر", "بدون"},
    "hi": {"गैर", "बिना"},
    "id": {"bukan", "tanpa", "tidak"},
    "ru": {"без", "не"},
}
DOCS = Path(__file__).parents[3] / "docs" / "alignment.md"


def rows(name: str = "thesaurus") -> list[dict[str, str]]:
    table = files("biosetu.alignment") / "data" / f"{name}.csv"
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("language", sorted(FEWEST))
@pytest.mark.parametrize("target", [str(number) for number in range(1, 24)])
def test_every_global_target_has_its_terms_in_english_and_arabic(language: str, target: str) -> None:
    terms = {row["term"].casefold() for row in rows() if (row["language"], row["target"]) == (language, target)}
    assert len(terms) >= FEWEST[language]


def test_every_target_has_terms_in_the_languages_of_the_region_and_none_stands_twice() -> None:
    found = Counter((row["target"], row["language"], row["term"].casefold()) for row in rows())
    assert [key for key, count in found.items() if count > 1] == []
    named = {(target, language) for target, language, _ in found}
    assert {(str(number), language) for number in range(1, 24) for language in OTHERS} <= named


def test_every_term_says_who_wrote_it_and_who_reviewed_it_or_that_nobody_did() -> None:
    for row in rows():
        assert row["author"], row
        if row["review"] in UNREVIEWED:
            assert (row["reviewer"], row["reviewed_on"]) == ("", ""), row
        else:
            assert VERDICTS.fullmatch(row["review"]), row
            assert row["reviewer"] not in {"", row["author"]}, row
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", row["reviewed_on"]), row


def test_book_tells_how_many_terms_there_are_and_what_the_second_readers_said_of_them() -> None:
    """The table in the book: language, terms, fewest of any target, kept, corrected, weight questioned, unread."""
    by_language = Counter(row["language"] for row in rows())
    by_target = Counter((row["language"], row["target"]) for row in rows())
    said = Counter((row["language"], row["review"].split(" (")[0]) for row in rows())
    line = re.compile(r"^\| [^|]+ \((\w\w)\) \| ((?:[\d,]+ \| ){5}[\d,]+) \|", re.MULTILINE)
    told = dict(line.findall(DOCS.read_text(encoding="utf-8")))
    fewest = {code: min(by_target[code, str(number)] for number in range(1, 24)) for code in by_language}
    verdicts = {
        code: (
            said[code, "kept"] + said[code, "kept, objection mended"],
            said[code, "corrected"],
            said[code, "kept, weight questioned"],
            sum(said[code, name] for name in UNREVIEWED),
        )
        for code in by_language
    }
    assert told == {
        code: " | ".join(f"{number:,}" for number in (count, fewest[code], *verdicts[code]))
        for code, count in by_language.items()
    }


@pytest.mark.parametrize("language", sorted({row["language"] for row in rows("stopwords")}))
def test_every_function_word_is_left_out_of_a_text_that_holds_it(language: str) -> None:
    listed = [row["word"] for row in rows("stopwords") if row["language"] == language]
    left = {word: [one.stem for one in words_of(f"2030 {word} 2040", language)] for word in listed}
    assert left == {word: ["2030", "2040"] for word in listed}


def test_every_term_has_a_word_that_is_no_function_word() -> None:
    assert [row for row in rows() if not words_of(row["term"], row["language"])] == []


def test_negation_in_a_term_is_read() -> None:
    negated = [
        (row["language"], row["term"], word)
        for row in rows()
        for word in re.split(r"[\s\u200c-]", row["term"].casefold())
        if word in NEGATIONS.get(row["language"], ())
    ]
    assert {language for language, _, _ in negated} == {"ar", "en", "fa", "hi", "id"}
    assert [(term, word) for language, term, word in negated if not words_of(word, language)] == []


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
        ("الأنواع غير المحلية", "مكافحة الأنواع غير المحلية في الجزر", "ar", True),
        ("الأنواع غير المحلية", "حماية الأنواع المحلية", "ar", False),
        ("no-till", "Farmers learn no-till methods", "en", True),
        ("no-till", "Fishing is closed till 2030", "en", False),
        ("إدارة المياه", "إدارة تقوم على المياه", "ar", True),
        ("گونه‌های مهاجم", "کنترل گونه های مهاجم", "fa", True),
        ("مدیریت پسماند", "مدیریت که برای این پسماند", "fa", True),
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


VIETNAMESE = "bảo vệ đa dạng sinh học"


@pytest.mark.parametrize(
    ("language", "written", "plain"),
    [
        ("ar", "تنوّعٌ بيولوجيّ", "تنوع بيولوجي"),
        ("fa", "تنوّعِ زیستی", "تنوع زیستی"),
        ("vi", unicodedata.normalize("NFD", VIETNAMESE), VIETNAMESE),
    ],
)
def test_vowel_signs_and_accents_apart_do_not_cut_words(language: str, written: str, plain: str) -> None:
    assert written != plain
    assert [word.stem for word in words_of(written, language)] == [word.stem for word in words_of(plain, language)]
