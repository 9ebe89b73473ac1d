"""The synthesis of a centre: every Party in the matrix, no ranking of what is not known, the fictional one left out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from tests.observations.rows import row, table

from biosetu.framework import coverage_of, find_centre, parties, targets
from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.party import party_evidence
from biosetu.jobs.synthesis import SERVED, synthesis_document
from biosetu.problems import UsageError
from biosetu.reports import Document, Figure, Table, html, jsonfile
from biosetu.reports.series import ANSWERS
from biosetu.reports.synthesis import Member, synthesis
from biosetu.sources import official
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


BOTH = [(centre, language) for centre in ("iucn-west-asia", "iucn-asia") for language in ("en", "ar")]
ARABIC = re.compile("[\u0621-\u064a]")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[tuple[str, str], Document]:
    """The synthesis of either centre in either language, of the figures that come with the software."""
    patch = pytest.MonkeyPatch()
    patch.setenv("BIOSETU_HOME", str(tmp_path_factory.mktemp("both")))
    try:
        return {key: synthesis_document(key[0], language=key[1], on=DAY) for key in BOTH}
    finally:
        patch.undo()


def _served(centre: str, language: str) -> set[str]:
    rows = coverage_of(centre, on=DAY, certainties=SERVED)
    return {parties()[row.party].name(language) for row in rows if not parties()[row.party].fictional}


def _texts(document: Document) -> set[str]:
    """What is said in words, without the names of sources."""
    found = {document.subtitle, *document.colophon}
    for section in document.sections:
        found |= {section.title, section.short, section.kicker}
        for block in section.blocks:
            found |= {getattr(block, "text", ""), getattr(block, "caption", "")}
            found |= {column.label for column in getattr(block, "columns", ())}
    return found - {""}


@pytest.mark.parametrize(("centre", "language"), BOTH)
def test_every_presumed_party_of_a_centre_is_in_matrix_pages_and_charts(built, centre, language) -> None:
    document, names = built[centre, language], _served(centre, language)
    assert len(names) == {"iucn-west-asia": WEST_ASIA, "iucn-asia": 19}[centre]
    assert {str(row[0]).removesuffix(" *") for row in _matrix(document).rows} == names
    pages = [part for part in document.sections if part.own_page]
    assert len(pages) >= 4
    for part in pages:
        figures = [block for block in part.blocks if isinstance(block, Figure)]
        (figures_of,) = [block for block in part.blocks if isinstance(block, Table)]
        assert {str(row[0]) for row in figures_of.rows} == names
        assert all(name[:26] in unescape(figures[0].svg) for name in names)
        for small in figures[1:]:
            assert small.screen.count("<li>") == len(names)


@pytest.mark.parametrize("centre", ["iucn-west-asia", "iucn-asia"])
def test_synthesis_in_arabic_says_all_of_ours_in_arabic_and_the_same_figures(built, centre) -> None:
    english, arabic = built[centre, "en"], built[centre, "ar"]
    assert [text for text in _texts(arabic) if not ARABIC.search(text) and re.search("[a-z]{3}", text)] == []
    assert _texts(english) & _texts(arabic) - set(targets()) == set()
    assert [part.key for part in arabic.sections] == [part.key for part in english.sections]
    page = html.render(arabic)
    assert 'lang="ar" dir="rtl"' in page
    plain = json.loads(jsonfile.render(arabic))
    assert len(plain["sections"]) == len(english.sections)


def test_every_series_held_has_a_page_where_that_is_asked(west_asia: Document, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    whole = synthesis_document("iucn-west-asia", every_series=True, on=DAY)
    codes = {row.party for row in coverage_of("iucn-west-asia", on=DAY, certainties=SERVED)}
    held = [row for row in official.observations().to_pylist() if row["party"] in codes]
    wanted = {(row["indicator"], row["series"], row["disaggregation"]) for row in held if row["unit"] not in ANSWERS}
    pages = [part for part in whole.sections if part.own_page]
    assert len(pages) == len(wanted) > len([part for part in west_asia.sections if part.own_page])
    assert "A series that no indicator of the framework fits" in {part.kicker for part in pages}
    for part in pages:
        drawn = [block for block in part.blocks if isinstance(block, Figure)]
        assert drawn[0].svg.startswith("<svg")


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
