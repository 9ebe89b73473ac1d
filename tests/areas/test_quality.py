import numpy as np
import pyarrow as pa
import pytest
import shapely
from tests.areas.test_coverage import ZONE, km2, sites_of

from biosetu.areas import Cause, Figure, assessed_table, mean_target_achievement, reconcile, representation_table


def test_representation_gap_and_mean_achievement_by_hand():
    table = representation_table(
        ["forest", "marsh", "alpine", "none"],
        np.array([100.0, 200.0, 50.0, 0.0]),
        np.array([40.0, 30.0, 0.0, 0.0]),
        np.array([30.0, 30.0, 30.0, 30.0]),
    )
    assert table.column("gap_km2").to_pylist() == pytest.approx([0.0, 30.0, 15.0, 0.0])
    assert table.column("achieved_percent").to_pylist()[:3] == pytest.approx([100.0, 50.0, 0.0])
    assert table.column("share_percent").to_pylist()[3] is None
    assert mean_target_achievement(table) == pytest.approx(50.0)


def test_difference_is_told_by_cause_and_what_is_left():
    figures = [Figure("official", 23.4, 2024, "ministry"), Figure("computed", 21.7, 2024, "here")]
    rows = reconcile(figures, [Cause("buffer zones", 1.2)]).to_pylist()
    named = {row["name"]: row["points"] for row in rows}
    assert named["official"] == pytest.approx(1.7)
    assert named["buffer zones"] == 1.2
    assert named["restricted sites"] is None
    assert named["unexplained"] == pytest.approx(0.5)


def test_unknown_cause_is_refused():
    with pytest.raises(ValueError, match="not a known cause"):
        reconcile([Figure("computed", 1.0, 2024, "here")], [Cause("magic", 1.0)])


def test_share_assessed_and_effective_counts_overlaps_once():
    first, second = shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)
    sites = sites_of([(first, 2000, "PA"), (second, 2000, "PA"), (shapely.box(5, 5, 6, 6), 2000, "PA")])
    assessments = pa.table(
        {"site": ["1", "1", "2"], "kind": ["METT"] * 3, "year": [2010, 2020, 2015], "score": [0.2, 0.8, 0.9]}
    )
    row = assessed_table(sites, ZONE, assessments, 0.67).to_pylist()[0]
    both = km2(shapely.box(0, 0, 3, 2))
    assert row["assessed_km2"] == pytest.approx(both)
    assert row["effective_km2"] == pytest.approx(both)
    assert row["assessed_percent"] == pytest.approx(100 * both / (both + km2(shapely.box(5, 5, 6, 6))))
    assert (row["first_year"], row["last_year"]) == (2015, 2020)
