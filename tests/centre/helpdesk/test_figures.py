"""What the database counts equals what is counted one by one, for random records; and its queries do not grow."""

import datetime
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biosetu.alignment.capacity import SelfAssessment
from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import days, verbs
from biosetu.centre.helpdesk.facts import clock
from biosetu.centre.helpdesk.figures import figures
from biosetu.centre.helpdesk.models import Choice, PlanItem, RequestParty, Step, SupportRequest
from biosetu.centre.helpdesk.periods import Period
from biosetu.centre.promises.store import DatabasePromises
from biosetu.cooperation import FINAL, transitions
from biosetu.cooperation.forms import parts

pytestmark = [pytest.mark.db, pytest.mark.django_db]
STATES = sorted({row.next for row in transitions() if not row.next.startswith("@")} | {"draft"})
LISTS = ["", "2", "2;3", "3; 2", "11;A", "2;2"]
MOVES = [(row.verb, row.ball) for row in transitions() if not row.ball.startswith("@")] + [("acknowledge", "centre")]


IN_THE_YEAR = st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))


@st.composite
def life(draw):
    """A request with a random past: when which verb took it to which state, its plan and who was chosen."""
    number = st.one_of(st.none(), st.integers(-5, 5).map(float))
    done = st.one_of(st.none(), st.integers(0, 90))
    move = st.tuples(st.integers(0, 90), st.sampled_from(MOVES), st.sampled_from(STATES))
    return {
        "targets": draw(st.sampled_from(LISTS)),
        "kinds": draw(st.sampled_from(["", "training", "training;data"])),
        "parties": draw(st.lists(st.sampled_from(["NPL", "BTN", "JOR"]), min_size=1, max_size=2, unique=True)),
        "standing": draw(st.sampled_from(["part", "invited", "left"])),
        "rounds": draw(st.integers(0, 3)),
        "moves": sorted(draw(st.lists(move, max_size=8))),
        "plan": draw(
            st.lists(st.tuples(st.sampled_from(PlanItem.Kind.values), number, number, number, done), max_size=3)
        ),
        "choices": draw(st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 6)), IN_THE_YEAR), max_size=2)),
    }


def make(number, past, provider):
    first = timezone.now() - datetime.timedelta(days=91)
    states = ["draft", *(after for _, _, after in past["moves"])]
    request = SupportRequest.objects.create(
        reference=f"R-{number}", centre="iucn-asia", state=states[-1], rounds=past["rounds"],
        values={"targets": past["targets"], "assistance_types": past["kinds"]},
    )  # fmt: skip
    standings = ["part", past["standing"]]
    for party, standing in zip(past["parties"], standings, strict=False):
        RequestParty.objects.create(request=request, party=party, standing=standing)
    for (day, (verb, ball), after), before in zip(past["moves"], states, strict=False):
        at = first + datetime.timedelta(days=day)
        Step.objects.create(request=request, verb=verb, before=before, after=after, ball=ball, role="x", at=at)
    for kind, baseline, target, result, done in past["plan"]:
        name = "" if baseline is None else "A.3"
        on = None if done is None else (first + datetime.timedelta(days=done)).date()
        PlanItem.objects.create(
            request=request, kind=kind, text="x", indicator=name, baseline=baseline, target=target, result=result,
            done_on=on,
        )  # fmt: skip
    for rank, on in past["choices"]:
        Choice.objects.create(request=request, provider=provider, rank=rank, chosen_on=on)
    verbs.refresh_clock(request)
    return request


def stood(request, last):
    """The state at the end of a day, and how many rounds had ended without a provider."""
    if last >= days.today():
        return request.state, request.rounds
    steps = [one for one in request.steps.all() if timezone.localdate(one.at) <= last]
    lost = [
        one for one in steps if one.before in {"matching", "agreed"} and one.verb in {"match", "plan", "seek_funds"}
    ]
    return (steps[-1].after if steps else "draft"), len(lost)


def planned_by_hand(request, inside, *, at_work):
    counts = Counter()
    for line in request.plan.all():
        counts["activities", ""] += at_work and line.kind in {"activity", "output", "deliverable"}
        stands = request.state in {"agreed", "under_way", "delivered", "closed"} and inside(line.done_on)
        measured = stands and line.kind == "outcome" and bool(line.indicator) and line.result is not None
        counts["outcomes", ""] += measured
        if measured and line.target is not None:
            way, done = line.target - line.baseline, line.result - line.baseline
            counts["reached", ""] += done >= way if way >= 0 else done <= way
    return counts


def one_by_one(requests, since=None, until=None):
    """Count as somebody would with a pencil."""
    counts, last = Counter(), until or days.today()

    def inside(day):
        if since is None and until is None:
            return True
        return day is not None and (since is None or day >= since) and (until is None or day <= until)

    for request in requests:
        firsts = {}
        for one in request.steps.all():
            firsts.setdefault(one.after, timezone.localdate(one.at))
        came = {state for state, day in firsts.items() if state != "draft" and inside(day)}
        counts.update(("came_to", state) for state in came)
        state, rounds = stood(request, last)
        still = state not in {*FINAL, "draft"}
        parties = [row.party for row in request.request_parties.all() if row.standing == "part"]
        for counted, (target, party, kind) in (
            ("submitted" in came, ("asked_target", "asked_party", "asked_kind")),
            (still, ("demand", "party", "kind")),
        ):
            if counted:
                counts.update((target, code) for code in set(parts(request.values.get("targets", ""))))
                counts.update((kind, code) for code in set(parts(request.values.get("assistance_types", ""))))
                counts.update((party, code) for code in parties)
        counts["requests", ""] += "submitted" in came
        counts["open", ""] += still
        counts["state", state] += state != "draft"
        counts["workload", ""] += state in {"agreed", "under_way", "delivered"}
        counts["unmatched", ""] += rounds >= 2 and state in {"planning", "matching", "seeking_funds", "on_hold"}
        for due in clock(request):
            if due.ended is not None and inside(due.ended):
                counts["late" if due.status == "late" else "kept", due.step] += 1
            waiting = due.status != "paused" if due.ended is None else due.ended > last
            counts["overdue", due.step] += still and waiting and due.due < last
        for choice in request.choices.all():
            quarter = f"{choice.chosen_on.year}-Q{(choice.chosen_on.month + 2) // 3}"
            counts["choices", quarter] += inside(choice.chosen_on)
            counts["top", quarter] += inside(choice.chosen_on) and choice.rank is not None and choice.rank <= 3
        at_work = state in {"agreed", "under_way", "delivered"} or "closed" in came
        counts.update(planned_by_hand(request, inside, at_work=at_work))
    return {key: value for key, value in counts.items() if value}


@st.composite
def offering(draw):
    """A provider of random standing, home, work and help."""
    lists = {
        "targets": LISTS,
        "parties": ["", "NPL", "NPL; BTN", "JOR;JOR"],
        "free_services": ["", "training", "training; data"],
        "paid_services": ["", "data", "advice"],
    }
    return {
        "standing": draw(st.sampled_from(["draft", "listed", "listed", "withdrawn"])),
        "consented_on": draw(st.sampled_from([None, datetime.date(2026, 1, 1)])),
        "values": {
            "party": draw(st.sampled_from(["NPL", "BTN"])),
            **{name: draw(st.sampled_from(of)) for name, of in lists.items()},
        },
    }


def offered_one_by_one(providers):
    counts = Counter()
    for one in providers:
        if one["standing"] == "listed" and one["consented_on"]:
            held = one["values"]
            counts.update(("supply", code) for code in set(parts(held["targets"])))
            counts.update(("supply_party", code) for code in {held["party"], *parts(held["parties"])})
            kinds = {*parts(held["free_services"]), *parts(held["paid_services"])}
            counts.update(("supply_kind", code) for code in kinds)
    return dict(counts)


@given(st.lists(offering(), max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_supply_is_counted_as_somebody_with_a_pencil_would(transactional_rollback, providers):
    with transactional_rollback():
        for number, one in enumerate(providers):
            Provider.objects.create(name=f"p{number}", party=one["values"]["party"], **one)
        found = {(one.measure, one.group): one.value for one in figures(SupportRequest.objects.all()) if one.value}
        assert found == offered_one_by_one(providers)


@given(st.lists(life(), min_size=1, max_size=3), st.integers(0, 95), st.integers(0, 60))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_period_counts_what_was_done_in_it_whenever_the_request_began(transactional_rollback, pasts, ago, length):
    edge = days.today() - datetime.timedelta(days=ago)
    with transactional_rollback():
        provider = Provider.objects.create(name="p", standing="draft")
        requests = [make(number, past, provider) for number, past in enumerate(pasts)]
        for since, until in ((edge, None), (None, edge), (edge - datetime.timedelta(days=length), edge)):
            found = figures(SupportRequest.objects.all(), Period(since, until))
            told = {(one.measure, one.group): one.value for one in found if one.value}
            assert told == one_by_one(requests, since, until)


@given(st.lists(life(), max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_counts_as_somebody_with_a_pencil(transactional_rollback, pasts):
    with transactional_rollback():
        provider = Provider.objects.create(name="p", standing="draft")
        requests = [make(number, past, provider) for number, past in enumerate(pasts)]
        found = figures(SupportRequest.objects.all())
        assert {(one.measure, one.group): one.value for one in found if one.value} == one_by_one(requests)


def test_the_queries_do_not_grow_with_the_requests(people, request_of):
    seen = []
    for _ in range(2):
        for _ in range(3):
            verbs.refresh_clock(request_of())
        rows = visible_to(people["officer"], SupportRequest.objects.all())
        with CaptureQueriesContext(connection) as queries:
            figures(rows)
        seen.append(len(queries))
    assert seen[0] == seen[1] < 30


def test_a_promise_goes_overdue_by_the_calendar_alone(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    made = request.promises.get(step="acknowledge")
    after = datetime.datetime.combine(made.due + datetime.timedelta(days=1), datetime.time(12), tzinfo=datetime.UTC)
    rows = SupportRequest.objects.all()
    assert not [one for one in figures(rows) if one.measure == "overdue"]
    with days.on(after):
        late = [(one.measure, one.group, one.value) for one in figures(rows) if one.measure == "overdue"]
    assert ("overdue", "acknowledge", 1) in late


def assessed(party, **scores):
    rating = {"indicator": "A.1", "scores": scores}
    return SelfAssessment.model_validate({"party": party, "by": "Office", "on": "2026-01-01", "ratings": [rating]})


def test_capacity_before_and_after_is_over_what_was_rated_twice_and_for_those_who_may_see_it():
    for held in (
        assessed("NPL", data=0, people=3, method=1),
        assessed("NPL", data=3, people=3),
        assessed("BTN", data=1),
    ):
        DatabasePromises().keep_assessment(held)
    rows = SupportRequest.objects.all()
    told = {(one.measure, one.group): one.value for one in figures(rows, rated={"NPL", "BTN"})}
    assert (told["capacity_before", "NPL"], told["capacity_after", "NPL"]) == (50.0, 100.0)
    assert ("capacity_after", "BTN") not in told
    assert not [one for one in figures(rows) if one.measure.startswith("capacity")]


def test_a_request_of_last_year_that_is_closed_this_year_is_this_year_s_work(people, request_of):
    """Begun, endorsed and sent before the period; agreed, measured and closed in it."""
    rows, request = SupportRequest.objects.all(), request_of(targets="2")
    for day, verb, before, after in (
        ("2025-03-01", "submit", "draft", "submitted"),
        ("2025-03-09", "endorse", "submitted", "endorsed"),
        ("2026-02-01", "agree", "matching", "agreed"),
        ("2026-05-01", "deliver", "under_way", "delivered"),
        ("2026-05-09", "close", "delivered", "closed"),
    ):
        Step.objects.create(
            request=request, verb=verb, before=before, after=after, ball="x", role="x", at=f"{day}T12:00:00Z"
        )
    SupportRequest.objects.filter(pk=request.pk).update(state="closed")
    PlanItem.objects.create(
        request=request, kind="outcome", text="x", indicator="A.3", baseline=0, target=1, result=1, done_on="2026-04-01"
    )
    year = {
        when: {
            (one.measure, one.group): one.value
            for one in figures(rows, Period(datetime.date(when, 1, 1), datetime.date(when, 12, 31)))
            if one.value
        }
        for when in (2025, 2026)
    }
    assert year[2025] == {
        ("requests", ""): 1, ("open", ""): 1, ("came_to", "submitted"): 1, ("came_to", "endorsed"): 1,
        ("asked_target", "2"): 1, ("asked_party", "NPL"): 1, ("demand", "2"): 1, ("party", "NPL"): 1,
        ("state", "endorsed"): 1,
    }  # fmt: skip
    assert year[2026] == {
        ("came_to", "agreed"): 1, ("came_to", "delivered"): 1, ("came_to", "closed"): 1, ("state", "closed"): 1,
        ("outcomes", ""): 1, ("reached", ""): 1,
    }  # fmt: skip
