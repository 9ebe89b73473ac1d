"""Illustrative datasets of a fictional community: one shown to everybody, one to the Party and the centre, one kept."""

from __future__ import annotations

from django.db import transaction

from biosetu.centre.accounts.models import Account
from biosetu.centre.holdings import verbs
from biosetu.centre.holdings.models import Holding

SETULAND, HOLDER = "XXA", "elder"
CALENDAR = {
    "title": "Seasonal calendar of the hill peoples (illustrative)",
    "about": "When plants flower and animals move, as the elders tell it; invented for the demonstration",
    "targets": "9; 22", "labels": "TK A; TK S", "conditions": "Name the Assembly; not for sale", "licence": "Our own",
    "visible": "public",
}  # fmt: skip
TENURE = {
    "title": "Land under customary tenure in the hills (illustrative)",
    "about": "Area that the villages hold by custom, walked and drawn by themselves; invented for the demonstration",
    "targets": "3; 22", "method": "Walked boundaries of eleven villages", "labels": "TK CV",
    "conditions": "For the national report alone", "licence": "Our own", "visible": "party",
}  # fmt: skip
SPRINGS = {
    "title": "Springs and sacred groves (illustrative)",
    "about": "Where they lie; kept by the Assembly; invented for the demonstration",
    "targets": "11", "labels": "TK SS; TK CO", "conditions": "Not shown to anybody", "licence": "Our own",
    "visible": "holders",
}  # fmt: skip


@transaction.atomic
def load() -> None:
    """Let the fictional community hold its datasets, once."""
    if Holding.objects.filter(party=SETULAND).exists():
        return
    elder = Account.objects.get(username=HOLDER)
    for values in (CALENDAR, TENURE, SPRINGS):
        made = verbs.hold(by=elder, values={**values, "party": SETULAND})
        if values is not SPRINGS:
            verbs.show(holding=made, by=elder)
