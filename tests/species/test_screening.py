import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.species import screening
from biosetu.species.screening import (
    Screening,
    _centroids,
    group_places,
    places_to_degrees,
    reason_code,
    reasons,
    screen,
)


def batch(**columns):
    columns = {"lon": [10.5], "lat": [20.5]} | columns
    arrays = {
        name: pa.array(values).dictionary_encode() if isinstance(values[0], str) else pa.array(values, pa.float64())
        for name, values in columns.items()
    }
    return pa.RecordBatch.from_pydict(arrays)


def reason_of(rules=None, **columns):
    code = int(screen(batch(**columns), rules or Screening())[0][0])
    return reasons()[code - 1] if code else "kept"


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        (10.5, 20.5, "kept"),
        (np.nan, 20, "missing"),
        (10, np.nan, "missing"),
        (np.inf, 20, "unreadable"),
        (10, np.inf, "unreadable"),
        (np.inf, np.nan, "missing"),
        (27.7, 120.0, "swapped"),
        (100.0, 95.0, "impossible"),
        (181.0, 5.0, "impossible"),
        (10.0, 190.0, "impossible"),
        (0.0, 0.0, "zero"),
        (0.0, 1.0, "kept"),
        (180.0, 90.0, "kept"),
        (-180.0, -90.0, "kept"),
    ],
)
def test_reason_by_coordinates(lon, lat, expected):
    assert reason_of(lon=[lon], lat=[lat]) == expected


@pytest.mark.parametrize(
    ("rules", "columns", "expected"),
    [
        (Screening(), {"basis": ["FossilSpecimen"]}, "basis"),
        (Screening(), {"basis": ["living_specimen"]}, "basis"),
        (Screening(), {"basis": ["HUMAN_OBSERVATION"]}, "kept"),
        (Screening(drop_basis=()), {"basis": ["FOSSIL_SPECIMEN"]}, "kept"),
        (Screening(), {"status": ["absent"]}, "absent"),
        (Screening(), {"status": ["PRESENT"]}, "kept"),
        (Screening(since=2000), {"year": [1999.0]}, "year"),
        (Screening(since=2000), {"year": [2000.0]}, "kept"),
        (Screening(until=2000), {"year": [2001.0]}, "year"),
        (Screening(since=2000), {"year": [np.nan]}, "year"),
        (Screening(since=2000), {}, "year"),
        (Screening(max_uncertainty_m=1000), {"uncertainty_m": [1001.0]}, "uncertainty"),
        (Screening(max_uncertainty_m=1000), {"uncertainty_m": [1000.0]}, "kept"),
        (Screening(max_uncertainty_m=1000), {"uncertainty_m": [np.nan]}, "kept"),
        (Screening(), {"centroid_m": [200.0]}, "centroid"),
        (Screening(centroid_m=0), {"centroid_m": [200.0]}, "kept"),
    ],
)
def test_reason_by_what_was_asked(rules, columns, expected):
    assert reason_of(rules, **columns) == expected


def test_country_centroid_is_left_out_within_its_distance():
    x, y, z = _centroids()[:, 0]
    lon, lat = float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arcsin(z)))
    assert reason_of(lon=[lon], lat=[lat + 0.008]) == "centroid"
    assert reason_of(lon=[lon], lat=[lat + 0.05]) == "kept"
    assert reason_of(Screening(centroid_m=0), lon=[lon], lat=[lat]) == "kept"


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=50))
def test_places_keep_coordinates_to_a_centimetre(points):
    lon, lat = np.array(points).T
    found, places = screen(batch(lon=lon.tolist(), lat=lat.tolist()), Screening(centroid_m=0))
    x, y = places_to_degrees(places[found == 0])
    assert np.abs((x - lon[found == 0] + 180) % 360 - 180).max(initial=0) <= 1e-7
    assert np.abs(y - lat[found == 0]).max(initial=0) <= 1e-7


def test_both_sides_of_the_date_line_are_one_place():
    _, places = screen(batch(lon=[180.0, -180.0], lat=[5.0, 5.0]), Screening())
    assert places[0] == places[1]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=200))
def test_groups_hold_each_taxons_distinct_places(records):
    codes = np.array([c for c, _ in records], dtype=np.int32)
    places = np.array([p for _, p in records], dtype=np.int64)
    distinct, offsets = group_places(codes, places, 8)
    for taxon in range(8):
        mine = distinct[offsets[taxon] : offsets[taxon + 1]].tolist()
        assert mine == sorted({p for c, p in records if c == taxon})


def test_reasons_have_codes_in_order():
    assert [reason_code(name) for name in reasons()] == list(range(1, len(reasons()) + 1))


@pytest.mark.parametrize("name", ["missing", "unreadable", "swapped", "impossible", "zero", "centroid"])
def test_the_kernel_knows_the_codes_of_the_table(name):
    assert getattr(screening, name.upper()) == reason_code(name)


def test_every_reason_has_words():
    assert list(screening.WORDS) == [*reasons(), "duplicate"]
