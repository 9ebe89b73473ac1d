"""A request from draft to closure by its verbs; who may do what; two who press at once."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.audit import reading
from biosetu.centre.audit.models import AppendOnlyError, Entry
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.facts import roles_for
from biosetu.centre.helpdesk.models import Candidate, Closure, PlanItem, SupportRequest
from biosetu.centre.helpdesk.verbs.forgetting import forget
from biosetu.centre.receiving import Received
from biosetu.cooperation import Refused, acts, states
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
    assert {name for name, person in people.items() if roles_for(person, request)} == {"contributor"}
    verbs.act(request=request, verb="submit", by=people["contributor"])
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


@pytest.mark.parametrize("way", [("articulate",), ("answer", "articulate")])
def test_information_that_turns_out_to_be_work_is_sent_anew_and_endorsed(people, request_of, way):
    request = request_of(information_only="yes", **ELEVEN)
    verbs.act(request=request, verb="submit", by=people["contributor"])
    for verb in way:
        verbs.act(request=request, verb=verb, by=people["officer"], reason="there is more to it")
    with pytest.raises(Refused, match="Not yet endorsed by NPL"):
        verbs.act(request=request, verb="plan", by=people["officer"])
    verbs.act(request=request, verb="return", by=people["officer"], reason="this is work in the country")
    verbs.save(request=request, by=people["contributor"], values={"information_only": ""})
    for person, verb in (("contributor", "submit"), ("focal_point", "endorse"), ("officer", "articulate")):
        verbs.act(request=request, verb=verb, by=people[person])
    assert verbs.act(request=request, verb="plan", by=people["officer"]).after == "planning"


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
        verbs.check_off(request=request, by=people["officer"], what=what, looked_at="register entry")
    return request, helper


@pytest.mark.parametrize(
    ("since", "told"),
    [({"standing": "withdrawn"}, "not listed"), ({"values": {"interests": "NPL"}}, "conflict bars")],
    ids=["withdrawn from the directory", "interest declared after listing"],
)
@pytest.mark.parametrize("asked", ["invite", "choose"])
def test_a_provider_that_may_not_help_any_more_is_neither_invited_nor_chosen(
    people, request_of, providers, since, told, asked
):
    request = ready_to_match(people, request_of)
    first = verbs.list_candidates(request=request, by=people["officer"])[0]
    if asked == "choose":
        verbs.invite(candidate=first, by=people["officer"])
        verbs.answer_invitation(candidate=first, by=first.provider.account, accept=True)
    provider = first.provider
    provider.standing = since.get("standing", provider.standing)
    provider.values = {**provider.values, **since.get("values", {})}
    provider.save()
    with pytest.raises(Refused, match=told):
        getattr(verbs, asked)(candidate=first, by=people["officer"])


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


@pytest.mark.parametrize("column", ["party", "other_parties"])
def test_a_party_that_is_none_is_not_written_in(people, request_of, column):
    request = request_of()
    with pytest.raises(DataError) as caught:
        verbs.save(request=request, by=people["contributor"], values={column: "NPL; Bhutan"})
    assert [(problem.column, problem.value) for problem in caught.value.problems] == [(column, "Bhutan")]
    assert request.parties_of() == {"NPL"}


def test_a_draft_is_not_turned_into_a_request_for_another_party(people, request_of):
    request = request_of()
    with pytest.raises(DataError, match="you do not ask for this Party"):
        verbs.save(request=request, by=people["contributor"], values={"party": "BTN"})
    assert SupportRequest.objects.get(pk=request.pk).parties_of() == {"NPL"}
    verbs.save(request=request, by=people["contributor"], values={"other_parties": "BTN"})
    assert SupportRequest.objects.get(pk=request.pk).parties_of() == {"NPL", "BTN"}


def test_the_centre_of_a_draft_follows_its_party(people, request_of):
    Role.objects.create(account=people["contributor"], role="contributor", party="JOR", office="O")
    request = request_of()
    asker = Account.objects.get(pk=people["contributor"].pk)
    verbs.save(request=request, by=asker, values={"party": "JOR"})
    kept = SupportRequest.objects.get(pk=request.pk)
    assert (kept.centre, kept.parties_of()) == ("iucn-west-asia", {"JOR"})


def test_a_party_is_added_until_the_request_is_endorsed_and_endorses_for_itself(people, request_of):
    request = request_of(**ELEVEN)
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.save(request=request, by=people["officer"], values={"other_parties": "BTN"})
    assert verbs.act(request=request, verb="endorse", by=people["focal_point"]).after == "submitted"
    assert verbs.act(request=request, verb="endorse", by=people["neighbour"]).after == "endorsed"
    for verb in ("articulate", "plan"):
        verbs.save(
            request=request, by=people["officer"], values={"existing_initiatives": "Springs", "other_parties": "BTN"}
        )
        with pytest.raises(DataError, match="only until the request is endorsed"):
            verbs.save(request=request, by=people["contributor"], values={"other_parties": "BTN;LKA"})
        assert SupportRequest.objects.get(pk=request.pk).parties_of() == {"NPL", "BTN"}
        verbs.act(request=request, verb=verb, by=people["officer"])


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


def test_what_was_checked_holds_for_one_choice_and_says_who_when_and_what(people, request_of, providers):
    request, helper = agreed(people, request_of)
    officer = people["officer"]
    kept = {what: (one.by, one.looked_at, one.choice.provider.account) for what, one in request.checks().items()}
    assert kept == dict.fromkeys(("safeguards", "due_diligence"), (officer, "register entry", helper))
    other = request.candidates.exclude(provider__account=helper).get()
    verbs.invite(candidate=other, by=officer)
    verbs.answer_invitation(candidate=other, by=other.provider.account, accept=True)
    verbs.choose(candidate=other, by=officer)
    assert request.checks() == {}
    with pytest.raises(Refused, match=r"Safeguards are not checked.*Due diligence"):
        verbs.act(request=request, verb="agree", by=officer)
    verbs.choose(candidate=request.candidates.get(provider__account=helper), by=officer)
    assert request.checks() == {}
    assert [len(one.checks.all()) for one in request.choices.all()] == [2, 0, 0]


def test_nothing_is_checked_off_without_a_choice_or_without_saying_what(people, request_of, providers):
    request = ready_to_match(people, request_of)
    with pytest.raises(Refused, match="Choose the provider first"):
        verbs.check_off(request=request, by=people["officer"], what="safeguards", looked_at="list of questions")
    with pytest.raises(Refused, match="what was looked at"):
        verbs.check_off(request=request, by=people["officer"], what="safeguards", looked_at=" ")


def test_a_new_list_leaves_the_choice_as_it_was_made(people, request_of, providers):
    request, helper = agreed(people, request_of)
    before = request.choice()
    assert (before.rank, [row["rank"] for row in before.machine]) == (1, [1, 2])
    chosen = before.provider
    chosen.standing = "withdrawn"
    chosen.save()
    verbs.list_candidates(request=request, by=people["officer"])
    assert [(one.provider_id == chosen.pk, one.rank) for one in request.candidates.all()] == [(False, 1), (True, None)]
    after = request.choice()
    assert (after.pk, after.rank, after.machine, after.provider.account) == (before.pk, 1, before.machine, helper)


def test_an_empty_plan_is_not_closed_nor_one_without_indicator(people, request_of, providers):
    request, helper = agreed(people, request_of)
    officer = people["officer"]
    for verb in ("agree", "start", "deliver"):
        verbs.act(request=request, verb=verb, by=officer if verb == "agree" else helper)
    verbs.report(request=request, by=officer, public="Done.")
    with pytest.raises(Refused, match="names no indicator"):
        verbs.act(request=request, verb="close", by=officer)
    PlanItem.objects.create(request=request, kind="activity", text="Training")
    with pytest.raises(Refused, match="names no indicator"):
        verbs.act(request=request, verb="close", by=officer)
    line = PlanItem.objects.create(request=request, kind="outcome", text="Types", indicator="A.1")
    with pytest.raises(Refused, match="Results against"):
        verbs.act(request=request, verb="close", by=officer)
    verbs.measure(item=line, by=helper, result=1)
    request.refresh_from_db()
    assert verbs.act(request=request, verb="close", by=officer).after == "closed"


DONE = {
    "acknowledge": lambda request, by: verbs.acknowledge(request=request, by=by["officer"]),
    "ask": lambda request, by: verbs.pass_ball(request=request, by=by["officer"], to="requester"),
    "reply": lambda request, by: verbs.pass_ball(request=request, by=by["contributor"], to="centre"),
    "list": lambda request, by: verbs.list_candidates(request=request, by=by["officer"]),
    "invite": lambda request, by: verbs.invite(candidate=request.candidates.get(rank=2), by=by["officer"]),
    "answer_invitation": lambda request, by: verbs.answer_invitation(
        candidate=request.candidates.get(rank=3), by=by["public"], accept=True
    ),
    "choose": lambda request, by: verbs.choose(candidate=request.candidates.get(rank=1), by=by["officer"]),
    "check_off": lambda request, by: verbs.check_off(
        request=request, by=by["officer"], what="safeguards", looked_at="x"
    ),
    "plan": lambda request, by: verbs.plan(request=request, by=by["officer"], kind="activity", text="x"),
    "measure": lambda request, by: verbs.measure(item=request.plan.get(), by=by["officer"], result=1),
    "report": lambda request, by: verbs.report(request=request, by=by["officer"], public="x"),
    "rewrite": lambda request, by: verbs.save(request=request, by=by["officer"], values={"what": "x"}),
    "rate": lambda request, by: verbs.rate(request=request, by=by["contributor"], score=5),
    "object": lambda request, by: verbs.object_to(request=request, by=by["community"], text="x"),
    "result": lambda request, by: verbs.tell_result(request=request, by=by["focal_point"], party="NPL", text="x"),
}


def test_every_act_is_guarded_by_the_table(people, request_of, providers):
    """In every state but those of its row the act is refused and leaves nothing; in those it is done."""
    assert set(DONE) == set(acts())
    request, _ = agreed(people, request_of)
    PlanItem.objects.create(request=request, kind="outcome", text="x", indicator="A.1")
    Closure.objects.create(request=request, public="x")
    third = Provider.objects.create(account=people["public"], name="third", standing="draft")
    Candidate.objects.create(request=request, provider=third, rank=3, answer="invited")
    moved = [state for state in states() if state != "draft"]
    assert {act: {state for state in moved if goes(request, act, state, people)} for act in DONE} == {
        act: set(where) & set(moved) for act, where in acts().items()
    }


def goes(request, act, state, people):
    """Return whether an act is done in a state; where it is refused nothing is left of it. All is rolled back."""
    with transaction.atomic():
        SupportRequest.objects.filter(pk=request.pk).update(state=state)
        entries, said = Entry.objects.count(), ""
        try:
            with transaction.atomic():
                DONE[act](SupportRequest.objects.get(pk=request.pk), people)
        except Refused as refused:
            said = str(refused)
        left = Entry.objects.count() - entries
        transaction.set_rollback(True)
    assert bool(left) is not bool(said)
    assert "is done only while" in said or not said
    return not said


def test_a_rate_is_given_once_whoever_presses_twice(people, request_of, providers):
    request, helper = agreed(people, request_of)
    SupportRequest.objects.filter(pk=request.pk).update(state="closed")
    Closure.objects.create(request=request, public="x")
    first, second = (SupportRequest.objects.get(pk=request.pk) for _ in range(2))
    verbs.rate(request=first, by=people["contributor"], score=5)
    with pytest.raises(verbs.Raced), transaction.atomic():
        verbs.rate(request=second, by=people["contributor"], score=1)
    with pytest.raises(Refused, match="answered already"):
        verbs.rate(request=SupportRequest.objects.get(pk=request.pk), by=people["contributor"], score=1)
    provider = Provider.objects.get(account=helper)
    assert (provider.rating_sum, provider.rating_count) == (5, 1)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"kind": "budget"}, "how much, in which currency"),
        ({"kind": "budget", "amount": Decimal(5), "currency": "USD"}, "who pays"),
        ({"kind": "budget", "amount": Decimal(0), "currency": "USD", "source": "Fund"}, "how much"),
        ({"kind": "budget", "amount": Decimal(5), "currency": "XYZ", "source": "Fund"}, "three letters"),
        ({"kind": "activity", "amount": Decimal(5), "currency": "USD", "source": "Fund"}, "Only a line of the budget"),
    ],
)
def test_a_budget_line_says_amount_currency_and_source(people, request_of, line, sentence):
    request = ready_to_match(people, request_of)
    with pytest.raises(ValidationError, match=sentence):
        verbs.plan(request=request, by=people["officer"], text="Fees", **line)
    assert not request.plan.exists()


def test_a_file_belongs_to_a_deliverable_of_the_same_plan(people, request_of, tmp_path):
    request, other = ready_to_match(people, request_of), request_of()
    officer = people["officer"]
    line = verbs.plan(request=request, by=officer, kind="deliverable", text="Map")
    activity = verbs.plan(request=request, by=officer, kind="activity", text="Trip")

    path = tmp_path / "map.pdf"
    path.write_bytes(b"%PDF-1.7")

    def send(to, line):
        return verbs.attach(request=to, by=people["contributor"], sent=Received(path, "map.pdf"), line=line)

    sent = send(request, line)
    assert list(line.files.all()) == [sent]
    for to, wrong in ((request, activity), (other, line)):
        with pytest.raises(Refused, match="deliverable of this plan"):
            send(to, wrong)


def test_a_request_that_came_back_outlives_the_person_with_its_history(people, request_of):
    request, draft = request_of(), request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="return", by=people["officer"], reason="Say where")
    forget(people["contributor"])
    assert [step.verb for step in SupportRequest.objects.get(pk=request.pk).steps.all()] == ["submit", "return"]
    assert not SupportRequest.objects.filter(pk=draft.pk).exists()


def test_who_helps_after_agreed_work_was_given_up_is_chosen_and_checked_anew(people, request_of, providers):
    request, helper = agreed(people, request_of)
    verbs.act(request=request, verb="agree", by=people["officer"])
    assert Provider.objects.get(account=helper).workload == 1
    verbs.act(request=request, verb="match", by=people["officer"], reason="They have no time any more")
    assert (request.rounds, Provider.objects.get(account=helper).workload) == (1, 0)
    with pytest.raises(Refused, match="Due diligence on the provider is not done"):
        verbs.act(request=request, verb="agree", by=people["officer"])
    assert request.checks() == {}
    verbs.choose(candidate=request.candidates.get(provider__account=helper), by=people["officer"])
    assert request.checks() == {}
