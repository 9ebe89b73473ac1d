import numpy as np
import pytest

from biosetu.planning.targets import absolute_targets, log_linear_share, species_area_share
from biosetu.problems import UsageError


def test_relative_target_is_a_share_of_the_total():
    assert absolute_targets("relative", np.array([0.3]), np.array([200.0])).tolist() == [60.0]


def test_absolute_target_is_kept_even_when_out_of_reach():
    assert absolute_targets("absolute", np.array([300.0]), np.array([200.0])).tolist() == [300.0]


def test_species_area_share_solves_the_species_area_relation():
    share = species_area_share(np.array([0.25, 0.15, np.nan]))
    assert share ** np.array([0.25, 0.15, 0.25]) == pytest.approx([0.7, 0.7, 0.7])


def test_log_linear_share_is_one_for_small_and_a_tenth_for_large_ranges():
    assert log_linear_share(np.array([0.0, 1000.0, 250_000.0, 1e7])).tolist() == pytest.approx([1.0, 1.0, 0.1, 0.1])
    middle = np.sqrt(1000.0 * 250_000.0)
    assert log_linear_share(np.array([middle]))[0] == pytest.approx(0.55)


def test_unknown_rule_is_refused():
    with pytest.raises(UsageError, match="no target rule"):
        absolute_targets("guess", np.ones(1), np.ones(1))
