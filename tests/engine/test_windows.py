import numpy as np
import pytest
import rasterio
import shapely

from biosetu.engine.rasters import RasterGrid
from biosetu.engine.windows import burn, part_under, raster_grid, read_part, write_part, write_places
from biosetu.problems import DataError


@pytest.fixture
def path(tmp_path):
    values = np.arange(100, dtype="float32").reshape(10, 10)
    values[0, 0] = np.nan
    with rasterio.open(tmp_path / "r.tif", "w", driver="GTiff", width=10, height=10, count=1, dtype="float32",
                       crs="EPSG:4326", transform=rasterio.Affine(1, 0, 20, 0, -1, 40)) as target:  # fmt: skip
        target.write(values, 1)
    return tmp_path / "r.tif"


def test_part_under_bounds_holds_them_and_knows_its_place(path):
    part = part_under(raster_grid(path), (22.5, 34.5, 24.5, 37.5))
    assert (part.row, part.column) == (2, 2)
    assert part.grid.transform == (1, 0, 22, 0, -1, 38)
    values, valid = read_part(path, part)
    assert values[0, 0] == 22
    assert valid.all()


def test_missing_pixels_are_not_valid(path):
    part = part_under(raster_grid(path), (20, 39.5, 20.5, 40))
    assert not read_part(path, part)[1][0, 0]


def test_bounds_beside_the_raster_have_no_part(path):
    assert part_under(raster_grid(path), (50, 0, 51, 1)) is None


def test_burning_by_touch_or_by_centre(path):
    grid = raster_grid(path)
    assert burn(shapely.box(21.1, 38.1, 22.4, 38.9), grid, touched=True).sum() == 2
    assert burn(shapely.box(21.1, 38.1, 22.4, 38.9), grid, touched=False).sum() == 1
    assert burn(shapely.box(21.1, 38.1, 21.2, 38.2), grid, touched=False).sum() == 0


def test_written_part_lies_where_it_was_read(path, tmp_path):
    part = part_under(raster_grid(path), (22.5, 34.5, 24.5, 37.5))
    write_part(read_part(path, part)[0], part.grid, tmp_path / "w.tif")
    assert raster_grid(tmp_path / "w.tif") == part.grid
    with pytest.raises(DataError):
        raster_grid(tmp_path / "none.tif")


def test_places_beyond_one_band_of_rows_are_written_where_they_lie(tmp_path):
    grid = RasterGrid(rasterio.CRS.from_epsg(4326).to_wkt(), (0.01, 0.0, 20.0, 0.0, -0.01, 40.0), 300, 700)
    random = np.random.default_rng(4)
    places = np.sort(random.choice(300 * 700, 500, replace=False))
    values = random.uniform(1e-9, 400, 500)
    write_places(places, values, grid, tmp_path / "p.tif")
    expected = np.zeros(300 * 700)
    expected[places] = values
    assert raster_grid(tmp_path / "p.tif") == grid
    with rasterio.open(tmp_path / "p.tif") as source:
        assert np.array_equal(source.read(1), expected.reshape(700, 300))
