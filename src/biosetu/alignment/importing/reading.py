"""One way in for every form of national targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from biosetu.alignment.comparison import Imported
from biosetu.alignment.importing.codes import by_code, degree_of, indicator_text, one_code
from biosetu.alignment.importing.records import (
    carries_nothing,
    from_record,
    gives_the_same,
    record_identifier,
    statement_from,
    strategy_from,
)
from biosetu.alignment.importing.tables import read_tables
from biosetu.alignment.languages import script_of
from biosetu.alignment.national import Action, Declared, Degree, NationalTarget, NotCovered, Promises, Strategy, Texts
from biosetu.alignment.ort.base import OrtRecord
from biosetu.alignment.ort.reading import parse_json, read_records
from biosetu.alignment.ort.targets import NationalTarget7, NationalTarget7Mapping, Nbsap
from biosetu.alignment.quantities import quantities_of_target
from biosetu.alignment.wording import squeezed
from biosetu.engine.grids import Book, Grid
from biosetu.framework import indicators, parties, targets
from biosetu.problems import Problem
from biosetu.translation import N_, say

ALIGNED = frozenset({"goal", "target", "goal degree", "target degree"})
OF_RECORDS = ALIGNED - {"goal degree"}


def read_json(text: str, party: str, file: str = "") -> Imported:
    """Read national targets from JSON: records of the reporting tool, or its export as a list of rows."""
    content = parse_json(text, file)
    rows = content if isinstance(content, list) else content.get("data") if isinstance(content, Mapping) else None
    if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) and not {"header", "body"} & rows[0].keys():
        return read_tables(Book(file, "csv", (grid_of(rows),)), party)
    return _from_records(text, party, file)


def grid_of(rows: list[Any]) -> Grid:
    """Return rows of a JSON export (one object a row) as a sheet, its header the names of the fields."""
    names = list(dict.fromkeys(name for row in rows if isinstance(row, Mapping) for name in row))
    body = [tuple(_cell(row.get(name)) for name in names) for row in rows if isinstance(row, Mapping)]
    return Grid("", (tuple(names), *body))


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return "; ".join(str(_cell(entry)) for entry in value)
    if isinstance(value, Mapping):
        return str(value.get("en") or next(iter(value.values()), ""))
    return str(value)


def _from_records(text: str, party: str, file: str) -> Imported:
    found: dict[str, tuple[int, NationalTarget]] = {}
    statements: dict[str, tuple[int, NotCovered]] = {}
    strategies: dict[str, tuple[int, Strategy]] = {}
    problems: list[Problem] = []
    aside: list[tuple[int, str]] = []
    for number, record in read_records(text, file):
        if isinstance(record, Problem):
            problems.append(record)
        elif record.government.identifier != parties()[party].iso2.lower():
            problems.append(_other_party(file, number, party, record.government.identifier))
        elif strange := _unknown_terms(record):
            problems.append(_unknown(file, number, strange))
        elif isinstance(record, NationalTarget7):
            target = from_record(record, party)
            found[target.id] = (number, target)
        elif isinstance(record, NationalTarget7Mapping):
            statement = statement_from(record, party)
            if statement:
                statements[statement.target] = (number, statement)
        elif isinstance(record, Nbsap):
            told = strategy_from(record, party)
            strategies[told.id] = (number, told)
        else:
            aside.append((number, record.header.record_schema))
    return Imported(
        party,
        tuple(found.values()),
        (),
        tuple(statements.values()),
        tuple(problems),
        tuple(aside),
        tuple(strategies.values()),
    )


def _unknown_terms(record: OrtRecord) -> list[str]:
    """Return the identifiers in a national target that are no goal, target or degree of the framework."""
    if not isinstance(record, NationalTarget7):
        return []
    aligned = record.global_target_alignment or ()
    codes = [*(term.identifier for term in record.global_goal_alignment or ()), *(one.identifier for one in aligned)]
    degrees = [one.degree_of_alignment.identifier for one in aligned if one.degree_of_alignment]
    twice = [one.identifier for one in aligned if len(_given(record, one.identifier)) > 1]
    return [*twice, *(one for one in codes if not one_code(one)), *(one for one in degrees if not degree_of(one))]


def _given(record: NationalTarget7, identifier: str) -> set[Degree | None]:
    """Return the degrees that a record gives one target."""
    aligned, code = record.global_target_alignment or (), one_code(identifier)
    return {
        degree_of(one.degree_of_alignment.identifier)
        for one in aligned
        if one.degree_of_alignment and one_code(one.identifier) == code
    }


def _unknown(file: str, number: int, strange: list[str]) -> Problem:
    message, remedy = N_("no goal, target or degree of the framework"), N_("Correct the record in the reporting tool")
    return Problem(message, remedy, "unknown-target", file, number, "globalTargetAlignment", "; ".join(strange)[:120])


def _other_party(file: str, number: int, party: str, government: str) -> Problem:
    return Problem(
        say("a record of another Party, not of {party}", party=party),
        "Import each Party's records on their own",
        "other-party",
        file=file,
        row=number,
        column="government",
        value=government,
    )


def adopt_ids(imported: Imported, held: Promises) -> Imported:
    """Give an imported target the id of the held one with the same text, where its own id isn't held yet.

    So a target that first came from a table and then from the tool's records is not held twice. What the file can't
    say stays as it is held: of a record dates, the degree for a goal and the languages that it is not in; of an export
    the goals, targets and degrees without a column; of a table the fields and languages without one, and what the
    record carried. An empty cell of a column that is there empties.
    """
    known = {target.id: target for target in held.targets}
    names = _adopted(imported, held)
    adopted = tuple(
        (
            row,
            _completed(
                target.model_copy(update={"id": names[target.id]}),
                known.get(names[target.id]),
                imported.said.get(target.id, ALIGNED),
            ),
        )
        for row, target in imported.targets
    )
    done = {action.id: action for action in held.actions}
    there = {*known, *names.values()}
    problems = [*imported.problems]
    actions = []
    for row, action in imported.actions:
        moved = action.model_copy(update={"target": names.get(action.target, action.target)})
        if moved.target in there:
            actions.append((row, _filled(moved, done.get(moved.id))))
        else:
            problems.append(_no_target(row, moved))
    said = {statement.target: statement for statement in held.statements}
    statements = tuple((row, _carrying(entry, said.get(entry.target))) for row, entry in imported.statements)
    told = {strategy.id: strategy for strategy in held.strategies}
    return replace(
        imported,
        targets=adopted,
        actions=tuple(actions),
        statements=statements,
        strategies=tuple((row, _carrying(entry, told.get(entry.id))) for row, entry in imported.strategies),
        problems=tuple(problems),
    )


def _adopted(imported: Imported, held: Promises) -> dict[str, str]:
    """Return by id of each imported target the id under which it is held, its own where it is new.

    A held id that a row of the file has itself is that row's, and each is adopted once: so no promise takes the place
    of another one where a table was numbered anew. Of held targets that share a title in one language the one is meant
    that shares the most; what is sure goes before what is less.
    """
    known = {target.id for target in held.targets}
    by_title: dict[str, set[str]] = {}
    for target in held.targets:
        for text in target.title.values():
            by_title.setdefault(squeezed(text), set()).add(target.id)
    by_record = {record_identifier(target).upper(): target.id for target in held.targets}
    own = {target.id: by_record.get(target.id, target.id) for _, target in imported.targets}
    taken, names = set(own.values()), {}
    shared = {target.id: _shared(target, by_title) for _, target in imported.targets}
    for identifier in sorted(shared, key=lambda one: -max(shared[one].values(), default=0)):
        free = {name: count for name, count in shared[identifier].items() if name not in taken}
        same = [name for name, count in free.items() if count == max(free.values())]
        name = own[identifier]
        names[identifier] = same[0] if name not in known and len(same) == 1 else name
        taken.add(names[identifier])
    return names


def _shared(target: NationalTarget, by_title: Mapping[str, set[str]]) -> Counter[str]:
    """Return how many of its titles a target shares with each held one."""
    titles = {squeezed(text) for text in target.title.values()}
    return Counter(name for title in titles for name in by_title.get(title, ()))


def _no_target(row: int, action: Action) -> Problem:
    message, remedy = (
        N_("an action under a target that is not there"),
        N_("Use the id of a national target that is held"),
    )
    return Problem(message, remedy, "no-target", row=row, column="target", value=action.target)


def _completed(target: NationalTarget, held: NationalTarget | None, said: frozenset[str]) -> NationalTarget:
    found: dict[str, object] = {}
    if held is not None and "declared" in target.model_fields_set:
        found["declared"] = _declared(target, held, OF_RECORDS if target.carried else said)
    if held is not None and target.carried:
        found |= {"start": target.start or held.start, "end": target.end or held.end}
        if _meant(target) == _meant(held):
            found["indicators"] = held.indicators
    whole = _carrying(target.model_copy(update=found), held)
    return whole.model_copy(update={"quantities": quantities_of_target(whole.title, whole.description)})


def _declared(new: NationalTarget, held: NationalTarget, said: frozenset[str]) -> tuple[Declared, ...]:
    """Return what is declared, with what is held of the goals, targets and degrees that the file can't say."""
    degrees = {entry.target: entry.degree for entry in held.declared}
    mine = [
        entry
        if entry.degree or f"{targets()[entry.target].kind} degree" in said
        else entry.model_copy(update={"degree": degrees.get(entry.target)})
        for entry in new.declared
    ]
    return by_code([*mine, *(entry for entry in held.declared if targets()[entry.target].kind not in said)])


F = TypeVar("F", NationalTarget, Action, NotCovered, Strategy)


def _filled(new: F, held: F | None) -> F:
    """Return what a row of a table says, over what is held: a field or language without a column stays."""
    told = {name: getattr(new, name) for name in new.model_fields_set}
    texts = {name for name, value in told.items() if isinstance(value, dict) and name != "carried"}
    for name in texts:
        told[name] = _joined(getattr(held, name) if held else {}, told[name])
    return (held or new).model_copy(update=told)


def _joined(before: Texts, texts: Texts) -> Texts:
    merged = _over(before, texts)
    return {lang: text for lang, text in sorted(merged.items()) if text or before.get(lang) == text}


def _over(before: Texts, texts: Texts) -> Texts:
    """Return texts over those held; where one of no certain language can but be another's new words, it is these."""
    named = {language: text for language, text in texts.items() if language != "und"}
    unnamed, kept = texts.get("und", ""), before.get("und", "")
    if unnamed and not kept:
        same = [language for language, text in before.items() if squeezed(text) == squeezed(unnamed)]
        alike = same[:1] or [language for language, text in before.items() if script_of(text) == script_of(unnamed)]
        if len(alike) == 1 and alike[0] not in named:
            return {**before, **named, alike[0]: unnamed}
    replaced = kept and "und" not in texts and script_of(kept) in map(script_of, filter(None, named.values()))
    return {**{language: text for language, text in before.items() if language != "und" or not replaced}, **texts}


def _meant(target: NationalTarget) -> set[str]:
    """Return the indicators of a target by the tool's identifiers, of which some stand for several codes."""
    codes = ((text, indicator_text(text)) for text in target.indicators)
    return {indicators()[code].identifier if code else text for text, code in codes}


E = TypeVar("E", NationalTarget, NotCovered, Strategy)


def _carrying(new: E, held: E | None) -> E:
    """Return a record with what is carried: of a table what was held, of a record nothing that we would write too.

    A record that is written as the held one is carries what that does: it may well be our own, come back.
    """
    if not new.carried:
        return _filled(new, held)
    if held is None:
        return new
    new = _with_other_languages(new, held)
    if held.carried and held.carried != new.carried and gives_the_same(new, held):
        return new.model_copy(update={"carried": held.carried})
    return new.model_copy(update={"carried": {}}) if not held.carried and carries_nothing(new) else new


def _with_other_languages(new: E, held: E) -> E:
    """Return a record with the texts held in languages that it is not in; of its own languages its word stands."""
    texts: dict[str, Texts] = {name: value for name, value in new if isinstance(value, dict) and name != "carried"}
    spoken = {*new.carried["header"].get("languages", ()), *(lang for value in texts.values() for lang in value)}
    found: dict[str, Texts] = {}
    for name, value in texts.items():
        before = {lang: text for lang, text in getattr(held, name).items() if lang not in spoken}
        if before:
            found[name] = _joined(before, value)
    return new.model_copy(update=found)
