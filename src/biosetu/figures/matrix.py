"""Parties × goals and targets: the same signs as the framework figure, one cell each, as a table that is read out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from biosetu.figures.canvas import Canvas, tag
from biosetu.figures.framework import Movement, Tile, draw_movement, draw_promise, words
from biosetu.translation import Voice

CELL = 30.0


@dataclass(frozen=True, slots=True)
class Row:
    """One Party of the matrix: its tiles, one for each column."""

    label: str
    tiles: tuple[Tile, ...]
    link: str = ""


def matrix(rows: Sequence[Row], voice: Voice, *, caption: str) -> Markup:
    """Return the matrix as a table; every cell says in words what its signs show."""
    if not rows:
        return Markup("")
    head = tag("thead", tag("tr", tag("td"), *(_head(tile, voice) for tile in rows[0].tiles)))
    body = tag("tbody", *(_row(row, voice) for row in rows))
    table = tag("table", tag("caption", caption, class_="bs-hidden"), head, body, class_="bs-matrix")
    return tag("div", table, class_="bs-scroll", tabindex=0, role="group", aria_label=caption)


def _head(tile: Tile, voice: Voice) -> Markup:
    _ = voice.gettext
    name = _("Target {code}") if tile.code.isdigit() else _("Goal {code}")
    return tag("th", tile.code, scope="col", aria_label=name.format(code=tile.code), title=tile.title)


def _row(row: Row, voice: Voice) -> Markup:
    name = tag("a", row.label, href=row.link) if row.link else Markup("{}").format(row.label)
    return tag("tr", tag("th", name, scope="row"), *(_cell(tile, voice) for tile in row.tiles))


def _cell(tile: Tile, voice: Voice) -> Markup:
    state = (
        "is-none" if not tile.relevant else "is-measured" if tile.measured else "is-related" if tile.related else None
    )
    said = tag("span", voice.join(words(tile, voice)), class_="bs-hidden")
    strokes = _strokes(tile, voice)
    if not strokes:
        return tag("td", said, class_=state)
    drawn = tag("svg", *strokes, class_="bs-svg", viewBox=f"0 0 {CELL:g} {CELL:g}", aria_hidden="true")
    return tag("td", drawn, said, class_=state)


def _strokes(tile: Tile, voice: Voice) -> list[Markup]:
    canvas = Canvas(CELL, CELL, voice)
    if not tile.relevant:
        canvas.line(9, 15, 21, 15, "axis")
        return canvas.parts
    moving = tile.measured and tile.movement is not Movement.UNKNOWN
    if tile.promised is not None:
        draw_promise(canvas, 8 if moving else 15, 15, tile.promised)
    draw_movement(canvas, 16 if tile.promised is not None else 9, 14, tile)
    return canvas.parts
