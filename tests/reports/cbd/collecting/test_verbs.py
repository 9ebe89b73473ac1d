from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.cbd.collecting.story import (
    AUTHORITY,
    DUE,
    FOCAL,
    FORESTS,
    SUMMARY,
    WATERS,
    empty,
    fields,
    given_to,
    moved,
    replied,
    sent,
)

from biosetu.problems import DataError
from biosetu.reports.cbd.collecting import NotNowError, PartState, ReportState, Standing, answer, assign, decide
from biosetu.reports.cbd.collecting.records import under
from biosetu.reports.cbd.draft import Draft, Entry, fingerprint


@pytest.mark.parametrize(
    ("key", "prefix", "held"),
    [
        ("III.NT-1.x", "III.NT-1", True),
        ("III.NT-10.x", "III.NT-1", False),
        ("III.NT-1.x", "III", True),
        ("III.1.1.x", "III.1", False),
        ("III.1.1.x", "III.1.1", True),
        ("III.1.x", "III.1", True),
        ("III.N.1.x", "III.1", False),
        ("III.1.1.x", "III.1.1.x", True),
        ("III.1.1.x", "III.", True),
        ("II.x", "I", False),
        ("Q.8_7_1", "Q.8", True),
        ("Q.8_7", "Q.8_", True),
        ("Q.18_1", "Q.1", False),
        ("V.assessmentSummary", "V.assessmentSummary", True),
        ("V.assessmentSummary", "V.assess", False),
        ("V.a", "", False),
    ],
)
def test_key_lies_under_a_prefix_only_at_the_end_of_a_name(key: str, prefix: str, held: bool) -> None:
    assert under(key, prefix) is held


@pytest.mark.parametrize(
    ("base", "held", "back", "outcome"),
    [
        ("", "", "new", "taken"),
        ("old", "old", "new", "taken"),
        ("old", "old", "old", "same"),
        ("old", "old", "", "same"),
        ("old", "other", "new", "conflict"),
        ("old", "new", "new", "same"),
        ("old", "other", "old", "same"),
        ("", "other", "new", "conflict"),
    ],
)
def test_answer_is_taken_unless_somebody_else_changed_the_field(base: str, held: str, back: str, outcome: str) -> None:
    collection, part = given_to("Forests", "V")
    if held:
        collection = answer(
            collection, fields(collection), FOCAL, [sent(SUMMARY, held)], part=None, via="form"
        ).collection
    done = replied(collection, part, FORESTS, sent(SUMMARY, back, base))
    counts = {"taken": (1, 0, 0), "same": (0, 0, 1), "conflict": (0, 1, 0)}[outcome]
    assert (len(done.taken), len(done.conflicts), len(done.same)) == counts
    assert done.collection.draft.text(SUMMARY) == (back if outcome == "taken" else held)


def conflict():
    """Two offices answered one field; the second text waits."""
    collection, one = given_to("Forests", "V")
    collection, two = given_to("Waters", "V", start=collection)
    collection = replied(collection, one, FORESTS, sent(SUMMARY, "of the forests")).collection
    return replied(collection, two, WATERS, sent(SUMMARY, "of the waters")).collection, one, two


def test_two_offices_with_different_texts_both_stay_until_the_focal_point_decides() -> None:
    collection, _, _ = conflict()
    assert collection.draft.text(SUMMARY) == "of the forests"
    assert [(o.office, o.text, o.standing) for o in collection.offers] == [
        ("Forests", "of the forests", Standing.TAKEN),
        ("Waters", "of the waters", Standing.WAITING),
    ]


@pytest.mark.parametrize(
    ("choice", "own", "text", "office", "standing"),
    [
        ("held", "", "of the forests", "Forests", Standing.DECLINED),
        ("2", "", "of the waters", "Waters", Standing.TAKEN),
        ("own", "of both", "of both", "Ministry", Standing.DECLINED),
    ],
)
def test_decision_takes_one_text_and_keeps_the_others_on_record(choice, own, text, office, standing) -> None:
    collection, _, _ = conflict()
    after = decide(collection, fields(collection), FOCAL, key=SUMMARY, choice=choice, text=own, reason="agreed")
    assert (after.draft.text(SUMMARY), after.draft.entries[SUMMARY].office) == (text, office)
    second = after.offers[1]
    assert (second.text, second.standing, second.reason, second.decided_by) == (
        "of the waters", standing, "agreed", "Ministry",
    )  # fmt: skip
    assert after.waiting() == {}


@pytest.mark.parametrize(("choice", "text"), [("7", ""), ("own", ""), ("", "")])
def test_decision_without_a_choice_is_refused(choice: str, text: str) -> None:
    collection, _, _ = conflict()
    with pytest.raises(DataError, match="nothing is chosen"):
        decide(collection, fields(collection), FOCAL, key=SUMMARY, choice=choice, text=text)


def test_decision_on_a_field_without_conflict_is_refused() -> None:
    collection, _ = given_to("Forests", "V")
    with pytest.raises(DataError, match="nothing waits"):
        decide(collection, fields(collection), FOCAL, key=SUMMARY, choice="held")


def test_second_return_of_one_office_on_an_old_copy_is_kept_beside_the_first() -> None:
    collection, part = given_to("Forests", "V")
    collection = replied(collection, part, FORESTS, sent(SUMMARY, "first")).collection
    collection = moved(collection, "hand_in", FORESTS, part)
    done = replied(collection, part, FORESTS, sent(SUMMARY, "second"), via="xlsx")
    assert done.conflicts == (SUMMARY,)
    assert [o.text for o in done.collection.waiting()[SUMMARY]] == ["second"]
    again = replied(done.collection, part, FORESTS, sent(SUMMARY, "second"), via="xlsx")
    assert len(again.collection.offers) == 2


def test_emptied_field_of_a_form_is_emptied_and_its_text_stays_on_record() -> None:
    collection, part = given_to("Forests", "V")
    collection = replied(collection, part, FORESTS, sent(SUMMARY, "first")).collection
    done = replied(collection, part, FORESTS, sent(SUMMARY, "", "first", emptied=True))
    assert SUMMARY not in done.collection.draft.entries
    assert [o.text for o in done.collection.offers] == ["first", ""]


def test_text_carried_over_counts_once_the_office_says_that_it_is_still_right() -> None:
    old = Draft(party="NPL", cycle="8NR", entries={SUMMARY: Entry(text="old", reviewed=False)})
    collection, part = given_to("Forests", "V", start=empty().model_copy(update={"draft": old}))
    unsaid = replied(collection, part, FORESTS, sent(SUMMARY, "old", "old"))
    assert (unsaid.reviewed, unsaid.collection.draft.entries[SUMMARY].reviewed) == ((), False)
    said = replied(collection, part, FORESTS, sent(SUMMARY, "old", "old", confirmed=True))
    assert (said.reviewed, said.collection.draft.entries[SUMMARY].reviewed) == ((SUMMARY,), True)


def test_field_of_another_part_is_refused_with_its_row_and_nothing_is_taken() -> None:
    collection, part = given_to("Forests", "V")
    with pytest.raises(DataError, match=r"row 4, column I\.processUndertaken: not a field of this part"):
        replied(collection, part, FORESTS, sent(SUMMARY, "x", row=3), sent("I.processUndertaken", "y", row=4))


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("Q.6_1", "maybe", "not one of the choices"),
        ("III.NT-1.levelOfProgress", "great", "not one of the choices"),
        ("II.anticipatedNbsapDate", "soon", "no date"),
        ("II.anticipatedNbsapDate", "2087-13-01 BS", "no month 13"),
        ("V.assessmentSummary", "x" * 20_001, "too long"),
        ("Q.1_1_c", "Fully", "not open"),
    ],
)
def test_answer_that_breaks_a_rule_is_refused(key: str, text: str, message: str) -> None:
    collection, part = given_to("Forests", key)
    with pytest.raises(DataError, match=message):
        replied(collection, part, FORESTS, sent(key, text))


@pytest.mark.parametrize(
    ("key", "written", "kept"),
    [
        ("Q.6_1", "Partially", "partially"),
        ("Q.6_1", "جزئياً", "partially"),
        ("Q.5_1", "marineSpecies; Freshwater species", "marineSpecies; freshwaterSpecies"),
        ("III.NT-1.levelOfProgress", "On track to achieve target", "on-track"),
        ("III.NT-1.levelOfProgress", "لا تغير يذكر", "no-change"),
        ("II.hasRevisedNbsap", "In progress", "inProgress"),
        ("II.anticipatedNbsapDate", "2083-09-16 BS", "2026-12-31"),
        ("II.anticipatedNbsapDate", "1448-07-22 هـ", "2026-12-31"),
        ("II.anticipatedNbsapDate", "2083/84", "2027-07-16"),
        ("II.anticipatedNbsapDate", "\u20662083-09-16 BS\u2069", "2026-12-31"),
        ("Q.5_1", "marineSpecies؛ Freshwater species", "marineSpecies; freshwaterSpecies"),
        ("II.anticipatedNbsapDate", "FY 2026/27", "2027-07-16"),
        ("V.assessmentSummary", " two\r\nlines ", "two\nlines"),
    ],
)
def test_answer_is_kept_as_the_report_writes_it(key: str, written: str, kept: str) -> None:
    collection, part = given_to("Forests", key)
    assert replied(collection, part, FORESTS, sent(key, written)).collection.draft.text(key) == kept


@pytest.mark.parametrize(
    ("office", "prefixes", "message"),
    [(" ", ["V"], "no office"), ("x" * 201, ["V"], "no office"), ("X", ["Z"], "begins like this"), ("X", [], "begins")],
)
def test_assignment_without_office_or_fields_is_refused(office: str, prefixes: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        assign(empty(), fields(empty()), FOCAL, office=office, due=DUE, prefixes=prefixes)


def test_report_goes_from_contributor_to_focal_point_to_publishing_authority() -> None:
    collection, part = given_to("Forests", "V")
    with pytest.raises(NotNowError, match="still empty"):
        moved(collection, "hand_in", FORESTS, part)
    collection = replied(collection, part, FORESTS, sent(SUMMARY, "all well")).collection
    collection = moved(collection, "hand_in", FORESTS, part)
    with pytest.raises(NotNowError, match="a part is not cleared"):
        moved(collection, "clear", FOCAL)
    collection = moved(collection, "clear", FOCAL, part)
    collection = moved(collection, "clear", FOCAL)
    with pytest.raises(NotNowError, match="cannot be done"):
        moved(collection, "sign_off", FOCAL)
    collection = moved(collection, "sign_off", AUTHORITY)
    assert (collection.state, collection.part(part.id).state) == (ReportState.SIGNED_OFF, PartState.CLEARED)
    assert [(s.of, s.verb, s.office) for s in collection.steps] == [
        ("p1", "answer", "Forests"),
        ("p1", "hand_in", "Forests"),
        ("p1", "clear", "Ministry"),
        ("", "clear", "Ministry"),
        ("", "sign_off", "Cabinet"),
    ]


def signed_off():
    collection, part = given_to("Forests", "V")
    collection = replied(collection, part, FORESTS, sent(SUMMARY, "all well")).collection
    for verb, actor, of in (("hand_in", FORESTS, part), ("clear", FOCAL, part), ("clear", FOCAL, None)):
        collection = moved(collection, verb, actor, of)
    return moved(collection, "sign_off", AUTHORITY), part


def test_after_sign_off_nothing_changes_before_it_is_reopened_with_a_reason() -> None:
    collection, part = signed_off()
    with pytest.raises(NotNowError):
        answer(collection, fields(collection), FOCAL, [sent(SUMMARY, "x", "all well")], part=None, via="form")
    with pytest.raises(NotNowError):
        moved(collection, "reopen", FOCAL, part, reason="new figures")
    with pytest.raises(NotNowError, match="no reason"):
        moved(collection, "reopen", FOCAL)
    collection = moved(collection, "reopen", AUTHORITY, reason="new figures")
    collection = moved(collection, "reopen", FOCAL, part, reason="new figures")
    done = replied(collection, part, FORESTS, sent(SUMMARY, "better", "all well"))
    assert done.collection.draft.text(SUMMARY) == "better"


def test_part_with_a_conflict_is_not_cleared() -> None:
    collection, one, two = conflict()
    for part, actor in ((one, FORESTS), (two, WATERS)):
        collection = moved(collection, "hand_in", actor, part)
    with pytest.raises(NotNowError, match="wait for a decision"):
        moved(collection, "clear", FOCAL, one)


def test_part_whose_answer_was_closed_by_another_is_not_cleared() -> None:
    collection, part = given_to("Forests", "Q.1_1_c")
    collection = answer(collection, fields(collection), FOCAL, [sent("Q.1", "no")], part=None, via="form").collection
    collection = replied(collection, part, FORESTS, sent("Q.1_1_c", "fully")).collection
    collection = moved(collection, "hand_in", FORESTS, part)
    collection = answer(
        collection, fields(collection), FOCAL, [sent("Q.1", "yes", "no")], part=None, via="form"
    ).collection
    with pytest.raises(NotNowError, match="break the rules"):
        moved(collection, "clear", FOCAL, part)


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["a", "b", "c", ""]), st.booleans()), max_size=12))
def test_nothing_that_came_in_is_ever_lost(moves) -> None:
    collection, one = given_to("Forests", "V")
    collection, two = given_to("Waters", "V", start=collection)
    came = set()
    for who, text, fresh in moves:
        part, actor = ((one, FORESTS), (two, WATERS))[who]
        base = collection.draft.text(SUMMARY) if fresh else ""
        collection = replied(collection, part, actor, sent(SUMMARY, text, base)).collection
        came |= {text} - {""}
        assert {offer.text for offer in collection.offers} == came
        assert collection.draft.text(SUMMARY) in came | {""}
    assert [offer.number for offer in collection.offers] == list(range(1, len(collection.offers) + 1))


def test_assigned_parts_are_numbered_and_dated() -> None:
    collection, one = given_to("Forests", "V")
    _, two = given_to("  Waters   of the North ", "I", "I", start=collection)
    assert (one.id, two.id, two.office, two.prefixes, two.due) == ("p1", "p2", "Waters of the North", ("I",), DUE)
    assert isinstance(two.due, date)
    assert fingerprint("") == "e3b0c44298fc"
