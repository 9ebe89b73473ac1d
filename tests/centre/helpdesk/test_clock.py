"""The service clock on stored requests: the Party's days, several Parties, sending anew, what is on hold."""

import datetime

import pytest

from biosetu.centre.accounts.models import Notice
from biosetu.centre.helpdesk import days, verbs
from biosetu.centre.helpdesk.facts import clock
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.reminding import tick
from biosetu.cooperation import Refused

from .conftest import account
from .test_verbs import agreed, ready_to_match

pytestmark = [pytest.mark.db, pytest.mark.django_db]
UTC = datetime.UTC


def at(*moment):
    return days.on(datetime.datetime(*moment, tzinfo=UTC))


def again(request):
    return SupportRequest.objects.get(pk=request.pk)


def due(request, step):
    return next(one for one in clock(request) if one.step == step)


@pytest.mark.parametrize(
    ("party", "moment", "expected"),
    [
        ("NPL", (2026, 3, 3, 18, 0), datetime.date(2026, 3, 3)),
        ("NPL", (2026, 3, 3, 18, 20), datetime.date(2026, 3, 4)),
        ("BRA", (2026, 3, 3, 2, 0), datetime.date(2026, 3, 2)),
        ("FJI", (2026, 3, 3, 12, 30), datetime.date(2026, 3, 4)),
        ("EUR", (2026, 3, 3, 23, 30), datetime.date(2026, 3, 4)),
    ],
)
def test_a_day_begins_at_midnight_of_the_party(people, party, moment, expected):
    asker = account("asker", "contributor", party=party)
    request = verbs.open_request(by=asker, values={"who": "A", "what": "B", "purpose": "C", "needed_by": "2027-01-01",
                                                   "party": party})  # fmt: skip
    with at(*moment):
        verbs.act(request=request, verb="submit", by=asker)
        assert request.today() == expected
        assert due(request, "acknowledge").started == expected


def test_of_two_parties_the_silent_one_lapses_after_the_other_endorsed(people, request_of):
    request = request_of(other_parties="BTN")
    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
    with at(2026, 3, 4, 6):
        assert verbs.act(request=request, verb="endorse", by=people["focal_point"]).after == "submitted"
        assert due(request, "endorse").ended is None
        with pytest.raises(Refused, match="still has time"):
            verbs.act(request=request, verb="lapse_endorsement", by=people["manager"], reason="silent")
    with at(2026, 5, 4, 6):
        verbs.act(request=request, verb="lapse_endorsement", by=people["manager"], reason="silent")
        assert due(request, "endorse").status == "late"
    assert request.state == "endorsed"
    assert dict(request.request_parties.values_list("party", "lapsed")) == {"NPL": False, "BTN": True}


def test_a_party_that_is_named_later_has_its_own_time(people, request_of):
    request = request_of()

    def lapse():
        verbs.act(request=again(request), verb="lapse_endorsement", by=people["manager"], reason="silent")
        return dict(request.request_parties.values_list("party", "lapsed"))

    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
    with at(2026, 3, 18, 6):
        verbs.save(request=again(request), by=people["contributor"], values={"other_parties": "BTN"})
        assert lapse() == {"NPL": True, "BTN": False}
        assert again(request).state == "submitted"
        with pytest.raises(Refused, match="still has time"):
            lapse()
    with at(2026, 4, 2, 6), pytest.raises(Refused, match="still has time"):  # the tenth; 27 March is a holiday
        lapse()
    with at(2026, 4, 3, 6):
        assert lapse() == {"NPL": True, "BTN": True}
    assert again(request).state == "endorsed"


def test_a_party_that_is_named_before_it_is_sent_anew_has_no_time_beside_the_promise(people, request_of):
    request = request_of()
    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
        verbs.act(request=request, verb="return", by=people["focal_point"], reason="Which valley?")
        verbs.save(request=again(request), by=people["contributor"], values={"other_parties": "BTN"})
        verbs.act(request=again(request), verb="submit", by=people["contributor"])
    assert set(request.request_parties.values_list("named_on", flat=True)) == {None}


def test_who_was_asked_to_confirm_before_the_last_endorsed_may_be_passed_over(people, request_of):
    request = request_of(other_parties="BTN")
    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
        verbs.act(request=request, verb="endorse", by=people["focal_point"])
    with at(2026, 3, 3, 6):
        verbs.save(request=again(request), by=people["contributor"], values={"what": "Something else"})
        verbs.act(request=again(request), verb="endorse", by=people["neighbour"])
    passed_over = {"verb": "lapse_endorsement", "by": people["manager"], "reason": "silent"}
    with at(2026, 3, 15, 6), pytest.raises(Refused, match="still has time"):
        verbs.act(request=again(request), **passed_over)
    with at(2026, 4, 20, 6):
        verbs.act(request=again(request), **passed_over)
    assert dict(request.request_parties.values_list("party", "lapsed")) == {"NPL": True, "BTN": False}


def test_what_is_returned_and_sent_anew_is_acknowledged_and_endorsed_anew(people, request_of):
    request = request_of(other_parties="BTN")
    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
        verbs.acknowledge(request=request, by=people["officer"])
        verbs.act(request=request, verb="endorse", by=people["focal_point"])
        verbs.act(request=request, verb="return", by=people["neighbour"], reason="Which valley?")
    assert not request.request_parties.filter(endorsed_on__isnull=False).exists()
    with at(2026, 3, 16, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
        assert due(request, "acknowledge").ended is None
        verbs.acknowledge(request=request, by=people["officer"])
        verbs.acknowledge(request=request, by=people["officer"])
        assert due(request, "acknowledge").status == "met"
    assert request.steps.filter(verb="acknowledge").count() == 2


def test_nobody_is_reminded_of_what_is_on_hold(people, request_of, providers):
    with at(2026, 3, 2, 6):
        request = ready_to_match(people, request_of)
        verbs.act(request=request, verb="hold", by=people["officer"], reason="Floods")
    Notice.objects.all().delete()
    with at(2027, 3, 2, 6):
        tick()
        assert due(request, "provider_answer").status == "paused"
        assert not request.told.exists()
        verbs.act(request=request, verb="resume", by=people["officer"])
        assert (due(request, "provider_answer").used, request.due_step) == (0, "provider_answer")


def test_two_rounds_without_a_provider_stand_on_the_visible_list(client, people, request_of, providers):
    request = ready_to_match(people, request_of)
    shown = "/requests/?only=unmatched"
    for rounds in (1, 2):
        assert request.reference not in client.get(shown).content.decode()
        verbs.act(request=request, verb="match", by=people["officer"], reason="Nobody could")
        assert request.rounds == rounds
    assert request.reference in client.get(shown).content.decode()


def test_work_that_was_held_when_consent_ended_is_not_also_told_to_be_late(people, request_of, providers):
    with at(2026, 3, 2, 6):
        request, _ = agreed(people, request_of, touches_communities="yes")
        verbs.record_consent(
            request=request, by=people["community"], status="given", people="Hill people", process="Assembly",
            scope="All", on=datetime.date(2026, 3, 1), expires=datetime.date(2026, 3, 20),
        )  # fmt: skip
        verbs.act(request=request, verb="agree", by=people["officer"])
    with at(2026, 6, 1, 6):
        tick()
        held = SupportRequest.objects.get(pk=request.pk)
        assert (held.state, due(held, "start").ended) == ("on_hold", None)
        assert held.promises.get(step="start").paused is (due(held, "start").status == "paused")


def test_who_was_invited_is_reminded_and_who_answered_is_not(people, request_of, providers):
    with at(2026, 3, 2, 6):
        request = ready_to_match(people, request_of)
        first, second = verbs.list_candidates(request=request, by=people["officer"])[:2]
        for candidate in (first, second):
            verbs.invite(candidate=candidate, by=people["officer"])
        verbs.answer_invitation(candidate=second, by=second.provider.account, accept=False)
    Notice.objects.all().delete()
    with at(2026, 4, 25, 6):
        tick()
        tick()
    assert Notice.objects.filter(account=first.provider.account, message__contains="is due on").count() == 1
    assert not Notice.objects.filter(account=second.provider.account).exists()
