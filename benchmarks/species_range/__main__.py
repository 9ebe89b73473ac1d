"""Time `species range` against n, and against a plain geopandas/shapely implementation in the same run.

    python -m benchmarks.species_range [points ...]      # default 1e5 1e6 1e7 1e8
    python -m benchmarks.species_range --again …         # measure also what was measured before

Each size is written once, sorted by species, and measured in a process of its own (so that memory is its own):
seconds, CPU seconds, nanoseconds of CPU a point, peak memory, and the load of the machine before. Sets and results
stay in `$BIOSETU_HOME/benchmarks/species-range`, so that an interrupted run goes on with the size it was at; a result
is told again only for the same source files. In the same run plain geopandas and shapely measure the first species of
the same set, in an equal-area projection of the world: 500 species by hull and counted 2 km cells, at one grid origin
and at 64, and 25 species by hull and a grid of boxes over their bounds, joined to the points, as GIS recipes do it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.species_range.data import write
from biosetu.home import home

TAXA_A_POINT = {10**5: 2_000, 10**6: 5_000, 10**7: 20_000, 10**8: 100_000}
PLAIN_TAXA, BOXED_TAXA = 500, 25
MOST_BOXES = 4_000_000
SOURCES = ("geo", "species", "engine", "jobs")


def measured(path: str) -> dict[str, float]:
    """Measure one file in this process."""
    from biosetu.jobs.species_range import RangeRequest, measure_range

    start, cpu = time.perf_counter(), time.process_time()
    table = measure_range(RangeRequest(path)).table
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {
        "taxa": table.num_rows,
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "peak_gb": peak,
    }


def projected(path: Path, taxa: int) -> Any:
    """Return the first taxa of a file as points in an equal-area projection.

    What only the plain ways need is imported here, so that a process that measures ours pays for its own imports.
    """
    import geopandas as gpd
    import pyarrow.parquet as pq

    frame = pq.ParquetFile(path).read_row_group(0).to_pandas()
    frame = frame[frame.scientificName.isin(frame.scientificName.unique()[:taxa])]
    points = gpd.points_from_xy(frame.decimalLongitude, frame.decimalLatitude, crs="EPSG:4326")
    return gpd.GeoDataFrame(frame[["scientificName"]], geometry=points).to_crs("ESRI:54034")


def plain(path: Path, taxa: int, origins: int) -> float:
    """Return CPU seconds a point of hulls and of cells counted by number, over the first taxa of a file."""
    import numpy as np

    shapes = projected(path, taxa)
    start = time.process_time()
    for _, mine in shapes.groupby("scientificName"):
        _ = mine.geometry.union_all().convex_hull.area / 1e6
        xy = np.column_stack((mine.geometry.x, mine.geometry.y))
        shifts = [(i * 250, j * 250) for i in range(8) for j in range(8)][:origins]
        _ = min(len(np.unique(np.floor((xy + shift) / 2000), axis=0)) * 4 for shift in shifts)
    return (time.process_time() - start) / len(shapes)


def boxed(path: Path, taxa: int) -> float:
    """Return CPU seconds a point of hulls and of boxes that hold a point, at one origin; no taxa that fill memory."""
    import geopandas as gpd
    import numpy as np
    import shapely

    shapes, points, start = projected(path, taxa), 0, time.process_time()
    for _, mine in shapes.groupby("scientificName"):
        west, south, east, north = np.floor(mine.total_bounds / 2000) * 2000
        x, y = np.meshgrid(np.arange(west, east + 2000, 2000), np.arange(south, north + 2000, 2000))
        if x.size <= MOST_BOXES:
            points += len(mine)
            _ = mine.geometry.union_all().convex_hull.area / 1e6
            boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + 2000, y.ravel() + 2000)
            grid = gpd.GeoDataFrame(geometry=boxes, crs=mine.crs)
            _ = gpd.sjoin(grid, mine[["geometry"]]).index.nunique() * 4
    return (time.process_time() - start) / points


PLAIN = {
    "cells counted, 1 origin": lambda path: plain(path, PLAIN_TAXA, 1),
    "cells counted, 64 origins": lambda path: plain(path, PLAIN_TAXA, 64),
    "boxes joined, 1 origin": lambda path: boxed(path, BOXED_TAXA),
}


def child(path: Path, what: str = "--one") -> dict[str, float]:
    """Measure a file in a process of its own (it begins with its parent's peak): ours, or the plain ways."""
    command = [sys.executable, "-m", "benchmarks.species_range", what, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def sources() -> str:
    """Return a hash of the source files that a result depends on."""
    root = Path(__file__).parents[2] / "src" / "biosetu"
    files = sorted(path for room in SOURCES for path in (root / room).glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def result_of(points: int, folder: Path, *, again: bool) -> dict[str, float]:
    """Return the result of one size: the one on file, or measured now."""
    kept = folder / f"{points}-{sources()}.json"
    if kept.exists() and not again:
        return json.loads(kept.read_text(encoding="utf-8"))
    path = folder / f"{points}.parquet"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        write(unfinished, points, TAXA_A_POINT.get(points, max(1, points // 500)))
        unfinished.rename(path)
    load = os.getloadavg()[0]
    found = child(path) | {"load": load, "points": points}
    found |= child(path, "--plain")
    kept.write_text(json.dumps(found), encoding="utf-8")
    return found


def main(sizes: list[int], folder: Path, *, again: bool) -> None:
    """Print one line a size, then the ratios to the plain implementation."""
    folder.mkdir(parents=True, exist_ok=True)
    warm = folder / "warm.parquet"
    write(warm, 5_000, 20)
    child(warm)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'points':>12} {'taxa':>8} {'seconds':>8} {'cpu s':>7} {'ns/point':>9} {'peak GB':>8} {'load':>5}")
    found = []
    for points in sizes:
        one = result_of(points, folder, again=again)
        found.append(one)
        each = one["cpu_seconds"] / points * 1e9
        print(f"{points:12,} {one['taxa']:8,.0f} {one['seconds']:8.2f} {one['cpu_seconds']:7.2f} {each:9.0f} "
              f"{one['peak_gb']:8.2f} {one['load']:5.1f}", flush=True)  # fmt: skip
    print(
        "processor time a point: ours with reading, imports and 64 origins; plain geopandas and shapely without imports"
    )
    for one in found:
        ours = one["cpu_seconds"] / one["points"]
        for how in PLAIN:
            print(f"{one['points']:12,}: ours {ours * 1e6:.2f} µs; plain, {how}: {one[how] * 1e6:.1f} µs, "
                  f"{one[how] / ours:.0f} times")  # fmt: skip


if __name__ == "__main__":
    if "--plain" in sys.argv:
        print(json.dumps({how: timed(Path(sys.argv[-1])) for how, timed in PLAIN.items()}))
    elif "--one" in sys.argv:
        print(json.dumps(measured(sys.argv[-1])))
    else:
        asked = [int(float(text)) for text in sys.argv[1:] if text != "--again"] or sorted(TAXA_A_POINT)
        main(asked, home() / "benchmarks" / "species-range", again="--again" in sys.argv)
