"""What is done while a report is collected: pure verbs, each returning the collection after it. Nothing is lost.

A text that nobody else changed since it was sent out is taken; where two texts differ, both stay until the focal point
decides. So does a figure that differs from the one held, or from that of another office. After sign-off the report is
reopened, with a reason, before anything changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from biosetu.observations.answers import ACCEPT
from biosetu.problems import DataError, Problem
from biosetu.reports.cbd.collecting.asked import Asked, read_text
from biosetu.reports.cbd.collecting.figures import FIGURE, Figure
from biosetu.reports.cbd.collecting.records import Actor, Collection, Offer, Part, Role, Standing, under
from biosetu.reports.cbd.collecting.states import Case, move, wrong_answers
from biosetu.reports.cbd.draft import Draft, Entry, fingerprint
from biosetu.translation import N_

LONGEST_NAME = 200
HELD = "held"


@dataclass(frozen=True, slots=True)
class Returned:
    """A field as it comes back: the text, the fingerprint of what it was written on, whether an old text still holds.

    `emptied`: an empty text was meant (a form); else it leaves the field as it is (a file). `row` is where it stands in
    the file that came back, if it came in one.
    """

    key: str
    text: str
    base: str
    confirmed: bool = False
    emptied: bool = False
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of answers: the fields taken, those reviewed as they stand, those in conflict, those left unchanged."""

    collection: Collection
    taken: tuple[str, ...]
    reviewed: tuple[str, ...]
    conflicts: tuple[str, ...]
    same: tuple[str, ...]


def case_of(collection: Collection, fields: Sequence[Asked], part: Part | None, reason: str = "") -> Case:
    """Return what the guards look at, for a part or for the whole report."""
    keys = tuple(field.key for field in fields if part is None or part.holds(field.key))
    return Case(collection, part, keys, frozenset(field.key for field in fields if field.mandatory), reason)


def assign(
    collection: Collection, fields: Sequence[Asked], actor: Actor, *, office: str, due: date, prefixes: Iterable[str],
    note: str = "",
) -> tuple[Collection, Part]:  # fmt: skip
    """Give the fields that begin with `prefixes` to an office, until a day; return the part made."""
    named = " ".join(office.split())
    wanted = tuple(dict.fromkeys(prefix.strip() for prefix in prefixes if prefix.strip()))
    if not named or len(named) > LONGEST_NAME:
        raise DataError(
            Problem(N_("no office is named"), N_("Name the office that answers"), "office", column="office")
        )
    strange = [prefix for prefix in wanted if not any(under(field.key, prefix) for field in fields)]
    if strange or not wanted:
        message = N_("no field of this report begins like this")
        raise DataError(
            Problem(
                message, N_("Use I, III.<target>, F.<indicator> or Q.<question>"), "fields", value=", ".join(strange)
            )
        )
    moved = move(case_of(collection, fields, None), "assign", actor)
    number = 1 + max((int(part.id[1:]) for part in moved.parts), default=0)
    part = Part(id=f"p{number}", office=named, due=due, prefixes=wanted, note=note.strip())
    return moved.model_copy(update={"parts": (*moved.parts, part)}), part


def answer(
    collection: Collection, fields: Sequence[Asked], actor: Actor, given: Iterable[Returned], *, part: Part | None,
    via: str,
) -> Outcome:  # fmt: skip
    """Take the answers of an office to its part, or of the focal point (`part` None) to any field.

    Raises `DataError` with every field that is not of the part, no choice, no date, or breaks the rules of a question;
    then nothing is taken.
    """
    verb = "answer" if part else "write"
    moved = move(case_of(collection, fields, part), verb, actor)
    read = _read(fields, given, part)
    outcome = Outcome(moved, (), (), (), ())
    known = {field.key: field for field in fields}
    for returned in read:
        outcome = _settle(outcome, returned, known[returned.key], actor, part.id if part else "", via)
    wrong = wrong_answers(outcome.collection, outcome.taken)
    if wrong:
        rows = {f"{one.key}": one.row for one in read}
        raise DataError([replace(p, column=f"Q.{p.column}", row=rows.get(f"Q.{p.column}")) for p in wrong])
    return outcome


def _read(fields: Sequence[Asked], given: Iterable[Returned], part: Part | None) -> list[Returned]:
    known = {field.key: field for field in fields}
    found, problems = [], []
    for one in given:
        field = known.get(one.key)
        if field is None or (part is not None and not part.holds(one.key)):
            message, remedy = N_("not a field of this part"), N_("Send back the part as it was sent out")
            problems.append(Problem(message, remedy, "not-asked", row=one.row, column=one.key))
            continue
        try:
            found.append(replace(one, text=read_text(field, one.text)))
        except DataError as error:
            problems += [replace(problem, row=one.row) for problem in error.problems]
    if problems:
        raise DataError(problems)
    return found


def _settle(outcome: Outcome, one: Returned, field: Asked, actor: Actor, part: str, via: str) -> Outcome:
    collection = outcome.collection
    held = collection.draft.entries.get(one.key)
    text = held.text if held else ""
    if one.emptied and text and not one.text and fingerprint(text) == one.base:
        after = _without(_offered(collection, one, actor, part, via, Standing.TAKEN), one.key)
        return replace(outcome, collection=after, taken=(*outcome.taken, one.key))
    if not one.text or one.text == text or fingerprint(one.text) == one.base:
        if held is not None and not held.reviewed and one.confirmed and one.text == text:
            after = _written(collection, one.key, text, actor)
            return replace(outcome, collection=after, reviewed=(*outcome.reviewed, one.key))
        return replace(outcome, same=(*outcome.same, one.key))
    if any(offer.text == one.text for offer in collection.waiting([one.key]).get(one.key, ())):
        return replace(outcome, conflicts=(*outcome.conflicts, one.key))
    if _declined(collection, one):
        return replace(outcome, same=(*outcome.same, one.key))
    conflict = (bool(text) and fingerprint(text) != one.base) or _another_figure(held, one, field, actor)
    standing = Standing.WAITING if conflict else Standing.TAKEN
    after = _offered(collection, one, actor, part, via, standing)
    if conflict:
        return replace(outcome, collection=after, conflicts=(*outcome.conflicts, one.key))
    return replace(outcome, collection=_written(after, one.key, one.text, actor), taken=(*outcome.taken, one.key))


def _declined(collection: Collection, one: Returned) -> bool:
    """Return whether this very return was declined before: the same text, written on the same."""
    return any(
        (offer.key, offer.text, offer.base, offer.standing) == (one.key, one.text, one.base, Standing.DECLINED)
        for offer in collection.offers
    )


def _another_figure(held: Entry | None, one: Returned, field: Asked, actor: Actor) -> bool:
    """Return whether an office gives a figure otherwise than it is held, or than another office gave it."""
    if field.kind != FIGURE or actor.role is not Role.OFFICE:
        return False
    if held is not None:
        return held.office != actor.office
    said = Figure.of(one.text)
    return field.figure is not None and said.answer != ACCEPT and said.says != field.figure.says


def _offered(
    collection: Collection, one: Returned, actor: Actor, part: str, via: str, standing: Standing
) -> Collection:
    offer = Offer(
        number=len(collection.offers) + 1,
        part=part,
        key=one.key,
        text=one.text,
        base=one.base,
        office=actor.office,
        at=actor.at,
        via=via,
        standing=standing,
    )
    return collection.model_copy(update={"offers": (*collection.offers, offer)})


def _written(collection: Collection, key: str, text: str, actor: Actor) -> Collection:
    entry = Entry(text=text, language=collection.language, office=actor.office, changed_on=actor.at.date())
    draft: Draft = collection.draft
    after = draft.model_copy(update={"entries": {**draft.entries, key: entry}})
    return collection.model_copy(update={"draft": after})


def _without(collection: Collection, key: str) -> Collection:
    entries = {name: entry for name, entry in collection.draft.entries.items() if name != key}
    return collection.model_copy(update={"draft": collection.draft.model_copy(update={"entries": entries})})


def decide(
    collection: Collection, fields: Sequence[Asked], actor: Actor, *, key: str, choice: str, text: str = "",
    reason: str = "",
) -> Collection:  # fmt: skip
    """Settle a conflict: keep what is held (`held`), take an offer (its number), or write a text of one's own (`own`).

    Every text that is not taken stays on record as declined, with the reason.
    """
    moved = move(case_of(collection, fields, None), "decide", actor)
    waiting = moved.waiting([key]).get(key, ())
    if not waiting:
        raise DataError(Problem(N_("nothing waits for a decision here"), N_("Look at the page again"), "settled"))
    chosen = next((offer for offer in waiting if str(offer.number) == choice), None)
    field = next(field for field in fields if field.key == key)
    own = read_text(field, text) if choice == "own" and field.kind != FIGURE else ""
    if chosen is None and choice != HELD and not own:
        raise DataError(Problem(N_("nothing is chosen"), N_("Choose one of the texts, or write one"), "choice"))
    offers = tuple(_decided(offer, key, chosen, actor, reason) for offer in moved.offers)
    after = moved.model_copy(update={"offers": offers})
    if chosen is not None:
        return _written(after, key, chosen.text, replace(actor, office=chosen.office))
    if own:
        one = Returned(key, own, fingerprint(moved.draft.text(key)))
        return _written(_offered(after, one, actor, "", "decision", Standing.TAKEN), key, own, actor)
    return after


def _decided(offer: Offer, key: str, chosen: Offer | None, actor: Actor, reason: str) -> Offer:
    if offer.key != key or offer.standing is not Standing.WAITING:
        return offer
    standing = Standing.TAKEN if chosen is not None and offer.number == chosen.number else Standing.DECLINED
    return offer.model_copy(
        update={"standing": standing, "reason": reason.strip(), "decided_by": actor.office, "decided_at": actor.at}
    )


def step_part(
    collection: Collection, fields: Sequence[Asked], actor: Actor, *, part: Part, verb: str, reason: str = ""
) -> Collection:
    """Move a part: hand in, clear, send back, reopen, withdraw (see the table of states)."""
    return move(case_of(collection, fields, part, reason), verb, actor)


def postpone(
    collection: Collection, fields: Sequence[Asked], actor: Actor, *, part: Part, due: date, reason: str
) -> Collection:
    """Give a part another due date, with the reason."""
    moved = move(case_of(collection, fields, part, reason), "postpone", actor)
    parts = tuple(one.model_copy(update={"due": due}) if one.id == part.id else one for one in moved.parts)
    return moved.model_copy(update={"parts": parts})


def step_report(
    collection: Collection, fields: Sequence[Asked], actor: Actor, *, verb: str, reason: str = ""
) -> Collection:
    """Move the whole report: clear, send back, sign off, reopen (see the table of states)."""
    return move(case_of(collection, fields, None, reason), verb, actor)
