"""All listed providers as matching sees them, kept until an entry changes."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.db.models import Count, F, Max, Sum

from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.cooperation import Provider as Offer

Version = tuple[int, int, datetime | None, int, int, int]


def listed_offers() -> tuple[Offer, ...]:
    """Return every listed provider as matching sees it, by name."""
    return _offers(_version())


def _version() -> Version:
    """Return what changes with every change that matching could see: entries, ratings, workloads, consent."""
    found = Provider.objects.filter(PUBLISHED).aggregate(
        many=Count("pk"),
        which=Sum("pk"),
        changed=Max("changed"),
        ratings=Sum(F("rating_sum") * F("pk")),
        rated=Sum(F("rating_count") * F("pk")),
        work=Sum(F("workload") * F("pk")),
    )
    counted = {name: value or 0 for name, value in found.items() if name != "changed"}
    return (
        counted["many"], counted["which"], found["changed"], counted["ratings"], counted["rated"], counted["work"]
    )  # fmt: skip


@lru_cache(maxsize=1)
def _offers(_version: Version) -> tuple[Offer, ...]:
    return tuple(one.offer() for one in Provider.objects.filter(PUBLISHED))
