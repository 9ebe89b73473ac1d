"""Illustrative providers, read from a table; none is real."""

from __future__ import annotations

import csv
from importlib.resources import files

from django.db import transaction
from django.utils import timezone

from biosetu.centre.directory.models import Provider, Standing

ILLUSTRATIVE = "Illustrative"


@transaction.atomic
def load() -> None:
    """Make the illustrative providers, once."""
    if Provider.objects.filter(name__startswith=ILLUSTRATIVE).exists():
        return
    text = (files("biosetu.centre.directory") / "data" / "demonstration_providers.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    Provider.objects.bulk_create(
        Provider(
            name=row["name"],
            party=row["party"],
            standing=Standing.LISTED,
            consented_on=timezone.localdate(),
            capacity=int(row["capacity"]),
            values={key: value.replace("|", "\n") for key, value in row.items() if value},
        )
        for row in rows
    )
