"""What a focal point endorsed is what is worked on: what is rewritten later is confirmed first."""

import datetime

import pytest
from django.urls import reverse

from biosetu.centre.accounts.models import Account, Notice, Role
from biosetu.centre.erasing import erase
from biosetu.centre.helpdesk import days, verbs
from biosetu.centre.helpdesk.facts import clock
from biosetu.centre.helpdesk.figures import figures
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.reminding import tick
from biosetu.cooperation import Refused

from .conftest import ELEVEN, FOUR
from .test_verbs import agreed, ready_to_match

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OTHER = {"what": "Help with a hunting quota"}


def again(request):
    return SupportRequest.objects.get(pk=request.pk)


def at(*moment):
    return days.on(datetime.datetime(*moment, tzinfo=datetime.UTC))


@pytest.mark.parametrize("name", ["contributor", "officer"])
def test_what_was_endorsed_and_is_rewritten_goes_no_further_until_it_is_confirmed(people, request_of, providers, name):
    request, helper = agreed(people, request_of)
    verbs.save(request=request, by=people[name], values=OTHER)
    assert again(request).steps.last().verb == "rewrite"
    with pytest.raises(Refused, match="Rewritten since it was endorsed; to be confirmed by NPL"):
        verbs.act(request=again(request), verb="agree", by=people["officer"])
    for other in ("officer", "contributor", "neighbour", "community"):
        with pytest.raises(Refused):
            verbs.act(request=again(request), verb="endorse", by=people[other])
    step = verbs.act(request=again(request), verb="endorse", by=people["focal_point"])
    assert (step.before, step.after, step.ball) == ("matching", "matching", request.ball)
    assert verbs.act(request=again(request), verb="agree", by=people["officer"]).after == "agreed"
    verbs.save(request=again(request), by=people[name], values={"purpose": "Something else"})
    with pytest.raises(Refused, match="Rewritten"):
        verbs.act(request=again(request), verb="start", by=helper)


def test_what_is_only_made_precise_or_written_back_stays_endorsed(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="endorse", by=people["focal_point"])
    verbs.act(request=request, verb="articulate", by=people["officer"])
    verbs.save(request=request, by=people["officer"], values={**ELEVEN, "what": "Help with a  red list of ecosystems"})
    assert not request.steps.filter(verb="rewrite").exists()
    verbs.save(request=request, by=people["officer"], values=OTHER)
    with pytest.raises(Refused, match="Rewritten"):
        verbs.act(request=again(request), verb="plan", by=people["officer"])
    verbs.save(request=again(request), by=people["officer"], values={"what": "Help with a red list of ecosystems"})
    assert verbs.act(request=again(request), verb="plan", by=people["officer"]).after == "planning"


@pytest.mark.parametrize("by_leaving", [False, True])
def test_the_promise_to_confirm_ends_where_nothing_is_left_to_confirm(people, request_of, by_leaving):
    request = request_of(other_parties="BTN")

    def confirming():
        return [due.status for due in clock(again(request)) if due.step == "confirm"]

    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
        for name in ("focal_point", "neighbour"):
            verbs.act(request=again(request), verb="endorse", by=people[name])
        verbs.save(request=again(request), by=people["contributor"], values=OTHER)
        verbs.act(request=again(request), verb="endorse", by=people["neighbour"])
    with at(2026, 3, 4, 6):
        assert confirming() == ["running"]
        verbs.save(request=again(request), by=people["contributor"], values={"objectives": "More precise"})
        assert confirming() == ["running"]
        if by_leaving:
            verbs.leave(request=again(request), by=people["focal_point"], party="NPL", reason="No longer ours")
        else:
            verbs.save(request=again(request), by=people["contributor"], values={"what": FOUR["what"]})
            assert confirming() == ["running"]  # the neighbour confirmed the other text
            verbs.act(request=again(request), verb="endorse", by=people["neighbour"])
        assert confirming() == ["met"]
    with at(2026, 4, 26, 6):
        tick()
        assert confirming() == ["met"]
    assert not request.told.filter(step="confirm").exists()


def test_what_is_written_back_is_not_overdue_a_month_later(people, request_of):
    request = request_of()
    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
        verbs.act(request=again(request), verb="endorse", by=people["focal_point"])
        verbs.save(request=again(request), by=people["contributor"], values=OTHER)
        verbs.save(request=again(request), by=people["contributor"], values={"what": FOUR["what"]})
        verbs.save(request=again(request), by=people["contributor"], values={"objectives": "More precise"})
    assert [step.verb for step in request.steps.all()].count("write_back") == 1
    with at(2026, 4, 26, 6):
        tick()
        counted = {(one.measure, one.group): one.value for one in figures(SupportRequest.objects.all())}
        assert ("overdue", "confirm") not in counted
        assert counted["kept", "confirm"] == 1
    assert not request.told.filter(step="confirm").exists()


def test_the_consent_that_was_endorsed_is_not_unticked_in_silence(people, request_of):
    request = ready_to_match(people, request_of, touches_communities="yes")
    verbs.save(request=request, by=people["contributor"], values={"touches_communities": ""})
    (row,) = again(request).taking_part()
    assert row.rewritten(again(request).values) == ("touches_communities",)


def test_of_several_parties_each_confirms_for_itself_and_the_promise_runs_until_the_last(people, request_of):
    request = request_of(other_parties="BTN")
    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
        verbs.act(request=request, verb="endorse", by=people["focal_point"])
        verbs.act(request=request, verb="endorse", by=people["neighbour"])
    Notice.objects.all().delete()
    with at(2026, 3, 9, 6):
        verbs.save(request=again(request), by=people["contributor"], values=OTHER)
        told = set(Notice.objects.filter(message__contains="was rewritten").values_list("account__username", flat=True))
        assert told == {"focal", "neighbour"}
    with at(2026, 3, 10, 6):
        assert verbs.act(request=again(request), verb="endorse", by=people["focal_point"]).partial
        assert "confirm" in {due.step for due in clock(again(request)) if due.ended is None}
        with pytest.raises(Refused, match="still has time"):
            verbs.act(request=again(request), verb="lapse_endorsement", by=people["manager"], reason="silent")
    with at(2026, 4, 20, 6):
        tick()
        assert "confirm" in set(request.told.values_list("step", flat=True))
        step = verbs.act(request=again(request), verb="lapse_endorsement", by=people["manager"], reason="silent")
        assert (step.after, step.partial) == ("endorsed", False)
        assert not {due.step for due in clock(again(request)) if due.ended is None} & {"confirm", "endorse"}
    assert dict(request.request_parties.values_list("party", "lapsed")) == {"NPL": False, "BTN": True}


def test_where_nobody_endorses_any_more_the_manager_decides_at_once(people, request_of):
    request = ready_to_match(people, request_of)
    verbs.save(request=request, by=people["contributor"], values=OTHER)
    Role.objects.filter(account=people["focal_point"]).update(subject="gef")
    with pytest.raises(Refused, match="own Party only"):
        verbs.act(request=again(request), verb="endorse", by=Account.objects.get(username="focal"))
    verbs.act(request=again(request), verb="lapse_endorsement", by=people["manager"], reason="vacant")
    (row,) = again(request).taking_part()
    assert (row.lapsed, row.stands(again(request).values)) == (True, True)


def test_who_endorses_reads_what_was_changed_and_confirms_it_on_the_page(client, people, request_of):
    request = ready_to_match(people, request_of)
    address = reverse("request", args=[request.reference])
    confirm = reverse("request_do", args=[request.reference, "endorse"])
    client.force_login(people["focal_point"])
    assert confirm not in client.get(address).content.decode()
    verbs.save(request=request, by=people["officer"], values=OTHER)
    page = client.get(address).content.decode()
    assert '<del dir="auto">Help with a red list of ecosystems</del>' in page
    assert '<ins dir="auto">Help with a hunting quota</ins>' in page
    client.post(confirm, {"version": again(request).version})
    assert "<del" not in client.get(address).content.decode()
    verbs.save(request=again(request), by=people["officer"], values={"what": "Once more"})
    client.force_login(people["public"])
    assert "<del" not in client.get(address).content.decode()


def test_what_was_endorsed_forgets_a_person_too(people, request_of):
    request = ready_to_match(people, request_of, objectives="Mrs Maya Gurung counts alone")
    asker = people["contributor"]
    type(asker).objects.filter(pk=asker.pk).update(name="Maya Gurung")
    asker.refresh_from_db()
    erase(account=asker, by=None)
    kept = request.request_parties.get().endorsed_values
    assert "Gurung" not in str(kept)
    assert kept["objectives"] == again(request).values["objectives"]


def test_what_is_rewritten_is_shown_as_endorsed_by_nobody(client, people, request_of):
    request = ready_to_match(people, request_of)
    address, shared = reverse("request", args=[request.reference]), f"/api/v1/requests/{request.reference}"
    assert "✓" in client.get(address).content.decode()
    assert client.get(shared).json()["endorsed_by"] == ["NPL"]
    verbs.save(request=request, by=people["contributor"], values=OTHER)
    assert "✓" not in client.get(address).content.decode()
    assert client.get(shared).json()["endorsed_by"] == []


def test_a_party_whose_time_is_not_over_is_not_passed_over_with_one_that_was_silent(people, request_of):
    request = request_of(other_parties="BTN")
    with at(2026, 3, 2, 6):
        verbs.act(request=request, verb="submit", by=people["contributor"])
        verbs.act(request=again(request), verb="endorse", by=people["focal_point"])
    with at(2026, 3, 26, 6):
        verbs.save(request=again(request), by=people["contributor"], values=OTHER)
    with at(2026, 3, 27, 6):
        verbs.act(request=again(request), verb="lapse_endorsement", by=people["manager"], reason="silent")
    assert dict(request.request_parties.values_list("party", "lapsed")) == {"NPL": False, "BTN": True}


def test_who_endorses_nothing_is_not_asked_to_take_part(client, people):
    Role.objects.filter(account=people["focal_point"]).update(subject="chm")
    request = verbs.open_programme(by=people["officer"], values={**FOUR, **ELEVEN}, invited=["NPL", "BTN"])
    join = reverse("request_do", args=[request.reference, "join"])
    for name, asked in (("focal_point", False), ("neighbour", True)):
        client.force_login(people[name])
        page = client.get(reverse("request", args=[request.reference])).content.decode()
        assert (join in page) == asked


@pytest.mark.parametrize("holders", ["", "Office of community"])
def test_the_page_says_where_nobody_is_named_whose_consent_is_needed(client, people, request_of, holders):
    request = request_of(touches_communities="yes", holders=holders)
    client.force_login(people["contributor"])
    page = client.get(reverse("request", args=[request.reference])).content.decode()
    assert ("any community of the Party counts" in page) == (not holders)


def test_what_is_answered_and_rewritten_is_confirmed_before_it_is_closed(people, request_of):
    request = request_of()
    for verb, name in (("submit", "contributor"), ("endorse", "focal_point"), ("articulate", "officer")):
        verbs.act(request=request, verb=verb, by=people[name])
    verbs.act(request=request, verb="answer", by=people["officer"], reason="Here it is")
    verbs.save(request=request, by=people["contributor"], values=OTHER)
    with pytest.raises(Refused, match="Rewritten since it was endorsed; to be confirmed by NPL"):
        verbs.act(request=again(request), verb="close", by=people["officer"])
    assert verbs.act(request=again(request), verb="endorse", by=people["focal_point"]).after == "answered"
    assert verbs.act(request=again(request), verb="close", by=people["officer"]).after == "closed"


def test_what_is_delivered_is_not_rewritten(people, request_of, providers):
    request, _ = agreed(people, request_of)
    verbs.plan(request=request, by=people["officer"], kind="outcome", text="T", indicator="A.1")
    for verb in ("agree", "start", "deliver"):
        verbs.act(request=request, verb=verb, by=people["officer"])
    with pytest.raises(Refused):
        verbs.save(request=again(request), by=people["officer"], values=OTHER)
    assert again(request).values["what"] != OTHER["what"]
