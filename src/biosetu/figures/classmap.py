"""A small map of classes: a picture of coloured cells, its key and a scale bar; never the raster itself."""

from __future__ import annotations

import base64
import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from biosetu.figures.canvas import Canvas, tag, width_of
from biosetu.figures.png import palette_png
from biosetu.translation import Voice

WIDTH, TALLEST, MARGIN, ROW, SWATCH = 480.0, 480.0, 8.0, 20.0, 13.0
NOTHING = 65_535
REST = "#9aa5a3"
BAR_SHARE = 0.25
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the key: what the cells of an index are called and how they are coloured."""

    name: str
    colour: str


@cache
def class_colours() -> tuple[str, ...]:
    """Return the colours of classes in the order in which they are given out (`data/class_colours.csv`)."""
    text = (files("biosetu.figures") / "data" / "class_colours.csv").read_text(encoding="utf-8")
    return tuple(row["colour"] for row in csv.DictReader(text.splitlines()))


def kinds_of(names: Sequence[str], sizes: Sequence[float], rest: str) -> list[Kind]:
    """Return a kind for each class: colours in the order of the names to the largest, one grey to all beyond.

    `sizes` decides which classes get a colour of their own where there are more than colours; `rest` names the others.
    """
    most = len(class_colours())
    chosen = set(sorted(range(len(names)), key=lambda i: (-sizes[i], i))[:most])
    colours = iter(class_colours())
    return [Kind(names[i], next(colours)) if i in chosen else Kind(rest, REST) for i in range(len(names))]


def class_map(
    cells: NDArray[np.uint16],
    kinds: Sequence[Kind],
    voice: Voice,
    *,
    key: str,
    title: str,
    text: str = "",
    size_km: tuple[float, float] | None = None,
) -> Markup:
    """Return a picture of cells with its key; an empty string where there is nothing to show.

    Args:
        cells: index into `kinds` by row (from north) and column, NOTHING where there is none.
        kinds: names and colours; only those that occur stand in the key, each name once.
        size_km: width and height on the ground [km]; gives the picture its shape and a scale bar.
    """
    used = [index for index in np.unique(cells).tolist() if index < len(kinds)]
    if not cells.size or not used:
        return Markup("")
    width, height = _size(cells.shape, size_km)
    entries = list({kinds[index].name: kinds[index] for index in used}.values())
    places, below = _key_places(entries)
    top = MARGIN + height + 14 + (18 if size_km else 0)
    canvas = Canvas(WIDTH, top + below, voice, mirrored=False)
    left = (WIDTH - width) / 2
    canvas.rect(0, 0, WIDTH, height + 2 * MARGIN, "sea", 4)
    canvas.add(_image(cells, kinds, left, width, height))
    if size_km:
        _scale_bar(canvas, width / size_km[0], height + 2 * MARGIN + 4, voice)
    for (x, y), kind in zip(places, entries, strict=True):
        _entry(canvas, x, top + y, kind)
    return canvas.finish(key, title, text, class_="bs-svg bs-map")


def _size(shape: tuple[int, ...], size_km: tuple[float, float] | None) -> tuple[float, float]:
    across, down = size_km or (float(shape[1]), float(shape[0]))
    scale = min((WIDTH - 2 * MARGIN) / across, TALLEST / down)
    return across * scale, max(down * scale, 1.0)


def _image(cells: NDArray[np.uint16], kinds: Sequence[Kind], left: float, width: float, height: float) -> Markup:
    """Draw the cells with as many palette entries as there are colours; index 0 is transparent."""
    colours = list(dict.fromkeys(kind.colour for kind in kinds))
    lookup = np.zeros(NOTHING + 1, np.uint8)
    for index, kind in enumerate(kinds):
        lookup[index] = 1 + colours.index(kind.colour)
    content = base64.b64encode(palette_png(lookup[cells], [None, *colours])).decode("ascii")
    place = {"x": left, "y": MARGIN, "width": width, "height": height}
    return tag(
        "image",
        href=f"data:image/png;base64,{content}",
        preserveAspectRatio="none",
        image_rendering="pixelated",
        **place,
    )


def _scale_bar(canvas: Canvas, units_per_km: float, y: float, voice: Voice) -> None:
    longest = WIDTH * BAR_SHARE / units_per_km
    power = 10 ** math.floor(math.log10(longest))
    length = max(step * power for step in (1, 2, 5) if step * power <= longest)
    end = MARGIN + length * units_per_km
    canvas.path([(MARGIN, y), (MARGIN, y + 5), (end, y + 5), (end, y)], "scale")
    decimals = max(0, -math.floor(math.log10(length)))
    label = voice.gettext("{length} km").format(length=voice.number(length, decimals))
    canvas.text(end + 6, y + 8, label, "t-soft t-small")


def _key_places(entries: Sequence[Kind]) -> tuple[list[tuple[float, float]], float]:
    """Return where each entry stands, in lines as wide as the picture, and the height of all lines."""
    places, x, y = [], 0.0, ROW / 2
    for kind in entries:
        wide = SWATCH + 14 + width_of(_short(kind.name))
        if x and x + wide > WIDTH:
            x, y = 0.0, y + ROW
        places.append((x, y))
        x += wide + 8
    return places, y + ROW / 2 + 4


def _entry(canvas: Canvas, x: float, y: float, kind: Kind) -> None:
    box = {"x": x, "y": y - SWATCH / 2, "width": SWATCH, "height": SWATCH, "rx": 2.0}
    canvas.add(tag("rect", **box, fill=kind.colour, stroke="#56666c", stroke_width=0.5))
    canvas.text(x + SWATCH + 6, y + 4.5, _short(kind.name))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
