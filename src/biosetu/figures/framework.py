"""The framework as one picture, 4 goals and 23 targets: what is promised, measured, moving, not relevant, unknown.

Every state is a shape, a colour and a word. On a screen the figure is a grid of tiles that fits any width; in print it
is one drawing made of the same tiles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from biosetu.figures.canvas import Canvas, tag, width_of, wrap
from biosetu.translation import N_, Voice

TILE, TILE_HEIGHT, GAP = 114.0, 102.0, 8.0
GOAL = 168.0
TITLE_CHARACTERS, GOAL_CHARACTERS, TITLE_LINES = 17, 25, 3
TICK = ((-3.0, 0.0), (-0.8, 2.6), (3.4, -2.6))
COLUMNS = 6
GOAL_COLUMNS = 4


class Movement(StrEnum):
    """How what is measured moves; `UNKNOWN` where no trend can honestly be stated."""

    BETTER = "better"
    WORSE = "worse"
    STEADY = "steady"
    MIXED = "mixed"
    UNKNOWN = "unknown"


MOVES: Mapping[Movement, str] = {
    Movement.BETTER: N_("improving"),
    Movement.WORSE: N_("declining"),
    Movement.STEADY: N_("no clear change"),
    Movement.MIXED: N_("mixed"),
    Movement.UNKNOWN: N_("trend not known"),
}
ARROWS: Mapping[Movement, tuple[str, tuple[tuple[tuple[float, float], ...], ...]]] = {
    Movement.BETTER: ("arrow-up", (((0, 7), (8, -5)), ((1, -5), (8, -5), (8, 3)))),
    Movement.WORSE: ("arrow-down", (((0, -5), (8, 7)), ((1, 7), (8, 7), (8, -1)))),
    Movement.STEADY: ("arrow-flat", (((0, 1), (11, 1)), ((7, -3), (11, 1), (7, 5)))),
    Movement.MIXED: (
        "arrow-flat",
        (((0, 5), (0, -3)), ((-3, 0), (0, -4), (3, 0)), ((9, -4), (9, 4)), ((6, 1), (9, 5), (12, 1))),
    ),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One goal or target of a Party.

    `promised`: whether a national target of the Party is aligned to it; None where no national targets are loaded.
    `measured`: how many series of its headline indicators are held; `related`: how many others bear on
    it. `relevant` False is the Party's own "not relevant".
    """

    code: str
    title: str
    promised: bool | None = None
    measured: int = 0
    related: int = 0
    movement: Movement = Movement.UNKNOWN
    relevant: bool = True
    link: str = ""


def words(tile: Tile, voice: Voice) -> list[str]:
    """Return the state of a tile in words."""
    _ = voice.gettext
    if not tile.relevant:
        return [_("not relevant")]
    said = []
    if tile.promised is not None:
        said.append(_("promised") if tile.promised else _("no national target"))
    if tile.measured:
        said.append(_("measured"))
        said.append(_(MOVES[tile.movement]))
    elif tile.related:
        said.append(_("related figures"))
    else:
        said.append(_("no figure here"))
    return said


def tiles(items: Sequence[Tile], voice: Voice, *, key: str, kind: str = "") -> Markup:
    """Return the tiles as a list of small drawings, each linked to its section where there is one."""
    listed = (tag("li", _linked(tile, _single(tile, voice, f"{key}-{tile.code}"))) for tile in items)
    return tag("ul", *listed, class_=f"bs-tiles {kind}".strip(), role="list")


def framework_screen(items: Sequence[Tile], voice: Voice, *, key: str) -> Markup:
    """Return goals, targets and the key to their signs, for a screen."""
    goals = [tile for tile in items if not tile.code.isdigit()]
    targets = [tile for tile in items if tile.code.isdigit()]
    drawn = (tiles(goals, voice, key=key, kind="bs-tiles-goals"), tiles(targets, voice, key=key))
    return Markup("").join((*drawn, framework_key(voice, promises=_tells_promises(items))))


def _tells_promises(items: Sequence[Tile]) -> bool:
    return any(tile.promised is not None for tile in items)


def framework_figure(items: Sequence[Tile], voice: Voice, *, key: str, title: str, text: str = "") -> Markup:
    """Return goals and targets as one drawing, for print."""
    goals = [tile for tile in items if not tile.code.isdigit()]
    targets = [tile for tile in items if tile.code.isdigit()]
    width = COLUMNS * TILE + (COLUMNS - 1) * GAP
    rows = -(-len(targets) // COLUMNS)
    canvas = Canvas(width, (rows + 1) * (TILE_HEIGHT + GAP) + 44, voice)
    wide = (width - (GOAL_COLUMNS - 1) * GAP) / GOAL_COLUMNS
    for index, tile in enumerate(goals):
        _tile(canvas, tile, index * (wide + GAP), 0, wide)
    for index, tile in enumerate(targets):
        row, column = divmod(index, COLUMNS)
        _tile(canvas, tile, column * (TILE + GAP), (row + 1) * (TILE_HEIGHT + GAP), TILE)
    _drawn_key(canvas, (rows + 1) * (TILE_HEIGHT + GAP) + 12, promises=_tells_promises(items))
    return canvas.finish(key, title, text)


def _linked(tile: Tile, drawn: Markup) -> Markup:
    return tag("a", drawn, href=tile.link) if tile.link else drawn


def _single(tile: Tile, voice: Voice, key: str) -> Markup:
    width = TILE if tile.code.isdigit() else GOAL
    canvas = Canvas(width + 2, TILE_HEIGHT + 2, voice)
    _tile(canvas, tile, 1, 1, width)
    _ = voice.gettext
    name = _("Target {code}") if tile.code.isdigit() else _("Goal {code}")
    return canvas.finish(key, f"{name.format(code=tile.code)}: {tile.title}. {voice.join(words(tile, voice))}")


def _tile(canvas: Canvas, tile: Tile, x: float, y: float, width: float) -> None:
    state = _state(tile)
    canvas.rect(x + 0.5, y + 0.5, width - 1, TILE_HEIGHT - 1, state, 5)
    canvas.text(x + 10, y + 25, tile.code, "t-strong t-code" + ("" if tile.relevant else " t-soft"))
    if tile.relevant:
        draw_promise(canvas, x + width - 17, y + 19, tile.promised)
        draw_movement(canvas, x + 18 + width_of(tile.code, 19) * 1.15, y + 18, tile)
    size = TITLE_CHARACTERS if tile.code.isdigit() else GOAL_CHARACTERS
    canvas.lines(x + 10, y + 42, wrap(tile.title, size, TITLE_LINES), "t-small", step=12.5)
    said = [word for word in words(tile, canvas.voice) if word not in _shown_by_sign(tile, canvas.voice)]
    canvas.lines(x + 10, y + TILE_HEIGHT - 10 - 12 * (len(said) - 1), said, "t-soft t-small", step=12)


def _state(tile: Tile) -> str:
    if not tile.relevant:
        return "tile-none"
    return "tile-measured" if tile.measured else "tile-related" if tile.related else "tile"


def _shown_by_sign(tile: Tile, voice: Voice) -> set[str]:
    return set() if tile.promised is None or not tile.relevant else {voice.gettext("measured")}


def draw_promise(canvas: Canvas, x: float, y: float, promised: bool | None) -> None:
    """Draw whether something is promised: a ticked disc, an empty ring, or nothing where it is not known."""
    if promised is None:
        return
    canvas.dot(x, y, 7, "mark" if promised else "mark-open")
    if promised:
        side = -1 if canvas.mirrored else 1
        canvas.path([(x + side * dx, y + dy) for dx, dy in TICK], "mark-tick")


def draw_movement(canvas: Canvas, x: float, y: float, tile: Tile) -> None:
    """Draw how what is measured moves, as arrows."""
    if not tile.measured or tile.movement is Movement.UNKNOWN:
        return
    class_, strokes = ARROWS[tile.movement]
    for stroke in strokes:
        canvas.path([(x + 2 + dx, y + dy) for dx, dy in stroke], f"arrow {class_}")


def _signs(voice: Voice, *, promises: bool) -> list[tuple[Tile, str]]:
    _ = voice.gettext
    blank = Tile("", "")
    promised = [
        (Tile("", "", promised=True), _("promised: a national target is aligned to it")),
        (Tile("", "", promised=False), _("no national target aligned to it")),
    ]
    return [
        *(promised if promises else []),
        *((Tile("", "", measured=1, movement=move), _(MOVES[move])) for move in ARROWS),
        (Tile("", "", measured=1), _("measured: a headline figure is held")),
        (Tile("", "", related=1), _("related figures only")),
        (blank, _("no figure in the sources loaded here")),
        (Tile("", "", relevant=False), _("not relevant")),
    ]


def _sign(canvas: Canvas, tile: Tile, x: float, y: float) -> None:
    if tile.promised is not None:
        draw_promise(canvas, x, y, tile.promised)
    elif tile.movement is not Movement.UNKNOWN:
        draw_movement(canvas, x - 6, y, tile)
    else:
        state = _state(tile)
        canvas.rect(x - 7, y - 7, 14, 14, state, 2)


def framework_key(voice: Voice, *, promises: bool = True) -> Markup:
    """Return what the signs mean, as a list."""
    rows = []
    for tile, label in _signs(voice, promises=promises):
        canvas = Canvas(20, 20, voice)
        _sign(canvas, tile, 10, 10)
        drawn = tag("svg", *canvas.parts, class_="bs-svg", viewBox="0 0 20 20", aria_hidden="true")
        rows.append(tag("li", drawn, tag("span", label)))
    return tag("ul", *rows, class_="bs-key", role="list")


def _drawn_key(canvas: Canvas, y: float, *, promises: bool) -> None:
    x = 8.0
    for tile, label in _signs(canvas.voice, promises=promises):
        short = label.split(":")[0]
        if x + 30 + len(short) * 5.6 > canvas.width:
            x, y = 8.0, y + 18
        _sign(canvas, tile, x + 8, y)
        canvas.text(x + 22, y + 4, short, "t-soft t-small")
        x += 36 + len(short) * 5.6
