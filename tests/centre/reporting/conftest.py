"""A focal point, an office, a publishing authority and somebody from elsewhere, around the report of Nepal."""

import json
from datetime import date
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from tests.centre.people import PASSWORD

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.reporting import reader, verbs
from biosetu.reports.cbd.collecting import Returned
from biosetu.reports.cbd.draft import fingerprint

PARTY, CYCLE = "NPL", "7NR"
SUMMARY = "V.assessmentSummary"
FORESTS, WATERS, MINISTRY = "Department of Forests (test)", "Water Authority (test)", "Ministry (test)"


def somebody(username, role, office, party=PARTY, *, second_step=False):
    made = Account.objects.open(username=username, password=PASSWORD, name=username.title())
    Role.objects.create(account=made, role=role, party=party, office=office)
    if second_step:
        Authenticator.objects.create(user=made, type=Authenticator.Type.TOTP, data={"secret": "unused"})
    return made


@pytest.fixture
def in_its_own_process():
    """Ask for this where the limited process itself is tested; other tests read in their own, which is quicker."""


@pytest.fixture(autouse=True)
def quick_reading(request, monkeypatch):
    if "in_its_own_process" in request.fixturenames:
        return

    def read(module, folder, arguments, bounds):
        reader.main(Path(arguments[0]), Path(arguments[1]), json.loads(arguments[2]))
        return 0

    monkeypatch.setattr(reader, "limit_this_process", lambda bounds: None)
    monkeypatch.setattr(reader, "run_apart", read)


@pytest.fixture
def focal():
    return somebody("focal", "focal_point", MINISTRY)


@pytest.fixture
def forester():
    return somebody("forester", "contributor", FORESTS)


@pytest.fixture
def signer():
    return somebody("signer", "publishing_authority", "Cabinet (test)", second_step=True)


@pytest.fixture
def stranger():
    return somebody("stranger", "focal_point", "Ministry (elsewhere)", party="JOR")


def asked(focal, office=FORESTS, fields=("V",), due=date(2026, 12, 31)):
    return verbs.assign(party=PARTY, cycle=CYCLE, by=focal, office=office, due=due, prefixes=fields)


def sent(text, base="", key=SUMMARY, **more):
    return Returned(key, text, fingerprint(base), **more)


def answered(part, by, *returned, link=None):
    return verbs.answer(party=PARTY, cycle=CYCLE, part=part.id, given=returned, via="form", by=by, link=link)


def stepped(by, verb, part=None, reason=""):
    verbs.step(party=PARTY, cycle=CYCLE, by=by, verb=verb, part=part.id if part else "", reason=reason)
