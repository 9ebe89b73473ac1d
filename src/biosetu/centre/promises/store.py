"""The store of promises in the database: the same port, the same contract as the folder of JSON files; audited."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet, Sum
from django.utils import timezone

from biosetu.alignment import Promises
from biosetu.alignment.capacity import SelfAssessment
from biosetu.alignment.national import Record
from biosetu.centre.accounts.models import Account
from biosetu.centre.audit.trail import record
from biosetu.centre.promises.models import (
    ActionRow,
    AssessmentRow,
    DecisionRow,
    Kept,
    Ledger,
    OwnRow,
    QuantityRow,
    StatementRow,
    StrategyRow,
    TargetRow,
)
from biosetu.observations.own import OwnStatements, own_statements
from biosetu.observations.statement_rows import IDENTITY, KINDS, statement_rows

CHUNK = 500
SHOWN = 20
Version = tuple[int, str]
Entry = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where the records of one field of `Promises` lie, and what tells one from another; an empty key: their place."""

    rows: type[Kept]
    key: Callable[[Any], str]


def _place(_: object) -> str:
    return ""


SHELVES: Mapping[str, _Shelf] = {
    "targets": _Shelf(TargetRow, lambda target: target.id),
    "actions": _Shelf(ActionRow, lambda action: action.id),
    "statements": _Shelf(StatementRow, lambda statement: statement.target),
    "strategies": _Shelf(StrategyRow, lambda strategy: strategy.id),
    "decisions": _Shelf(DecisionRow, _place),
    "quantity_decisions": _Shelf(QuantityRow, _place),
}


class DatabasePromises:
    """Promises in the database of the centre (see `PromiseStore`). Every change is recorded as done by `actor`."""

    def __init__(self, actor: Account | None = None) -> None:
        self.actor = actor

    def load(self, party: str) -> Promises:
        """Return everything held on a Party; see `PromiseStore.load`."""
        return load_all((party,)).get(party) or Promises(party=party)

    def save(self, promises: Promises, why: str = "") -> None:
        """Replace what is held on a Party; only rows that changed are written. See `PromiseStore.save`."""
        with writing(promises.party) as ledger:
            changes: dict[str, object] = {}
            for name, shelf in SHELVES.items():
                entries = _keyed(shelf, getattr(promises, name))
                changes |= _written(shelf.rows.objects.filter(ledger=ledger), ledger, name, entries)
            if changes or not ledger.promised:
                self._record(ledger, "keep", {**changes, **({"why": why} if why else {})})

    def parties(self) -> tuple[str, ...]:
        """Return the Parties on which promises are held; see `PromiseStore.parties`."""
        return tuple(Ledger.objects.filter(promised=True).order_by("party").values_list("party", flat=True))

    def assessment(self, party: str) -> SelfAssessment | None:
        """Return the newest self-assessment; see `PromiseStore.assessment`."""
        newest = AssessmentRow.objects.filter(ledger=party).order_by("-number").first()
        return SelfAssessment.model_validate(newest.body) if newest else None

    def keep_assessment(self, held: SelfAssessment) -> None:
        """Keep a self-assessment as the newest; see `PromiseStore.keep_assessment`."""
        with writing(held.party) as ledger:
            number = 1 + ledger.assessments.count()
            AssessmentRow.objects.create(ledger=ledger, number=number, body=held.model_dump(mode="json"))
            rated = {rating.indicator: rating.scores for rating in held.ratings}
            self._record(ledger, "assess_capacity", {"number": number, "by": held.by, "ratings": rated}, "")

    def own(self, party: str) -> OwnStatements | None:
        """Return what a Party states of itself; see `PromiseStore.own`."""
        return own_of((party,)).get(party)

    def keep_own(self, party: str, statements: OwnStatements) -> None:
        """Replace what a Party states of itself; only rows that changed are written. See `PromiseStore.keep_own`."""
        with writing(party) as ledger:
            changes: dict[str, object] = {}
            for kind, rows in statement_rows(statements).items():
                held = OwnRow.objects.filter(ledger=ledger, kind=kind)
                entries = [(":".join((kind, *(row[name] for name in IDENTITY[kind]))), row) for row in rows]
                changes |= _written(held, ledger, kind, entries, kind=kind)
            if changes or not ledger.stated:
                self._record(ledger, "state", changes, "stated")

    def _record(self, ledger: Ledger, verb: str, changes: Mapping[str, object], flag: str = "promised") -> None:
        flags = {flag: True} if flag else {}
        Ledger.objects.filter(pk=ledger.pk).update(version=F("version") + 1, changed_at=timezone.now(), **flags)
        record(
            actor=self.actor, verb=verb, record="promises", record_id=ledger.pk, party=ledger.pk, changes=dict(changes)
        )


def load_all(parties: Sequence[str] = ()) -> dict[str, Promises]:
    """Return what is held on these Parties, or on all, in as many queries as there are kinds of records."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, shelf in SHELVES.items():
        rows = shelf.rows.objects.order_by("ledger", "position")
        rows = rows.filter(ledger__in=parties) if parties else rows
        for party, body in rows.values_list("ledger", "body"):
            found[party].setdefault(name, []).append(body)
    return {party: Promises.model_validate({"party": party, **held}) for party, held in found.items()}


def own_of(parties: Sequence[str] = ()) -> dict[str, OwnStatements]:
    """Return what these Parties, or all, state of themselves; those that never stated anything are left out."""
    ledgers = Ledger.objects.filter(stated=True)
    ledgers = ledgers.filter(pk__in=parties) if parties else ledgers
    found: dict[str, dict[str, list[Any]]] = {
        name: {kind: [] for kind in KINDS} for name in ledgers.values_list("pk", flat=True)
    }
    rows = OwnRow.objects.filter(ledger__in=list(found)).order_by("ledger", "kind", "position")
    for party, kind, body in rows.values_list("ledger", "kind", "body"):
        found[party][kind].append(body)
    return {party: own_statements(**held) for party, held in found.items()}


def newest_assessments() -> dict[str, SelfAssessment]:
    """Return the newest self-assessment of every Party that has made one."""
    rows = AssessmentRow.objects.order_by("number").values_list("ledger", "body")
    return {party: SelfAssessment.model_validate(body) for party, body in dict(rows).items()}


def assessments_of(parties: Collection[str]) -> dict[str, list[SelfAssessment]]:
    """Return every self-assessment of these Parties, oldest first, in one query."""
    found: dict[str, list[SelfAssessment]] = defaultdict(list)
    rows = AssessmentRow.objects.filter(ledger__in=sorted(parties)).order_by("number")
    for party, body in rows.values_list("ledger", "body"):
        found[party].append(SelfAssessment.model_validate(body))
    return dict(found)


@contextmanager
def writing(party: str) -> Iterator[Ledger]:
    """Hold the promises of one Party for one writer, in one transaction; may be nested, so that reading is safe too."""
    if not (len(party) == 3 and party.isascii() and party.isalnum()):
        raise ValueError(f"no Party: {party!r}")
    with transaction.atomic():
        Ledger.objects.get_or_create(pk=party)
        yield Ledger.objects.select_for_update().get(pk=party)


def version() -> Version:
    """Return what changes whenever promises or self-assessments do (one query)."""
    found = Ledger.objects.filter(version__gt=0).aggregate(changes=Sum("version"), last=Max("changed_at"))
    return found["changes"] or 0, found["last"].isoformat() if found["last"] else ""


def _keyed(shelf: _Shelf, records: Sequence[Record]) -> list[Entry]:
    keys = (shelf.key(entry) or f"{place:06d}" for place, entry in enumerate(records))
    return [(key, entry.model_dump(mode="json")) for key, entry in zip(keys, records, strict=True)]


def _written(
    rows: QuerySet[Any], ledger: Ledger, name: str, entries: Sequence[Entry], **fields: str
) -> dict[str, object]:
    """Let `rows` hold these entries and no others; return what changed, by the words that the audit shows."""
    held = {row.key: row for row in rows}
    repeated = [key for key, count in Counter(key for key, _ in entries).items() if count > 1]
    if repeated:
        raise ValueError(f"{name}: {repeated[0]!r} stands twice")
    new, changed = [], []
    for place, (key, body) in enumerate(entries):
        row = held.pop(key, None)
        if row is None:
            new.append(rows.model(ledger=ledger, key=key, position=place, body=body, **fields))
        elif (row.body, row.position) != (body, place):
            row.body, row.position = body, place
            changed.append(row)
    manager = rows.model.objects
    manager.bulk_create(new, batch_size=CHUNK)
    manager.bulk_update(changed, ["body", "position"], batch_size=CHUNK)
    manager.filter(pk__in=[row.pk for row in held.values()]).delete()
    told = {"new": [row.key for row in new], "changed": [row.key for row in changed], "removed": list(held)}
    return {f"{name}.{state}": _shortened(found) for state, found in told.items() if found}


def _shortened(keys: Sequence[str]) -> list[object]:
    more = len(keys) - SHOWN
    return [*keys[:SHOWN], *([f"+{more}"] if more > 0 else [])]
