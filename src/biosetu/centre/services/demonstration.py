"""Illustrative services of Setuland, played through the same verbs as real ones; nobody in them is real."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from biosetu.centre.accounts.models import Account
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.services import verbs
from biosetu.centre.services.models import Service
from biosetu.centre.services.reminding import tick

SETULAND, OFFICER, FOCAL = "XXA", "centre", "focal"
HELD = {
    "title": "Red List of Ecosystems on our own data (illustrative)", "kind": "course",
    "purpose": "Map ecosystem types and assess them under criteria A to E", "targets": "1; 2", "indicators": "A.1",
    "parties": SETULAND, "call_until": "2023-07-31", "starts": "2023-09-04", "ends": "2023-09-22", "seats": "6",
    "place": "Setu City (fictional)", "languages": "en; ar",
}  # fmt: skip
# sector, gender, test before, test after, in use after six months
PEOPLE = (
    ("government", "woman", 35, 80, 5),
    ("government", "man", 50, 85, 4),
    ("research", "woman", 60, 90, 5),
    ("research", "man", 45, 70, 4),
    ("community", "woman", 20, 75, 4),
    ("civil", "unsaid", 30, 65, 2),
)
OPEN = {
    "title": "Stocks with few data: a clinic (illustrative)", "kind": "clinic",
    "purpose": "Assess a stock from catch and length alone", "targets": "5", "indicators": "5.1", "parties": SETULAND,
    "seats": "8", "place": "on line", "languages": "en",
}  # fmt: skip


@transaction.atomic
def load() -> None:
    """Play them once."""
    if Service.objects.exists():
        return
    by = Account.objects.get(username=OFFICER)
    _held(by, Account.objects.get(username=FOCAL))
    today = days.today()
    dates = {"call_until": 30, "starts": 60, "ends": 62}
    coming = {name: (today + timedelta(days=ahead)).isoformat() for name, ahead in dates.items()}
    asked = SupportRequest.objects.filter(title="Stocks with few data").first()
    made = verbs.prepare(by=by, values={**OPEN, **coming}, request=asked)
    verbs.act(service=made, verb="call", by=by)


def _held(by: Account, focal: Account) -> None:
    asked = SupportRequest.objects.filter(title="National map and Red List of Ecosystems").first()
    line = asked.plan.filter(kind="activity").first() if asked else None
    with days.on(_noon("2023-07-01")):
        course = verbs.prepare(by=by, values=HELD, request=asked, line=line)
        verbs.act(service=course, verb="call", by=by)
        chosen = [
            verbs.nominate(
                service=course, by=focal, party=SETULAND, name=f"Participant {n} (fictional)", sector=sector,
                gender=gender,
            )
            for n, (sector, gender, *_) in enumerate(PEOPLE, start=1)
        ]  # fmt: skip
        for one in chosen:
            verbs.select(participant=one, by=by, chosen=True)
        verbs.act(service=course, verb="close_call", by=by)
    with days.on(_noon("2023-09-22")):
        for one, (_, _, before, after, _) in zip(chosen, PEOPLE, strict=True):
            verbs.attend(participant=one, by=by, came=True, before=before, after=after)
        verbs.act(service=course, verb="finish", by=by)
    with days.on(_noon("2024-03-25")):
        tick()
        for one, (*_, in_use) in zip(chosen, PEOPLE, strict=True):
            verbs.tell_use(participant=one, by=focal, in_use=in_use)
    verbs.hand_out(
        service=course,
        by=by,
        title="Guidelines for the application of IUCN Red List of Ecosystems Categories and Criteria",
        link="https://portals.iucn.org/library/node/51533",
    )


def _noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), UTC)
