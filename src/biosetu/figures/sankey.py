"""What became what: a Sankey diagram of transitions between two dates, such as ecosystem types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from markupsafe import Markup

from biosetu.figures.canvas import Canvas, number, tag
from biosetu.translation import Voice

WIDTH, HEIGHT, TOP, NODE, GAP = 440.0, 300.0, 26.0, 12.0, 8.0
HUES = 8
LABEL = 118.0
SMALLEST_LABELLED = 9.0

Spans = dict[str, tuple[float, float]]


def sankey(
    table: pa.Table,
    voice: Voice,
    *,
    key: str,
    title: str,
    text: str = "",
    before: str = "",
    after: str = "",
) -> Markup:
    """Return the transitions of a table (from, to, value) as bands between two columns.

    Values are areas or counts ≥ 0; bands without value are left out; band widths share one scale. `before` and `after`
    head the columns (the two dates).
    """
    rows = [row for row in table.select(["from", "to", "value"]).to_pylist() if row["value"] and row["value"] > 0]
    if not rows:
        return Markup("")
    names = list(dict.fromkeys([row["from"] for row in rows] + [row["to"] for row in rows]))
    hues = {name: index % HUES for index, name in enumerate(names)}
    canvas = Canvas(WIDTH, HEIGHT + TOP, voice)
    scale = _scale(rows)
    left, right = _spans(rows, "from", names, scale), _spans(rows, "to", names, scale)
    _bands(canvas, rows, left, right, hues, scale)
    _nodes(canvas, left, LABEL, hues, "end")
    _nodes(canvas, right, WIDTH - LABEL - NODE, hues, "start")
    canvas.text(LABEL + NODE, 14, before, "t-soft t-small", "end")
    canvas.text(WIDTH - LABEL - NODE, 14, after, "t-soft t-small")
    return canvas.finish(key, title, text)


def _scale(rows: Sequence[dict[str, Any]]) -> float:
    total = float(sum(row["value"] for row in rows))
    gaps = max(len({row["from"] for row in rows}), len({row["to"] for row in rows})) - 1
    return (HEIGHT - gaps * GAP) / total


def _spans(rows: Sequence[dict[str, Any]], side: str, names: Sequence[str], scale: float) -> Spans:
    spans: Spans = {}
    y = TOP
    for name in names:
        height = sum(row["value"] for row in rows if row[side] == name) * scale
        if height:
            spans[name] = (y, height)
            y += height + GAP
    return spans


def _bands(
    canvas: Canvas,
    rows: Sequence[dict[str, Any]],
    left: Spans,
    right: Spans,
    hues: Mapping[str, int],
    scale: float,
) -> None:
    start, end = canvas.x(LABEL + NODE), canvas.x(WIDTH - LABEL - NODE)
    middle = (start + end) / 2
    from_y = {name: y for name, (y, _) in left.items()}
    to_y = {name: y for name, (y, _) in right.items()}
    order = {name: index for index, name in enumerate(hues)}
    for row in sorted(rows, key=lambda row: (order[str(row["from"])], order[str(row["to"])])):
        source, sink, height = str(row["from"]), str(row["to"]), row["value"] * scale
        a, b = from_y[source], to_y[sink]
        from_y[source], to_y[sink] = a + height, b + height
        x1, xm, x2 = number(start), number(middle), number(end)
        y1, y2, y3, y4 = number(a), number(b), number(b + height), number(a + height)
        curve = f"M{x1} {y1}C{xm} {y1} {xm} {y2} {x2} {y2}V{y3}C{xm} {y3} {xm} {y4} {x1} {y4}Z"
        canvas.add(tag("path", d=curve, class_=f"flow hue-{hues[source]}"))


def _nodes(canvas: Canvas, spans: Spans, x: float, hues: Mapping[str, int], side: str) -> None:
    for name, (y, height) in spans.items():
        canvas.rect(x, y, NODE, max(height, 1), f"hue-{hues[name]}")
        if height >= SMALLEST_LABELLED:
            short = name if len(name) <= 19 else name[:18] + "…"
            place = x - 6 if side == "end" else x + NODE + 6
            canvas.text(place, y + height / 2 + 4, short, "t-small", "end" if side == "end" else "start")
