"""Country maps: joined by code, safe across the date line, small islands seen, disputed lines dashed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import biosetu.figures
from biosetu.figures import Topology, breadth_km, country_map, disclaimer, read_geojson, read_topology
from biosetu.figures.countrymap import Projection, areas_of, disputed
from biosetu.figures.topology import Feature, from_polygons
from biosetu.translation import Voice

ATLAS = Path(biosetu.figures.__file__).parent / "vendor" / "countries-50m.json"


@pytest.fixture(scope="module")
def world() -> Topology:
    if not ATLAS.exists():
        pytest.skip("the outlines of world-atlas are not installed (python scripts/frontend.py)")
    return read_topology(ATLAS)


def _square(lon: float, lat: float, half: float) -> np.ndarray:
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return np.array([(lon + x, lat + y) for x, y in corners])


def _home_extent(svg: str) -> tuple[float, float]:
    """Return width and height of the Party on the page."""
    data = re.search(r'<path d="([^"]*)" class="home"', svg)
    assert data
    xs, ys = [], []
    for ring in data.group(1).split("M")[1:]:
        x, y = map(float, ring.split("l")[0].rstrip("z").split())
        for step in ring.rstrip("z").split("l")[1:]:
            dx, dy = map(float, step.split())
            x, y = x + dx, y + dy
            xs.append(x)
            ys.append(y)
    return max(xs) - min(xs), max(ys) - min(ys)


@given(st.floats(-180, 180), st.floats(-80, 80), st.floats(-179, 179), st.floats(-80, 80))
def test_projection_is_undone_by_its_inverse(lon0: float, lat0: float, lon: float, lat: float) -> None:
    projection = Projection(lon0, lat0)
    x, y = projection(np.array([[lon, lat]]))[0]
    phi, phi0, lam = np.radians([lat, lat0, lon - lon0])
    if np.sin(phi) * np.sin(phi0) + np.cos(phi) * np.cos(phi0) * np.cos(lam) > -0.99:
        back_lon, back_lat = projection.inverse(float(x), float(y))
        assert abs(back_lat - lat) < 1e-5
        assert abs((back_lon - lon + 180) % 360 - 180) * np.cos(np.radians(lat)) < 1e-4


def test_projection_keeps_areas_equal() -> None:
    projection = Projection(80, 10)
    areas = []
    for lon, lat in ((80, 10), (100, 30)):
        ring = projection(_square(lon, lat, 0.05))
        x, y = ring[:, 0], ring[:, 1]
        areas.append(abs((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2 / np.cos(np.radians(lat)))
    assert areas[0] == pytest.approx(areas[1], rel=1e-3)


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 0.0), (180.0, -17.0), (-179.9, 65.0)])
def test_country_across_the_date_line_is_drawn_in_one_piece(lon: float, lat: float) -> None:
    """Two halves that meet at the date line fill the map as one country away from it does."""
    east, west = _square(lon, lat, 2), _square(lon, lat, 2)
    east[:, 0], west[:, 0] = east[:, 0] - 2, west[:, 0] + 2
    halves = [[(ring + 0)] for ring in (east, west)]
    for (ring,) in halves:
        ring[:, 0] = (ring[:, 0] + 540) % 360 - 180 if ring[:, 0].max() > 181 or ring[:, 0].min() < -181 else ring[:, 0]
    svg = country_map(from_polygons(halves, "001"), "001", Voice(), key="m", title="t")
    width, height = _home_extent(svg)
    assert 0.6 * 440 < max(width, height) < 440


@pytest.mark.parametrize("code", ["242", "643"])
def test_fiji_and_russia_fill_their_map(world: Topology, code: str) -> None:
    svg = country_map(world, code, Voice(), key="m", title="t")
    assert max(_home_extent(svg)) > 100
    assert not re.search(r'class="land"[^>]*/><path d="M-2 -2', svg)


def test_map_names_nothing_but_the_scale(world: Topology) -> None:
    svg = country_map(world, "524", Voice(), key="m", title="Map of Nepal")
    assert re.findall(r"<text[^>]*>([^<]*)</text>", svg) == ["200 km"]


@pytest.mark.parametrize("code", ["144", "050", "524", "400", "462", "356", "702"])
def test_map_stays_a_few_kilobytes(world: Topology, code: str) -> None:
    assert len(country_map(world, code, Voice(), key="m", title="t")) < 25_000


def test_islands_too_small_to_see_get_a_dot(world: Topology) -> None:
    assert country_map(world, "242", Voice(), key="m", title="t").count('class="islet"') > 3


def test_disputed_boundaries_are_dashed_and_settled_ones_are_not(world: Topology) -> None:
    assert 'class="border-disputed"' in country_map(world, "356", Voice(), key="m", title="India")
    assert 'class="border-disputed"' not in country_map(world, "144", Voice(), key="m", title="Sri Lanka")


@pytest.mark.parametrize(("code", "dashed"), [("", True), ("999", False)])
def test_boundary_with_an_area_without_code_is_dashed(code: str, dashed: bool) -> None:
    shared = np.array([(1.0, 0.0), (1.0, 1.0)])
    west = np.array([(1.0, 1.0), (0.0, 1.0), (0.0, 0.0), (1.0, 0.0)])
    east = np.array([(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)])
    features = (Feature("001", (((0, 1),),)), Feature(code, (((2, ~0),),)))
    svg = country_map(Topology((shared, west, east), features), "001", Voice(), key="m", title="t")
    assert ("border-disputed" in svg) is dashed


def test_own_layer_replaces_the_default(world: Topology, tmp_path: Path) -> None:
    path = tmp_path / "own.geojson"
    ring = _square(80, 7, 3).tolist()
    path.write_text(
        json.dumps({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    )
    svg = country_map(world, "144", Voice(), key="m", title="t", own=read_geojson(path, "144"))
    width, height = _home_extent(svg)
    assert width == pytest.approx(height, rel=0.05)


def test_geojson_without_polygon_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(ValueError, match="no polygon"):
        read_geojson(path, "001")


def test_unknown_area_has_no_map(world: Topology) -> None:
    assert country_map(world, "999", Voice(), key="m", title="t") == ""
    assert country_map(world, "", Voice(), key="m", title="t") == ""
    assert breadth_km(world, "999") == float("inf")


def test_breadth_tells_small_from_large(world: Topology) -> None:
    assert breadth_km(world, "048") < 200 < 1500 < breadth_km(world, "356")


def test_disputed_table_names_codes_of_the_atlas(world: Topology) -> None:
    known = {feature.code for feature in world.features}
    assert {code for pair in disputed() for code in pair} <= known
    assert areas_of("156") <= known


def test_disclaimer_is_said_in_both_languages() -> None:
    assert "no opinion on the legal status" in disclaimer(Voice())
    assert "المركز القانوني" in disclaimer(Voice("ar"))
