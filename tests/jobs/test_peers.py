"""Peers of a Party: what one disputes of itself is marked where others read it."""

import pytest
from tests.observations.answered import give

from biosetu.cooperation.peers import most_alike
from biosetu.jobs.party import default_store
from biosetu.jobs.peers import peers_for_dossier

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
