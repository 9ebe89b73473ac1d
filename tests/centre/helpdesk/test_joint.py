"""A joint programme: invited, joined, declined, left; one plan with results for each Party; seen by each Party."""

from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from biosetu.centre.accounts.models import Notice
from biosetu.centre.accounts.permissions import may, parties_for
from biosetu.centre.helpdesk import public, verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.sharing import alike
from biosetu.centre.pages import reading
from biosetu.cooperation import Refused
from biosetu.problems import DataError

from .conftest import ELEVEN, FOUR, account

pytestmark = [pytest.mark.db, pytest.mark.django_db]
VALUES = {**FOUR, **{name: value for name, value in ELEVEN.items() if name != "title"}, "title": "Rivers we share"}


@pytest.fixture
def programme(people):
    account("lanka", "focal_point", party="LKA")
    return verbs.open_programme(by=people["officer"], values=VALUES, invited=["NPL", "BTN", "LKA"])


def standings(request):
    return dict(request.request_parties.values_list("party", "standing"))


def test_an_officer_opens_it_and_the_focal_points_are_told(people, programme):
    assert (programme.joint, programme.state, programme.centre) == (True, "submitted", "iucn-asia")
    assert standings(programme) == {"NPL": "invited", "BTN": "invited", "LKA": "invited"}
    assert Notice.objects.get(account=people["focal_point"]).message.endswith("invited to a joint programme.")
    assert may(people["neighbour"], "see", programme)
    assert not may(people["public"], "see", programme)


@pytest.mark.parametrize("name", ["contributor", "focal_point", "public"])
def test_nobody_but_the_centre_opens_one(people, name):
    assert parties_for(people[name], "gather", "party") == frozenset()
    with pytest.raises(PermissionDenied):
        verbs.open_programme(by=people[name], values=VALUES, invited=["NPL", "BTN"])


@pytest.mark.parametrize(
    ("invited", "sentence"), [(["NPL"], "at least two"), (["NPL", "NPL"], "at least two"), (["NPL", "FRA"], "not FRA")]
)
def test_it_needs_two_parties_that_the_centre_serves(people, invited, sentence):
    with pytest.raises(Refused, match=sentence):
        verbs.open_programme(by=people["officer"], values=VALUES, invited=invited)
    assert SupportRequest.objects.count() == 0


def test_wrong_fields_are_named(people):
    with pytest.raises(DataError) as caught:
        verbs.open_programme(by=people["officer"], values={**VALUES, "needed_by": "soon"}, invited=["NPL", "BTN"])
    assert [problem.column for problem in caught.value.problems] == ["needed_by"]


def test_each_party_answers_for_itself_alone(people, programme):
    with pytest.raises(PermissionDenied):
        verbs.join(request=programme, by=people["focal_point"], party="BTN")
    with pytest.raises(Refused, match="accepting its invitation"):
        verbs.act(request=programme, verb="endorse", by=people["focal_point"])
    with pytest.raises(Refused, match="accepting its invitation"):
        verbs.act(request=programme, verb="lapse_endorsement", by=people["manager"], reason="vacant")
    verbs.join(request=programme, by=people["focal_point"], party="NPL")
    with pytest.raises(verbs.Raced):
        verbs.join(request=programme, by=people["focal_point"], party="NPL")
    with pytest.raises(Refused, match="when two Parties have joined"):
        verbs.act(request=programme, verb="gather", by=people["officer"])


def begun(people, programme):
    verbs.join(request=programme, by=people["focal_point"], party="NPL")
    verbs.join(request=programme, by=people["neighbour"], party="BTN")
    verbs.act(request=programme, verb="gather", by=people["officer"])
    return SupportRequest.objects.get(pk=programme.pk)


def test_it_begins_with_those_that_joined_and_others_may_join_later(people, programme):
    request = begun(people, programme)
    assert request.state == "endorsed"
    lanka = type(people["officer"]).objects.get(username="lanka")
    verbs.join(request=request, by=lanka, party="LKA")
    assert standings(request) == {"NPL": "part", "BTN": "part", "LKA": "part"}


def test_who_declines_loses_sight_until_it_is_public_and_can_be_asked_anew(people, programme):
    verbs.stay_out(request=programme, by=people["neighbour"], party="BTN", reason="Not this year")
    seen = SupportRequest.objects.get(pk=programme.pk)
    assert not may(people["neighbour"], "see", seen)
    assert seen.parties_of() == {"NPL", "LKA"}
    verbs.invite_parties(request=seen, by=people["officer"], codes=["BTN", "NPL"])
    assert standings(seen)["BTN"] == "invited"
    assert Notice.objects.filter(account=people["neighbour"], message__contains="invited").count() == 2
    assert Notice.objects.filter(account=people["focal_point"], message__contains="invited").count() == 1


def test_a_focal_point_leaves_for_its_own_party_and_does_not_end_it_for_all(people, programme):
    request = begun(people, programme)
    with pytest.raises(Refused, match="lets their own Party leave"):
        verbs.act(request=request, verb="withdraw", by=people["focal_point"])
    with pytest.raises(Refused, match="why your Party leaves"):
        verbs.leave(request=request, by=people["focal_point"], party="NPL", reason=" ")
    verbs.leave(request=request, by=people["focal_point"], party="NPL", reason="A new government")
    assert standings(request) == {"NPL": "left", "BTN": "part", "LKA": "invited"}
    assert SupportRequest.objects.get(pk=request.pk).state == "endorsed"
    assert request.steps.get(verb="leave").reason == "A new government"
    with pytest.raises(Refused, match="only Party left"):
        verbs.leave(request=request, by=people["neighbour"], party="BTN", reason="We too")


def at_work(people, programme, providers):
    request = begun(people, programme)
    officer = people["officer"]
    values = {**request.values, "party": "NPL"}
    verbs.save(request=request, by=officer, values=values)
    for verb in ("articulate", "plan", "match"):
        verbs.act(request=request, verb=verb, by=officer)
    first = verbs.list_candidates(request=request, by=officer)[0]
    verbs.invite(candidate=first, by=officer)
    verbs.answer_invitation(candidate=first, by=first.provider.account, accept=True)
    verbs.choose(candidate=first, by=officer)
    for what in ("safeguards", "due_diligence"):
        verbs.check_off(request=request, by=officer, what=what, looked_at="register entry")
    verbs.plan(request=request, by=officer, kind="activity", text="One workshop for all")
    verbs.plan_for_each(
        request=request, by=officer, kind="outcome", text="Rivers mapped", indicator="A.1", baseline=0, target=9
    )
    verbs.act(request=request, verb="agree", by=officer)
    verbs.act(request=request, verb="start", by=officer)
    return SupportRequest.objects.get(pk=request.pk)


def test_saving_its_form_leaves_its_parties_as_they_joined(people, programme, providers):
    request = at_work(people, programme, providers)
    assert standings(request) == {"NPL": "part", "BTN": "part", "LKA": "invited"}


def test_one_plan_has_results_for_each_party_and_closes_without_who_left(people, programme, providers):
    request = at_work(people, programme, providers)
    assert list(request.plan.values_list("party", flat=True)) == ["", "BTN", "NPL"]
    with pytest.raises(PermissionDenied):
        verbs.measure(item=request.plan.get(party="BTN"), by=people["focal_point"], result=4)
    verbs.measure(item=request.plan.get(party="NPL"), by=people["focal_point"], result=8)
    verbs.tell_result(request=request, by=people["focal_point"], party="NPL", text="Eight rivers are on our map.")
    with pytest.raises(PermissionDenied):
        verbs.tell_result(request=request, by=people["focal_point"], party="BTN", text="Nothing")
    verbs.leave(request=request, by=people["neighbour"], party="BTN", reason="Other duties")
    verbs.act(request=request, verb="deliver", by=people["officer"])
    verbs.report(request=request, by=people["officer"], public="Rivers are mapped.")
    verbs.act(request=request, verb="close", by=people["officer"])
    here, there = public.tables("NPL"), public.tables("BTN")
    assert here["requests"].to_pylist()[0]["public"] == "Rivers are mapped. Eight rivers are on our map."
    assert [(row["line"], row["result"]) for row in here["cooperation.results"].to_pylist()] == [("Rivers mapped", 8.0)]
    assert there["requests"].num_rows == there["cooperation.results"].num_rows == 0


def test_a_party_sees_its_own_results_on_its_page_not_those_of_others(people, programme, providers):
    request = at_work(people, programme, providers)
    for code, result in (("NPL", 8), ("BTN", 3)):
        verbs.measure(item=request.plan.get(party=code), by=people["officer"], result=result)
        assert public.tables(code)["cooperation.results"].num_rows == 0
    SupportRequest.objects.filter(pk=request.pk).update(state="closed")
    for code, result in (("NPL", 8.0), ("BTN", 3.0)):
        assert public.tables(code)["cooperation.results"].column("result").to_pylist() == [result]


def test_its_question_after_the_work_goes_to_the_parties_not_to_the_officer(people, programme, providers):
    request = at_work(people, programme, providers)
    verbs.act(request=request, verb="deliver", by=people["officer"])
    verbs.report(request=request, by=people["officer"], public="x")
    with pytest.raises(PermissionDenied):
        verbs.rate(request=request, by=people["officer"], score=5)
    verbs.rate(request=request, by=people["focal_point"], score=4)
    assert request.closure.requester_useful == 4


@pytest.fixture
def shared_gaps(monkeypatch):
    """Nepal has Setuland's gaps, Bhutan the first of them alone; nobody else has any."""
    gaps = [gap for gap in reading.supported("XXA").gaps if gap.target and gap.kind != "support"][:2]
    held = {"NPL": gaps, "BTN": gaps[:1]}

    def supported(code):
        mine = tuple(replace(gap, party=code) for gap in held.get(code, ()))
        return SimpleNamespace(gaps=mine, shown_gaps=mine)

    monkeypatch.setattr(reading, "supported", supported)
    return gaps


def test_parties_that_share_a_gap_are_those_whose_gaps_name_the_same(shared_gaps):
    first, second = shared_gaps
    assert [code for code, _ in alike(first, ["BTN", "LKA", "NPL"])] == ["BTN", "NPL"]
    assert [code for code, _ in alike(second, ["BTN", "LKA", "NPL"])] == ["NPL"]


def test_the_page_offers_it_to_officers_and_opens_it(client, people, shared_gaps):
    address = reverse("party_support", args=["NPL"])
    assert "joint programme" not in client.get(address).content.decode()
    client.force_login(people["officer"])
    assert "Open a joint programme" in client.get(address).content.decode()
    form = reverse("joint_new", args=["NPL"]) + "?" + urlencode({"gap": shared_gaps[0].id})
    page = client.get(form).content.decode()
    ticked = {code for code in ("NPL", "BTN", "LKA") if f'name="invite" value="{code}" checked' in page}
    assert ticked == {"NPL", "BTN"}
    wrong = client.post(form, {**FOUR, "needed_by": "soon", "invite": ["NPL", "BTN"]})
    assert wrong.status_code == 422
    answer = client.post(form, {**FOUR, "title": "Shared", "invite": ["NPL", "BTN"]})
    made = SupportRequest.objects.get(joint=True)
    assert answer.url == reverse("request", args=[made.reference])
    client.force_login(people["focal_point"])
    shown = client.get(answer.url).content.decode()
    assert "Take part" in shown
    client.post(reverse("request_do", args=[made.reference, "join"]), {"party": "NPL"})
    assert standings(made) == {"NPL": "part", "BTN": "invited"}
    client.force_login(people["contributor"])
    assert client.get(form).status_code == 403
