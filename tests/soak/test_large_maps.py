"""Maps larger than memory would like: killed with SIGKILL half-way and resumed, and what memory they take.

100,000² is `ecosystems-large` of the benchmarks.
"""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import rasterio
from rasterio.windows import Window

ROOT = Path(__file__).parents[2]
make_maps = runpy.run_path(str(ROOT / "benchmarks" / "ecosystems_measure.py"))["make_maps"]
pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32644"])
def test_killed_measurement_of_a_large_map_resumes_and_counts_every_pixel(crs, tmp_path):
    """The benchmark compares every class with the map that the large one repeats, and fails where one differs."""
    command = [sys.executable, str(ROOT / "benchmarks" / "ecosystems_measure.py"), "--side", "4096", "--mosaic", "4"]
    command += ["--interrupt", "--crs", crs, "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "each class 4² times its own: True" in done.stdout


MEASURE = """
import json, sys
from pathlib import Path
from biosetu.ecosystems import measures
from biosetu.engine import rasters
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps

def peak_kb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

small, large = [Path(each) for each in sys.argv[1:3]], [Path(each) for each in sys.argv[3:5]]
measures.GROUP_ROWS, rasters.BAND_PIXELS = 100_000, 4_200_000
chosen = MeasureOptions(dates=(2000.0, 2020.0), resume=True, workers=2)
measure_maps(small, chosen)
before = peak_kb()
found = measure_maps(large, chosen).measures
print(json.dumps({"taken": peak_kb() - before, "pixels": sum(found["pixels"].to_pylist())}))
"""


def laid_below(paths, times):
    """Write each map `times` times, one below the other; return the long maps."""
    long = [path.with_name(f"long_{path.stem[:-5]}_{times}_{path.stem[-4:]}.tif") for path in paths]
    for path, target in zip(paths, long, strict=True):
        with (
            rasterio.open(path) as data,
            rasterio.open(target, "w", **data.profile | {"height": data.height * times}) as out,
        ):
            codes = data.read(1)
            for place in range(times):
                out.write(codes, 1, window=Window(0, place * data.height, data.width, data.height))
    return long


def measured_apart(folder, width, times):
    """Measure two dates in a process of its own: what it takes above a small map, which loads what is loaded once."""
    small, one = (make_maps(folder, side, 40, "EPSG:4326", 0.02) for side in (600, width))
    home = {"BIOSETU_HOME": str(folder / "home"), "GDAL_CACHEMAX": "32"}
    command = [sys.executable, "-c", MEASURE, *map(str, small), *map(str, laid_below(one, times))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | home)
    return json.loads(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="VmHWM is told by Linux alone")
def test_memory_follows_the_width_of_the_map_and_not_its_pixels(tmp_path):
    """Four times the pixels at one width take less than half as much again; at twice the width less than twice.

    What is loaded once is taken off; bands are of 4 million pixels, so that every map has several.
    """
    measured_apart(tmp_path, 512, 1)  # compiles the kernels, which takes memory of its own
    short, long, wide = (measured_apart(tmp_path, *size) for size in ((2560, 4), (2560, 16), (5120, 4)))
    assert long["pixels"] == 4 * short["pixels"]
    assert 0.99 < wide["pixels"] / long["pixels"] < 1.01
    assert long["taken"] < 1.5 * short["taken"], (short, long)
    assert wide["taken"] < 2 * short["taken"], (short, wide)
