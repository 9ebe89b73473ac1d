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
    """A request with a random past: when which verb was done, its plan and who was chosen."""
    number = st.one_of(st.none(), st.integers(-5, 5).map(float))
    return {
        "state": draw(st.sampled_from(STATES)),
        "targets": draw(st.sampled_from(LISTS)),
        "kinds": draw(st.sampled_from(["", "training", "training;data"])),
        "parties": draw(st.lists(st.sampled_from(["NPL", "BTN", "JOR"]), min_size=1, max_size=2, unique=True)),
        "standing": draw(st.sampled_from(["part", "invited", "left"])),
        "rounds": draw(st.integers(0, 3)),
        "moves": sorted(draw(st.lists(st.tuples(st.integers(0, 90), st.sampled_from(MOVES)), max_size=8))),
        "plan": draw(st.lists(st.tuples(st.sampled_from(PlanItem.Kind.values), number, number, number), max_size=3)),
        "choices": draw(st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 6)), IN_THE_YEAR), max_size=2)),
    }


def make(number, past, provider):
    first = timezone.now() - datetime.timedelta(days=91)
    request = SupportRequest.objects.create(
        reference=f"R-{number}", centre="iucn-asia", state=past["state"], rounds=past["rounds"],
        values={"targets": past["targets"], "assistance_types": past["kinds"]},
    )  # fmt: skip
    standings = ["part", past["standing"]]
    for party, standing in zip(past["parties"], standings, strict=False):
        RequestParty.objects.create(request=request, party=party, standing=standing)
    for day, (verb, ball) in past["moves"]:
        at = first + datetime.timedelta(days=day)
        Step.objects.create(request=request, verb=verb, before="x", after="x", ball=ball, role="x", at=at)
    for kind, baseline, target, result in past["plan"]:
        name = "" if baseline is None else "A.3"
        PlanItem.objects.create(
            request=request, kind=kind, text="x", indicator=name, baseline=baseline, target=target, result=result
        )
    for rank, on in past["choices"]:
        Choice.objects.create(request=request, provider=provider, rank=rank, chosen_on=on)
    verbs.refresh_clock(request)
    return request


def one_by_one(requests):
    """Count as somebody would with a pencil."""
    counts = Counter()
    for request in (row for row in requests if row.state != "draft"):
        still, at_work = request.state not in FINAL, request.state in {"agreed", "under_way", "delivered"}
        counts["requests", ""] += 1
        counts["open", ""] += still
        counts["state", request.state] += 1
        counts["workload", ""] += at_work
        looking = request.state in {"planning", "matching", "seeking_funds", "on_hold"}
        counts["unmatched", ""] += request.rounds >= 2 and looking
        for code in set(parts(request.values.get("targets", ""))) if still else ():
            counts["demand", code] += 1
        for code in set(parts(request.values.get("assistance_types", ""))) if still else ():
            counts["kind", code] += 1
        for party in request.request_parties.all() if still else ():
            counts["party", party.party] += party.standing == "part"
        for due in clock(request):
            name = {"met": "kept", "late": "late", "overdue": "overdue"}.get(due.status, "")
            counts[name, due.step] += bool(name) and (still or name != "overdue")
        for choice in request.choices.all():
            quarter = f"{choice.chosen_on.year}-Q{(choice.chosen_on.month + 2) // 3}"
            counts["choices", quarter] += 1
            counts["top", quarter] += choice.rank is not None and choice.rank <= 3
        for line in request.plan.all() if at_work or request.state == "closed" else ():
            counts["activities", ""] += line.kind in {"activity", "output", "deliverable"}
            measured = bool(line.indicator) and line.result is not None
            counts["outcomes", ""] += measured
            if measured and line.target is not None:
                way, done = line.target - line.baseline, line.result - line.baseline
                counts["reached", ""] += done >= way if way >= 0 else done <= way
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


@given(st.lists(life(), min_size=1, max_size=3), st.dates(datetime.date(2026, 11, 1), datetime.date(2026, 11, 30)))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_period_counts_the_requests_whose_first_day_lies_in_it(transactional_rollback, pasts, edge):
    with transactional_rollback():
        provider = Provider.objects.create(name="p", standing="draft")
        requests = [make(number, past, provider) for number, past in enumerate(pasts)]
        for number, request in enumerate(requests):
            day = datetime.date(2026, 11, 1 + 10 * number)
            request.created = datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)
            request.save(update_fields=["created"])
        for since, until in ((edge, None), (None, edge), (edge, edge)):
            among = [
                one
                for one in requests
                if (since is None or one.created.date() >= since) and (until is None or one.created.date() <= until)
            ]
            found = figures(SupportRequest.objects.all(), since, frozenset(), until)
            assert {(one.measure, one.group): one.value for one in found if one.value} == one_by_one(among)


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
    told = {(one.measure, one.group): one.value for one in figures(rows, None, {"NPL", "BTN"})}
    assert (told["capacity_before", "NPL"], told["capacity_after", "NPL"]) == (50.0, 100.0)
    assert ("capacity_after", "BTN") not in told
    assert not [one for one in figures(rows) if one.measure.startswith("capacity")]
