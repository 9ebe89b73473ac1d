import numpy as np
import pyarrow as pa
import pytest
import shapely

from biosetu.areas import Options, clean, log_table, read_sites
from biosetu.geo.area import areas_km2

BOX = shapely.box(80, 20, 81, 21)


def layer(shapes, **columns):
    wkb = [None if shape is None else shapely.to_wkb(shape) for shape in shapes]
    return pa.table({**columns, "geometry": pa.array(wkb, pa.binary())})


def touched(log):
    return {step.step: step.touched for step in log if step.touched}


def shifted(count):
    return [shapely.box(k, 0, k + 0.5, 0.5) for k in range(count)]


def test_status_keeps_what_protected_planet_keeps():
    status = ["Designated", "Inscribed", "Established", "Adopted", "Proposed", "Not Reported", ""]
    sites = read_sites(layer(shifted(7), STATUS=status))
    kept, log = clean(sites)
    assert kept.status == ("Designated", "Inscribed", "Established", "")
    assert touched(log) == {"status": 3}
    assert len(clean(sites, Options(adopted=True))[0]) == 5


def test_biosphere_reserves_are_left_out_unless_asked_for():
    sites = read_sites(layer(shifted(2), DESIG_ENG=["UNESCO-MAB Biosphere Reserve", "National Park"]))
    assert clean(sites)[0].designation == ("National Park",)
    assert len(clean(sites, Options(biosphere=True))[0]) == 2


def test_points_get_their_reported_area_or_are_left_out():
    shapes = [shapely.Point(80, 20), shapely.Point(82, 20), shapely.MultiPoint([(84, 20), (85, 20)])]
    kept, log = clean(read_sites(layer(shapes, REP_AREA=[100.0, 0.0, 50.0])))
    assert touched(log) == {"points without area": 1, "points with area": 2}
    assert areas_km2(kept.shapes) == pytest.approx([100.0, 50.0], rel=1e-4)
    assert kept.buffered.tolist() == [True, True]
    assert len(clean(read_sites(layer(shapes, REP_AREA=[100.0, 0.0, 50.0])), Options(points=False))[0]) == 0


def test_old_and_new_schema_read_the_same():
    old = layer(
        [BOX, BOX],
        WDPAID=[1.0, 2.0],
        PA_DEF=["1", "0"],
        MARINE=["0", "2"],
        STATUS_YR=[1990, 0],
        PARENT_ISO3=["NPL"] * 2,
    )
    new = layer(
        [BOX, BOX],
        SITE_ID=[1.0, 2.0],
        SITE_TYPE=["PA", "OECM"],
        REALM=["t", "m"],
        STATUS_YR=[1990, 0],
        PRNT_ISO3=["NPL"] * 2,
    )
    first, second = read_sites(old), read_sites(new)
    assert first.oecm.tolist() == second.oecm.tolist() == [False, True]
    assert first.site == second.site
    assert first.year.tolist() == second.year.tolist() == [1990, 0]


def test_years_in_many_forms_are_read():
    years = ["1990", "1990.0", "2003-09-10", "", "0", "n/a", "99999"]
    assert read_sites(layer([BOX] * 7, STATUS_YR=years)).year.tolist() == [1990, 1990, 2003, 0, 0, 0, 0]


def test_own_column_can_be_named():
    sites = read_sites(layer([BOX], gazetted=["1976"]), {"year": "gazetted"})
    assert sites.year.tolist() == [1976]


def test_bad_shapes_are_handled_and_counted():
    shapes = [
        None,
        shapely.Polygon(),
        shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]),
        shapely.Polygon([(5, 0), (6, 0), (7, 0)]),
        shapely.box(27, 85, 28, 100),
        shapely.box(500, 500, 501, 501),
        shapely.box(179, 0, 181, 1),
        shapely.from_wkt("POLYGON Z ((10 0 9, 11 0 9, 11 1 9, 10 0 9))"),
        shapely.box(20, 0, 21, 1),
        shapely.box(20, 0, 21, 1),
    ]
    kept, log = clean(read_sites(layer(shapes)))
    assert touched(log) == {
        "no geometry": 2,
        "axes": 1,
        "outside the globe": 1,
        "date line": 1,
        "repaired": 2,
        "no area": 1,
        "copies": 1,
    }
    assert shapely.is_valid(kept.shapes).all()
    assert len(kept) == log[-1].after == 5
    assert kept.shapes[1].bounds == (85.0, 27.0, 100.0, 28.0)


def test_log_counts_without_a_gap():
    kept, log = clean(read_sites(layer(shifted(5), STATUS=["Designated"] * 4 + ["Proposed"])))
    assert [step.before for step in log[1:]] == [step.after for step in log[:-1]]
    assert log_table(log).column("sites_after").to_pylist()[-1] == len(kept)


def test_shape_of_a_million_points_is_read():
    circle = shapely.segmentize(shapely.Point(80, 20).buffer(0.5), 3.2e-6)
    assert shapely.get_num_coordinates(circle) > 900_000
    kept, _ = clean(read_sites(layer([circle])))
    assert np.isfinite(areas_km2(kept.shapes)).all()
