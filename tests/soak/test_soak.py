"""Large or random for long: `make soak`. Each asks the same as a quick test, of many more cases."""

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from biosetu.cooperation import assign
from biosetu.geo.hull import hull_area_km2

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]


def test_hull_areas_agree_with_geographiclib_over_two_thousand_random_sets():
    random = np.random.default_rng(11)
    for _ in range(2000):
        centre, spread = random.uniform(-89, 89), 10 ** random.uniform(-2, 1.3)
        latitudes = np.clip(random.normal(centre, spread, 3), -89.9, 89.9)
        longitudes = random.uniform(-180, 180) + random.normal(0, spread, 3)
        longitudes = (longitudes + 180) % 360 - 180
        polygon = Geodesic.WGS84.Polygon()
        for latitude, longitude in zip(latitudes, longitudes, strict=True):
            polygon.AddPoint(latitude, longitude)
        expected = abs(polygon.Compute(False, True)[2]) / 1e6
        assert hull_area_km2(longitudes, latitudes) == pytest.approx(expected, rel=5e-4, abs=1e-6)


def test_assignment_of_many_random_problems_stays_within_its_proven_bound():
    random = np.random.default_rng(12)
    for _ in range(300):
        requests, providers = random.integers(2, 60), random.integers(2, 120)
        scores = random.random((requests, providers))
        eligible = random.random(scores.shape) < random.uniform(0.1, 1.0)
        capacity = random.integers(0, 3, providers)
        few = assign(scores, eligible, capacity, candidates=5, gap=0.01)
        full = assign(scores, eligible, capacity, candidates=int(providers), gap=0.0)
        assert (few.provider >= 0).sum() == (full.provider >= 0).sum()
        assert few.worst == full.worst
        assert few.total <= full.total + 1e-9 <= few.bound + 2e-9
