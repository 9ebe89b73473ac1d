"""Peers: likeness of conditions, worked by hand; the gap without a request; what was measured again."""

import math

import pyarrow as pa
import pytest

from biosetu.alignment.gaps import Facts, find_gaps
from biosetu.cooperation import peers
from biosetu.cooperation.results import measured_again
from biosetu.framework import context_facts, parties
from biosetu.observations.own import DeclaredGap, OwnStatements

ALL = [code for code, row in parties().items() if not row.fictional]


def test_likeness_is_the_weighted_mean_of_its_facts_worked_by_hand(monkeypatch):
    one = {
        "languages": frozenset({"ne", "en"}), "income_group": "low income", "coast": "none", "mangrove_units": 0.0,
        "forest_share": 40.0, "mountain_share": None, "land_area": 999.0, "population": None, "subregion": "S",
    }  # fmt: skip
    other = {
        "languages": frozenset({"en"}), "income_group": "upper middle income", "coast": "sea", "mangrove_units": 9.0,
        "forest_share": 60.0, "mountain_share": 5.0, "land_area": 99999.0, "population": 5.0, "subregion": "S",
    }  # fmt: skip
    monkeypatch.setattr(peers, "conditions", {"AAA": one, "BBB": other}.__getitem__)
    found = peers.likeness("AAA", "BBB")
    parts = [2 * 1.0, 2 * (1 - 2 / 3), 1 * 0.0, 1 * 0.0, 2 * 0.8, 1 * (1 - 2 / 3), 2 * 1.0]
    assert math.isclose(found.likeness, sum(parts) / 11)
    assert found.facts == 7
    assert found.alike == ("shared language", "forest share", "subregion")


@pytest.mark.parametrize("party", ["NPL", "JOR", "MDV", "IND"])
def test_likeness_is_symmetric_between_0_and_1_and_whole_for_oneself(party):
    assert peers.likeness(party, party).likeness == 1.0
    for other in ALL[::7]:
        there, back = peers.likeness(party, other), peers.likeness(other, party)
        if there is not None:
            assert 0 <= there.likeness <= 1
            assert math.isclose(there.likeness, back.likeness)


def test_most_alike_ranks_and_never_names_the_fictional_party_or_oneself():
    found = peers.most_alike("NPL", 40)
    codes = [item.party for item in found]
    assert len(codes) == len(set(codes)) == 40
    assert not {"NPL", "XXA"} & set(codes)
    assert [item.likeness for item in found] == sorted((item.likeness for item in found), reverse=True)
    assert "BTN" in codes[:5]


def test_conditions_follow_the_tabled_facts():
    facts = context_facts()["NPL"]
    held = peers.conditions("NPL")
    assert held["languages"] == frozenset(facts["languages"].text.split(";"))
    expected = min(100.0, 100 * facts["mountain_area"].value / facts["land_area"].value)
    assert held["mountain_share"] == expected


def own(*targets):
    missing = tuple(
        DeclaredGap(party="NPL", id=f"m{n}", target=target, text="t", closes="", year=2026, source="s")
        for n, target in enumerate(targets)
    )
    return OwnStatements(missing=missing)


def requests(*rows):
    names = ("id", "target", "title", "state")
    return {"requests": pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})}


def kinds(facts):
    return [(gap.kind, gap.target) for gap in find_gaps(facts) if gap.kind == "support"]


def test_support_is_a_gap_only_where_requests_are_known_and_none_is_open():
    stated = own("1", "1", "13")
    assert kinds(Facts("NPL", own=stated)) == []
    open_one = requests(("r", "1; 2", "t", "planning"))
    assert kinds(Facts("NPL", own=stated, tables=open_one)) == [("support", "13")]
    ended = requests(("r", "1", "t", "closed"), ("s", "13", "t", "withdrawn"))
    assert kinds(Facts("NPL", own=stated, tables=ended)) == [("support", "1"), ("support", "13")]


def test_support_comes_after_the_gaps_it_points_to_and_counts_them():
    found = find_gaps(Facts("NPL", own=own("1", "1"), tables=requests(("r", "5", "t", "planning"))))
    assert [gap.kind for gap in found] == ["declared", "declared", "support"]
    assert "(2)" in found[-1].says.text()


def figure(**changes):
    row = {
        "indicator": "A.1", "series": "s", "unit": "index", "disaggregation": "", "value": 0.8, "year": 2024,
        "source": "national", "vintage": "v", "status": "validated", "inputs": "i", "holder": "h", "method": "",
    }  # fmt: skip
    return {**row, **changes}


BASE = {"indicator": "A.1", "series": "s", "unit": "index", "baseline": 0.7, "year": 2014}


def test_measured_again_is_the_newest_figure_of_the_same_series_after_the_baseline():
    rows = [
        figure(year=2014, value=0.7),
        figure(year=2020, value=0.75),
        figure(),
        figure(year=2024, source="x", value=1.0),
    ]
    again = measured_again(rows, **BASE)
    assert (again.year, again.value, again.source) == (2024, 0.8, "i")
    assert math.isclose(again.change, 0.1)


@pytest.mark.parametrize(
    "other",
    [
        {"series": "t"},
        {"unit": "percent"},
        {"year": 2014},
        {"value": None},
        {"disaggregation": "sea"},
        {"indicator": "B.1"},
    ],
)
def test_measured_again_never_compares_what_is_not_the_same(other):
    assert measured_again([figure(**other)], **BASE) is None


def test_some_and_none_are_not_alike():
    from biosetu.cooperation.peers import MEASURES

    assert MEASURES["number"](0.0, 1.0) == 0.0
    assert MEASURES["number"](0.0, 0.0) == 1.0
    assert MEASURES["number"](5.0, 5.0) == 1.0
