"""A small report that the tests of collecting play with: one national target, two offices, a focal point."""

from __future__ import annotations

from datetime import UTC, date, datetime

from biosetu.alignment import Declared, NationalTarget, Promises
from biosetu.reports.cbd.collecting import (
    Actor,
    Collection,
    Outcome,
    Part,
    Returned,
    Role,
    answer,
    asked,
    assign,
    step_part,
    step_report,
)
from biosetu.reports.cbd.draft import Draft, fingerprint

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DUE = date(2026, 12, 31)
TARGET = NationalTarget(id="NT-1", party="NPL", title={"en": "Restore land"}, declared=(Declared(target="2"),))
PROMISES = Promises(party="NPL", targets=(TARGET,))
FOCAL = Actor(Role.FOCAL_POINT, "Ministry", NOON)
AUTHORITY = Actor(Role.PUBLISHING_AUTHORITY, "Cabinet", NOON)
FORESTS, WATERS = Actor(Role.OFFICE, "Forests", NOON), Actor(Role.OFFICE, "Waters", NOON)
SUMMARY = "V.assessmentSummary"


def fields(collection: Collection):
    return asked(PROMISES, collection.draft)


def empty() -> Collection:
    return Collection(draft=Draft(party="NPL", cycle="7NR"))


def given_to(office: str, *prefixes: str, start: Collection | None = None) -> tuple[Collection, Part]:
    collection = start or empty()
    return assign(collection, fields(collection), FOCAL, office=office, due=DUE, prefixes=prefixes)


def sent(key: str, text: str, base: str = "", **more) -> Returned:
    return Returned(key, text, fingerprint(base), **more)


def replied(collection: Collection, part: Part, actor: Actor, *returned: Returned, via: str = "form") -> Outcome:
    return answer(collection, fields(collection), actor, returned, part=collection.part(part.id), via=via)


def moved(collection: Collection, verb: str, actor: Actor, part: Part | None = None, reason: str = "") -> Collection:
    if part is None:
        return step_report(collection, fields(collection), actor, verb=verb, reason=reason)
    held = collection.part(part.id)
    assert held is not None
    return step_part(collection, fields(collection), actor, part=held, verb=verb, reason=reason)
