from __future__ import annotations

from datetime import date

import pytest

from biosetu.alignment import Promises, Strategy, StrategyStatus
from biosetu.alignment.matrices import ABSENT, YES
from biosetu.framework import find_party
from biosetu.jobs.alignment_views import measured_of
from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.party import party_evidence
from biosetu.jobs.promises import promises_of, tables_of, titles_by_target
from biosetu.reports.content import Bullets, Facts, Paragraph, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.alignment import section
from biosetu.translation import Voice

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))


def written(party: str, language: str = "en"):
    evidence = Evidence(party=find_party(party), on=DAY, tables=tables_of(promises_of(party), DAY))
    return section(evidence, Voice(language))


def test_party_without_national_targets_is_told_so_once() -> None:
    found = written("LKA")
    assert [type(block) for block in found.blocks] == [Paragraph]
    assert found.blocks[0].text.startswith("No national targets of Sri Lanka are loaded here")


def test_setuland_shows_promises_coverage_and_actions_with_their_source() -> None:
    found = written("XXA")
    tables = [block for block in found.blocks if isinstance(block, Table)]
    assert [len(tables[0].rows), len(tables[-1].rows)] == [15, 16]
    assert all(table.sources[0].text == "NBSAP of Setuland 2025 (fictional)" for table in tables)
    facts = next(block for block in found.blocks if isinstance(block, Facts))
    assert [fact.value for fact in facts.items][:2] == ["15", "19 of 23"]
    assert any("overdue" in str(row[-1]) for row in tables[-1].rows)


STRATEGY = Strategy(
    id="S",
    party="LKA",
    title={"en": "Plan of Lanka"},
    start=date(2022, 1, 1),
    end=date(2030, 12, 31),
    status=StrategyStatus.DRAFT,
    fits=False,
    links=("https://x.invalid/plan",),
)


def test_a_strategy_is_told_where_no_target_is_loaded_too() -> None:
    tables = tables_of(Promises(party="LKA", strategies=(STRATEGY,)), DAY)
    found = section(Evidence(party=find_party("LKA"), on=DAY, tables=tables), Voice())
    assert [type(block) for block in found.blocks] == [Paragraph, Bullets, Paragraph]
    (item,) = found.blocks[1].items
    assert (item.text, item.sources[0].url) == ("Plan of Lanka", "https://x.invalid/plan")
    assert "draft; by the Party's word it does not fit yet" in item.detail
    assert "2022" in item.detail


def test_section_is_in_arabic_where_arabic_is_asked_for() -> None:
    found = written("XXA", "ar")
    assert found.title == "الأهداف الوطنية وما تغطيه"
    targets_table = next(block for block in found.blocks if isinstance(block, Table))
    assert targets_table.rows[0][1].startswith("تشمل الخطط المكانية")


def test_titles_by_target_feed_the_framework_figure() -> None:
    titles = titles_by_target(tables_of(promises_of("XXA"), DAY))
    assert len(titles["2"]) == 1
    assert "15" not in titles
    assert titles_by_target(tables_of(promises_of("LKA"), DAY)) is None


def test_setuland_has_what_every_kind_of_gap_needs() -> None:
    held = promises_of("XXA")
    assert (len(held.targets), len(held.actions)) == (15, 16)
    assert all(target.declared and set(target.title) == {"en", "ar"} for target in held.targets)


def decide() -> None:
    """Setuland with a confirmed suggestion and a confirmed quantity."""
    from biosetu.alignment.deciding import Choice, QuantityChoice
    from biosetu.jobs import alignment_decisions as jobs
    from biosetu.jobs.promises import promise_store

    choice = Choice("NT-3", "22", "confirmed", degree="medium")
    jobs.take_choices("XXA", [choice], [QuantityChoice("NT-3", 1, "confirmed")], "Ministry", promise_store(), DAY)


def cells(found, caption: str) -> list[tuple[object, ...]]:
    (table,) = [block for block in found.blocks if isinstance(block, Table) and block.caption == caption]
    return list(table.rows)


def test_every_pair_of_the_matrix_stands_in_the_dossier_with_its_state_year_and_source() -> None:
    held = party_evidence("XXA")
    matrix = measured_of("XXA", held).to_pylist()
    found = section(evidence_of(held, on=DAY, with_map=False), Voice())
    rows = cells(found, "National targets and the indicators that measure them")
    assert [(row[0], row[1], row[2].split()[0]) for row in rows] == [
        (one["national_target"], one["target"], one["indicator"]) for one in matrix
    ]
    states = {
        name: {row[3] for row, one in zip(rows, matrix, strict=True) if one["measured"] == name}
        for name in (YES, ABSENT)
    }
    assert states == {YES: {"measured"}, ABSENT: {"not in the sources loaded here"}}
    first = next(row for row, one in zip(rows, matrix, strict=True) if one["indicator"] == "A.1")
    assert first[2:] == (
        "A.1 Red List of Ecosystems", "measured", "2024", "0.78\u00a0index",
        "national, Invented for demonstration; no real country, 7NR 2026",
    )  # fmt: skip


QUANTITIES = "Quantities: the national ones beside the global ones"


def test_national_quantity_stands_beside_the_global_one_and_is_marked_until_confirmed() -> None:
    rows = cells(written("XXA"), QUANTITIES)
    assert [(row[0], row[5]) for row in rows[1:]] == [("7", "50\u00a0% by 2030")] * 2  # "by half" in NT-7
    assert (rows[0][0], *rows[0][2:]) == (
        "3",
        "30\u00a0% by 2030", "agreed for all: the Party sets its own", "NT-3", "30\u00a0% by 2030",
        "found in the text, not confirmed",
    )  # fmt: skip
    decide()
    assert cells(written("XXA"), QUANTITIES)[0][-1] == "confirmed by the Party"


def test_confirmed_alignment_has_its_mark_and_says_who_confirmed() -> None:
    assert not any("✓" in str(block) for block in written("XXA").blocks)
    decide()
    found = written("XXA")
    table = next(block for block in found.blocks if isinstance(block, Table))
    rows = {row[0]: row for row in table.rows}
    assert rows["NT-3"][2] == "A (medium), 3 (high), 22 (medium) ✓"
    assert any("by Ministry" in block.text for block in found.blocks if isinstance(block, Paragraph))
