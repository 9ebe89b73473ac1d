"""A request from draft to closure by its verbs; who may do what; two who press at once."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.audit import reading
from biosetu.centre.audit.models import AppendOnlyError, Entry
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.facts import roles_for
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.cooperation import Refused
from biosetu.problems import DataError

from .conftest import ELEVEN, FOUR

pytestmark = pytest.mark.db


def test_open_request_numbers_drafts_and_finds_the_centre(request_of):
    first, second = request_of(), request_of()
    assert (first.state, first.centre, first.parties_of()) == ("draft", "iucn-asia", {"NPL"})
    assert int(second.reference[-5:]) == int(first.reference[-5:]) + 1


def test_open_request_names_every_wrong_field(people):
    with pytest.raises(DataError) as caught:
        verbs.open_request(by=people["contributor"], values={"party": "NPL;QQQ", "needed_by": "soon", "odd": "x"})
    assert {p.column for p in caught.value.problems} == {"party", "needed_by", "odd"}
    assert SupportRequest.objects.count() == 0


def test_roles_for_a_request_follow_party_centre_and_ownership(people, request_of):
    request = request_of()
    found = {name: roles_for(person, request) for name, person in people.items()}
    assert found["contributor"] == {"requester"}
    assert found["focal_point"] == {"focal_point"}
    assert found["community"] == {"community"}
    assert found["officer"] == {"officer"}
    assert found["manager"] == {"manager"}
    assert not found["public"] | found["neighbour"] | found["far_officer"] | found["provider"]


def test_submit_needs_four_fields(people):
    request = verbs.open_request(by=people["contributor"], values={"who": "A", "party": "NPL"})
    with pytest.raises(Refused, match=r"What help do you need\?, What is it for\?, Needed by"):
        verbs.act(request=request, verb="submit", by=people["contributor"])


def test_work_in_a_country_waits_for_its_focal_point(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    with pytest.raises(Refused, match="is for focal_point"):
        verbs.act(request=request, verb="endorse", by=people["officer"])
    with pytest.raises(Refused, match="is for focal_point"):
        verbs.act(request=request, verb="endorse", by=people["neighbour"])
    with pytest.raises(Refused, match="still has time"):
        verbs.act(request=request, verb="lapse_endorsement", by=people["manager"], reason="silent")
    assert verbs.act(request=request, verb="endorse", by=people["focal_point"]).after == "endorsed"


def test_a_silent_focal_point_lapses_by_the_manager_with_a_reason(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    later = timezone.localdate() + datetime.timedelta(days=60)
    with pytest.raises(Refused, match="needs a reason"):
        verbs.act(request=request, verb="lapse_endorsement", by=people["manager"], today=later)
    verbs.act(request=request, verb="lapse_endorsement", by=people["manager"], reason="no answer", today=later)
    assert (request.state, request.request_parties.get().lapsed) == ("endorsed", True)


def test_several_parties_endorse_each_for_itself(people, request_of):
    request = request_of(other_parties="BTN")
    verbs.act(request=request, verb="submit", by=people["contributor"])
    assert verbs.act(request=request, verb="endorse", by=people["focal_point"]).after == "submitted"
    assert verbs.act(request=request, verb="endorse", by=people["neighbour"]).after == "endorsed"


def ready_to_match(people, request_of, **extra):
    request = request_of(**ELEVEN, **extra)
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="endorse", by=people["focal_point"])
    for verb in ("articulate", "plan", "match"):
        verbs.act(request=request, verb=verb, by=people["officer"])
    return request


def agreed(people, request_of, **extra):
    request = ready_to_match(people, request_of, **extra)
    first = verbs.list_candidates(request=request, by=people["officer"])[0]
    verbs.invite(candidate=first, by=people["officer"])
    helper = first.provider.account
    verbs.answer_invitation(candidate=first, by=helper, accept=True)
    verbs.choose(candidate=first, by=people["officer"])
    for what in ("safeguards", "due_diligence"):
        verbs.check_off(request=request, by=people["officer"], what=what)
    return request, helper


def test_whole_life_from_draft_to_closure(people, request_of, providers):
    request, helper = agreed(people, request_of)
    verbs.act(request=request, verb="agree", by=people["officer"])
    item = verbs.plan(
        request=request,
        by=people["officer"],
        kind="outcome",
        text="Types assessed",
        indicator="A.1",
        baseline=0,
        target=20,
    )
    verbs.act(request=request, verb="start", by=helper)
    verbs.act(request=request, verb="deliver", by=helper)
    verbs.report(
        request=request, by=people["officer"], public="20 types assessed", internal="late", lessons="start early"
    )
    with pytest.raises(Refused, match="Results"):
        verbs.act(request=request, verb="close", by=people["officer"])
    verbs.measure(item=item, by=helper, result=22)
    verbs.act(request=request, verb="close", by=people["officer"])
    verbs.rate(request=request, by=people["contributor"], score=5, words="very")
    assert request.state == "closed"
    assert [s.verb for s in request.steps.all()] == [
        "submit", "endorse", "articulate", "plan", "match", "agree", "start", "deliver", "close",
    ]  # fmt: skip
    chosen = request.candidates.get(chosen=True).provider
    assert (chosen.rating_sum, chosen.rating_count) == (5, 1)
    verbs_done = set(Entry.objects.filter(record="request", record_id=request.reference).values_list("verb", flat=True))
    assert {"open", "submit", "endorse", "list", "invite", "accept", "choose", "measure", "close", "rate"} <= verbs_done


def test_consent_bars_work_and_its_withdrawal_stops_it(people, request_of, providers):
    request, helper = agreed(people, request_of, touches_communities="yes")
    with pytest.raises(Refused, match="not on record"):
        verbs.act(request=request, verb="agree", by=people["officer"])
    consent = {"people": "Hill people", "process": "Assembly", "scope": "All", "on": datetime.date(2026, 11, 1)}
    with pytest.raises(PermissionDenied):
        verbs.record_consent(request=request, by=people["officer"], status="given", **consent)
    verbs.record_consent(request=request, by=people["community"], status="given", **consent)
    verbs.act(request=request, verb="agree", by=people["officer"])
    verbs.act(request=request, verb="start", by=helper)
    verbs.record_consent(request=request, by=people["community"], status="withdrawn", **consent)
    assert (request.state, request.previous_state) == ("on_hold", "under_way")
    with pytest.raises(Refused, match="consent anew"):
        verbs.act(request=request, verb="resume", by=people["officer"])
    verbs.record_consent(request=request, by=people["community"], status="given", **consent)
    assert verbs.act(request=request, verb="resume", by=people["officer"]).after == "under_way"


def test_an_objection_bars_until_the_manager_settles_it(people, request_of, providers):
    request, _ = agreed(people, request_of)
    objection = verbs.object_to(request=request, by=people["community"], text="We were not asked")
    with pytest.raises(Refused, match="objection"):
        verbs.act(request=request, verb="agree", by=people["officer"])
    with pytest.raises(PermissionDenied):
        verbs.settle(objection=objection, by=people["officer"], how="talked")
    verbs.settle(objection=objection, by=people["manager"], how="met on 3 May; scope changed")
    assert verbs.act(request=request, verb="agree", by=people["officer"]).after == "agreed"


def test_of_two_who_press_at_once_one_succeeds_and_the_other_is_told(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    mine = SupportRequest.objects.get(pk=request.pk)
    other = SupportRequest.objects.get(pk=request.pk)
    verbs.act(request=mine, verb="endorse", by=people["focal_point"])
    with pytest.raises(verbs.Raced, match="Somebody else"), transaction.atomic():
        verbs.act(request=other, verb="decline", by=people["officer"], reason="no")
    request.refresh_from_db()
    assert request.state == "endorsed"
    assert request.steps.filter(verb="decline").count() == 0


def test_only_the_invited_provider_answers(people, request_of, providers):
    request = ready_to_match(people, request_of)
    first, second = verbs.list_candidates(request=request, by=people["officer"])[:2]
    with pytest.raises(verbs.Raced):
        verbs.answer_invitation(candidate=first, by=first.provider.account, accept=True)
    verbs.invite(candidate=first, by=people["officer"])
    with pytest.raises(PermissionDenied):
        verbs.answer_invitation(candidate=first, by=second.provider.account, accept=True)
    verbs.answer_invitation(candidate=first, by=first.provider.account, accept=False)
    with pytest.raises(Refused, match="not accepted"):
        verbs.choose(candidate=first, by=people["officer"])


def test_the_machines_list_is_kept_beside_the_choice(people, request_of, providers):
    request = ready_to_match(people, request_of)
    last = verbs.list_candidates(request=request, by=people["officer"])[-1]
    verbs.invite(candidate=last, by=people["officer"])
    verbs.answer_invitation(candidate=last, by=last.provider.account, accept=True)
    verbs.choose(candidate=last, by=people["officer"])
    rows = list(request.candidates.values_list("rank", "chosen"))
    assert rows == [(1, False), (2, True)]
    entry = Entry.objects.get(record="request", record_id=request.reference, verb="choose")
    assert entry.changes == {"provider": {"from": "", "to": str(last.provider_id)}, "rank": 2}


def test_history_is_not_edited(people, request_of):
    request = request_of()
    done = verbs.act(request=request, verb="submit", by=people["contributor"])
    done.reason = "something else"
    with pytest.raises(AppendOnlyError):
        done.save()


def test_clock_stops_when_acknowledged_and_pauses_when_asked(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.acknowledge(request=request, by=people["officer"])
    verbs.acknowledge(request=request, by=people["officer"])
    assert [e.verb for e in request.history()] == ["submit", "acknowledge"]
    verbs.pass_ball(request=request, by=people["officer"], to="requester")
    assert request.ball == "requester"
    verbs.pass_ball(request=request, by=people["contributor"], to="centre")
    assert request.ball == "centre"


def test_save_merges_and_keeps_the_audit(people, request_of):
    request = request_of()
    verbs.save(request=request, by=people["contributor"], values={"problem": "No data", "what": "Help"})
    request.refresh_from_db()
    assert (request.values["problem"], request.values["who"]) == ("No data", "DNPWC")
    (told,) = reading.told(Entry.objects.filter(verb="edit", record_id=request.reference))
    assert {(one.field, one.before, one.after) for one in told.changes} == {
        ("problem", "", "No data"),
        ("title", FOUR["what"], "Help"),
        ("what", FOUR["what"], "Help"),
    }
    with pytest.raises(PermissionDenied):
        verbs.save(request=request, by=people["public"], values={"what": "x"})
