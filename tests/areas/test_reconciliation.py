import pyarrow as pa
import pytest
import shapely
from tests.areas.test_coverage import km2

from biosetu.areas import (
    Cause,
    Country,
    Figure,
    Options,
    Reckoning,
    Zone,
    causes,
    compared_with,
    held_figures,
    inseparable,
    measured_causes,
    read_sites,
    reconcile,
    share_percent,
)
from biosetu.areas.reckoning import changes

WHOLE = shapely.box(0, 0, 10, 10)
COUNTRY = Zone("AAA", "land", WHOLE)
# shape, designation, status, year, kind, reported area: one site for each cause, side by side but for one overlap
SITES = (
    (shapely.box(0, 0, 2, 2), "National Park", "Designated", 1990, "PA", 100.0),
    (shapely.box(1, 0, 3, 2), "Nature Reserve", "Designated", 2000, "PA", 200.0),
    (shapely.box(4, 0, 5, 1), "Buffer Zone", "Designated", 2001, "PA", 0.0),
    (shapely.box(6, 0, 7, 1), "Wildlife corridor", "Designated", 2002, "PA", 0.0),
    (shapely.box(8, 0, 9, 1), "National Park", "Proposed", 0, "PA", 0.0),
    (shapely.box(4, 4, 5, 5), "National Park", "Adopted", 2003, "PA", 0.0),
    (shapely.box(6, 4, 9, 6), "UNESCO-MAB Biosphere Reserve", "Designated", 2004, "PA", 0.0),
    (shapely.box(0, 5, 2, 6), "Community forest", "Designated", 2020, "OECM", 0.0),
    (shapely.Point(2, 8), "Nature Reserve", "Designated", 2005, "PA", 50.0),
)


def sites_of(rows=SITES):
    names = ("DESIG_ENG", "STATUS", "STATUS_YR", "SITE_TYPE", "REP_AREA")
    columns = {name: [row[k + 1] for row in rows] for k, name in enumerate(names)}
    return read_sites(pa.table(columns | {"geometry": pa.array([shapely.to_wkb(r[0]) for r in rows], pa.binary())}))


def percent(*shapes):
    return 100 * sum(map(km2, shapes)) / km2(WHOLE)


BASE = percent(shapely.box(0, 0, 3, 2), shapely.box(4, 0, 5, 1), shapely.box(6, 0, 7, 1), shapely.box(0, 5, 2, 6))
POINT = 100 * 50 / km2(WHOLE)
BY_HAND = {
    "later sites": -percent(shapely.box(0, 5, 2, 6)),
    "proposed": percent(shapely.box(8, 0, 9, 1)),
    "adopted": percent(shapely.box(4, 4, 5, 5)),
    "biosphere reserves": percent(shapely.box(6, 4, 9, 6)),
    "points": -POINT,
    "buffer zones": -percent(shapely.box(4, 0, 5, 1)),
    "corridors": -percent(shapely.box(6, 0, 7, 1)),
    "oecm": -percent(shapely.box(0, 5, 2, 6)),
    "overlaps": percent(shapely.box(1, 0, 2, 2)),
}


def measured(country=None, **options):
    share, found = measured_causes(country or Country(sites_of(), COUNTRY), Reckoning(), **options)
    return share, {item.cause: item for item in found}


def test_each_cause_by_hand():
    share, found = measured(year=2010)
    assert share == pytest.approx(BASE + POINT, rel=1e-5)
    assert {cause: found[cause].points for cause in BY_HAND} == pytest.approx(BY_HAND, rel=1e-4)
    assert found["reported areas"].share_percent == pytest.approx(100 * 350 / km2(WHOLE))
    assert [found[cause].sites for cause in ("proposed", "buffer zones", "overlaps")] == [1, -1, 0]


def test_causes_that_need_another_layer_are_not_measured_without_it():
    _, found = measured()
    assert not {"later sites", "release", "base map", "restricted sites", "projection"} & set(found)
    other = Country(sites_of(), COUNTRY, sites_of(SITES[:1]), Zone("AAA", "land", shapely.box(0, 0, 10, 5)))
    _, found = measured(other, year=2010)
    assert found["release"].points == pytest.approx(percent(SITES[0][0]) - BASE - POINT, rel=1e-4)
    assert found["base map"].share_percent == pytest.approx(
        100 * sum(km2(row[0]) for row in SITES[2:4]) / km2(shapely.box(0, 0, 10, 5))
        + 100 * km2(shapely.box(0, 0, 3, 2)) / km2(shapely.box(0, 0, 10, 5)),
        rel=1e-6,
    )


def test_another_area_of_the_country_divides():
    country = Country(sites_of(), COUNTRY, other_km2=2 * km2(WHOLE))
    _, found = measured(country)
    assert found["base map"].points == pytest.approx(-(BASE + POINT) / 2, rel=1e-4)


def test_causes_that_apply_are_measured_on_top_of_each_other():
    """The biosphere reserve lies over the proposed park: after it, the park adds nothing."""
    rows = (SITES[0], (shapely.box(4, 4, 6, 6), "National Park", "Proposed", 0, "PA", 0.0),
            (shapely.box(3, 3, 7, 7), "UNESCO-MAB Biosphere Reserve", "Designated", 2004, "PA", 0.0))  # fmt: skip
    country = Country(sites_of(rows), COUNTRY)
    share, found = measured(country, applied=("biosphere reserves", "proposed"))
    assert (found["proposed"].order, found["biosphere reserves"].order) == (1, 2)
    assert found["proposed"].points_in_order == pytest.approx(percent(shapely.box(4, 4, 6, 6)))
    rest = shapely.box(3, 3, 7, 7).difference(shapely.box(4, 4, 6, 6))
    assert found["biosphere reserves"].points_in_order == pytest.approx(percent(rest))
    total = sum(item.points_in_order or 0 for item in found.values())
    both = Reckoning(options=Options(proposed=True, biosphere=True))
    assert share + total == pytest.approx(share_percent(country, both))
    assert found["corridors"].order is None


def test_official_figure_reckoned_otherwise_is_explained_without_remainder():
    country = Country(sites_of(), COUNTRY)
    official = share_percent(country, Reckoning(options=Options(adopted=True), oecm=False))
    share, found = measured_causes(country, Reckoning(), applied=("adopted", "oecm"))
    rows = reconcile([Figure("official", official, 2024, "ministry"), Figure("computed", share, 2024, "here")], found)
    by_name = {row["name"]: row for row in rows.to_pylist()}
    assert by_name["unexplained"]["points"] == pytest.approx(0.0, abs=1e-12)
    assert by_name["oecm"]["left_points"] == pytest.approx(official - share - by_name["oecm"]["points"])
    assert by_name["restricted sites"]["points"] is None
    assert by_name["restricted sites"]["source"].startswith("not measurable here")


def test_nothing_declared_leaves_the_whole_difference():
    figures = [Figure("official", 23.4, 2024, "ministry"), Figure("computed", 21.7, 2024, "here")]
    rows = {row["name"]: row for row in reconcile(figures, [Cause("oecm", -1.2)]).to_pylist()}
    assert rows["official"]["points"] == pytest.approx(1.7)
    assert rows["oecm"]["left_points"] == pytest.approx(2.9)
    assert rows["unexplained"]["points"] == pytest.approx(1.7)


def test_cause_that_cannot_be_measured_is_refused_where_it_is_said_to_apply():
    with pytest.raises(ValueError, match="release"):
        measured(applied=("release",))
    with pytest.raises(ValueError, match="not a known cause"):
        reconcile([Figure("computed", 1.0, 2024, "here")], [Cause("magic", 1.0)])
    with pytest.raises(ValueError, match="a computed figure is needed"):
        reconcile([Figure("official", 1.0, 2024, "here")], [])


def test_what_the_layer_does_not_record_is_not_measured_as_nothing():
    bare = read_sites(pa.table({"geometry": pa.array([shapely.to_wkb(SITES[0][0])], pa.binary())}))
    assert set(changes(Country(bare, COUNTRY), Reckoning(), 2020)) == {"points", "oecm", "overlaps"}


def test_park_with_its_buffer_zone_in_one_site_cannot_be_separated():
    rows = ((SITES[0][0], "National Park and Buffer Zone", "Designated", 1990, "PA", 0.0),)
    country = Country(sites_of(rows), COUNTRY)
    assert "buffer zones" not in changes(country, Reckoning(), None)
    assert inseparable(country, Reckoning()) == {"buffer zones": 1}


def test_every_cause_has_its_switch_or_is_named_as_not_measurable():
    country = Country(sites_of(), COUNTRY, sites_of(), COUNTRY)
    assert set(causes()) - set(changes(country, Reckoning(), 2020)) == {"restricted sites", "projection"}


def row(source, value, year=2024, series="ER.LND.PTLD.ZS", part="terrestrial", vintage="2025-02"):
    return {"indicator": "3.1", "series": series, "disaggregation": part, "source": source,
            "year": year, "vintage": vintage, "value": value}  # fmt: skip


def test_figures_held_are_the_newest_of_the_party_and_of_the_database():
    held = [
        row("availableDataset", 20.0, 2023),
        row("availableDataset", 21.0),
        row("availableDataset", 99.0, series="ER_MRN_MARIN"),
        row("national", 24.0, series="ministry"),
        row("national", None, 2025),
        row("national", 12.0, series="ministry", part="marine"),
    ]
    land = held_figures(held, "land")
    assert [(f.origin, f.share_percent, f.applies) for f in land] == [
        ("official", 24.0, ()),
        ("database", 21.0, ("oecm",)),
    ]
    assert [f.share_percent for f in held_figures(held, "sea")] == [12.0]
    assert compared_with(land).origin == "official"
    assert compared_with([]) is None
