from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from biosetu.framework import find_party
from biosetu.jobs import areas_party
from biosetu.jobs.areas_party import keep
from biosetu.jobs.dossier import TABLES
from biosetu.observations import SCHEMA
from biosetu.problems import UsageError
from biosetu.reports.content import Facts, Figure, Paragraph, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.areas import section
from biosetu.sources import official
from biosetu.sources.setuland import tables as setuland
from biosetu.translation import Voice

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))


def written(party: str, language: str = "en"):
    tables = {f"areas.{kind}": getattr(areas_party, kind)(party) for kind in areas_party.KINDS}
    held = {name: table for name, table in tables.items() if table is not None}
    observations = setuland.observations() if party == "XXA" else SCHEMA.empty_table()
    return section(Evidence(find_party(party), DAY, observations=observations, tables=held), Voice(language))


def tables_of(found):
    return {block.caption: block for block in found.blocks if isinstance(block, Table)}


def test_party_without_results_has_no_section() -> None:
    assert section(Evidence(party=find_party("LKA"), on=DAY), Voice("en")) is None


def test_setuland_shows_share_over_time_and_what_is_left_out() -> None:
    found = written("XXA")
    facts = next(block for block in found.blocks if isinstance(block, Facts))
    assert facts.items[0].value == "18.0 %"
    assert any(isinstance(block, Figure) for block in found.blocks)
    shown = tables_of(found)
    gaps = [row[4] for row in shown["What is represented"].rows]
    assert gaps == sorted(gaps, reverse=True)
    assert all(block.sources for block in found.blocks if isinstance(block, Table | Facts | Figure))


def test_setuland_figures_stand_side_by_side_with_their_difference() -> None:
    table = tables_of(written("XXA"))["Figures side by side, land and inland water"]
    named = {row[0]: row for row in table.rows}
    assert named["Computed here"][3] == 0.0
    assert named["International database"][3] == pytest.approx(
        named["International database"][1] - named["Computed here"][1]
    )
    assert named["Buffer zones"][3] < 0
    assert named["Sites proposed, not yet designated"][5] == 1
    assert named["Not explained"][3] == pytest.approx(
        named["The Party's own figure"][3] - named["Sites proposed, not yet designated"][6], abs=1e-6
    )
    told = [block.text for block in written("XXA").blocks if isinstance(block, Paragraph)]
    assert any(text.startswith("Not measured: Release of the database; Base map") for text in told)
    assert any(text.startswith("Without effect here: Sites established later") for text in told)
    assert "Corridors" not in named


def test_figures_stand_side_by_side_where_nothing_was_reconciled() -> None:
    row = {"area": "BTN", "realm": "land", "year": 2024, "area_km2": 100.0, "protected_km2": 20.0, "oecm_km2": 1.0}
    keep("BTN", "coverage", pa.Table.from_pylist([row | {"share_percent": 21.0}]), inputs="WDPA", official=True)
    held = official.observations("BTN")
    tables = {"areas.coverage": areas_party.coverage("BTN")}
    found = section(Evidence(find_party("BTN"), DAY, observations=held, tables=tables), Voice("en"))
    named = {row[0]: row for row in tables_of(found)["Figures side by side, land and inland water"].rows}
    assert named["Not explained"][3] == pytest.approx(named["International database"][1] - 21.0)


def test_inland_water_is_told_apart_and_target_3_said() -> None:
    rows = {row[0]: row for row in tables_of(written("XXA"))["Land, inland water and sea"].rows}
    land, dry, water = (rows[name] for name in rows)
    assert list(rows)[1:] == ["of it land without inland water", "of it inland water"]
    assert land[1] == pytest.approx(dry[1] + water[1])
    assert land[2] == pytest.approx(dry[2] + water[2])


def test_quality_says_what_is_assessed_and_what_is_effective() -> None:
    found = written("XXA")
    rows = {row[0]: row for row in tables_of(found)["Quality: what is assessed, what is found effective"].rows}
    assert rows["Any assessment"][5] is None
    assert list(rows)[1:] == ["Management effectiveness (METT)", "Green List", "Governance and equity (SAGE)"]
    assert rows["Management effectiveness (METT)"][5] == pytest.approx(38.2, abs=0.1)
    assert rows["Governance and equity (SAGE)"][6] == "2022–2024"
    said = " ".join(block.text for block in found.blocks if isinstance(block, Paragraph))
    assert (
        "Management is assessed on 59.4 % of the protected and conserved area, and found effective on 38.2 %." in said
    )
    assert "it does not say what is effectively conserved" in said


def test_map_and_bars_are_drawn_and_carry_the_disclaimer() -> None:
    figures = {block.svg: block for block in written("XXA").blocks if isinstance(block, Figure)}
    drawn = next(block for block in figures.values() if "area-protected" in block.svg)
    assert "imply no opinion on the legal status" in drawn.caption
    assert "ground-water" in drawn.svg
    assert any("bar-short" in svg for svg in figures)


def test_sites_without_any_year_are_not_told_as_of_year_nought() -> None:
    row = {"area": "NPL", "realm": "land", "year": 0, "area_km2": 100.0, "protected_km2": 20.0, "oecm_km2": 1.0}
    keep("NPL", "coverage", pa.Table.from_pylist([row | {"share_percent": 21.0}]), inputs="pad-nepal.shp")
    facts = next(block for block in written("NPL").blocks if isinstance(block, Facts))
    assert facts.items[0].detail == "years unknown"


def test_result_of_many_areas_or_classes_is_not_kept_for_a_dossier() -> None:
    rows = pa.table({"area": ["NPL", "BTN"], "class": ["", ""]})
    with pytest.raises(UsageError, match="--only"):
        keep("NPL", "coverage", rows)
    with pytest.raises(UsageError, match="--by"):
        keep("NPL", "coverage", pa.table({"area": ["NPL"], "class": ["forest"]}))


def test_unofficial_polygons_are_told_as_context() -> None:
    row = {"area": "NPL", "realm": "land", "year": 2024, "area_km2": 100.0, "protected_km2": 20.0, "oecm_km2": 1.0}
    keep("NPL", "coverage", pa.Table.from_pylist([row | {"share_percent": 21.0}]), inputs="pad-nepal.shp")
    said = [block.text for block in written("NPL").blocks if isinstance(block, Paragraph)]
    assert said[0] == "These polygons are not official: context, not indicator 3.1."
    keep("NPL", "coverage", pa.Table.from_pylist([row | {"share_percent": 21.0}]), inputs="WDPA", official=True)
    said = [block.text for block in written("NPL").blocks if isinstance(block, Paragraph)]
    assert "not official" not in said[0]


def test_section_is_in_arabic_where_arabic_is_asked_for() -> None:
    assert written("XXA", "ar").title == "المناطق المحمية والمصونة"


def test_dossier_reads_every_table_of_the_room() -> None:
    assert {f"areas.{kind}" for kind in areas_party.KINDS} <= TABLES.keys()
