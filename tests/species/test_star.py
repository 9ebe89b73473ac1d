import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.species.star import (
    Scores,
    Threat,
    category_weight,
    expected_decline,
    restoration_multiplier,
    threat_shares,
)

SCOPES = ("Whole (>90%)", "Majority (50-90%)", "Minority (<50%)", "Unknown", "")
SEVERITIES = (
    "Very Rapid Declines", "Rapid Declines", "Slow, Significant Declines", "Negligible declines", "No decline",
    "Causing/Could cause fluctuations", "Unknown", "",
)  # fmt: skip
CODES = ("1.1", "2.1", "2.1.3", "5_3_1", "8")


@pytest.mark.parametrize(
    ("scope", "severity", "timing", "expected"),
    [
        ("Whole (>90%)", "Very Rapid Declines", "Ongoing", 63),
        ("Majority (50-90%)", "Rapid Declines", "", 18),
        ("Minority (<50%)", "Slow, Significant Declines", "", 5),
        ("Whole (>90%)", "Causing/Could cause fluctuations", "", 10),
        ("Whole (>90%)", "No decline", "", 0),
        ("Unknown", "Unknown", "", 9),
        ("Whole (>90%)", "Very Rapid Declines", "Past, Unlikely to Return", 0),
    ],
)
def test_expected_decline_by_scope_and_severity(scope, severity, timing, expected):
    assert expected_decline(Threat("1", scope, severity, timing)) == expected


def test_weights_and_multiplier():
    weights = [category_weight(c) for c in ("LC", "NT", "VU", "EN", "CR", "CR(PE)", "DD", "EX")]
    assert weights == [0, 100, 200, 300, 400, 400, 0, 0]
    assert restoration_multiplier() == 0.29


def test_shares_sum_to_one_and_drop_what_causes_no_decline():
    shares = threat_shares([Threat("1", "Whole", "Very rapid"), Threat("2", "Whole", "No decline"),
                            Threat("1", "Minority", "Rapid")])  # fmt: skip
    assert shares == {"1": 1.0}
    assert threat_shares([]) == {}


threats_of = st.lists(st.builds(Threat, st.sampled_from(CODES), st.sampled_from(SCOPES), st.sampled_from(SEVERITIES)),
                      max_size=6)  # fmt: skip
species_of = st.lists(st.tuples(st.sampled_from(("NT", "VU", "EN", "CR", "LC")), threats_of, st.integers(0, 10_000)),
                      min_size=1, max_size=12)  # fmt: skip


def made(species):
    scores = Scores()
    for category, threats, seed in species:
        random = np.random.default_rng(seed)
        places = random.choice(50, random.integers(1, 30), replace=False)
        habitat = random.uniform(0.01, 1, places.size)
        scores.add(category, threat_shares(threats), places, habitat / habitat.sum())
    return scores


@given(species_of)
def test_total_is_the_sum_of_the_weights(species):
    expected = sum(category_weight(category) for category, _, _ in species)
    assert made(species).total() == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(species_of, st.integers(0, 12))
def test_scores_add_up_over_any_partition_of_species_and_places(species, cut):
    whole = made(species)
    parts = made(species[:cut]).merged(made(species[cut:]))
    region_of = np.arange(50) % 7
    for threat in whole.threats():
        assert parts.by_place(threat)[1] == pytest.approx(whole.by_place(threat)[1], rel=1e-9)
    by_region = whole.by_region(region_of, 7)
    assert sum(values.sum() for values in by_region.values()) == pytest.approx(whole.total(), rel=1e-9, abs=1e-9)


def test_restoration_takes_the_multiplier():
    scores = Scores()
    scores.add("EN", {"1": 1.0}, np.array([4]), np.array([0.5]), restoration_multiplier())
    assert scores.total() == pytest.approx(300 * 0.5 * 0.29)


def test_many_species_at_the_same_places_are_summed_on_the_way(monkeypatch):
    monkeypatch.setattr("biosetu.species.star.MOST_WAITING", 50)
    scores, places = Scores(), np.arange(20)
    for _ in range(40):
        scores.add("NT", {"1": 0.5, "2": 0.5}, places, np.full(20, 1 / 20))
    assert sum(part.size for pieces in scores._pieces.values() for part, _ in pieces) <= 2 * (20 + 50)
    assert scores.by_place("1")[1] == pytest.approx(np.full(20, 40 * 100 * 0.5 / 20), rel=1e-12)
    assert scores.total() == pytest.approx(4000, rel=1e-12)
    assert scores.overall()[1].sum() == pytest.approx(4000, rel=1e-12)
