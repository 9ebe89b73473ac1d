"""kill -9 at the worst moment, written but not yet in place: what was there stays, and a second run gives the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from biosetu.cli.main import run

# the process stops for good where the n-th file would take its name, and says so
STOPPING = """
import os, sys, time
from pathlib import Path
kept, left = os.replace, int(sys.argv[2])
def replace(source, target):
    global left
    left -= 1
    if left:
        return kept(source, target)
    Path(sys.argv[1]).write_text(str(target))
    time.sleep(600)
os.replace = replace
from biosetu.cli.main import run
sys.exit(run(sys.argv[3:]))
"""
PATIENCE_S = 120
OLD = b"what was there before"


def _square(path: Path, west: float, width: float, **named: str) -> Path:
    ring = [[west, 27.0], [west + width, 27.0], [west + width, 27.0 + width], [west, 27.0 + width], [west, 27.0]]
    shape = {"type": "Feature", "properties": named, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [shape]}))
    return path


def _occurrences(folder: Path) -> list[str]:
    path = folder / "sites.csv"
    lines = [f"Rubus,{80 + i / 100},{27 + i % 7 / 100}" for i in range(200)]
    path.write_text("scientificName,decimalLongitude,decimalLatitude\n" + "\n".join(lines) + "\n")
    return ["species", "range", str(path), "--quiet", "--out"]


def _map(folder: Path) -> list[str]:
    path = folder / "2020.tif"
    classes = np.arange(400, dtype=np.uint8).reshape(20, 20) % 3 + 1
    profile = {"driver": "GTiff", "width": 20, "height": 20, "count": 1, "dtype": "uint8", "crs": "EPSG:6933"}
    with rasterio.open(path, "w", **profile, transform=Affine(1000, 0, 8e6, 0, -1000, 3.5e6)) as raster:
        raster.write(classes, 1)
    return ["ecosystems", "measure", str(path), "--dates", "2020", "--quiet", "--out"]


def _sites(folder: Path) -> list[str]:
    site = _square(folder / "sites.geojson", 80.2, 0.3, name="A", desig_type="National", status="Designated")
    within = _square(folder / "land.geojson", 80.0, 1.0, name="Here")
    return ["areas", "coverage", str(site), "--within", str(within), "--quiet", "--out"]


def _outline(folder: Path) -> list[str]:
    return ["plan", "units", "--within", str(_square(folder / "land.geojson", 80.0, 1.0)), "--cell-km", "20", "--out"]


def _tree(place: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(place.iterdir()) if not file.name.startswith(".")}


def _killed(arguments: list[str], said: Path, nth: int, home: Path) -> None:
    environment = {**os.environ, "BIOSETU_HOME": str(home)}
    process = subprocess.Popen([sys.executable, "-c", STOPPING, str(said), str(nth), *arguments], env=environment)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not said.exists():
            assert process.poll() is None, "ended before it was stopped"
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize(
    ("asked", "name"),
    [(_occurrences, "out.csv"), (_map, "out.parquet"), (_sites, "out.csv")],
    ids=["species range", "ecosystems measure", "areas coverage"],
)
def test_kill_9_leaves_the_old_file_and_the_same_command_finishes(asked, name, tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    command = asked(tmp_path)
    assert run([*command, str(tmp_path / "calm" / name)]) == 0
    out = tmp_path / "out" / name
    out.parent.mkdir()
    out.write_bytes(OLD)
    _killed([*command, str(out)], tmp_path / "said", 1, tmp_path / "home")
    assert out.read_bytes() == OLD
    assert run([*command, str(out)]) == 0
    assert out.read_bytes() == (tmp_path / "calm" / name).read_bytes()


def test_kill_9_between_two_files_of_a_folder_leaves_each_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    command, out = _outline(tmp_path), tmp_path / "out"
    assert run([*command, str(tmp_path / "calm")]) == 0
    calm = _tree(tmp_path / "calm")
    out.mkdir()
    for name in calm:
        (out / name).write_bytes(OLD)
    _killed([*command, str(out)], tmp_path / "said", 2, tmp_path / "home")
    found = _tree(out)
    assert sorted(content == OLD for content in found.values()) == [False] + [True] * (len(calm) - 1)
    assert all(content in (OLD, calm[name]) for name, content in found.items())
    assert run([*command, str(out)]) == 0
    assert _tree(out) == calm
