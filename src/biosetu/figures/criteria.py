"""The outcome of each criterion as a strip of boxes in the colours of the field, each box named by its category."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from biosetu.figures.bars import colours
from biosetu.figures.canvas import Canvas, tag
from biosetu.translation import Voice

BOX_WIDTH, BOX_HEIGHT, HEAD = 38.0, 26.0, 16.0


def criteria_strip(
    outcomes: Sequence[tuple[str, str]], voice: Voice, *, key: str, title: str, text: str = ""
) -> Markup:
    """Return one box for each (criterion, category code), in the order given; the criterion stands above its box."""
    if not outcomes:
        return Markup("")
    canvas = Canvas(BOX_WIDTH * len(outcomes), HEAD + BOX_HEIGHT + 2, voice)
    for index, (criterion, category) in enumerate(outcomes):
        x = index * BOX_WIDTH
        fill, ink = colours()[category]
        left = canvas.x(x + BOX_WIDTH - 2) if canvas.mirrored else x
        box = {"x": left, "y": HEAD, "width": BOX_WIDTH - 2, "height": BOX_HEIGHT}
        canvas.add(tag("rect", **box, fill=fill, stroke="#56666c", stroke_width=0.5))
        canvas.text(x + BOX_WIDTH / 2 - 1, 11, criterion, "t-soft t-small", "middle")
        canvas.text(x + BOX_WIDTH / 2 - 1, HEAD + BOX_HEIGHT / 2 + 4.5, category, f"t-count {ink}", "middle")
    return canvas.finish(key, title, text)
