from __future__ import annotations

from datetime import date

from biosetu.alignment import Decision, Promises, Suggested, Verdict
from biosetu.alignment.term_review import REVIEW, term_review


def said(verdict: Verdict, about: str = "12", target: str = "", terms: tuple[str, ...] = ("green spaces",), **more):
    shown = Suggested(target=about, rank=1, score=0.5, words=("Green",), terms=terms, language="en")
    return Decision(
        national_target=more.get("name", "1"),
        target=target or about,
        verdict=verdict,
        suggestion=shown,
        by="M",
        on=date(2026, 11, 23),
    )


def counts(*held: Promises) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    names = ("confirmed", "rejected", "changed", "chosen")
    return {(row["term"], row["target"]): tuple(row[name] for name in names) for row in term_review(held).to_pylist()}


def promises(*decisions: Decision, party: str = "NPL") -> Promises:
    return Promises(party=party, decisions=decisions)


def test_confirmed_and_rejected_are_counted_over_parties() -> None:
    held = [promises(said(Verdict.CONFIRMED)), promises(said(Verdict.REJECTED), party="BTN")]
    assert counts(*held) == {("green spaces", "12"): (1, 1, 0, 0)}
    (row,) = term_review(held).to_pylist()
    assert (row["language"], row["parties"], row["weight"]) == ("en", 2, 3)


def test_change_to_another_target_makes_the_term_a_candidate_there() -> None:
    held = promises(said(Verdict.CHANGED, target="11"), said(Verdict.CHANGED, target="11", name="2"))
    assert counts(held) == {("green spaces", "12"): (0, 0, 2, 0), ("green spaces", "11"): (0, 0, 0, 2)}
    by_target = {row["target"]: row for row in term_review([held]).to_pylist()}
    assert (by_target["12"]["meant_instead"], by_target["11"]["weight"]) == ("11 (2)", 0)


def test_change_of_degree_alone_confirms_the_term() -> None:
    assert counts(promises(said(Verdict.CHANGED))) == {("green spaces", "12"): (1, 0, 0, 0)}


def test_only_the_decision_that_holds_is_counted() -> None:
    assert counts(promises(said(Verdict.CONFIRMED), said(Verdict.REJECTED))) == {("green spaces", "12"): (0, 1, 0, 0)}
    assert counts(promises(said(Verdict.CONFIRMED), said(Verdict.REOPENED))) == {}


def test_words_without_a_term_are_listed_as_candidates() -> None:
    assert counts(promises(said(Verdict.CONFIRMED, terms=()))) == {("green", "12"): (1, 0, 0, 0)}


def test_most_disputed_terms_come_first_and_nothing_gives_nothing() -> None:
    held = promises(said(Verdict.CONFIRMED, about="2"), said(Verdict.REJECTED, about="9", terms=("b", "a")))
    assert [row["term"] for row in term_review([held]).to_pylist()] == ["a", "b", "green spaces"]
    assert term_review([]).schema == REVIEW
