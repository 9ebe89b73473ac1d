"""The synthesis of a centre: every Party in the matrix, no ranking of what is not known, the fictional one left out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from tests.observations.rows import row, table

from biosetu.framework import coverage_of, find_centre, parties
from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.party import party_evidence
from biosetu.jobs.synthesis import synthesis_document
from biosetu.problems import UsageError
from biosetu.reports import Document, Figure, Table, html, jsonfile
from biosetu.reports.synthesis import Member, synthesis
from biosetu.statistics.summary import summarise
from biosetu.translation import Voice

DAY = date(2026, 11, 23)
WEST_ASIA = 13


@pytest.fixture(scope="module")
def west_asia(tmp_path_factory) -> Document:
    patch = pytest.MonkeyPatch()
    patch.setenv("BIOSETU_HOME", str(tmp_path_factory.mktemp("home")))
    try:
        return synthesis_document("iucn-west-asia", on=DAY)
    finally:
        patch.undo()


def _matrix(document: Document) -> Table:
    (figure,) = [block for block in document.sections[0].blocks if isinstance(block, Figure)]
    assert figure.data is not None
    return figure.data


def test_matrix_holds_the_13_parties_and_27_columns(west_asia: Document) -> None:
    table = _matrix(west_asia)
    assert len(table.rows) == WEST_ASIA
    assert len(table.columns) == 1 + 27
    assert "Setuland" not in " ".join(str(row[0]) for row in table.rows)


def test_presumed_parties_are_marked_and_the_mark_is_explained(west_asia: Document) -> None:
    presumed = {parties()[row.party].name_en for row in coverage_of("iucn-west-asia", certainties=("presumed",))}
    marked = {str(row[0]).removesuffix(" *") for row in _matrix(west_asia).rows if str(row[0]).endswith(" *")}
    assert marked == presumed - {"Setuland"}
    assert "presumed to be served" in html.render(west_asia)


def test_each_headline_series_has_a_page_with_all_parties(west_asia: Document) -> None:
    pages = [part for part in west_asia.sections if part.own_page]
    assert {part.kicker for part in pages} >= {"Headline indicator A.3", "Headline indicator 3.1"}
    for part in pages:
        (table,) = [block for block in part.blocks if isinstance(block, Table)]
        assert len(table.rows) == WEST_ASIA
        assert table.sources


def test_no_gap_is_invented(west_asia: Document) -> None:
    (section,) = [part for part in west_asia.sections if part.key == "gaps"]
    assert "None of these Parties states a gap" in section.blocks[0].text


def _gaps(members: list[Member]) -> tuple:
    document = synthesis(find_centre("iucn-asia"), members, Voice(), DAY)
    (section,) = [part for part in document.sections if part.key == "gaps"]
    return section.blocks


def test_gaps_that_parties_share_stand_apart_from_those_of_one_alone(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    own = evidence_of(party_evidence("XXA"), with_map=False, on=DAY)
    other = replace(own, party=parties()["NPL"], gaps=own.gaps[:1])
    nothing, heading, alone = _gaps([Member(own, presumed=False)])
    assert nothing.text == "No gap is one of several Parties."
    assert heading.text == "Gaps of one Party alone"
    assert {item.detail for item in alone.items} == {"Setuland"}
    shared, _, rest = _gaps([Member(own, presumed=False), Member(other, presumed=False)])
    assert [item.detail for item in shared.items] == ["Nepal and Setuland"]
    assert shared.items[0].text.endswith(" – 2")
    assert {item.detail for item in rest.items} == {"Setuland"}
    assert len(shared.items) + len(rest.items) == len(alone.items)


def test_json_carries_the_matrix(west_asia: Document) -> None:
    plain = json.loads(jsonfile.render(west_asia))
    figure = next(block for block in plain["sections"][0]["blocks"] if block["kind"] == "figure")
    assert len(figure["data"]) == WEST_ASIA
    assert figure["data"][0]["party"].startswith("Bahrain")


def test_unknown_centre_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        synthesis_document("no-such-centre", on=DAY)


@pytest.mark.parametrize("coarse", ["BTN", "NPL"])
def test_charts_do_not_lose_decimals_whichever_party_comes_first(coarse, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    base = evidence_of(party_evidence("XXA"), with_map=False, on=DAY)
    members = []
    for code in ("BTN", "NPL"):
        value, resolution = (0.8, 0.1) if code == coarse else (0.8523, 0.0001)
        held = table(*(row(party=code, year=year, value=value, resolution=resolution) for year in (2015, 2024)))
        mine = replace(base, party=parties()[code], observations=held, summaries=summarise(held))
        members.append(Member(mine, presumed=False))
    document = synthesis(find_centre("iucn-asia"), members, Voice(), DAY)
    (page,) = [part for part in document.sections if part.kicker == "Headline indicator A.3"]
    dots, small = (block for block in page.blocks if isinstance(block, Figure))
    assert ">0.8523<" in dots.svg
    assert ">0.8523<" in small.screen
