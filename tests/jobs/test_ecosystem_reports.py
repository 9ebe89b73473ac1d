from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from biosetu.cli.ecosystems import ecosystems
from biosetu.ecosystems.assessment import assess
from biosetu.figures import criteria_strip
from biosetu.problems import UsageError
from biosetu.reports.assessments import assessment_document
from biosetu.reports.content import Facts, Figure, Table
from biosetu.translation import Voice

ROW = {
    "ecosystem": "N1", "name": "Peat swamp", "functional_group": "TF1.1", "collapse": "Water table below peat",
    "citation": "Red List 2024", "A2b_decline_percent": "45 (35-55)", "eoo_km2": "19000", "threats": "yes",
}  # fmt: skip


def test_document_has_one_section_per_type_with_outcome_strip_and_record() -> None:
    document = assessment_document(assess([ROW, {**ROW, "ecosystem": "N2"}]), Voice("en"), date(2026, 1, 2))
    assert len(document.sections) == 2
    first = document.sections[0]
    assert first.kicker == "TF1.1 Tropical flooded forests and peat forests"
    facts, figure, table, *record = first.blocks
    assert isinstance(facts, Facts)
    assert [item.value for item in facts.items] == ["EN Endangered", "EN", "B1b"]
    assert isinstance(figure, Figure)
    assert "B1 EN" in figure.text
    assert isinstance(table, Table)
    assert table.rows[0] == ("A2b", "VU (VU–EN)", "decline 45 (35–55) %")
    assert "Collapsed when: Water table below peat" in [getattr(block, "text", "") for block in record]
    assert facts.sources[0].text == "Red List 2024"


def test_strip_draws_each_category_in_its_colour() -> None:
    drawing = str(criteria_strip([("A1", "CR"), ("B1", "NE")], Voice("en"), key="k", title="t"))
    assert "#d81e05" in drawing
    assert drawing.count("<rect") == 2
    assert str(criteria_strip([], Voice("en"), key="k", title="t")) == ""


@pytest.mark.parametrize("suffix", [".html", ".json", ".docx"])
def test_command_writes_the_document(suffix: str, tmp_path: Path) -> None:
    rows, report = tmp_path / "r.csv", tmp_path / f"out{suffix}"
    rows.write_text("ecosystem,name,A1_decline_percent\nN1,Peat,85\n")
    result = CliRunner().invoke(
        ecosystems, ["assess", str(rows), "--report", str(report), "--out", str(tmp_path / "o.csv")]
    )
    assert result.exit_code == 0, result.output
    assert report.stat().st_size > 1000


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    rows = tmp_path / "r.csv"
    rows.write_text("ecosystem,name,A1_decline_percent\nN1,Peat,85\n")
    result = CliRunner().invoke(ecosystems, ["assess", str(rows), "--report", str(tmp_path / "o.txt")])
    assert isinstance(result.exception, UsageError)
