import geopandas as gpd
import numpy as np
import pytest
import shapely

from biosetu.geo import union
from biosetu.jobs.areas import measure_coverage
from biosetu.jobs.areas_layers import Request

distributed = pytest.importorskip("distributed")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cell_m", [None, 1000.0], ids=["exact", "cells"])
def test_a_cluster_gives_what_one_machine_gives_to_the_bit(tmp_path, monkeypatch, cell_m):
    monkeypatch.setattr(union.tiles, "__defaults__", (500,))
    random = np.random.default_rng(2)
    shapes = [shapely.Point(*random.uniform(0, 10, 2)).buffer(random.uniform(0.2, 2)) for _ in range(60)]
    sites = {"SITE_ID": range(60), "STATUS_YR": random.integers(1990, 2020, 60), "SITE_TYPE": ["PA", "OECM"] * 30}
    gpd.GeoDataFrame(sites, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "WDPA.gpkg")
    halves = [shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10)]
    country = gpd.GeoDataFrame({"ISO3": ["AAA", "BBB"]}, geometry=halves, crs="EPSG:4326")
    country.to_file(tmp_path / "within.gpkg")
    request = Request(tmp_path / "WDPA.gpkg", tmp_path / "within.gpkg", raster_m=cell_m)
    alone = measure_coverage(request).table
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as cluster:
        together = measure_coverage(request, scheduler=cluster.scheduler_address).table
    assert together.equals(alone)
