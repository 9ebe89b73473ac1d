"""Peers of a Party: what one disputes of itself is marked where others read it."""

import pytest
from tests.observations.answered import give

from biosetu.cooperation.peers import most_alike
from biosetu.jobs.party import default_store
from biosetu.jobs.peers import ASKED, ORDER, peers, peers_for_dossier
from biosetu.problems import UsageError

PEER = "BTN"


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


def test_peers_for_a_target_are_three_with_figures_of_that_target_the_best_first():
    rows = peers("NPL", "2").to_pylist()
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert {row["target"] for row in rows} == {"2"}
    order = [(ORDER.index(row["state"]), -row["likeness"]) for row in rows]
    assert order == sorted(order)
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
