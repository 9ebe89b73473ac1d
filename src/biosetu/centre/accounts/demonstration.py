"""Fictional people for the demonstration, on this machine alone: sign-in shows their passwords and codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from dataclasses import dataclass

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.subjects import PRIMARY
from biosetu.centre.wording import gettext
from biosetu.translation import N_

SETULAND, ASIA = "XXA", "iucn-asia"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody fictional: how to sign in, and as what. `key` makes the one-time codes."""

    username: str
    name: str
    password: str
    role: str
    party: str = ""
    centre: str = ""
    office: str = ""
    key: str = ""


CONTRIBUTOR = "contributor"
PEOPLE = (
    Person("visitor", "Vera Visitor (fictional)", "demo-visitor-2026", N_("public")),
    Person(
        CONTRIBUTOR,
        "Kamal Contributor (fictional)",
        "demo-contributor-2026",
        N_("contributor"),
        party=SETULAND,
        office="Setuland Institute of Nature (fictional)",
    ),
    Person(
        "officer",
        "Ola Officer (fictional)",
        "demo-officer-2026",
        N_("officer"),
        party=SETULAND,
        office="Ministry of Environment of Setuland (fictional)",
        key="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    ),
    Person(
        "focal",
        "Farah Focal (fictional)",
        "demo-focal-2026",
        N_("focal point"),
        party=SETULAND,
        office="Ministry of Environment of Setuland (fictional)",
    ),
    Person(
        "signer",
        "Sami Signer (fictional)",
        "demo-signer-2026",
        N_("publishing authority"),
        party=SETULAND,
        office="Cabinet Office of Setuland (fictional)",
        key="ONSXI5LMMFXGIIDTNFTW4ZLSEAZDAMRW",
    ),
    Person(
        "elder",
        "Elu Elder (fictional)",
        "demo-elder-2026",
        N_("Indigenous or local community organization"),
        party=SETULAND,
        office="Assembly of the Hill Peoples (fictional)",
    ),
    Person(
        "centre",
        "Ceren Centre (fictional)",
        "demo-centre-2026",
        N_("centre officer"),
        centre=ASIA,
        office="IUCN Asia (fictional desk)",
        key="KRSXG5DSNFXGOIDBKRSXG5DSNFXGOIDB",
    ),
    Person(
        "manager",
        "Mina Manager (fictional)",
        "demo-manager-2026",
        N_("centre manager"),
        centre=ASIA,
        office="IUCN Asia (fictional desk)",
        key="MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK",
    ),
    Person("helper-a", "Hana Helper (fictional)", "demo-helper-a-2026", N_("provider")),
    Person("helper-b", "Hugo Helper (fictional)", "demo-helper-b-2026", N_("provider")),
)
# the role that is held, where it is not called as people read it
HELD = {
    "focal point": "focal_point",
    "publishing authority": "publishing_authority",
    "Indigenous or local community organization": "community",
    "centre officer": "officer",
    "centre manager": "manager",
}
PERIOD_SECONDS = 30
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """What the sign-in page shows of a person."""

    username: str
    password: str
    role: str
    code: str


def people() -> list[Shown]:
    """Return the demonstration people as sign-in shows them; raise `PermissionDenied` outside the demonstration."""
    if not settings.BIOSETU_DEMO:
        raise PermissionDenied
    return [Shown(p.username, p.password, gettext(p.role), one_time_code(p.key) if p.key else "") for p in PEOPLE]


def one_time_code(key: str, at: float | None = None) -> str:
    """Return the code that an authenticator app with this key shows now (RFC 6238, HMAC-SHA-1, 6 digits, 30 s)."""
    counter = int(time.time() if at is None else at) // PERIOD_SECONDS
    digest = hmac.new(base64.b32decode(key), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def load() -> None:
    """Make the demonstration people, once; what is there is left as it is."""
    for person in PEOPLE:
        _make(person)


@transaction.atomic
def _make(person: Person) -> None:
    if Account.objects.filter(username=person.username).exists():
        return
    account = Account.objects.open(username=person.username, name=person.name, password=person.password)
    if person.office:
        Role.objects.create(
            account=account,
            role=HELD.get(person.role, person.role),
            party=person.party,
            centre=person.centre,
            office=person.office,
            subject=PRIMARY if person.role == "focal point" else "",
        )
    if person.key:
        data = {"secret": get_adapter().encrypt(person.key)}
        Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data=data)
