"""A small map of one Party: equal-area about its own centre, neighbours muted, disputed lines dashed.

Nothing is named on the map but the scale: no seas, no neighbours. Areas without a code in the source are drawn as
neutral land. Where a boundary lies between areas listed in `data/disputed_lines.csv`, or touches an area without code,
it is dashed. What the map shows implies no opinion on legal status; the caller prints `disclaimer` beside it, always.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import shapely
from markupsafe import Markup

from biosetu.figures.canvas import Canvas, number, tag
from biosetu.figures.scales import round_step
from biosetu.figures.topology import Coordinates, Ring, Topology, ring_points
from biosetu.translation import Voice

WIDTH, TALLEST, LOWEST = 440.0, 400.0, 250.0
EARTH_RADIUS_KM = 6371.0088
MARGIN = 0.16
SMALLEST_KM = 60.0
TOLERANCE, COARSE = 0.7, 8.0
FARTHEST_KM = 1.8 * EARTH_RADIUS_KM
ISLET_PX = 3.2
SPECK_PX2, HOME_SPECK_PX2 = 5.0, 1.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Projection:
    """Lambert azimuthal equal-area on the sphere, about (lon, lat) in degrees; results in km."""

    lon: float
    lat: float

    def __call__(self, points: Coordinates) -> Coordinates:
        """Return (n, 2) longitude/latitude as (n, 2) km east and north of the centre."""
        lam = np.radians(points[:, 0] - self.lon)
        phi, phi0 = np.radians(points[:, 1]), np.radians(self.lat)
        cos_c = np.sin(phi0) * np.sin(phi) + np.cos(phi0) * np.cos(phi) * np.cos(lam)
        k = EARTH_RADIUS_KM * np.sqrt(2 / np.maximum(1 + cos_c, 1e-9))
        x = k * np.cos(phi) * np.sin(lam)
        y = k * (np.cos(phi0) * np.sin(phi) - np.sin(phi0) * np.cos(phi) * np.cos(lam))
        return np.column_stack([x, y])

    def inverse(self, x: float, y: float) -> tuple[float, float]:
        """Return the longitude and latitude of a point in km."""
        rho = float(np.hypot(x, y))
        if rho == 0:
            return self.lon, self.lat
        c = 2 * np.arcsin(min(rho / (2 * EARTH_RADIUS_KM), 1.0))
        phi0 = np.radians(self.lat)
        phi = np.arcsin(np.cos(c) * np.sin(phi0) + y * np.sin(c) * np.cos(phi0) / rho)
        east = np.arctan2(x * np.sin(c), rho * np.cos(phi0) * np.cos(c) - y * np.sin(phi0) * np.sin(c))
        return float((self.lon + np.degrees(east) + 180) % 360 - 180), float(np.degrees(phi))


def disclaimer(voice: Voice) -> str:
    """Return the sentence that stands under every map."""
    return voice.gettext(
        "The boundaries shown, and the names used, imply no opinion on the legal status of any country, territory or"
        " area or on the course of its boundaries. Dashed lines are boundaries that are disputed or not settled."
    )


@cache
def disputed() -> dict[frozenset[str], list[Box]]:
    """Return the boxes (west, south, east, north) within which the boundary of two areas is dashed."""
    found: dict[frozenset[str], list[Box]] = {}
    for row in _table("disputed_lines"):
        box = (float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
        found.setdefault(frozenset((row["first"], row["second"])), []).append(box)
    return found


@cache
def areas_of(code: str) -> frozenset[str]:
    """Return the codes of the areas drawn as part of a Party, its own first."""
    return frozenset({code, *(row["area"] for row in _table("party_areas") if row["party"] == code)})


def _table(name: str) -> list[dict[str, str]]:
    text = (files("biosetu.figures") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def country_map(
    world: Topology, code: str, voice: Voice, *, key: str, title: str, text: str = "", own: Topology | None = None
) -> Markup:
    """Return the map of the Party with this M49 code; an empty string where the world has no such area.

    `own` is the Party's own boundary; it replaces the world's areas of that Party.
    """
    home_codes = areas_of(code) if code else frozenset()
    homes = [own.features[0]] if own else [area for area in world.features if area.code in home_codes]
    if not homes:
        return Markup("")
    source = own or world
    outline = [ring_points(polygon[0], source.arcs) for area in homes for polygon in area.polygons]
    projection, box = _frame(outline)
    height = _height(box)
    canvas = Canvas(WIDTH, height, voice, mirrored=False)
    drawer = _Drawer(canvas, projection, box)
    sheet = _Sheet(world, projection, drawer)
    canvas.rect(0, 0, WIDTH, height, "sea", 4)
    drawer.neighbours(sheet, home_codes)
    drawer.home(_Sheet(own, projection, drawer) if own else sheet, [p for area in homes for p in area.polygons])
    drawer.borders(sheet, home_codes if own else frozenset())
    drawer.scale_bar(voice)
    return canvas.finish(key, title, text, class_="bs-svg bs-map")


def _frame(outline: Sequence[Coordinates]) -> tuple[Projection, Box]:
    """Return the projection about the middle of an outline, and its box in km with a margin."""
    points = np.concatenate(outline)
    projection = Projection(*_mean_point(points))
    for _ in range(3):
        west, south, east, north = _extent(projection(points))
        projection = Projection(*projection.inverse((west + east) / 2, (south + north) / 2))
    west, south, east, north = _extent(projection(points))
    wide, tall = max(east - west, SMALLEST_KM), max(north - south, SMALLEST_KM)
    wide, tall = wide * (1 + 2 * MARGIN), tall * (1 + 2 * MARGIN)
    shape = min(max(tall / wide, LOWEST / WIDTH), TALLEST / WIDTH)
    wide = max(wide, tall / shape)
    tall = wide * shape
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return projection, (middle_x - wide / 2, middle_y - tall / 2, middle_x + wide / 2, middle_y + tall / 2)


def breadth_km(world: Topology, code: str) -> float:
    """Return how broad the map of a Party is [km]; infinite where the world has no such area. Chooses the scale."""
    areas = [area for area in world.features if code and area.code == code]
    outline = [ring_points(p[0], world.arcs) for area in areas for p in area.polygons]
    if not outline:
        return float("inf")
    _, box = _frame(outline)
    return box[2] - box[0]


def _mean_point(points: Coordinates) -> tuple[float, float]:
    lam, phi = np.radians(points[:, 0]), np.radians(points[:, 1])
    x, y, z = (np.cos(phi) * np.cos(lam)).mean(), (np.cos(phi) * np.sin(lam)).mean(), np.sin(phi).mean()
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _extent(points: Coordinates) -> Box:
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _height(box: Box) -> float:
    return float(round(WIDTH * (box[3] - box[1]) / (box[2] - box[0])))


class _Sheet:
    """A topology laid on the page of one map: arcs placed at once, thinned only where they are drawn."""

    def __init__(self, topology: Topology, projection: Projection, drawer: _Drawer) -> None:
        self.topology = topology
        placed = drawer.place(topology.points)
        self.placed = np.split(placed, topology.starts[1:])
        self.low = np.minimum.reduceat(placed, topology.starts, axis=0)
        self.high = np.maximum.reduceat(placed, topology.starts, axis=0)
        size = (drawer.canvas.width, drawer.canvas.height)
        self.near = np.all((self.high >= 0) & (self.low <= size), axis=1)
        reach = FARTHEST_KM * drawer.scale
        middle = placed - drawer.place(np.array([[projection.lon, projection.lat]]))
        self.far = np.maximum.reduceat(np.hypot(middle[:, 0], middle[:, 1]), topology.starts) > reach
        self.thinned: dict[int, Coordinates] = {}

    def thin(self, position: int) -> Coordinates:
        """Return an arc thinned to what can be seen; its ends stay, so that areas still fit each other."""
        if position not in self.thinned:
            line = shapely.linestrings(self.placed[position])
            self.thinned[position] = shapely.get_coordinates(
                shapely.simplify(line, TOLERANCE if self.near[position] else COARSE, preserve_topology=False)
            )
        return self.thinned[position]

    def ring(self, ring: Ring) -> Coordinates:
        """Return the thinned points of a ring."""
        return ring_points(tuple(range(len(ring))), [self._directed(arc) for arc in ring])

    def _directed(self, arc: int) -> Coordinates:
        return self.thin(arc) if arc >= 0 else self.thin(~arc)[::-1]

    def extent(self, ring: Ring) -> Box:
        """Return the box of a ring on the page."""
        arcs = [arc if arc >= 0 else ~arc for arc in ring]
        (west, south), (east, north) = self.low[arcs].min(axis=0), self.high[arcs].max(axis=0)
        return float(west), float(south), float(east), float(north)

    def is_far(self, ring: Ring) -> bool:
        """Return whether a ring reaches round the globe to where the projection folds over."""
        return any(self.far[arc if arc >= 0 else ~arc] for arc in ring)


class _Drawer:
    """Draws arcs and areas of topologies into the frame of one map."""

    def __init__(self, canvas: Canvas, projection: Projection, box: Box) -> None:
        self.canvas, self.projection, self.box = canvas, projection, box
        self.scale = canvas.width / (box[2] - box[0])
        self.edges = (-2.0, -2.0, canvas.width + 2, canvas.height + 2)

    def place(self, points: Coordinates) -> Coordinates:
        """Return longitude/latitude as positions on the page."""
        km = self.projection(points)
        return np.column_stack([(km[:, 0] - self.box[0]) * self.scale, (self.box[3] - km[:, 1]) * self.scale])

    def neighbours(self, sheet: _Sheet, home: frozenset[str]) -> None:
        """Draw every other area that reaches into the frame."""
        others = (area for area in sheet.topology.features if area.code not in home)
        areas = [self._area(p, sheet) for area in others for p in area.polygons if not sheet.is_far(p[0])]
        self._fill(areas, "land", SPECK_PX2)

    def home(self, sheet: _Sheet, polygons: Sequence[tuple[Ring, ...]]) -> None:
        """Draw the Party; an island too small to be seen gets a dot of its own."""
        self._fill([self._area(polygon, sheet) for polygon in polygons], "home", HOME_SPECK_PX2)
        spots: set[tuple[int, int]] = set()
        for polygon in polygons:
            west, south, east, north = sheet.extent(polygon[0])
            spot = (round((west + east) / 2 / ISLET_PX), round((south + north) / 2 / ISLET_PX))
            if max(east - west, north - south) < ISLET_PX and spot not in spots:
                spots.add(spot)
                self.canvas.dot((west + east) / 2, (south + north) / 2, 2.0, "islet")

    def borders(self, sheet: _Sheet, replaced: frozenset[str]) -> None:
        """Draw the lines between areas, dashed where they are disputed; none of a Party that brought its own."""
        solid: list[str] = []
        dashed: list[str] = []
        for position, sides in enumerate(sheet.topology.sides):
            codes = frozenset(sheet.topology.features[side].code for side in sides)
            if len(sides) == 2 and sheet.near[position] and not codes & replaced:
                line = self._line(sheet.thin(position))
                solid.append(line)
                dashed.extend([line] if "" in codes else self._disputed(codes, sheet.topology.arcs[position]))
        for lines, class_ in ((solid, "border"), (dashed, "border-disputed")):
            if data := "".join(lines):
                self.canvas.add(tag("path", d=data, class_=class_))

    def scale_bar(self, voice: Voice) -> None:
        """Draw a scale at the lower start corner."""
        length = round_step(self.box[2] - self.box[0], 5)
        x, y = 12.0, self.canvas.height - 12
        self.canvas.path([(x, y - 4), (x, y), (x + length * self.scale, y), (x + length * self.scale, y - 4)], "scale")
        label = voice.gettext("{number} km").format(number=voice.number(length))
        self.canvas.text(x + 3, y - 5, label, "t-soft t-small")

    def _area(self, polygon: tuple[Ring, ...], sheet: _Sheet) -> shapely.Geometry | None:
        west, south, east, north = sheet.extent(polygon[0])
        if east < 0 or north < 0 or west > self.canvas.width or south > self.canvas.height:
            return None
        rings = [points for ring in polygon if len(points := sheet.ring(ring)) > 3]
        if not rings:
            return None
        return shapely.clip_by_rect(shapely.make_valid(shapely.Polygon(rings[0], rings[1:])), *self.edges)

    def _fill(self, areas: Sequence[shapely.Geometry | None], class_: str, smallest: float) -> None:
        parts = shapely.get_parts(shapely.get_parts([area for area in areas if area is not None]))
        seen = [p for p in parts if p.geom_type == "Polygon" and p.area >= smallest]
        rings = shapely.get_rings(seen) if seen else []
        data = "".join(_relative(shapely.get_coordinates(ring)[:-1]) + "z" for ring in rings)
        if data:
            self.canvas.add(tag("path", d=data, class_=class_, fill_rule="evenodd"))

    def _disputed(self, codes: frozenset[str], arc: Coordinates) -> Iterator[str]:
        for box in disputed().get(codes, ()):
            for part in shapely.get_parts(shapely.clip_by_rect(shapely.linestrings(arc), *box)):
                thin = shapely.simplify(shapely.linestrings(self.place(shapely.get_coordinates(part))), TOLERANCE)
                yield self._line(shapely.get_coordinates(thin))

    def _line(self, points: Coordinates) -> str:
        clipped = shapely.clip_by_rect(shapely.linestrings(points), *self.edges)
        return "".join(_relative(shapely.get_coordinates(part)) for part in shapely.get_parts(clipped))


def _relative(points: Coordinates) -> str:
    """Return a path with steps relative to the point before, in tenths of a pixel, without rounding drift."""
    if len(points) < 2:
        return ""
    tenths = np.round(points * 10).astype(int)
    steps = np.diff(tenths, axis=0)
    steps = steps[np.any(steps != 0, axis=1)] / 10
    moves = "".join(f"l{number(dx)} {number(dy)}" for dx, dy in steps)
    return f"M{number(tenths[0, 0] / 10)} {number(tenths[0, 1] / 10)}{moves}"
