"""Experience in the region and South–South: each kind by a case, scores as the table has them."""

import numpy as np
import pytest

from biosetu.cooperation import Provider, Request
from biosetu.cooperation.countries import countries, subregion_of
from biosetu.cooperation.explaining import reasons
from biosetu.cooperation.match import fit
from biosetu.cooperation.regions import Experience, experience_of, experience_scores, of_the_south, regional

CASES = [
    ("NPL", "NPL", (), Experience.THERE),
    ("NPL", "FRA", ("NPL",), Experience.THERE),
    ("NPL", "FRA", ("LKA",), Experience.SUBREGION_WORK),
    ("NPL", "LKA", ("KEN",), Experience.SUBREGION_HOME),
    ("NPL", "KEN", ("PER",), Experience.SOUTH_SOUTH),
    ("NPL", "KEN", ("KEN",), Experience.NONE),
    ("NPL", "KEN", ("FRA",), Experience.ABROAD),
    ("NPL", "FRA", ("PER",), Experience.ABROAD),
    ("JPN", "KEN", ("PER",), Experience.ABROAD),
    ("NPL", "KEN", (), Experience.NONE),
]


def pair(asks, home, worked):
    return (
        Request("r", party=asks, region=subregion_of(asks)),
        Provider("p", party=home, region=subregion_of(home), parties=worked),
    )


@pytest.mark.parametrize(("asks", "home", "worked", "kind"), CASES)
def test_closest_experience_of_a_provider_is_found(asks, home, worked, kind):
    assert experience_of(*pair(asks, home, worked)) is kind


def test_scores_of_all_pairs_are_those_of_each_pair():
    requests = [*{pair(*case[:3])[0] for case in CASES}, Request("nobody")]
    providers = [pair(*case[:3])[1] for case in CASES]
    found = regional(requests, providers)
    assert np.isnan(found[-1]).all()
    scores = experience_scores()
    assert found[:-1].tolist() == [[scores[experience_of(r, p)] for p in providers] for r in requests[:-1]]


def test_every_kind_has_a_score_and_a_closer_one_never_less():
    scores = experience_scores()
    assert list(scores) == list(Experience)
    assert sorted(scores.values(), reverse=True) == list(scores.values())


def test_the_south_is_what_is_not_developed():
    assert {code for code in ("JPN", "FRA", "RUS", "AUS", "CAN", "KOR", "ISR") if of_the_south(code)} == set()
    assert all(map(of_the_south, ("NPL", "CHN", "SAU", "BRA", "FJI", "KEN")))
    assert not of_the_south("")
    assert 70 > sum(not of_the_south(code) for code in countries()) > 50


@pytest.mark.parametrize(
    ("worked", "said"), [(("PER",), "elsewhere in the South"), (("LKA",), "in the same subregion")]
)
def test_reasons_tell_the_experience(worked, said):
    request, provider = pair("NPL", "KEN", worked)
    assert said in " ".join(reasons(fit([request], [provider], 2026), 0, 0))
