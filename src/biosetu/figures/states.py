"""A table of states drawn as a chart: the main way downwards, steps back and shortcuts beside it, ways out in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from biosetu.figures.canvas import Canvas, wrap
from biosetu.translation import Voice

WIDTH, STEP, TOP = 760.0, 62.0, 20.0
BOX, TALL, MIDDLE, SIDE = 148.0, 30.0, 270.0, 505.0
LANE, HEAD, APART = 30.0, 4.0, 10.0
FAR = 2 * STEP
LEFT, OUT = 60.0, SIDE + BOX / 2 + 14
MANY = 3
CHARACTERS = 15


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a state table: from `state`, `verb` leads to `next`."""

    state: str
    verb: str
    next: str


def state_chart(
    moves: Iterable[Move],
    way: Sequence[str],
    voice: Voice,
    *,
    key: str,
    title: str,
    text: str = "",
    names: Mapping[str, str] | None = None,
) -> Markup:
    """Return the chart of a state table; a way out is told by where it leads, every other move with its verb.

    `way` are the states of the main way, first to last. A state off the way that more than three states lead to (an
    end, a pause) is named beside each of these; any other has a box of its own. `names` are the words for states and
    verbs; without one its code is shown. Raises `ValueError` when a state of `way` is in no move.
    """
    rows = list(dict.fromkeys(moves))
    known = {name for row in rows for name in (row.state, row.next)}
    if unknown := [state for state in way if state not in known]:
        raise ValueError(f"no move has {', '.join(unknown)}")
    drawn = _Chart(rows, way, voice, names or {})
    return drawn.finish(key, title, text)


class _Chart:
    """The chart while it is drawn."""

    def __init__(self, rows: Sequence[Move], way: Sequence[str], voice: Voice, names: Mapping[str, str]) -> None:
        self.rows, self.way, self.names = rows, way, names
        self.to = "←" if voice.right_to_left else "→"
        self.beside = _beside(rows, way)
        self.y = {state: TOP + index * STEP for index, state in enumerate(way)}
        self.y |= _side_places(self.beside, rows, self.y)
        self.footnotes = self._footnotes()
        self.canvas = Canvas(WIDTH, TOP + (len(way) - 1) * STEP + 2 * TALL + 16 * len(self.footnotes) + 8, voice)

    def finish(self, key: str, title: str, text: str) -> Markup:
        """Draw everything and return it."""
        self._sides()
        self._steps()
        self._lanes()
        self._ways_out()
        for state, y in self.y.items():
            self._box(state, SIDE if state in self.beside else MIDDLE, y)
        bottom = TOP + (len(self.way) - 1) * STEP + 2 * TALL + 12
        self.canvas.lines(LEFT, bottom, self.footnotes, "t-soft t-small", step=16)
        return self.canvas.finish(key, title, text)

    def _name(self, code: str) -> str:
        return self.names.get(code, code.removeprefix("@").replace("_", " "))

    def _box(self, state: str, x: float, y: float) -> None:
        self.canvas.rect(x - BOX / 2, y - TALL / 2, BOX, TALL, "tile-measured" if x == MIDDLE else "tile-related", 6)
        texts = wrap(self._name(state), 22, 2)
        self.canvas.lines(x, y + 4 - 6 * (len(texts) - 1), texts, "t-small t-strong", "middle", 12)

    def _steps(self) -> None:
        for above, below in zip(self.way, self.way[1:], strict=False):
            if label := self._label(above, below):
                top, end = self.y[above] + TALL / 2, self.y[below] - TALL / 2
                self._arrow([(MIDDLE, top), (MIDDLE, end)])
                texts = wrap(label, 22, 2)
                middle = (top + end) / 2 + 4 - 6 * (len(texts) - 1)
                self.canvas.lines(MIDDLE + 8, middle, texts, "t-soft t-small halo", step=12)

    def _lanes(self) -> None:
        """Draw shortcuts and steps back in lanes before the boxes; two that would cross lie in different lanes."""
        taken: list[list[tuple[float, float]]] = []
        for start, end in sorted(self._jumps(), key=lambda pair: abs(self.y[pair[0]] - self.y[pair[1]])):
            back = self.y[end] <= self.y[start]
            y1, y2 = self.y[start] + (-7 if back else 7), self.y[end] + (9 if back else -9)
            lane = _free_lane(taken, min(y1, y2), max(y1, y2))
            x = MIDDLE - BOX / 2 - 14 - lane * LANE
            edge = MIDDLE - BOX / 2
            self._arrow([(edge, y1), (x, y1), (x, y2), (edge, y2)])
            texts = wrap(self._label(start, end), CHARACTERS, 3)
            self.canvas.lines(x - 6, (y1 + y2) / 2 + 4 - 6 * (len(texts) - 1), texts, "t-soft t-small halo", "end", 12)

    def _jumps(self) -> list[tuple[str, str]]:
        at = {state: index for index, state in enumerate(self.way)}
        pairs = dict.fromkeys((row.state, row.next) for row in self.rows if row.state in at and row.next in at)
        return [(a, b) for a, b in pairs if at[b] not in (at[a], at[a] + 1)]

    def _sides(self) -> None:
        pairs = dict.fromkeys((row.state, row.next) for row in self.rows)
        for start, end in pairs:
            if start in self.beside and end in self.y and abs(self.y[start] - self.y[end]) <= FAR:
                self._arrow([(SIDE - BOX / 2, self.y[start] + 6), (MIDDLE + BOX / 2, self.y[end] + 6)], "axis dashed")
            elif end in self.beside and start in self.y:
                self._arrow([(MIDDLE + BOX / 2, self.y[start] - 4), (SIDE - BOX / 2, self.y[end] - 4)])

    def _ways_out(self) -> None:
        for state, y in self.y.items():
            out = [row for row in self.rows if row.state == state and row.next not in self.y]
            said = " · ".join(dict.fromkeys(self._name(row.next) for row in out))
            if said:
                texts = wrap(f"{self.to} {said}", 26, 3)
                self.canvas.lines(OUT, y + 4 - 6 * (len(texts) - 1), texts, "t-soft t-small", step=12)

    def _footnotes(self) -> list[str]:
        """Return what leads on from the states that have no box, and from side states to each other."""
        found = [
            f"{self._name(row.state)}: {self._name(row.verb)} {self.to} {self._name(row.next)}"
            for row in self.rows
            if row.state == row.next and row.state in self.y
        ]
        for state in dict.fromkeys(row.state for row in self.rows if row.state not in self.y):
            said = [
                f"{self._name(row.verb)} {self.to} {self._name(row.next)}" for row in self.rows if row.state == state
            ]
            found.append(f"{self._name(state)}: " + "; ".join(said))
        for state in self.beside:
            said = [
                f"{self._label(state, end)} {self.to} {self._name(end)}" for end in self._next(state) if end in self.y
            ]
            into = list(dict.fromkeys(row.state for row in self.rows if row.next == state and row.state != state))
            verbs = " / ".join(dict.fromkeys(self._name(row.verb) for row in self.rows if row.next == state))
            found.append(f"{', '.join(map(self._name, into))}: {verbs} {self.to} {self._name(state)}")
            found.append(f"{self._name(state)}: " + "; ".join(said))
        return found

    def _next(self, state: str) -> list[str]:
        return list(dict.fromkeys(row.next for row in self.rows if row.state == state))

    def _label(self, start: str, end: str) -> str:
        verbs = (row.verb for row in self.rows if (row.state, row.next) == (start, end))
        return " / ".join(dict.fromkeys(map(self._name, verbs)))

    def _arrow(self, points: Sequence[tuple[float, float]], class_: str = "axis") -> None:
        self.canvas.path(points, f"{class_} outline")
        (x1, y1), (x2, y2) = points[-2], points[-1]
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        base = x2 - HEAD * ux * 1.6, y2 - HEAD * uy * 1.6
        wings = [(base[0] - HEAD * uy, base[1] + HEAD * ux), (base[0] + HEAD * uy, base[1] - HEAD * ux)]
        self.canvas.path([(x2, y2), *wings], "arrowhead", closed=True)


def _beside(rows: Sequence[Move], way: Sequence[str]) -> list[str]:
    """Return the states off the way that have a box: they lead somewhere, and few lead to them."""
    leading = {row.state for row in rows}
    into: dict[str, set[str]] = {}
    for row in rows:
        into.setdefault(row.next, set()).add(row.state)
    return [state for state in into if state not in way and state in leading and len(into[state]) <= MANY]


def _side_places(beside: Sequence[str], rows: Sequence[Move], y: Mapping[str, float]) -> dict[str, float]:
    """Return where side states stand: level with the middle of what leads to them, never on each other."""
    places: dict[str, float] = {}
    for state in beside:
        above = [y[row.state] for row in rows if row.next == state and row.state in y]
        place = sum(above) / len(above) if above else TOP
        while any(abs(place - other) < TALL + 6 for other in places.values()):
            place += TALL + 6
        places[state] = place
    return places


def _free_lane(taken: list[list[tuple[float, float]]], low: float, high: float) -> int:
    """Return the first lane in which nothing lies between two heights, and take the place there."""
    for lane, spans in enumerate(taken):
        if all(high + APART < a or low - APART > b for a, b in spans):
            spans.append((low, high))
            return lane
    taken.append([(low, high)])
    return len(taken) - 1
