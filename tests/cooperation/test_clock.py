"""The service clock by hand: weekends, holidays, pauses, restarts."""

from datetime import date

import pytest

from biosetu.cooperation import Calendar, Event, Standard, read_clock, standards

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
