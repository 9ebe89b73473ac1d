from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.areas.strips import strip_km2

from biosetu.areas import (
    Zone,
    by_category,
    by_governance,
    clean,
    coverage_table,
    key_sites_table,
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
    assert row["protected_km2"] == row["area_km2"] == pytest.approx(km2(ZONE.shape), rel=1e-12)
    assert row["share_percent"] == 100.0
    assert row["oecm_km2"] == 0.0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 40), slices=st.integers(1, 12))
def test_never_more_than_the_whole_however_it_is_cut_up(seed, count, slices):
    """Slices that cover the zone exactly, with heaps of overlaps on top: rounding must not carry it past 100 %."""
    random = np.random.default_rng(seed)
    west, south, east, north = ZONE.shape.bounds
    cuts = np.concatenate([[west], np.sort(random.uniform(west, east, slices)), [east]])
    whole = [(shapely.box(a, south, b, north), 1990, "PA") for a, b in pairwise(cuts.tolist())]
    centres = random.uniform([west, south], [east, north], (count, 2))
    heaps = [
        (shapely.Point(x, y).buffer(random.uniform(0.1, 4)), int(year), random.choice(["PA", "OECM"]))
        for (x, y), year in zip(centres, random.integers(1980, 2020, count), strict=True)
    ]
    table = coverage_table([zone_growth(sites_of([*heaps, *whole]), ZONE)], 1980, 2020)
    rows = table.to_pylist()
    covered = [row["protected_km2"] + row["oecm_km2"] for row in rows]
    assert all(value <= row["area_km2"] for value, row in zip(covered, rows, strict=True))
    assert all(row["share_percent"] <= 100.0 for row in rows)
    assert rows[-1]["share_percent"] == pytest.approx(100.0, rel=1e-9)
    assert covered == sorted(covered)


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


def test_country_and_sites_over_the_date_line_by_hand():
    """Islands on both sides of 180°: one site crosses it in degrees past 180, one jumps, one lies on each side."""
    country = shapely.MultiPolygon([shapely.box(176, -20, 180, -15), shapely.box(-180, -20, -177, -15)])
    past, jumping = shapely.box(179, -17, 181, -16), shapely.Polygon([(179, -19), (-179, -19), (-179, -18), (179, -18)])
    both = shapely.MultiPolygon([shapely.box(176, -16, 177, -15), shapely.box(-178, -16, -177, -15)])
    row = last_row([(past, 2000, "PA"), (jumping, 2001, "PA"), (both, 2002, "OECM")], Zone("FJI", "land", country))
    assert row["area_km2"] == pytest.approx(strip_km2(0, -20, 7, -15), rel=1e-9)
    assert row["protected_km2"] == pytest.approx(strip_km2(0, -17, 2, -16) + strip_km2(0, -19, 2, -18), rel=1e-9)
    assert row["oecm_km2"] == pytest.approx(strip_km2(0, -16, 2, -15), rel=1e-9)


def test_rings_round_the_pole_by_hand():
    """A ring of latitude from 80° to 85°, its middle filled later, and a square across both, round all meridians."""
    zone = Zone("ARC", "sea", shapely.box(-180, 70, 180, 90))
    ring, cap, across = shapely.box(-180, 80, 180, 85), shapely.box(-180, 84, 180, 90), shapely.box(0, 78, 90, 88)
    table = coverage_table([zone_growth(sites_of([(ring, 1990, "PA"), (cap, 2000, "PA"), (across, 2010, "PA")]), zone)])
    by_year = {row["year"]: row["protected_km2"] for row in table.to_pylist()}
    assert by_year[1990] == pytest.approx(strip_km2(-180, 80, 180, 85), rel=1e-9)
    assert by_year[2000] == pytest.approx(strip_km2(-180, 80, 180, 90), rel=1e-9)
    assert by_year[2010] == pytest.approx(strip_km2(-180, 80, 180, 90) + strip_km2(0, 78, 90, 80), rel=1e-9)


def test_nested_rings_count_each_place_once_by_hand():
    outer = shapely.box(0, 50, 8, 58).difference(shapely.box(1, 51, 7, 57))
    inner = shapely.box(2, 52, 6, 56).difference(shapely.box(3, 53, 5, 55))
    middle, over = shapely.box(3, 53, 5, 55), shapely.box(4, 50, 8, 58)
    rows = [(outer, 1990, "PA"), (inner, 1991, "PA"), (middle, 1992, "PA"), (over, 1993, "PA")]
    zone = Zone("AAA", "land", shapely.box(0, 50, 10, 58))
    table = coverage_table([zone_growth(sites_of(rows), zone)])
    expected = np.cumsum(
        [
            strip_km2(0, 50, 8, 58) - strip_km2(1, 51, 7, 57),
            strip_km2(2, 52, 6, 56) - strip_km2(3, 53, 5, 55),
            strip_km2(3, 53, 5, 55),
            strip_km2(4, 51, 7, 57) - strip_km2(4, 52, 6, 56),
        ]
    )
    assert table.column("protected_km2").to_pylist() == pytest.approx(expected.tolist(), rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30))
def test_series_of_any_sites_ends_at_the_union(seed, count):
    random = np.random.default_rng(seed)
    rows = [(disc(random, 0.1, 2), int(random.integers(1990, 2000)), "PA" if k % 3 else "OECM") for k in range(count)]
    growth = zone_growth(sites_of(rows), ZONE)
    union = shapely.union_all([row[0] for row in rows]).intersection(ZONE.shape)
    parks = shapely.union_all([row[0] for row in rows if row[2] == "PA"]).intersection(ZONE.shape)
    assert growth.all_km2[-1] == pytest.approx(km2(union), rel=1e-9)
    assert growth.protected_km2[-1] == pytest.approx(km2(parks), rel=1e-9)
    assert (np.diff(growth.all_km2) >= 0).all()
    assert (growth.protected_km2 <= growth.all_km2 + 1e-9).all()


def test_categories_count_only_sites_that_reach_into_the_zone():
    rows = [(shapely.box(0, 0, 2, 2), 1990, "PA", "II"), (shapely.box(20, 0, 22, 2), 1990, "PA", "II")]
    row = by_category(sites_of(rows), ZONE).to_pylist()[0]
    assert (row["sites"], row["flat_percent"]) == (1, pytest.approx(100 * km2(rows[0][0]) / km2(ZONE.shape)))


def test_key_sites_share_by_realm_and_year():
    sites = sites_of([(shapely.box(0, 0, 1, 1), 2000, "PA"), (shapely.box(5, 5, 6, 6), 2002, "PA")])
    zones = [
        Zone("first", "land", shapely.box(0, 0, 2, 1)),
        Zone("second", "land", shapely.box(5, 5, 6, 6)),
        Zone("second", "sea", shapely.box(6, 5, 7, 6)),
    ]
    table = key_sites_table([zone_growth(sites, zone) for zone in zones]).to_pylist()
    rows = {(row["realm"], row["year"]): row for row in table}
    assert [rows["land", year]["mean_share_percent"] for year in (2000, 2001, 2002)] == pytest.approx([25, 25, 75])
    assert (rows["land", 2000]["sites"], rows["sea", 2002]["sites"]) == (2, 1)
    assert rows["sea", 2002]["mean_share_percent"] == 0.0


@pytest.mark.parametrize(
    ("split", "column", "names"),
    [
        (by_category, "iucn_category", ["Not Reported", "Not Applicable"]),
        (by_governance, "governance", ["Z", "A"]),
    ],
)
def test_protected_area_under_an_oecm_keeps_its_place_and_oecms_stand_apart(split, column, names):
    inner, outer = shapely.box(0, 0, 1, 1), shapely.box(0, 0, 2, 1)
    rows = [(inner, 2000, "PA", "Not Reported", "Z"), (outer, 1990, "OECM", "Not Applicable", "A")]
    found = split(sites_of(rows), ZONE).to_pylist()
    assert [(row["oecm"], row["sites"]) for row in found] == [(False, 1), (True, 1)]
    assert [row[column] for row in found] == names
    assert [row["flat_km2"] for row in found] == pytest.approx([km2(inner), km2(outer) - km2(inner)])
    assert found[1]["own_km2"] == pytest.approx(km2(outer))


def test_series_up_to_a_year_before_the_first_site_holds_nothing():
    growth = zone_growth(sites_of([(shapely.box(0, 0, 1, 1), 1990, "PA")]), ZONE)
    rows = coverage_table([growth], last=1960).to_pylist()
    assert [(row["year"], row["protected_km2"], row["share_percent"]) for row in rows] == [(1960, 0.0, 0.0)]
    means = key_sites_table([growth], last=1960).to_pylist()
    assert [(row["year"], row["mean_share_percent"]) for row in means] == [(1960, 0.0)]
