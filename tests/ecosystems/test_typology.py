from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from biosetu.ecosystems.typology import _other_words, _words, functional_groups, suggest_groups, understood


def test_typology_has_all_groups_with_the_labels_of_the_reporting_tool() -> None:
    groups = functional_groups()
    assert len(groups) == 110
    assert len({group.biome_code for group in groups.values()}) == 25
    assert all(group.reporting_label and group.reporting_biome for group in groups.values())
    assert groups["MFT1.2"].name == "Intertidal forests and shrublands"


def test_intensively_used_biomes_are_not_natural() -> None:
    groups = functional_groups().values()
    assert {group.biome_code for group in groups if not group.natural} == {"T7", "S2", "SF2", "F3", "M4", "MT3"}


def test_suggestions_come_with_score_and_reason() -> None:
    (first, *_) = suggest_groups("Tropical montane rainforest")
    assert first.code == "T1.3"
    assert "montane" in first.reason
    assert 0 < first.score <= 1
    assert suggest_groups("Urban areas")[0].code == "T7.4"
    assert suggest_groups("xyz") == []


@pytest.mark.parametrize(
    ("name", "code"),
    [("Dense mangroves", "MFT1.2"), ("Rice paddies", "F3.3"), ("Built-up area", "T7.4"), ("Snow and ice", "T6.1"),
     ("Irrigated cropland", "T7.1"), ("Upland cloud forest", "T1.3"), ("Alpine meadow", "T6.4")],
)  # fmt: skip
def test_words_that_maps_use_lead_to_the_group(name: str, code: str) -> None:
    assert suggest_groups(name)[0].code == code


def test_other_words_are_of_groups_that_exist_and_say_something_new() -> None:
    for code, words in _other_words().items():
        group = functional_groups()[code]
        assert not _words(words) <= _words(f"{group.name} {group.biome}")


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("غابات المانغروف", "MFT1.2"),
        ("الغابات الجبلية المدارية", "T1.3"),
        ("والشعاب المرجانية", "M1.3"),
        ("हिमनदी", "T6.1"),
        ("Páramo, forêt de mangroves", "MFT1.2"),
    ],
)
def test_names_in_arabic_nepali_and_with_accents_get_suggestions(name: str, group: str) -> None:
    assert group in [each.code for each in suggest_groups(name)]
    assert understood(name)


def test_every_term_of_another_language_leads_to_a_group() -> None:
    text = (files("biosetu.ecosystems") / "data" / "typology_terms.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert suggest_groups(row["term"]), row


def test_a_name_in_letters_that_are_not_read_says_so() -> None:
    assert suggest_groups("ป่าชายเลน") == []
    assert not understood("ป่าชายเลน")
