"""What collecting a national report holds: its draft, the parts given to offices, every text that came back, each step.

Offices are named, never people. Nothing that came back is ever removed: a text is taken, declined, or waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from biosetu.alignment.national import Record
from biosetu.reports.cbd.draft import THIRD, Draft, target_key

BOUNDARY = "._"
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


class PartState(StrEnum):
    """Where a part stands."""

    ASSIGNED = "assigned"
    ANSWERING = "answering"
    RETURNED = "returned"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"


class ReportState(StrEnum):
    """Where the report as a whole stands."""

    COLLECTING = "collecting"
    CLEARED = "cleared"
    SIGNED_OFF = "signed_off"


class Standing(StrEnum):
    """What became of a text that came back."""

    TAKEN = "taken"
    WAITING = "waiting"
    DECLINED = "declined"


class Role(StrEnum):
    """Who acts, in the words of the table of states."""

    OFFICE = "office"
    FOCAL_POINT = "focal_point"
    PUBLISHING_AUTHORITY = "publishing_authority"


OPEN_PARTS = frozenset({PartState.ASSIGNED, PartState.ANSWERING})
SETTLED_PARTS = frozenset({PartState.CLEARED, PartState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: in which role, for which office, when."""

    role: Role
    office: str
    at: datetime


def under(key: str, prefix: str) -> bool:
    """Return whether a key lies under a prefix that ends where one of the key's names ends: `Q.8_7` under `Q.8`.

    A target is a name as a whole: what is of target 1.1 doesn't lie under `III.1`.
    """
    if prefix.startswith(THIRD) and prefix != THIRD:
        return prefix in (key, target_key(key))
    rest = key.removeprefix(prefix)
    return rest != key and (not rest or prefix[-1:] in BOUNDARY or rest[0] in BOUNDARY)


class Part(Record):
    """What is given to an office until a day: keys under one of `prefixes` (`I`, `III.NT-3`, `Q.8`, or a whole key)."""

    id: str
    office: str
    due: date
    prefixes: tuple[str, ...]
    note: str = ""
    state: PartState = PartState.ASSIGNED

    def holds(self, key: str) -> bool:
        """Return whether a key belongs to this part."""
        return any(under(key, prefix) for prefix in self.prefixes)


class Offer(Record):
    """A text for one field as it came in. `base` is the fingerprint of what it was written on; `via` how it came."""

    number: int
    part: str
    key: str
    text: str
    base: str
    office: str
    at: datetime
    via: str
    standing: Standing
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


class Step(Record):
    """One step of a part, or of the report (`of` empty)."""

    of: str
    verb: str
    role: Role
    office: str
    at: datetime
    reason: str = ""
    before: str
    after: str


class Collection(Record):
    """All of one Party's report for one cycle, in `language`, the one it is written in."""

    draft: Draft
    language: str = "en"
    state: ReportState = ReportState.COLLECTING
    parts: tuple[Part, ...] = ()
    offers: tuple[Offer, ...] = ()
    steps: tuple[Step, ...] = Field(default=())

    def part(self, name: str) -> Part | None:
        """Return a part by its id."""
        return next((part for part in self.parts if part.id == name), None)

    def waiting(self, keys: Iterable[str] | None = None) -> Mapping[str, tuple[Offer, ...]]:
        """Return the texts that wait for a decision, by field; of all fields, or of these."""
        wanted = None if keys is None else frozenset(keys)
        found: dict[str, tuple[Offer, ...]] = {}
        for offer in self.offers:
            if offer.standing is Standing.WAITING and (wanted is None or offer.key in wanted):
                found[offer.key] = (*found.get(offer.key, ()), offer)
        return found

    def steps_of(self, part: str) -> tuple[Step, ...]:
        """Return the steps of a part, or of the report (empty id), oldest first."""
        return tuple(step for step in self.steps if step.of == part)
