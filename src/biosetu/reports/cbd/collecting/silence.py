"""Who has not answered: each part with its office, what is still open in it, and how late it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from biosetu.reports.cbd.collecting.asked import Asked
from biosetu.reports.cbd.collecting.days import beside
from biosetu.reports.cbd.collecting.records import OPEN_PARTS, SETTLED_PARTS, Collection, Part, PartState
from biosetu.reports.cbd.collecting.states import open_keys
from biosetu.reports.cbd.draft import filled


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part as the overview shows it. `days` until it is due: negative where it is late, None once handed in."""

    part: Part
    fields: int
    answered: int
    open: int
    conflicts: int
    days: int | None

    @property
    def overdue(self) -> bool:
        """Return whether the office is late."""
        return self.days is not None and self.days < 0


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """An office with its parts, those that wait for it first."""

    office: str
    lines: tuple[PartLine, ...]

    @property
    def silent(self) -> tuple[PartLine, ...]:
        """Return the parts that the office has not handed in."""
        return tuple(line for line in self.lines if line.days is not None)

    @property
    def overdue(self) -> int:
        """Return how many parts are late."""
        return sum(line.overdue for line in self.lines)

    @property
    def days(self) -> int | None:
        """Return the days until the first of its open parts is due."""
        return min((line.days for line in self.lines if line.days is not None), default=None)


def part_line(collection: Collection, fields: Sequence[Asked], part: Part, today: date) -> PartLine:
    """Return how a part stands on a day."""
    keys = [field.key for field in fields if part.holds(field.key) and field.open]
    mandatory = frozenset(field.key for field in fields if field.mandatory)
    return PartLine(
        part,
        fields=len(keys),
        answered=sum(filled(collection.draft, key) for key in keys),
        open=len(open_keys(collection, keys, mandatory)),
        conflicts=len(collection.waiting(keys)),
        days=(part.due - today).days if part.state in OPEN_PARTS else None,
    )


def by_office(collection: Collection, fields: Sequence[Asked], today: date) -> tuple[OfficeLine, ...]:
    """Return every office with its parts: the latest first, then those with time left, then those that are done."""
    found: dict[str, list[PartLine]] = {}
    for part in collection.parts:
        if part.state is not PartState.WITHDRAWN:
            found.setdefault(part.office, []).append(part_line(collection, fields, part, today))
    lines = [OfficeLine(office, tuple(sorted(parts, key=_order))) for office, parts in found.items()]
    return tuple(sorted(lines, key=lambda line: (line.days is None, line.days or 0, line.office)))


def _order(line: PartLine) -> tuple[bool, bool, date, str]:
    return line.days is None, line.part.state in SETTLED_PARTS, line.part.due, line.part.id


SILENCE = pa.schema(
    [(name, pa.string()) for name in ("office", "part", "state")]
    + [("due", pa.date32()), ("due_beside", pa.string()), ("days", pa.int32()), ("overdue", pa.bool_())]
    + [(name, pa.int32()) for name in ("fields", "answered", "open", "conflicts")]
    + [("fields_from", pa.string())]
)


def silence(collection: Collection, fields: Sequence[Asked], today: date) -> pa.Table:
    """Return the parts as a table: office, part, state, due, due_beside (other calendars), days (negative: late) …"""
    records = [
        {
            "office": line.office,
            "part": one.part.id,
            "state": str(one.part.state),
            "due": one.part.due,
            "due_beside": beside(collection.draft.party, one.part.due),
            "days": one.days,
            "overdue": one.overdue,
            "fields": one.fields,
            "answered": one.answered,
            "open": one.open,
            "conflicts": one.conflicts,
            "fields_from": "; ".join(one.part.prefixes),
        }
        for line in by_office(collection, fields, today)
        for one in line.lines
    ]
    return pa.Table.from_pylist(records, schema=SILENCE)
