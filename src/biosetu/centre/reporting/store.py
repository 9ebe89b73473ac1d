"""Collections in the database: the same port, the same contract as the folder of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction

from biosetu.centre.reporting.models import Offer, Part, Report, Step, Text
from biosetu.framework import cycles
from biosetu.reports.cbd import collecting
from biosetu.reports.cbd.collecting import Collection, Desk, PartState, ReportState
from biosetu.reports.cbd.draft import Draft, Entry

OFFER = tuple(collecting.Offer.model_fields)
STEP = tuple(collecting.Step.model_fields)
ENTRY = tuple(Entry.model_fields)
DECIDED = ("standing", "reason", "decided_by", "decided_at")
CHUNK = 500


class DatabaseCollections:
    """Collections in the database of the centre (see `CollectionStore`)."""

    def load(self, party: str, cycle: str) -> Collection | None:
        """Return what is held; see `CollectionStore.load`."""
        report = Report.objects.filter(party=party, cycle=cycle).first()
        return read(report) if report else None

    def cycles(self, party: str) -> tuple[str, ...]:
        """Return the cycles held; see `CollectionStore.cycles`."""
        held = set(Report.objects.filter(party=party).values_list("cycle", flat=True))
        return tuple(name for name in cycles() if name in held)

    @contextmanager
    def changing(self, party: str, cycle: str, start: Callable[[], Collection]) -> Iterator[Desk]:
        """Hold the collection for one writer; see `CollectionStore.changing`."""
        with transaction.atomic():
            first = start()
            defaults = {"language": first.language, "state": first.state}
            _, made = Report.objects.get_or_create(party=party, cycle=cycle, defaults=defaults)
            report = Report.objects.select_for_update().get(party=party, cycle=cycle)
            held = read(report)
            desk = Desk(first if made else held)
            yield desk
            if desk.collection != held:
                write(report, held, desk.collection)


def read(report: Report) -> Collection:
    """Return a report's collection (five queries)."""
    texts = report.texts.order_by("key").values("key", *ENTRY)
    entries = {row.pop("key"): Entry(**row) for row in texts}
    parts = [
        collecting.Part(
            id=row.name,
            office=row.office,
            due=row.due,
            prefixes=tuple(row.prefixes),
            note=row.note,
            state=PartState(row.state),
        )
        for row in report.parts.order_by("pk")
    ]
    return Collection(
        draft=Draft(party=report.party, cycle=report.cycle, entries=entries),
        language=report.language,
        state=ReportState(report.state),
        parts=tuple(parts),
        offers=tuple(collecting.Offer(**row) for row in report.offers.order_by("number").values(*OFFER)),
        steps=tuple(collecting.Step(**row) for row in report.steps.order_by("position").values(*STEP)),
    )


def write(report: Report, before: Collection, after: Collection) -> None:
    """Write what differs between two states of a report's collection."""
    if (report.language, report.state) != (after.language, after.state):
        Report.objects.filter(pk=report.pk).update(language=after.language, state=after.state)
    _write_parts(report, before, after)
    _write_texts(report, before, after)
    _write_offers(report, before, after)
    fresh = enumerate(after.steps[len(before.steps) :], start=len(before.steps) + 1)
    Step.objects.bulk_create(Step(report=report, position=n, **step.model_dump()) for n, step in fresh)


def _write_parts(report: Report, before: Collection, after: Collection) -> None:
    held = {part.id: part for part in before.parts}
    for part in after.parts:
        if held.get(part.id) != part:
            values: dict[str, Any] = part.model_dump(exclude={"id"})
            values["prefixes"] = list(part.prefixes)
            Part.objects.update_or_create(report=report, name=part.id, defaults=values)


def _write_texts(report: Report, before: Collection, after: Collection) -> None:
    held, wanted = before.draft.entries, after.draft.entries
    gone = [key for key in held if key not in wanted]
    changed = {key: entry for key, entry in wanted.items() if held.get(key) != entry}
    stale: models.QuerySet[Text] = report.texts.filter(key__in=[*gone, *(key for key in changed if key in held)])
    stale.delete()
    made = [Text(report=report, key=key, **entry.model_dump()) for key, entry in changed.items()]
    Text.objects.bulk_create(made, batch_size=CHUNK)


def _write_offers(report: Report, before: Collection, after: Collection) -> None:
    known = len(before.offers)
    for old, new in zip(before.offers, after.offers[:known], strict=True):
        if old != new:
            values = {name: getattr(new, name) for name in DECIDED}
            Offer.objects.filter(report=report, number=new.number).update(**values)
    made = [Offer(report=report, **offer.model_dump()) for offer in after.offers[known:]]
    Offer.objects.bulk_create(made, batch_size=CHUNK)
