import numpy as np
import pytest

from biosetu.areas import mean_target_achievement, representation_table


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
