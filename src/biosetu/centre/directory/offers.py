"""All listed providers as matching sees them, and their records of work as read; kept until an entry changes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import CharField
from django.db.models.functions import Cast

from biosetu import cooperation
from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.cooperation import Provider as Offer
from biosetu.jobs.alignment_suggestions import own_embedder

if TYPE_CHECKING:
    from biosetu.cooperation import Works

Version = tuple[tuple[int, str, int, int, int], ...]


def listed_offers() -> tuple[Offer, ...]:
    """Return every listed provider as matching sees it, by name."""
    return _offers(_version())


def works_of(offers: tuple[Offer, ...]) -> Works:
    """Return what the offers did before, as matching reads it."""
    return _works(tuple(one.work for one in offers))


def _version() -> Version:
    """Return what changes with every change that matching could see: which entries, as of when, ratings, workloads.

    Every row is told, no sum over rows: two changes never cancel out.
    """
    rows = Provider.objects.filter(PUBLISHED).order_by("pk").annotate(as_of=Cast("changed", CharField()))
    return tuple(rows.values_list("pk", "as_of", "rating_sum", "rating_count", "workload"))


@lru_cache(maxsize=1)
def _offers(_version: Version) -> tuple[Offer, ...]:
    return tuple(one.offer() for one in Provider.objects.filter(PUBLISHED))


@lru_cache(maxsize=1)
def _works(work: tuple[tuple[str, ...], ...]) -> Works:
    return cooperation.read_works(work, own_embedder())
