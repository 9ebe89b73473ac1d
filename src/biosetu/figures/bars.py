"""Counts by Red List category as stacked bars, in the colours of the field, each part also named by its code."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import pyarrow as pa
from markupsafe import Markup

from biosetu.figures.canvas import Canvas, tag, width_of
from biosetu.translation import Voice

WIDTH, BAR, ROW, TOP = 440.0, 26.0, 52.0, 6.0
LABEL_FROM = 26.0


@cache
def colours() -> Mapping[str, tuple[str, str]]:
    """Return the colour, and the class of the text that stands on it, by category code, most threatened first."""
    text = (files("biosetu.figures") / "data" / "category_colours.csv").read_text(encoding="utf-8")
    return {
        row["code"]: (row["colour"], "t-light" if row["ink"] == "#ffffff" else "")
        for row in csv.DictReader(text.splitlines())
    }


def category_bars(
    table: pa.Table, voice: Voice, *, key: str, title: str, text: str = "", names: Mapping[str, str] | None = None
) -> Markup:
    """Return one bar a group, its parts the counts by category.

    `table` has columns group (text), category (code), count (number). A code without colour raises KeyError.
    `names` gives the categories' names for the key. Bars share one scale, so that groups compare by length.
    """
    rows = [row for row in table.select(["group", "category", "count"]).to_pylist() if row["count"]]
    if not rows:
        return Markup("")
    unknown = {row["category"] for row in rows} - set(colours())
    if unknown:
        raise KeyError(f"no colour for category {', '.join(sorted(unknown))}")
    groups = list(dict.fromkeys(row["group"] for row in rows))
    used = [code for code in colours() if any(row["category"] == code for row in rows)]
    legend = _legend_rows(used, names or {})
    canvas = Canvas(WIDTH, TOP + ROW * len(groups) + 20 * len(legend) + 6, voice)
    longest = max(sum(row["count"] for row in rows if row["group"] == group) for group in groups)
    for index, group in enumerate(groups):
        counts = {row["category"]: row["count"] for row in rows if row["group"] == group}
        _bar(canvas, TOP + ROW * index, str(group), counts, (WIDTH - 50) / longest)
    for index, row in enumerate(legend):
        _legend(canvas, TOP + ROW * len(groups) + 10 + 20 * index, row)
    return canvas.finish(key, title, text)


def _bar(canvas: Canvas, y: float, group: str, counts: Mapping[str, float], scale: float) -> None:
    canvas.text(0, y + 12, group)
    x = 0.0
    for code in (code for code in colours() if code in counts):
        width = counts[code] * scale
        fill, ink = colours()[code]
        left = canvas.x(x + width) if canvas.mirrored else x
        canvas.add(
            tag("rect", x=left, y=y + 18, width=width, height=BAR, fill=fill, stroke="#56666c", stroke_width=0.5)
        )
        label = canvas.voice.number(counts[code])
        if width >= max(LABEL_FROM, width_of(label, 12) + 6):
            canvas.text(x + width / 2, y + 18 + BAR / 2 + 4.5, label, f"t-count {ink}", "middle")
        x += width
    canvas.text(x + 6, y + 18 + BAR / 2 + 4.5, canvas.voice.number(sum(counts.values())), "t-strong")


def _legend_rows(codes: Sequence[str], names: Mapping[str, str]) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for code in codes:
        label = f"{code} {names[code]}" if code in names else code
        width = 30 + width_of(label, 11)
        if rows[-1] and used + width > WIDTH:
            rows.append([])
            used = 0.0
        rows[-1].append((code, label))
        used += width
    return rows


def _legend(canvas: Canvas, y: float, row: Sequence[tuple[str, str]]) -> None:
    x = 0.0
    for code, label in row:
        left = canvas.x(x + 12) if canvas.mirrored else x
        canvas.add(tag("rect", x=left, y=y - 9, width=12, height=12, fill=colours()[code][0], stroke="#56666c"))
        canvas.text(x + 17, y + 1.5, label, "t-soft t-small")
        x += 30 + width_of(label, 11)
