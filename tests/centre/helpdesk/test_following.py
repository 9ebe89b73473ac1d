"""Half a year and a year after closing: asked, reminded, escalated, each once, by a moved clock; the answers stand."""

import datetime
from datetime import UTC

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.centre.people import national, table_file

from biosetu.centre import queue
from biosetu.centre.accounts.models import Account, Notice
from biosetu.centre.evidence.intake import propose, take_in
from biosetu.centre.evidence.reviewing import accept
from biosetu.centre.evidence.working import perform
from biosetu.centre.helpdesk import days, verbs
from biosetu.centre.helpdesk.models import FollowUp, SupportRequest, Told
from biosetu.centre.helpdesk.reminding import tick
from biosetu.centre.reminders import look
from biosetu.cooperation import Refused

from .test_verbs import agreed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def on(day):
    return days.on(datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(12), UTC))


@pytest.fixture
def closed(people, request_of, providers):
    request, helper = agreed(people, request_of)
    with on("2026-12-01"):
        for verb, by in (("agree", people["officer"]), ("start", helper), ("deliver", helper)):
            verbs.act(request=request, verb=verb, by=by)
            if verb == "agree":
                line = verbs.plan(request=request, by=by, kind="outcome", text="Types assessed", indicator="A.1")
        verbs.measure(item=line, by=helper, result=3)
        verbs.report(request=request, by=people["officer"], public="done")
        verbs.act(request=request, verb="close", by=people["officer"])
    Notice.objects.all().delete()
    return request, helper


def told():
    """Who was told of follow-ups: account and which of the three messages."""
    words = {"after closing.": "asked", "wait for an answer.": "reminded", "nobody answered": "escalated"}
    found = []
    for notice in Notice.objects.filter(message__contains="questions").order_by("pk"):
        kind = [name for part, name in words.items() if part in notice.message][-1]
        found.append((notice.account.username, kind))
    return found


def test_closing_keeps_what_will_be_asked_of_both_sides(closed):
    request, _ = closed
    assert list(request.follow_ups.values_list("months", "side", "due_on")) == [
        (6, "requester", datetime.date(2027, 6, 1)),
        (6, "provider", datetime.date(2027, 6, 1)),
        (12, "requester", datetime.date(2027, 12, 1)),
        (12, "provider", datetime.date(2027, 12, 1)),
    ]


def test_each_message_goes_out_once_on_its_day(closed, people):
    _, helper = closed
    both = [("contributor", "asked"), (helper.username, "asked")]
    for day, new in (
        ("2027-05-31", []),
        ("2027-06-01", both),
        ("2027-06-01", []),
        ("2027-06-14", []),
        ("2027-06-15", [(name, "reminded") for name, _ in both]),
        ("2027-06-30", []),
        ("2027-07-01", [("officer", "escalated"), ("officer", "escalated")]),
        ("2027-07-02", []),
    ):
        before = told()
        with on(day):
            tick()
        assert sorted(told()[len(before) :]) == sorted(new), day


def test_after_a_long_silence_all_that_is_due_goes_out_but_each_once(closed, people):
    with on("2027-11-30"):
        tick()
        tick()
    assert len(told()) == 2 + 2 + 2
    assert Told.objects.filter(step__startswith="follow_up").count() == 6


def test_who_has_answered_is_not_reminded(closed, people):
    request, helper = closed
    mine = request.follow_ups.get(months=6, side="requester")
    with on("2027-05-31"), pytest.raises(Refused, match="asked on 2027-06-01"):
        verbs.follow_up(asked=mine, by=people["contributor"], score=4)
    with on("2027-06-02"):
        for stranger in (helper, people["officer"], people["focal_point"]):
            with pytest.raises(PermissionDenied):
                verbs.follow_up(asked=mine, by=stranger, score=4)
        with pytest.raises(Refused, match="1 to 5"):
            verbs.follow_up(asked=mine, by=people["contributor"], score=6)
        verbs.follow_up(asked=mine, by=people["contributor"], score=4, words=" The list is law. ")
        with pytest.raises(Refused, match="already"):
            verbs.follow_up(asked=mine, by=people["contributor"], score=1)
    with on("2027-06-20"):
        tick()
    assert [name for name, kind in told() if kind == "reminded"] == [helper.username]
    mine.refresh_from_db()
    assert (mine.score, mine.words, mine.answered_on) == (4, "The list is law.", datetime.date(2027, 6, 2))


def test_requests_closed_before_are_asked_too(closed):
    FollowUp.objects.all().delete()
    with on("2027-06-01"):
        tick()
    assert FollowUp.objects.count() == 4
    assert {kind for _, kind in told()} == {"asked"}


def test_answers_are_given_on_the_page_and_read_by_those_concerned_alone(client, closed, people):
    request, _ = closed
    FollowUp.objects.update(due_on=datetime.date(2026, 1, 1))
    mine = request.follow_ups.get(months=6, side="requester")
    address = reverse("request", args=[request.reference])
    client.force_login(people["contributor"])
    assert "How much of it is in use today?" in client.get(address).content.decode()
    posted = {"asked": mine.pk, "score": "5", "words": "Two offices use it"}
    client.post(reverse("request_do", args=[request.reference, "follow-up"]), posted)
    shown = {}
    for name in ("officer", "provider", "other_provider", "public"):
        client.force_login(people[name])
        shown[name] = "Two offices use it" in client.get(address).content.decode()
    assert shown == {"officer": True, "provider": True, "other_provider": False, "public": False} or shown == {
        "officer": True, "provider": False, "other_provider": True, "public": False,
    }  # fmt: skip


def test_the_queue_repeats_the_look_and_two_workers_make_no_crowd():
    DBTaskResult.objects.all().delete()
    assert queue.keep_going(look, 0)
    assert not queue.keep_going(look, 0)
    DBTaskResult.objects.update(status="RUNNING")
    look.call()
    following = DBTaskResult.objects.get(status="READY")
    assert following.task_path == "biosetu.centre.reminders.look"
    assert 3500 < (following.run_after - timezone.now()).total_seconds() <= 3600
    look.call()
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_a_task_that_is_put_off_does_not_count_as_late(monkeypatch):
    DBTaskResult.objects.all().delete()
    queue.keep_going(look, 3600)
    assert queue.oldest_waiting() == 0.0
    now = timezone.now()
    DBTaskResult.objects.update(run_after=now - datetime.timedelta(seconds=30))
    DBTaskResult.objects.update(enqueued_at=now - datetime.timedelta(hours=1))
    assert 30 <= queue.oldest_waiting() < 60


@pytest.fixture
def setuland(settings):
    settings.BIOSETU_DEMO = True
    call_command("demonstrate")
    return SupportRequest.objects.get(title="National map and Red List of Ecosystems")


def test_setuland_measures_again_and_the_change_shows_on_the_request_and_on_its_page(client, setuland, tmp_path):
    """The whole chain: a gap, help asked for and given, then a new figure that the Party itself accepts."""
    person = {name: Account.objects.get(username=name) for name in ("contributor", "officer")}
    request_page, party_page = reverse("request", args=[setuland.reference]), reverse("party", args=["XXA"])
    assert "0.78 in 2024, a change of −0.03 since 2014" in client.get(request_page).content.decode()
    again = national(
        party="XXA", indicator="A.1", series="XXA-RLE", unit="index", year=2026, value=0.8, lower=None, upper=None,
        holder="Ministry of Environment of Setuland", inputs="second edition (fictional)", resolution=0.01,
    )  # fmt: skip
    path = table_file(tmp_path, again)
    run = propose(upload=take_in(path=path, name=path.name, owner=person["contributor"]), actor=person["contributor"])
    perform(run.pk)
    run.refresh_from_db()
    assert "0.78 in 2024" in client.get(request_page).content.decode()
    accept(run=run, actor=person["officer"])
    shown = client.get(request_page).content.decode()
    assert "0.8 in 2026, a change of −0.01 since 2014" in shown
    assert "second edition (fictional)" in shown
    assert "Measured again in 2026: 0.8, a change of −0.01 since 2014" in client.get(party_page).content.decode()


def test_what_both_sides_said_at_closing_is_read_by_those_concerned(client, closed, people):
    request, helper = closed
    verbs.rate(request=request, by=people["contributor"], score=4, words="The list is used")
    verbs.rate(request=request, by=helper, score=2, words="With more time")
    reads = {}
    for name, person in people.items():
        client.force_login(person)
        page = client.get(reverse("request", args=[request.reference])).content.decode()
        reads[name] = "The list is used" in page, "With more time" in page
    concerned = {"contributor", "focal_point", "community", "officer", "manager", helper.username}
    assert {name for name, seen in reads.items() if seen == (True, True)} == concerned
    assert {seen for name, seen in reads.items() if name not in concerned} == {(False, False)}
