from __future__ import annotations

from datetime import date

import pytest

from biosetu.framework import find_party
from biosetu.jobs.promises import promises_of, tables_of, titles_by_target
from biosetu.reports.content import Facts, Paragraph, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.alignment import section
from biosetu.translation import Voice

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))


def written(party: str, language: str = "en"):
    evidence = Evidence(party=find_party(party), on=DAY, tables=tables_of(party, DAY))
    return section(evidence, Voice(language))


def test_party_without_national_targets_is_told_so_once() -> None:
    found = written("LKA")
    assert [type(block) for block in found.blocks] == [Paragraph]
    assert found.blocks[0].text.startswith("No national targets of Sri Lanka are loaded here")


def test_setuland_shows_promises_coverage_and_actions_with_their_source() -> None:
    found = written("XXA")
    tables = [block for block in found.blocks if isinstance(block, Table)]
    assert [len(table.rows) for table in tables][::2] == [15, 16]
    assert all(table.sources[0].text == "NBSAP of Setuland 2025 (fictional)" for table in tables)
    facts = next(block for block in found.blocks if isinstance(block, Facts))
    assert [fact.value for fact in facts.items][:2] == ["15", "19 of 23"]
    assert any("overdue" in str(row[-1]) for row in tables[-1].rows)


def test_section_is_in_arabic_where_arabic_is_asked_for() -> None:
    found = written("XXA", "ar")
    assert found.title == "الأهداف الوطنية وما تغطيه"
    targets_table = next(block for block in found.blocks if isinstance(block, Table))
    assert targets_table.rows[0][1].startswith("تشمل الخطط المكانية")


def test_titles_by_target_feed_the_framework_figure() -> None:
    titles = titles_by_target(tables_of("XXA", DAY))
    assert len(titles["2"]) == 1
    assert "15" not in titles
    assert titles_by_target(tables_of("LKA", DAY)) is None


def test_setuland_has_what_every_kind_of_gap_needs() -> None:
    held = promises_of("XXA")
    assert (len(held.targets), len(held.actions)) == (15, 16)
    assert all(target.declared and set(target.title) == {"en", "ar"} for target in held.targets)
