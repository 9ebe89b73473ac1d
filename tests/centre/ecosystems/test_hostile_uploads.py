"""Hostile and awkward maps uploaded through the page: refused by name, or measured right; nothing is left half."""

import io

import numpy as np
import pytest
import rasterio
from django.urls import reverse
from rasterio import Affine
from tests.centre.ecosystems.conftest import write_map
from tests.centre.people import contributor

from biosetu.centre.ecosystems import verbs, working
from biosetu.centre.ecosystems.models import HeldMap, Measurement, WorkState
from biosetu.home import home
from biosetu.jobs.ecosystems_study import read_study

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]
ONES = np.ones((6, 8), np.uint8)
NOISE = np.random.default_rng(3).integers(1, 200, (300, 300)).astype(np.uint8)
VRT = (
    b'<VRTDataset rasterXSize="4" rasterYSize="4"><SRS>EPSG:4326</SRS><VRTRasterBand dataType="Byte" band="1">'
    b'<SimpleSource><SourceFilename relativeToVRT="0">/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand>'
    b"</VRTDataset>"
)
TURNED = Affine(0.0173, 0.01, 84.0, 0.01, -0.0173, 28.5)
TILED = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}


def bomb(path):
    """Some kilobytes that unpack to a hundred thousand million pixels."""
    profile = {"driver": "GTiff", "count": 1, "width": 320_000, "height": 320_000, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(
        path, "w", **profile, transform=Affine(1e-4, 0, 60, 0, -1e-4, 30), SPARSE_OK=True, tiled=True,
        blockxsize=8192, blockysize=8192, compress="deflate",
    ):  # fmt: skip
        pass


def raster(values, **profile):
    return lambda path: write_map(path.parent, 2010, values, path.name, **profile)


def content(data):
    return lambda path: path.write_bytes(data)


def cut(values, length):
    def make(path):
        write_map(path.parent, 2010, values, path.name, **TILED)
        path.write_bytes(path.read_bytes()[:length])

    return make


# name of the upload, what it holds, what the page says on uploading it
REFUSED = {
    "0 bytes": ("given cover.tif", content(b""), "the file is empty"),
    "text": ("given cover.tif", content(b"hello"), "the file is not what its name says"),
    "a picture called TIFF": (
        "given cover.tif",
        content(b"\x89PNG\r\n\x1a\n" + b"0" * 64),
        "the file is not what its name says",
    ),
    "cut within its header": ("given cover.tif", cut(NOISE, 60), "cannot be read as a raster"),
    "cut within its pixels": ("given cover.tif", cut(NOISE, 60_000), "the end of the map is missing"),
    "no CRS": ("given cover.tif", raster(ONES, crs=None), "has no coordinate reference system"),
    "no position": ("given cover.tif", raster(ONES, transform=Affine.identity()), "does not say where its pixels lie"),
    "beyond a pole": ("given cover.tif", raster(ONES, transform=Affine(1, 0, 80, 0, -1, 95)), "beyond a pole"),
    "a decompression bomb": ("given cover.tif", bomb, "has too many pixels for this centre"),
    "a VRT outside": ("given cover.vrt", content(VRT), "this type of file is not taken here"),
    "a VRT outside called TIFF": ("given cover.tif", content(VRT), "the file is not what its name says"),
    "a GeoTIFF called GeoPackage": ("given cover.gpkg", raster(ONES), "the file is not what its name says"),
    "a program": ("given cover.exe", content(b"MZ"), "this type of file is not taken here"),
}

# taken in, and refused when its pixels are read
FAILED = {
    "fractions as classes": (raster(np.array([[1.5, 2]], np.float32)), "holds fractions, not class codes"),
    "codes beyond 2^31": (raster(np.array([[2**40, 2]], np.int64)), "has a class code too large"),
    "no data at all": (raster(np.zeros((3, 3), np.uint8)), "holds no data"),
}

# taken in and measured right: pixels by class
HANDLED = {
    "negative codes": (raster(np.array([[-3, 2], [2, 2]], np.int16)), {"-3": 1, "2": 3}),
    "whole numbers as floats": (raster(np.array([[1, np.nan], [7, 7]], np.float32), nodata=None), {"1": 1, "7": 2}),
    "a rotated grid": (raster(np.array([[1, 2], [2, 0]], np.uint8), transform=TURNED), {"1": 1, "2": 2}),
    "no nodata said": (raster(np.array([[1, 0], [2, 2]], np.uint8), nodata=None), {"0": 1, "1": 1, "2": 2}),
    "nodata that is a class elsewhere": (raster(np.array([[1, 9], [2, 9]], np.uint8), nodata=9), {"1": 1, "2": 1}),
}


@pytest.fixture
def study(in_this_process):
    return verbs.begin(party="NPL", title="What people upload", actor=contributor())


def upload(client, study, tmp_path, name, make):
    client.force_login(study.owner)
    (tmp_path / "given").mkdir(exist_ok=True)
    path = tmp_path / "given" / name
    make(path)
    file = io.BytesIO(path.read_bytes())
    file.name = name
    return client.post(reverse("study_maps", args=[study.pk]), {"file": file, "year": 2010})


def stored():
    return sorted(path for path in (home() / "files").rglob("*") if path.is_file())


@pytest.mark.parametrize("case", REFUSED)
def test_upload_that_cannot_be_used_is_refused_by_name_and_not_kept(case, client, study, tmp_path):
    name, make, said = REFUSED[case]
    before = stored()
    answer = upload(client, study, tmp_path, name, make)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert name in page
    assert said in page
    assert "/tmp" not in page
    assert (HeldMap.objects.count(), study.maps.count(), stored()) == (0, 0, before)


@pytest.mark.parametrize("case", FAILED)
def test_map_whose_pixels_cannot_be_used_is_named_and_leaves_no_table(case, client, study, tmp_path):
    make, said = FAILED[case]
    answer = upload(client, study, tmp_path, "given cover.tif", make)
    assert answer.status_code == 302, answer.content.decode().partition("alert")[2][:600]
    work = working.ask(study=study, actor=study.owner)
    working.perform(work.pk)
    assert Measurement.objects.get().state == WorkState.FAILED
    assert list(work.folder.rglob("*.parquet")) == []
    page = client.get(reverse("study", args=[study.pk])).content.decode()
    assert said in page
    assert "given cover.tif" in page
    assert "class 1" not in client.get(reverse("study_classes", args=[study.pk])).content.decode()


@pytest.mark.parametrize("case", HANDLED)
def test_awkward_map_is_measured_right(case, client, study, tmp_path):
    make, pixels = HANDLED[case]
    assert upload(client, study, tmp_path, "given cover.tif", make).status_code == 302
    work = working.ask(study=study, actor=study.owner)
    working.perform(work.pk)
    found = read_study(work.folder)["measures"]
    assert dict(zip(found["class"].to_pylist(), found["pixels"].to_pylist(), strict=True)) == pixels
