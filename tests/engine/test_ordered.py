import numpy as np
import pytest
import shapely
from tests.areas.test_coverage import disc, sites_of

from biosetu.areas import Zone, zone_growth
from biosetu.engine.ordered import ordered, threads
from biosetu.problems import Cancelled


def test_threads_keep_the_order_of_parts():
    with threads(3) as run:
        assert list(run(lambda k: k * k, range(50))) == [k * k for k in range(50)]


def test_error_in_a_part_is_passed_on():
    def work(k):
        if k == 5:
            raise Cancelled
        return k

    with threads(2) as run, pytest.raises(Cancelled):
        list(run(work, range(50)))


def test_parts_are_made_only_a_little_ahead():
    made = []

    def parts():
        for k in range(100):
            made.append(k)
            yield k

    with threads(1) as run:
        first = next(run(lambda k: k, parts()))
    assert first == 0
    assert len(made) <= 5


def test_dask_gives_the_same_coverage_to_the_bit():
    distributed = pytest.importorskip("distributed")
    random = np.random.default_rng(4)
    zone = Zone("AAA", "land", shapely.box(0, 0, 10, 10))
    sites = sites_of([(shapely.segmentize(disc(random, 1, 2), 0.004), 1990 + k % 9, "PA") for k in range(40)])
    plain = zone_growth(sites, zone)
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**options, protocol="tcp") as local, ordered(local.scheduler_address) as run:
        there = zone_growth(sites, zone, run)
    assert there.protected_km2.tolist() == plain.protected_km2.tolist()
