"""The small map of classes, and the PNG in it, read back by another program."""

import base64
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasterio.io import MemoryFile

from biosetu.figures import Kind, class_colours, class_map, kinds_of
from biosetu.figures.classmap import NOTHING, REST
from biosetu.figures.png import palette_png
from biosetu.translation import Voice

KINDS = [Kind("Forest", "#1b7a4b"), Kind("Grassland", "#e5c247")]


def pixels(content):
    with MemoryFile(content) as file, file.open() as data:
        palette = data.colormap(1)
        return np.array([[palette[int(cell)] for cell in row] for row in data.read(1)])


def drawn(cells, kinds=KINDS, **options):
    return str(class_map(np.array(cells, np.uint16), kinds, Voice("en"), key="m", title="Map", **options))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.integers(0, 3)))
def test_png_gives_back_every_pixel(cells):
    colours = [None, "#000001", "#ff8000", "#ffffff"]
    expected = np.array([[0xF3, 0xF7, 0xF8, 0], [0, 0, 1, 255], [255, 128, 0, 255], [255, 255, 255, 255]])
    assert (pixels(palette_png(cells, colours)) == expected[cells]).all()


@pytest.mark.parametrize(
    ("cells", "colours"),
    [(np.zeros((0, 3), int), ["#000000"]), (np.zeros((2, 2), int), []), (np.ones((2, 2), int), ["#000000"]),
     (np.full((1, 1), -1), ["#000000"]), (np.zeros((1, 1), int), ["#000000"] * 257)],
)  # fmt: skip
def test_png_without_pixels_or_colour_is_refused(cells, colours):
    with pytest.raises(ValueError, match=r"a picture|a pixel"):
        palette_png(cells, colours)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_map_shows_each_class_in_its_colour_and_names_what_occurs():
    text = drawn([[0, NOTHING], [0, 0]])
    content = base64.b64decode(re.search(r"base64,([^\"]+)", text)[1])
    assert pixels(content)[0, 0].tolist() == [0x1B, 0x7A, 0x4B, 255]
    assert pixels(content)[0, 1, 3] == 0
    assert "Forest" in text
    assert "Grassland" not in text


def test_map_of_nothing_is_not_drawn():
    assert drawn([[NOTHING]]) == ""
    assert drawn(np.zeros((0, 0))) == ""


@pytest.mark.parametrize(
    ("size", "label"), [((480, 480), "100 km"), ((10, 20), "5 km"), ((1, 1), "0.2 km"), ((40_000, 20_000), "10,000 km")]
)
def test_scale_bar_is_a_round_length_of_at_most_a_quarter(size, label):
    text = drawn([[0, 1]], size_km=size)
    assert label in text
    start, end = map(float, re.search(r'd="M([\d.]+) .*L[\d.]+ [\d.]+ ([\d.]+) ', text).groups())
    across = float(re.search(r'<image[^>]* width="([\d.]+)"', text)[1])
    assert end - start == pytest.approx(float(label.split()[0].replace(",", "")) / size[0] * across, abs=0.2)
    assert end - start <= 120


def test_picture_has_the_shape_of_the_ground():
    wide = re.search(r'<image[^>]* width="([\d.]+)" height="([\d.]+)"', drawn([[0]], size_km=(200, 50)))
    assert float(wide[1]) / float(wide[2]) == pytest.approx(4, rel=0.01)


def test_name_is_no_markup():
    assert "<b>" not in drawn([[0]], [Kind("<b>forest</b>", "#000000")])


def test_classes_beyond_the_colours_share_one_grey_the_smallest_first():
    count = len(class_colours()) + 3
    kinds = kinds_of([f"c{i}" for i in range(count)], [float(i) for i in range(count)], "others")
    assert [kind.colour for kind in kinds[:3]] == [REST] * 3
    assert {kind.name for kind in kinds[:3]} == {"others"}
    assert len({kind.colour for kind in kinds[3:]}) == len(class_colours())
