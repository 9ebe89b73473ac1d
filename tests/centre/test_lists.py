"""Every page without a record in its address needs the same queries for a few records of each kind and for many."""

import datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from tests.centre.helpdesk.conftest import account

from biosetu.centre.accounts.models import Notice, Role
from biosetu.centre.api import keys
from biosetu.centre.assessor.models import TaxonAssessment
from biosetu.centre.audit.models import Entry
from biosetu.centre.directory.models import Provider
from biosetu.centre.ecosystems.models import Study
from biosetu.centre.exchange.models import Arrival
from biosetu.centre.helpdesk.models import RequestParty, SupportRequest
from biosetu.centre.holdings.models import Holding
from biosetu.centre.library.models import Item, ItemParty, Kind
from biosetu.centre.planning.models import Study as Plan
from biosetu.centre.services.models import Service, ServiceParty

pytestmark = [pytest.mark.db, pytest.mark.django_db]
TODAY = datetime.date(2026, 11, 23)
FEW, MANY = 3, 18
# not lists: they lead elsewhere, sign in or out, or answer a form
FORMS = frozenset({"account_logout", "account_reauthenticate"})


def walked(patterns, prefix=""):
    """The names of all addresses without arguments, as far as they have a name of their own."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from walked(pattern.url_patterns, route)
        elif pattern.name and "<" not in route and not route.startswith(("api/v1", "ar/")):
            yield pattern.name


def pages():
    names = dict.fromkeys(walked(get_resolver().url_patterns))
    return [name for name in names if not name.startswith(("mfa_", "account_")) and name not in FORMS]


def fill(officer, start, many):
    for n in range(start, start + many):
        request = SupportRequest.objects.create(
            reference=f"2026-{n:05d}", title=f"Help {n}", state="planning", centre="iucn-asia", due_on=TODAY, rounds=2,
            values={"targets": "2", "what": f"wetland {n}"}, joint=n % 2 == 0,
        )  # fmt: skip
        RequestParty.objects.create(request=request, party="NPL")
        Provider.objects.create(
            name=f"P{n}", party="NPL", standing="listed", consented_on=TODAY, values={"targets": "2"}
        )
        for kind in Kind.values:
            item = Item.objects.create(kind=kind, title=f"{kind} {n}", standing="listed", values={"targets": "2"})
            ItemParty.objects.create(item=item, party="NPL")
        service = Service.objects.create(title=f"S{n}", state="open", kind="course", centre="iucn-asia")
        ServiceParty.objects.create(service=service, party="NPL")
        Holding.objects.create(holder="O", party="NPL", title=f"H{n}", rule="public", released=True)
        TaxonAssessment.objects.create(owner=officer, party="NPL", taxon=f"T{n}")
        Plan.objects.create(owner=officer, party="NPL", title=f"p{n}", held={"units": 4, "features": []})
        Study.objects.create(owner=officer, party="NPL", title=f"s{n}")
        Arrival.objects.create(body={"reference": str(n), "values": {}}, key="k", digest=str(n))
        Notice.objects.create(account=officer, message="there is something new", address="requests/")
        Entry.objects.create(verb="edit", record="run", record_id=str(n), party="NPL", request_id="-")
        keys.make(by=officer, name=f"k{n}", wanted=["requests"], days=3)


@pytest.fixture
def officer(db):
    made = account("officer", "officer", centre="iucn-asia")
    Role.objects.create(account=made, role="officer", party="NPL", office="Ministry")
    Role.objects.create(account=made, role="manager", centre="iucn-asia", office="Centre")
    return made


def looked_at(client):
    """Page -> (status, queries), each loaded once before it is counted."""
    found = {}
    for name in pages():
        cache.clear()
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as seen:
            found[name] = (client.get(reverse(name)).status_code, len(seen))
    return found


def test_the_walk_finds_the_lists():
    lists = {
        "home", "parties", "indicators", "targets", "requests", "directory", "library", "services", "holdings", "audit",
        "runs", "review", "assessments", "plans", "studies", "arrivals", "results", "priorities",
    }  # fmt: skip
    assert lists <= set(pages())


def test_no_page_asks_more_of_the_database_for_more_records(client, officer):
    client.force_login(officer)
    fill(officer, 1, FEW)
    few = looked_at(client)
    fill(officer, 1 + FEW, MANY)
    many = looked_at(client)
    assert {status for status, _ in many.values()} <= {200, 302, 403, 405}
    assert {name: (few[name][1], queries) for name, (_, queries) in many.items() if queries > few[name][1]} == {}
