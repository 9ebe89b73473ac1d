"""The table of states: whole, closed, and never left by any sequence of verbs."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.cooperation import FINAL, Consent, Facts, Refused, offered, states, step, transitions
from biosetu.cooperation.guards import ELEVEN_FIELDS, FOUR_FIELDS, GUARDS
from biosetu.cooperation.states import PREVIOUS

TODAY = date(2026, 11, 23)
ROLES = sorted({role for row in transitions() for role in row.who})
VERBS = sorted({row.verb for row in transitions()})
ISSUE_STATES = {
    "draft", "submitted", "endorsed", "in_articulation", "answered", "planning", "matching", "agreed", "under_way",
    "delivered", "closed", "declined", "withdrawn", "handed_over", "seeking_funds", "on_hold",
}  # fmt: skip


def ready(**changes) -> Facts:
    """Facts under which every guard holds."""
    values = {
        "today": TODAY,
        "filled": frozenset(FOUR_FIELDS + ELEVEN_FIELDS),
        "parties": frozenset({"NPL"}),
        "endorsed": frozenset({"NPL"}),
        "actor_parties": frozenset({"NPL"}),
        "information_only": True,
        "focal_point_vacant": True,
        "safeguards_done": True,
        "due_diligence_done": True,
        "provider_accepted": True,
        "indicators_planned": True,
        "report_written": True,
        "results_recorded": True,
        "previous_state": "planning",
    }
    return Facts(**{**values, **changes})


def test_table_has_the_states_of_the_service_and_names_only_known_guards():
    assert set(states()) == ISSUE_STATES
    assert {row.guard for row in transitions() if row.guard} <= set(GUARDS)
    assert {row.state for row in transitions()}.isdisjoint(FINAL)
    assert len({(row.state, row.verb) for row in transitions()}) == len(transitions())


def test_every_state_is_reached_from_draft_and_every_open_state_has_a_way_to_an_end():
    edges = {(row.state, row.next) for row in transitions() if row.next != PREVIOUS}
    reached = {"draft"}
    while grown := {b for a, b in edges if a in reached} - reached:
        reached |= grown
    assert reached == set(states())
    ends = set(FINAL)
    while grown := {a for a, b in edges if b in ends} - ends:
        ends |= grown
    assert ends == set(states())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.sampled_from(ROLES), st.booleans()), max_size=30))
def test_no_sequence_of_verbs_leaves_the_table(moves):
    known = {(row.state, row.verb): row for row in transitions()}
    state, before, ball = "draft", "", ""
    for verb, role, with_reason in moves:
        facts = ready(previous_state=before, previous_ball=ball)
        reason = "because" if with_reason else ""
        try:
            done = step(state, verb, {role}, facts, reason=reason)
        except Refused:
            continue
        row = known[state, verb]
        assert role in row.who
        assert reason or not row.reason
        assert done.next == (before if row.next == PREVIOUS else row.next)
        if done.next == "on_hold":
            before, ball = state, done.ball
        state = done.next
        assert state in ISSUE_STATES


def test_step_unknown_verb_names_the_possible_ones():
    with pytest.raises(Refused, match=r"has no step 'close'. Possible: submit, withdraw"):
        step("draft", "close", {"officer"}, ready())


def test_step_wrong_role_is_refused():
    with pytest.raises(Refused, match="'endorse' is for focal_point"):
        step("submitted", "endorse", {"officer"}, ready())


def test_step_without_reason_is_refused_where_one_is_due():
    with pytest.raises(Refused, match="needs a reason"):
        step("submitted", "decline", {"officer"}, ready(), reason="  ")


@pytest.mark.parametrize(
    ("state", "verb", "role", "changes", "sentence"),
    [
        ("draft", "submit", "requester", {"filled": frozenset({"who", "what"})}, "What is it for., Needed by"),
        ("submitted", "endorse", "focal_point", {"actor_parties": frozenset({"LKA"})}, "own Party"),
        ("submitted", "answer", "officer", {"information_only": False}, "request for information"),
        ("submitted", "lapse_endorsement", "manager",
         {"focal_point_vacant": False, "endorsement_due": TODAY}, "still has time"),
        ("in_articulation", "plan", "officer", {"filled": frozenset(FOUR_FIELDS)}, "Title, Problem"),
        ("planning", "match", "officer", {"parties": frozenset({"NPL", "BTN"})}, "Not yet endorsed by BTN"),
        ("matching", "agree", "officer", {"safeguards_done": False}, "Safeguards"),
        ("matching", "agree", "officer", {"due_diligence_done": False}, "Due diligence"),
        ("matching", "agree", "officer", {"touches_communities": True}, "not on record"),
        ("agreed", "start", "officer", {"objections_open": 1}, "objection"),
        ("delivered", "close", "officer", {"indicators_planned": False}, "names no indicator"),
        ("delivered", "close", "officer", {"report_written": False}, "report is not written"),
        ("delivered", "close", "officer", {"results_recorded": False}, "Results"),
        ("on_hold", "resume", "officer", {"previous_state": ""}, "no earlier state"),
        ("on_hold", "settle_stop", "manager", {"holders_gone": True}, "No work that"),
        ("on_hold", "settle_stop", "manager", {"stopped_by_holders": True}, "they alone release it"),
    ],
)  # fmt: skip
def test_step_guard_bars_with_a_sentence(state, verb, role, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        step(state, verb, {role}, ready(**changes), reason="because")


@pytest.mark.parametrize("status", ["partial", "refused", "withdrawn"])
def test_work_is_barred_by_any_consent_that_does_not_stand(status):
    consents = (Consent("given", TODAY), Consent(status, TODAY))
    facts = ready(touches_communities=True, consents=consents)
    for state, verb in (("matching", "agree"), ("agreed", "start"), ("under_way", "deliver")):
        with pytest.raises(Refused, match="work stops"):
            step(state, verb, {"officer"}, facts, reason="because")


def test_consent_ends_on_the_day_after_it_expires():
    assert Consent("given", TODAY, expires=TODAY).stands(TODAY)
    assert not Consent("given", TODAY, expires=TODAY).stands(TODAY + timedelta(days=1))


def test_community_stops_work_and_only_standing_consent_resumes_it():
    assert step("under_way", "stop_work", {"community"}, ready()).next == "on_hold"
    barred = ready(touches_communities=True, consents=(Consent("withdrawn", TODAY),), previous_state="under_way")
    with pytest.raises(Refused, match="work stops"):
        step("on_hold", "resume", {"officer"}, barred)
    released = ready(touches_communities=True, consents=(Consent("given", TODAY),), previous_state="under_way")
    assert step("on_hold", "resume", {"officer"}, released).next == "under_way"


def test_offered_names_what_bars_each_step():
    found = {row.verb: why for row, why in offered("delivered", {"officer"}, ready(results_recorded=False))}
    assert found == {"close": "Results against the plan's indicators are not recorded.", "reopen": ""}
