"""The index proposes and the framework ranks: with and without it the answer is the same."""

import logging
from collections import Counter

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.framework.search_cases import CASES

from biosetu.centre.finding import index
from biosetu.centre.finding.models import Filling, Findable
from biosetu.framework import find
from biosetu.framework.index import entries
from biosetu.framework.search import THRESHOLD, fold, padded_words, trigrams

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NAMES = [name for entry in entries() for name in (*entry.names, entry.code)]
ASKED = [
    "nepal",
    "neapl",
    "نيبال",
    "النيبال",
    "Red List Index",
    "A.3",
    "a 3",
    "forest area",
    "threat:1.1",
    "tgt",
    "npl",
    "'\"*%_",
]


@pytest.fixture
def filled():
    assert index.fill() is True


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("only", [(), ("party", "indicator")])
def test_ranking_is_that_of_the_plain_scan(filled, text, only):
    assert index.candidates(text) is not None or len(fold(text)) < 3
    assert index.found(text, only, 30) == find(text, only, 30)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.text!r:.20} {case.why}")
def test_every_case_is_found_in_the_same_order(filled, case):
    found = index.found(case.text, (), 30)
    assert found == find(case.text, (), 30)
    assert [one.entry.address for one in found[:1]] == ([case.first] if case.first else [])


def test_every_case_has_a_page(client, filled):
    assert {case.text for case in CASES if client.get("/find/", {"q": case.text}).status_code != 200} == set()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_ranking_is_that_of_the_plain_scan_for_parts_and_misspellings(filled, data):
    name = data.draw(st.sampled_from(NAMES))
    start = data.draw(st.integers(0, max(0, len(name) - 3)))
    part = name[start : start + data.draw(st.integers(3, 30))]
    at = data.draw(st.integers(0, len(part)))
    text = part[:at] + data.draw(st.sampled_from(["", "x", "ة", "é", " "])) + part[at + data.draw(st.integers(0, 1)) :]
    assert index.found(text, (), 30) == find(text, (), 30)


@given(st.text("abcنة ", min_size=3, max_size=20).map(fold).filter(bool))
def test_every_match_holds_one_of_the_telling_trigrams(folded):
    grams = trigrams(folded)
    rest = grams - Counter({gram: grams[gram] for gram in index.telling(grams)})
    assert rest.total() / grams.total() < THRESHOLD


@given(st.text(max_size=30).map(fold))
def test_padded_words_hold_every_trigram(folded):
    assert [gram for gram in trigrams(folded) if gram not in padded_words(folded)] == []


def test_index_proposes_few(filled):
    assert 0 < len(index.candidates("nepal")) < len(entries()) / 5


def test_under_three_characters_all_are_looked_at(filled):
    assert index.candidates("ne") is None
    assert index.found("ne") == find("ne")


def test_index_is_filled_with_the_database():
    assert Filling.objects.get().digest == index.content_digest()
    assert set(Findable.objects.values_list("position", flat=True)) == set(range(len(entries())))


def test_other_content_is_replaced_and_until_then_not_asked(filled):
    Filling.objects.update(digest="0" * 64)
    Findable.objects.filter(position__gt=5).delete()
    assert index.candidates("nepal") is None
    assert index.found("nepal") == find("nepal")
    assert index.fill() is True
    assert index.found("nepal") == find("nepal")
    assert index.candidates("nepal") is not None
    assert Filling.objects.count() == 1


def test_same_content_is_not_written_again(filled):
    with CaptureQueriesContext(connection) as captured:
        index.fill()
    assert len(captured) == 1


def test_database_without_the_extension_is_searched_plainly(monkeypatch, caplog):
    monkeypatch.setitem(index.CREATE, connection.vendor, ("CREATE NO SUCH THING",))
    Filling.objects.all().delete()
    with caplog.at_level(logging.INFO, "biosetu.finding"):
        assert index.fill() is False
    assert "no index of trigrams" in caplog.text
    assert index.candidates("nepal") is None
    assert index.found("nepal") == find("nepal")


def test_index_that_cannot_be_read_is_passed_by(filled, monkeypatch):
    def broken(grams):
        raise DatabaseError("no such table")

    monkeypatch.setattr(index, "_holding", broken)
    assert index.found("nepal") == find("nepal")


def test_index_of_the_database_is_used(filled):
    plan = {
        "sqlite": "EXPLAIN QUERY PLAN SELECT rowid FROM finding_trigrams WHERE padded MATCH '\"nep\"'",
        "postgresql": "EXPLAIN SELECT position FROM finding_findable WHERE padded LIKE ANY(ARRAY['%nepal%'])",
    }[connection.vendor]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(plan)
        told = str(cursor.fetchall())
    assert {"sqlite": "VIRTUAL TABLE INDEX", "postgresql": "finding_trigrams"}[connection.vendor] in told


def test_page_finds_in_the_same_few_queries(client, filled):
    def queries(text):
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/find/", {"q": text}).content.decode()
        assert 'class="results"' in page
        return len(captured)

    assert {text: queries(text) for text in ("nepal", "forest")} == {"nepal": 3, "forest": 3}
