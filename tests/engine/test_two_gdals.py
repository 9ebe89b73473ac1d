"""rasterio and pyogrio carry a GDAL each; both must work in one process, in either order."""

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio import Affine


def write_and_read_raster(path):
    values = np.arange(6, dtype=np.uint8).reshape(2, 3)
    profile = {"driver": "GTiff", "height": 2, "width": 3, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=Affine(1, 0, 80, 0, -1, 30), **profile) as made:
        made.write(values, 1)
    with rasterio.open(path) as found:
        assert found.crs.to_epsg() == 4326
        assert found.read(1).tolist() == values.tolist()


def write_and_read_vectors(path):
    geometry = np.array([shapely.to_wkb(shapely.box(80, 28, 83, 30))], dtype=object)
    pyogrio.raw.write(
        path,
        geometry,
        [np.array(["a"], dtype=object)],
        ["name"],
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver="GPKG",
    )
    meta, _, found, (back,) = pyogrio.raw.read(path)
    assert "4326" in str(meta["crs"])
    assert shapely.area(shapely.from_wkb(found[0])) == 6
    assert list(back) == ["a"]


@pytest.mark.parametrize("raster_first", [True, False])
def test_both_gdals_work_in_one_process(tmp_path, raster_first):
    steps = [(write_and_read_raster, "a.tif"), (write_and_read_vectors, "a.gpkg")]
    for step, name in steps if raster_first else steps[::-1]:
        step(tmp_path / name)
    write_and_read_raster(tmp_path / "again.tif")
    assert rasterio.__gdal_version__
    assert pyogrio.__gdal_version__
