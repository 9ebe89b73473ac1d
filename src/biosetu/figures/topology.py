"""Boundaries from a TopoJSON file: arcs shared by neighbours, so that simplified borders still fit each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Coordinates = npt.NDArray[np.float64]
Ring = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """One area: its M49 code (empty where the source has none) and its polygons as rings of arc numbers.

    A negative number `~n` is arc `n` run backwards, as in TopoJSON.
    """

    code: str
    polygons: tuple[tuple[Ring, ...], ...]

    def arcs(self) -> set[int]:
        """Return the numbers of all arcs of the area."""
        return {_plain(arc) for polygon in self.polygons for ring in polygon for arc in ring}


@dataclass(frozen=True)
class Topology:
    """Arcs in longitude/latitude [degrees], each an (n, 2) array, and the areas they bound."""

    arcs: tuple[Coordinates, ...]
    features: tuple[Feature, ...]

    @cached_property
    def points(self) -> Coordinates:
        """All points of all arcs, one arc after the other."""
        return np.concatenate(self.arcs)

    @cached_property
    def starts(self) -> npt.NDArray[np.intp]:
        """Where in `points` each arc starts."""
        return np.cumsum([0, *(len(arc) for arc in self.arcs[:-1])])

    @cached_property
    def sides(self) -> tuple[tuple[int, ...], ...]:
        """For each arc, the positions of the areas on its two sides (one for a coast)."""
        found: list[list[int]] = [[] for _ in self.arcs]
        for position, feature in enumerate(self.features):
            for arc in sorted(feature.arcs()):
                found[arc].append(position)
        return tuple(tuple(pair) for pair in found)


def _plain(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def ring_points(ring: Ring, arcs: Sequence[Coordinates]) -> Coordinates:
    """Return the points of a ring, its arcs joined end to start."""
    pieces = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


@lru_cache(maxsize=4)
def read_topology(path: Path, name: str = "countries") -> Topology:
    """Read the named object of a TopoJSON file; areas whose `id` is missing get an empty code."""
    data = json.loads(path.read_text(encoding="utf-8"))
    scale, shift = np.array(data["transform"]["scale"]), np.array(data["transform"]["translate"])
    arcs = tuple(np.cumsum(np.array(arc, dtype=float), axis=0) * scale + shift for arc in data["arcs"])
    features = (
        Feature(_code(geometry), tuple(_polygons(geometry))) for geometry in data["objects"][name]["geometries"]
    )
    return Topology(arcs, tuple(features))


def _code(geometry: dict[str, Any]) -> str:
    return str(geometry["id"]).zfill(3) if "id" in geometry else ""


def _polygons(geometry: dict[str, Any]) -> Iterator[tuple[Ring, ...]]:
    if geometry["type"] == "Polygon":
        yield tuple(tuple(ring) for ring in geometry["arcs"])
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["arcs"]:
            yield tuple(tuple(ring) for ring in polygon)


def from_polygons(polygons: list[list[Coordinates]], code: str) -> Topology:
    """Return plain polygons (lists of rings) of one area as a topology of their own."""
    arcs: list[Coordinates] = []
    numbered = []
    for polygon in polygons:
        numbered.append(tuple((len(arcs) + index,) for index in range(len(polygon))))
        arcs.extend(polygon)
    return Topology(tuple(arcs), (Feature(code, tuple(numbered)),))


def read_geojson(path: Path, code: str) -> Topology:
    """Read the polygons of a GeoJSON file (longitude/latitude) as one area: a Party's own boundary."""
    data = json.loads(path.read_text(encoding="utf-8"))
    polygons = [[np.array(ring, dtype=float)[:, :2] for ring in polygon] for polygon in _geojson_polygons(data)]
    if not polygons:
        raise ValueError(f"{path} holds no polygon")
    return from_polygons(polygons, code)


def _geojson_polygons(data: dict[str, Any]) -> Iterator[list[Any]]:
    kind = data.get("type")
    if kind == "FeatureCollection":
        for feature in data["features"]:
            yield from _geojson_polygons(feature)
    elif kind == "Feature":
        yield from _geojson_polygons(data["geometry"] or {})
    elif kind == "GeometryCollection":
        for geometry in data["geometries"]:
            yield from _geojson_polygons(geometry)
    elif kind == "Polygon":
        yield data["coordinates"]
    elif kind == "MultiPolygon":
        yield from data["coordinates"]
