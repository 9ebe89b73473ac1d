"""Time `species range` against n, and against a plain geopandas/shapely implementation in the same run.

    python -m benchmarks.species_range [points ...]      # default 1e5 1e6 1e7; add 1e8 for the whole

Each size is written sorted by species, measured in a process of its own (so that memory is its own), and reported as
seconds, CPU seconds, nanoseconds of CPU a point and peak memory. The plain implementation measures the first 200
species of the largest set: hull and 2 km cells in an equal-area projection of the world, at one grid origin and at 64.
"""

from __future__ import annotations

import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.species_range.data import write

TAXA_A_POINT = {10**5: 2_000, 10**6: 5_000, 10**7: 20_000, 10**8: 100_000}
PLAIN_TAXA = 200


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


def plain(path: Path, taxa: int, origins: int) -> float:
    """Return seconds a point of a plain implementation over the first taxa of a file."""
    import geopandas as gpd
    import numpy as np
    import pyarrow.parquet as pq

    frame = pq.ParquetFile(path).read_row_group(0).to_pandas()
    frame = frame[frame.scientificName.isin(frame.scientificName.unique()[:taxa])]
    start = time.perf_counter()
    points = gpd.points_from_xy(frame.decimalLongitude, frame.decimalLatitude, crs="EPSG:4326")
    shapes = gpd.GeoDataFrame(frame[["scientificName"]], geometry=points).to_crs("ESRI:54034")
    for _, mine in shapes.groupby("scientificName"):
        _ = mine.geometry.union_all().convex_hull.area / 1e6
        xy = np.column_stack((mine.geometry.x, mine.geometry.y))
        shifts = [(i * 250, j * 250) for i in range(8) for j in range(8)][:origins]
        _ = min(len(np.unique(np.floor((xy + shift) / 2000), axis=0)) * 4 for shift in shifts)
    return (time.perf_counter() - start) / len(frame)


def child(path: Path) -> dict[str, float]:
    """Measure a file in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.species_range", "--one", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(sizes: list[int], folder: Path) -> None:
    """Print one line a size, then the ratio to the plain implementation."""
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"{'points':>12} {'taxa':>8} {'seconds':>8} {'cpu s':>7} {'ns/point':>9} {'peak GB':>8}")
    for points in sizes:
        path = folder / f"{points}.parquet"
        if not path.exists():
            write(path, points, TAXA_A_POINT.get(points, max(1, points // 500)))
        if points == sizes[0]:
            child(path)
        found = child(path)
        each = found["cpu_seconds"] / points * 1e9
        print(f"{points:12,} {found['taxa']:8,.0f} {found['seconds']:8.2f} {found['cpu_seconds']:7.2f} {each:9.0f} "
              f"{found['peak_gb']:8.2f}", flush=True)  # fmt: skip
    largest = folder / f"{max(sizes)}.parquet"
    ours = child(largest)["seconds"] / max(sizes)
    print(f"this, reading and 64 origins included: {ours * 1e6:.2f} µs a point")
    for origins in (1, 64):
        each = plain(largest, PLAIN_TAXA, origins)
        print(f"plain geopandas, {origins} origins, no reading: {each * 1e6:.1f} µs a point ({each / ours:.0f} times)")


if __name__ == "__main__":
    if "--one" in sys.argv:
        print(json.dumps(measured(sys.argv[-1])))
    else:
        asked = [int(float(text)) for text in sys.argv[1:]] or [10**5, 10**6, 10**7]
        with tempfile.TemporaryDirectory() as name:
            main(asked, Path(name))
