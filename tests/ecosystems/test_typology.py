from __future__ import annotations

from biosetu.ecosystems.typology import functional_groups, suggest_groups


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
