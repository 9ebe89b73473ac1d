"""Where layers lie: what would silently answer 0 % is refused, each with its remedy."""

import geopandas as gpd
import pyarrow.csv as pa_csv
import pytest
import shapely

from biosetu.cli.main import run
from biosetu.geo.area import areas_km2
from biosetu.jobs.areas import Request
from biosetu.jobs.areas_layers import read, read_zones
from biosetu.problems import DataError

COUNTRY = shapely.box(80, 26, 88, 30)
PARK = shapely.box(84, 28, 85, 29)


def written(folder, file, shapes, crs="EPSG:4326", **columns):
    columns = columns or {"SITE_ID": range(1, len(shapes) + 1)}
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(folder / f"{file}.gpkg")
    return folder / f"{file}.gpkg"


@pytest.fixture
def within(tmp_path):
    return written(tmp_path, "country", [COUNTRY], ISO3=["NPL"])


def swapped(shape):
    return shapely.transform(shape, lambda points: points[:, ::-1])


def in_metres(shape):
    return gpd.GeoSeries([shape], crs="EPSG:4326").to_crs("EPSG:32645").iloc[0]


WRONG = [
    ("swapped", swapped(PARK), "axes", "--swap-axes"),
    ("metres", in_metres(PARK), "metres", "ogr2ogr -a_srs"),
    ("elsewhere", shapely.box(10, 50, 11, 51), "no-overlap", "--none-is-true"),
]


@pytest.mark.parametrize(("name", "shape", "code", "remedy"), WRONG, ids=[case[0] for case in WRONG])
def test_sites_that_lie_elsewhere_are_refused_with_the_remedy(tmp_path, within, capfd, name, shape, code, remedy):
    sites = written(tmp_path, name, [shape])
    with pytest.raises(DataError) as caught:
        read(Request(sites, within))
    assert caught.value.problems[0].code == code
    assert run(["areas", "coverage", str(sites), "--within", str(within), "--quiet"]) == 1
    assert remedy in capfd.readouterr().err


def coverage(tmp_path, sites, within, *options):
    out = tmp_path / "out.csv"
    assert run(["areas", "coverage", str(sites), "--within", str(within), "--out", str(out), *options]) == 0
    return pa_csv.read_csv(out).to_pylist()[-1]


def test_remedies_work(tmp_path, within):
    turned = coverage(tmp_path, written(tmp_path, "swapped", [swapped(PARK)]), within, "--swap-axes")
    assert turned["protected_km2"] == pytest.approx(areas_km2([PARK])[0], rel=1e-12)
    none = coverage(tmp_path, written(tmp_path, "far", [shapely.box(10, 50, 11, 51)]), within, "--none-is-true")
    assert none["share_percent"] == 0.0


def test_sites_of_which_some_lie_elsewhere_are_measured(tmp_path, within):
    sites = written(tmp_path, "mixed", [PARK, shapely.box(10, 50, 11, 51), in_metres(PARK)])
    assert coverage(tmp_path, sites, within)["protected_km2"] == pytest.approx(areas_km2([PARK])[0], rel=1e-9)


def test_latitudes_that_are_none_are_turned_in_cleaning_not_refused(tmp_path):
    within = written(tmp_path, "east", [shapely.box(100, 10, 110, 20)], ISO3=["VNM"])
    park = shapely.box(104, 15, 105, 16)
    row = coverage(tmp_path, written(tmp_path, "steep", [swapped(park)]), within)
    assert row["protected_km2"] == pytest.approx(areas_km2([park])[0], rel=1e-9)


def test_sites_beyond_the_date_line_are_found_from_its_other_side(tmp_path):
    within = written(tmp_path, "islands", [shapely.box(-180, -20, -178, -18)], ISO3=["FJI"])
    row = coverage(tmp_path, written(tmp_path, "over", [shapely.box(179.5, -19.5, 181, -18.5)]), within)
    assert row["protected_km2"] == pytest.approx(areas_km2([shapely.box(-180, -19.5, -179, -18.5)])[0], rel=1e-9)


@pytest.mark.parametrize("shape", [swapped(shapely.box(100, 10, 110, 20)), in_metres(COUNTRY)])
def test_areas_off_the_globe_are_refused(tmp_path, shape):
    within = written(tmp_path, "wrong", [shape], ISO3=["VNM"])
    with pytest.raises(DataError) as caught:
        read(Request(written(tmp_path, "sites", [PARK]), within))
    assert caught.value.problems[0].code in ("axes", "metres")
    assert caught.value.problems[0].file == str(within)


def test_layer_without_crs_is_told_to_the_reader(tmp_path, within, capfd):
    told = gpd.GeoDataFrame({"SITE_ID": [1]}, geometry=[PARK], crs="EPSG:4326")
    told.to_file(tmp_path / "told.shp")
    for suffix in (".shp", ".shx", ".dbf"):
        (tmp_path / f"bare{suffix}").write_bytes((tmp_path / f"told{suffix}").read_bytes())
    coverage(tmp_path, tmp_path / "bare.shp", within)
    assert "bare.shp: no coordinate reference system is told" in capfd.readouterr().err
    assert read(Request(tmp_path / "told.shp", within)).notes == ()
    asked = ["areas", "connectivity", str(tmp_path / "bare.shp"), "--within", str(within), "--distance", "10"]
    assert run([*asked, "--out", str(tmp_path / "connected.csv")]) == 0
    assert "bare.shp: no coordinate reference system is told" in capfd.readouterr().err


def test_sea_takes_nothing_of_the_land_and_water_splits_it(tmp_path, within):
    sea = written(tmp_path, "sea", [shapely.box(80, 20, 88, 27)], ISO3=["NPL"])
    water = written(tmp_path, "water", [shapely.box(84, 28, 84.5, 29), shapely.box(70, 28, 80.5, 29)])
    zones = {z.realm: z for z in read_zones(Request(tmp_path, within, sea=sea, inland_water=water))}
    assert list(zones) == ["land", "land without inland water", "inland water", "sea"]
    assert zones["sea"].shape.equals(shapely.box(80, 20, 88, 26))
    lake, border = shapely.box(84, 28, 84.5, 29), shapely.box(80, 28, 80.5, 29)
    assert zones["inland water"].shape.equals(shapely.union(lake, border))
    parts = areas_km2([zones["land without inland water"].shape, zones["inland water"].shape])
    assert parts.sum() == pytest.approx(areas_km2([COUNTRY])[0], rel=1e-12)


def test_unknown_columns_are_the_users_error(tmp_path, within):
    sites = str(written(tmp_path, "sites", [PARK]))
    base = ["areas", "coverage", sites, "--within", str(within), "--quiet"]
    assert run([*base, "--area-column", "nothing"]) == 1
    assert run([*base, "--by", str(within), "--by-column", "nothing"]) == 1
    assert run([*base, "--column", "colour=red"]) == 2
    assert run([*base, "--only", "ZZZ"]) == 2


def test_class_layer_elsewhere_is_refused(tmp_path, within):
    sites = str(written(tmp_path, "sites", [PARK]))
    classes = str(written(tmp_path, "classes", [shapely.box(0, 0, 1, 1)], name=["far"]))
    assert run(["areas", "coverage", sites, "--within", str(within), "--by", classes, "--quiet"]) == 1


def test_margin_reaches_as_far_at_high_latitude_as_at_the_equator(tmp_path):
    within = written(tmp_path, "north", [shapely.box(20, 78, 24, 80)], ISO3=["SJM"])
    near = shapely.box(26.2, 79.0, 26.4, 79.2)  # 2.2° east of the border: about 46 km
    sites = written(tmp_path, "sites", [shapely.box(21, 79, 22, 79.5), near])
    assert len(read(Request(sites, within), margin_km=50.0).sites) == 2
    assert len(read(Request(sites, within), margin_km=20.0).sites) == 1


def test_single_sites_with_swapped_axes_are_told(tmp_path, within, capfd):
    sites = written(tmp_path, "register", [PARK, swapped(PARK), swapped(shapely.box(86, 27, 87, 28))])
    row = coverage(tmp_path, sites, within)
    assert row["protected_km2"] == pytest.approx(areas_km2([PARK])[0], rel=1e-9)
    assert "register.gpkg: 2 sites lie elsewhere, but within the areas with" in capfd.readouterr().err


def test_swapped_look_of_a_few_among_the_whole_worlds_sites_is_not_told(tmp_path, within):
    world = [shapely.box(x, y, x + 1, y + 1) for x in range(-170, 70, 10) for y in (-40, 10, 50)]
    sites = written(tmp_path, "world", [PARK, swapped(PARK), *world])
    assert read(Request(sites, within)).notes == ()


EMPTY = {
    "points": [shapely.Point(84, 28)],
    "lines": [shapely.LineString([(84, 28), (85, 28)])],
    "no shapes": [None],
    "empty shapes": [shapely.Polygon()],
    "no rows": [],
}


@pytest.mark.parametrize("shapes", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("option", ["--sea", "--inland-water"])
def test_layer_of_sea_or_water_without_polygons_is_refused(tmp_path, within, capfd, option, shapes):
    sites = str(written(tmp_path, "sites", [PARK]))
    own = str(written(tmp_path, "own", shapes, ISO3=["NPL"] * len(shapes)))
    out = tmp_path / "out.csv"
    assert run(["areas", "coverage", sites, "--within", str(within), option, own, "--out", str(out)]) == 1
    assert "own.gpkg: the layer holds no polygon" in capfd.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("shape", [shapely.box(10, 50, 11, 51), swapped(PARK)], ids=["elsewhere", "swapped"])
def test_inland_water_of_another_country_is_refused(tmp_path, within, capfd, shape):
    sites, water = str(written(tmp_path, "sites", [PARK])), str(written(tmp_path, "water", [shape]))
    assert run(["areas", "coverage", sites, "--within", str(within), "--inland-water", water]) == 1
    assert "no inland water lies within the areas" in capfd.readouterr().err


def test_lakes_of_the_neighbours_alone_are_told_not_refused(tmp_path, within, capfd):
    water = written(tmp_path, "lakes", [shapely.box(78, 27, 79, 28), shapely.box(89, 27, 90, 28)])
    row = coverage(tmp_path, written(tmp_path, "sites", [PARK]), within, "--inland-water", str(water))
    assert row["realm"] == "land without inland water"
    assert "lakes.gpkg: none of this inland water lies within the areas" in capfd.readouterr().err


def test_sea_that_lacks_one_of_the_areas_names_it(tmp_path, capfd):
    two = written(tmp_path, "two", [shapely.box(0, 0, 5, 5), shapely.box(5, 0, 9, 5)], ISO3=["AAA", "BBB"])
    sea = written(tmp_path, "sea", [shapely.box(0, -5, 5, 0)], ISO3=["AAA"])
    sites = written(tmp_path, "sites", [shapely.box(1, -1, 2, 1)])
    coverage(tmp_path, sites, two, "--sea", str(sea))
    assert "sea.gpkg: the layer of the sea has none of: BBB" in capfd.readouterr().err


UNUSED = {
    "column of nothing": (["--by-column", "name"], "--by-column is of the layer --by"),
    "band of nothing": (["--band", "1"], "--band is of a raster"),
    "names of nothing": (["--classes", "{sites}"], "--classes names the codes of a raster"),
    "column of a raster": (["--by", "{raster}", "--by-column", "name"], "a raster has --band and --classes"),
    "cells beside pixels": (["--by", "{raster}", "--raster-m", "100"], "classes are counted by their own pixels"),
    "years backwards": (["--from", "2020", "--to", "2010"], "no year is between them"),
    "release of nothing": (["--release", "2025-11"], "are told in --observations"),
    "split of key sites": (["--mean-of-sites", "--iucn", "iucn.csv"], "has no such split"),
}


@pytest.mark.parametrize(("options", "told"), UNUSED.values(), ids=UNUSED)
def test_option_that_would_change_nothing_is_refused(tmp_path, within, capfd, options, told):
    sites, raster = str(written(tmp_path, "sites", [PARK])), tmp_path / "map.tif"
    raster.write_bytes(b"II*\0")
    named = [text.format(sites=sites, raster=raster) for text in options]
    assert run(["areas", "coverage", sites, "--within", str(within), "--quiet", *named]) == 2
    assert told in capfd.readouterr().err
