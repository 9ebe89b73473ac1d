"""Code lists: counts, parents, and the source cell by cell."""

import csv
import re
from collections import Counter

import pytest

from biosetu.framework import code_list, code_lists, parent, parts
from biosetu.problems import UsageError

COUNTS = {
    "realm": 10,
    "biome": 25,
    "functional-group": 110,
    "threat": 130,
    "action": 42,
    "habitat": 126,
    "stress": 16,
    "use": 18,
    "research": 17,
    "system": 3,
    "fao-area": 19,
    "species-category": 14,
    "ecosystem-category": 8,
}
FILES = {
    "threat": "threats",
    "action": "conservation_actions",
    "habitat": "habitats",
    "stress": "stresses",
    "use": "use_and_trade",
    "research": "research",
    "system": "systems",
    "fao-area": "faos",
}


def test_lists_are_as_long_as_their_sources():
    assert {name: len(codes) for name, codes in code_lists().items()} == COUNTS


def test_parents_exist():
    for codes in code_lists().values():
        for code in codes.values():
            assert bool(code.parent) == (parent(code) is not None), code


def test_parts_lead_back():
    for codes in code_lists().values():
        for code in codes.values():
            assert all(parent(part) == code for part in parts(code))


def test_typology_codes_begin_with_those_above():
    for group in code_list("functional-group").values():
        assert group.code.startswith(f"{group.parent}.")
    for biome in code_list("biome").values():
        assert re.fullmatch(rf"{biome.parent}\d", biome.code)


def test_natural_is_told_from_artificial():
    kinds = Counter(group.status for group in code_list("functional-group").values())
    assert kinds == {"natural": 94, "artificial": 15, "semi_natural": 1}
    assert code_list("functional-group")["T7.5"].status == "semi_natural"
    artificial = {biome.code for biome in code_list("biome").values() if biome.status == "artificial"}
    assert artificial == {"T7", "F3", "S2", "SF2", "M4", "MT3"}


def test_categories_of_both_lists_stand_in_order_of_risk():
    assert list(code_list("ecosystem-category")) == ["CO", "CR", "EN", "VU", "NT", "LC", "DD", "NE"]
    assert list(code_list("species-category"))[:9] == ["EX", "EW", "CR", "EN", "VU", "NT", "LC", "DD", "NE"]
    assert [c.code for c in code_list("species-category").values() if c.status == "threatened"] == ["CR", "EN", "VU"]


def test_unknown_list_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="functional-group"):
        code_list("nothing")


@pytest.mark.parametrize("name", sorted(FILES))
def test_classification_equals_the_source(shared, name):
    with (shared / f"data/iucn_classifications/{FILES[name]}.csv").open(encoding="utf-8", newline="") as file:
        theirs = {row["code"]: row["name_en"].strip() for row in csv.DictReader(file)}
    assert {code.source_code: code.name_en for code in code_list(name).values()} == theirs


def test_typology_equals_the_source(shared):
    with (shared / "data/get_typology/get_efg_v2.1.csv").open(encoding="utf-8", newline="") as file:
        theirs = list(csv.DictReader(file))
    groups = code_list("functional-group")
    assert {row["code"]: (row["name"], row["biome_code"]) for row in theirs} == {
        code: (group.name_en, group.parent) for code, group in groups.items()
    }
    assert {row["biome_code"]: row["biome"] for row in theirs} == {
        code: biome.name_en for code, biome in code_list("biome").items()
    }


def test_categories_are_among_those_of_the_red_list(shared):
    with (shared / "data/iucn_classifications/red_list_categories.csv").open(encoding="utf-8", newline="") as file:
        theirs = {row["code"]: row["name_en"] for row in csv.DictReader(file)}
    assert {code: entry.name_en for code, entry in code_list("species-category").items()}.items() <= theirs.items()


def test_groups_equal_those_of_the_reporting_tool(shared):
    text = (shared / "reference/ort-template-categories.json").read_text(encoding="utf-8")
    theirs = set(re.findall(r'"([A-Z]{1,3}) ?(\d\.\d+) ?[A-Z][a-z]', text))
    assert {f"{letters}{number}" for letters, number in theirs} == set(code_list("functional-group"))
