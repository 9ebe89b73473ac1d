from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from click.testing import CliRunner

from biosetu.cli import main
from biosetu.cli.ecosystems import ecosystems
from biosetu.ecosystems import criteria
from biosetu.ecosystems.assessment import assess, assessment_table
from biosetu.ecosystems.pictures import picture_of, read_pictures
from biosetu.engine.rasters import write_raster
from biosetu.figures import criteria_strip
from biosetu.framework import find_party
from biosetu.jobs import ecosystems_party
from biosetu.jobs.ecosystems_assess import write_report
from biosetu.problems import UsageError
from biosetu.reports.assessments import assessment_document
from biosetu.reports.content import Facts, Figure, Paragraph, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.ecosystems import section
from biosetu.translation import Said, Voice

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
    cited = ["Red List 2024", "IUCN 2024, Guidelines 2.0, doi:10.2305/CJDF9122"]
    assert [source.text for source in facts.sources] == cited


def test_assessments_of_one_name_are_told_apart_by_their_area() -> None:
    areas = [{**ROW, "area": "East"}, {**ROW, "area": "West"}, {**ROW, "name": "Sal", "area": "East"}]
    found = assess(areas)
    document = assessment_document(found, Voice("en"), date(2026, 1, 2))
    named = ["Peat swamp, East", "Peat swamp, West", "Sal"]
    assert [section.title for section in document.sections] == named
    tables = {"ecosystems.assessments": assessment_table(found)}
    shown = section(Evidence(party=find_party("NPL"), on=date(2026, 1, 2), tables=tables), Voice("en"))
    assert shown is not None
    (table,) = (block for block in shown.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == named


def test_record_draws_the_curve_of_each_criterion_with_two_points_or_more() -> None:
    """C1 has three points, the middle one not known; D1 a single pair, which is no curve."""
    points = {"C1_severity_percent": "80|50|30", "C1_extent_percent": "35 (30-45)|DD|90"}
    row = {**ROW, **points, "D1_severity_percent": "60", "D1_extent_percent": "40"}
    found = assess([row])
    document = assessment_document(found, Voice("en"), date(2026, 1, 2))
    figures = [block for block in document.sections[0].blocks if isinstance(block, Figure) and block.data]
    assert list(found[0].curves) == ["C1"]
    assert [figure.data.rows for figure in figures if figure.data] == [((30, 90, 90, 90), (80, 35, 30, 45))]
    assert str(figures[0].svg).count("<circle") == 2
    assert figures[0].caption.startswith("C1:")


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


def test_document_shows_where_each_type_stayed_was_lost_and_was_gained() -> None:
    first = picture_of(2000, np.array([[1, 1], [2, 2]]), [0], (10.0, 10.0))
    last = picture_of(2020, np.array([[1, 2], [2, 2]]), [0], (10.0, 10.0))
    rows = [{**ROW, "ecosystem": "1"}, {**ROW, "ecosystem": "elsewhere"}]
    document = assessment_document(assess(rows), Voice("en"), date(2026, 1, 2), pictures=[first, last])
    maps = [[block for block in part.blocks if isinstance(block, Figure)][1:] for part in document.sections]
    assert [len(found) for found in maps] == [1, 0]
    assert maps[0][0].caption == "Peat swamp, 2000 to 2020"
    drawing = str(maps[0][0].svg)
    assert "in 2000 only" in drawing
    assert "in 2000 and 2020" in drawing
    assert "in 2020 only" not in drawing
    assert document.colophon
    (alone,) = assessment_document(assess(rows[:1]), Voice("en"), date(2026, 1, 2), pictures=[last]).sections
    assert [block.caption for block in alone.blocks if isinstance(block, Figure)][1] == "Peat swamp"


def test_commands_put_maps_into_document_and_dossier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    paths = []
    for year, codes in ((2000, [[1, 1], [2, 2]]), (2020, [[1, 2], [2, 2]])):
        path = tmp_path / f"m{year}.tif"
        write_raster(path, np.array(codes, np.uint8), "EPSG:4326", (0.01, 0.0, 84.0, 0.0, -0.01, 28.0))
        paths.append(str(path))
    out, report = tmp_path / "m.csv", tmp_path / "r.html"
    arguments = ["ecosystems", "measure", *paths, "--keep", "NPL", "--out", str(out), "--quiet"]
    assert main.run(arguments) == main.DONE
    kept = ecosystems_party.pictures("NPL")
    assert kept is not None
    assert [picture.date for picture in read_pictures(kept)] == [2000, 2020]
    assess_it = ["ecosystems", "assess", str(out), "--report", str(report), "--map", paths[0], "--map", paths[1]]
    assert main.run([*assess_it, "--out", str(tmp_path / "a.csv")]) == main.DONE
    assert report.read_text().count("data:image/png;base64") == 2


# between them these give every reason that there is
REASONED = (
    {"ecosystem": "1", "A1_decline_percent": "45 (35-55)", "A3_decline_percent": "DD", "eoo_km2": "19000"},
    {"ecosystem": "2", "eoo_km2": "DD", "aoo_cells": "12", "threats": "unknown", "few_locations_threatened": "yes"},
    {"ecosystem": "3", "aoo_cells": "12", "threats": "yes", "few_locations_threatened": "unknown"},
    {"ecosystem": "4", "C1_severity_percent": "80|50", "C1_extent_percent": "35 (30-45)|90", "D1_extent_percent": "DD"},
    {"ecosystem": "5", "E_50_years_percent": "5", "E_100_years_percent": "DD"},
    {"ecosystem": "6", "E_100_years_percent": "30"},
    {"ecosystem": "7", "E_50_years_percent": "DD", "aoo_cells": "12", "aoo_cells_small": "9", "threats": "yes"},
    {"ecosystem": "8", "E_50_years_percent": "12", "E_100_years_percent": "15 (13-20)"},
    {"ecosystem": "9", "E_50_years_percent": "5"},
)
ENGLISH = re.compile("[A-Za-z]{3,}")
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2068\u2069"))


def every_reason() -> list[str]:
    return [finding.reason for each in assess(REASONED) for finding in each.findings if finding.reason]


def test_every_reason_is_among_those_that_are_looked_at() -> None:
    source = Path(criteria.__file__).read_text(encoding="utf-8")
    templates = {message for text in every_reason() if isinstance(text, Said) for message in messages_of(text)}
    assert templates == set(re.findall(r'say\(\s*"([^"]+)"', source))


def messages_of(text: Said) -> Iterator[str]:
    for message, values in text.pieces:
        yield message
        for value in values.values():
            yield from messages_of(value) if isinstance(value, Said) else ()


def test_reasons_are_said_in_arabic_in_document_and_word(tmp_path: Path) -> None:
    document = assessment_document(assess(REASONED), Voice("ar"), date(2026, 1, 2))
    tables = [block for part in document.sections for block in part.blocks if isinstance(block, Table)]
    said = [str(row[-1]) for table in tables if table.columns[-1].key == "reason" for row in table.rows if row[-1]]
    assert len(said) == len(every_reason())
    assert [text for text in said if ENGLISH.search(text)] == []
    assert said[0].translate(ISOLATES) == "تراجع 45 (35–55) %"
    lines = [block.text for part in document.sections for block in part.blocks if isinstance(block, Paragraph)]
    assert [line for line in lines if ENGLISH.search(line)] == []

    path = write_report(assess(REASONED), tmp_path / "assessment.docx", "ar")
    with ZipFile(path) as word:
        body = word.read("word/document.xml").decode("utf-8")
    text = html.unescape(re.sub("<[^>]+>", "", body)).translate(ISOLATES)
    assert [reason for reason in every_reason() if reason in text] == []
    assert [reason for reason in said if reason.translate(ISOLATES) not in text] == []
