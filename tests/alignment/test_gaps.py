import random
from dataclasses import replace
from importlib import import_module

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.observations.rows import row, table
from tests.statistics.test_pathway import GOAL, OWN

from biosetu.alignment.gaps import EXPLANATION, KINDS, Facts, Gap, find_gaps, rank
from biosetu.alignment.gaps.ranking import kind_order
from biosetu.observations import KEY
from biosetu.observations.own import DeclaredGap, DeclaredProgress, OwnStatements, progress_levels
from biosetu.observations.sentences import Sentence
from biosetu.statistics.pathway import pathway
from biosetu.statistics.summary import summarise

WORD = Sentence("x", "x")
MISSING = DeclaredGap("NPL", "m1", "1", "No map of ecosystems.", "", 2026, "7NR, section III")
NO_DATA = row(
    indicator="C.1", series="", source="noData", status="reported", value=None, resolution=None, unit="",
    vintage="7NR", footnote="no register", validated_by="MoFE", validated_on=None,
)  # fmt: skip


def gap(kind: str, target: str = "1", **changes) -> Gap:
    return Gap(f"{kind}:{target}:{changes}", "NPL", kind, target, WORD, WORD, **changes)


def facts(*rows, own: OwnStatements | None = None, quantity=None, **tables) -> Facts:
    held = table(*rows)
    summaries = summarise(held)
    paths = (pathway(quantity, summaries),) if quantity else ()
    return Facts("NPL", held, summaries, paths, own or OwnStatements(), tables)


def test_gaps_of_a_party_with_global_figures_alone_are_none() -> None:
    assert find_gaps(facts(row(), row(year=2024, value=0.1))) == ()


def test_gap_declared_by_the_party_is_told_in_its_own_words() -> None:
    (found,) = find_gaps(facts(own=OwnStatements(missing=(MISSING,))))
    assert (found.id, found.kind, found.target, found.source) == ("declared:m1", "declared", "1", "7NR, section III")
    assert found.says.text() == "The Party says: No map of ecosystems."
    assert found.closes.text() == "To be agreed with the Party: it names no remedy."


def test_gap_declared_with_what_the_party_asks_for() -> None:
    (found,) = find_gaps(facts(own=OwnStatements(missing=(replace(MISSING, closes="Training"),))))
    assert found.closes.text() == "What the Party asks for: Training"


def test_gap_in_progress_off_the_path_has_its_figure_and_shortfall() -> None:
    figure = row(**OWN, value=21.0, year=2024)
    (found,) = find_gaps(facts(figure, quantity=GOAL))
    assert (found.kind, found.target, found.shortfall) == ("progress", "3", pytest.approx(0.3))
    assert found.evidence == (tuple(figure[name] for name in KEY),)
    assert found.closes.text() == "Another 9 percentage points by 2030 would close it."


def test_gap_in_progress_after_the_date_says_that_it_has_passed() -> None:
    (found,) = find_gaps(facts(row(**OWN, value=21.0, year=2024), quantity=replace(GOAL, deadline=2023)))
    assert found.closes.text() == "Another 9 percentage points would close it; the date set, 2023, has passed."


@pytest.mark.parametrize("value", [24.0, 31.0])
def test_progress_on_the_path_or_reached_is_no_gap(value: float) -> None:
    assert find_gaps(facts(row(**OWN, value=value, year=2024), quantity=GOAL)) == ()


def test_progress_without_a_figure_or_a_starting_point_is_no_gap() -> None:
    assert find_gaps(facts(quantity=GOAL)) == ()
    bare = replace(GOAL, baseline_value=None, baseline_year=None)
    assert find_gaps(facts(row(**OWN, value=1.0, year=2024), quantity=bare)) == ()


@pytest.mark.parametrize("level", progress_levels())
def test_gap_by_declared_level_only_where_it_is_not_enough(level: str) -> None:
    own = OwnStatements(progress=(DeclaredProgress("NPL", "3", level, 2026, "7NR"),))
    assert bool(find_gaps(facts(own=own))) == (level in ("insufficient", "no-change"))


def test_gap_in_measurement_is_the_party_s_own_word() -> None:
    (found,) = find_gaps(facts(NO_DATA))
    assert (found.kind, found.target, found.indicator) == ("measurement", "13", "C.1")
    assert found.says.text() == "The Party reports no data for C.1 (2020): no register"
    assert len(found.evidence) == 1


def test_measurement_answered_later_is_no_gap() -> None:
    later = row(indicator="C.1", unit="usd", source="national", status="proposed", year=2024, value=5.0)
    assert find_gaps(facts(NO_DATA, later)) == ()


def test_measurement_confirmed_by_an_officer_reaches_the_gaps_as_plain_data() -> None:
    confirmed = pa.table(
        {"id": ["c1"], "indicator": ["A.1"], "text": ["no ecosystem map"], "by": ["MoFE"], "on": ["2026-01-01"]}
        | {"source": ["self-assessment 2026"]}
    )
    (found,) = find_gaps(facts(confirmed_gaps=confirmed))
    assert found.says.text() == "Not measured, as confirmed by MoFE: no ecosystem map"


def test_rank_puts_declared_first_then_progress_then_measurement() -> None:
    mixed = [gap("measurement"), gap("progress", shortfall=0.1), gap("declared"), gap("progress", shortfall=0.9)]
    assert [(g.kind, g.shortfall) for g in rank(mixed)] == [
        ("declared", None),
        ("progress", 0.9),
        ("progress", 0.1),
        ("measurement", None),
    ]


def test_rank_within_a_kind_goes_by_year_then_by_target() -> None:
    mixed = [gap("declared", "10", year=2024), gap("declared", "2", year=2024), gap("declared", "3", year=2026)]
    assert [g.target for g in rank(mixed)] == ["3", "2", "10"]


def test_rank_puts_a_kind_that_is_not_tabled_last() -> None:
    assert [g.kind for g in rank([gap("unheard"), gap("measurement")])] == ["measurement", "unheard"]


@given(
    st.lists(
        st.builds(
            gap,
            st.sampled_from(["declared", "progress", "measurement"]),
            st.sampled_from(["A", "1", "2", "10", "23", ""]),
            shortfall=st.none() | st.floats(0, 1),
            year=st.none() | st.integers(2020, 2026),
        ),
        unique_by=lambda item: item.id,
        max_size=12,
    )
)
def test_rank_does_not_depend_on_the_order_of_the_gaps(gaps) -> None:
    shuffled = random.Random(1).sample(gaps, len(gaps))
    assert rank(gaps) == rank(shuffled)
    assert sorted(g.id for g in rank(gaps)) == sorted(g.id for g in gaps)


def test_every_kind_resolves_and_has_a_place() -> None:
    for kind, path in KINDS.items():
        module, _, name = path.partition(":")
        assert callable(getattr(import_module(module), name))
        assert kind in kind_order()


def test_explanation_names_the_kinds_in_their_order() -> None:
    places = [EXPLANATION.index(word) for word in ("declares as missing", "off the path", "not measured")]
    assert places == sorted(places)
