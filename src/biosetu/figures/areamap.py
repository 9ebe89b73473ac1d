"""A country with its protected and conserved areas: equal-area about its own centre, nothing named but the scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from markupsafe import Markup

from biosetu.figures.canvas import Canvas, number, tag
from biosetu.figures.countrymap import Projection
from biosetu.figures.scales import round_step
from biosetu.translation import Voice

WIDTH, TALLEST = 440.0, 440.0
MARGIN = 8.0
LEGEND, SCALE_ROOM = 20.0, 26.0
TOLERANCE = 0.4
SMALLEST_PX2 = 0.3
Layer = tuple[str, str, np.ndarray]


def area_map(layers: Sequence[Layer], voice: Voice, *, key: str, title: str, text: str = "") -> Markup:
    """Return the map; an empty string where there is nothing to draw.

    layers: (class of the fill, label, polygons in longitude and latitude), the country's ground first, each drawn over
    those before. North is up in every language. What the map shows implies no opinion on legal status; the caller
    prints `disclaimer` beside it, always.
    """
    drawn = [(fill, label, shapes[~shapely.is_empty(shapes)]) for fill, label, shapes in layers]
    every = np.concatenate([shapes for _, _, shapes in drawn]) if drawn else np.empty(0, dtype=object)
    if every.size == 0:
        return Markup("")
    west, south, east, north = shapely.total_bounds(every)
    projection = Projection((west + east) / 2, (south + north) / 2)
    placed = [(fill, label, shapely.transform(shapes, projection)) for fill, label, shapes in drawn]
    box = shapely.total_bounds(np.concatenate([shapes for _, _, shapes in placed]))
    scale = min((WIDTH - 2 * MARGIN) / (box[2] - box[0]), (TALLEST - 2 * MARGIN) / (box[3] - box[1]))
    height = (box[3] - box[1]) * scale + 2 * MARGIN
    shift = (WIDTH - (box[2] - box[0]) * scale) / 2
    canvas = Canvas(WIDTH, height + SCALE_ROOM + LEGEND * len(drawn) + 4, voice, mirrored=False)
    for fill, _, shapes in placed:
        data = "".join(_path(shape, (box[0], box[3]), scale, shift) for shape in shapes)
        if data:
            canvas.add(tag("path", d=data, class_=fill, fill_rule="evenodd"))
    _scale_bar(canvas, height + 16, (box[2] - box[0]), scale, voice)
    for place, (fill, label, _) in enumerate(drawn):
        y = height + SCALE_ROOM + LEGEND * place
        canvas.add(tag("rect", x=MARGIN, y=y, width=14.0, height=14.0, rx=2.0, class_=fill))
        canvas.text(MARGIN + 22, y + 11.5, label, "t-soft")
    return canvas.finish(key, title, text, class_="bs-svg bs-map")


def _path(shape: shapely.Geometry, corner: tuple[float, float], scale: float, shift: float) -> str:
    """Return the outlines of a shape on the page, thinned to what can be seen; specks are left out."""
    thin = shapely.simplify(shape, TOLERANCE / scale)
    parts = [part for part in shapely.get_parts(thin) if part.area * scale**2 >= SMALLEST_PX2]
    rings = shapely.get_rings(parts) if parts else []
    return "".join(_ring(shapely.get_coordinates(ring), corner, scale, shift) for ring in rings)


def _ring(points: np.ndarray, corner: tuple[float, float], scale: float, shift: float) -> str:
    x = np.round((points[:-1, 0] - corner[0]) * scale + shift, 1)
    y = np.round((corner[1] - points[:-1, 1]) * scale + MARGIN, 1)
    return "M" + "L".join(f"{number(a)} {number(b)}" for a, b in zip(x, y, strict=True)) + "Z"


def _scale_bar(canvas: Canvas, y: float, breadth_km: float, scale: float, voice: Voice) -> None:
    length = round_step(breadth_km, 5)
    end = MARGIN + length * scale
    canvas.path([(MARGIN, y - 4), (MARGIN, y), (end, y), (end, y - 4)], "scale")
    canvas.text(end + 6, y + 2, voice.gettext("{number} km").format(number=voice.number(length)), "t-soft t-small")
