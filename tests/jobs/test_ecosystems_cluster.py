from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rasterio import Affine

from biosetu.engine import rasters
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_maps

distributed = pytest.importorskip("distributed")


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_what_one_machine_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(rasters, "BAND_PIXELS", 1)
    path = tmp_path / "m2000.tif"
    codes = np.random.default_rng(1).integers(1, 5, (1100, 60)).astype(np.uint8)
    rasters.write_raster(path, codes, "EPSG:32644", tuple(Affine(60, 0, 5e5, 0, -60, 3e6))[:6])
    alone = measure_maps([path], MeasureOptions())
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as cluster:
        together = measure_maps([path], MeasureOptions(scheduler=cluster.scheduler_address))
    assert together.measures.equals(alone.measures)
    assert not list((tmp_path / "home").rglob("band-*"))
