"""Measuring in a process of its own."""

import dataclasses

import pytest

from biosetu.centre.assessor.reader import MOST_POINTS, generalised, measure_apart, measure_here
from biosetu.centre.assessor.working import bounds
from biosetu.problems import Cancelled, DataError

HEADER = "species,decimalLongitude,decimalLatitude\n"
ROWS = "Aus bus,84.1,28.1\nAus bus,84.5,28.2\nAus bus,84.3,28.6\nCus dus,1,2\nAus busoides,1,2\n"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "work"
    made.mkdir()
    return made


def table(tmp_path, rows=ROWS, name="table.csv"):
    path = tmp_path / name
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def test_measure_apart_gives_what_measuring_here_gives(tmp_path, folder):
    path = table(tmp_path)
    assert measure_apart(path, "aus  BUS", folder, bounds()) == measure_here(path, "Aus bus")


@pytest.mark.parametrize("change", [{"memory_bytes": 150_000_000}, {"seconds": 1}], ids=["memory", "time"])
def test_measure_apart_within_too_little_is_refused(tmp_path, folder, change):
    with pytest.raises(DataError, match="too much time or memory"):
        measure_apart(table(tmp_path, ROWS * 40_000), "Aus bus", folder, dataclasses.replace(bounds(), **change))


def test_measure_apart_tells_what_is_wrong(tmp_path, folder):
    with pytest.raises(DataError, match="does not name this taxon"):
        measure_apart(table(tmp_path), "Dus eus", folder, bounds())


def test_measure_apart_is_stopped_by_who_watches(tmp_path, folder):
    seen = []

    def watch(done, total):
        seen.append((done, total))
        raise Cancelled

    with pytest.raises(Cancelled):
        measure_apart(table(tmp_path), "Aus bus", folder, bounds(), watch)
    assert seen == [(0, 0)]


def test_measure_here_tells_how_far_it_is(tmp_path):
    told = []
    measure_here(table(tmp_path), "Aus bus", lambda done, total, label="": told.append((done, label)))
    assert told == [(5, "read")]


def test_measure_here_names_with_authors_are_found(tmp_path):
    assert measure_here(table(tmp_path, '"Aus bus (Smith, 1900)",84.1,28.1\n'), "Aus bus").records == 1


def test_measure_here_refuses_a_beginning_of_two_names(tmp_path):
    with pytest.raises(DataError, match="several names"):
        measure_here(table(tmp_path, "Aus bus cus,84.1,28.1\nAus bus dus,84.1,28.1\n"), "Aus bus")


def test_generalised_points_stand_on_the_grid_and_are_of_the_taxon_alone(tmp_path):
    path = table(tmp_path, "Aus bus,84.01,28\nAus bus,84.0499,28.01\nAus bus,84.1,-0.01\nCus dus,1,2\nAus bus,0,0\n")
    assert generalised(path, "Aus bus") == [(84.05, 28.05), (84.15, -0.05)]


def test_generalised_points_are_coarser_where_there_are_many(tmp_path):
    spots = [(lon / 10 + 0.03, lat / 10 + 0.03) for lon in range(60) for lat in range(60)]
    found = generalised(table(tmp_path, "".join(f"Aus bus,{x:.2f},{y:.2f}\n" for x, y in spots)), "Aus bus")
    assert len(found) == 900
    assert len(found) <= MOST_POINTS
    assert found[0] == (0.1, 0.1)
