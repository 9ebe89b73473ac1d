import csv
from importlib.resources import files

import pytest

from biosetu.jobs.areas_setuland import computed, rewrite
from biosetu.sources.setuland import areas as setuland


@pytest.mark.parametrize("kind", setuland.KINDS)
def test_tables_that_come_with_setuland_are_what_its_register_gives(kind):
    kept, now = setuland.table(kind), computed(kind)
    assert kept.column_names == now.column_names
    for name in kept.column_names:
        expected, found = now.column(name).to_pylist(), kept.column(name).to_pylist()
        if any(isinstance(value, float) for value in expected):
            assert [value is None for value in found] == [value is None for value in expected]
            assert _numbers(found) == pytest.approx(_numbers(expected), rel=1e-6)
        else:
            assert found == expected


def _numbers(values):
    return [value for value in values if value is not None]


def test_tables_written_anew_are_the_ones_that_are_carried(tmp_path):
    paths = rewrite(tmp_path)
    assert [path.name for path in paths] == [f"areas_{kind}.csv" for kind in setuland.KINDS]
    for path in paths:
        carried = _cells((files("biosetu.sources.setuland") / "data" / path.name).read_text(encoding="utf-8"))
        anew = _cells(path.read_text(encoding="utf-8"))
        assert [_texts(row) for row in anew] == [_texts(row) for row in carried], path.name
        assert [n for row in anew for n in _figures(row)] == pytest.approx(
            [n for row in carried for n in _figures(row)], rel=1e-6
        ), path.name


def _cells(text):
    return list(csv.reader(text.splitlines()))


def _is_figure(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _texts(row):
    return ["#" if _is_figure(cell) else cell for cell in row]


def _figures(row):
    return [float(cell) for cell in row if _is_figure(cell)]
