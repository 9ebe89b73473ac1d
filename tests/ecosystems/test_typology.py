from __future__ import annotations

import pytest

from biosetu.ecosystems.typology import _other_words, _words, functional_groups, suggest_groups


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
