"""Two people who press at once, each on a connection of their own: exactly one succeeds, the other is told."""

import datetime
import threading

import pytest
from django.db import close_old_connections, connections
from django.test import Client
from django.urls import reverse

from biosetu.centre.exchange import verbs as exchange
from biosetu.centre.exchange.models import KnownKey
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library import verbs as library
from biosetu.centre.library.holding import keep_holders
from biosetu.centre.library.models import Item, ItemHolder, ItemParty
from biosetu.centre.services import verbs as services
from biosetu.centre.services.models import Service, ServiceParty

from .conftest import account
from .test_verbs import agreed, ready_to_match

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("guards_removed")]
SECONDS = 60


def at_once(*presses):
    """Do all of these in threads that start together; return what each gave back, or what was raised."""
    barrier = threading.Barrier(len(presses))
    outcomes: list[object] = [None] * len(presses)

    def run(number, press):
        close_old_connections()
        try:
            barrier.wait(SECONDS)
            outcomes[number] = press()
        except Exception as error:  # noqa: BLE001 - what it is, the test decides
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(presses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def read(answer):
    return answer.content.decode()


def one_and_told(outcomes):
    """Return the number of the one that succeeded; all others were told that somebody else was first."""
    done = [number for number, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]
    told = [outcome for outcome in outcomes if isinstance(outcome, verbs.Raced)]
    assert (len(done), len(told)) == (1, len(outcomes) - 1), outcomes
    assert all("Somebody else changed this request" in str(one) for one in told)
    return done[0]


def stale(request, many=2):
    """The request as so many people have it before them, read at the same moment."""
    return [SupportRequest.objects.get(pk=request.pk) for _ in range(many)]


@pytest.fixture
def submitted(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    return request


@pytest.mark.parametrize("turn", range(3))
def test_endorsing_and_declining_at_once(people, submitted, turn):
    first, second = stale(submitted)
    outcomes = at_once(
        lambda: verbs.act(request=first, verb="endorse", by=people["focal_point"]),
        lambda: verbs.act(request=second, verb="decline", by=people["officer"], reason="no"),
    )
    submitted.refresh_from_db()
    assert submitted.state == ("endorsed", "declined")[one_and_told(outcomes)]
    assert submitted.steps.exclude(verb="submit").count() == 1


def test_the_same_button_pressed_by_five_at_once(people, submitted):
    presses = [lambda one=one: verbs.act(request=one, verb="endorse", by=people["focal_point"])
               for one in stale(submitted, 5)]  # fmt: skip
    one_and_told(at_once(*presses))
    assert submitted.steps.filter(verb="endorse").count() == 1


def test_two_officers_choose_two_providers_at_once(people, request_of, providers):
    request = ready_to_match(people, request_of)
    both = verbs.list_candidates(request=request, by=people["officer"])
    for one in both:
        verbs.invite(candidate=one, by=people["officer"])
        verbs.answer_invitation(candidate=one, by=one.provider.account, accept=True)
    held = [type(one).objects.select_related("request", "provider").get(pk=one.pk) for one in both]
    outcomes = at_once(
        lambda: verbs.choose(candidate=held[0], by=people["officer"]),
        lambda: verbs.choose(candidate=held[1], by=people["manager"]),
    )
    assert request.candidates.get(chosen=True).pk == held[one_and_told(outcomes)].pk


def test_agreeing_while_consent_is_refused_never_leaves_work_without_consent(people, request_of, providers):
    request, _ = agreed(people, request_of)
    first, second = stale(request)
    refusal = {"people": "Hill people", "process": "Assembly", "scope": "All", "on": request.created.date()}
    at_once(
        lambda: verbs.act(request=first, verb="agree", by=people["officer"]),
        lambda: verbs.record_consent(request=second, by=people["community"], status="refused", **refusal),
    )
    request.refresh_from_db()
    refused = request.consents.filter(status="refused").exists()
    assert (request.state, refused) in {("matching", True), ("agreed", False), ("on_hold", True)}


def test_ten_requests_opened_at_once_have_ten_numbers(people, request_of):
    made = at_once(*[request_of] * 10)
    assert len({one.reference for one in made if isinstance(one, SupportRequest)}) == 10, made


def test_on_the_page_one_is_thanked_and_the_other_is_told(people, submitted):
    address = {verb: reverse("request_do", args=[submitted.reference, verb]) for verb in ("endorse", "decline")}
    clients = [Client(), Client()]
    for client, name in zip(clients, ("focal_point", "officer"), strict=True):
        client.force_login(people[name])
    seen = {"version": str(submitted.version), "reason": "no"}
    answers = at_once(
        lambda: read(clients[0].post(address["endorse"], seen, follow=True)),
        lambda: read(clients[1].post(address["decline"], seen, follow=True)),
    )
    assert sorted("Somebody else changed this request" in str(page) for page in answers) == [False, True]
    assert sorted("notice success" in str(page) for page in answers) == [False, True]


# what two people do to the same request, read by both at the same moment: verbs that leave its state as it is
PAIRS = {
    "two lines of the plan": lambda request, by: verbs.plan(request=request, by=by, kind="activity", text="Training"),
    "two edits of the form": lambda request, by: verbs.save(request=request, by=by, values={"problem": by.username}),
    "the ball": lambda request, by: verbs.pass_ball(request=request, by=by, to="requester"),
    "two shortlists": lambda request, by: verbs.list_candidates(request=request, by=by),
    "put on hold": lambda request, by: verbs.act(request=request, verb="hold", by=by, reason="Floods"),
    "handed over": lambda request, by: verbs.act(request=request, verb="hand_over", by=by, reason="Elsewhere"),
}


@pytest.mark.parametrize("what", PAIRS)
def test_of_two_who_change_a_request_at_once_one_succeeds(people, request_of, providers, what):
    first, second = stale(ready_to_match(people, request_of))
    one_and_told(at_once(lambda: PAIRS[what](first, people["officer"]), lambda: PAIRS[what](second, people["manager"])))


def test_a_provider_answers_its_invitation_once(people, request_of, providers):
    request = ready_to_match(people, request_of)
    asked = verbs.list_candidates(request=request, by=people["officer"])[0]
    verbs.invite(candidate=asked, by=people["officer"])
    helper, held = asked.provider.account, [type(asked).objects.get(pk=asked.pk) for _ in range(2)]
    outcomes = at_once(
        lambda: verbs.answer_invitation(candidate=held[0], by=helper, accept=True),
        lambda: verbs.answer_invitation(candidate=held[1], by=helper, accept=False),
    )
    asked.refresh_from_db()
    assert asked.answer == ("accepted", "declined")[one_and_told(outcomes)]


def test_one_arrival_is_taken_in_once(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="hand_over", by=people["officer"], reason="Elsewhere")
    content = exchange.hand_over_file(request=request, by=people["officer"])
    arrival = exchange.arrive(content=content, by=people["officer"])
    KnownKey.objects.create(key=arrival.key, name="Us")
    held = [type(arrival).objects.get(pk=arrival.pk) for _ in range(2)]
    outcomes = at_once(*[lambda one=one: exchange.take_in(arrival=one, by=people["officer"]) for one in held])
    assert sorted("already" in str(one) for one in outcomes) == [False, True]
    assert SupportRequest.objects.exclude(came_from="").count() == 1


def test_the_last_seat_of_a_service_is_given_once(people):
    service = Service.objects.create(title="Course", state="open", centre="iucn-asia", owner=people["officer"], seats=1)
    ServiceParty.objects.create(service=service, party="NPL")
    nominated = [
        services.nominate(service=service, by=people["focal_point"], party="NPL", name=f"Person {n}") for n in range(2)
    ]
    outcomes = at_once(
        *[lambda one=one: services.select(participant=one, by=people["officer"], chosen=True) for one in nominated]
    )
    assert service.participants.filter(place="selected").count() == 1
    assert sorted("seats are taken" in str(one) for one in outcomes) == [False, True]


def test_one_entry_of_the_library_is_reviewed_once(people):
    entry = Item.objects.create(kind="guidance", title="G", standing="submitted", owner=people["contributor"])
    held = [Item.objects.get(pk=entry.pk) for _ in range(2)]
    outcomes = at_once(
        lambda: library.review(item=held[0], by=people["officer"], listed=True),
        lambda: library.review(item=held[1], by=people["manager"], listed=False, reason="Old"),
    )
    assert sorted("Somebody else changed" in str(one) for one in outcomes) == [False, True]


@pytest.fixture
def kept_by_two(people):
    """An entry with knowledge of two communities, and who speaks for each."""
    entry = Item.objects.create(kind="solution", title="S", standing="submitted", knowledge=True)
    ItemParty.objects.create(item=entry, party="NPL")
    keep_holders(entry, ["Office of community", "Office of river"])
    return entry, (people["community"], account("river", "community", party="NPL"))


def held_twice(entry):
    return [Item.objects.get(pk=entry.pk) for _ in range(2)]


@pytest.mark.parametrize("turn", range(3))
def test_an_entry_that_both_its_holders_release_at_once_is_released(kept_by_two, turn):
    entry, holders = kept_by_two
    both = zip(held_twice(entry), holders, strict=True)
    assert at_once(*[lambda one=one, by=by: library.release(item=one, by=by) for one, by in both]) == [None, None]
    assert Item.objects.get(pk=entry.pk).released_on


@pytest.mark.parametrize("turn", range(3))
def test_an_entry_that_one_holder_takes_back_while_the_other_releases_is_not_released(kept_by_two, turn):
    entry, (one, other) = kept_by_two
    ItemHolder.objects.filter(office="office of community").update(released_on=datetime.date(2026, 11, 1))
    held = held_twice(entry)
    outcomes = at_once(lambda: library.take_back(item=held[0], by=one), lambda: library.release(item=held[1], by=other))
    assert outcomes == [None, None]
    assert Item.objects.get(pk=entry.pk).released_on is None
