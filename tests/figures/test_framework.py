"""The 4 + 23 figure and the matrix: every state is a shape and a word, not a colour alone."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from biosetu.figures import MOVES, Movement, Row, Tile, framework_figure, framework_key, framework_screen, matrix
from biosetu.figures.framework import words
from biosetu.framework import targets
from biosetu.translation import Voice

STATES = [
    (Tile("3", "", promised=True, measured=1, movement=Movement.BETTER), ["promised", "measured", "improving"]),
    (Tile("3", "", promised=False), ["no national target", "no figure here"]),
    (Tile("3", "", measured=2, movement=Movement.WORSE), ["measured", "declining"]),
    (Tile("3", "", measured=1), ["measured", "trend not known"]),
    (Tile("3", "", related=3, movement=Movement.BETTER), ["related figures"]),
    (Tile("3", "", measured=1, relevant=False), ["not relevant"]),
]
ALL = [Tile(code, target.theme("en")) for code, target in targets().items()]


@pytest.mark.parametrize(("tile", "said"), STATES)
def test_state_in_words(tile: Tile, said: list[str]) -> None:
    assert words(tile, Voice()) == said


def test_states_differ_in_shape_as_well() -> None:
    drawn = {framework_figure([tile], Voice(), key="k", title="t").split("</title>")[1][:900] for tile, _ in STATES}
    assert len(drawn) == len(STATES)


def test_screen_holds_27_named_tiles_and_their_key() -> None:
    html = framework_screen(ALL, Voice(), key="f")
    assert html.count('role="img"') == 27
    assert "Goal A: Nature overall. no figure here" in html
    assert "Target 23: Gender" in html
    assert 'class="bs-key"' in html


def test_key_names_promises_only_where_they_are_known() -> None:
    assert "a national target is aligned" not in framework_screen(ALL, Voice(), key="f")
    known = [Tile("1", "", promised=False)]
    assert "a national target is aligned" in framework_screen(known, Voice(), key="f")


def _arrows(drawn: str) -> list[str]:
    return re.findall(r'd="[^"]*" class="arrow (?:[a-z-]+)"', re.sub(r"[\d.]+ [\d.]+", "·", drawn))


def test_key_explains_every_sign_of_movement_that_a_tile_can_show() -> None:
    said = framework_key(Voice(), promises=False)
    for move, word in MOVES.items():
        if move is Movement.UNKNOWN:
            continue
        (explained,) = (item for item in said.split("<li>") if f"<span>{word}</span>" in item)
        shown = matrix([Row("A", (Tile("3", "", measured=1, movement=move),))], Voice(), caption="c")
        assert _arrows(explained) == _arrows(shown) != []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_printed_key_stays_inside_the_drawing(language: str) -> None:
    known = [Tile(tile.code, tile.title, promised=True) for tile in ALL]
    svg = ET.fromstring(framework_figure(known, Voice(language), key="f", title="t"))
    _, _, width, height = map(float, svg.get("viewBox", "").split())
    texts = list(svg.iter("{http://www.w3.org/2000/svg}text"))
    assert max(float(text.get("y", "0")) for text in texts) <= height - 3
    assert all(0 <= float(text.get("x", "-1")) <= width for text in texts)


def test_words_of_a_tile_with_a_long_title_stand_clear_of_it() -> None:
    tile = Tile("8", "Climate change and ocean acidification", promised=True, measured=1, movement=Movement.BETTER)
    (drawn,) = re.findall("<svg.*?</svg>", framework_screen([tile], Voice(), key="f").partition("bs-key")[0])
    rows = sorted(float(text.get("y", "0")) for text in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text"))
    assert len(rows) == 6
    assert min(after - before for before, after in pairwise(rows)) >= 12


def test_print_is_one_drawing_with_every_code() -> None:
    svg = ET.fromstring(framework_figure(ALL, Voice("ar"), key="f", title="t"))
    said = {(text.text or "").strip("\u2067\u2069") for text in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert set(targets()) <= said


def test_tick_is_not_mirrored_in_arabic() -> None:
    tile = Tile("1", "", promised=True)
    ticks = [
        re.findall(
            r'd="M([\d.]+) [\d.]+L([\d.]+) [^"]*" class="mark-tick"', framework_screen([tile], Voice(lang), key="f")
        )[0]
        for lang in ("en", "ar")
    ]
    assert all(float(first) < float(second) for first, second in ticks)


def test_matrix_is_a_table_with_words_in_every_cell() -> None:
    rows = [Row("Jordan", tuple(tile for tile, _ in STATES)), Row("<b>", tuple(tile for tile, _ in STATES))]
    html = matrix(rows, Voice(), caption="All")
    assert html.count("<td") == 1 + 2 * len(STATES)
    assert html.count("bs-hidden") == 1 + 2 * len(STATES)
    assert "&lt;b&gt;" in html
    assert matrix([], Voice(), caption="All") == ""
