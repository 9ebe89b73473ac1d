"""Folding, trigrams, scores."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.framework.search_cases import CASES

from biosetu.framework import find
from biosetu.framework.search import THRESHOLD, fold, name_order, scan, score, trigrams


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Népal", "nepal"),
        ("CÔTE D’IVOIRE", "cote d ivoire"),
        ("Straße", "strasse"),
        ("Türkiye", "turkiye"),
        ("  two   words ", "two words"),
        ("ﬁsh", "fish"),
        ("CO₂", "co2"),
        ("أُرْدُنّ", "اردن"),
        ("إيران", "ايران"),
        ("آسيا", "اسيا"),
        ("مستشفى", "مستشفي"),
        ("مدينة", "مدينه"),
        ("مـحـمـيـة", "محميه"),
        ("کراچی", "كراجي"),
        ("پاکستان", "باكستان"),
        ("گیلان ہے", "كيلان هي"),
        ("٣٠ في المائة", "30 في المايه"),
        ("۳۰", "30"),
        ("Непа\u0301л", "непал"),
        ("尼泊尔", "尼泊尔"),
        ("a\u200fb\u200d", "ab"),
        ("", ""),
        ("…!؟", ""),
    ],
)
def test_fold_makes_forms_one(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("mixed", "ordered"),
    [
        (["Zambia", "Éire", "Egypt", "estonia"], ["Egypt", "Éire", "estonia", "Zambia"]),
        (["الهند", "نيبال", "الأردن", "تركيا"], ["الأردن", "تركيا", "نيبال", "الهند"]),
        (["آيسلندا", "الجزائر", "إيران", "ألمانيا"], ["ألمانيا", "إيران", "آيسلندا", "الجزائر"]),
    ],
    ids=["accents and case", "the article does not count", "one alef, and no article in it"],
)
def test_names_stand_in_the_order_of_a_reader(mixed, ordered):
    assert sorted(mixed, key=name_order) == ordered


@given(st.text())
def test_fold_is_idempotent(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_fold_does_not_depend_on_normal_form_or_case(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text())
def test_fold_leaves_single_blanks_only(text):
    folded = fold(text)
    assert folded == " ".join(folded.split())


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1))
def test_a_name_finds_itself_first(name):
    hits = scan(name, [name, "entirely different"])
    assert [hit.position for hit in hits[:1]] == ([0] if fold(name) else [])


@given(st.text(max_size=40), st.text(max_size=40))
def test_score_lies_between_zero_and_one_and_is_one_only_for_equals(query, name):
    wanted, held = fold(query), fold(name)
    value = score(wanted, trigrams(wanted), held, trigrams(held))
    assert 0 <= value <= 1
    assert (value == 1) == (wanted == held != "")


def test_trigrams_count_padded_words():
    assert trigrams("red") == {"  r": 1, " re": 1, "red": 1, "ed ": 1}
    assert trigrams("aa aa")["  a"] == 2
    assert trigrams("") == {}


def test_arabic_article_counts_as_no_part_of_a_word():
    assert trigrams("الانواع") == trigrams("انواع")
    assert trigrams("الم") != trigrams("م")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.text!r:.20} {case.why}")
def test_search_finds_first_what_is_meant(case):
    assert [found.entry.address for found in find(case.text, limit=1)] == ([case.first] if case.first else [])


@pytest.mark.parametrize("text", ["x" * 100_000, "red list " * 2_000, "ا" * 10_000], ids=["a word", "words", "Arabic"])
def test_search_for_a_very_long_text_ends(text):
    assert len(find(text)) <= 20


NAMES = ["Nepal", "Niger", "Netherlands (Kingdom of the)", "New Zealand", "Nauru", "Bosnia and Herzegovina"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("nepal", ["Nepal"]),
        ("NEPAL", ["Nepal"]),
        ("nepall", ["Nepal"]),
        ("netherland", ["Netherlands (Kingdom of the)"]),
        ("herzegovina", ["Bosnia and Herzegovina"]),
        ("hercegovina", ["Bosnia and Herzegovina"]),
        ("xyz", []),
        ("", []),
        ("?!", []),
    ],
)
def test_scan_finds_by_trigrams(query, found):
    assert [hit.name for hit in scan(query, NAMES)] == found


def test_scan_under_three_characters_is_plain():
    hits = scan("ne", NAMES)
    assert [hit.name for hit in hits] == ["Nepal", "Netherlands (Kingdom of the)", "New Zealand"]
    assert [hit.name for hit in scan("k", ["oak", "Kingdom", "the Kingdom"])] == ["Kingdom", "the Kingdom", "oak"]
    assert [hit.score for hit in scan("k", ["oak", "Kingdom", "the Kingdom", "k"])] == [1.0, 0.8, 0.6, 0.4]


def test_scan_puts_the_name_closest_in_length_first():
    assert [hit.name for hit in scan("red list index", ["Red List Index (pollinators)", "Red List Index now"])] == [
        "Red List Index now",
        "Red List Index (pollinators)",
    ]


def test_scan_keeps_the_order_of_equals_and_the_limit():
    assert [hit.position for hit in scan("forest", ["forest"] * 5, limit=3)] == [0, 1, 2]


def test_scores_reach_the_threshold():
    assert all(hit.score >= 0.8 * THRESHOLD for hit in scan("nepall", NAMES))
