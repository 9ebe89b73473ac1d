"""Which figures changed since somebody looked: against a plain count over the two sides."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.observations.rows import row, table

from biosetu.observations.answers import METHOD
from biosetu.observations.changes import (
    CHANGES,
    SEEN,
    changes,
    last_day,
    released_before,
    seen_table,
    shown,
    shown_before,
)


def seen(*rows):
    return shown(table(*rows))


def lines(old, new):
    return [
        (line["year"], line["old"], line["new"], line["state"], line["why"]) for line in changes(old, new).to_pylist()
    ]


def test_shown_is_the_newest_release_without_answers_and_words():
    rows = [
        row(vintage="2020-10", value=0.8),
        row(vintage="2024", value=0.85),
        row(year=2019, vintage="2020-10", value=0.9),
        row(vintage="2024, the Party's answer", method=METHOD, source="national", value=0.1),
        row(series="T", value=None, value_text="on track", unit="answer"),
    ]
    assert [(line["year"], line["value"]) for line in shown(table(*rows)).to_pylist()] == [(2020, 0.85)]
    before = shown_before(table(*rows)).to_pylist()
    assert [(line["year"], line["value"]) for line in before] == [(2019, 0.9), (2020, 0.8)]


def test_every_kind_of_change_is_told_with_its_reason():
    old = seen(row(year=2018, value=0.5), row(year=2020, value=0.8))
    new = seen(
        row(year=2019, value=0.6, vintage="2025"),
        row(year=2020, value=0.7, vintage="2025"),
        row(year=2021, value=0.6, vintage="2025"),
    )
    assert lines(old, new) == [
        (2018, 0.5, None, "dropped", "no longer in the newest release"),
        (2019, None, 0.6, "added", "a year that was not given before"),
        (2020, 0.8, 0.7, "revised", "a newer release"),
        (2021, None, 0.6, "later year", "a year after the last one seen"),
    ]


def test_a_correction_within_its_release_is_told():
    assert lines(seen(row(value=0.83)), seen(row(value=0.93))) == [
        (2020, 0.83, 0.93, "revised", "corrected within its release")
    ]


def test_a_source_that_is_gone_is_told_and_a_new_one_is_no_change():
    old, new = seen(row()), seen(row(series="OTHER"))
    assert lines(old, new) == [(2020, 0.83, None, "dropped", "its source is no longer held here")]
    assert changes(shown(table(row()).slice(0, 0)), new).num_rows == 0


@pytest.mark.parametrize(("new", "changed"), [(0.835, 0), (0.8449, 1), (0.84, 0), (0.86, 1)])
def test_one_figure_rounded_twice_is_no_change(new, changed):
    """0.83 to the hundredth and a figure to the hundredth: half a rounding each."""
    assert changes(seen(row()), seen(row(vintage="2025", value=new))).num_rows == changed


def exact(values, vintage):
    rows = [row(year=year, value=value, vintage=vintage, resolution=None) for year, value in values.items()]
    return seen(*rows) if rows else SEEN.empty_table()


VALUES = st.dictionaries(st.integers(2000, 2010), st.integers(0, 100).map(lambda n: n / 100), max_size=6)


@given(VALUES, VALUES)
def test_changes_equal_a_plain_count(old, new):
    exact = {"resolution": None}
    before = seen(*(row(year=y, value=v, **exact) for y, v in old.items())) if old else SEEN.empty_table()
    after = (
        seen(*(row(year=y, value=v, vintage="2025", **exact) for y, v in new.items())) if new else SEEN.empty_table()
    )
    found = changes(before, after)
    expected = {y for y in {*old, *new} if old.get(y) != new.get(y)} if old else set()
    assert found.schema == CHANGES
    assert {line["year"] for line in found.to_pylist()} == expected
    assert changes(after, after).num_rows == 0


@given(VALUES)
def test_what_was_seen_survives_being_kept_as_plain_values(values):
    kept = seen(*(row(year=y, value=v) for y, v in values.items())) if values else SEEN.empty_table()
    assert seen_table(kept.to_pylist()).equals(kept)


@pytest.mark.parametrize(
    ("vintage", "day"),
    [
        ("2024", date(2024, 12, 31)),
        ("2020-02", date(2020, 2, 29)),
        ("2022-02-15", date(2022, 2, 15)),
        ("2022-13", date.min),
        ("7NR 2026", date.min),
        ("", date.min),
        ("2022-02-31", date.min),
    ],
)
def test_last_day_of_a_release(vintage, day):
    assert last_day(vintage) == day


def test_released_before_leaves_out_what_may_have_come_later():
    held = table(row(vintage="2020-10"), row(vintage="2024"))
    assert released_before(held, date(2024, 6, 1)).column("vintage").to_pylist() == ["2020-10"]
    assert released_before(held, date(2025, 1, 1)).num_rows == 2
