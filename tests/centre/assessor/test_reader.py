"""Measuring in a process of its own."""

import pytest
import shapely

from biosetu.centre.assessor.reader import MOST_POINTS, Measuring, generalised, measure_apart, measure_here
from biosetu.centre.assessor.verbs import BOUNDS
from biosetu.problems import DataError

HEADER = "species,decimalLongitude,decimalLatitude\n"
ROWS = "Aus bus,84.1,28.1\nAus bus,84.5,28.2\nAus bus,84.3,28.6\nCus dus,1,2\nAus busoides,1,2\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


def test_measure_apart_gives_what_measuring_here_gives(table):
    assert measure_apart(table, "aus  BUS", BOUNDS) == measure_here(table, "Aus bus", BOUNDS)


def test_measure_apart_within_too_little_memory_is_refused(table):
    little = Measuring(file_bytes=1000, rows=10, memory_bytes=200_000_000, seconds=20)
    with pytest.raises(DataError, match="too much time or memory"):
        measure_apart(table, "Aus bus", little)


def test_measure_apart_tells_what_is_wrong(table):
    with pytest.raises(DataError, match="does not name this taxon"):
        measure_apart(table, "Dus eus", BOUNDS)


def test_measure_here_names_with_authors_are_found(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(HEADER + '"Aus bus (Smith, 1900)",84.1,28.1\n', encoding="utf-8")
    assert measure_here(path, "Aus bus", BOUNDS).records == 1


def test_measure_here_refuses_a_beginning_of_two_names(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(HEADER + "Aus bus cus,84.1,28.1\nAus bus dus,84.1,28.1\n", encoding="utf-8")
    with pytest.raises(DataError, match="several names"):
        measure_here(path, "Aus bus", BOUNDS)


def test_measure_here_refuses_too_many_rows(table):
    with pytest.raises(DataError, match="too many rows"):
        measure_here(table, "Aus bus", Measuring(1000, 2, 0, 0))


def test_generalised_points_stand_on_the_grid():
    cells = [shapely.to_wkb(shapely.box(lon, lat, lon + 0.02, lat + 0.02)) for lon, lat in ((84.01, 28), (84.05, 28))]
    assert generalised(cells) == [(84.05, 28.05)]


def test_generalised_points_are_coarser_where_there_are_many():
    spots = [(lon / 10, lat / 10) for lon in range(60) for lat in range(60)]
    cells = [shapely.to_wkb(shapely.box(x + 0.04, y + 0.04, x + 0.06, y + 0.06)) for x, y in spots]
    assert 0 < len(generalised(cells)) <= MOST_POINTS
