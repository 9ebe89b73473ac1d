"""Matching in the browser, without script: conflicts from the forms, what helps, weights, all requests at once."""

import pytest
from django.urls import reverse

from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.cooperation.conflicts import policy

from .conftest import ELEVEN, FOUR

pytestmark = pytest.mark.db
MOVES = (("focal_point", "endorse"), ("officer", "articulate"), ("officer", "plan"), ("officer", "match"))
YEAR = days.today().year
OFFER = {
    "kind": "institution", "party": "LKA", "coverage": "Asia", "subjects": "ecosystems", "free_services": "advice",
    "paid_services": "training", "organization": "Hill Institute", "contact": "desk", "languages": "en",
    "targets": "1;2", "consent": "yes",
}  # fmt: skip
ASKED = {
    "ministry": "Ministry of Water", "contacts": "A. Rai; C. Gurung", "supervisors": "B. Lama",
    "funders": "Fund X; Fund Y", "joint_work": f"Older:2019\r\nKnown Partner:{YEAR}",
}  # fmt: skip
# (kind, scope): what a provider fills in that brings this conflict alone with the request above
FILLED = {
    ("same_organization", "organization"): {"organization": "DNPWC"},
    ("same_ministry", "ministry"): {"ministry": "Ministry of Water"},
    ("same_ministry", "organization"): {"ministry": "DNPWC"},
    ("same_organization", "ministry"): {"organization": "Ministry of Water"},
    ("supervisor", "contacts"): {"supervisors": "A. Rai"},
    ("supervisor", "supervisors"): {"contacts": "D. Oli; B. Lama"},
    ("declared_interest", "organization"): {"interests": "DNPWC"},
    ("declared_interest", "ministry"): {"interests": "Ministry of Water"},
    ("declared_interest", "party"): {"interests": "Nepal"},
    ("declared_interest", "request"): {"interests": f"{YEAR}-00001"},
    ("funder", "funders"): {"funders": "Fund Y"},
    ("joint_work", "organization"): {"joint_work": f"Other:2019\r\nDNPWC:{YEAR}"},
    ("joint_work", "ministry"): {"joint_work": f"Ministry of Water:{YEAR}"},
    ("joint_work", "joint_work"): {"organization": "Known Partner"},
}


@pytest.fixture
def press(client, people):
    def post(person, address, **data):
        client.force_login(people[person])
        answer = client.post(address, data)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        return answer

    return post


@pytest.fixture
def page(client, people):
    def get(name, address):
        client.force_login(people[name])
        return client.get(address).content.decode()

    return get


@pytest.fixture
def asked(press):
    def send(**extra):
        press("contributor", reverse("request_new"), submit="yes", party="NPL", **{**FOUR, **ELEVEN, **extra})
        made = SupportRequest.objects.latest("pk")
        for person, verb in MOVES:
            press(person, reverse("request_do", args=[made.reference, verb]))
        made.refresh_from_db()
        return made

    return send


@pytest.fixture
def registered(press):
    def register(name, by="provider", **extra):
        press(by, reverse("provider_new"), name=name, **{**OFFER, **extra})
        made = Provider.objects.get(name=name)
        press(by, reverse("provider_do", args=[made.pk, "submit"]))
        press("officer", reverse("provider_do", args=[made.pk, "list"]))
        return made

    return register


def test_conflicts_filled_in_on_the_forms_act_on_the_shortlist_as_the_policy_says(asked, registered, press, page):
    request = asked(**ASKED)
    bound = {key: registered("-".join(key), **extra) for key, extra in FILLED.items()}
    free = registered("free")
    press("officer", reverse("request_do", args=[request.reference, "shortlist"]))
    lacks = {one.provider_id: one.lacks["en"] for one in request.candidates.all()}
    assert {(row.kind, row.scope) for row in policy()} == set(bound)
    assert {(row.kind, row.scope): row.excludes for row in policy()} == {
        key: provider.pk not in lacks for key, provider in bound.items()
    }
    warnings = {row.explanation for row in policy()}
    for row in policy():
        if not row.excludes:
            assert {text for text in warnings if text in lacks[bound[row.kind, row.scope].pk]} == {row.explanation}
            assert row.explanation in page("officer", reverse("request", args=[request.reference]))
    assert not [text for text in warnings if text in lacks[free.pk]]


def test_people_named_against_conflicts_are_not_shown_to_the_public(asked, registered, press, client, people):
    request = asked(contacts="A. Hidden", supervisors="B. Hidden", ministry="Ministry of Water")
    made = registered("Open", contacts="C. Hidden", supervisors="D. Hidden", funders="Fund X")
    client.logout()
    for address in (
        reverse("request", args=[request.reference]),
        reverse("provider", args=[made.pk]),
    ):
        shown = client.get(address).content.decode()
        assert "Hidden" not in shown
        assert ("Ministry of Water" if "requests" in address else "Fund X") in shown


def test_the_fields_against_conflicts_lie_folded_and_open_where_one_is_wrong(page, client, people):
    for address in (reverse("request_new"), reverse("provider_new")):
        shown = page("contributor", address)
        assert '<details class="field"><summary>' in shown
        assert 'name="joint_work"' in shown
    answer = client.post(reverse("request_new"), {"party": "NPL", **FOUR, "joint_work": "Hill Institute"})
    assert (answer.status_code, '<details class="field" open>' in answer.content.decode()) == (422, True)
