"""Collecting a national report: parts out to offices, answers in, conflicts decided, cleared and signed off.

The state lives in the store given: the database of a centre, else a folder in BIOSETU_HOME.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from biosetu.alignment import Promises
from biosetu.framework import cycles, find_party
from biosetu.home import home
from biosetu.jobs.collecting_figures import figure_fields, read_figures, settle_figures
from biosetu.jobs.intake import centre_collections, in_centre, in_the_name_of
from biosetu.jobs.party import default_store
from biosetu.jobs.party import held as observations_of
from biosetu.jobs.promises import promises_of
from biosetu.observations import ObservationStore
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.cbd.collecting import (
    Actor,
    Asked,
    Collection,
    CollectionFolder,
    CollectionStore,
    Outcome,
    Part,
    PartReturn,
    Returned,
    Role,
    answer,
    asked,
    assign,
    decide,
    postpone,
    read_day,
    read_part_file,
    shown,
    silence,
    step_part,
    step_report,
    write_part_file,
)
from biosetu.reports.cbd.collecting.asked import DATE
from biosetu.reports.cbd.collecting.figures import FIGURE, figure_section, is_figure
from biosetu.reports.cbd.draft import Draft, carried_over
from biosetu.translation import N_, say

LATEST = "7NR"


def collections() -> CollectionStore:
    """Return where this installation keeps its collections: the database of its centre, else a folder."""
    return centre_collections() if in_centre() else CollectionFolder(home() / "reports")


def cycle_of(cycle: str) -> str:
    """Return a reporting cycle that there is, or raise `UsageError`."""
    if cycle not in cycles():
        raise UsageError(
            say("There is no reporting cycle '{cycle}'. Use one of {cycles}.", cycle=cycle, cycles=", ".join(cycles()))
        )
    return cycle


def collection_of(party: str, cycle: str = LATEST, store: CollectionStore | None = None) -> Collection:
    """Return the collection of a Party's cycle; where none is held, a new one with the last cycle's texts to review."""
    iso3, name = find_party(party).iso3, cycle_of(cycle)
    where = store or collections()
    return where.load(iso3, name) or fresh(iso3, name, where)


def fresh(party: str, cycle: str, store: CollectionStore) -> Collection:
    """Return a new collection; the texts of the last cycle held are carried over, to be reviewed."""
    earlier = [name for name in store.cycles(party) if list(cycles()).index(name) < list(cycles()).index(cycle)]
    last = store.load(party, earlier[-1]) if earlier else None
    if last is None:
        return Collection(draft=Draft(party=party, cycle=cycle))
    return Collection(draft=carried_over(last.draft, cycle), language=last.language)


def fields_of(
    collection: Collection,
    language: str = "en",
    *,
    promises: Promises | None = None,
    observations: pa.Table | None = None,
    also: Iterable[str] = (),
) -> tuple[Asked, ...]:
    """Return the fields that a collection's report asks, in a language: its texts, its figures, its questions.

    `promises` and `observations` are what is held on the Party; those of this installation where none are given;
    `also` are sections of figures that are wanted though nobody was asked for them.
    """
    party = collection.draft.party
    known = promises_of(party) if promises is None else promises
    table = observations_of(party, default_store()) if observations is None else observations
    return (*asked(known, collection.draft, language), *figure_fields(collection, table, language, also))


class Work:
    """A collection held for one writer; each verb leaves its result on the desk.

    `figures` is the store of the figures that offices are asked for; `settled` those that became the Party's own.
    """

    def __init__(self, collection: Collection, figures: ObservationStore | None = None) -> None:
        self.collection = collection
        self.figures = figures or default_store()
        self.settled: dict[str, str] = {}

    @property
    def fields(self) -> tuple[Asked, ...]:
        """Return the fields of the report as it stands."""
        return self._fields()

    def _fields(self, also: Iterable[str] = ()) -> tuple[Asked, ...]:
        held = observations_of(self.collection.draft.party, self.figures)
        return fields_of(self.collection, observations=held, also=also)

    def part(self, name: str) -> Part:
        """Return a part, or raise `UsageError`."""
        found = self.collection.part(name)
        if found is None:
            known = ", ".join(part.id for part in self.collection.parts) or "none yet"
            raise UsageError(say("There is no part '{name}'. There are: {known}.", name=name, known=known))
        return found

    def assign(self, actor: Actor, *, office: str, due: date, prefixes: Iterable[str], note: str = "") -> Part:
        """Give fields to an office; see `collecting.assign`."""
        self.collection, part = assign(
            self.collection, self.fields, actor, office=office, due=due, prefixes=prefixes, note=note
        )
        return part

    def answer(self, actor: Actor, given: Iterable[Returned], *, part: str = "", via: str) -> Outcome:
        """Take answers to a part, or to any field where no part is named; see `collecting.answer`."""
        held = self.part(part) if part else None
        returned = list(given)
        fields = self._fields(figure_section(one.key) for one in returned if is_figure(one.key))
        read, new = read_figures(self.collection, fields, returned, actor, self.figures)
        outcome = answer(self.collection, (*fields, *new), actor, read, part=held, via=via)
        self.collection = outcome.collection
        return outcome

    def decide(self, actor: Actor, *, key: str, choice: str, text: str = "", reason: str = "") -> None:
        """Settle a conflict; see `collecting.decide`."""
        self.collection = decide(self.collection, self.fields, actor, key=key, choice=choice, text=text, reason=reason)

    def step(self, actor: Actor, verb: str, *, part: str = "", reason: str = "") -> None:
        """Move a part, or the report where none is named; see the table of states. Clearing makes figures national."""
        held, fields = self.part(part) if part else None, self.fields
        if held is not None:
            self.collection = step_part(self.collection, fields, actor, part=held, verb=verb, reason=reason)
        else:
            self.collection = step_report(self.collection, fields, actor, verb=verb, reason=reason)
        if verb == "clear":
            keys = [field.key for field in fields if held is None or held.holds(field.key)]
            self.settled = settle_figures(self.collection, keys, actor, self.figures)

    def postpone(self, actor: Actor, *, part: str, due: date, reason: str) -> None:
        """Give a part another due date."""
        held = self.part(part)
        self.collection = postpone(self.collection, self.fields, actor, part=held, due=due, reason=reason)

    def write_in(self, language: str) -> None:
        """Say in which language the report is written."""
        self.collection = self.collection.model_copy(update={"language": language})


@contextmanager
def working(
    party: str, cycle: str = LATEST, store: CollectionStore | None = None, figures: ObservationStore | None = None
) -> Iterator[Work]:
    """Hold a collection for one writer; what the verbs inside did is kept, all of it or nothing."""
    iso3, name = find_party(party).iso3, cycle_of(cycle)
    where = store or collections()
    with where.changing(iso3, name, lambda: fresh(iso3, name, where)) as desk:
        work = Work(desk.collection, figures)
        yield work
        desk.collection = work.collection


ROLES = {"answer": Role.OFFICE, "hand_in": Role.OFFICE, "sign_off": Role.PUBLISHING_AUTHORITY}


def perform(party: str, cycle: str, verb: str, *, person: str = "", signed_as: str = "", **values: Any) -> Any:
    """Do one verb of `Work` (or a step of the table of states), as an account of the centre where there is one.

    Without a centre whoever runs the command acts: for the office of the part, else as focal point, or as publishing
    authority to sign off; `signed_as` names its office in the record.
    """
    if in_centre():
        return in_the_name_of(person, verb, party=find_party(party).iso3, cycle=cycle_of(cycle), **values)
    with working(party, cycle) as work:
        part = values.get("part", "")
        role = ROLES.get(verb, Role.FOCAL_POINT)
        role = Role.FOCAL_POINT if role is Role.OFFICE and not part else role
        named = work.part(part).office if role is Role.OFFICE else signed_as or str(role).replace("_", " ")
        actor = acting(role, named)
        act = getattr(work, verb, None)
        return act(actor, **values) if act is not None else work.step(actor, verb, **values)


def acting(role: Role, office: str) -> Actor:
    """Return who acts, now."""
    return Actor(role, office, datetime.now(UTC))


def read_due(text: str, party: str) -> date:
    """Read a due date in any calendar, or the end of a fiscal year of a Party; raise `DataError` where it is none."""
    return read_day(text, find_party(party).iso3)


def dates_taken(outcome: Outcome) -> dict[str, str]:
    """Return the dates among the answers taken, by field, as read: Gregorian, and in the calendars of the offices."""
    fields = {field.key: field for field in fields_of(outcome.collection)}
    keys = [key for key in outcome.taken if fields[key].kind == DATE]
    return {key: shown(fields[key], outcome.collection.draft.text(key)) for key in keys}


def write_part(party: str, part: str, out: Path, cycle: str = LATEST, language: str = "en") -> int:
    """Write a part as .xlsx or .docx for its office; return the number of fields."""
    collection = collection_of(party, cycle)
    held = Work(collection).part(part)
    return write_part_file(collection, fields_of(collection, language), held, out, language)


def belongs(returned: PartReturn, party: str, cycle: str, file: str) -> None:
    """Raise `DataError` where a part that came back is of another Party's report or another cycle."""
    if (returned.party, returned.cycle) != (party, cycle):
        message, remedy = N_("a part of another report"), N_("Send it to whom it was for")
        raise DataError(Problem(message, remedy, "other-report", file, value=f"{returned.party} {returned.cycle}"))


def take_part(party: str, path: Path, cycle: str = LATEST, person: str = "") -> Outcome:
    """Take a part that came back as a file, in the name of its office; conflicts are kept for the focal point."""
    returned = read_part_file(path)
    belongs(returned, find_party(party).iso3, cycle_of(cycle), path.name)
    via = path.suffix.lower().lstrip(".")
    try:
        outcome: Outcome = perform(
            party, cycle, "answer", person=person, given=returned.given, part=returned.part, via=via
        )
    except DataError as error:
        raise type(error)([_in_file(problem, path.name) for problem in error.problems]) from error
    return outcome


def _in_file(problem: Problem, file: str) -> Problem:
    return problem if problem.file else replace(problem, file=file)


def silent_offices(party: str, cycle: str = LATEST, today: date | None = None) -> pa.Table:
    """Return each part with its office, how much is open, and how late it is; the latest first."""
    collection = collection_of(party, cycle)
    return silence(collection, fields_of(collection), today or datetime.now(UTC).date())


CONFLICTS = pa.schema(
    [
        ("field", pa.string()),
        ("offer", pa.string()),
        ("office", pa.string()),
        ("at", pa.date32()),
        ("text", pa.string()),
    ]
)


def _in_words(field: Asked, text: str) -> str:
    return shown(field, text) if field.kind == FIGURE else text


def standing(collection: Collection, field: Asked) -> str:
    """Return what a field holds now; of a figure what is held where no office has answered it."""
    text = collection.draft.text(field.key)
    if field.kind == FIGURE and not text and field.figure is not None:
        text = field.figure.text
    return _in_words(field, text)


def conflicts(party: str, cycle: str = LATEST) -> pa.Table:
    """Return the texts that wait for a decision: by field, what is held (offer `held`) and every other text."""
    collection = collection_of(party, cycle)
    fields = {field.key: field for field in fields_of(collection)}
    records: list[dict[str, object]] = []
    for key, offers in collection.waiting().items():
        text = standing(collection, fields[key])
        if text:
            entry = collection.draft.entries.get(key)
            office, day = (entry.office, entry.changed_on) if entry else ("", None)
            records.append({"field": key, "offer": "held", "office": office, "at": day, "text": text})
        records += [
            {
                "field": key,
                "offer": str(o.number),
                "office": o.office,
                "at": o.at.date(),
                "text": _in_words(fields[key], o.text),
            }
            for o in offers
        ]
    return pa.Table.from_pylist(records, schema=CONFLICTS)


OWN = "own"


def _questions(collection: Collection, language: str) -> tuple[Part, tuple[Asked, ...]]:
    """Return every binary question as a part of the focal point's own, due with the report."""
    due = cycles()[collection.draft.cycle].due
    return Part(id=OWN, office="focal point", due=due, prefixes=("Q",)), fields_of(collection, language)


def write_questions(
    party: str, out: Path, cycle: str = LATEST, language: str = "en", collection: Collection | None = None
) -> int:
    """Write every binary question with its answer so far as .xlsx or .docx; return the number of questions."""
    held = collection or collection_of(party, cycle)
    part, fields = _questions(held, language)
    return write_part_file(held, fields, part, out, language)


def questions_returned(returned: PartReturn, party: str, cycle: str, file: str) -> tuple[Returned, ...]:
    """Return the answers of a file of all questions; raise `DataError` where it is another file."""
    belongs(returned, party, cycle, file)
    if returned.part != OWN:
        message, remedy = N_("not the file of all questions"), N_("Send the part back on its own page")
        raise DataError(Problem(message, remedy, "other-part", file, value=returned.part))
    return returned.given


def take_questions(party: str, path: Path, cycle: str = LATEST, person: str = "") -> Outcome:
    """Take a filled file of all questions, as the focal point."""
    given = questions_returned(read_part_file(path), find_party(party).iso3, cycle_of(cycle), path.name)
    try:
        outcome: Outcome = perform(party, cycle, "answer", person=person, given=given, via=path.suffix.lstrip("."))
    except DataError as error:
        raise type(error)([_in_file(problem, path.name) for problem in error.problems]) from error
    return outcome


ANSWERS = pa.schema([(name, pa.string()) for name in ("question", "number", "text", "answer", "state")])


def answers_of(party: str, cycle: str = LATEST, language: str = "en") -> pa.Table:
    """Return the binary questions with their answers: `state` is answered, open, or closed by another answer."""
    collection = collection_of(party, cycle)
    records = [
        {
            "question": field.key.removeprefix("Q."),
            "number": field.about,
            "text": field.label,
            "answer": shown(field, collection.draft.text(field.key)),
            "state": "answered" if collection.draft.text(field.key) else "open" if field.open else "closed",
        }
        for field in fields_of(collection, language)
        if field.key.startswith("Q.")
    ]
    return pa.Table.from_pylist(records, schema=ANSWERS)
