"""Layers as people and Protected Planet hand them out: each form is written here and read for real."""

import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely

from biosetu.areas import read_sites
from biosetu.engine.vectors import crs_was_assumed, geometries, read_layer, read_layers
from biosetu.problems import DataError

POLYGONS = [shapely.box(84, 28, 85, 29), shapely.box(86, 27, 87, 28)]
POINTS = [shapely.Point(88, 27)]
OLD = {"WDPAID": [1.0, 2.0], "PA_DEF": ["1", "0"], "MARINE": ["0", "0"], "PARENT_ISO3": ["NPL", "NPL"]}
NEW = {"SITE_ID": [1.0, 2.0], "SITE_TYPE": ["PA", "OECM"], "REALM": ["Terrestrial"] * 2, "PRNT_ISO3": ["NPL", "NPL"]}
BOTH = {
    "DESIG_ENG": ["National Park", "Community Forest"],
    "STATUS": ["Designated", "Established"],
    "STATUS_YR": [1990, 0],
    "IUCN_CAT": ["II", "Not Applicable"],
    "GOV_TYPE": ["Federal or national ministry or agency", "Local communities"],
    "REP_AREA": [10.0, 20.0],
}
SCHEMAS = {"before November 2025": OLD, "since November 2025": NEW}


def frames(schema):
    polygons = gpd.GeoDataFrame(SCHEMAS[schema] | BOTH, geometry=POLYGONS, crs="EPSG:4326")
    points = gpd.GeoDataFrame(polygons.drop(columns="geometry").iloc[:1], geometry=POINTS, crs="EPSG:4326")
    return polygons, points


def zipped(path, *inside):
    with zipfile.ZipFile(path, "w") as archive:
        for file in inside:
            archive.write(file, file.name)
    return path


def geodatabase(folder, schema):
    path = folder / "WDPA_Nov2025_Public.gdb"
    for name, frame in zip(("WDPA_poly_Nov2025", "WDPA_point_Nov2025"), frames(schema), strict=True):
        frame.to_file(path, driver="OpenFileGDB", layer=name, promote_to_multi=True)
    return path


def zipped_geodatabase(folder, schema):
    path = geodatabase(folder, schema)
    with zipfile.ZipFile(folder / "WDPA_Nov2025_Public.zip", "w") as archive:
        for file in path.iterdir():
            archive.write(file, f"{path.name}/{file.name}")
    return folder / "WDPA_Nov2025_Public.zip"


def geopackage(folder, schema):
    for name, frame in zip(("poly", "point"), frames(schema), strict=True):
        frame.to_file(folder / "WDPA.gpkg", layer=name)
    return folder / "WDPA.gpkg"


def shapefile_parts(folder, schema):
    parts = folder / "WDPA_Nov2025_Public_shp"
    for number in range(2):
        for name, frame in zip(("polygons", "points"), frames(schema), strict=True):
            part = parts / f"shp_{number}"
            part.mkdir(parents=True, exist_ok=True)
            frame.iloc[number : number + 1].to_file(part / f"WDPA-shapefile-{name}.shp")
    return parts


def zips_in_a_zip(folder, schema):
    parts = shapefile_parts(folder, schema)
    inner = [zipped(folder / f"WDPA_shp_{k}.zip", *(parts / f"shp_{k}").iterdir()) for k in range(2)]
    return zipped(folder / "WDPA_Nov2025_Public_shp.zip", *inner)


FORMS = (geodatabase, zipped_geodatabase, geopackage, shapefile_parts, zips_in_a_zip)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_of_the_wdpa_reads_the_same(tmp_path, form, schema):
    parts = [read_sites(table) for table in read_layers(form(tmp_path, schema)) if table.num_rows]
    found = sorted(
        (float(site), bool(oecm), int(year), status, governance, area, shape.geom_type.removeprefix("Multi"))
        for part in parts
        for site, oecm, year, status, governance, area, shape in zip(
            part.site, part.oecm, part.year, part.status, part.governance, part.reported_km2, part.shapes, strict=True
        )
    )
    federal = BOTH["GOV_TYPE"][0]
    assert found == [
        (1.0, False, 1990, "Designated", federal, 10.0, "Point"),
        (1.0, False, 1990, "Designated", federal, 10.0, "Polygon"),
        (2.0, True, 0, "Established", "Local communities", 20.0, "Polygon"),
    ]


def test_projected_layer_comes_in_degrees(tmp_path):
    gpd.GeoDataFrame({"a": [1]}, geometry=POLYGONS[:1], crs="EPSG:4326").to_crs("EPSG:32645").to_file(
        tmp_path / "utm.gpkg"
    )
    shape = geometries(read_layer(tmp_path / "utm.gpkg"))[0]
    assert shapely.hausdorff_distance(shape, POLYGONS[0]) < 1e-7


def test_layer_without_crs_says_that_it_was_assumed(tmp_path):
    gpd.GeoDataFrame({"a": [1]}, geometry=POLYGONS[:1], crs="EPSG:4326").to_file(tmp_path / "told.shp")
    for suffix in (".shp", ".shx", ".dbf"):
        (tmp_path / f"bare{suffix}").write_bytes((tmp_path / f"told{suffix}").read_bytes())
    assert not crs_was_assumed(read_layers(tmp_path / "told.shp")[0])
    assert crs_was_assumed(read_layers(tmp_path / "bare.shp")[0])


def test_points_of_a_table_are_read_and_a_row_without_place_has_none(tmp_path):
    table = tmp_path / "register.csv"
    table.write_text('name,Latitude,Longitude,area\nRara,"29,5",82.1,106\nunknown,,,5\n', encoding="utf-8")
    layer = read_layer(table)
    shapes = geometries(layer)
    assert (shapes[0].x, shapes[0].y) == (82.1, 29.5)
    assert shapes[1] is None
    assert layer.column("area").to_pylist() == [106, 5]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("broken.zip", b"PK\x03\x04 no zip", "format"),
        ("broken.gpkg", b"nothing", "format"),
        ("broken.parquet", b"nothing", "format"),
        ("plain.csv", b"name,area\nRara,106\n", "column"),
    ],
)
def test_what_cannot_be_read_is_the_users_error(tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_layers(tmp_path / name)
    assert caught.value.problems[0].code == code


def test_file_of_tables_without_geometry_is_refused(tmp_path):
    import pyogrio

    plain = gpd.GeoDataFrame({"a": [1]}, geometry=POLYGONS[:1], crs="EPSG:4326").drop(columns="geometry")
    pyogrio.write_dataframe(plain, tmp_path / "tables.gpkg", layer="source")
    with pytest.raises(DataError, match="no layer with points or polygons"):
        read_layers(tmp_path / "tables.gpkg")


def test_archive_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    from biosetu.engine import vectors

    monkeypatch.setattr(vectors, "LARGEST_UNPACKED", 1000)
    (tmp_path / "big.shp").write_bytes(b"0" * 2000)
    with pytest.raises(DataError, match="too large"):
        read_layers(zipped(tmp_path / "big.zip", tmp_path / "big.shp"))


def test_missing_shapes_stay_missing(tmp_path):
    gpd.GeoDataFrame({"a": [1, 2]}, geometry=[POLYGONS[0], None], crs="EPSG:4326").to_file(tmp_path / "some.gpkg")
    shapes = geometries(read_layer(tmp_path / "some.gpkg"))
    assert np.array([shape is None for shape in shapes]).tolist() == [False, True]
