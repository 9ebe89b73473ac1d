"""The content model and its two plainest outputs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

from biosetu.reports import (
    Bullets,
    Citation,
    Column,
    Document,
    Fact,
    Facts,
    Item,
    Paragraph,
    Section,
    Table,
    fragments,
    html,
    jsonfile,
)
from biosetu.translation import Voice

FIRST = Citation(
    "United Nations: Red List Index", vintage="2024-05-01", licence="CC BY 4.0", url="https://example.org/a"
)
SECOND = Citation("Ministry <of> Environment")


def _document(language: str = "en") -> Document:
    table = Table(
        "Figures",
        (Column("year", "Year", plain=True), Column("value", "Value", True, 2)),
        ((2020, 0.8512), (2021, None)),
    )
    section = Section(
        key="red-list",
        title="Red List Index",
        kicker="Target 4",
        target="4",
        blocks=(
            Paragraph("Fell & rose", sources=(SECOND,)),
            Facts((Fact("Latest", "0.85", sources=(FIRST,)),)),
            Bullets((Item("Ask", detail="why", tag="declared", sources=(SECOND, FIRST)),), ordered=True),
            table,
        ),
    )
    return Document("dossier", "Sri Lanka", "What is known", language, date(2026, 11, 23), (section,))


def test_citations_are_listed_once_in_reading_order() -> None:
    assert _document().citations() == [SECOND, FIRST]


def test_html_escapes_text_and_points_to_sources() -> None:
    page = html.render(_document())
    assert "Fell &amp; rose" in page
    assert "Ministry &lt;of&gt; Environment" in page
    assert re.findall(r'href="#bs-source-(\d)"', page) == ["1", "2", "1", "2"]


def test_html_numbers_are_printed_with_the_decimals_of_their_column() -> None:
    page = html.render(_document())
    assert '<th scope="row">2020</th>' in page
    assert '<td class="bs-num">0.85</td>' in page
    assert '<td class="bs-num">–</td>' in page


def test_html_pins_its_one_style_block() -> None:
    page = html.render(_document())
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert f"style-src '{html.style_hash(style)}'" in page
    assert 'style="' not in page


def test_html_of_arabic_runs_right_to_left() -> None:
    assert '<html lang="ar" dir="rtl">' in html.render(_document("ar"))


def test_json_has_the_same_content() -> None:
    plain = json.loads(jsonfile.render(_document()))
    blocks = plain["sections"][0]["blocks"]
    assert [block["kind"] for block in blocks] == ["paragraph", "facts", "bullets", "table"]
    assert blocks[3]["rows"] == [{"year": 2020, "value": 0.8512}, {"year": 2021, "value": None}]
    assert blocks[2]["items"][0]["sources"] == [1, 2]
    assert plain["sources"][1]["text"] == FIRST.text


def test_fragment_numbers_its_own_sources() -> None:
    text = fragments.section(_document().sections[0], Voice(), level=3)
    assert '<h3 id="red-list-title">Red List Index</h3>' in text
    assert fragments.sources([SECOND], Voice()).count("<li") == 1


def test_table_that_another_page_shows_becomes_a_link_with_its_sources() -> None:
    shown = Table("All pairs", (Column("a", "A"),), (("first row",),), (FIRST,), key="pairs")
    part = Section(key="k", title="T", blocks=(shown, replace(shown, caption="Others", key="")))
    made = str(fragments.section(part, Voice(), elsewhere={"pairs": "/pairs/?a=1&b=2"}))
    assert '<p class="bs-p"><a href="/pairs/?a=1&amp;b=2">All pairs</a><sup class="bs-ref">' in made
    assert made.count("first row") == 1
    assert str(fragments.section(part, Voice())).count("first row") == 2


def test_codes_and_dates_in_tables_do_not_break_at_hyphens_and_text_stays_text() -> None:
    table = Table("Actions", (Column("a", "A"), Column("b", "B")), (("NT-1 <by>", "2027-12-31, 2011–2020, well-run"),))
    part = Section(key="k", title="T", blocks=(table,))
    made = str(fragments.section(part, Voice()))
    assert '<span class="bs-whole">NT-1</span> &lt;by&gt;' in made
    assert '<span class="bs-whole">2027-12-31</span>, 2011–2020, well-run' in made
