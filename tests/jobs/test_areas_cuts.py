"""Every way in which coverage is cut, of one small world, held to figures by the closed formula of a strip.

Two countries side by side (A 0 to 10 E, B 10 to 20 E, both 0 to 10 N), a lake, a sea, four sites:

park      8 to 12 E, 0 to 2 N   1990  Ia   Federal             over the border
reserve   0 to  2 E, 0 to 2 N   2000  VI   Indigenous peoples
measure   1 to  4 E, 0 to 2 N   2010  OECM Local communities   one degree of it under the reserve
bay       0 to  2 E, 10 to 11 N 2005  II   Federal             in the sea
"""

import geopandas as gpd
import numpy as np
import pyarrow.csv as pa_csv
import pytest
import rasterio
import shapely
from rasterio import Affine
from tests.areas.strips import strip_km2 as strip

from biosetu.cli.main import run

PARK, RESERVE, MEASURE, BAY = (8, 0, 12, 2), (0, 0, 2, 2), (1, 0, 4, 2), (0, 10, 2, 11)
LAYERS = {
    "within": {"ISO3": {"A": (0, 0, 10, 10), "B": (10, 0, 20, 10)}},
    "lakes": {"name": {"lake": (0, 0, 1, 2), "other": (12, 3, 13, 4)}},
    "sea": {"ISO3": {"A": (0, 10, 10, 12), "B": (10, 10, 20, 12)}},
    "provinces": {"name": {"south": (0, 0, 20, 1), "north": (0, 1, 20, 10)}},
    "biomes": {"name": {"forest": (0, 0, 9, 10), "steppe": (9, 0, 20, 10)}},
    "sites_of_birds": {"name": {"half": (7, 0, 9, 2), "whole": (0.5, 0.5, 1.5, 1.5), "none": (5, 5, 6, 6)}},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    for name, columns in LAYERS.items():
        (column, boxes), *_ = columns.items()
        shapes = [shapely.box(*bounds) for bounds in boxes.values()]
        gpd.GeoDataFrame({column: list(boxes)}, geometry=shapes, crs="EPSG:4326").to_file(folder / f"{name}.gpkg")
    sites = gpd.GeoDataFrame(
        {
            "SITE_TYPE": ["PA", "PA", "OECM", "PA"],
            "STATUS": ["Designated"] * 4,
            "STATUS_YR": [1990, 2000, 2010, 2005],
            "IUCN_CAT": ["Ia", "VI", "Not Applicable", "II"],
            "GOV_TYPE": ["Federal", "Indigenous peoples", "Local communities", "Federal"],
        },
        geometry=[shapely.box(*bounds) for bounds in (PARK, RESERVE, MEASURE, BAY)],
        crs="EPSG:4326",
    )
    sites.to_file(folder / "WDPA.gpkg")
    classes = np.where(np.arange(200)[None, :] < 90, 1, 2).repeat(100, axis=0).astype("uint8")
    place = {"crs": "EPSG:4326", "transform": Affine(0.1, 0, 0, 0, -0.1, 10), "dtype": "uint8"}
    with rasterio.open(folder / "classes.tif", "w", "GTiff", 200, 100, 1, **place) as out:
        out.write(classes, 1)
    (folder / "names.csv").write_text("code,name\n1,forest\n2,steppe\n", encoding="utf-8")
    return folder


def cut(world, *options, within="within"):
    out = world / "out.csv"
    paths = [str(world / option) if option.endswith((".gpkg", ".tif", ".csv")) else option for option in options]
    arguments = ["areas", "coverage", str(world / "WDPA.gpkg"), "--within", str(world / f"{within}.gpkg")]
    assert run([*arguments, "--quiet", "--out", str(out), *paths]) == 0
    return pa_csv.read_csv(out).to_pylist()


def told(rows, *keys):
    """Return protected and conserved km² by the keys."""
    return {tuple(row[key] for key in keys): (row["protected_km2"], row["oecm_km2"]) for row in rows}


def near(expected):
    return {key: pytest.approx(value, rel=1e-9, abs=1e-6) for key, value in expected.items()}


A_OECM = strip(2, 0, 4, 2)
A_PA = strip(8, 0, 10, 2) + strip(*RESERVE)
B_PA = strip(10, 0, 12, 2)


def test_by_country_and_year_with_the_border_site_split(world):
    rows = told([row for row in cut(world) if row["year"] in (1990, 2000, 2009, 2010)], "area", "year")
    border = strip(8, 0, 10, 2)
    assert rows == near(
        {
            ("A", 1990): (border, 0),
            ("A", 2000): (A_PA, 0),
            ("A", 2009): (A_PA, 0),
            ("A", 2010): (A_PA, A_OECM),
            **{("B", year): (B_PA, 0) for year in (1990, 2000, 2009, 2010)},
        }
    )


def test_share_is_of_land_inland_water_and_sea_each(world):
    rows = cut(world, "--inland-water", "lakes.gpkg", "--sea", "sea.gpkg", "--only", "A")
    last = {row["realm"]: row for row in rows if row["year"] == 2010}
    lake = strip(0, 0, 1, 2)
    parts = {
        "land": (A_PA, A_OECM, strip(0, 0, 10, 10)),
        "land without inland water": (A_PA - lake, A_OECM, strip(0, 0, 10, 10) - lake),
        "inland water": (lake, 0, lake),
        "sea": (strip(*BAY), 0, strip(0, 10, 10, 12)),
    }
    assert last.keys() == parts.keys()
    for realm, (protected, oecm, area) in parts.items():
        found = [last[realm][name] for name in ("protected_km2", "oecm_km2", "area_km2", "share_percent")]
        expected = [protected, oecm, area, 100 * (protected + oecm) / area]
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_by_province(world):
    rows = [row for row in cut(world, "--by", "provinces.gpkg") if row["year"] == 2010]
    both = {
        name: (strip(8, south, 10, north) + strip(0, south, 2, north), strip(2, south, 4, north))
        for name, south, north in (("south", 0, 1), ("north", 1, 2))
    }
    abroad = {("B", name): (strip(10, south, 12, south + 1), 0) for name, south in (("south", 0), ("north", 1))}
    assert told(rows, "area", "class") == near({("A", name): value for name, value in both.items()} | abroad)


BIOMES = {
    ("A", "forest"): (strip(8, 0, 9, 2) + strip(*RESERVE), A_OECM),
    ("A", "steppe"): (strip(9, 0, 10, 2), 0),
    ("B", "steppe"): (B_PA, 0),
}


@pytest.mark.parametrize(
    "options", [["--by", "biomes.gpkg"], ["--by", "classes.tif", "--classes", "names.csv"]], ids=["polygons", "raster"]
)
def test_by_biome_or_ecosystem_class_of_polygons_or_a_raster(world, options):
    rows = [row for row in cut(world, *options) if row["year"] == 2010]
    found = told(rows, "area", "class")
    assert {key: found[key] for key in BIOMES} == near(BIOMES)
    assert sum(sum(value) for key, value in found.items() if key not in BIOMES) == pytest.approx(0, abs=1e-9)


def split(world, option, column):
    path = world / f"{column}.csv"
    cut(world, "--only", "A", option, path.name)
    return {
        row[column]: (row["sites"], row["flat_km2"], row["own_km2"], row["flat_percent"])
        for row in pa_csv.read_csv(path).to_pylist()
        if row["sites"]
    }


WHOLE = 100 / strip(0, 0, 10, 10)


def test_by_management_category_overlaps_to_the_strictest(world):
    park, reserve = strip(8, 0, 10, 2), strip(*RESERVE)
    expected = {
        "Ia": (1, park, park, park * WHOLE),
        "VI": (1, reserve, reserve, reserve * WHOLE),
        "Not Applicable": (1, A_OECM, strip(*MEASURE), A_OECM * WHOLE),
    }
    assert split(world, "--iucn", "iucn_category") == near(expected)


def test_by_governance_with_indigenous_peoples_and_local_communities_shown(world):
    found = split(world, "--governance", "governance")
    assert found["Federal"] == pytest.approx((1, strip(8, 0, 10, 2), strip(8, 0, 10, 2), strip(8, 0, 10, 2) * WHOLE))
    own = {name: values[2] for name, values in found.items()}
    assert own["Indigenous peoples"] == pytest.approx(strip(*RESERVE), rel=1e-9)
    assert own["Local communities"] == pytest.approx(strip(*MEASURE), rel=1e-9)
    flat = sum(values[1] for values in found.values())
    assert flat == pytest.approx(A_PA + A_OECM, rel=1e-9)


def test_key_sites_by_their_mean_share_in_each_year(world):
    rows = {row["year"]: row for row in cut(world, "--mean-of-sites", within="sites_of_birds")}
    half = 100 * strip(8, 0, 9, 2) / strip(7, 0, 9, 2)
    shares = {1990: (half + 0 + 0) / 3, 2000: (half + 100 + 0) / 3, 2010: (half + 100 + 0) / 3}
    assert {year: rows[year]["mean_share_percent"] for year in shares} == pytest.approx(shares, rel=1e-9)
    assert {row["sites"] for row in rows.values()} == {3}


def test_cuts_by_cells_hold_the_exact_figures_within_their_bound(world):
    exact, cells = cut(world), cut(world, "--raster-m", "2000")
    assert len(exact) == len(cells)
    for one, other in zip(exact, cells, strict=True):
        for name in ("protected_km2", "oecm_km2"):
            assert abs(one[name] - other[name]) <= other["error_bound_km2"] + 1e-6
