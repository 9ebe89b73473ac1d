"""How fast two dates of a large map are measured, beside the limit of decoding and plain rasterio + NumPy.

    python benchmarks/ecosystems_measure.py [--side 20000] [--classes 40] [--crs EPSG:4326] [--noise 0.02]

The maps are made once in the folder. Each part runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import rasterio
from rasterio import Affine
from rasterio.windows import Window

TILE = 512
STRIP = 1024


def make_maps(folder: Path, side: int, classes: int, crs: str, noise: float) -> list[Path]:
    """Write two dates, tiled and deflated, in patches of many sizes with scattered single pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"map_{crs.replace(':', '')}_{side}_{classes}_{noise}_{year}.tif" for year in (2000, 2020)]
    transform = Affine(0.00027, 0, 78, 0, -0.00027, 30) if crs == "EPSG:4326" else Affine(30, 0, 3e5, 0, -30, 3.3e6)
    for date, path in enumerate(paths):
        if path.exists():
            continue
        random = np.random.default_rng(7)
        profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "uint8", "nodata": 0}
        layout = {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "compress": "deflate"}
        with rasterio.open(path, "w", crs=crs, transform=transform, **profile, **layout) as data:
            for row in range(0, side, STRIP):
                height = min(STRIP, side - row)
                data.write(
                    _strip(random, row, height, side, classes, noise, date), 1, window=Window(0, row, side, height)
                )
    return paths


def _strip(
    random: np.random.Generator, row: int, height: int, side: int, classes: int, noise: float, date: int
) -> np.ndarray:
    y, x = np.mgrid[row : row + height, 0:side].astype(np.float32)
    field = np.sin(x / 1700) + np.cos(y / 2100) + 0.6 * np.sin((x + y) / 390) + 0.35 * np.cos((x - 2 * y) / 97)
    field += 0.2 * np.sin(x / 23) * np.cos(y / 31) + 0.02 * date * np.sin(y / 5000)
    codes = (1 + np.floor((field + 2.4) / 4.8 * classes)).clip(1, classes).astype(np.uint8)
    scattered = random.random(codes.shape, dtype=np.float32) < noise
    codes[scattered] = random.integers(1, classes + 1, int(scattered.sum()))
    corner = (x - side / 2) ** 2 + (y - side / 2) ** 2 > (0.62 * side) ** 2
    codes[corner] = 0
    return codes


def decode(paths: list[Path]) -> None:
    """Only read every pixel of both dates, two threads: the limit of any method."""

    def read(row: int) -> int:
        total = 0
        for path in paths:
            with rasterio.open(path) as data:
                height = min(TILE, data.height - row)
                total += int(data.read(1, window=Window(0, row, data.width, height))[0, 0])
        return total

    with rasterio.open(paths[0]) as data:
        rows = range(0, data.height, TILE)
    with ThreadPoolExecutor() as pool:
        sum(pool.map(read, rows))


def measure(paths: list[Path]) -> None:
    """Everything that `biosetu ecosystems measure` gives, transitions included."""
    from biosetu.jobs.ecosystems_inputs import MeasureOptions
    from biosetu.jobs.ecosystems_measure import measure_maps

    found = measure_maps(paths, MeasureOptions(dates=(2000.0, 2020.0), resume=False))
    assert found.transitions is not None
    print(found.measures.num_rows, "rows", found.transitions.num_rows, "transitions", file=sys.stderr)


def plain(paths: list[Path]) -> None:
    """A usual script: whole bands in memory, areas by row, cross table by bincount, cells of the published grid.

    No patches, no minimum over origins, no 1 % rule, no hull: less than half of what `measure` gives.
    """
    from pyproj import Transformer

    with rasterio.open(paths[0]) as data:
        transform, crs, side, height = data.transform, data.crs, data.width, data.height
    forward = Transformer.from_crs(crs, "ESRI:54034", always_xy=True)
    maps = [rasterio.open(path).read(1) for path in paths]
    cross = np.zeros(65536, np.int64)
    cells: list[set[int]] = [set() for _ in range(256)]
    for row in range(0, height, STRIP):
        one, other = maps[0][row : row + STRIP], maps[1][row : row + STRIP]
        cross += np.bincount((one.astype(np.uint16) * 256 + other).ravel(), minlength=65536)
        columns, rows = np.meshgrid(np.arange(side) + 0.5, np.arange(row, row + len(one)) + 0.5)
        x, y = forward.transform(transform.c + columns * transform.a, transform.f + rows * transform.e)
        cell = np.floor(y / 10_000).astype(np.int64) * 10_000 + np.floor(x / 10_000).astype(np.int64)
        key = np.unique(cell.ravel() * 256 + one.ravel())
        for value in key.tolist():
            cells[value % 256].add(value // 256)
    print(int(cross.sum()), sum(map(len, cells)), file=sys.stderr)


PARTS = {"decode": decode, "measure": measure, "plain": plain}


def run_part(name: str, paths: list[Path]) -> dict[str, float]:
    """Run one part in a process of its own; return seconds of clock and processor, and peak memory [GB]."""
    command = [sys.executable, __file__, "--part", name, *map(str, paths)]
    plain_python = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=plain_python).stdout
    return json.loads(output.splitlines()[-1])


def _timed(name: str, paths: list[Path]) -> None:
    start = time.perf_counter()
    PARTS[name](paths)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "memory_gb": usage.ru_maxrss / 1e6}))


def main() -> None:
    """Make the maps, run the parts, print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=20_000)
    parser.add_argument("--classes", type=int, default=40)
    parser.add_argument("--crs", default="EPSG:4326")
    parser.add_argument("--noise", type=float, default=0.02)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "biosetu-benchmark")
    parser.add_argument("--skip-plain", action="store_true")
    parser.add_argument("--part")
    parser.add_argument("paths", nargs="*", type=Path)
    chosen = parser.parse_args()
    if chosen.part:
        _timed(chosen.part, chosen.paths)
        return
    paths = make_maps(chosen.folder, chosen.side, chosen.classes, chosen.crs, chosen.noise)
    pixels = chosen.side**2
    about = f"{chosen.classes} classes, {chosen.crs}, {chosen.noise:.0%} scattered pixels"
    print(f"two dates of {chosen.side:,}² pixels, {about}")
    for name in ("decode", "measure", "plain"):
        if name == "plain" and chosen.skip_plain:
            continue
        found = run_part(name, paths)
        rate = pixels / found["seconds"] / 1e6
        print(
            f"{name:8} {found['seconds']:7.1f} s  {rate:6.1f} million pixel pairs/s  "
            f"{found['cpu']:6.1f} s of processor  {found['memory_gb']:.2f} GB"
        )


if __name__ == "__main__":
    main()
