"""Finding entries by code and by name; all there is on each."""

import json

import pytest

from biosetu.framework import code_lists, describe, entries, find, indicators, kinds, lookup, parties
from biosetu.problems import UsageError


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("3", "target:3"),
        ("a", "goal:A"),
        ("GBF-TARGET-03", "target:3"),
        ("A.3", "indicator:A.3"),
        ("1.1", "indicator:1.1"),
        ("threat:1.1", "threat:1.1"),
        ("threat:5_3_1", "threat:5.3.1"),
        ("B.1", "indicator:B.1"),
        ("question:b_1", "question:b_1"),
        ("8_7", "question:8_7"),
        ("gbf-indicator-2.2", "indicator:2.1"),
        ("NPL", "party:NPL"),
        ("524", "party:NPL"),
        ("iucn-rowa", "centre:iucn-west-asia"),
        ("T1.1", "functional-group:T1.1"),
        ("MFT1", "biome:MFT1"),
        ("MFT", "realm:MFT"),
        ("7nr", "cycle:7NR"),
        ("CO", "party:COL"),
        ("ecosystem-category:CO", "ecosystem-category:CO"),
        ("consideration:a", "consideration:a"),
    ],
)
def test_code_leads_to_the_entry_usually_meant(code, address):
    assert lookup(code)[0].address == address


def test_shared_identifier_leads_to_both_indicators():
    assert [entry.code for entry in lookup("GBF-INDICATOR-219")] == ["8.CY.2", "8.CY.3"]


def test_shared_code_names_every_list():
    assert [entry.kind for entry in lookup("1.1")] == [
        "indicator",
        "threat",
        "action",
        "habitat",
        "stress",
        "research",
        "question",
    ]


def test_addresses_are_unique_and_each_leads_back():
    addresses = [entry.address for entry in entries()]
    assert len(addresses) == len(set(addresses))
    assert all(lookup(entry.address)[0] == entry for entry in entries())


@pytest.mark.parametrize(
    ("code", "near"),
    [("A.99", "indicator:A"), ("Nepol", "party:NPL"), ("threat:5.3.11", "threat:5.3.1"), ("T1.11", "T1.1")],
)
def test_unknown_code_comes_with_near_ones(code, near):
    with pytest.raises(UsageError, match=near):
        lookup(code)


@pytest.mark.parametrize("code", ["", "   ", "?", "no-list:3", "zzzzzzzz"])
def test_unknown_code_is_refused(code):
    with pytest.raises(UsageError, match="There is no"):
        lookup(code)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("nepal", "party:NPL"),
        ("尼泊尔", "party:NPL"),
        ("الاردن", "party:JOR"),
        ("red list index", "indicator:A.3"),
        ("القائمه الحمراء للنظم الايكولوجيه", "indicator:A.1"),
        ("intertidal forests", "functional-group:MFT1.2"),
        ("invasive alien species", "target:6"),
        ("Indice de la Liste rouge", "indicator:A.3"),
        ("west asia iucn", "centre:iucn-west-asia"),
        ("critically endangered", "species-category:CR"),
    ],
)
def test_text_finds_the_entry_first(text, address):
    assert find(text)[0].entry.address == address


def test_search_can_keep_to_some_kinds():
    assert {found.entry.kind for found in find("forest", only=("habitat", "threat"))} == {"habitat", "threat"}
    assert find("forest", only=("party",)) == []


def test_search_gives_each_entry_once_and_the_best_first():
    found = find("protected areas", limit=500)
    assert len({hit.entry.address for hit in found}) == len(found)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_short_text_finds_codes_before_names():
    assert find("np")[0].entry.address == "party:NPL"


def test_every_party_is_found_first_by_its_english_and_arabic_name():
    for party in parties().values():
        for name in (party.name_en, party.name_ar):
            assert find(name, only=("party",))[0].entry.code == party.iso3, name


def test_every_entry_can_be_described_as_json():
    for entry in entries():
        described = json.loads(json.dumps(describe(entry), ensure_ascii=False))
        assert described["entry"] == entry.kind
        assert entry.code in described.values()


def test_target_comes_with_elements_and_indicators():
    described = describe(lookup("3")[0])
    assert described["elements"][0]["id"] == "3.E01"
    assert len(described["elements"]) == 8
    assert {row["code"] for row in described["indicators"] if row["role"] == "headline"} == {"3.1"}


def test_indicator_comes_with_targets_and_questions():
    described = describe(lookup("13.b")[0])
    assert [row["code"] for row in described["targets"]] == ["C", "13"]
    assert [row["key"] for row in described["questions"]] == [f"13_{number}" for number in range(1, 8)]


def test_party_comes_with_centres_and_what_does_not_concern_it():
    described = describe(lookup("NPL")[0])
    assert [(row["centre"], row["certainty"]) for row in described["centres"]] == [("iucn-asia", "presumed")]
    assert "5.1" in {row["subject"] for row in described["not_relevant"]}
    assert described["party_since"] == "1994-02-21"


def test_code_comes_with_what_stands_above_and_below():
    described = describe(lookup("threat:5.3")[0])
    assert [row["code"] for row in described["above"]] == ["5"]
    assert [row["code"] for row in described["below"]] == [f"5.3.{number}" for number in range(1, 6)]
    assert [row["code"] for row in describe(lookup("MFT1.2")[0])["above"]] == ["MFT1"]
    assert len(describe(lookup("biome:T1")[0])["below"]) == 4


def test_kinds_are_those_of_the_entries():
    assert set(code_lists()) < set(kinds())
    assert sum(entry.kind == "indicator" for entry in entries()) == len(indicators())
