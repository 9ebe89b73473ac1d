import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from tests.centre.people import account

from biosetu.centre.accounts import demonstration
from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.permissions import parties_for
from biosetu.centre.evidence import intake
from biosetu.centre.evidence.models import Run, Upload
from biosetu.centre.evidence.reader import read_here

pytestmark = [pytest.mark.db, pytest.mark.django_db]
# RFC 6238, appendix B, SHA-1: the last six digits of the eight given there
RFC_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 20000000000: "353130"}


@pytest.mark.parametrize(("seconds", "code"), list(RFC_CODES.items()))
def test_one_time_code_is_that_of_the_standard(seconds, code):
    assert demonstration.one_time_code(RFC_KEY, seconds) == code


def test_demonstration_twice_is_the_same_as_once(monkeypatch):
    monkeypatch.setattr(intake, "read_apart", read_here)
    call_command("demonstrate")
    once = (Account.objects.count(), Role.objects.count(), Upload.objects.count())
    call_command("demonstrate")
    assert (Account.objects.count(), Role.objects.count(), Upload.objects.count()) == once
    assert {person.username for person in demonstration.PEOPLE} <= set(
        Account.objects.values_list("username", flat=True)
    )
    assert list(Run.objects.values_list("state", "total")) == [("in_review", 5)]


def test_demonstration_officer_reviews_for_setuland():
    demonstration.load()
    assert parties_for(Account.objects.get(username="officer"), "return", "proposal") == {"XXA"}
    assert parties_for(Account.objects.get(username="contributor"), "propose", "party") == {"XXA"}
    assert parties_for(Account.objects.get(username="visitor"), "propose", "party") == set()


def test_passwords_are_shown_in_the_demonstration_alone(client, settings):
    assert "demo-officer-2026" not in client.get("/account/login/").content.decode()
    with pytest.raises(PermissionDenied):
        demonstration.people()
    settings.BIOSETU_DEMO = True
    page = client.get("/account/login/").content.decode()
    assert demonstration.one_time_code(demonstration.PEOPLE[2].key) in page


def test_nobody_opens_an_account_alone(client):
    for page in ("/account/signup/", "/account/password/reset/", "/account/email/"):
        assert "Accounts are opened" in client.get(page).content.decode()
        assert client.post(page).status_code == 405


def test_forms_from_elsewhere_are_refused():
    person = account("somebody", role="contributor", party="NPL")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)
    answer = strict.post("/upload/", {})
    assert (answer.status_code, "not open to you" in answer.content.decode()) == (403, True)


def test_wrong_password_again_and_again_is_put_off(client):
    from django.core.cache import cache

    cache.clear()
    account("somebody")
    said = [
        client.post("/account/login/", {"login": "somebody", "password": f"wrong-{n}"}).content.decode()
        for n in range(12)
    ]
    assert "Too many failed login attempts" in said[-1] or "too many requests" in said[-1].lower()
    cache.clear()
