import pytest

from biosetu.jobs.areas_setuland import computed
from biosetu.sources.setuland import areas as setuland


@pytest.mark.parametrize("kind", setuland.KINDS)
def test_tables_that_come_with_setuland_are_what_its_register_gives(kind):
    kept, now = setuland.table(kind), computed(kind)
    assert kept.column_names == now.column_names
    for name in kept.column_names:
        expected, found = now.column(name).to_pylist(), kept.column(name).to_pylist()
        if any(isinstance(value, float) for value in expected):
            assert found == pytest.approx(expected, rel=1e-6)
        else:
            assert found == expected
