"""Reasons in the language of the page: every sentence the criteria can say is said in Arabic."""

import pytest

from biosetu.species.criteria.saying import QUANTITIES, reason, reasons_said, said_in, step
from biosetu.species.criteria.tables import parameters, thresholds
from biosetu.species.criteria.wording import _says
from biosetu.species.tables import rows
from biosetu.translation import Voice

ARABIC, ENGLISH = Voice("ar"), Voice("en")

SENTENCES = (
    "no criterion is met at the best estimates",
    "stated by the assessor: CR(PE)",
    "plausible categories run from LC to CR",
    "plausible categories run from LC to CR: no quantity has a value",
    "NT was stated, but does not fit what was computed",
    "RE by the regional guidelines",
)


@pytest.mark.parametrize("missed", [False, True])
@pytest.mark.parametrize("limit", thresholds(), ids=lambda t: f"{t.level} {t.criterion} {t.parameter}")
def test_every_threshold_is_said_in_arabic_with_its_figures(limit, missed):
    english = f"{limit.level + ' ' if missed else ''}{limit.criterion}: {_says(limit, 1234.5, missed=missed)}"
    said = reason(english, ARABIC)
    name = limit.parameter.replace("_km2", "").replace("_", " ")
    assert name in QUANTITIES
    assert name not in said
    assert ("ليس" in said) == missed
    for figure in (limit.criterion, "1,234.5", f"{limit.value:,.6g}"):
        assert figure in said
    assert reason(english, ENGLISH) == english


@pytest.mark.parametrize("english", SENTENCES)
def test_every_other_sentence_is_said_in_arabic(english):
    said = reason(english, ARABIC)
    assert said != english
    assert not any(word in said for word in ("plausible", "stated", "criterion", "guidelines"))


def test_what_is_not_known_is_shown_as_it_is():
    assert reason("something else", ARABIC) == "something else"
    assert step("other=yes", ARABIC) == "other=yes"


def test_every_regional_question_is_said_in_words():
    for row in rows("regional_steps.csv"):
        question = row["question"]
        said = step(f"{question}=unknown", ARABIC)
        assert question not in said
        assert parameters()[question].explanation not in said


def test_parts_of_the_result_are_lists_and_nothing_is_nothing():
    said = said_in(
        {"category": "EN", "reasons": "a; b", "near_threshold": "", "adjustment_path": "native=yes → vagrant=no"},
        ENGLISH,
    )
    assert (said["reasons"], said["near_threshold"], len(said["adjustment_path"])) == (["a", "b"], [], 2)
    assert said_in(None, ENGLISH) is None


@pytest.mark.parametrize("empty", ["", None])
def test_no_reasons_are_said_as_none(empty):
    assert reasons_said(empty, ARABIC) == []


def test_reasons_of_one_cell_are_said_one_by_one():
    english = "D: mature individuals 40 < 50; as the assessor wrote it"
    first, second = reasons_said(english, ARABIC)
    assert "mature" not in first
    assert second == "as the assessor wrote it"
    assert reasons_said(english, ENGLISH) == english.split("; ")
