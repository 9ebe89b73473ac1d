"""The same request asked twice: closeness of words, codes shared, and the marks by which candidates are found."""

from hypothesis import given
from hypothesis import strategies as st

from biosetu.cooperation import Request
from biosetu.cooperation.duplicates import MARKS, alike, marks
from biosetu.cooperation.similarity import terms


def test_alike_finds_the_same_request_in_other_words_and_names_what_they_share():
    mine = Request("a", text="help with a red list of ecosystems for wetlands", party="NPL", targets=("1", "2"))
    same = Request("b", text="red list of ecosystems, wetlands: help needed", party="NPL", targets=("1",))
    other = Request("c", text="training of customs officers on wildlife trade", party="NPL", targets=("5",))
    (found,) = alike(mine, [same, other, mine])
    assert (found.request, found.shared, found.same_party) == ("b", ("targets:1",), True)
    assert found.closeness > 0.5


def test_alike_of_nothing_is_nothing():
    assert alike(Request("a", text="x"), []) == ()


WORDS = ["wetland", "forest", "map", "species", "training", "officer", "river", "coast", "village", "fund", "plan"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30))
def test_marks_are_of_the_words_not_of_their_order_and_fit_the_database(words):
    found = marks(" ".join(words))
    assert found == marks(" ".join(reversed(words)).upper())
    assert len(set(found)) == MARKS
    assert 0 <= min(found) <= max(found) < 2**63


def test_texts_that_are_alike_share_marks_and_others_hardly_any():
    """The number of marks shared estimates the share of words in common: 24 × Jaccard, within four deviations."""
    for first, second in (
        ("red list of ecosystems for wetlands in the hills", "red list of ecosystems, wetlands: help needed"),
        ("training of customs officers on wildlife trade", "red list of ecosystems for wetlands in the hills"),
        (
            "ما نحتاجه هو تدريب على القائمة الحمراء للنظم الإيكولوجية",
            "نحتاج تدريبا على القائمة الحمراء للنظم الإيكولوجية",
        ),
    ):
        one, other = set(terms(first)), set(terms(second))
        common = len(one & other) / len(one | other)
        shared = len(set(marks(first)) & set(marks(second)))
        assert abs(shared - MARKS * common) <= 4 * (MARKS * common * (1 - common)) ** 0.5 + 1
    assert marks("… 12") == ()
