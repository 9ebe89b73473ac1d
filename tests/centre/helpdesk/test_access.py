"""Who sees which request and entry of the directory: the table's two readings agree, and role by role."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser

from biosetu.centre.accounts.permissions import may, table, visible_to
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.models import Candidate, RequestParty, SupportRequest

from .conftest import TODAY

pytestmark = pytest.mark.db
STATES = [state for state, _ in SupportRequest._meta.get_field("state").choices]


def random_requests(people, providers, number=60):
    chance = random.Random(4)
    for n in range(number):
        request = SupportRequest.objects.create(
            reference=f"2026-{n:05d}", owner=chance.choice([*people.values(), None]), centre="iucn-asia",
            state=chance.choice(STATES), confidential=chance.random() < 0.3,
        )  # fmt: skip
        for party in chance.sample(["NPL", "BTN", "JOR", "FRA"], chance.randint(0, 2)):
            RequestParty.objects.create(request=request, party=party)
        if chance.random() < 0.5:
            answer = chance.choice(["listed", "invited", "accepted", "declined"])
            Candidate.objects.create(request=request, provider=chance.choice(providers), answer=answer)


@pytest.mark.parametrize("kind", ["request", "provider"])
def test_visible_to_equals_the_predicate_for_random_records(people, providers, kind):
    random_requests(people, providers)
    for n, standing in enumerate(["draft", "submitted", "listed", "withdrawn"] * 3):
        Provider.objects.create(
            name=str(n), standing=standing, party=["NPL", "JOR", ""][n % 3], account=list(people.values())[n % 5],
            consented_on=TODAY if n % 2 else None,
        )  # fmt: skip
    model = {"request": SupportRequest, "provider": Provider}[kind]
    for user in (*people.values(), AnonymousUser()):
        for verb in {row.verb for row in table() if row.record == kind} - {"open"}:
            by_query = set(visible_to(user, model.objects.all(), verb).values_list("pk", flat=True))
            by_predicate = {record.pk for record in model.objects.all() if may(user, verb, record)}
            assert by_query == by_predicate, (user, verb)


def make(people, state, **extra):
    request = SupportRequest.objects.create(
        reference=f"2026-{random.randint(1000, 99999)}",
        owner=people["contributor"],
        centre="iucn-asia",
        state=state,
        **extra,
    )
    RequestParty.objects.create(request=request, party="NPL")
    return request


def who_sees(people, request):
    return {name for name, person in people.items() if may(person, "see", request)}


def test_a_draft_is_seen_by_its_owner_alone(people):
    assert who_sees(people, make(people, "draft")) == {"contributor"}


def test_a_submitted_request_is_seen_by_its_people_and_not_by_public_or_another_centre(people):
    seen = who_sees(people, make(people, "submitted"))
    assert seen == {"contributor", "focal_point", "community", "officer", "manager"}


def test_an_endorsed_request_is_public(people):
    assert who_sees(people, make(people, "endorsed")) == set(people)


def test_a_confidential_request_exists_for_nobody_else(people):
    request = make(people, "under_way", confidential=True)
    assert who_sees(people, request) == {"contributor", "focal_point", "officer", "manager"}
    for name in ("public", "community", "neighbour", "far_officer", "provider"):
        assert visible_to(people[name], SupportRequest.objects.all()).count() == 0
    assert visible_to(AnonymousUser(), SupportRequest.objects.all()).count() == 0


def test_an_invited_provider_sees_a_confidential_request_and_a_listed_one_does_not(people, providers):
    request = make(people, "matching", confidential=True)
    candidate = Candidate.objects.create(request=request, provider=providers[0])
    assert not may(people["provider"], "see", request)
    candidate.answer = "invited"
    candidate.save()
    assert may(people["provider"], "see", request)
    assert not may(people["other_provider"], "see", request)


@pytest.mark.parametrize("verb", ["work", "edit", "deliver"])
def test_only_the_centre_and_those_concerned_work_on_a_request(people, verb):
    request = make(people, "planning")
    allowed = {name for name, person in people.items() if may(person, verb, request)}
    expected = {"officer", "manager"} | ({"contributor"} if verb == "edit" else set())
    assert allowed == expected


def test_an_officer_without_second_step_is_only_public(people):
    request = make(people, "submitted")
    people["officer"].authenticator_set.all().delete()
    fresh = type(people["officer"]).objects.get(pk=people["officer"].pk)
    assert not may(fresh, "see", request)
