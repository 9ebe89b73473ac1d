from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from biosetu.framework import find_party
from biosetu.jobs import areas_party
from biosetu.jobs.areas_party import keep
from biosetu.jobs.dossier import TABLES
from biosetu.observations import SCHEMA
from biosetu.reports.content import Facts, Figure, Paragraph, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.areas import section
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
    assert named["Buffer zones"][3] is None


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
