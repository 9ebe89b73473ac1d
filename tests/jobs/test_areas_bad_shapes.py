"""Bad polygons of every kind at once through `areas coverage`: each handled, each counted in the log."""

import geopandas as gpd
import numpy as np
import pyarrow.csv as pa_csv
import pytest
import shapely

from biosetu.cli.main import run
from biosetu.geo.area import areas_km2

COUNTRY = shapely.box(80, 20, 90, 30)
GOOD = shapely.box(81, 21, 82, 22)
BOW_TIE = shapely.Polygon([(83, 21), (84, 22), (84, 21), (83, 22)])
HOLE_OUTSIDE = shapely.Polygon(
    shapely.box(85, 21, 86, 22).exterior.coords, [shapely.box(87, 21, 88, 22).exterior.coords]
)
SLIVER = shapely.box(89, 21, 89.000001, 21.000001)
FLAT = shapely.Polygon([(81, 23), (82, 23), (81.5, 23)])
HIGH = shapely.force_3d(shapely.box(83, 23, 84, 24), 500.0)
SWAPPED = shapely.box(24, 112, 25, 113)  # latitude 112 can be none
COPY = shapely.box(85, 23, 86, 24)


def ring(points):
    """A square whose outline has so many points."""
    return shapely.segmentize(shapely.box(87, 25, 88, 26), 4 / points)


def many(tmp_path, shapes, years=None, crs="EPSG:4326"):
    path = tmp_path / "register.gpkg"
    columns = {"STATUS_YR": years or [2000] * len(shapes), "STATUS": ["Designated"] * len(shapes)}
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return path


def covered(tmp_path, sites, country=COUNTRY):
    within, out, log = tmp_path / "country.gpkg", tmp_path / "out.csv", tmp_path / "log.csv"
    gpd.GeoDataFrame({"ISO3": ["AAA"]}, geometry=[country], crs="EPSG:4326").to_file(within)
    arguments = ["areas", "coverage", str(sites), "--within", str(within), "--out", str(out), "--log", str(log)]
    code = run([*arguments, "--quiet"])
    if code:
        return code, {}, {}
    counted = {row["step"]: row["touched"] for row in pa_csv.read_csv(log).to_pylist() if row["touched"]}
    return code, pa_csv.read_csv(out).to_pylist()[-1], counted


def test_every_kind_of_bad_shape_at_once_is_handled_and_counted(tmp_path):
    shapes = [GOOD, BOW_TIE, HOLE_OUTSIDE, SLIVER, FLAT, HIGH, None, shapely.Polygon(), *[COPY] * 2000, ring(100_000)]
    years = [2000, 0, 2001, 2002, 2003, 2004, 2005, 2006, *[2007] * 2000, 0]
    code, row, counted = covered(tmp_path, many(tmp_path, shapes, years))
    assert code == 0
    halves = [shapely.Polygon([(83, 21), (83.5, 21.5), (83, 22)]), shapely.Polygon([(84, 21), (83.5, 21.5), (84, 22)])]
    whole = [GOOD, *halves, shapely.box(85, 21, 86, 22), shapely.force_2d(HIGH), COPY, shapely.box(87, 25, 88, 26)]
    assert row["protected_km2"] == pytest.approx(areas_km2(np.array(whole)).sum(), rel=1e-8)
    assert row["unknown_year_km2"] == pytest.approx(areas_km2(np.array([*halves, whole[-1]])).sum(), rel=1e-8)
    assert counted == {
        "no geometry": 2,
        "heights": 1,
        "repaired": 3,
        "self-crossing": 2,  # the bow-tie, and the flat triangle, whose sides lie on each other
        "holes outside": 1,
        "no area": 1,
        "slivers": 1,
        "copies": 1999,
        "unknown year": 2,
    }


def test_shape_with_impossible_latitudes_is_turned_and_counted(tmp_path):
    code, row, counted = covered(tmp_path, many(tmp_path, [SWAPPED]), shapely.box(110, 20, 115, 30))
    assert code == 0
    assert counted == {"axes": 1}
    assert row["protected_km2"] == pytest.approx(areas_km2(np.array([shapely.box(112, 24, 113, 25)]))[0], rel=1e-9)


@pytest.mark.parametrize("shape", [shapely.box(21, 81, 22, 82), shapely.box(600_000, 2_300_000, 700_000, 2_400_000)])
def test_swapped_axes_or_metres_far_from_the_country_are_an_error_not_nought(tmp_path, capfd, shape):
    code, _, _ = covered(tmp_path, many(tmp_path, [shape]))
    assert code == 1
    assert "swap-axes" in (said := capfd.readouterr().err) or "a_srs" in said
    assert not (tmp_path / "out.csv").exists()


def test_wrong_system_is_brought_over(tmp_path):
    mercator = gpd.GeoSeries([shapely.segmentize(GOOD, 0.01)], crs="EPSG:4326").to_crs("EPSG:3857").tolist()
    _, row, _ = covered(tmp_path, many(tmp_path, mercator, crs="EPSG:3857"))
    assert row["protected_km2"] == pytest.approx(areas_km2(np.array([GOOD]))[0], rel=1e-9)
