"""What does not concern a Party."""

import pytest

from biosetu.framework import (
    context_facts,
    find_party,
    indicators,
    not_relevant,
    not_relevant_to,
    parties,
    relevance,
)
from biosetu.framework.conditions import CONDITIONS, KINDS
from biosetu.observations.packaged import packaged_rows


def test_every_row_names_a_condition_and_a_subject_that_exist():
    for row in relevance():
        assert row.condition in CONDITIONS
        assert row.kind in KINDS
        assert row.basis in ("decision", "proposal")
        if row.kind == "indicator":
            assert row.subject in indicators()


@pytest.mark.parametrize("code", ["5.1", "7.1", "A.CY.6", "8.CY.4"])
def test_marine_indicators_do_not_concern_nepal(code):
    reason = not_relevant(parties()["NPL"], code)
    assert reason.basis == "proposal"
    assert "غابات" in reason.reason("ar") or "ساحل" in reason.reason("ar")


@pytest.mark.parametrize("code", ["LKA", "JOR", "XXA", "EUR", "MNG"])
def test_red_list_index_concerns_everyone(code):
    assert not_relevant(parties()[code], "A.3") is None


def test_sea_concerns_parties_with_a_coast():
    for code in ("JOR", "IRQ", "PSE", "BGD"):
        assert not_relevant(parties()[code], "7.1") is None
        assert not_relevant(parties()[code], "M", "realm") is None


def test_caspian_states_are_landlocked_but_not_without_coast():
    kazakhstan = find_party("KAZ")
    assert not_relevant(kazakhstan, "1_1_c", "question").basis == "decision"
    assert not_relevant(kazakhstan, "7.1") is None


def test_mangroves_do_not_concern_a_coast_without_them():
    assert not_relevant(parties()["PSE"], "A.CY.6").condition == "no_mangroves"
    assert not_relevant(parties()["PSE"], "MFT1.2", "functional-group").condition == "no_mangroves"
    assert not_relevant(parties()["LKA"], "A.CY.6") is None
    assert not_relevant(parties()["FRA"], "A.CY.6") is None


def test_parties_whose_mangroves_are_left_out_of_the_series_have_no_unit():
    left_out = [row["party"] for row in packaged_rows("biosetu.sources.official", "mangrove_exclusions")]
    assert {code: context_facts()[code]["mangrove_units"].value for code in left_out} == dict.fromkeys(left_out, 0)


def test_what_is_unknown_is_not_called_absent():
    assert not_relevant(parties()["XXA"], "A.CY.6") is None
    assert not_relevant(parties()["EUR"], "A.CY.6") is None


def test_kind_tells_a_realm_from_an_indicator():
    assert not_relevant(parties()["NPL"], "M") is None
    assert not_relevant(parties()["NPL"], "M", "realm").subject == "M"


def test_landlocked_parties_all_get_the_same_rows_of_the_decision():
    decided = {"1_1_c", "1_2:forCostalMarinePlanning"}
    for party in parties().values():
        rows = {row.subject for row in not_relevant_to(party) if row.basis == "decision"}
        assert rows == (decided if party.landlocked else set())
