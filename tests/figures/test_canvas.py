"""Drawing: text escaped, mirrored for right-to-left readers, named for those who cannot see."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from biosetu.figures.canvas import Canvas, number, path_data, tag, wrap
from biosetu.figures.standalone import standalone
from biosetu.translation import Voice

SVG = "{http://www.w3.org/2000/svg}"


def _drawn(language: str) -> ET.Element:
    canvas = Canvas(100, 50, Voice(language))
    canvas.text(10, 20, "A < B", "t-soft")
    canvas.rect(10, 10, 30, 5, "grid")
    canvas.line(0, 0, 20, 0, "axis")
    return ET.fromstring(canvas.finish("k", "Title", "What it shows"))


def test_figure_names_itself() -> None:
    svg = _drawn("en")
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "k-title k-desc"
    assert svg.find(f"{SVG}title").text == "Title"  # type: ignore[union-attr]


def test_text_stays_text_and_is_escaped() -> None:
    text = _drawn("en").find(f"{SVG}text")
    assert text is not None
    assert text.text == "A < B"
    assert text.get("class") == "t-start t-soft"


def test_right_to_left_mirrors_places_and_anchors() -> None:
    svg = _drawn("ar")
    text, rect = svg.find(f"{SVG}text"), svg.find(f"{SVG}rect")
    assert text is not None
    assert rect is not None
    assert (text.get("x"), text.get("class")) == ("90", "t-end t-soft")
    assert rect.get("x") == "60"
    assert text.text == "\u2067A < B\u2069"


def test_tag_leaves_out_none_and_turns_underscores() -> None:
    assert tag("g", class_="a", stroke_width=1.25, rx=None) == '<g class="a" stroke-width="1.2"/>'


def test_tag_escapes_attributes() -> None:
    assert tag("a", "x", href='"><script>') == '<a href="&#34;&gt;&lt;script&gt;">x</a>'


def test_number_has_one_decimal_at_most() -> None:
    assert [number(value) for value in (1.0, 2.25, -0.04)] == ["1", "2.2", "-0"]


def test_path_of_no_points_is_empty() -> None:
    assert path_data([]) == ""
    assert path_data([(0, 0), (1, 2)], closed=True) == "M0 0L1 2Z"


def test_wrap_keeps_to_its_lines_and_says_that_more_follows() -> None:
    assert wrap("one two three four", 9, 2) == ["one two", "three …"]
    assert wrap("Extraordinarily", 5) == ["Extraordinarily"]


def test_signs_of_an_arabic_drawing_stand_apart_so_that_no_letter_is_lost() -> None:
    canvas = Canvas(10, 10, Voice("ar"))
    canvas.text(1, 1, "متوسط 2015–2020 كم² − x")
    svg = standalone(canvas.finish("k", "عنوان – t")).decode()
    assert '<title id="k-title">عنوان – t</title>' in svg
    texts = list(ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))
    assert ["".join(text.itertext()) for text in texts] == ["\u2067متوسط 2015–2020 كم² − x\u2069"]
    assert [span.text for text in texts for span in text] == ["–", "²", "−"]


def test_a_drawing_in_english_is_left_as_it_is() -> None:
    canvas = Canvas(10, 10, Voice("en"))
    canvas.text(1, 1, "2015–2020")
    assert b"tspan" not in standalone(canvas.finish("k", "t"))
