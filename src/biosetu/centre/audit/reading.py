"""What was done, as people and tables read it: one row for each field that changed, from what, to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from django.db.models import QuerySet

from biosetu.centre.accounts.permissions import User, visible_to
from biosetu.centre.audit.models import Actor, Entry, PersonalValue
from biosetu.centre.audit.trail import FROM, HASHED, TO

STATE = "state"
ERASED = "[erased]"
CHUNK = 500
COLUMNS = (
    "entry", "at", "by", "name", "verb", "record", "record_id", "party", "field", "before", "after", "request_id",
)  # fmt: skip
SCHEMA = pa.schema([(name, pa.int64() if name == "entry" else pa.string()) for name in COLUMNS])


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of an entry, before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry with the name behind its pseudonym (empty where it was erased) and what changed."""

    entry: Entry
    name: str
    changes: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: between two days (both counted), of a Party, of a kind of record, of one record."""

    since: date | None = None
    until: date | None = None
    party: str = ""
    record: str = ""
    record_id: str = ""


def entries(user: User, asked: Asked = Asked()) -> QuerySet[Entry]:
    """Return the entries that a person may see, newest first."""
    wanted = {
        "at__date__gte": asked.since, "at__date__lte": asked.until, "party": asked.party, "record": asked.record,
        "record_id": asked.record_id,
    }  # fmt: skip
    rows = visible_to(user, Entry.objects.all())
    return rows.filter(**{name: value for name, value in wanted.items() if value}).order_by("-pk")


def told(found: Iterable[Entry]) -> list[Told]:
    """Return entries with the names and values that lead to people, as far as these were not erased."""
    rows = list(found)
    people = Actor.objects.filter(pseudonym__in={row.actor for row in rows if row.actor}).select_related("account")
    names = {one.pseudonym: str(one.account) for one in people}
    changes = [tuple(_changes(row.changes)) for row in rows]
    values = _values(text for group in changes for one in group for text in (one.before, one.after))
    return [
        Told(row, names.get(row.actor, "") if row.actor else "", tuple(_shown(one, values) for one in group))
        for row, group in zip(rows, changes, strict=True)
    ]


def _changes(changes: Mapping[str, object]) -> Iterator[Changed]:
    if FROM in changes and TO in changes:
        yield Changed(STATE, _text(changes[FROM]), _text(changes[TO]))
    for field, value in changes.items():
        if isinstance(value, Mapping) and set(value) == {FROM, TO}:
            yield Changed(field, _text(value[FROM]), _text(value[TO]))
        elif field not in (FROM, TO):
            yield Changed(field, "", _text(value))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _values(texts: Iterable[str]) -> dict[str, str]:
    """Return what stands behind the hashes among these texts, in few queries."""
    digests = sorted({text.removeprefix(HASHED) for text in texts if text.startswith(HASHED)})
    found: dict[str, str] = {}
    for start in range(0, len(digests), CHUNK):
        rows = PersonalValue.objects.filter(digest__in=digests[start : start + CHUNK])
        found |= {HASHED + digest: value for digest, value in rows.values_list("digest", "value")}
    return found


def _shown(one: Changed, values: Mapping[str, str]) -> Changed:
    return Changed(one.field, _revealed(one.before, values), _revealed(one.after, values))


def _revealed(text: str, values: Mapping[str, str]) -> str:
    return values.get(text, ERASED) if text.startswith(HASHED) else text


def table(found: QuerySet[Entry]) -> pa.Table:
    """Return entries as they are exported: a row for each field that changed; one where nothing did."""
    lines: list[dict[str, object]] = []
    batch: list[Entry] = []
    for row in found.iterator(chunk_size=CHUNK):
        batch.append(row)
        if len(batch) == CHUNK:
            lines += _lines(batch)
            batch = []
    return pa.Table.from_pylist([*lines, *_lines(batch)], schema=SCHEMA)


def _lines(batch: Iterable[Entry]) -> Iterator[dict[str, object]]:
    for one in told(batch):
        row = one.entry
        known = (row.pk, row.at.isoformat(), str(row.actor or ""), one.name, row.verb, row.record, row.record_id)
        for change in one.changes or (Changed("", "", ""),):
            rest = (row.party, change.field, change.before, change.after, row.request_id)
            yield dict(zip(COLUMNS, (*known, *rest), strict=True))
