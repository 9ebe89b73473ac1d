"""ProtConn of 20,000 areas at realistic density and of 5,000 very dense ones, from their polygons on.

Timed are joining what touches, cutting to the country, the search for distances from edge to edge and the paths.
Areas are log-normal (median 1 km², a few of thousands), their outlines jagged, with 40 vertices on average.

python benchmarks/areas_connectivity.py
"""

from __future__ import annotations

import json
import time

import numpy as np
import shapely

from biosetu.areas import Sites, longest_link_km, network_of, protconn

KM_PER_DEGREE = 111.2
MEDIAN_KM = 10.0


def outlines(number: int, width_km: float, random: np.random.Generator) -> np.ndarray:
    """Return jagged polygons around random places of a square about 0° N 20° E, in longitude and latitude."""
    middle = np.column_stack([random.uniform(0, width_km, number), random.uniform(0, width_km, number)]) / KM_PER_DEGREE
    radius = np.sqrt(np.exp(random.normal(0, 2, number)) / np.pi) / KM_PER_DEGREE
    counts = random.poisson(32, number) + 8
    owner = np.repeat(np.arange(number), counts)
    step = np.arange(owner.size) - np.repeat(np.cumsum(counts) - counts, counts)
    angle = 2 * np.pi * step / counts[owner]
    distance = radius[owner] * random.uniform(0.8, 1.2, owner.size)
    points = middle[owner] + distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    corner = np.array([20.0, 0.0]) - 0.5 * width_km / KM_PER_DEGREE
    return shapely.polygons(shapely.linearrings(points + corner, indices=owner))


def case(number: int, width_km: float) -> tuple[Sites, shapely.Geometry]:
    """Return sites and the square country that holds them."""
    shapes = outlines(number, width_km, np.random.default_rng(1))
    blank, unknown = ("",) * number, np.full(number, np.nan)
    year, no = np.zeros(number, np.int64), np.zeros(number, bool)
    sites = Sites(shapes, blank, blank, blank, blank, blank, blank, blank, year, no, unknown, no.copy())
    half = 0.5 * width_km / KM_PER_DEGREE
    return sites, shapely.segmentize(shapely.box(20 - half, -half, 20 + half, half), 0.5)


def main() -> None:
    few, small = case(50, 100.0)
    protconn(network_of(few, small, longest_link_km(MEDIAN_KM)), MEDIAN_KM)  # kernels compiled
    for number, width in ((20_000, 1_700.0), (5_000, 390.0)):
        sites, country = case(number, width)
        began = time.monotonic()
        network = network_of(sites, country, longest_link_km(MEDIAN_KM))
        linked = time.monotonic() - began
        found = protconn(network, MEDIAN_KM)
        line = {
            "areas": number,
            "nodes": network.area.size,
            "links": network.links.first.size,
            "seconds_to_links": round(linked, 1),
            "seconds": round(time.monotonic() - began, 1),
            "protconn": found["protconn_percent"],
            "error_percent": found["error_percent"],
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
