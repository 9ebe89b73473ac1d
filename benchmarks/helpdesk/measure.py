# ruff: noqa: E402 - the environment is read when the settings are imported
"""One database: fill it with 20,000 requests and 10,000 providers, load the pages, write the times as JSON.

usage: BIOSETU_HOME=… [DATABASE_URL=…] python -m benchmarks.helpdesk.measure OUT.json
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

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
from biosetu.centre.helpdesk.models import Candidate, PlanItem, Promise, RequestParty, Step, SupportRequest
from biosetu.centre.helpdesk.support import MOST_GAPS, help_for
from biosetu.cooperation import Request
from biosetu.framework import coverage, parties

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
    "/requests/2026-10004/",
    "/record/",
)
FIGURES = "/requests/results/"
HELP = "what would help with the gaps of a Party"
WORDS = (
    "red", "list", "of", "ecosystems", "wetland", "mangrove", "restoration", "monitoring", "training", "remote",
    "sensing", "protected", "area", "corridor", "invasive", "species", "genetic", "access", "benefit", "sharing",
    "indicator", "baseline", "capacity", "data", "forest", "grassland", "river", "coast",
)  # fmt: skip
KINDS = ("training", "expertise", "data", "technology", "funding")
PLANNED = ("outcome", "output", "activity", "deliverable")


def text(chance: random.Random, words: int) -> str:
    """Return a sentence as long as people write them."""
    return " ".join(chance.choices(WORDS, k=words))


def form_of(chance: random.Random, party: str) -> dict[str, str]:
    """Return a request form with the four fields that submit and the eleven that are due before planning."""
    return {
        "who": f"Department {chance.randint(1, 400)}", "what": text(chance, 25), "purpose": text(chance, 15),
        "needed_by": "2027-06-30", "problem": text(chance, 60), "assistance_types": chance.choice(KINDS),
        "addressed_priorities": text(chance, 12), "subjects": "ecosystems", "organization": text(chance, 3),
        "contact": "desk", "party": party, "coverage": "national", "jurisdiction": "national",
        "targets": ";".join(str(one) for one in sorted(chance.sample(range(1, 24), chance.randint(1, 3)))),
        "indicators": "A.1", "languages": "en",
    }  # fmt: skip


def provider_of(chance: random.Random) -> dict[str, str]:
    """Return a filled-in provider form."""
    return {
        "targets": ";".join(str(one) for one in sorted(chance.sample(range(1, 24), 3))), "kind": "institution",
        "work": "\n".join(text(chance, 12) for _ in range(5)), "expertise": text(chance, 40), "languages": "en",
        "organization": text(chance, 3), "contact": "desk", "coverage": "Asia", "subjects": "ecosystems",
    }  # fmt: skip


def fill(chance: random.Random) -> Account:
    """Make the records, and the officer who looks at them."""
    parties = sorted({row.party for row in coverage() if row.centre == "iucn-asia" and row.certainty != "unknown"})
    now = timezone.now()
    homes = [chance.choice(parties) for _ in range(REQUESTS)]
    rows = SupportRequest.objects.bulk_create(
        [
            SupportRequest(
                reference=f"2026-{n:05d}", centre="iucn-asia", title=f"Red list {n}", state=chance.choice(STATES),
                values=form_of(chance, homes[n]), rounds=chance.choice((0, 0, 0, 1, 2)),
                due_on=(now + timedelta(days=chance.randint(-30, 60))).date(), due_step="briefing",
                changed=now - timedelta(minutes=n), confidential=chance.random() < 0.1,
            )
            for n in range(REQUESTS)
        ],
        batch_size=2000,
    )  # fmt: skip
    links = [RequestParty(request=row, party=home) for row, home in zip(rows, homes, strict=True)]
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
            values=provider_of(chance),
        )
        for n in range(PROVIDERS)
    ]  # fmt: skip
    made = Provider.objects.bulk_create(providers, batch_size=2000)
    _work(chance, rows, made)
    officer = Account.objects.open(username="benchmark-officer", password=None, name="Officer")
    Role.objects.create(account=officer, role="officer", centre="iucn-asia", office="Office")
    secret = get_adapter().encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={"secret": secret})
    return officer


def _work(chance: random.Random, rows: list[SupportRequest], providers: list[Provider]) -> None:
    """Give every request that is matched or further three candidates and a plan of four lines."""
    further = [row for row in rows if row.state in {"matching", "under_way", "delivered", "closed"}]
    candidates = [
        Candidate(
            request=row, provider=one, rank=rank, score=1 / rank, chosen=rank == 1 and row.state != "matching",
            answer="accepted" if rank == 1 else "listed", why={"en": "fits"}, lacks={"en": ""},
        )
        for row in further
        for rank, one in enumerate(chance.sample(providers, 3), start=1)
    ]  # fmt: skip
    Candidate.objects.bulk_create(candidates, batch_size=2000)
    lines = [
        PlanItem(
            request=row, kind=kind, text=text(chance, 10), indicator="A.1" if kind == "outcome" else "",
            baseline=0, target=20, result=chance.choice([None, 10, 22]),
        )
        for row in further
        for kind in PLANNED
    ]  # fmt: skip
    PlanItem.objects.bulk_create(lines, batch_size=2000)


def loads(client: Client, address: str) -> list[float]:
    """Return the times of a page [ms], after one that warms up."""

    def load() -> None:
        assert client.get(address).status_code == 200

    return times_of(load)


def times_of(work: Callable[[], object]) -> list[float]:
    """Return how long it takes [ms], again and again, after once to warm up."""
    work()
    taken = []
    for _ in range(LOADS):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def gaps_of(chance: random.Random) -> list[Request]:
    """Return as many gaps of one Party as its page shows, each under a target of its own, as matching sees them."""
    region = parties()["NPL"].subregion
    return [
        Request(f"gap {n}", text=text(chance, 40), party="NPL", region=region, targets=(str(n),), indicators=("A.1",))
        for n in range(1, MOST_GAPS + 1)
    ]


def main(out: Path) -> None:
    """Fill, look, and write what it took: page -> median and slowest [ms]."""
    call_command("migrate", verbosity=0, interactive=False)
    officer = fill(random.Random(1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(officer)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        taken = {address: loads(client, address) for address in (*PAGES, FIGURES)}
    gaps = gaps_of(random.Random(2))
    taken[HELP] = times_of(lambda: help_for(officer, gaps, "iucn-asia"))
    sizes = {"requests": SupportRequest.objects.count(), "providers": Provider.objects.count(),
             "candidates": Candidate.objects.count(), "plan lines": PlanItem.objects.count()}  # fmt: skip
    times = {address: [statistics.median(among), max(among)] for address, among in taken.items()}
    out.write_text(json.dumps({"database": connection.vendor, "sizes": sizes, "times": times}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
