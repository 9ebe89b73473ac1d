import itertools
import math

import numpy as np
import pytest
import shapely
from tests.areas.test_coverage import sites_of

from biosetu.areas import Links, Network, connectivity_table, longest_link_km, network_of, protconn
from biosetu.areas import connectivity as room
from biosetu.geo.area import areas_km2
from biosetu.geo.shapes import within_date_line


def random_network(seed, nodes=9, width=60.0, outside=0):
    random = np.random.default_rng(seed)
    places = random.uniform(0, width, (nodes, 2))
    first, second = np.array(list(itertools.combinations(range(nodes), 2))).T
    distance = np.maximum(np.hypot(*(places[first] - places[second]).T), 0.01)
    area = random.uniform(1, 100, nodes)
    area[:outside] = 0
    return Network(area, Links(first, second, distance), area[area > 0], 5000.0)


def by_definition(network, median, kept=None):
    """Most probable path over every order of nodes, link by link (Saura et al. 2017, eq. 1)."""
    nodes = network.area.size
    kept = np.ones(nodes, bool) if kept is None else kept
    direct = np.zeros((nodes, nodes))
    for i, j, d in zip(network.links.first, network.links.second, network.links.distance_km, strict=True):
        p = math.exp(math.log(0.5) * d / median)
        if p >= 0.01 and kept[i] and kept[j]:
            direct[i, j] = direct[j, i] = p
    best = np.maximum(direct, np.eye(nodes))
    for k in range(nodes):
        best = np.maximum(best, best[:, [k]] * best[[k], :])
    area = np.where(kept, network.area, 0)
    return math.sqrt(area @ best @ area)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("median", [1.0, 10.0, 30.0])
def test_protconn_equals_the_definition(seed, median):
    network = random_network(seed, outside=seed % 3)
    found = protconn(network, median)
    whole = by_definition(network, median)
    own = by_definition(network, median, network.area > 0)
    assert found["protconn_percent"] == pytest.approx(100 * whole / 5000.0, rel=1e-12)
    assert found["fraction_trans"] == pytest.approx(100 * (whole - own) / whole, abs=1e-9)
    assert found["protected_percent"] == pytest.approx(100 * network.area.sum() / 5000.0)
    assert found["error_percent"] == 0.0


def test_two_areas_by_hand():
    links = Links(np.array([0]), np.array([1]), np.array([10.0]))
    network = Network(np.array([30.0, 40.0]), links, np.array([30.0, 40.0]), 1000.0)
    found = protconn(network, 10.0)
    eca = math.sqrt(30**2 + 40**2 + 2 * 30 * 40 * 0.5)
    assert found["protconn_percent"] == pytest.approx(100 * eca / 1000)
    assert found["relconn_percent"] == pytest.approx(100 * eca / 70)
    assert found["fraction_prot"] == pytest.approx(100 * 50 / eca)
    assert found["fraction_unprot"] == pytest.approx(100 - 100 * 50 / eca)


def test_stepping_stone_outside_joins_without_weight():
    links = Links(np.array([0, 1]), np.array([1, 2]), np.array([10.0, 10.0]))
    network = Network(np.array([50.0, 0.0, 50.0]), links, np.array([50.0, 50.0]), 1000.0)
    found = protconn(network, 10.0)
    joined, apart = math.sqrt(5000 + 2 * 2500 * 0.25), math.sqrt(5000)
    assert found["protconn_percent"] == pytest.approx(100 * joined / 1000)
    assert found["fraction_trans"] == pytest.approx(100 * (joined - apart) / joined)


@pytest.mark.parametrize("unit", [1e6, 100.0, 1.0])
def test_measures_do_not_depend_on_the_unit_of_area(unit):
    network = random_network(3, outside=2)
    scaled = Network(network.area * unit, network.links, network.single * unit, network.country * unit)
    first, second = protconn(network, 10.0), protconn(scaled, 10.0)
    assert [second[name] for name in room.MEASURES] == pytest.approx([first[name] for name in room.MEASURES], rel=1e-12)


def test_fractions_add_up_to_the_whole():
    for seed in range(5):
        found = protconn(random_network(seed, outside=2), 10.0)
        parts = found["fraction_prot"] + found["fraction_trans"] + found["fraction_unprot"]
        assert parts == pytest.approx(100.0)
        assert found["fraction_within"] + found["fraction_contig"] == pytest.approx(found["fraction_prot"])
        assert found["protconn_percent"] + found["protunconn_percent"] == pytest.approx(found["protected_percent"])


def test_large_sets_stay_within_the_error_told(monkeypatch):
    network = random_network(1, nodes=300, width=400.0)
    exact = protconn(network, 10.0)
    monkeypatch.setattr(room, "EXACT_NODES", 10)
    near = protconn(network, 10.0)
    assert 0 <= exact["protconn_percent"] - near["protconn_percent"] <= near["error_percent"]
    assert near["error_percent"] == pytest.approx(1e-4 * near["protconn_percent"])


def test_nothing_protected_is_zero():
    empty = np.empty(0, np.int64)
    found = protconn(Network(np.zeros(0), Links(empty, empty, np.empty(0)), np.zeros(0), 10.0), 10.0)
    assert found["protconn_percent"] == 0.0


COUNTRY = shapely.box(0, 0, 2, 2)


def test_touching_sites_become_one_node_and_the_border_site_keeps_its_part():
    sites = sites_of(
        [
            (shapely.box(0.2, 0.2, 0.4, 0.4), 2000, "PA"),
            (shapely.box(0.4, 0.2, 0.6, 0.4), 2000, "PA"),
            (shapely.box(1.9, 1.0, 2.1, 1.2), 2000, "PA"),
            (shapely.box(2.2, 1.0, 2.3, 1.2), 2000, "PA"),
            (shapely.box(9.0, 1.0, 9.3, 1.2), 2000, "PA"),
        ]
    )
    network = network_of(sites, COUNTRY, longest_link_km(10.0))
    own = areas_km2(np.array([shapely.box(0.2, 0.2, 0.6, 0.4), shapely.box(1.9, 1.0, 2.0, 1.2)]))
    assert sorted(network.area.tolist()) == pytest.approx([0.0, *sorted(own)])
    assert network.single.size == 3


def test_distances_are_geodesic_from_edge_to_edge():
    sites = sites_of([(shapely.box(0.0, 0.0, 0.1, 1.0), 2000, "PA"), (shapely.box(0.3, 0.0, 0.4, 1.0), 2000, "PA")])
    network = network_of(sites, COUNTRY, 60.0)
    assert network.links.distance_km[0] == pytest.approx(22.2605, abs=0.01)  # 0.2° along a parallel, at 0° to 1°


def test_country_over_the_date_line_is_connected_as_the_same_country_elsewhere():
    def moved(boxes, by):
        return [(shapely.box(west + by, south, east + by, north), 2000, "PA") for west, south, east, north in boxes]

    boxes = [(9.6, 0.2, 9.8, 0.4), (9.9, 0.2, 10.1, 0.4), (10.3, 0.2, 10.4, 0.6), (9.85, 0.9, 9.95, 1.0)]
    here = moved(boxes, 0.0)
    over = within_date_line(np.array([shape for shape, *_ in moved(boxes, 170.0)], dtype=object))[0]
    there = [(shape, 2000, "PA") for shape in over]
    country, island = shapely.box(9, 0, 11, 2), shapely.box(179, 0, 181, 2)
    split = within_date_line(np.array([island], dtype=object))[0][0]
    expected = protconn(network_of(sites_of(here), country, longest_link_km(10.0)), 10.0)
    found = protconn(network_of(sites_of(there), split, longest_link_km(10.0)), 10.0)
    assert found["protconn_percent"] == pytest.approx(expected["protconn_percent"], rel=1e-6)
    assert found["fraction_unprot"] == pytest.approx(expected["fraction_unprot"], rel=1e-5)


def test_table_has_a_row_for_each_distance():
    table = connectivity_table("AAA", random_network(1), (1.0, 10.0, 100.0))
    assert table.column("distance_km").to_pylist() == [1.0, 10.0, 100.0]
    values = table.column("protconn_percent").to_pylist()
    assert values == sorted(values)
