"""A small map of where a taxon was recorded: generalised points, the outline around them, land behind."""

from __future__ import annotations

import numpy as np
import shapely
from markupsafe import Markup

from biosetu.figures.canvas import Canvas
from biosetu.figures.countrymap import WIDTH, _Drawer, _frame, _height, _Sheet
from biosetu.figures.topology import Coordinates, Topology
from biosetu.translation import Voice

RADIUS = 3.5


def occurrence_map(
    points: Coordinates, voice: Voice, *, key: str, title: str, text: str = "", world: Topology | None = None
) -> Markup:
    """Return the map of points, shape (n, 2) [degrees east, degrees north]; an empty string where there are none.

    The outline is drawn around the points given, in the plane of the map; it is a picture, not a measure. Points
    farther than the far side of the globe from their middle cannot be told apart on one map.
    """
    if not len(points):
        return Markup("")
    projection, box = _frame([np.asarray(points, dtype=np.float64)])
    canvas = Canvas(WIDTH, _height(box), voice, mirrored=False)
    drawer = _Drawer(canvas, projection, box)
    canvas.rect(0, 0, WIDTH, canvas.height, "sea", 4)
    if world is not None:
        sheet = _Sheet(world, projection, drawer)
        drawer.neighbours(sheet, frozenset())
        drawer.borders(sheet, frozenset())
    placed = drawer.place(np.asarray(points, dtype=np.float64))
    outline = shapely.convex_hull(shapely.multipoints(placed))
    if outline.geom_type == "Polygon":
        canvas.path([(x, y) for x, y in shapely.get_coordinates(outline)[:-1].tolist()], "range-outline", closed=True)
    for x, y in placed.tolist():
        canvas.dot(x, y, RADIUS, "range-point")
    drawer.scale_bar(voice)
    return canvas.finish(key, title, text, class_="bs-svg bs-map")
