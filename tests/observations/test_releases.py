"""Figures that are sent on are of one release, and say what the Party holds against them."""

from datetime import date

import pytest
from tests.observations.rows import row, table

from biosetu.observations.answers import METHOD
from biosetu.observations.releases import of_one_release, saying_what_the_party_said

SIGNED = {"status": "validated", "validated_by": "MoFE", "validated_on": date(2026, 11, 1)}
ANSWER = {"source": "national", "method": METHOD, "vintage": "2024, the Party's answer", **SIGNED}


def shown(found) -> list[tuple[int, str, float]]:
    return [(one["year"], one["vintage"], one["value"]) for one in found.to_pylist()]


def test_of_two_releases_the_newest_is_kept_whole_and_alone() -> None:
    rows = [row(year=y, vintage=v) for v in ("2020-10", "2024") for y in (2018, 2019, 2020)]
    found = of_one_release(table(*rows, row(year=1993, vintage="2020-10")))
    assert shown(found) == [(2018, "2024", 0.83), (2019, "2024", 0.83), (2020, "2024", 0.83)]


def test_release_in_which_the_party_accepted_a_figure_goes_before_a_newer_one() -> None:
    rows = [row(year=2019, vintage="2024", **SIGNED), row(vintage="2024"), row(vintage="2026", value=0.9)]
    assert shown(of_one_release(table(*rows))) == [(2019, "2024", 0.83), (2020, "2024", 0.83)]


@pytest.mark.parametrize("other", [{"series": "other"}, {"method": "another"}, {"disaggregation": "birds"}])
def test_other_series_keep_their_own_release(other) -> None:
    other = other | ({"disaggregation_type": "group"} if "disaggregation" in other else {})
    assert of_one_release(table(row(vintage="2024"), row(vintage="2019", **other))).num_rows == 2


def test_own_figures_of_several_reports_stay_and_of_one_year_the_newest() -> None:
    own = {"source": "national", "method": "national survey", **SIGNED}
    rows = [row(year=2014, vintage="6NR", **own), row(year=2020, vintage="6NR", **own)]
    rows += [row(year=2020, vintage="7NR", value=0.7, **own)]
    assert shown(of_one_release(table(*rows))) == [(2014, "6NR", 0.83), (2020, "7NR", 0.7)]


@pytest.mark.parametrize(
    ("answer", "first"),
    [
        ({"value_text": "Not native", "value": None, "unit": "answer"}, "The Party disputes this figure: Not native"),
        ({"value": 0.8123}, "The Party gives 0.8123 in place of this figure"),
        ({"value": 0.8123, "footnote": "new list"}, "The Party gives 0.8123 in place of this figure: new list"),
    ],
)
def test_footnote_says_first_what_the_party_says_and_last_which_release(answer, first) -> None:
    figure = row(footnote="a note")
    (found,) = saying_what_the_party_said(table(figure), table(figure, row(**ANSWER | answer))).to_pylist()
    assert found["footnote"] == f"{first}; a note; ER_RSK_LST, release 2024"


def test_figure_that_is_not_relevant_is_left_out_and_an_unanswered_one_stays() -> None:
    said = ANSWER | {"source": "notRelevant", "value": None, "unit": "", "footnote": "no such species"}
    figures = [row(year=2019), row(year=2020)]
    found = saying_what_the_party_said(table(*figures), table(*figures, row(**said)))
    assert [(one["year"], one["footnote"]) for one in found.to_pylist()] == [(2019, "ER_RSK_LST, release 2024")]
