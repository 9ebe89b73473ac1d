"""Illustrative solutions and calls, and some real guidance, for the demonstration."""

from __future__ import annotations

import csv
from datetime import timedelta
from importlib.resources import files

from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.library import verbs
from biosetu.centre.library.models import Item, Standing

HOLDER, WRITER = "elder", "contributor"


@transaction.atomic
def load() -> None:
    """Fill the shelves, once."""
    if Item.objects.exists():
        return
    for row in [*_rows("demonstration.csv"), *({**row, "kind": "guidance"} for row in _rows("guidance.csv"))]:
        _shelve({key: value.replace("|", "\n") for key, value in row.items() if value})


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("biosetu.centre.library") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _shelve(row: dict[str, str]) -> None:
    kind, ends = row.pop("kind"), row.pop("deadline_days", "")
    if ends:
        row["deadline"] = (timezone.localdate() + timedelta(days=int(ends))).isoformat()
    writer = Account.objects.get(username=HOLDER if row.get("knowledge") else WRITER)
    made = verbs.write(by=writer, kind=kind, values=row)
    verbs.submit(item=made, by=writer)
    if made.knowledge:
        verbs.release(item=made, by=writer)
    Item.objects.filter(pk=made.pk).update(standing=Standing.LISTED)
