"""A drawing surface: SVG elements from plain calls, mirrored as a whole where the language runs right to left.

Callers place things as for a left-to-right reader. In a right-to-left language x runs from the right edge and the
anchors of text change sides, so that a chart is a true mirror and its words stay readable in every renderer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from markupsafe import Markup

from biosetu.translation import Voice

Anchor = Literal["start", "middle", "end"]
Value = str | float | int | None
Point = tuple[float, float]
RIGHT_TO_LEFT_ISOLATE, POP_ISOLATE = "\u2067", "\u2069"
OPPOSITE: dict[Anchor, Anchor] = {"start": "end", "middle": "middle", "end": "start"}
AVERAGE_ADVANCE = 0.53


def number(value: float) -> str:
    """Return a coordinate with one decimal at most."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def tag(name: str, *children: Markup | str, **attributes: Value) -> Markup:
    """Return an element; `class_` becomes `class`, other underscores hyphens, None leaves an attribute out."""
    named = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), number(v) if isinstance(v, float) else v)
        for key, v in attributes.items()
        if v is not None
    )
    if not children:
        return Markup("<{}{}/>").format(name, named)
    return Markup("<{}{}>{}</{}>").format(name, named, Markup("").join(children), name)


def width_of(text: str, size: float = 13) -> float:
    """Return about how wide a text stands, for placing what is beside it."""
    return len(text) * size * AVERAGE_ADVANCE


class Canvas:
    """A figure being drawn, `width` × `height` units; `finish` returns it as one accessible SVG element."""

    def __init__(self, width: float, height: float, voice: Voice, *, mirrored: bool = True) -> None:
        self.width, self.height, self.voice = width, height, voice
        self.mirrored = mirrored and voice.right_to_left
        self.parts: list[Markup] = []

    def x(self, x: float) -> float:
        """Return where a logical x lies on the page."""
        return self.width - x if self.mirrored else x

    def add(self, *parts: Markup) -> None:
        """Add ready elements."""
        self.parts.extend(parts)

    def line(self, x1: float, y1: float, x2: float, y2: float, class_: str) -> None:
        """Draw a straight line."""
        self.add(tag("line", x1=self.x(x1), y1=float(y1), x2=self.x(x2), y2=float(y2), class_=class_))

    def rect(self, x: float, y: float, width: float, height: float, class_: str, radius: float | None = None) -> None:
        """Draw a rectangle whose start edge is `x`."""
        left = self.x(x + width) if self.mirrored else x
        self.add(
            tag("rect", x=float(left), y=float(y), width=float(width), height=float(height), rx=radius, class_=class_)
        )

    def dot(self, x: float, y: float, radius: float, class_: str) -> None:
        """Draw a dot."""
        self.add(tag("circle", cx=self.x(x), cy=float(y), r=float(radius), class_=class_))

    def path(self, points: Sequence[Point], class_: str, *, closed: bool = False) -> None:
        """Draw a line through points, or the area they enclose."""
        self.add(tag("path", d=path_data([(self.x(x), y) for x, y in points], closed=closed), class_=class_))

    def text(self, x: float, y: float, text: str, class_: str = "", anchor: Anchor = "start") -> None:
        """Write one line of text."""
        side = OPPOSITE[anchor] if self.mirrored else anchor
        classes = f"t-{side} {class_}".strip()
        self.add(tag("text", self.isolate(text), x=self.x(x), y=float(y), class_=classes))

    def isolate(self, text: str) -> str:
        """Return a text so that it keeps its own direction in every renderer."""
        return f"{RIGHT_TO_LEFT_ISOLATE}{text}{POP_ISOLATE}" if self.voice.right_to_left else text

    def lines(
        self, x: float, y: float, texts: Iterable[str], class_: str = "", anchor: Anchor = "start", step: float = 15
    ) -> None:
        """Write lines of text under each other."""
        for index, text in enumerate(texts):
            self.text(x, y + index * step, text, class_, anchor)

    def finish(self, key: str, title: str, description: str = "", class_: str = "bs-svg") -> Markup:
        """Return the figure: `key` makes its ids unique in a page, title and description are read out."""
        named = f"{key}-title" + (f" {key}-desc" if description else "")
        head = [tag("title", title, id=f"{key}-title")]
        if description:
            head.append(tag("desc", description, id=f"{key}-desc"))
        return tag(
            "svg",
            *head,
            *self.parts,
            xmlns="http://www.w3.org/2000/svg",
            class_=class_,
            viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            role="img",
            direction="ltr",
            aria_labelledby=named,
        )


def path_data(points: Sequence[Point], *, closed: bool = False) -> str:
    """Return the `d` of a path through points."""
    if not points:
        return ""
    start = f"M{number(points[0][0])} {number(points[0][1])}"
    rest = "L" + " ".join(f"{number(x)} {number(y)}" for x, y in points[1:]) if len(points) > 1 else ""
    return start + rest + ("Z" if closed else "")


def wrap(text: str, characters: int, lines: int = 3) -> list[str]:
    """Return a text broken into at most `lines` lines of about `characters`; what does not fit ends in an ellipsis."""
    rows: list[str] = [""]
    for word in text.split():
        longer = f"{rows[-1]} {word}".strip()
        if len(longer) <= characters or not rows[-1]:
            rows[-1] = longer
        elif len(rows) < lines:
            rows.append(word)
        else:
            rows[-1] = rows[-1].rstrip(",;:") + " …"
            break
    return rows
