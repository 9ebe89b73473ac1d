from dataclasses import replace

import pytest
from tests.observations.rows import row, table

from biosetu.observations.answers import METHOD, answer_vintage
from biosetu.observations.own import Quantity
from biosetu.statistics.pathway import expected_value, pathway
from biosetu.statistics.summary import summarise
from biosetu.statistics.telling import tell_pathway

GOAL = Quantity(
    party="NPL",
    id="q",
    title="30 % by 2030",
    targets=("3",),
    indicator="3.1",
    series="",
    disaggregation="",
    value=30.0,
    unit="percent",
    direction="at least",
    deadline=2030,
    baseline_value=20.0,
    baseline_year=2020,
    source="NBSAP, page 12",
)
OWN = {"indicator": "3.1", "unit": "percent", "source": "national", "status": "proposed"}


def state(figure: float, year: int = 2024, **changes) -> str:
    summaries = summarise(table(row(**OWN, value=figure, year=year)))
    return pathway(replace(GOAL, **changes), summaries).state


@pytest.mark.parametrize(
    ("value", "expected"), [(30.0, "reached"), (35.0, "reached"), (24.0, "on-path"), (23.9, "off-path")]
)
def test_pathway_up_to_a_quantity(value: float, expected: str) -> None:
    assert state(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(5.0, "reached"), (16.0, "on-path"), (16.1, "off-path")])
def test_pathway_down_to_a_quantity(value: float, expected: str) -> None:
    assert state(value, direction="at most", value=10.0) == expected


def test_pathway_after_the_deadline_is_missed() -> None:
    assert state(29.0, year=2025, deadline=2025) == "missed"


def test_pathway_without_a_starting_point_is_never_on_or_off() -> None:
    assert state(29.0, baseline_value=None, baseline_year=None) == "not-reached"
    assert state(29.0, year=2019) == "not-reached"


def test_pathway_of_another_unit_series_or_part_has_no_figure() -> None:
    for change in ({"unit": "km2"}, {"series": "other"}, {"disaggregation": "marine"}, {"indicator": "2.1"}):
        assert state(25.0, **change) == "no-figure"


def test_pathway_takes_the_party_s_own_figure_before_a_newer_global_one() -> None:
    both = table(row(**OWN, value=21.0, year=2022), row(indicator="3.1", unit="percent", value=29.0, year=2024))
    found = pathway(GOAL, summarise(both))
    assert (found.figure.value, found.state) == (21.0, "off-path")


@pytest.mark.parametrize(("year", "value"), [(2020, 20.0), (2025, 25.0), (2030, 30.0), (2035, 30.0)])
def test_expected_value_lies_on_the_straight_line(year: int, value: float) -> None:
    assert expected_value(GOAL, year) == value


def test_pathway_is_told_with_its_numbers() -> None:
    found = pathway(GOAL, summarise(table(row(**OWN, value=21.5, year=2024))))
    assert tell_pathway(found).text() == (
        "Off track to the Party's own quantity (at least 30 % by 2030): 21.5 % in 2024, where the straight path stands "
        "at 24 %."
    )


def test_pathway_of_a_figure_that_the_party_disputes_says_nothing_of_the_way() -> None:
    figure = row(indicator="3.1", unit="percent", value=23.0, year=2024)
    words = figure | {
        "source": "national",
        "method": METHOD,
        "value": None,
        "value_text": "Two parks are missing",
        "vintage": answer_vintage(figure),
        "status": "validated",
    }
    assert pathway(GOAL, summarise(table(figure))).state == "off-path"
    found = pathway(GOAL, summarise(table(figure, words)))
    assert (found.state, found.expected) == ("disputed", None)
    assert tell_pathway(found).text().startswith("The Party disputes the figure for 2024")
