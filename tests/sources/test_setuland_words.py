"""What Setuland says of itself reads in Arabic, so that a dossier in Arabic holds no English of the demonstration."""

import re
from datetime import date

import pytest

from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.party import party_evidence
from biosetu.observations.packaged import packaged_rows
from biosetu.observations.sentences import Sentence
from biosetu.reports import Table
from biosetu.reports.sections import alignment
from biosetu.sources import official
from biosetu.translation import Voice

ROOM = "biosetu.sources.setuland"
SAID = {
    "missing": ("text", "closes"),
    "capacity": ("evidence",),
    "national_targets": ("means_info",),
    "actions": ("office", "funding_source", "milestone", "place"),
    "observations": ("disaggregation", "footnote", "value_text"),
    "ecosystem_classes": ("name",),
    "areas_representation": ("feature",),
    "planning_next": ("feature",),
    "species_index": ("group",),
}
CODES = {"terrestrial", "marine", "all", "aggregate"}


@pytest.mark.parametrize(("table", "columns"), SAID.items(), ids=SAID)
def test_what_setuland_says_has_arabic(table, columns):
    texts = {row[name] for row in packaged_rows(ROOM, table) for name in columns} - {""} - CODES
    assert [text for text in sorted(texts) if not re.search("[\u0621-\u064a]", official.wording(text, "ar"))] == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Subsidies are not classified.", "يقول الطرف: الإعانات غير مصنفة."),
        ("No wardens in the north.", "يقول الطرف: \u2068No wardens in the north.\u2069"),
        ("لا حراس.", "يقول الطرف: لا حراس."),
        ("30 wardens", "يقول الطرف: 30 wardens"),
    ],
    ids=["in the catalogue", "in another script, kept apart", "in Arabic", "begins with a number"],
)
def test_a_party_s_words_keep_their_direction_in_an_arabic_sentence(said, shown):
    assert Sentence("declared", "The Party says: {said}", {"said": said}).text("ar") == shown
    assert Sentence("declared", "The Party says: {said}", {"said": said}).text("en") == f"The Party says: {said}"


def test_lists_are_separated_as_the_language_does():
    assert (Voice("ar").comma, Voice().comma) == ("، ", ", ")
    assert (Voice("ar").semicolon, Voice().semicolon) == ("؛ ", "; ")


def test_the_day_of_a_milestone_is_not_turned_round_in_arabic(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    evidence = evidence_of(party_evidence("XXA"), with_map=False, on=date(2026, 11, 23))
    blocks = alignment.section(evidence, Voice("ar")).blocks
    (actions,) = [block for block in blocks if isinstance(block, Table) and "due" in [c.key for c in block.columns]]
    place = [column.key for column in actions.columns].index("due")
    assert actions.rows[0][place] == "اعتماد الخطة – \u20662027-12-31\u2069"
