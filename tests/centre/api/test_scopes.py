"""Every address of the API × every scope, both read from its own description: who gets in, and what nobody gets."""

import datetime
import json

import pytest
from django.core.cache import cache
from django.utils import timezone
from tests.centre.helpdesk.conftest import account

from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.api import keys
from biosetu.centre.api.scopes import scopes
from biosetu.centre.api.views import api
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.models import RequestParty, SupportRequest
from biosetu.centre.library.models import Item

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PATHS = api.get_openapi_schema()["paths"]
SCOPES = tuple(one.scope for one in scopes())
SECRETS = ("Zyqtitle", "Zyqwords", "Zyqperson")
KEYED = {path: path.split("/")[3] for path, does in PATHS.items() if "security" in does["get"]}
OPEN = sorted(set(PATHS) - set(KEYED))


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def held(db):
    """One record of each kind that everybody may see, and one that is nobody's business, full of words to look for."""
    values = {"what": SECRETS[1], "problem": SECRETS[1], "contact": SECRETS[2], "who": SECRETS[2], "targets": "2"}
    for reference, confidential, state, title in (
        ("2026-00001", False, "planning", "Open"), ("2026-00002", True, "planning", SECRETS[0]),
        ("2026-00003", False, "draft", SECRETS[0]), ("2026-00004", False, "submitted", SECRETS[0]),
    ):  # fmt: skip
        own = {} if title == "Open" else values
        made = SupportRequest.objects.create(
            reference=reference, confidential=confidential, state=state, title=title, values=own, centre="iucn-asia"
        )
        RequestParty.objects.create(request=made, party="NPL")
    today = timezone.localdate()
    Provider.objects.create(name="Listed", party="LKA", standing="listed", consented_on=today)
    Provider.objects.create(name=SECRETS[0], party="LKA", standing="submitted", values=values)
    Item.objects.create(kind="opportunity", title="Call", standing="listed", deadline=today)
    Item.objects.create(kind="opportunity", title=SECRETS[0], standing="submitted", values=values)
    return account("reader")


def address(path):
    """The path, leading to a record that everybody may see."""
    pk = {"providers": Provider, "opportunities": Item}.get(path.split("/")[3])
    shown = pk.objects.filter(standing="listed").values_list("pk", flat=True).first() if pk else 0
    return path.format(reference="2026-00001", pk=shown, code="NPL")


def ask(client, path, secret=""):
    return client.get(address(path), headers={"Authorization": f"Bearer {secret}"} if secret else {})


def test_the_description_tells_what_needs_a_key_and_each_scope_opens_something():
    assert set(KEYED.values()) == set(SCOPES)
    assert all(set(does) == {"get"} for does in PATHS.values())
    assert [
        path for path in KEYED if not {"401", "403"} <= {str(code) for code in PATHS[path]["get"]["responses"]}
    ] == []


@pytest.mark.parametrize("path", KEYED)
@pytest.mark.parametrize("scope", ["", *SCOPES, "all", "all but its own", "unknown", "expired", "taken back"])
def test_each_address_with_each_scope(client, held, path, scope):
    wanted = {"all": SCOPES, "all but its own": [one for one in SCOPES if one != KEYED[path]]}.get(scope, [scope])
    made, secret = (None, "")
    if scope and scope not in ("unknown", "expired", "taken back"):
        made, secret = keys.make(by=held, name="k", wanted=wanted, days=1)
    if scope in ("expired", "taken back"):
        made, secret = keys.make(by=held, name="k", wanted=SCOPES, days=1)
        if scope == "expired":
            type(made).objects.update(expires_on=timezone.localdate() - datetime.timedelta(1))
        else:
            keys.revoke(key=made, by=held)
    if scope == "unknown":
        secret = "biosetu_nobody-ever-made-this"
    shut = 401 if scope in ("unknown", "expired", "taken back") else 403
    expected = 200 if not scope or KEYED[path] in wanted else shut
    answer = ask(client, path, secret)
    assert answer.status_code == expected
    if expected != 200:
        assert set(answer.json()) == {"detail"}


@pytest.mark.parametrize("path", OPEN)
def test_what_is_public_needs_no_key(client, held, path):
    assert ask(client, path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_nothing_confidential_leaves_by_any_address(client, held, path):
    for secret in ("", keys.make(by=held, name="k", wanted=SCOPES, days=1)[1]):
        text = json.dumps(ask(client, path, secret).json())
        assert [word for word in SECRETS if word in text] == []


@pytest.mark.parametrize("path", [path for path in KEYED if "{" not in path])
def test_what_is_not_for_the_reader_is_not_counted_either(client, held, path):
    model = {"requests": SupportRequest, "providers": Provider, "opportunities": Item}[KEYED[path]]
    answer = ask(client, path).json()
    assert answer["total"] == len(answer["items"]) == visible_to(held, model.objects.all()).count() == 1


def limits(path):
    asked = PATHS[path]["get"].get("parameters", [])
    return [one["schema"]["maximum"] for one in asked if one["name"] == "limit"]


def test_every_list_that_grows_with_use_has_a_limit():
    lists = {path for path in PATHS if "{" not in path}
    assert {path for path in lists if not limits(path)} == {"/api/v1/parties", "/api/v1/indicators"}


@pytest.mark.parametrize("path", [path for path in PATHS if limits(path)])
def test_no_list_is_longer_than_its_limit(client, held, path):
    assert limits(path) == [1000]
    assert client.get(f"{path}?limit=1001").status_code == 422


@pytest.mark.parametrize("path", PATHS)
def test_every_address_counts_towards_the_limit_of_a_minute(client, held, path, settings):
    for _ in range(settings.BIOSETU_API_PER_MINUTE):
        client.get("/api/v1/parties/NPL")
    assert ask(client, path).status_code == 429


def test_a_party_that_declined_or_left_is_not_told_as_taking_part(client, held):
    request = SupportRequest.objects.get(reference="2026-00001")
    for party, standing in (("BTN", "left"), ("IND", "declined"), ("LKA", "invited")):
        row = RequestParty.objects.create(request=request, party=party, standing=standing)
        RequestParty.objects.filter(pk=row.pk).update(endorsed_on=timezone.localdate())
    told = client.get("/api/v1/requests/2026-00001").json()
    assert (told["parties"], told["endorsed_by"]) == (["NPL"], [])
