from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from biosetu.framework import targets
from biosetu.jobs.centre_evidence import centre_evidence, shared_gaps
from biosetu.jobs.party import party_evidence
from biosetu.problems import Cancelled, UsageError


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))


def test_centre_evidence_of_west_asia_has_thirteen_parties_by_all_targets() -> None:
    found = centre_evidence("iucn-west-asia")
    assert len(found.parties) == 13
    assert [row.party for row in found.coverage] == [item.party.iso3 for item in found.parties]
    assert found.matrix.num_rows == 13 * len(targets())
    assert "XXA" not in found.matrix.column("party").to_pylist()


def test_centre_evidence_of_asia_by_alias_holds_all_presumed_parties() -> None:
    by_alias, by_id = centre_evidence("IUCN-ASIA"), centre_evidence("iucn-asia")
    assert [p.party.iso3 for p in by_alias.parties] == [p.party.iso3 for p in by_id.parties]
    assert {"NPL", "LKA", "BTN", "BGD", "IND", "VNM"} <= {p.party.iso3 for p in by_id.parties}


def test_centre_evidence_with_the_fictional_party_when_asked() -> None:
    names = [p.party.iso3 for p in centre_evidence("iucn-west-asia", fictional=True).parties]
    assert "XXA" in names


def test_centre_evidence_of_an_unknown_centre_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        centre_evidence("atlantis")


def test_centre_evidence_can_be_stopped() -> None:
    def stop(done: int, total: int, label: str = "") -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        centre_evidence("iucn-west-asia", progress=stop)


def test_comparison_gives_level_change_and_break_per_party() -> None:
    found = centre_evidence("iucn-west-asia")
    rows = {row["party"]: row for row in found.comparison("3.1", "ER.MRN.PTMR.ZS", "marine").to_pylist()}
    assert (rows["JOR"]["value"], rows["JOR"]["change"], rows["JOR"]["series_break"]) == (2.8, None, True)
    assert rows["QAT"]["series_break"] is False
    assert ("A.3", "ER_RSK_LST", "") in found.series()
    assert found.comparison("A.3", "ER_RSK_LST").num_rows == 13


def test_shared_gaps_are_those_of_two_parties_or_more() -> None:
    one = party_evidence("XXA")
    other = replace(one, party=party_evidence("NPL").party, gaps=one.gaps[:1])
    assert shared_gaps([one]) == ()
    (found,) = shared_gaps([one, other])
    assert (found.kind, found.target, found.parties) == ("declared", "1", ("XXA", "NPL"))


def test_matrix_knows_moving_measured_and_unknown() -> None:
    states = Counter(centre_evidence("iucn-west-asia").matrix.column("state").to_pylist())
    assert states["moving"] > 13
    assert states["unknown"] > states["measured"] > 0
