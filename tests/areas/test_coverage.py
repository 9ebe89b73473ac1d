import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.areas import (
    Zone,
    by_category,
    by_governance,
    clean,
    coverage_table,
    mean_site_share,
    read_sites,
    zone_growth,
)
from biosetu.engine.ordered import threads
from biosetu.geo.area import areas_km2

ZONE = Zone("AAA", "land", shapely.box(0, 0, 10, 10))


def km2(shape):
    return float(areas_km2(np.array([shape], dtype=object))[0])


def disc(random, least, most):
    return shapely.Point(*random.uniform(0, 10, 2)).buffer(random.uniform(least, most))


def sites_of(rows):
    """rows: (shape, year, kind) or with IUCN category and governance."""
    full = [(*row, "", "")[:5] for row in rows]
    columns = {
        "STATUS_YR": [row[1] for row in full],
        "SITE_TYPE": [row[2] for row in full],
        "IUCN_CAT": [row[3] for row in full],
        "GOV_TYPE": [row[4] for row in full],
        "geometry": pa.array([shapely.to_wkb(row[0]) for row in full], pa.binary()),
    }
    return clean(read_sites(pa.table(columns)))[0]


def last_row(rows, zone=ZONE):
    return coverage_table([zone_growth(sites_of(rows), zone)]).to_pylist()[-1]


def test_protected_area_comes_before_oecm():
    park, measure = shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)
    row = last_row([(park, 2000, "PA"), (measure, 1990, "OECM")])
    assert row["protected_km2"] == pytest.approx(km2(park))
    assert row["oecm_km2"] == pytest.approx(km2(shapely.box(2, 0, 3, 2)))


def test_oecm_counts_until_the_protected_area_comes():
    park, measure = shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)
    table = coverage_table([zone_growth(sites_of([(park, 2000, "PA"), (measure, 1990, "OECM")]), ZONE)])
    rows = {row["year"]: row for row in table.to_pylist()}
    assert rows[1999]["oecm_km2"] == pytest.approx(km2(measure))
    assert rows[1999]["protected_km2"] == 0.0
    assert sorted(rows) == list(range(1990, 2001))


def test_series_ends_at_the_total_and_never_falls():
    random = np.random.default_rng(2)
    rows = [
        (
            shapely.Point(*random.uniform(0, 10, 2)).buffer(random.uniform(0.1, 2)),
            int(random.integers(1980, 2020)),
            "PA",
        )
        for _ in range(60)
    ]
    growth = zone_growth(sites_of(rows), ZONE)
    union = shapely.union_all([row[0] for row in rows]).intersection(ZONE.shape)
    shares = coverage_table([growth]).column("share_percent").to_numpy()
    assert (np.diff(shares) >= 0).all()
    assert shares[-1] == pytest.approx(100 * km2(union) / km2(ZONE.shape), rel=1e-9)


def test_sites_of_unknown_year_count_from_the_start_and_are_shown():
    undated, dated = shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)
    table = coverage_table([zone_growth(sites_of([(undated, 0, "PA"), (dated, 2010, "PA")]), ZONE)], 2005, 2012)
    rows = table.to_pylist()
    assert rows[0]["protected_km2"] == pytest.approx(km2(undated))
    assert rows[-1]["protected_km2"] == pytest.approx(km2(undated) + km2(dated))
    assert [row["unknown_year_km2"] for row in rows] == pytest.approx([km2(undated)] * 8)


def test_never_more_than_the_whole():
    row = last_row([(shapely.box(-5, -5, 20, 20), 2000, "PA"), (shapely.box(-1, -1, 11, 11), 2001, "OECM")])
    assert row["share_percent"] == 100.0
    assert row["oecm_km2"] == 0.0


def test_transboundary_site_is_split():
    site = [(shapely.box(9, 0, 12, 2), 2000, "PA")]
    other = Zone("BBB", "land", shapely.box(10, 0, 20, 10))
    parts = [last_row(site, zone)["protected_km2"] for zone in (ZONE, other)]
    assert sum(parts) == pytest.approx(km2(shapely.box(9, 0, 12, 2)), rel=1e-12)
    assert parts[0] == pytest.approx(km2(shapely.box(9, 0, 10, 2)), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_coverage_never_falls_when_an_area_is_added(seed, count):
    random = np.random.default_rng(seed)
    rows = [
        (
            shapely.Point(*random.uniform(0, 10, 2)).buffer(random.uniform(0.1, 3)),
            int(random.integers(0, 5)) * 500,
            "PA",
        )
        for _ in range(count + 1)
    ]
    fewer, more = last_row(rows[:-1])["protected_km2"], last_row(rows)["protected_km2"]
    assert more >= fewer - 1e-6


@pytest.mark.parametrize(
    "zone", [Zone("N", "land", shapely.box(20, 78, 30, 84)), Zone("S", "sea", shapely.box(170, -60, 180, -50))]
)
def test_squares_at_high_latitude_and_the_date_line_by_hand(zone):
    west, south, east, north = zone.shape.bounds
    middle = (south + north) / 2
    rows = [
        (shapely.box(west, south, east, middle), 2000, "PA"),
        (shapely.box(west, south, east, middle - 1), 2010, "PA"),
    ]
    assert last_row(rows, zone)["protected_km2"] == pytest.approx(km2(shapely.box(west, south, east, middle)))


def test_threads_give_the_same_to_the_bit():
    random = np.random.default_rng(4)
    rows = [
        (
            shapely.segmentize(shapely.Point(*random.uniform(0, 10, 2)).buffer(1.5), 0.002),
            int(random.integers(1990, 2000)),
            "PA",
        )
        for _ in range(80)
    ]
    sites = sites_of(rows)
    plain = zone_growth(sites, ZONE)
    with threads(3) as run:
        again = zone_growth(sites, ZONE, run)
    assert again.protected_km2.tolist() == plain.protected_km2.tolist()


def test_category_overlaps_go_to_the_strictest():
    strict, loose = shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)
    table = by_category(sites_of([(loose, 1990, "PA", "VI"), (strict, 2000, "PA", "Ia")]), ZONE)
    rows = {row["iucn_category"]: row for row in table.to_pylist()}
    assert list(rows) == ["Ia", "VI"]
    assert rows["Ia"]["flat_km2"] == pytest.approx(km2(strict))
    assert rows["VI"]["flat_km2"] == pytest.approx(km2(shapely.box(2, 0, 3, 2)))
    assert rows["VI"]["own_km2"] == pytest.approx(km2(loose))


def test_governance_of_indigenous_peoples_is_shown_by_itself():
    rows = [
        (shapely.box(0, 0, 2, 2), 1990, "PA", "II", "Indigenous peoples"),
        (shapely.box(0, 0, 1, 1), 1990, "PA", "II", "Federal"),
    ]
    table = by_governance(sites_of(rows), ZONE).to_pylist()
    own = {row["governance"]: row["own_km2"] for row in table}
    assert own["Indigenous peoples"] == pytest.approx(km2(shapely.box(0, 0, 2, 2)))


def test_mean_share_of_key_sites_rounds_errors_of_delineation():
    sites = sites_of([(shapely.box(0, 0, 1, 1), 2000, "PA")])
    whole = zone_growth(sites, Zone("full", "land", shapely.box(0, 0, 1, 1.01)))
    half = zone_growth(sites, Zone("half", "land", shapely.box(0.5, 0, 1.5, 1)))
    none = zone_growth(sites, Zone("none", "land", shapely.box(0.99, 0, 3, 1)))
    assert mean_site_share([whole], 2000) == 100.0
    assert mean_site_share([none], 2000) == 0.0
    assert mean_site_share([whole, half, none], 2000) == pytest.approx(50.0, abs=0.1)
    assert mean_site_share([whole, half, none], 1999) == 0.0
