"""A disputed or replaced figure shows the Party's first, wherever it appears: one test a place."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from html import unescape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.observations.answered import OFFICE, give
from tests.observations.rows import row, table

from biosetu.framework import find_centre
from biosetu.jobs.alignment_views import measured_of
from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.observations import list_observations
from biosetu.jobs.party import default_store, party_evidence
from biosetu.jobs.peers import peers
from biosetu.jobs.validation import differences
from biosetu.observations import Selection
from biosetu.observations.given import FIRST, answers_by_series, party_first, with_answers
from biosetu.observations.own import Quantity
from biosetu.reports import Document, Evidence, Table, html, jsonfile, pdf, word
from biosetu.reports.differences import differences_letter
from biosetu.reports.dossier import dossier
from biosetu.reports.sections.alignment import _measured_row as measured_row
from biosetu.reports.sections.cooperation import _peer_value as peer_value
from biosetu.reports.series import chart, facts, overview, said, told, year_table
from biosetu.reports.side_by_side import dot_of, small_of
from biosetu.reports.standing import tiles
from biosetu.reports.synthesis import Member, synthesis
from biosetu.statistics.pathway import pathway
from biosetu.statistics.summary import Summary
from biosetu.statistics.telling import tell_pathway
from biosetu.translation import Voice

DAY = date(2026, 11, 23)
OWN, PUBLISHED, REASON = "0.71", "0.85", "Three species are not native"
EN = Voice()
_made: dict[str, Evidence] = {}


def answered(choice: str) -> Evidence:
    """Return Nepal with its newest Red List Index (0.85 in 2024) replaced by 0.71, or disputed without a value."""
    if not default_store().batches():
        given_value = {"own_value": OWN, "own_source": "Red List of Nepal 2025"} if choice == "replace" else {}
        give("NPL", "A.3", 2024, "2024", default_store(), answer=choice, reason=REASON, **given_value)
    if choice not in _made:
        _made[choice] = evidence_of(party_evidence("NPL"), on=DAY, with_map=False)
    return _made[choice]


def index(evidence: Evidence) -> Summary:
    (found,) = [item for item in told(evidence.summaries) if item.indicator == "A.3"]
    return found


def document(evidence: Evidence) -> Document:
    return dossier(evidence, EN)


def target_4(content: str, start: str, end: str) -> str:
    return content[content.index(start) : content.index(end)]


def plain(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


def of_facts(evidence: Evidence) -> str:
    return " ".join(f"{fact.label} {fact.value} {fact.detail}" for fact in facts(evidence, index(evidence), EN).items)


def of_sentences(evidence: Evidence) -> str:
    return said(evidence, index(evidence), EN)


def of_chart(evidence: Evidence) -> str:
    """The texts of the chart: the title and description that are read aloud, then the legend."""
    drawn = unescape(str(chart(evidence, index(evidence), EN, key="k")))
    said = re.findall(r"<(?:title|desc)[^>]*>([^<]*)<", drawn)
    legend = re.findall(r'class="t-start t-soft">([^<]*)</text>', drawn)
    return " ".join([*said, *legend])


def of_measured(evidence: Evidence) -> str:
    rows = [line for line in measured_of("NPL", party_evidence("NPL")).to_pylist() if line["indicator"] == "A.3"]
    rows = [line for line in rows if line["year"] == 2024 and line["target"] == "A"]
    return " ".join(f"{line['party_answer']} {line['value']} {line['vintage']}" for line in rows)


def of_measured_table(evidence: Evidence) -> str:
    known = measured_of("NPL", party_evidence("NPL"))
    cells = [measured_row(EN, line) for line in known.to_pylist() if line["indicator"] == "A.3"]
    return " ".join(cell for line in cells if line[4] == "2024" for cell in line)


def of_peers(evidence: Evidence) -> str:
    rows = [line for line in peers("BTN", "4", most=40).to_pylist() if line["party"] == "NPL"]
    return " ".join(peer_value(line, EN) for line in rows if line["indicator"] == "A.3")


def of_way(evidence: Evidence) -> str:
    goal = Quantity("NPL", "q", "", ("4",), "A.3", "", "", 0.9, "index", "at least", 2030, 0.8, 2020, "NBSAP")
    path = pathway(goal, evidence.summaries)
    return f"{tell_pathway(path).text()} {path.state}"


def of_letter(evidence: Evidence) -> str:
    found = differences(party_evidence("NPL").observations)
    page = html.render(differences_letter("Nepal", found, EN, DAY))
    return plain(page[page.index("<main") :])


def of_year_table(evidence: Evidence) -> str:
    made = year_table(evidence, index(evidence), EN)
    return " ".join(str(cell) for line in made.rows if line[0] == 2024 for cell in line)


def of_overview(evidence: Evidence) -> str:
    return " ".join(str(cell) for cell in overview(evidence, [index(evidence)], EN, "c").rows[0])


def of_synthesis_dots(evidence: Evidence) -> str:
    dot = dot_of(index(evidence), "Nepal")
    return f"{'disputed ' if dot.disputed else ''}{dot.value} own={dot.own} {dot.published}"


def of_small_multiples(evidence: Evidence) -> str:
    small = small_of(evidence.summaries, index(evidence), "Nepal", "–")
    disputed = [f"disputed {year}" for year in small.disputed]
    return f"{disputed} {small.own} {dict(zip(small.years, small.values, strict=True))[2024]}"


def of_synthesis(evidence: Evidence) -> str:
    made = synthesis(find_centre("iucn-asia"), [Member(evidence, presumed=True)], EN, DAY)
    (part,) = [part for part in made.sections if part.key.startswith("series-A-3")]
    return " ".join(
        str(cell) for block in part.blocks if isinstance(block, Table) for row in block.rows for cell in row
    )


def of_json(evidence: Evidence) -> str:
    (part,) = [s for s in json.loads(jsonfile.render(document(evidence)))["sections"] if s["target"] == "4"]
    return json.dumps(part, ensure_ascii=False)


def of_html(evidence: Evidence) -> str:
    page = html.render(document(evidence))
    return plain(target_4(page, 'id="target-4"', 'id="target-6"'))


def of_word(evidence: Evidence) -> str:
    with zipfile.ZipFile(BytesIO(word.render(document(evidence)))) as archive:
        text = plain(archive.read("word/document.xml").decode())
    return text[text.index("Halt Species Extinction") :]


def of_pdf(evidence: Evidence) -> str:
    from pypdf import PdfReader

    pages = PdfReader(BytesIO(pdf.render(document(evidence)))).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    return text[text.index("Halt Species Extinction") :]


def of_listing(evidence: Evidence) -> str:
    found = with_answers(evidence.observations, evidence.observations)
    rows = [line for line in found.to_pylist() if (line["indicator"], line["year"]) == ("A.3", 2024)]
    return " ".join(f"{line['value_text']} {line['value']} {line['party_answer']}" for line in rows)


PLACES: dict[str, Callable[[Evidence], str]] = {
    "facts": of_facts,
    "sentences": of_sentences,
    "chart": of_chart,
    "table by year": of_year_table,
    "overview": of_overview,
    "dot plot": of_synthesis_dots,
    "small multiples": of_small_multiples,
    "synthesis": of_synthesis,
    "JSON": of_json,
    "HTML": of_html,
    "Word": of_word,
    "PDF": of_pdf,
    "listing, CSV and API": of_listing,
    "matrix of what measures": of_measured,
    "table of what measures": of_measured_table,
    "peers of others": of_peers,
    "way to an own quantity": of_way,
    "letter": of_letter,
}
# places with room for one value: the Party's takes it, the published one stands beside them
ONE_VALUE = ("overview", "synthesis", "peers of others", "way to an own quantity")
# places that hold the values alone; everywhere else the words of the dispute stand too
MARKS = {"replace": r"0\.71|the Party's answers", "dispute": r"[Dd]isput|Three species"}


@pytest.mark.parametrize("choice", ["replace", "dispute"])
@pytest.mark.parametrize("place", PLACES)
def test_the_party_s_answer_comes_before_the_published_figure(place: str, choice: str) -> None:
    text = PLACES[place](answered(choice))
    own = re.search(MARKS[choice], text)
    published = re.search(r"(?<![\d.])0\.85(?!\d)|release 2024", text)
    assert own, text[:2000]
    assert published is None or own.start() < published.start(), text[:2000]


@pytest.mark.parametrize("place", [name for name in PLACES if name not in ONE_VALUE])
def test_a_replaced_figure_stays_visible(place: str) -> None:
    text = PLACES[place](answered("replace"))
    assert re.search(r"(?<![\d.])0\.85(?!\d)|release 2024", text), text[:2000]


LABELS = {"replace": {("0.71", "t-start t-strong halo")}, "dispute": {("0.85", "t-start t-soft halo")}}


@pytest.mark.parametrize("choice", LABELS)
def test_chart_sets_the_party_s_value_strong_and_rings_the_one_it_disputes(choice: str) -> None:
    evidence = answered(choice)
    drawn = ElementTree.fromstring(str(chart(evidence, index(evidence), EN, key="k")))
    texts = {(text.text, text.get("class")) for text in drawn.iter() if text.tag.endswith("text")}
    values = {(text, classes) for text, classes in texts if "halo" in classes.split() and text[0].isdigit()}
    assert values == LABELS[choice]
    dots = [
        (dot.get("class"), float(dot.get("cx")), dot.get("cy")) for dot in drawn.iter() if dot.tag.endswith("circle")
    ]
    ends = [place for kind, *place in dots if kind == "dot"]
    rings = [place for kind, *place in dots if kind == "dot-disputed"]
    assert any(end in rings for end in ends) == (choice == "dispute")
    assert ("dot-national" in {kind for kind, *_ in dots}) == (choice == "replace")


VALUES = re.compile(r"\.level\.(?:value|text)|latest_in_words|published_words")
# the modules that take the latest value of a series to show it: a new one is a new place, for PLACES or for the table
# of pages in tests/centre/pages/test_party_first.py
SHOWING = {
    "centre/pages/reading.py",
    "jobs/alignment_views.py",
    "jobs/peers.py",
    "reports/sections/alignment.py",
    "reports/sections/targets.py",
    "reports/series.py",
    "reports/side_by_side.py",
    "reports/synthesis.py",
}


def test_no_other_module_shows_the_latest_value_of_a_series() -> None:
    root = Path(str(files("biosetu")))
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.py") if VALUES.search(path.read_text("utf-8"))}
    assert found == SHOWING


def test_movement_is_not_told_of_a_disputed_series() -> None:
    before = tiles(evidence_of(party_evidence("BTN"), on=DAY, with_map=False), EN)
    states = {tile.code: tile.movement.name for tile in tiles(answered("dispute"), EN)}
    assert {tile.code for tile in before} == set(states)
    assert states["4"] == "UNKNOWN"


def test_an_answer_to_an_older_year_does_not_stand_for_the_series() -> None:
    store = default_store()
    give("LKA", "A.3", 2010, "2024", store, answer="replace", own_value="0.5", own_source="Survey")
    evidence = evidence_of(party_evidence("LKA"), on=DAY, with_map=False)
    item = index(evidence)
    assert (item.level.year, item.level.value, item.source) == (2024, 0.55, "availableDataset")
    text = said(evidence, item, EN)
    assert text.startswith("The Party's own figure for 2010 is 0.5, in place of 0.61 (release 2024). 0.55 in 2024.")
    small = small_of(evidence.summaries, item, "Sri Lanka", "–")
    assert small.own == ((2010, 0.5),)
    assert small.years[-1] == 2024


def test_listing_puts_the_party_first_within_a_year_of_a_series() -> None:
    store = default_store()
    give("NPL", "A.3", 2024, "2024", store, answer="replace", own_value=OWN, own_source="Survey")
    found = list_observations(Selection(party=("NPL",), indicator=("A.3",), years=(2024, 2024)))
    assert found.column("source").to_pylist() == ["national", "availableDataset"]
    told_of = with_answers(found, found).to_pylist()
    assert [line["party_answer"] for line in told_of] == ["", "replace"]
    assert (told_of[1]["party_value"], told_of[1]["party_office"]) == (0.71, OFFICE)


def test_answers_are_found_for_a_choice_that_leaves_them_out() -> None:
    store = default_store()
    give("NPL", "A.3", 2024, "2024", store, answer="dispute", reason=REASON)
    everything = list_observations(Selection(party=("NPL",)))
    world = list_observations(Selection(party=("NPL",), source=("availableDataset",)))
    marked = [line for line in with_answers(world, everything).to_pylist() if line["party_answer"]]
    assert [(line["indicator"], line["year"], line["party_reason"]) for line in marked] == [("A.3", 2024, REASON)]


SOURCES = st.sampled_from([source.value for source in FIRST])
ROWS = st.lists(st.tuples(st.sampled_from(["NPL", "BTN"]), st.integers(2015, 2017), SOURCES), unique=True, max_size=12)


@given(ROWS)
def test_party_first_is_a_permutation_sorted_by_key_but_for_whose_figure_it_is(drawn) -> None:
    rows = [row(party=party, year=year, source=source) for party, year, source in drawn]
    made = party_first(table(*rows)) if rows else party_first(table(row()).slice(0, 0))
    order = [(line["party"], line["year"], FIRST.index(line["source"])) for line in made.to_pylist()]
    assert order == sorted((party, year, FIRST.index(source)) for party, year, source in drawn)


@given(st.floats(0, 1), st.floats(0, 1))
def test_answers_by_series_tell_old_and_new(published: float, own: float) -> None:
    figure = row(value=published)
    answer = row(source="national", method="the Party's answer", vintage="2024, the Party's answer", value=own)
    ((found,),) = answers_by_series([figure, answer]).values()
    assert (found.choice, found.published, found.value, found.release) == ("replace", published, own, "2024")
    assert answers_by_series([figure]) == {}
