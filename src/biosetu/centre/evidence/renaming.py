"""Carrying what the database keeps over to the names that series have now (`observations.renamed`), for migrations."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from biosetu.centre.evidence.columns import key_hash
from biosetu.observations import KEY, named_now, renamed


def rename_rows(model: Any) -> None:
    """Give the rows of a table of observations on their way into the store the names of today."""
    for row in _former(model):
        _name(row)
        row.save()


def rename_withdrawals(withdrawals: Any, figures: Any) -> None:
    """Give withdrawn keys the names of today; what they name stays withdrawn."""
    for row in _former(withdrawals):
        _name(row)
        if withdrawals.objects.filter(key_hash=row.key_hash).exists():
            row.delete()
        else:
            row.save()
        figures.objects.filter(key_hash=row.key_hash).update(withdrawn=True)


def rename_figures(figures: Any, withdrawals: Any) -> None:
    """Give figures of the store the names of today; of two under one name the later one is current."""
    for row in _former(figures).order_by("commit__sequence", "position"):
        _name(row)
        same = figures.objects.filter(key_hash=row.key_hash, current=True).exclude(pk=row.pk)
        if row.current and same.filter(commit__sequence__gt=row.commit.sequence).exists():
            row.current = False
        elif row.current:
            same.update(current=False)
        row.withdrawn = row.withdrawn or withdrawals.objects.filter(key_hash=row.key_hash).exists()
        row.save()


def _former(model: Any) -> QuerySet[Any]:
    names = list(renamed())
    rows = model.objects.filter(indicator__in=[indicator for indicator, _ in names])
    wanted = [row.pk for row in rows if (row.indicator, row.series) in names]
    found: QuerySet[Any] = model.objects.filter(pk__in=wanted)
    return found


def _name(row: Any) -> None:
    now = named_now({name: getattr(row, name) for name in KEY})
    for name, value in now.items():
        setattr(row, name, value)
    row.key_hash = key_hash(now)
