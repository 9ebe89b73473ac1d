"""The chart of a state table: every move once, in words or as an arrow, and nothing that the table lacks."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.cooperation import FINAL, MAIN_WAY, transitions
from biosetu.figures import Move, state_chart
from biosetu.translation import Voice

SVG = "{http://www.w3.org/2000/svg}"
SMALL = [Move("a", "go", "b"), Move("b", "back", "a"), Move("b", "ask", "c"), Move("c", "tell", "b")]


def _texts(svg: str) -> list[str]:
    return [(text.text or "").strip("\u2067\u2069") for text in ET.fromstring(svg).iter(f"{SVG}text")]


def _arrows(svg: str) -> int:
    return sum(path.get("class") == "arrowhead" for path in ET.fromstring(svg).iter(f"{SVG}path"))


def _chart(moves: list[Move], way: tuple[str, ...], language: str = "en", **names: str) -> str:
    return str(state_chart(moves, way, Voice(language), key="k", title="t", names=names))


def test_every_pair_of_states_with_boxes_has_one_arrow() -> None:
    assert _arrows(_chart(SMALL, ("a", "b"))) == 4


def test_verbs_between_the_same_states_share_an_arrow() -> None:
    svg = _chart([*SMALL, Move("a", "jump", "b")], ("a", "b"))
    assert _arrows(svg) == 4
    assert "go / jump" in _texts(svg)


def test_an_end_is_named_beside_what_leads_to_it_and_has_no_box() -> None:
    svg = _chart([*SMALL, Move("a", "stop", "over")], ("a", "b"))
    assert "→ over" in _texts(svg)
    assert len(list(ET.fromstring(svg).iter(f"{SVG}rect"))) == 3


def test_a_pause_that_many_states_lead_to_is_told_below() -> None:
    moves = [Move(a, "go", b) for a, b in zip("abcd", "bcde", strict=True)]
    moves += [Move(state, "wait", "pause") for state in "abcd"] + [Move("pause", "resume", "@previous")]
    assert "pause: resume → previous" in _texts(_chart(moves, tuple("abcde")))


def test_a_state_of_the_way_that_no_move_has_is_named() -> None:
    with pytest.raises(ValueError, match="zz"):
        _chart(SMALL, ("a", "zz"))


def test_names_stand_for_codes_and_arrows_turn_where_one_reads_from_the_right() -> None:
    texts = _texts(_chart([*SMALL, Move("a", "stop", "over")], ("a", "b"), "ar", over="انتهى", a="أولا"))
    assert {"← انتهى", "أولا"} <= set(texts)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_table_of_requests_is_drawn_whole(language: str) -> None:
    rows = transitions()
    svg = _chart([Move(row.state, row.verb, row.next) for row in rows], MAIN_WAY, language)
    said = " ".join(_texts(svg)).replace(" ", "")
    goes_on = [row for row in rows if row.next not in {*FINAL, "on_hold"} or row.next == "closed"]
    assert [row.verb for row in goes_on if row.verb.replace("_", "") not in said] == []
    assert [row.next for row in rows if row.next.strip("@").replace("_", "") not in said] == []


states = st.sampled_from("abcdefgh")


@given(st.lists(st.builds(Move, states, st.sampled_from("xyz"), states), min_size=1, max_size=30))
def test_any_table_is_drawn_well_formed_with_its_boxes_apart(moves: list[Move]) -> None:
    known = {name for move in moves for name in (move.state, move.next)}
    way = tuple(sorted(known))[:3]
    boxes = [(float(r.get("x", 0)), float(r.get("y", 0))) for r in ET.fromstring(_chart(moves, way)).iter(f"{SVG}rect")]
    assert len(boxes) == len(set(boxes)) >= len(way)
    side = sorted(y for x, y in boxes if x > 280)
    assert all(below - above >= 30 for above, below in pairwise(side))
