"""A plan as a small map: what is chosen anew, what was locked in, what stays out."""

from __future__ import annotations

import numpy as np
import shapely
from markupsafe import Markup

from biosetu.figures.canvas import Canvas, tag, wrap
from biosetu.figures.countrymap import disclaimer
from biosetu.translation import N_, Voice

WIDTH = 640.0
LEGEND = 22.0
# class of units -> fill; told apart by lightness too
FILLS = {"out": "#e7e5df", "locked": "#7f9aa8", "chosen": "#0b6b63"}
LABELS = {
    "chosen": N_("chosen"),
    "locked": N_("protected already, or locked in"),
    "out": N_("not chosen"),
}


def unit_map(shapes: np.ndarray, selected: np.ndarray, locked: np.ndarray, voice: Voice, *, title: str) -> Markup:
    """Return the map of a plan. shapes: (n,) unit polygons in one planar CRS; selected, locked: (n,) flags.

    Units of one class are joined, and outlines thinned to half a point of the drawing. North is up in every language.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    scale = WIDTH / max(east - west, 1e-9)
    height = (north - south) * scale
    foot = wrap(disclaimer(voice), 96, 4)
    canvas = Canvas(WIDTH, height + LEGEND * 4 + 15 * len(foot), voice, mirrored=False)
    classes = {"out": ~selected, "locked": selected & locked, "chosen": selected & ~locked}
    for name, chosen in classes.items():
        joined = shapely.simplify(shapely.union_all(shapes[chosen], grid_size=1e-3), 0.5 / scale)
        data = "".join(ring_path(ring, west, north, scale) for ring in rings_of(joined))
        if data:
            canvas.add(tag("path", d=data, fill=FILLS[name], fill_rule="evenodd", stroke="none"))
    for place, name in enumerate(LABELS):
        y = height + LEGEND * (place + 0.5)
        canvas.add(tag("rect", x=0.0, y=y, width=14.0, height=14.0, fill=FILLS[name]))
        count = voice.number(int(classes[name].sum()))
        canvas.text(20, y + 12, f"{voice.gettext(LABELS[name])} ({count})")
    canvas.lines(0, height + LEGEND * 4, foot, "t-soft")
    return canvas.finish("plan", title)


def rings_of(shape: shapely.Geometry) -> np.ndarray:
    """Return the rings of the polygons of a shape."""
    parts = shapely.get_parts(shape)
    rings: np.ndarray = shapely.get_rings(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    return rings


def ring_path(ring: shapely.LinearRing, west: float, north: float, scale: float) -> str:
    """Return the `d` of a ring, drawn `scale` units to one of its own from the north-west corner."""
    points = shapely.get_coordinates(ring)
    pairs = np.round(np.column_stack([(points[:, 0] - west) * scale, (north - points[:, 1]) * scale]), 1)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in pairs[:-1]) + "Z"
