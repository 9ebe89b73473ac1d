# ruff: noqa: E402 - the environment is read when the settings are imported
"""The officer's queue and the figures at 20,000 requests and 10,000 providers: median and slowest of 15 loads [ms].

usage: [DATABASE_URL=…] python -m benchmarks.helpdesk
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time

os.environ.setdefault("BIOSETU_HOME", tempfile.mkdtemp(prefix="biosetu-helpdesk-"))
os.environ["DJANGO_SETTINGS_MODULE"] = "biosetu.centre.settings"

import django

django.setup()

from datetime import timedelta

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.models import Promise, RequestParty, Step, SupportRequest
from biosetu.framework import coverage

REQUESTS, PROVIDERS, LOADS = 20_000, 10_000, 15
STATES = ("submitted", "endorsed", "in_articulation", "planning", "matching", "under_way", "delivered", "closed")
PAGES = (
    "/requests/",
    "/requests/?order=due",
    "/requests/?only=overdue",
    "/requests/?state=planning&party=NPL",
    "/requests/?q=list",
    "/requests/?page=400",
    "/directory/",
    "/directory/?q=institute+9",
)
FIGURES = "/requests/results/"
LIMIT_MS, FIGURES_LIMIT_MS = 300, 1000


def fill(chance: random.Random) -> Account:
    """Make the records, and the officer who looks at them."""
    parties = sorted({row.party for row in coverage() if row.centre == "iucn-asia" and row.certainty != "unknown"})
    now = timezone.now()
    rows = SupportRequest.objects.bulk_create(
        [
            SupportRequest(
                reference=f"2026-{n:05d}", centre="iucn-asia", title=f"Red list {n}", state=chance.choice(STATES),
                due_on=(now + timedelta(days=chance.randint(-30, 60))).date(), due_step="briefing",
                changed=now - timedelta(minutes=n), confidential=chance.random() < 0.1,
            )
            for n in range(REQUESTS)
        ],
        batch_size=2000,
    )  # fmt: skip
    links = [RequestParty(request=row, party=chance.choice(parties)) for row in rows]
    RequestParty.objects.bulk_create(links, batch_size=2000)
    steps = [
        Step(request=row, verb=verb, before="draft", after="submitted", ball="centre", role="requester")
        for row in rows
        for verb in ("submit", "endorse")
    ]
    Step.objects.bulk_create(steps, batch_size=2000)
    today = now.date()
    promises = [
        Promise(request=row, step=step, due=today, ended=chance.choice([None, today]), late=chance.random() < 0.1)
        for row in rows
        for step in ("acknowledge", "endorse", "briefing")
    ]
    Promise.objects.bulk_create(promises, batch_size=2000)
    providers = [
        Provider(
            name=f"Institute {n}", party=chance.choice(parties), standing="listed", consented_on=now.date(),
            values={"targets": str(chance.randint(1, 23))},
        )
        for n in range(PROVIDERS)
    ]  # fmt: skip
    Provider.objects.bulk_create(providers, batch_size=2000)
    officer = Account.objects.open(username="benchmark-officer", password=None, name="Officer")
    Role.objects.create(account=officer, role="officer", centre="iucn-asia", office="Office")
    secret = get_adapter().encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={"secret": secret})
    return officer


def loads(client: Client, address: str) -> list[float]:
    """Return the times of a page [ms], after one that warms up."""
    client.get(address)
    taken = []
    for _ in range(LOADS):
        started = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200
    return taken


def main() -> None:
    """Fill, look, tell; exit 1 where the median of a page is over the limit."""
    call_command("migrate", verbosity=0, interactive=False)
    officer = fill(random.Random(1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(officer)
    slow = []
    print(f"{connection.vendor}: {SupportRequest.objects.count()} requests, {Provider.objects.count()} providers")
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        for address, limit in {**dict.fromkeys(PAGES, LIMIT_MS), FIGURES: FIGURES_LIMIT_MS}.items():
            taken = loads(client, address)
            print(f"{statistics.median(taken):8.1f} {max(taken):8.1f}  {address}")
            slow += [f"{address} ({limit} ms)"] if statistics.median(taken) > limit else []
    if slow:
        raise SystemExit(f"over the limit: {', '.join(slow)}")


if __name__ == "__main__":
    main()
