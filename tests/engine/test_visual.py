from __future__ import annotations

import random

import pytest

from biosetu.engine.visual import Glyph, is_right_to_left, lines_in_reading_order

# as it is read | as the eye meets it from left to right (what a typesetter draws by UAX #9)
LINES = [
    ("الهدف ٣: حماية", "ةيامح :٣ فدهلا"),
    ("حماية ٣٠٪ من الأرض بحلول ٢٠٣٠.", ".٢٠٣٠ لولحب ضرألا نم ٪٣٠ ةيامح"),
    ("زرع 2,140 هكتار", "راتكه 2,140 عرز"),
    ("تدريب ١٢٫٥ طن (سنوياً)", "(ايونس) نط ١٢٫٥ بيردت"),
    ("تقرير IPBES Global لعام 2019", "2019 ماعل IPBES Global ريرقت"),
    ("National Target 3: Protect 30 %", "National Target 3: Protect 30 %"),
    ("יעד 4: הגנה", "הנגה :4 דעי"),
]


def drawn(visual: str, base: float = 700.0, start: float = 50.0, advance: float = 6.0) -> list[Glyph]:
    return [Glyph(mark, start + at * advance, start + (at + 1) * advance, base, 10.0) for at, mark in enumerate(visual)]


@pytest.mark.parametrize(("read", "seen"), LINES)
def test_line_is_read_as_written_whatever_order_its_glyphs_come_in(read: str, seen: str) -> None:
    glyphs = drawn(seen)
    expected = read.replace("ً", "")
    assert lines_in_reading_order(glyphs) == [expected]
    for seed in range(5):
        random.Random(seed).shuffle(glyphs)
        assert lines_in_reading_order(glyphs) == [expected]


@pytest.mark.parametrize(("read", "seen"), LINES)
def test_space_that_the_file_left_out_is_seen_by_its_gap(read: str, seen: str) -> None:
    glyphs = [glyph for glyph in drawn(seen) if glyph.text != " "]
    assert lines_in_reading_order(glyphs) == [read.replace("ً", "")]


def test_lines_stand_in_the_order_of_the_file_and_columns_right_to_left() -> None:
    first, second = drawn("ءاملا", start=300.0), drawn("ضرألا", start=50.0)
    below = drawn("رحبلا", base=680.0)
    assert lines_in_reading_order([*second, *first, *below]) == ["الماء", "الأرض", "البحر"]


def test_ligature_of_lam_and_alef_and_marks_stand_in_their_order() -> None:
    lam, alef = Glyph("ل", 60, 66, 700, 10), Glyph("ا", 60, 66, 700, 10)
    mark = Glyph("ُ", 67, 69, 704, 10)
    zain = Glyph("ز", 66, 72, 700, 10)
    for order in ([lam, alef, mark, zain], [alef, lam, zain, mark]):
        assert lines_in_reading_order([Glyph(g.text, g.left, g.right, g.base, g.size) for g in order]) == ["زُلا"]


@pytest.mark.parametrize(("text", "there"), [("abc 12", False), ("٣٠", False), ("a ب", True), ("א", True), ("", False)])
def test_text_with_a_letter_from_the_right_is_known(text: str, there: bool) -> None:
    assert is_right_to_left(text) is there


def test_empty_page_has_no_lines() -> None:
    assert lines_in_reading_order([]) == []
