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
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps

def peak_kb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

small, large = [Path(each) for each in sys.argv[1:3]], [Path(each) for each in sys.argv[3:5]]
measures.GROUP_ROWS = 100_000
chosen = MeasureOptions(dates=(2000.0, 2020.0), resume=True, workers=2)
measure_maps(small, chosen)
before = peak_kb()
found = measure_maps(large, chosen).measures
print(json.dumps({"before": before, "peak": peak_kb(), "pixels": sum(found["pixels"].to_pylist())}))
"""


def measured_apart(folder, side):
    """Measure two dates in a process of its own, after a small map has loaded all that is loaded once."""
    paths = [path for size in (600, side) for path in make_maps(folder, size, 40, "EPSG:4326", 0.02)]
    home = {"BIOSETU_HOME": str(folder / "home"), "GDAL_CACHEMAX": "32"}
    command = [sys.executable, "-c", MEASURE, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | home)
    return json.loads(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="VmHWM is told by Linux alone")
def test_memory_does_not_follow_the_size_of_the_map(tmp_path):
    """From 2,000² (less than one band) the map grows sixteen times, from 4,000² four times.

    What its measuring takes at its peak grows to less than half of that; the whole process to less than one and a half.
    """
    measured_apart(tmp_path, 600)  # compiles the kernels, which takes memory of its own
    first, small, large = (measured_apart(tmp_path, side) for side in (2_000, 4_000, 8_000))
    assert 15.5 < large["pixels"] / first["pixels"] < 16.5
    taken = [each["peak"] - each["before"] for each in (first, small, large)]
    assert taken[2] < 8 * taken[0]
    assert taken[2] < 2 * taken[1]
    assert large["peak"] < 1.5 * first["peak"]
