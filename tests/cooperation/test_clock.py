"""The service clock by hand: weekends, holidays, pauses, restarts."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.cooperation import (
    Calendar,
    Event,
    Standard,
    acts,
    calendar_of,
    read_clock,
    standards,
    transitions,
    zone_of,
)
from biosetu.framework import parties

MONDAY = date(2026, 3, 2)


def promise(**changes) -> Standard:
    values = {
        "step": "s", "label": "S", "start": "submit", "until": ("acknowledge",), "amount": 2, "working": True,
        "paused_by": frozenset(), "reminder_before": 0, "source": "test",
    }  # fmt: skip
    return Standard(**{**values, **changes})


def stand(history, today, *, calendar=None, **changes):
    (due,) = read_clock(history, today, calendar or Calendar(), [promise(**changes)])
    return due


def test_standards_have_the_defaults_of_the_service():
    table = {standard.step: standard for standard in standards()}
    assert (table["acknowledge"].amount, table["acknowledge"].working) == (2, True)
    assert (table["briefing"].amount, table["briefing"].working) == (14, False)
    assert (table["provider_answer"].amount, table["provider_answer"].working) == (60, False)
    assert all(standard.source for standard in standards())


def test_clock_skips_the_weekend():
    friday = date(2026, 3, 6)
    due = stand([Event("submit", friday, "centre")], date(2026, 3, 8))
    assert (due.due, due.used, due.status) == (date(2026, 3, 10), 0, "running")


def test_clock_uses_the_weekend_of_the_party():
    jordan = Calendar("JO")
    assert jordan.weekend == {4, 5}
    thursday = date(2026, 3, 5)
    assert stand([Event("submit", thursday, "centre")], thursday, calendar=jordan).due == date(2026, 3, 9)


def test_clock_skips_official_holidays_and_those_the_party_adds():
    independence = date(2026, 5, 25)
    assert not Calendar("JO").works(independence)
    assert not Calendar("", extra_holidays={MONDAY}).works(MONDAY)
    assert Calendar("", weekend={0}).weekend == {0}


def test_calendar_of_a_place_without_list_knows_weekends_only():
    assert Calendar("XX").works(MONDAY)
    assert not Calendar("XX").works(date(2026, 3, 7))


def test_clock_runs_met_late_overdue():
    history = [Event("submit", MONDAY, "centre")]
    assert stand(history, date(2026, 3, 4)).status == "due soon"
    assert stand(history, date(2026, 3, 5)).status == "overdue"
    assert stand([*history, Event("acknowledge", date(2026, 3, 4), "centre")], date(2026, 4, 1)).status == "met"
    assert stand([*history, Event("acknowledge", date(2026, 3, 5), "centre")], date(2026, 4, 1)).status == "late"


def test_clock_pauses_while_the_requester_holds_the_ball():
    history = [
        Event("submit", MONDAY, "centre"),
        Event("ask", date(2026, 3, 3), "requester"),
        Event("reply", date(2026, 3, 12), "centre"),
    ]
    due = stand(history, date(2026, 3, 12), paused_by=frozenset({"requester"}))
    assert (due.used, due.due, due.status) == (1, date(2026, 3, 13), "running")
    paused = stand(history[:2], date(2026, 3, 12), paused_by=frozenset({"requester"}))
    assert (paused.used, paused.status) == (1, "paused")


def test_clock_starts_anew_when_the_step_does():
    history = [
        Event("submit", MONDAY, "centre"),
        Event("return", date(2026, 3, 3), "requester"),
        Event("submit", date(2026, 3, 16), "centre"),
    ]
    due = stand(history, date(2026, 3, 17))
    assert (due.started, due.used) == (date(2026, 3, 16), 1)


def test_clock_leaves_out_what_has_not_begun():
    assert read_clock([Event("draft", MONDAY, "requester")], MONDAY, Calendar()) == ()


@pytest.mark.parametrize("working", [True, False])
def test_due_day_is_the_last_day_on_which_the_step_is_not_overdue(working):
    history = [Event("submit", MONDAY, "centre")]
    due = stand(history, MONDAY, working=working, amount=9).due
    assert stand(history, due, working=working, amount=9).status == "due soon"
    assert stand(history, date.fromordinal(due.toordinal() + 3), working=working, amount=9).status == "overdue"


@dataclass(frozen=True)
class Case:
    """A case worked by hand (data/clock_cases.csv)."""

    standard: Standard
    party: str
    history: tuple[Event, ...]
    today: date
    expected: tuple[date, int, str]


def event(written: str) -> Event:
    verb, day, ball = written.split()
    return Event(verb, date.fromisoformat(day), ball)


def cases():
    table = {standard.step: standard for standard in standards()}
    with (Path(__file__).parent / "data" / "clock_cases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            history = tuple(map(event, row["history"].split("; ")))
            expected = (date.fromisoformat(row["due"]), int(row["used"]), row["status"])
            day = date.fromisoformat(row["today"])
            yield pytest.param(Case(table[row["standard"]], row["party"], history, day, expected), id=row["why"][:60])


@pytest.mark.parametrize("case", list(cases()))
def test_case_worked_by_hand(case):
    (due,) = read_clock(case.history, case.today, calendar_of(case.party), [case.standard])
    assert (due.due, due.used, due.status) == case.expected


def test_every_standard_and_every_status_has_a_case_worked_by_hand():
    worked = [parameter.values[0] for parameter in cases()]
    assert {case.standard.step for case in worked} == {standard.step for standard in standards()}
    assert {case.expected[2] for case in worked} == {"met", "late", "overdue", "paused", "running", "due soon"}


def test_the_table_of_standards_names_verbs_and_courts_that_there_are():
    known = (
        {row.verb for row in transitions()} | set(acts()) | {"submit", "write_back"}
    )  # the second is noted by itself
    balls = {row.ball for row in transitions()}
    for standard in standards():
        assert {standard.start, *standard.until} <= known, standard.step
        assert standard.paused_by <= balls, standard.step
        assert 0 < standard.reminder_before < standard.amount


def test_no_clock_runs_while_a_request_is_on_hold():
    before_hold = {row.state for row in transitions() if row.next == "on_hold"}
    begun_there = {row.verb for row in transitions() if row.next in before_hold}
    runs_there = [standard for standard in standards() if standard.start in begun_there - {"submit"}]
    assert runs_there
    assert all("nobody" in standard.paused_by for standard in runs_there)


BALLS = ("centre", "requester", "provider", "nobody")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from(BALLS)), min_size=1, max_size=8),
    st.integers(0, 40),
    st.sampled_from(standards()),
    st.sampled_from(("XXA", "JOR", "NPL")),
)
def test_used_days_are_those_that_begin_with_the_ball_in_play(steps, later, standard, party):
    day, history = MONDAY, [Event(standard.start, MONDAY, "centre")]
    for after, ball in steps:
        day += timedelta(days=after)
        history.append(Event("note", day, ball))
    today, calendar = day + timedelta(days=later), calendar_of(party)
    counted = []
    for number in range(1, (today - MONDAY).days + 1):
        asked = MONDAY + timedelta(days=number)
        ball = [one.ball for one in history if one.on < asked][-1]
        if ball not in standard.paused_by and (calendar.works(asked) or not standard.working):
            counted.append(asked)
    (due,) = read_clock(history, today, calendar, [standard])
    assert due.used == len(counted)
    assert (due.status == "overdue") == (len(counted) > standard.amount)
    if len(counted) >= standard.amount:
        assert due.due == counted[standard.amount - 1]
    else:
        assert due.due > today


@pytest.mark.parametrize(
    ("party", "zone"),
    [("NPL", "Asia/Kathmandu"), ("FJI", "Pacific/Fiji"), ("IDN", "Asia/Jakarta"), ("EUR", "Europe/Brussels"),
     ("RUS", "Europe/Moscow"), ("XXA", "UTC"), ("", "UTC")],
)  # fmt: skip
def test_days_are_counted_where_the_government_sits(party, zone):
    assert zone_of(party).key == zone


def test_every_party_of_the_convention_has_a_time_zone_of_its_own():
    real = [code for code, party in parties().items() if not party.fictional]
    unknown = [code for code in real if zone_of(code).key == "UTC"]
    assert unknown == []
