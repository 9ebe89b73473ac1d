"""Setuland's tables are what the software works out, its dossier shows them, and a Party's own are kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from biosetu.ecosystems.assessment import assess, template_rows
from biosetu.ecosystems.extent import extent_by_group
from biosetu.ecosystems.redlist_index import index_table, read_history
from biosetu.engine.tables import write_table
from biosetu.framework import find_party
from biosetu.indicators import Provenance, method_of
from biosetu.jobs import ecosystems_party
from biosetu.jobs.ecosystems_assess import results
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_rasters
from biosetu.jobs.setuland_ecosystems import write_maps
from biosetu.observations import problems_of
from biosetu.problems import UsageError
from biosetu.reports.content import Figure, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.ecosystems import section
from biosetu.sources.setuland import ecosystems as setuland
from biosetu.translation import Voice


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def dossier_section(language: str = "en", **tables: pa.Table) -> Section | None:
    kept = {f"ecosystems.{kind}": getattr(ecosystems_party, kind)("XXA") for kind in ecosystems_party.KINDS}
    evidence = Evidence(party=find_party("XXA"), on=date(2026, 11, 23), tables=tables or kept)
    return section(evidence, Voice(language))


def computed_tables(folder: Path) -> dict[str, pa.Table]:
    """Compute every table of Setuland from its maps; what criteria B, C and D say is in `ecosystem_evidence.csv`."""
    classes, history = folder / "classes.csv", setuland.rows("history")
    write_table(pa.Table.from_pylist(setuland.rows("classes")), classes)
    found = measure_rasters(list(write_maps(folder).values()), MeasureOptions(classes=classes, resume=False))
    assert found.transitions is not None
    return {
        "measures": found.measures,
        "transitions": found.transitions,
        "assessments": results(assess(with_evidence(found.measures))),
        "index": index_table(read_history(history), {"": list(dict.fromkeys(row["ecosystem"] for row in history))}),
    }


def with_evidence(measures: pa.Table) -> list[dict[str, str]]:
    evidence = {row["ecosystem"]: {k: v for k, v in row.items() if v} for row in setuland.rows("evidence")}
    filled = template_rows(measures.to_pylist())
    return [{**row, **evidence[row["ecosystem"]]} for row in filled if row["ecosystem"] in evidence]


def test_tables_that_come_with_the_software_are_what_it_computes(tmp_path: Path) -> None:
    for kind, computed in computed_tables(tmp_path).items():
        kept = setuland.table(kind)
        assert kept.column_names == computed.column_names, kind
        for name in computed.column_names:
            for one, other in zip(kept[name].to_pylist(), computed[name].to_pylist(), strict=True):
                same = one in (other, "") if isinstance(other, str | None) else one == pytest.approx(other, rel=1e-9)
                assert same or str(one) == str(other), (kind, name, one, other)


def test_index_of_setuland_is_the_figure_it_reports_nationally() -> None:
    rows = [row for row in setuland.table("index").to_pylist() if not row["group"]]
    assert [(row["year"], round(row["value"], 2)) for row in rows] == [(2014, 0.81), (2024, 0.78)]


def test_natural_extent_of_setuland_falls_as_it_reports() -> None:
    shares = {2012: 0.0, 2024: 0.0}
    for row in extent_by_group(setuland.table("measures").to_pylist()).to_pylist():
        shares[row["date"]] += row["share_percent"] if row["natural"] else 0
    assert shares[2012] == pytest.approx(61.2, abs=0.1)
    assert shares[2024] == pytest.approx(58.1, abs=0.1)


def test_dossier_shows_extent_change_categories_and_index() -> None:
    found = dossier_section()
    assert found is not None
    kinds = [type(block).__name__ for block in found.blocks]
    assert kinds == ["Figure", "Figure", "Table", "Paragraph", "Figure", "Table", "Figure", "Table", "Facts"]
    extent = found.blocks[2]
    assert isinstance(extent, Table)
    assert len(extent.rows) == 11
    assert all(block.sources for block in found.blocks if isinstance(block, Table | Figure))


def test_dossier_and_observations_tell_changes_that_nobody_called_genuine() -> None:
    rows = [{key: value for key, value in row.items() if key != "genuine"} for row in setuland.rows("history")]
    changed = 4  # in Setuland three are called genuine and one better knowledge: all move the index where nobody says
    index = index_table(read_history(rows), {"": list(dict.fromkeys(row["ecosystem"] for row in rows))})
    for language, words in (
        ("en", f"{changed} changes of category count as genuine in the index, though nobody said that they are."),
        ("ar", "تُحسب حقيقية في المؤشر"),
    ):
        found = dossier_section(language, **{"ecosystems.index": index})
        assert found is not None
        (told,) = (block.text for block in found.blocks if isinstance(block, Paragraph))
        assert words in told
    provenance = Provenance("XXA", "2026-11-23", "history.csv", "Ministry", "CC0 1.0")
    made = method_of("A.1").observations(index, "A.1", provenance).to_pylist()
    notes = {row["year"]: row["footnote"] for row in made if row["unit"] == "index"}
    assert "genuine" not in notes[2014]
    assert notes[2024].endswith(f"; {changed} changes of category count as genuine, which nobody said")


def test_dossier_adds_up_zones_and_shows_each(tmp_path: Path) -> None:
    rows = [
        {"class": "1", "name": "Sal", "date": date, "zone": zone, "area_km2": area, "eoo_km2": 900.0, "aoo_cells": 9}
        for date, zone, area in ((2000, "East", 30.0), (2000, "West", 70.0), (2020, "East", 30.0), (2020, "West", 20.0))
    ]
    moved = [
        {"from_date": 2000, "to_date": 2020, "zone": zone, "before": "1", "after": after, "area_km2": area,
         "before_name": "Sal", "after_name": "Town"}
        for zone, after, area in (("East", "2", 10.0), ("West", "2", 40.0), ("West", "1", 50.0))
    ]  # fmt: skip
    tables = {"measures": pa.Table.from_pylist(rows), "transitions": pa.Table.from_pylist(moved)}
    found = dossier_section(**{f"ecosystems.{name}": table for name, table in tables.items()})
    assert found is not None
    whole, by_zone, flows = (block for block in found.blocks if isinstance(block, Table))
    assert whole.rows == (("Sal", 100.0, 50.0, -50.0),)
    assert by_zone.rows == (
        ("East", "Sal", 30.0, 30.0, 0.0, 900.0, 9),
        ("West", "Sal", 70.0, 20.0, by_zone.rows[1][4], 900.0, 9),
    )
    assert flows.rows == (("Sal", "Town", 50.0),)


def test_dossier_shows_a_map_without_year() -> None:
    row = {"class": "1", "name": "Sal", "date": None, "area_km2": 30.0, "eoo_km2": 900.0, "aoo_cells": 9}
    found = dossier_section(**{"ecosystems.measures": pa.Table.from_pylist([row])})
    assert found is not None
    (table,) = (block for block in found.blocks if isinstance(block, Table))
    assert [column.label for column in table.columns][1] == "Area (km²)"
    assert table.rows == (("Sal", 30.0, 900.0, 9),)
    ecosystems_party.keep("NPL", "measures", pa.Table.from_pylist([{**row, "functional_group": "T1.1"}]))
    assert ecosystems_party.extent("NPL") is None


def test_dossier_says_nothing_where_nothing_is_kept() -> None:
    evidence = Evidence(party=find_party("NPL"), on=date(2026, 11, 23))
    assert section(evidence, Voice("en")) is None


def test_section_is_written_in_arabic_too() -> None:
    found = dossier_section("ar")
    assert found is not None
    assert found.title == "النظم الإيكولوجية"


def test_results_are_kept_for_a_party_and_only_known_ones() -> None:
    assert ecosystems_party.measures("NPL") is None
    ecosystems_party.keep("nepal", "measures", setuland.table("measures"))
    kept = ecosystems_party.measures("NPL")
    assert kept is not None
    assert kept.num_rows == 22
    assert ecosystems_party.extent("NPL") is not None
    with pytest.raises(UsageError, match="There is no result"):
        ecosystems_party.keep("NPL", "other", kept)
    with pytest.raises(UsageError, match="no Party"):
        ecosystems_party.keep("XYZ", "measures", kept)


def test_observations_for_a1_hold_the_index_and_types_by_category() -> None:
    method = method_of("A.1")
    assert method is not None
    provenance = Provenance("XXA", "2024", "invented", "Ministry", "CC0 1.0")
    table = method.observations(setuland.table("index"), "A.1", provenance)
    assert problems_of(table) == []
    rows = table.to_pylist()
    assert [row["value"] for row in rows if row["unit"] == "index"] == pytest.approx([0.81, 0.78])
    counts = {row["disaggregation"]: row["value"] for row in rows if row["unit"] == "count" and row["year"] == 2024}
    assert sum(counts.values()) == 23
    assert counts["EN"] == 3
