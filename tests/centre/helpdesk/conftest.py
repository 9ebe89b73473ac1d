"""People and requests for the helpdesk's tests. Officers and managers have a real second step."""

import datetime

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import connection

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.audit.guards import REQUESTS
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import verbs

TODAY = datetime.date(2026, 11, 23)
FOUR = {"who": "DNPWC", "what": "Help with a red list of ecosystems", "purpose": "Target 2", "needed_by": "2027-06-30"}
ELEVEN = {
    "title": "Red List of Ecosystems", "problem": "No assessment", "assistance_types": "training",
    "addressed_priorities": "NBSAP target 4", "subjects": "ecosystems", "targets": "1;2", "organization": "DNPWC",
    "contact": "desk", "coverage": "national", "jurisdiction": "national",
}  # fmt: skip


def account(name, role="", party="", centre=""):
    made = Account.objects.open(username=name, password="quite-a-long-password-1", name=name.title())
    if role:
        Role.objects.create(account=made, role=role, party=party, centre=centre, office=f"Office of {name}")
    if role in {"officer", "manager"}:
        secret = get_adapter().encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        Authenticator.objects.create(user=made, type=Authenticator.Type.TOTP, data={"secret": secret})
    return made


@pytest.fixture
def people(db):
    return {
        "public": account("visitor"),
        "contributor": account("contributor", "contributor", party="NPL"),
        "focal_point": account("focal", "focal_point", party="NPL"),
        "neighbour": account("neighbour", "focal_point", party="BTN"),
        "community": account("community", "community", party="NPL"),
        "officer": account("officer", "officer", centre="iucn-asia"),
        "manager": account("manager", "manager", centre="iucn-asia"),
        "far_officer": account("far", "officer", centre="iucn-west-asia"),
        "provider": account("provider"),
        "other_provider": account("other"),
    }


@pytest.fixture
def providers(people):
    values = {
        "targets": "1;2",
        "languages": "en;ne",
        "work": "red list of ecosystems in the hills",
        "organization": "Uni A",
    }
    return [
        Provider.objects.create(
            account=people[name], name=name, party=party, standing="listed", values=values, consented_on=TODAY
        )
        for name, party in (("provider", "LKA"), ("other_provider", "IND"))
    ]


@pytest.fixture
def request_of(people):
    def make(**extra):
        return verbs.open_request(by=people["contributor"], values={**FOUR, "party": "NPL", **extra})

    return make


@pytest.fixture
def guarded(db):
    """The guards as the migration leaves them, whatever earlier tests did to them; gone with the transaction."""
    with connection.cursor() as cursor:
        for table in REQUESTS:
            for statement in (*table.remove(connection.vendor), *table.install(connection.vendor)):
                cursor.execute(statement)
