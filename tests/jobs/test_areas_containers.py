"""WDPA and WD-OECM downloads as Protected Planet packs them: every container, the schema until November 2025 and since.

The sites are invented; one of them stands for each rule of the published cleaning.
"""

import shutil
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.csv as pa_csv
import pytest
import shapely

from biosetu.cli.main import run
from biosetu.geo.area import areas_km2

MAB = "UNESCO-MAB Biosphere Reserve"
# shape, designation, status, year, protected area (or other conserved area), reported area
SITES = [
    (shapely.box(81, 21, 82, 22), "National Park", "Designated", 1990, True, 11_000.0),
    (shapely.box(81.5, 21, 82.5, 22), "Forest Reserve", "Established", 2000, True, 11_000.0),
    (shapely.box(82.2, 21, 83.5, 22), "Community Forest", "Designated", 2010, False, 14_000.0),  # the park comes first
    (shapely.box(84, 21, 85, 22), "World Heritage Site", "Inscribed", 0, True, 11_000.0),
    (shapely.box(86, 21, 87, 22), "Nature Reserve", "Proposed", 2015, True, 11_000.0),
    (shapely.box(86, 23, 87, 24), "Nature Reserve", "Adopted", 2015, True, 11_000.0),
    (shapely.box(86, 25, 87, 26), "Nature Reserve", "Not Reported", 2015, True, 11_000.0),
    (shapely.box(83, 25, 84, 26), MAB, "Designated", 1980, True, 11_000.0),
    (shapely.Point(85, 28), "Sanctuary", "Designated", 2005, True, 400.0),
    (shapely.Point(88, 28), "Sanctuary", "Designated", 2005, True, 0.0),
]
COUNTED = {"status": 3, "biosphere": 1, "points without area": 1, "points with area": 1, "unknown year": 1}
PROTECTED = [SITES[0][0], shapely.box(82, 21, 82.5, 22), SITES[3][0]]
OECM = [shapely.box(82.5, 21, 83.5, 22)]


def km2(shapes):
    return areas_km2(np.array(shapes, dtype=object)).sum()


def old_columns(site, number):
    _, designation, status, year, protected, reported = site
    return {
        "WDPAID": float(number),
        "WDPA_PID": str(number),
        "PA_DEF": "1" if protected else "0",
        "NAME": f"Site {number}",
        "DESIG_ENG": designation,
        "IUCN_CAT": "II",
        "MARINE": "0",
        "REP_AREA": reported,
        "STATUS": status,
        "STATUS_YR": np.int32(year),
        "GOV_TYPE": "Not Reported",
        "PARENT_ISO3": "AAA",
        "ISO3": "AAA",
    }


def new_columns(site, number):
    renamed = {"WDPAID": "SITE_ID", "WDPA_PID": "SITE_PID", "NAME": "NAME_ENG", "PARENT_ISO3": "PRNT_ISO3"}
    row = {renamed.get(name, name): value for name, value in old_columns(site, number).items()}
    row["SITE_TYPE"] = "PA" if row.pop("PA_DEF") == "1" else "OECM"
    row["REALM"] = "Terrestrial" if row.pop("MARINE") == "0" else "Marine"
    return row


def layers(columns):
    """Return the two layers of a download: polygons, and points."""
    rows = [columns(site, number) for number, site in enumerate(SITES, 1)]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=[site[0] for site in SITES], crs="EPSG:4326")
    point = frame.geometry.geom_type == "Point"
    return frame[~point], frame[point]


def geodatabase(polygons, points, folder):
    path = folder / "WDPA_WDOECM_Nov2025_Public.gdb"
    polygons.to_file(path, layer="WDPA_WDOECM_poly", driver="OpenFileGDB")
    points.to_file(path, layer="WDPA_WDOECM_point", driver="OpenFileGDB")
    return path


def geodatabase_in_a_zip(polygons, points, folder):
    path = geodatabase(polygons, points, folder)
    shutil.make_archive(str(folder / "WDPA_gdb"), "zip", folder, path.name)
    shutil.rmtree(path)
    return folder / "WDPA_gdb.zip"


def geopackage(polygons, points, folder):
    path = folder / "WDPA.gpkg"
    polygons.to_file(path, layer="WDPA_poly")
    points.to_file(path, layer="WDPA_point")
    return path


def shapefile_parts(polygons, points, folder):
    """Polygons in three parts and points in one, each in a folder of its own; shapefiles hold ten letters of a name."""
    polygons, points = (frame.rename(columns={"PARENT_ISO3": "PARENT_ISO"}) for frame in (polygons, points))
    for part in range(3):
        place = folder / "download" / f"WDPA_shp_{part}"
        place.mkdir(parents=True)
        polygons.iloc[part::3].to_file(place / "WDPA_shp-polygons.shp")
    points.to_file(folder / "download" / "WDPA_shp_0" / "WDPA_shp-points.shp")
    return folder / "download"


def shapefile_parts_in_a_zip_of_zips(polygons, points, folder):
    download = shapefile_parts(polygons, points, folder)
    with zipfile.ZipFile(folder / "WDPA_shp.zip", "w") as archive:
        for place in sorted(download.iterdir()):
            inner = shutil.make_archive(str(folder / place.name), "zip", place)
            archive.write(inner, f"{place.name}.zip")
    shutil.rmtree(download)
    return folder / "WDPA_shp.zip"


CONTAINERS = [
    geodatabase,
    geodatabase_in_a_zip,
    geopackage,
    shapefile_parts,
    shapefile_parts_in_a_zip_of_zips,
]


@pytest.mark.parametrize("columns", [old_columns, new_columns], ids=["before-2025-11", "since-2025-11"])
@pytest.mark.parametrize("container", CONTAINERS, ids=lambda made: made.__name__)
def test_download_of_any_kind_and_schema_gives_the_figures_worked_by_hand(tmp_path, container, columns):
    path = container(*layers(columns), tmp_path)
    within, out, log = (tmp_path / name for name in ("country.geojson", "out.csv", "log.csv"))
    gpd.GeoDataFrame({"ISO3": ["AAA"]}, geometry=[shapely.box(80, 20, 90, 30)], crs="EPSG:4326").to_file(within)
    arguments = ["areas", "coverage", str(path), "--within", str(within), "--out", str(out), "--log", str(log)]
    assert run([*arguments, "--quiet"]) == 0
    last = pa_csv.read_csv(out).to_pylist()[-1]
    assert last["year"] == 2010
    assert last["protected_km2"] == pytest.approx(km2(PROTECTED) + 400.0, rel=1e-5)
    assert last["oecm_km2"] == pytest.approx(km2(OECM), rel=1e-9)
    assert last["unknown_year_km2"] == pytest.approx(km2([SITES[3][0]]), rel=1e-9)
    assert last["buffered_points_km2"] == pytest.approx(400.0, rel=1e-4)
    counted = {row["step"]: row["touched"] for row in pa_csv.read_csv(log).to_pylist() if row["touched"]}
    assert counted == COUNTED
