"""What every store of promises does; each adapter's test inherits it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from biosetu.alignment import (
    Action,
    Decision,
    Declared,
    Degree,
    NationalTarget,
    NotCovered,
    Promises,
    PromiseStore,
    Quantity,
    QuantityDecision,
    Strategy,
    StrategyStatus,
    Suggested,
    Verdict,
)
from biosetu.alignment.capacity import Rating, SelfAssessment
from biosetu.observations.own import NOTHING, DeclaredGap, DeclaredProgress, OwnStatements
from biosetu.observations.own import Quantity as OwnQuantity

DAY = date(2026, 11, 23)


def target(name: str, **more: object) -> NationalTarget:
    return NationalTarget(id=name, party="NPL", title={"en": f"Target {name}", "ne": "ट"}, **more)


FOUND = Quantity(value=30.000000000000004, unit="%", year=2030, passage="30 per cent «…» by 2030\n")
WHOLE = Promises(
    party="NPL",
    targets=(
        target("NT-3", declared=(Declared(target="3", degree=Degree.HIGH),), quantities=(FOUND,), end=DAY),
        target("a/b ; ?", means="required", means_info={"ar": "مال"}, source="f.csv, row 3"),
    ),
    actions=(
        Action(id="A", party="NPL", target="NT-3", text={"en": "Act"}, cost=1e6 + 0.1, due=DAY, status="running"),
    ),
    statements=(NotCovered(party="NPL", target="3", info={"en": "Not the sea."}),),
    strategies=(
        Strategy(id="S", party="NPL", title={"en": "Plan"}, start=DAY, status=StrategyStatus.FINAL, fits=False),
        Strategy(id="A", party="NPL", links=("https://x.invalid/a",), carried={"header": {"identifier": "A"}}),
    ),
    decisions=(
        Decision(
            national_target="NT-3",
            target="2",
            verdict=Verdict.CHANGED,
            degree=Degree.LOW,
            suggestion=Suggested(target="8", rank=1, score=0.41, words=("restore",), terms=("restoration",)),
            by="Ministry",
            on=DAY,
        ),
    )
    * 2,
    quantity_decisions=(
        QuantityDecision(national_target="NT-3", found=FOUND, verdict=Verdict.CONFIRMED, by="Ministry", on=DAY),
    ),
)


QUANTITY = OwnQuantity(
    party="NPL",
    id="Q1",
    title="30 % of land",
    targets=("3", "1"),
    indicator="3.1",
    series="",
    disaggregation="terrestrial",
    value=30.000000000000004,
    unit="percent",
    direction="at least",
    deadline=2030,
    baseline_value=None,
    baseline_year=None,
    source="NBSAP; page 3",
)
STATED = OwnStatements(
    quantities=(QUANTITY, replace(QUANTITY, id="A 0", baseline_value=1.5, baseline_year=2010)),
    progress=(
        DeclaredProgress("NPL", "3", "insufficient", 2026, "7NR"),
        DeclaredProgress("NPL", "3", "unknown", 2024, "x"),
    ),
    missing=(DeclaredGap("NPL", "M1", "1", "لا خريطة", "", 2026, "7NR"),),
)


def rated(party: str, score: int) -> SelfAssessment:
    ratings = (Rating(indicator="A.1", scores={"data": score}, evidence="none"),)
    return SelfAssessment(party=party, by="Ministry", on=DAY, ratings=ratings)


class PromiseStoreContract:
    """Subclasses give a fixture `store`, empty."""

    def test_nothing_is_held_at_first(self, store: PromiseStore) -> None:
        assert store.parties() == ()
        assert store.load("NPL") == Promises(party="NPL")
        assert store.assessment("NPL") is None

    def test_everything_comes_back_as_it_went_in_and_in_order(self, store: PromiseStore) -> None:
        store.save(WHOLE)
        assert store.load("NPL") == WHOLE

    def test_saving_replaces_what_is_held_on_that_party_alone(self, store: PromiseStore) -> None:
        store.save(WHOLE)
        store.save(Promises(party="BTN"))
        turned = WHOLE.model_copy(update={"targets": (WHOLE.targets[1], target("new"), WHOLE.targets[0])})
        store.save(turned)
        assert store.load("NPL") == turned
        store.save(Promises(party="NPL"))
        assert store.load("NPL") == Promises(party="NPL")
        assert store.parties() == ("BTN", "NPL")

    def test_saving_the_same_again_changes_nothing(self, store: PromiseStore) -> None:
        store.save(WHOLE)
        store.save(store.load("NPL"))
        assert store.load("NPL") == WHOLE

    @pytest.mark.parametrize("party", ["../x", "NP", "npla", "", "N L"])
    def test_what_is_no_party_is_refused(self, store: PromiseStore, party: str) -> None:
        with pytest.raises(ValueError, match="no Party"):
            store.save(Promises(party=party))

    def test_newest_self_assessment_counts_and_is_no_promise(self, store: PromiseStore) -> None:
        store.keep_assessment(rated("NPL", 0))
        store.keep_assessment(rated("NPL", 2))
        assert store.assessment("NPL") == rated("NPL", 2)
        assert store.assessment("BTN") is None
        assert store.parties() == ()

    def test_own_statements_come_back_as_they_went_in_and_are_no_promise(self, store: PromiseStore) -> None:
        assert store.own("NPL") is None
        store.keep_own("NPL", STATED)
        assert store.own("NPL") == STATED
        assert store.own("BTN") is None
        assert store.parties() == ()
        assert store.load("NPL") == Promises(party="NPL")

    def test_own_statements_are_replaced_as_a_whole_and_alone(self, store: PromiseStore) -> None:
        store.save(WHOLE)
        store.keep_own("NPL", STATED)
        store.keep_own("NPL", replace(STATED, quantities=STATED.quantities[::-1], progress=()))
        assert store.own("NPL") == replace(STATED, quantities=STATED.quantities[::-1], progress=())
        store.keep_own("NPL", NOTHING)
        assert store.own("NPL") == NOTHING
        assert store.load("NPL") == WHOLE

    @pytest.mark.parametrize("party", ["../x", "npla", ""])
    def test_own_statements_of_what_is_no_party_are_refused(self, store: PromiseStore, party: str) -> None:
        with pytest.raises(ValueError, match="no Party"):
            store.keep_own(party, STATED)
