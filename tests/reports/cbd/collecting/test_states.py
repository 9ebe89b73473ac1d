"""The table of states, row by row: each line can be gone, and nobody else, in no other state, may go it."""

from __future__ import annotations

import itertools

import pytest
from tests.reports.cbd.collecting.story import NOON, PROMISES, SUMMARY, empty, given_to

from biosetu.problems import Severity
from biosetu.reports.cbd.collecting import Actor, NotNowError, PartState, ReportState, Role, allowed, asked, transitions
from biosetu.reports.cbd.collecting.states import GUARDS, PART, REPORT, Case, move
from biosetu.reports.cbd.draft import Draft, Entry

STATES = {PART: tuple(PartState), REPORT: tuple(ReportState)}
VERBS = {machine: tuple(dict.fromkeys(t.verb for t in transitions() if t.machine == machine)) for machine in STATES}
EVERY = [
    (machine, str(state), verb, role)
    for machine in STATES
    for state, verb, role in itertools.product(STATES[machine], VERBS[machine], Role)
]


def case(machine: str, state: str, reason: str = "because") -> Case:
    collection, part = given_to("Forests", "V")
    draft = Draft(party="NPL", cycle="7NR", entries={SUMMARY: Entry(text="said")})
    if machine == REPORT:
        return Case(
            empty().model_copy(update={"draft": draft, "state": ReportState(state)}),
            None,
            (SUMMARY,),
            frozenset(),
            reason,
        )
    held = part.model_copy(update={"state": PartState(state)})
    collection = collection.model_copy(update={"draft": draft, "parts": (held,)})
    return Case(collection, held, (SUMMARY,), frozenset({SUMMARY}), reason)


@pytest.mark.parametrize(("machine", "state", "verb", "role"), EVERY)
def test_verb_is_possible_exactly_where_the_table_has_a_line(machine: str, state: str, verb: str, role: Role) -> None:
    line = next(
        (t for t in transitions() if (t.machine, t.state, t.verb, t.who) == (machine, state, verb, str(role))), None
    )
    actor = Actor(role, "Office", NOON)
    assert (verb in allowed(machine, state, role)) is (line is not None)
    if line is None:
        with pytest.raises(NotNowError):
            move(case(machine, state), verb, actor)
        return
    after = move(case(machine, state), verb, actor)
    assert str(after.parts[0].state if machine == PART else after.state) == line.next
    assert (after.steps[-1].before, after.steps[-1].after, after.steps[-1].reason) == (state, line.next, "because")


def test_every_line_speaks_of_what_there_is() -> None:
    for line in transitions():
        assert line.state in {str(state) for state in STATES[line.machine]}
        assert line.next in {str(state) for state in STATES[line.machine]}
        assert line.who in set(Role)
        assert set(line.guards) <= set(GUARDS)


def test_no_line_stands_twice_and_every_guard_is_used() -> None:
    lines = [(t.machine, t.state, t.verb, t.who) for t in transitions()]
    assert len(lines) == len(set(lines))
    assert {guard for t in transitions() for guard in t.guards} == set(GUARDS)


@pytest.mark.parametrize(
    "line", [t for t in transitions() if "reason" in t.guards], ids=lambda t: f"{t.state}-{t.verb}"
)
def test_verb_that_asks_for_a_reason_is_refused_without(line) -> None:
    with pytest.raises(NotNowError) as caught:
        move(case(line.machine, line.state, reason="  "), line.verb, Actor(Role(line.who), "Office", NOON))
    assert caught.value.problems[0].severity is Severity.ERROR


def test_every_field_of_the_report_is_asked_once_and_questions_name_their_choices() -> None:
    fields = asked(PROMISES, empty().draft)
    assert len({field.key for field in fields}) == len(fields)
    choices = [field for field in fields if field.kind in {"choice", "many"}]
    assert all(len(field.options) > 1 for field in choices)
    assert {field.section for field in fields} >= {"I", "II", "III.NT-1", "III.1", "IV", "V", "Q.8.b"}
    arabic = asked(PROMISES, empty().draft, "ar")
    assert [field.key for field in arabic] == [field.key for field in fields]
    assert all(a.label != e.label for a, e in zip(arabic, fields, strict=True))
