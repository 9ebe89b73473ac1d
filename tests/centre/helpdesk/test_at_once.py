"""Two people who press at once, each on a connection of their own: exactly one succeeds, the other is told."""

import threading

import pytest
from django.db import close_old_connections, connections
from django.test import Client
from django.urls import reverse

from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import SupportRequest

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
