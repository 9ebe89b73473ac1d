"""Whatever is pressed, by whomever, in whatever order: a stored request, service or programme keeps to its table."""

import datetime
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.services import verbs as services
from biosetu.centre.services.models import Service
from biosetu.cooperation import FINAL, Refused, acts, service_steps, transitions
from biosetu.cooperation.forms import form
from biosetu.cooperation.guards import ELEVEN_FIELDS
from biosetu.cooperation.states import PREVIOUS

from .conftest import ELEVEN, FOUR
from .test_verbs import agreed, ready_to_match

pytestmark = [pytest.mark.db, pytest.mark.django_db]
TABLE = {(row.state, row.verb): row for row in transitions()}
VERBS = sorted({row.verb for row in transitions()})
SERVICE_TABLE = {(row.state, row.verb): row for row in service_steps()}
SERVICE_VERBS = sorted({row.verb for row in service_steps()})
PEOPLE = (
    "contributor",
    "focal_point",
    "neighbour",
    "community",
    "officer",
    "manager",
    "far_officer",
    "provider",
    "public",
)
NO = (Refused, PermissionDenied, ValidationError)
PLAYED = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
DAY = datetime.date(2026, 11, 1)


def consent(request, by, status):
    verbs.record_consent(
        request=request, by=by, people="Hill people", process="Assembly", scope="All", status=status, on=DAY
    )


def first(rows):
    found = rows.first()
    if found is None:
        raise Refused("there is none")
    return found


# what leaves the state as it is -> the row of acts.csv that it keeps to, how it is done
ACTS = {
    "acknowledge": lambda request, by: verbs.acknowledge(request=request, by=by),
    "ask": lambda request, by: verbs.pass_ball(request=request, by=by, to="requester"),
    "reply": lambda request, by: verbs.pass_ball(request=request, by=by, to="centre"),
    "list": lambda request, by: verbs.list_candidates(request=request, by=by),
    "invite": lambda request, by: verbs.invite(candidate=first(request.candidates.all()), by=by),
    "answer_invitation": lambda request, by: verbs.answer_invitation(
        candidate=first(request.candidates.all()), by=by, accept=True
    ),
    "choose": lambda request, by: verbs.choose(candidate=first(request.candidates.all()), by=by),
    "check_off": lambda request, by: verbs.check_off(request=request, by=by, what="safeguards", looked_at="x"),
    "plan": lambda request, by: verbs.plan(
        request=request, by=by, kind="outcome", text="Types", indicator="A.1", baseline=0, target=1
    ),
    "measure": lambda request, by: verbs.measure(item=first(request.plan.all()), by=by, result=2),
    "report": lambda request, by: verbs.report(request=request, by=by, public="Done"),
    "rate": lambda request, by: verbs.rate(request=request, by=by, score=4),
    "object": lambda request, by: verbs.object_to(request=request, by=by, text="No"),
    "result": lambda request, by: verbs.tell_result(request=request, by=by, party="NPL", text="Done"),
}
ACTS["rewrite"] = lambda request, by: verbs.save(request=request, by=by, values={"what": request.values["what"] + "."})
ANY_STATE = {
    "settle": lambda request, by: verbs.settle(
        objection=first(request.objections.filter(settled_on=None)), by=by, how="met"
    ),
    "write": lambda request, by: verbs.write(request=request, by=by, text="Words"),
}


def started(where, people, request_of):
    """A request somewhere on its way, so that what is rare is played as often as what is common."""
    touched = {"touches_communities": "yes"} if where.endswith("+") else {}
    match where.rstrip("+"):
        case "draft":
            return request_of()
        case "two Parties":
            return request_of(other_parties="BTN", **ELEVEN)
        case "matching":
            return ready_to_match(people, request_of, **touched)
        case _:
            request, helper = agreed(people, request_of, **touched)
            if touched:
                consent(request, people["community"], "given")
            verbs.act(request=request, verb="agree", by=people["officer"])
            if where.rstrip("+") == "under_way":
                verbs.act(request=request, verb="start", by=helper)
            return request


WHERE = ("draft", "two Parties", "matching", "matching+", "agreed", "agreed+", "under_way", "under_way+")


def holds(request, verb):
    """What must be true in the database once a step was taken; read from the records, not by the guards."""
    taking = request.request_parties.filter(standing="part")
    objected = request.objections.filter(settled_on=None).exists()
    newest = request.consents.order_by("pk").last()
    stands = newest is not None and newest.status == "given"
    free = not objected and (stands or (newest is None and request.values.get("touches_communities") != "yes"))
    chosen = request.candidates.filter(chosen=True, answer="accepted")
    measured = request.plan.exclude(indicator="")
    words = [row.endorsed_values.get("what") for row in taking.exclude(endorsed_on=None)]
    endorsed = taking.exists() and words == [request.values["what"]] * taking.count()
    filled = {name for name, value in request.values.items() if value} | {"title"}
    return {
        "submit": set(FOUR) <= filled and taking.exists(),
        "plan": set(ELEVEN_FIELDS) <= filled and endorsed,
        "match": endorsed,
        "agree": endorsed
        and free
        and chosen.exists()
        and len(request.checks()) == len({"safeguards", "due_diligence"}),
        "start": free and endorsed,
        "deliver": free and endorsed,
        "reopen": free,
        "close": request.state != "closed" or not request.plan.exists() or not measured.filter(result=None).exists(),
        "resume": free or request.state not in {"agreed", "under_way"},
    }.get(verb, True)


@given(data=st.data())
@PLAYED
def test_a_stored_request_never_leaves_its_table(people, request_of, providers, transactional_rollback, data):
    with transactional_rollback():
        request = started(data.draw(st.sampled_from(WHERE), label="from"), people, request_of)
        for _ in range(data.draw(st.integers(4, 14))):
            request = SupportRequest.objects.get(pk=request.pk)
            here = [row.verb for row in transitions() if row.state == request.state]
            kind = data.draw(st.sampled_from(("here", "here", "act", "any", "consent")))
            name = data.draw(st.sampled_from(PEOPLE))
            press(request, people[name], kind, here, data)


def press(request, by, kind, here, data):
    before, steps, version = request.state, request.steps.count(), request.version
    previous = request.previous_state
    if kind == "consent":
        status = data.draw(st.sampled_from(("given", "partial", "refused", "withdrawn")))
        done, verb = tried(lambda: consent(request, by, status)), "stop_work"
    elif kind == "act":
        verb = data.draw(st.sampled_from(sorted({*ACTS, *ANY_STATE})))
        done = tried(lambda: (ACTS | ANY_STATE)[verb](request, by))
        assert not done or verb in ANY_STATE or before in acts()[verb], (before, verb)
    else:
        verb = data.draw(st.sampled_from(here if kind == "here" and here else VERBS))
        done = tried(lambda: verbs.act(request=request, verb=verb, by=by, reason="because"))
    now = SupportRequest.objects.get(pk=request.pk)
    if not done:
        assert (now.state, now.steps.count(), now.version) == (before, steps, version), verb
    elif now.state != before:
        row = TABLE[before, verb]
        assert now.state == (previous if row.next == PREVIOUS else row.next)
        assert now.steps.last().role in row.who
        assert holds(now, verb), verb
    assert before not in FINAL or now.state == before
    chain = [(step.before, step.after) for step in now.steps.all()]
    assert all(after == following for (_, after), (following, _) in pairwise(chain))
    assert not chain or chain[-1][1] == now.state


def tried(press):
    try:
        press()
    except NO:
        return False
    return True


def test_every_act_of_the_table_is_played():
    assert set(ACTS) == set(acts())


@given(data=st.data())
@PLAYED
def test_a_joint_programme_moves_only_by_its_own_parties(people, transactional_rollback, data):
    """Nobody joins, declines or leaves for another Party; it begins with two; who declined endorses nothing."""
    own = {"focal_point": "NPL", "neighbour": "BTN"}
    with transactional_rollback():
        values = {**FOUR, **ELEVEN}
        request = verbs.open_programme(by=people["officer"], values=values, invited=["NPL", "BTN", "LKA"])
        for _ in range(data.draw(st.integers(3, 10))):
            request = SupportRequest.objects.get(pk=request.pk)
            before = dict(request.request_parties.values_list("party", "standing"))
            name, party = data.draw(st.sampled_from(PEOPLE)), data.draw(st.sampled_from(("NPL", "BTN", "LKA", "JOR")))
            what = data.draw(st.sampled_from(("join", "stay_out", "leave", "invite", "gather")))
            done = tried(lambda: take_part(request, people[name], party, what))  # noqa: B023 - called at once
            after = dict(request.request_parties.values_list("party", "standing"))
            moved = {code for code in after if before.get(code) != after[code]}
            if what == "gather" and done:
                assert list(after.values()).count("part") >= 2
                assert name in {"officer", "manager"}
            if moved:
                assert done
                assert moved == {party}
                assert own.get(name) == party or (what, name) in {("invite", "officer"), ("invite", "manager")}
                legal = {"join": ("invited", "part"), "stay_out": ("invited", "declined"), "leave": ("part", "left")}
                assert what == "invite" or (before[party], after[party]) == legal[what]
            rows = request.request_parties.filter(endorsed_on__isnull=False, standing__in=("invited", "declined"))
            assert not rows.exists()


def take_part(request, by, party, what):
    match what:
        case "gather":
            verbs.act(request=request, verb="gather", by=by)
        case "invite":
            verbs.invite_parties(request=request, by=by, codes=[party])
        case "leave":
            verbs.leave(request=request, by=by, party=party, reason="because")
        case _:
            getattr(verbs, what)(request=request, by=by, party=party)


SERVICE = {
    "title": "Course", "kind": "course", "targets": "2", "parties": "NPL;BTN", "starts": "2027-03-01",
    "ends": "2027-03-05", "call_until": "2027-02-01", "seats": "2", "place": "Online", "languages": "en",
    "what": "Types", "description": "Types", "format": "online",
}  # fmt: skip


@given(data=st.data())
@PLAYED
def test_a_stored_service_never_leaves_its_table(people, transactional_rollback, data):
    known = {field.field for field in form("service")}
    with transactional_rollback():
        values = {name: value for name, value in SERVICE.items() if name in known}
        service = services.prepare(by=people["officer"], values=values)
        for _ in range(data.draw(st.integers(3, 12))):
            service = Service.objects.get(pk=service.pk)
            before, name = service.state, data.draw(st.sampled_from(PEOPLE))
            what = data.draw(st.sampled_from((*SERVICE_VERBS, *SERVICE_VERBS, "nominate", "select", "attend", "use")))
            done = tried(lambda: serve(service, people[name], what, data))  # noqa: B023 - called at once
            now = Service.objects.get(pk=service.pk)
            if now.state != before:
                assert done
                assert now.state == SERVICE_TABLE[before, what].next
                assert name in {"officer", "manager"}
                assert now.state != "held" or now.participants.filter(place="came").exists()
            if done and what == "nominate":
                assert before == "open"
                assert name in {"officer", "manager", "focal_point"}
            assert now.participants.filter(place="selected").count() <= now.seats
            assert not now.participants.filter(before__isnull=False).exclude(place="came").exists()


def serve(service, by, what, data):
    def anybody():
        if not (there := list(service.participants.all())):
            raise Refused("there is nobody")
        return data.draw(st.sampled_from(there))

    match what:
        case "nominate":
            services.nominate(service=service, by=by, party="NPL", name="Somebody")
        case "select":
            services.select(participant=anybody(), by=by, chosen=True)
        case "attend":
            services.attend(participant=anybody(), by=by, came=True, before=20, after=60)
        case "use":
            services.tell_use(participant=anybody(), by=by, in_use=3)
        case _:
            services.act(service=service, verb=what, by=by, reason="because")
