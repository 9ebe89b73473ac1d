"""Coverage of a synthetic world: 300,000 sites like the WDPA's, 60 million vertices, 200 countries, split by year.

    python benchmarks/areas_coverage.py [--sites N] [--vertices N] [--countries N] [--raster]

Sizes are log-normal (median 3 km², a few very large), vertex counts log-normal with mean 200, a third of the sites
overlap older ones (drawn around the same places), years 1900-2025 with 8 % unknown, 3 % OECMs.
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import numpy as np
import shapely

from biosetu.areas import Zone, zone_growth
from biosetu.areas.sites import Sites
from biosetu.engine.ordered import threads
from biosetu.geo.union import SiteTree

CHUNK = 5_000


def countries(number: int) -> list[Zone]:
    columns = int(np.ceil(np.sqrt(2 * number)))
    rows = int(np.ceil(number / columns))
    width, height = 340.0 / columns, 130.0 / rows
    zones = []
    for k in range(number):
        x, y = -170 + (k % columns) * width, -60 + (k // columns) * height
        box = shapely.segmentize(shapely.box(x, y, x + width * 0.98, y + height * 0.98), 0.1)
        zones.append(Zone(f"C{k:03d}", "land", box))
    return zones


def outlines(centre: np.ndarray, radius: np.ndarray, counts: np.ndarray, phase: np.ndarray) -> np.ndarray:
    offsets = np.concatenate([[0], np.cumsum(counts + 1)])
    owner = np.repeat(np.arange(counts.size), counts + 1)
    step = np.arange(offsets[-1]) - offsets[owner]
    angle = 2 * np.pi * (step % counts[owner]) / counts[owner]
    wave = sum(np.cos((k + 2) * angle + phase[owner, k]) / (k + 2) for k in range(4))
    jag = np.cos(angle * np.maximum(counts[owner] // 4, 1) + phase[owner, 0])
    distance = radius[owner] * (1 + 0.35 * wave + 0.05 * jag)
    x = centre[owner, 0] + distance * np.cos(angle) / np.cos(np.radians(np.clip(centre[owner, 1], -75, 75)))
    y = centre[owner, 1] + distance * np.sin(angle)
    last = offsets[1:] - 1
    x[last], y[last] = x[offsets[:-1]], y[offsets[:-1]]
    return shapely.polygons(shapely.linearrings(np.column_stack([x, y]), indices=owner))


def sites(number: int, vertices: int, seed: int = 1) -> Sites:
    random = np.random.default_rng(seed)
    centre = np.column_stack([random.uniform(-170, 170, number), random.uniform(-60, 70, number)])
    again = random.random(number) < 0.33
    centre[again] = centre[random.integers(0, number, again.sum())] + random.normal(0, 0.03, (again.sum(), 2))
    area = np.minimum(np.exp(random.normal(np.log(3.0), 2.2, number)), 300_000.0)
    counts = np.exp(random.normal(0, 1.4, number)) * np.sqrt(area) ** 0.5
    counts = np.maximum((counts / counts.sum() * vertices).astype(int), 5)
    radius = np.sqrt(area / np.pi) / 111.0
    phase = random.uniform(0, 6.28, (number, 4))
    parts = [
        outlines(centre[k : k + CHUNK], radius[k : k + CHUNK], counts[k : k + CHUNK], phase[k : k + CHUNK])
        for k in range(0, number, CHUNK)
    ]
    shapes = np.concatenate(parts)
    year = np.where(random.random(number) < 0.08, 0, 2025 - (random.exponential(22, number)).astype(int)).clip(0)
    blank = ("",) * number
    return Sites(
        shapes,
        blank,
        blank,
        blank,
        blank,
        blank,
        blank,
        blank,
        year.astype(np.int64),
        random.random(number) < 0.03,
        np.full(number, np.nan),
        np.zeros(number, bool),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=300_000)
    parser.add_argument("--vertices", type=int, default=60_000_000)
    parser.add_argument("--countries", type=int, default=200)
    parser.add_argument("--raster", action="store_true")
    asked = parser.parse_args()
    made = sites(asked.sites, asked.vertices)
    zones = countries(asked.countries)
    coordinates = int(shapely.get_num_coordinates(made.shapes).sum())
    valid = shapely.is_valid(made.shapes)
    began, used = time.monotonic(), time.process_time()
    total = 0.0
    bound = 0.0
    tree = SiteTree(made.shapes)
    if asked.raster:
        from biosetu.areas.raster import raster_growth

        with threads() as run:
            for growth in run(lambda zone: raster_growth(made, zone, tree), zones):
                total += growth.growth.all_km2[-1]
                bound += growth.bound_km2
    else:
        with threads() as run:
            for number, zone in enumerate(zones):
                total += float(zone_growth(made, zone, run, tree).all_km2[-1])
                if number % 20 == 0:
                    print(number, round(time.monotonic() - began, 1), flush=True)
    print(
        json.dumps(
            {
                "sites": asked.sites,
                "vertices": coordinates,
                "invalid": int((~valid).sum()),
                "countries": asked.countries,
                "mode": "raster" if asked.raster else "exact",
                "seconds": round(time.monotonic() - began, 1),
                "cpu_seconds": round(time.process_time() - used, 1),
                "covered_km2": round(total, 3),
                "bound_km2": round(bound, 3),
                "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
