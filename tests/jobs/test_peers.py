"""Peers of a Party: what one disputes of itself is marked where others read it."""

import re
from collections import Counter

import pytest
from click.testing import CliRunner
from tests.observations.answered import give

from biosetu.cli.peers import peers as command
from biosetu.cooperation.peers import most_alike
from biosetu.framework import indicators, targets
from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.party import default_store, party_evidence
from biosetu.jobs.peers import ASKED, ORDER, peers, peers_at, peers_for_dossier
from biosetu.problems import UsageError
from biosetu.reports.content import Paragraph, Table
from biosetu.reports.sections.cooperation import section
from biosetu.sources import official
from biosetu.translation import Voice, translations

PEER = "BTN"
LACKING = (
    "Parties in the most similar conditions moved on it or measured it, in what is loaded here; no others are named."
)
UNKNOWN = "Too little is known here of its conditions to say which Parties are similar, so no peers are named."


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))


def red_list_index():
    rows = peers_for_dossier("NPL").to_pylist()
    return next(row for row in rows if row["party"] == PEER and row["indicator"] == "A.3")


def test_figure_that_the_peer_disputes_is_marked_as_soon_as_it_does():
    assert PEER in {one.party for one in most_alike("NPL", 40)}
    before = red_list_index()
    assert before["disputed"] is False
    give(PEER, "A.3", before["year"], before["vintage"], default_store(), answer="dispute", reason="Two are not native")
    assert red_list_index() == {**before, "disputed": True}


def test_peers_for_a_target_are_three_with_figures_of_that_target_the_most_alike_first():
    rows = peers("NPL", "2").to_pylist()
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert {row["target"] for row in rows} == {"2"}
    assert [row["likeness"] for row in rows] == sorted((row["likeness"] for row in rows), reverse=True)
    held = {one.party: one for one in most_alike("NPL", ASKED)}
    for row in rows:
        assert row["likeness"] == round(held[row["party"]].likeness, 4)
        assert row["value"] is not None
        assert row["year"]
        assert row["source"]
        assert row["alike"]


@pytest.mark.parametrize(("party", "target"), [("QQQ", "2"), ("NPL", "99")])
def test_peers_of_what_is_unknown_are_a_mistake_of_use(party, target):
    with pytest.raises(UsageError):
        peers(party, target)


def test_nobody_better_than_the_peers_told_is_left_out():
    """Of all forty asked, no Party with a figure for the target stands before the third one told."""
    told, everybody = peers("NPL", "2").to_pylist(), peers("NPL", "2", most=40).to_pylist()
    assert told == everybody[: len(told)]
    assert len({row["party"] for row in everybody}) == len(everybody) > 3


@pytest.mark.parametrize("party", ["NPL", "KEN"])
def test_a_peer_moved_or_measured_an_indicator_of_the_framework_and_a_no_is_no_evidence(party):
    rows = peers(party, most=40).to_pylist()
    assert {row["state"] for row in rows} == {"moved", "measured"}
    measured = [row for row in rows if row["state"] == "measured"]
    assert {row["indicator"] in indicators() for row in measured} == {True}
    assert [row for row in rows if row["unit"] == "flag" and not row["value"]] == []
    assert all(row["first_year"] < row["year"] for row in rows if row["state"] == "moved" and row["first_year"])


def test_peers_at_an_indicator_show_that_very_indicator_who_moved_first():
    rows = peers_at("NPL", indicator="A.3")
    assert {row["indicator"] for row in rows} == {"A.3"}
    order = [(ORDER.index(row["state"]), -row["likeness"]) for row in rows]
    assert order == sorted(order)
    assert len({row["party"] for row in rows}) == len(rows) > 3


def test_where_nobody_measured_it_the_command_says_so():
    done = CliRunner().invoke(command, ["NPL", "--target", "22", "--quiet"])
    assert done.exit_code == 0
    assert peers("NPL", "22").num_rows == 0
    assert done.stderr.splitlines() == [f"Goal or target 22: 0 of the 40 {LACKING}"]


def fewer_than(most, rows):
    """How many peers each target has, for those that have fewer, told from the rows alone."""
    told = Counter(row["target"] for row in rows)
    return {one: told[one] for one in targets() if told[one] < most}


@pytest.mark.parametrize(("party", "most"), [("NPL", 3), ("KEN", 5)])
def test_without_a_target_the_command_tells_of_every_target_with_fewer_how_many_there_are(party, most):
    rows = peers(party, most=most).to_pylist()
    done = CliRunner().invoke(command, [party, "--most", str(most), "--quiet"])
    assert done.exit_code == 0
    told = {}
    for line in done.stderr.splitlines():
        codes, many = re.fullmatch(rf"Goal or target (.+): (\d+) of the 40 {re.escape(LACKING)}", line).groups()
        told |= dict.fromkeys(codes.split(", "), int(many))
    assert told == fewer_than(most, rows)
    assert Counter(told.values())[0] > 0


def test_where_there_are_as_many_as_asked_for_nothing_is_said():
    assert CliRunner().invoke(command, ["NPL", "--target", "2", "--quiet"]).stderr == ""


@pytest.mark.parametrize("asked", [[], ["--target", "2"]])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_party_of_unknown_conditions_is_told_so_and_no_number_of_parties(asked, language):
    assert most_alike("EUR", ASKED) == ()
    done = CliRunner().invoke(command, ["EUR", *asked, "--quiet", "--lang", language])
    assert done.exit_code == 0
    assert done.stderr.strip() == translations(language).gettext(UNKNOWN)
    assert peers("EUR").num_rows == 0


def dossier_of(party, language="en"):
    said = section(evidence_of(party_evidence(party), language=language, with_map=False), Voice(language))
    notes = [block.text for block in said.blocks if isinstance(block, Paragraph)]
    tables = [
        block for block in said.blocks if isinstance(block, Table) and "alike" in {one.key for one in block.columns}
    ]
    return notes, tables


def test_dossier_tells_of_the_targets_of_its_gaps_how_many_peers_there_are_and_pads_none():
    notes, (table,) = dossier_of("NPL")
    told = {}
    for note in notes:
        if LACKING in note:
            codes, many = re.fullmatch(rf"Goal or target (.+): (\d+) of the 40 {re.escape(LACKING)}", note).groups()
            told |= dict.fromkeys(codes.split(", "), int(many))
    gaps = {gap.target for gap in party_evidence("NPL").shown_gaps if gap.target} or set(targets())
    held = fewer_than(3, peers("NPL").to_pylist())
    assert told == {code: many for code, many in held.items() if code in gaps}
    assert told
    shown = Counter(row[0] for row in table.rows)
    assert {code: shown[code] for code in told} == told


@pytest.mark.parametrize("language", ["en", "ar"])
def test_dossier_of_a_party_of_unknown_conditions_says_so_and_names_no_peers(language):
    notes, tables = dossier_of("EUR", language)
    assert (notes[-1], tables) == (translations(language).gettext(UNKNOWN), [])


def test_source_of_a_peer_s_figure_names_its_own_series():
    """Releases are shared by many series: Bangladesh's peers for target 3 were cited with that of degraded land."""
    rows = [row for row in peers("BGD", "3", most=40).to_pylist() if row["vintage"] == "2020-10"]
    assert {"ER_PTD_FRHWTR", "ER_MRN_MPA"} <= {row["series"] for row in rows}
    cited = {item.series: item.citation for item in official.series().values() if item.vintage == "2020-10"}
    assert [row["source"] for row in rows if not row["source"].startswith(f"{cited[row['series']]}.")] == []
