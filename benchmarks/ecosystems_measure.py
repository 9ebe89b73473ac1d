"""How fast two dates of a large map are measured, beside the limit of decoding and plain rasterio + NumPy.

    python benchmarks/ecosystems_measure.py [--side 20000] [--classes 40] [--crs EPSG:4326] [--noise 0.02]
    python benchmarks/ecosystems_measure.py --mosaic 5 --interrupt      # 100,000 x 100,000, killed half-way, resumed
    python benchmarks/ecosystems_measure.py --side 5000 --classes 40,1000,5000,65535   # one after another

The maps are made once in the folder. Each part runs in a process of its own, so that its peak memory is its own.
Before anything is timed, a map of 600 x 600 pixels is measured in a process that is not counted, so that the kernels
lie compiled on disk (only the first run ever pays for them); the seconds that this took are printed.
Above 255 classes the maps are parcels, one a class; the scattered pixels lay every class over the whole map.
`--mosaic N` lays the map N x N times side by side, so that each class must have N² times its pixels; `--interrupt`
kills the work (SIGKILL) once half of its bands are kept and starts it again.
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
from typing import Any

import numpy as np
import rasterio
from rasterio import Affine
from rasterio.windows import Window

TILE = 512
STRIP = 1024
BANDED = 255
WARMING = 600


def make_maps(folder: Path, side: int, classes: int, crs: str, noise: float) -> list[Path]:
    """Write two dates, tiled and deflated, in patches of many sizes with scattered single pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"map_{crs.replace(':', '')}_{side}_{classes}_{noise}_{year}.tif" for year in (2000, 2020)]
    transform = Affine(0.00027, 0, 78, 0, -0.00027, 30) if crs == "EPSG:4326" else Affine(30, 0, 3e5, 0, -30, 3.3e6)
    for date, path in enumerate(paths):
        if path.exists():
            continue
        random = np.random.default_rng(7)
        profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": _type(classes), "nodata": 0}
        layout = {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "compress": "deflate"}
        with rasterio.open(path, "w", crs=crs, transform=transform, **profile, **layout) as data:
            for row in range(0, side, STRIP):
                height = min(STRIP, side - row)
                data.write(
                    _strip(random, row, height, side, classes, noise, date), 1, window=Window(0, row, side, height)
                )
    return paths


def mosaic(paths: list[Path], times: int) -> list[Path]:
    """Lay each map `times` x `times` times side by side."""
    made = []
    for path in paths:
        large = path.with_name(f"{path.stem.rpartition('_')[0]}_x{times}_{path.stem[-4:]}.tif")
        made.append(large)
        if large.exists():
            continue
        part = large.with_suffix(".part")
        with rasterio.open(path) as data:
            side = data.width - data.width % TILE
            layout = {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "compress": "deflate", "zlevel": 1}
            layout |= {"BIGTIFF": "YES", "NUM_THREADS": "ALL_CPUS", "width": times * side, "height": times * side}
            kept = {"driver": "GTiff", "count": 1, "dtype": "uint8", "nodata": 0, "crs": data.crs}
            with rasterio.open(part, "w", transform=data.transform, **kept, **layout) as target:
                for row in range(0, times * side, TILE):
                    strip = np.tile(data.read(1, window=Window(0, row % side, side, TILE)), (1, times))
                    target.write(strip, 1, window=Window(0, row, times * side, TILE))
        part.rename(large)
    return made


def _strip(
    random: np.random.Generator, row: int, height: int, side: int, classes: int, noise: float, date: int
) -> np.ndarray:
    y, x = np.mgrid[row : row + height, 0:side].astype(np.float32)
    field = np.sin(x / 1700) + np.cos(y / 2100) + 0.6 * np.sin((x + y) / 390) + 0.35 * np.cos((x - 2 * y) / 97)
    field += 0.2 * np.sin(x / 23) * np.cos(y / 31) + 0.02 * date * np.sin(y / 5000)
    if classes > BANDED:
        across = int(np.ceil(np.sqrt(classes)))
        place = np.floor((y + 9 * field) * across / side).clip(0, across - 1) * across
        codes = (1 + place + np.floor((x + 9 * field) * across / side).clip(0, across - 1)).clip(1, classes)
    else:
        codes = (1 + np.floor((field + 2.4) / 4.8 * classes)).clip(1, classes)
    codes = codes.astype(_type(classes))
    scattered = random.random(codes.shape, dtype=np.float32) < noise
    codes[scattered] = random.integers(1, classes + 1, int(scattered.sum()))
    corner = (x - side / 2) ** 2 + (y - side / 2) ** 2 > (0.62 * side) ** 2
    codes[corner] = 0
    return codes


def _type(classes: int) -> str:
    return "uint8" if classes <= BANDED else "uint16"


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


def resumed(paths: list[Path]) -> None:
    """The same with finished bands kept on disk; one date's pixels by class are printed."""
    from biosetu.jobs.ecosystems_inputs import MeasureOptions
    from biosetu.jobs.ecosystems_measure import measure_maps

    found = measure_maps(paths, MeasureOptions(dates=(2000.0, 2020.0), resume=True)).measures
    pixels = {f"{row['class']} {row['date']}": row["pixels"] for row in found.to_pylist()}
    print(json.dumps(pixels))


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


PARTS = {"decode": decode, "measure": measure, "plain": plain, "resumed": resumed}


def run_part(name: str, paths: list[Path]) -> dict[str, Any]:
    """Run one part in a process of its own; return seconds of clock and processor, and peak memory [GB]."""
    command = [sys.executable, __file__, "--part", name, *map(str, paths)]
    plain_python = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=plain_python).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    return lines[-1] | {"said": lines[0]}


def interrupted(paths: list[Path], folder: Path) -> tuple[float, int, int]:
    """Start the work, kill it once half of its bands are kept; return seconds, bands kept, bands in all."""
    from biosetu.engine.rasters import open_stack

    bands = len(open_stack(paths).bands())
    home = folder / "home"
    command = [sys.executable, __file__, "--part", "resumed", *map(str, paths)]
    start = time.perf_counter()
    work = subprocess.Popen(command, env=os.environ | {"BIOSETU_HOME": str(home)}, stdout=subprocess.DEVNULL)
    while work.poll() is None and _kept(home) < bands // 2:
        time.sleep(0.2)
    work.kill()
    work.wait()
    return time.perf_counter() - start, _kept(home), bands


def _kept(home: Path) -> int:
    return len(list((home / "work").glob("ecosystems-*/band-*.npz")))


def _timed(name: str, paths: list[Path]) -> None:
    start = time.perf_counter()
    PARTS[name](paths)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "memory_gb": usage.ru_maxrss / 1e6}))


def run_interrupted(paths: list[Path], base: list[Path], folder: Path, times: int, pixels: int) -> None:
    """Kill the work half-way, resume it, and compare the pixels of each class with those of the map it repeats."""
    os.environ["BIOSETU_HOME"] = str(folder / "home")
    seconds, kept, bands = interrupted(paths, folder)
    print(f"killed   {seconds:7.1f} s  {kept} of {bands} bands kept", flush=True)
    _report("resumed", found := run_part("resumed", paths), pixels * (bands - kept) // bands)
    whole = sum(found["said"].values())
    expected = _counts(base, times)
    same = all(found["said"].get(name, 0) == count for name, count in expected.items())
    print(f"both: {seconds + found['seconds']:.1f} s; {whole:,} pixels; each class {times}² times its own: {same}")
    if not same:
        raise SystemExit(1)


def _counts(paths: list[Path], times: int) -> dict[str, int]:
    counts = {}
    for path in paths:
        with rasterio.open(path) as data:
            side = data.width - data.width % TILE
            found = np.bincount(data.read(1, window=Window(0, 0, side, side)).ravel(), minlength=256)
        counts |= {f"{code} {path.stem[-4:]}": int(n) * times**2 for code, n in enumerate(found) if n and code}
    return counts


def _report(name: str, found: dict[str, Any], pixels: float) -> None:
    print(
        f"{name:8} {found['seconds']:7.1f} s  {pixels / found['seconds'] / 1e6:6.1f} million pixel pairs/s  "
        f"{found['cpu']:6.1f} s of processor  {found['memory_gb']:.2f} GB",
        flush=True,
    )


def main() -> None:
    """Make the maps, run the parts, print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=20_000)
    parser.add_argument("--classes", type=_numbers, default=(40,), help="one number, or several separated by commas")
    parser.add_argument("--crs", default="EPSG:4326")
    parser.add_argument("--noise", type=float, default=0.02)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "biosetu-benchmark")
    parser.add_argument("--skip-plain", action="store_true")
    parser.add_argument("--mosaic", type=int, default=1)
    parser.add_argument("--interrupt", action="store_true")
    parser.add_argument("--part")
    parser.add_argument("paths", nargs="*", type=Path)
    chosen = parser.parse_args()
    if chosen.part:
        _timed(chosen.part, chosen.paths)
        return
    for classes in chosen.classes:
        _one_map(chosen, classes)


def warm_up(chosen: argparse.Namespace, classes: int) -> None:
    """Measure a small map of the same kind, so that every kernel is compiled, and say what that took."""
    start = time.perf_counter()
    paths = make_maps(chosen.folder, WARMING, classes, chosen.crs, chosen.noise)
    run_part("measure", paths)
    print(f"kernels compiled or read before timing: {time.perf_counter() - start:.1f} s, not counted", flush=True)


def _one_map(chosen: argparse.Namespace, classes: int) -> None:
    warm_up(chosen, classes)
    base = make_maps(chosen.folder, chosen.side, classes, chosen.crs, chosen.noise)
    paths = mosaic(base, chosen.mosaic) if chosen.mosaic > 1 else base
    with rasterio.open(paths[0]) as data:
        side, pixels = data.width, data.width * data.height
    about = f"{classes:,} classes, {chosen.crs}, {chosen.noise:.0%} scattered pixels"
    print(f"two dates of {side:,}² pixels, {about}", flush=True)
    if chosen.interrupt:
        _report("decode", run_part("decode", paths), pixels)
        run_interrupted(paths, base, chosen.folder, chosen.mosaic, pixels)
        return
    for name in ("decode", "measure", "plain"):
        if name == "plain" and (chosen.skip_plain or chosen.mosaic > 1 or classes > BANDED):
            continue
        _report(name, run_part(name, paths), pixels)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    main()
