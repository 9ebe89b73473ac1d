import numpy as np
import pyarrow as pa
import pytest
import shapely

from biosetu.areas import Growth, Zone, key_site_columns, key_site_realms, key_site_series
from biosetu.areas.sites import rows_of
from biosetu.sources import official

YEARS = np.array([2000, 2002])


def growth(site, *covered):
    """A site of 100 km² of which so much is covered by 2000 and by 2002."""
    zone = Zone(site, "land", shapely.box(0, 0, 1, 1))
    return Growth(zone, 100.0, YEARS, np.array(covered), np.array(covered), 0.0)


def realms(*names):
    return frozenset(names)


def test_series_are_those_of_the_official_figures():
    carried = {item.series: item for item in official.series().values()}
    for row in rows_of("key_site_series"):
        assert carried[row["series"]].indicator == f"context:{row['series']}"
        assert (carried[row["series"]].unit, carried[row["series"]].method) == ("percent", row["indicator"])
        assert carried[row["series"]].title_en.casefold().startswith(row["realm"])


def test_a_site_counts_whole_in_each_of_its_realms_and_unknown_in_none():
    growths = [growth("a", 50.0, 50.0), growth("b", 10.0, 90.0), growth("c", 100.0, 100.0)]
    told = {"a": realms("terrestrial", "mountain"), "b": realms("terrestrial"), "c": realms()}
    table = key_site_series(growths, told).to_pylist()
    values = {(row["series"], row["year"]): row["mean_share_percent"] for row in table}
    assert values == {
        ("ER_PTD_TERR", 2000): pytest.approx(30.0), ("ER_PTD_TERR", 2001): pytest.approx(30.0),
        ("ER_PTD_TERR", 2002): pytest.approx(70.0), ("ER_PTD_MTN", 2000): pytest.approx(50.0),
        ("ER_PTD_MTN", 2001): pytest.approx(50.0), ("ER_PTD_MTN", 2002): pytest.approx(50.0),
    }  # fmt: skip
    assert {(row["series"], row["sites"], row["unknown_sites"]) for row in table} == {
        ("ER_PTD_TERR", 2, 1), ("ER_PTD_MTN", 1, 1)
    }  # fmt: skip


def test_no_realm_told_gives_no_series():
    assert key_site_series([growth("a", 50.0, 50.0)], {}).num_rows == 0


def test_years_can_be_chosen():
    table = key_site_series([growth("a", 10.0, 60.0)], {"a": realms("marine")}, 2001, 2004).to_pylist()
    shares = [(row["year"], row["mean_share_percent"]) for row in table]
    assert shares == [(2001, 10.0), (2002, 60.0), (2003, 60.0), (2004, 60.0)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"terrestrial": [1, 0], "marine": [0, 1]}, [realms("terrestrial"), realms("marine")]),
        ({"Terrestria": ["TRUE", "no"], "Freshwater": ["yes", None]}, [realms("terrestrial", "freshwater"), realms()]),
        ({"mountain": [1.0, float("nan")]}, [realms("mountain"), realms()]),
        ({"realm": ["Terrestrial; Mountain", "Marine, freshwater"]},
         [realms("terrestrial", "mountain"), realms("marine", "freshwater")]),
        ({"realm": ["subterranean", None]}, [realms(), realms()]),
        ({"name": ["marine park", "mountain"]}, [realms(), realms()]),
    ],
)  # fmt: skip
def test_realms_are_those_that_the_layer_tells(columns, expected):
    assert key_site_realms(pa.table(columns)) == expected


def test_columns_of_the_world_database_are_found():
    names = ["SitRecID", "Country", "ISO3", "IntName", "Freshwater"]
    assert key_site_columns(names) == {"site": "SitRecID", "country": "ISO3", "freshwater": "Freshwater"}
