"""The table of services, the mean of those tested twice, months counted on."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.cooperation import Refused, ServiceFacts, learnt, months_after, move_service, service_steps
from biosetu.cooperation.forms import due
from biosetu.cooperation.services import GUARDS

READY = ServiceFacts(frozenset(due("service", "call")), parties=1, came=1)


def test_the_table_names_known_guards_once_a_verb_and_state():
    rows = service_steps()
    assert {row.guard for row in rows if row.guard} <= set(GUARDS)
    assert len({(row.state, row.verb) for row in rows}) == len(rows)
    assert {row.next for row in rows} - {row.state for row in rows} == {"held", "cancelled"}


@given(st.lists(st.tuples(st.sampled_from(sorted({row.verb for row in service_steps()})), st.booleans()), max_size=12))
def test_no_sequence_of_verbs_leaves_the_table(moves):
    known = {(row.state, row.verb): row.next for row in service_steps()}
    state = "draft"
    for verb, reasoned in moves:
        try:
            done = move_service(state, verb, {"officer"}, READY, reason="because" if reasoned else "")
        except Refused:
            continue
        assert done.next == known[state, verb]
        state = done.next


@pytest.mark.parametrize(
    ("state", "verb", "roles", "facts", "sentence"),
    [
        ("draft", "finish", {"officer"}, READY, "no step 'finish'"),
        ("draft", "call", {"focal_point"}, READY, "is for officer"),
        ("draft", "call", {"officer"}, ServiceFacts(READY.filled), "Name the Parties"),
        ("draft", "call", {"officer"}, ServiceFacts(frozenset({"title"}), 1), "Kind of service"),
        ("selecting", "finish", {"manager"}, ServiceFacts(came=0, ended=True), "who came"),
        ("selecting", "finish", {"manager"}, ServiceFacts(came=1), "from its last day on"),
        ("open", "drop", {"manager"}, READY, "needs a reason"),
    ],
)
def test_what_is_barred_says_why(state, verb, roles, facts, sentence):
    with pytest.raises(Refused, match=sentence):
        move_service(state, verb, roles, facts)


def test_learnt_compares_the_same_people():
    assert learnt([(40, 80), (50, None), (None, 90), (60, 70)]) == (2, 50.0, 75.0)
    assert learnt([(None, 1), (2, None)]) is None


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-03-10", 6, "2026-09-10"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2028-02-29", 12, "2029-02-28"),
    ],
)
def test_months_after_keeps_the_day_or_takes_the_last_of_the_month(day, months, later):
    assert months_after(datetime.date.fromisoformat(day), months) == datetime.date.fromisoformat(later)
