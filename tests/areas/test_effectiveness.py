import pyarrow as pa
import pytest
import shapely
from tests.areas.test_coverage import ZONE, km2

from biosetu.areas import Assessment, Options, Zone, assessed_table, clean, finding, read_sites
from biosetu.areas.effectiveness import ANY, group_of

FIRST, SECOND, THIRD = shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2), shapely.box(5, 5, 6, 6)


def sites_of(*shapes, names=None):
    names = names or [str(number + 1) for number in range(len(shapes))]
    table = pa.table({"SITE_ID": names, "geometry": pa.array([shapely.to_wkb(s) for s in shapes], pa.binary())})
    return clean(read_sites(table), Options(copies=True))[0]


def mett(site, year, effective=None):
    return Assessment(site, "METT", year, effective)


def rows_of(sites, *assessments, zone=ZONE):
    return {(row["group"], row["kind"]): row for row in assessed_table(sites, zone, assessments).to_pylist()}


def test_overlaps_count_once_and_the_latest_assessment_decides():
    sites = sites_of(FIRST, SECOND, THIRD)
    row = rows_of(sites, mett("1", 2010, False), mett("1", 2020, True), mett("2", 2015, True))[
        "management effectiveness", ""
    ]
    both = km2(shapely.box(0, 0, 3, 2))
    assert row["assessed_km2"] == row["effective_km2"] == pytest.approx(both)
    assert row["protected_km2"] == pytest.approx(both + km2(THIRD))
    assert row["assessed_percent"] == pytest.approx(100 * both / (both + km2(THIRD)))
    assert (row["sites"], row["sites_assessed"], row["sites_effective"]) == (3, 2, 2)
    assert row["sites_effective_percent"] == pytest.approx(200 / 3)
    assert (row["first_year"], row["last_year"]) == (2015, 2020)


def test_overlap_of_an_effective_site_with_another_stays_effective_area():
    row = rows_of(sites_of(FIRST, SECOND), mett("1", 2020, True), mett("2", 2020, False))[
        "management effectiveness", ""
    ]
    assert row["effective_km2"] == pytest.approx(km2(FIRST))
    assert row["assessed_km2"] == pytest.approx(km2(shapely.box(0, 0, 3, 2)))


def test_parcels_of_a_site_are_one_site():
    sites = sites_of(FIRST, THIRD, SECOND, names=["7", "7", "8"])
    row = rows_of(sites, mett("7", 2020, True))["management effectiveness", "METT"]
    assert (row["sites"], row["sites_assessed"], row["sites_effective"]) == (2, 1, 1)
    assert row["effective_km2"] == pytest.approx(km2(FIRST) + km2(THIRD))


def test_copies_keep_each_their_own_assessment():
    sites = sites_of(FIRST, FIRST)
    row = rows_of(sites, mett("2", 2020, True))["management effectiveness", ""]
    assert (row["sites"], row["sites_assessed"]) == (2, 1)
    assert row["effective_percent"] == pytest.approx(100.0)


def test_groups_are_kept_apart_and_their_union_has_no_finding():
    found = rows_of(
        sites_of(FIRST, SECOND, THIRD),
        mett("1", 2020, True),
        Assessment("1", "SAGE", 2022, False),
        Assessment("3", "Green List", 2023, True),
    )
    assert found["governance and equity", ""]["sites_effective"] == 0
    assert found["Green List", ""]["effective_km2"] == pytest.approx(km2(THIRD))
    assert found[ANY, ""]["sites_assessed"] == 2
    assert found[ANY, ""]["effective_km2"] is None
    assert found[ANY, ""]["assessed_km2"] == pytest.approx(km2(FIRST) + km2(THIRD))


def test_assessment_without_finding_is_assessed_but_not_effective():
    row = rows_of(sites_of(FIRST), mett("1", 2020))["management effectiveness", ""]
    assert (row["sites_assessed"], row["sites_effective"], row["sites_without_finding"]) == (1, 0, 1)


def test_two_assessments_of_one_year_count_by_the_less_favourable():
    for order in ((True, False), (False, True)):
        row = rows_of(sites_of(FIRST), *(mett("1", 2020, value) for value in order))["management effectiveness", ""]
        assert row["sites_effective"] == 0


def test_sites_and_parts_outside_the_zone_do_not_count():
    zone = Zone("HALF", "land", shapely.box(0, 0, 1, 10))
    row = rows_of(sites_of(FIRST, THIRD), mett("1", 2020, True), mett("3", 2020, True), zone=zone)[ANY, ""]
    assert (row["sites"], row["sites_assessed"]) == (1, 1)
    assert row["assessed_km2"] == pytest.approx(km2(shapely.box(0, 0, 1, 2)))


def test_nothing_assessed_is_zero_and_nothing_protected_has_no_share():
    assert rows_of(sites_of(FIRST))[ANY, ""]["assessed_percent"] == 0.0
    empty = rows_of(sites_of(THIRD), zone=Zone("FAR", "land", shapely.box(0, 0, 1, 1)))[ANY, ""]
    assert (empty["sites"], empty["assessed_percent"], empty["sites_assessed_percent"]) == (0, None, None)


@pytest.mark.parametrize(
    ("score", "result", "least", "expected"),
    [
        (0.7, "", 0.67, True),
        (0.67, "", 0.67, True),
        (0.5, "", 0.67, False),
        (0.7, "", None, None),
        (None, "", 0.67, None),
        (None, "Green Listed", None, True),
        (0.9, "Candidate", 0.67, False),
        (0.9, "under way", 0.67, True),
    ],
)
def test_finding_by_words_first_then_by_score(score, result, least, expected):
    assert finding(score, result, least) is expected


def test_methods_belong_to_groups_and_unknown_ones_to_management():
    assert group_of("mett") == group_of("My national tool") == "management effectiveness"
    assert group_of("Green List") == "Green List"
    assert group_of("SAPA") == "governance and equity"
