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
    return {step.step: step.touched for step in log if step.touched and step.step != "unknown year"}


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
        "heights": 1,
        "repaired": 2,
        "self-crossing": 2,
        "no area": 1,
        "copies": 1,
    }
    assert shapely.is_valid(kept.shapes).all()
    assert len(kept) == log[-1].after == 5
    assert kept.shapes[1].bounds == (85.0, 27.0, 100.0, 28.0)


BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
HOLE_OUTSIDE = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(3, 3), (4, 3), (4, 4), (3, 4)]])
SLIVER = shapely.box(10, 10, 10 + 1e-7, 10 + 1e-7)
WITH_HEIGHT = shapely.from_wkt("POLYGON Z ((10 0 9, 11 0 9, 11 1 9, 10 0 9))")
CASES = [
    # shape, the step that counts it, sites left, part of the area left [of the box 0..1 at the equator, or None]
    (BOW_TIE, "self-crossing", 1, 2.0),
    (HOLE_OUTSIDE, "holes outside", 1, 1.0),
    (SLIVER, "slivers", 0, None),
    (shapely.Polygon(), "no geometry", 0, None),
    (WITH_HEIGHT, "heights", 1, 0.5),
    (shapely.LineString([(0, 0), (1, 1)]), "no area", 0, None),
    (shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(0.5, 0, 1.5, 1)]), "self-crossing", 1, 1.5),
    (shapely.box(27, 95, 28, 96), "axes", 1, None),
    (shapely.box(359, 0, 360, 1), "date line", 1, 1.0),
    (shapely.box(1e6, 1e6, 2e6, 2e6), "outside the globe", 0, None),
]


@pytest.mark.parametrize(("shape", "step", "left", "part"), CASES, ids=[case[1] for case in CASES])
def test_each_kind_of_bad_shape_is_counted_once_and_measured(shape, step, left, part):
    good = shapely.box(50, 0, 51, 1)
    kept, log = clean(read_sites(layer([shape, good], STATUS_YR=[2000, 2000])))
    assert {entry.step: entry.touched for entry in log}[step] == 1
    assert len(kept) == left + 1
    if part is not None:
        assert areas_km2(kept.shapes[:1])[0] == pytest.approx(part * areas_km2(np.array([good]))[0], rel=1e-3)


def test_clean_layer_leaves_every_count_at_zero():
    _, log = clean(read_sites(layer(shifted(3), STATUS_YR=[1990, 2000, 2010])))
    assert {step.touched for step in log} == {0}
    assert {step.change_km2 for step in log} == {0.0}


def test_years_of_zero_are_counted_and_kept():
    kept, log = clean(read_sites(layer(shifted(4), STATUS_YR=[0, 1990, 0, 2000])))
    assert log[-1].step == "unknown year"
    assert (log[-1].touched, len(kept)) == (2, 4)


def test_thousands_of_copies_are_left_out_and_counted_but_other_years_stay():
    years = [2000] * 4999 + [2001]
    kept, log = clean(read_sites(layer([BOX] * 5000, STATUS_YR=years)))
    assert kept.year.tolist() == [2000, 2001]
    assert touched(log) == {"copies": 4998}
    assert len(clean(read_sites(layer([BOX] * 5000, STATUS_YR=years)), Options(copies=True))[0]) == 5000


def test_proposed_sites_count_only_on_request():
    sites = read_sites(layer(shifted(2), STATUS=["Designated", "Proposed"]))
    assert clean(sites)[0].status == ("Designated",)
    assert clean(sites, Options(proposed=True))[0].status == ("Designated", "Proposed")


def test_log_counts_without_a_gap():
    kept, log = clean(read_sites(layer(shifted(5), STATUS=["Designated"] * 4 + ["Proposed"])))
    assert [step.before for step in log[1:]] == [step.after for step in log[:-1]]
    assert log_table(log).column("sites_after").to_pylist()[-1] == len(kept)


def million_points():
    """A star of a million points whose area is known: the outline zigzags about a square, as much out as in."""
    side = np.linspace(0, 1, 250_001)[:-1]
    teeth = np.where(np.arange(side.size) % 2, 2e-7, -2e-7)
    south = np.column_stack([80 + side, 20 + teeth])
    east = np.column_stack([81 + teeth, 20 + side])
    north = np.column_stack([81 - side, 21 + teeth])
    west = np.column_stack([80 + teeth, 21 - side])
    return shapely.Polygon(np.concatenate([south, east, north, west])), shapely.box(80, 20, 81, 21)


def test_shape_of_a_million_points_keeps_its_points_and_its_area():
    outline, square = million_points()
    assert shapely.get_num_coordinates(outline) == 1_000_001
    kept, log = clean(read_sites(layer([outline])))
    assert len(kept) == 1
    assert areas_km2(kept.shapes)[0] == pytest.approx(areas_km2(np.array([square]))[0], rel=1e-6)
    if not touched(log):
        assert shapely.get_num_coordinates(kept.shapes[0]) == 1_000_001


def test_shape_of_a_million_points_that_crosses_itself_is_rebuilt_and_counted():
    outline, square = million_points()
    points = shapely.get_coordinates(outline)
    points[[1000, 1003]] = points[[1003, 1000]]
    kept, log = clean(read_sites(layer([shapely.Polygon(points)])))
    assert touched(log) == {"repaired": 1, "self-crossing": 1}
    assert 0 < areas_km2(kept.shapes)[0] <= areas_km2(np.array([square]))[0] * (1 + 1e-6)
