"""Two small maps of Nepal, and studies made of them."""

import numpy as np
import pytest
import rasterio
from rasterio import Affine
from tests.centre.people import contributor

from biosetu.centre.ecosystems import degrading, verbs, working
from biosetu.centre.ecosystems.verbs import ClassSaid
from biosetu.jobs.ecosystems_severity import severity_study
from biosetu.jobs.ecosystems_study import look_at_map, measure_study

PLACE = Affine(0.02, 0, 84.0, 0, -0.02, 28.5)
NAMES = {"1": "Tropical dry forest", "2": "Montane grassland", "9": "Cropland"}
GROUPS = {"1": "T1.2", "2": "T4.5", "9": "T7.1"}


def codes(year):
    """Forest in the west gives way to cropland by 2020; grassland in the east stays."""
    found = np.full((30, 40), 9, np.uint8)
    found[:, : 24 if year == 2000 else 12] = 1
    found[:, 32:] = 2
    found[0] = 0
    return found


def write_map(folder, year, values=None, name=None, **profile):
    array = codes(year) if values is None else values
    path = folder / (name or f"cover_{year}.tif")
    options = {"driver": "GTiff", "count": 1, "height": array.shape[0], "width": array.shape[1], "nodata": 0}
    options |= {"dtype": array.dtype, "crs": "EPSG:4326", "transform": PLACE}
    with rasterio.open(path, "w", **{**options, **profile}) as data:
        data.write(array, 1)
    return path


@pytest.fixture
def in_this_process(monkeypatch):
    """Look and measure without starting another process; `test_apart` starts real ones."""

    def measure(paths, years, folder, *, field, align, nodata, most_classes, tick):
        return measure_study(
            paths, years, folder, field=field, align=align, nodata=nodata, most_classes=most_classes,
            progress=lambda done, total, label="": tick(done, total),
        )  # fmt: skip

    monkeypatch.setattr(verbs, "look_apart", lambda path, folder, most, field="": look_at_map(path, most, field))
    monkeypatch.setattr(working, "measure_apart", measure)
    monkeypatch.setattr(
        degrading,
        "severity_apart",
        lambda paths, folder, options, tick: severity_study(
            paths, folder, options, lambda done, total, label="": tick(done, total)
        ),
    )


@pytest.fixture
def begun(tmp_path, in_this_process):
    """A study of two maps by a contributor of Nepal, not yet measured."""
    person = contributor()
    made = verbs.begin(party="NPL", title="Ecosystems of the middle hills", actor=person)
    for year in (2000, 2020):
        path = write_map(tmp_path, year)
        verbs.add_map(study=made, path=path, name=path.name, year=year, field="", actor=person)
    return made


@pytest.fixture
def measured(begun):
    work = working.ask(study=begun, actor=begun.owner)
    working.perform(work.pk)
    return begun


@pytest.fixture
def mapped(measured):
    said = {code: ClassSaid(name, "", GROUPS[code]) for code, name in NAMES.items()}
    verbs.say_classes(study=measured, said=said, actor=measured.owner)
    return measured


@pytest.fixture
def saved(mapped):
    row = mapped.classes.get(code="1")
    verbs.answer(row=row, answers={"threats": "yes", "collapse": "No tree cover left"}, actor=mapped.owner)
    return verbs.save(study=mapped, base=0, guidelines="2.0", actor=mapped.owner, note="First")
