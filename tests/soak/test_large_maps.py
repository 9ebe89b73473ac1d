"""A map larger than memory would like, killed with SIGKILL half-way and resumed; 100,000² is `ecosystems-large`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32644"])
def test_killed_measurement_of_a_large_map_resumes_and_counts_every_pixel(crs, tmp_path):
    """The benchmark compares every class with the map that the large one repeats, and fails where one differs."""
    command = [sys.executable, str(ROOT / "benchmarks" / "ecosystems_measure.py"), "--side", "4096", "--mosaic", "4"]
    command += ["--interrupt", "--crs", crs, "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "each class 4² times its own: True" in done.stdout
