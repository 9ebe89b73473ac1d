# ruff: noqa: E402 - the environment is read when the settings are imported
"""`python -m benchmarks.matching.page`: 500 open requests × 5,000 providers, asked for and worked out as from the page.

usage: BIOSETU_HOME=… [DATABASE_URL=…] python -m benchmarks.matching.page
"""

from __future__ import annotations

import os
import resource
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "biosetu.centre.settings"

import django

django.setup()

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from benchmarks.matching.__main__ import people
from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.models import RequestParty, SupportRequest
from biosetu.centre.matching.models import Assignment
from biosetu.centre.matching.taking import take_rest
from biosetu.centre.matching.working import perform
from biosetu.cooperation.match import components

REQUESTS, PROVIDERS = 500, 5_000
CENTRE = "iucn-asia"
ADDRESS = f"/requests/assignment/{CENTRE}/"


def fill() -> Account:
    """Fill an empty database with open requests and listed providers; return the centre's manager."""
    asked, offered = people(REQUESTS, PROVIDERS)
    officer = Account.objects.open(username="manager", name="Manager", password="a-password-for-benchmarks-1")
    Role.objects.create(account=officer, role="manager", centre=CENTRE, office="Desk")
    secret = get_adapter().encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={"secret": secret})
    rows = SupportRequest.objects.bulk_create(
        SupportRequest(
            reference=f"2026-{n:05d}", title=one.text[:60], state="matching", centre=CENTRE,
            values={"what": one.text, **{name: ";".join(getattr(one, name)) for name in ("targets", "languages")},
                    "organization": one.organization},
        )
        for n, one in enumerate(asked)
    )  # fmt: skip
    RequestParty.objects.bulk_create(RequestParty(request=row, party="NPL") for row in rows)
    lists = ("parties", "targets", "ecosystems", "languages")
    Provider.objects.bulk_create(
        Provider(
            name=one.provider, party=one.party, standing="listed", consented_on=timezone.localdate(),
            capacity=one.capacity, workload=one.workload,
            values={**{name: ";".join(getattr(one, name)) for name in lists}, "organization": one.organization,
                    "work": "\n".join(one.work)},
        )
        for one in offered
    )  # fmt: skip
    return officer


def main() -> None:
    """Print seconds of the worker, of each page with its queries, and the peak of memory."""
    call_command("migrate", verbosity=0, interactive=False)
    officer = fill()
    client = Client()
    client.force_login(officer)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        client.post(f"{ADDRESS}do/ask/")
        made = Assignment.objects.get()
        started = time.perf_counter()
        perform(made.pk)
        worker = time.perf_counter() - started
        made.refresh_from_db()
        served = made.lines.filter(provider__isnull=False).count()
        print(f"{connection.vendor}: {made.lines.count()} requests x {made.providers} providers, {made.state} in "
              f"{worker:.1f} s, {served} served, gap {100 * made.gap:.3f} %")  # fmt: skip
        typed = {one.name: "0.5" for one in components()} | {"verb": "look"}
        weights = f"/requests/weights/{CENTRE}/"
        pages = [("first page", lambda: client.get(ADDRESS)), ("last page", lambda: client.get(f"{ADDRESS}?page=20"))]
        pages += [("other weights, first", lambda: client.post(weights, typed)),
                  ("other weights, again", lambda: client.post(weights, {**typed, "text": "0.1"}))]  # fmt: skip
        for name, load in pages:
            with CaptureQueriesContext(connection) as queries:
                started = time.perf_counter()
                answer = load()
                took = time.perf_counter() - started
            print(f"{name}: {answer.status_code}, {1000 * took:.0f} ms, {len(queries)} queries, "
                  f"{len(answer.content) / 1000:.0f} kB")  # fmt: skip
        started = time.perf_counter()
        taken, refused = take_rest(made.pk, officer.pk, and_invite=True)
        print(f"taken over: {taken}, refused {refused}, {time.perf_counter() - started:.1f} s")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


if __name__ == "__main__":
    main()
