from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.alignment.store_contract import PromiseStoreContract, target

from biosetu.alignment import (
    Decision,
    Declared,
    Degree,
    PromiseFolder,
    Promises,
    Quantity,
    QuantityDecision,
    Suggested,
    Verdict,
)

DAY = date(2026, 11, 23)


class TestFolderContract(PromiseStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> PromiseFolder:
        return PromiseFolder(tmp_path)


def decided(verdict: Verdict, about: str, target: str = "", degree: Degree | None = None) -> Decision:
    shown = Suggested(target=about, rank=1, score=0.5)
    return Decision(
        national_target="1",
        target=target or about,
        verdict=verdict,
        degree=degree,
        suggestion=shown,
        by="Ministry",
        on=DAY,
    )


def aligned(*decisions: Decision) -> list[tuple[str, str | None, str]]:
    held = target("1", declared=(Declared(target="3", degree=Degree.HIGH),))
    promises = Promises(party="NPL", targets=(held,), decisions=decisions)
    return [(entry.target, entry.degree, entry.basis) for entry in promises.aligned()["1"]]


PARTY_SAYS = ("3", "high", "declared")


@pytest.mark.parametrize(
    ("decisions", "more"),
    [
        ([], []),
        ([decided(Verdict.CONFIRMED, "2", degree=Degree.LOW)], [("2", "low", "confirmed")]),
        ([decided(Verdict.CHANGED, "8", "11", Degree.MEDIUM)], [("11", "medium", "confirmed")]),
        ([decided(Verdict.REJECTED, "8")], []),
        ([decided(Verdict.CONFIRMED, "2"), decided(Verdict.REJECTED, "2")], []),
        ([decided(Verdict.REJECTED, "2"), decided(Verdict.CONFIRMED, "2")], [("2", None, "confirmed")]),
        ([decided(Verdict.CHANGED, "8", "11"), decided(Verdict.REOPENED, "8")], []),
        ([decided(Verdict.CONFIRMED, "2"), decided(Verdict.CHANGED, "8", "2", Degree.LOW)], [("2", None, "confirmed")]),
    ],
    ids=["none", "confirmed", "changed", "rejected", "then-rejected", "then-confirmed", "taken-back", "twice-the-same"],
)
def test_newest_decision_on_a_suggestion_counts_beside_the_declaration(decisions, more) -> None:
    assert aligned(*decisions) == [PARTY_SAYS, *more]


def test_decision_never_changes_what_the_party_itself_declared() -> None:
    assert aligned(decided(Verdict.CHANGED, "8", "3", Degree.LOW)) == [PARTY_SAYS]
    assert aligned(decided(Verdict.REJECTED, "3")) == [PARTY_SAYS]


def test_decision_on_a_target_that_is_gone_counts_nowhere() -> None:
    assert Promises(party="NPL", decisions=(decided(Verdict.CONFIRMED, "2"),)).aligned() == {}


FOUND = Quantity(value=20.0, unit="%", year=2030, passage="20 per cent")


def quantities(*verdicts: tuple[Verdict, Quantity | None], now: Quantity = FOUND) -> list[tuple[float, bool]]:
    decisions = tuple(
        QuantityDecision(national_target="1", found=FOUND, verdict=verdict, stated=stated, by="Ministry", on=DAY)
        for verdict, stated in verdicts
    )
    held = target("1", quantities=(now,))
    promises = Promises(party="NPL", targets=(held,), quantity_decisions=decisions)
    return [(quantity.value, quantity.confirmed) for quantity in promises.quantities(held)]


def test_quantity_is_open_until_an_officer_says_what_it_is() -> None:
    stated = Quantity(value=25.0, unit="%", year=2030)
    assert quantities() == [(20.0, False)]
    assert quantities((Verdict.CONFIRMED, None)) == [(20.0, True)]
    assert quantities((Verdict.CHANGED, stated)) == [(25.0, True)]
    assert quantities((Verdict.REJECTED, None)) == []
    assert quantities((Verdict.REJECTED, None), (Verdict.REOPENED, None)) == [(20.0, False)]


def test_quantity_whose_passage_was_rewritten_is_open_again() -> None:
    rewritten = FOUND.model_copy(update={"passage": "at least 20 per cent"})
    assert quantities((Verdict.CONFIRMED, None), now=rewritten) == [(20.0, False)]
