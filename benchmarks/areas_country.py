"""A country of 500 sites and 100,000 vertices, from the command line, with its start: what a person waits for.

python benchmarks/areas_country.py
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from benchmarks.areas_coverage import outlines
from biosetu.engine.vectors import with_geometry, write_layer

SITES, VERTICES, RUNS = 500, 100_000, 5


def layers(folder: Path) -> tuple[Path, Path]:
    random = np.random.default_rng(1)
    centre = random.uniform((80.5, 26.5), (87.5, 29.5), (SITES, 2))
    area = np.exp(random.normal(np.log(30.0), 1.5, SITES))
    counts = np.full(SITES, VERTICES // SITES)
    shapes = outlines(centre, np.sqrt(area / np.pi) / 111.0, counts, random.uniform(0, 6.28, (SITES, 4)))
    years = np.where(random.random(SITES) < 0.08, 0, random.integers(1950, 2025, SITES))
    sites = pa.table({"SITE_ID": np.arange(SITES), "STATUS_YR": years, "STATUS": ["Designated"] * SITES})
    paths = folder / "WDPA.gpkg", folder / "country.gpkg"
    write_layer(with_geometry(sites, shapes), paths[0])
    outline = shapely.segmentize(shapely.box(80, 26, 88, 30), 0.02)
    write_layer(with_geometry(pa.table({"ISO3": ["NPL"]}), [outline]), paths[1])
    return paths


def used_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sites, country = layers(folder)
        command = [sys.executable, "-m", "biosetu", "areas", "coverage", str(sites), "--within", str(country)]
        out = ["--only", "NPL", "--quiet", "--out", str(folder / "out.csv")]
        waited, used = [], []
        for _ in range(RUNS + 1):  # the first compiles what is not yet on disk
            began, before = time.monotonic(), used_seconds()
            subprocess.run([*command, *out], check=True, capture_output=True)
            waited.append(time.monotonic() - began)
            used.append(used_seconds() - before)
    line = {"sites": SITES, "vertices": VERTICES, "runs": RUNS, "best_seconds": round(min(waited[1:]), 2)}
    print(json.dumps(line | {"median_seconds": round(float(np.median(waited[1:])), 2),
                             "median_cpu_seconds": round(float(np.median(used[1:])), 2)}))  # fmt: skip


if __name__ == "__main__":
    main()
