from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from rasterio import Affine

from biosetu.engine import rasters
from biosetu.jobs.ecosystems_inputs import MeasuredMap, MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps

distributed = pytest.importorskip("distributed")
PLACES = {"EPSG:32644": Affine(60, 0, 5e5, 0, -60, 3e6), "EPSG:4326": Affine(6e-4, 0, 84, 0, -6e-4, 28)}


def same(found: MeasuredMap, expected: MeasuredMap) -> None:
    """Whole numbers and texts are equal, other numbers within 1e-12 of each other."""
    assert found.transitions is not None
    assert expected.transitions is not None
    for one, other in ((found.measures, expected.measures), (found.transitions, expected.transitions)):
        assert one.schema == other.schema
        for name in one.column_names:
            left, right = one[name].to_pylist(), other[name].to_pylist()
            assert left == (pytest.approx(right, rel=1e-12) if isinstance(right[0], float) else right), name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("crs", PLACES)
def test_a_cluster_of_two_workers_gives_what_one_machine_gives(
    crs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two dates, five classes: one band on one thread, three bands on three, and two workers, each its own process."""
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    random, paths = np.random.default_rng(1), []
    codes = random.integers(1, 6, (1100, 60)).astype(np.uint8)
    for year in (2000, 2020):
        codes = np.where(random.random(codes.shape) < 0.1, random.integers(0, 6, codes.shape), codes).astype(np.uint8)
        paths.append(tmp_path / f"m{year}.tif")
        rasters.write_raster(paths[-1], codes, crs, tuple(PLACES[crs])[:6], nodata=0)
    whole = measure_maps(paths, MeasureOptions(workers=1))
    monkeypatch.setattr(rasters, "BAND_PIXELS", 1)
    same(measure_maps(paths, MeasureOptions(workers=3)), whole)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            assert len({os.getpid(), *client.run(os.getpid).values()}) == 3
        together = measure_maps(paths, MeasureOptions(scheduler=cluster.scheduler_address))
    same(together, whole)
    assert not list((tmp_path / "home").rglob("band-*"))
