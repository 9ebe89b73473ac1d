"""The severity-extent curve: over how much of an ecosystem degradation is at least so severe, with its bounds."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from biosetu.figures.canvas import Anchor, Canvas
from biosetu.figures.scales import Scale
from biosetu.translation import Voice

WIDTH, HEIGHT = 440.0, 236.0
START, END, TOP, BOTTOM = 40.0, 14.0, 22.0, 40.0
MARKS = (0, 25, 50, 75, 100)


def severity_curve(
    extents: Sequence[Sequence[float]],
    severities: Sequence[float],
    points: Sequence[tuple[float, float]],
    voice: Voice,
    *,
    key: str,
    title: str,
    text: str = "",
) -> Markup:
    """Return the curve as a drawing; an empty string without values.

    Args:
        extents: best, low and high extents [%], each as long as `severities`.
        severities: at least so severe [%], rising.
        points: severity and extent of the limits that are asked about: dots on the curve.
        voice: language of the labels.
        key, title, text: identifier, title and description of the drawing.
    """
    if not severities:
        return Markup("")
    _ = voice.gettext
    best, low, high = extents
    canvas = Canvas(WIDTH, HEIGHT, voice)
    xs, ys = Scale(0, 100, START, WIDTH - END), Scale(0, 100, HEIGHT - BOTTOM, TOP)
    for mark in MARKS:
        canvas.line(START, ys(mark), WIDTH - END, ys(mark), "grid")
        canvas.text(START - 6, ys(mark) + 4, voice.number(mark, 0), "t-soft t-small", "end")
        canvas.text(xs(mark), HEIGHT - BOTTOM + 16, voice.number(mark, 0), "t-soft t-small", "middle")
    canvas.line(START, ys(0), WIDTH - END, ys(0), "axis")
    canvas.text(START - 6, TOP - 9, _("share of the area [%]"), "t-soft t-small")
    canvas.text(WIDTH - END, HEIGHT - 6, _("relative severity, at least [%]"), "t-soft t-small", "end")
    edge = [*zip(severities, high, strict=True), *reversed(list(zip(severities, low, strict=True)))]
    canvas.path([(xs(at), ys(extent)) for at, extent in edge], "band", closed=True)
    canvas.path([(xs(at), ys(extent)) for at, extent in zip(severities, best, strict=True)], "line")
    for at, extent in points:
        canvas.dot(xs(at), ys(extent), 3.5, "dot")
        side: Anchor = "end" if at > 85 else "start"
        canvas.text(
            xs(at) + (-6 if side == "end" else 6), ys(extent) - 6, f"{voice.number(extent, 0)} %", "t-small halo", side
        )
    return canvas.finish(key, title, text)
