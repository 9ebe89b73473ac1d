from pathlib import Path

import pytest
from tests.observations.rows import row, table

from biosetu.alignment.gaps import KINDS
from biosetu.framework import targets
from biosetu.jobs.party import default_store, party_evidence
from biosetu.observations import ObservationFolder, Source, keys_of
from biosetu.problems import UsageError


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))


def test_party_evidence_of_a_real_party_holds_official_figures_and_no_gap() -> None:
    found = party_evidence("Nepal")
    assert found.party.iso3 == "NPL"
    assert set(found.observations.column("party").to_pylist()) == {"NPL"}
    assert found.gaps == ()
    assert "A.1" in found.absent
    assert "A.3" not in found.absent
    assert found.absent_line.text().startswith("Not in the sources loaded here: A.1, A.2, A.4")
    assert "UN SDG database, 2024" in found.absent_line.text()


def test_party_evidence_has_a_state_for_every_goal_and_target() -> None:
    found = party_evidence("LKA")
    assert [item.target for item in found.targets] == list(targets())
    states = {item.target: item.state for item in found.targets}
    assert (states["4"], states["20"]) == ("moving", "unknown")


def test_party_evidence_of_an_unknown_party_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        party_evidence("ZZZ")


def test_party_evidence_of_setuland_shows_every_branch() -> None:
    found = party_evidence("XXA")
    assert found.party.fictional
    assert {gap.kind for gap in found.gaps} == set(KINDS) - {"support"}
    assert {path.state for path in found.pathways} == {
        "reached",
        "on-path",
        "off-path",
        "missed",
        "not-reached",
        "no-figure",
    }
    assert set(found.observations.column("source").to_pylist()) == {source.value for source in Source}
    assert {item.state for item in found.targets} == {"moving", "measured", "not-relevant", "unknown"}
    assert {summary.change.state for summary in found.summaries} >= {
        "measured",
        "below-rounding",
        "series-break",
        "no-baseline",
        "one-year",
        "no-numbers",
    }
    assert {summary.trend.state for summary in found.summaries} >= {
        "interval",
        "slope",
        "few-points",
        "not-comparable",
        "no-numbers",
    }


def test_party_evidence_puts_the_party_s_own_figure_before_the_global_one() -> None:
    sources = [summary.source for summary in party_evidence("XXA").summaries_of("A.3")]
    assert sources == ["national", "availableDataset"]


def test_party_evidence_of_a_stored_correction_shows_the_stored_row() -> None:
    carried = party_evidence("NPL").observations
    record = next(r for r in carried.to_pylist() if r["indicator"] == "A.3" and r["year"] == 2024)
    default_store().append(table(record | {"footnote": "seen by the Party"}))
    again = party_evidence("NPL").observations
    assert again.num_rows == carried.num_rows
    assert [r["footnote"] for r in again.to_pylist() if r["indicator"] == "A.3" and r["year"] == 2024] == [
        "seen by the Party"
    ]


def test_party_evidence_leaves_out_what_is_withdrawn(tmp_path: Path) -> None:
    store = ObservationFolder(tmp_path / "other")
    carried = party_evidence("NPL", store=store).observations
    store.withdraw(keys_of(carried.slice(0, 3)), reason="asked by the holder")
    assert party_evidence("NPL", store=store).observations.num_rows == carried.num_rows - 3


def test_party_evidence_says_where_every_figure_comes_from() -> None:
    found = party_evidence("JOR")
    assert sum(note.rows for note in found.sources) == found.observations.num_rows
    assert all(note.licence and note.citation for note in found.sources)


def test_party_evidence_of_a_party_s_not_relevant_is_grey() -> None:
    silent = {"source": "notRelevant", "value": None, "resolution": None, "unit": "", "status": "computed"}
    default_store().append(table(row(indicator="22.1", series="own", footnote="does not apply", **silent)))
    state = next(item for item in party_evidence("NPL").targets if item.target == "22")
    assert (state.state, state.proposed) == ("not-relevant", False)
