"""The three who appear in every test of access, and one officer from elsewhere."""

import pyarrow as pa
from allauth.mfa.models import Authenticator
from tests.observations.rows import row

from biosetu.centre.accounts.models import Account, Role
from biosetu.engine.tables import write_table
from biosetu.observations import SCHEMA

PARTY, OTHER_PARTY = "NPL", "JOR"
OFFICE = "Ministry of Forests and Environment (test)"
PASSWORD = "a-password-for-tests-1"


def account(username, *, role="", party="", centre="", second_step=False):
    made = Account.objects.open(username=username, password=PASSWORD, name=username.title())
    if role:
        Role.objects.create(account=made, role=role, party=party, centre=centre, office=OFFICE)
    if second_step:
        Authenticator.objects.create(user=made, type=Authenticator.Type.TOTP, data={"secret": "unused"})
    return made


def public():
    return account("public")


def contributor(party=PARTY):
    return account("contributor", role="contributor", party=party)


def officer(party=PARTY, username="officer"):
    return account(username, role="officer", party=party, second_step=True)


def centre_officer(centre="iucn-asia"):
    return account("centre-officer", role="officer", centre=centre, second_step=True)


def national(**changes):
    """A figure of a Party, as it stands in a table that somebody fills in."""
    own = {
        "source": "national",
        "status": "proposed",
        "series": "national-rli",
        "vintage": "",
        "holder": "Department of National Parks (test)",
        "licence": "",
        "method": "",
        "inputs": "",
        "resolution": None,
    }
    return row(**(own | changes))


def observations(*rows):
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def table_file(folder, *rows, name="figures.csv"):
    path = folder / name
    write_table(observations(*rows), path)
    return path
