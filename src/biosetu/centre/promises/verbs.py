"""What one does with promises in the centre: bring in, confirm, decide, enter actions, rate capacity. Domain verbs.

Each asks the table of permissions, holds the Party's ledger while it reads and writes, and signs with the office of
the person; the store records what changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.alignment import Action, Imported
from biosetu.alignment.capacity import SelfAssessment
from biosetu.alignment.deciding import Choice, QuantityChoice
from biosetu.alignment.importing import read_tables
from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.intake import bounds
from biosetu.centre.evidence.reader import Reading
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.promises import reader
from biosetu.centre.promises.models import Draft
from biosetu.centre.promises.store import DatabasePromises, writing
from biosetu.centre.receiving import Received
from biosetu.centre.validation.verbs import office_of
from biosetu.engine.file_names import file_name
from biosetu.engine.grids import Book, Grid
from biosetu.jobs import actions, alignment, alignment_decisions, capacity, statements
from biosetu.jobs.promise_files import kept_rows
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

TABLE, TEXT, OWN = "table", "text", "own"
PREPARE, BRING, PROMISE = "prepare", "bring", "promise"


def _require(actor: Account, verb: str, party: str) -> None:
    if not may(actor, verb, PartyRecord(party)):
        raise PermissionDenied


def take_in(*, party: str, sent: Received, actor: Account) -> Draft:
    """Read a file of a Party and keep it as a draft, nothing stored yet; raise `DataError` for an unreadable one."""
    _require(actor, PREPARE, party)
    name = file_name(sent.name)
    digest = hashlib.sha256(sent.path.read_bytes())
    reading = reader.read_file(sent, party, bounds())
    if reader.is_document(name):
        proposals, scanned = reader.proposals_from(reading)
        body: dict[str, Any] = {"proposals": proposals, "scanned": scanned}
        return _draft(party, TEXT, name, digest.hexdigest(), body, actor)
    body = _table_body(reading)
    own = any(row["kind"] == reader.OWN for row in body["rows"])
    return _draft(party, OWN if own else TABLE, name, digest.hexdigest(), body, actor)


def _table_body(reading: Reading) -> dict[str, Any]:
    return {"rows": reading.table.to_pylist(), "problems": [problem.as_dict() for problem in reading.problems]}


@transaction.atomic
def _draft(party: str, kind: str, name: str, digest: str, body: dict[str, Any], actor: Account) -> Draft:
    made = Draft.objects.create(owner=actor, party=party, kind=kind, name=name, digest=digest, body=body)
    changes = {"sha256": digest, "kind": kind, **{name: len(found) for name, found in body.items()}}
    record(actor=actor, verb="take_in", record="draft", record_id=made.pk, party=party, changes=changes)
    return made


def _problems(draft: Draft) -> list[Problem]:
    return [Problem.from_dict(item) for item in draft.body["problems"]]


def texts(draft: Draft) -> dict[str, str]:
    """Return what is said of the rows of a draft, by its English text, such that it can be said in any language."""
    return {text: text for problem in _problems(draft) for text in (problem.message, problem.remedy)}


def imported(draft: Draft) -> Imported:
    """Return the records of a draft, with the problems of the rows that are left out."""
    return reader.imported_of(draft.body["rows"], draft.party, _problems(draft))


def stated(draft: Draft) -> statements.StatementTable:
    """Return what a draft says that the Party states of itself, with the problems of the rows that are left out."""
    return reader.statements_from(draft.body["rows"], draft.party, _problems(draft))


def see(draft: Draft) -> alignment.ImportOutcome:
    """Say of each row of a draft what storing it would change."""
    if draft.kind == OWN:
        return alignment.ImportOutcome(statements.statement_preview(stated(draft), DatabasePromises()), stored=False)
    return alignment.store_imported(imported(draft), DatabasePromises(), keep=False)


def storing(draft: Draft) -> str:
    """Return what one must be allowed to do to store a draft: bring what was published, or give the Party's word."""
    return PROMISE if draft.kind == OWN else BRING


def store(*, draft: Draft, actor: Account) -> alignment.ImportOutcome:
    """Store a draft: new and changed rows are taken, wrong ones left out; a second time changes nothing."""
    _require(actor, storing(draft), draft.party)
    with writing(draft.party):
        ready = Draft.objects.filter(pk=draft.pk, stored_at=None, kind__in=(TABLE, OWN))
        if ready.update(stored_at=timezone.now()) != 1:
            raise MovedOnError(N_("This file was stored already."))
        outcome = _kept(draft, DatabasePromises(actor))
        counts = {state: outcome.count(state) for state in ("new", "changed", "same", "wrong")}
        record(actor=actor, verb="store", record="draft", record_id=draft.pk, party=draft.party, changes=counts)
    return outcome


def _kept(draft: Draft, into: DatabasePromises) -> alignment.ImportOutcome:
    if draft.kind == TABLE:
        return alignment.store_imported(imported(draft), into)
    outcome = see(draft)
    statements.store_statements(stated(draft), into)
    return outcome


def confirm_proposals(*, draft: Draft, chosen: Sequence[Mapping[str, str]], actor: Account) -> Draft:
    """Turn the proposals that were ticked, as they were corrected, into a draft of records; nothing is stored yet.

    `chosen` holds kind, id, title, page; of a target start and end, of an action target, due and office. Each record
    keeps file and page as its source.
    """
    _require(actor, PREPARE, draft.party)
    if not chosen:
        raise DataError(Problem(N_("nothing is chosen"), N_("Tick the proposals that are right"), "empty"))
    found, numbered = Imported(draft.party), set()
    for place, row in enumerate(chosen, start=1):
        name = row["id"].strip()
        if (row["kind"], name) in numbered:
            message, remedy = N_("the same id as another row"), N_("Give each its own id")
            again = Problem(message, remedy, "repeated-id", row=place, column="id", value=name)
            found = replace(found, problems=(*found.problems, again))
            continue
        numbered |= {(row["kind"], name)} if name else set()
        one = read_tables(Book(draft.name, "csv", (_as_grid(row),)), draft.party)
        source = f"{draft.name}, p. {row['page']}"
        one = kept_rows(one, source)
        found = replace(
            found,
            targets=(*found.targets, *((place, entry) for _, entry in one.targets)),
            actions=(*found.actions, *((place, entry) for _, entry in one.actions)),
            problems=(*found.problems, *(replace(problem, row=place) for problem in one.problems)),
        )
    kinds = ((reader.TARGET, found.targets), (reader.ACTION, found.actions))
    rows = [
        {"kind": kind, "row": row, "body": entry.model_dump_json(exclude_unset=True)}
        for kind, records in kinds
        for row, entry in records
    ]
    body = {"rows": rows, "problems": [problem.as_dict() for problem in found.problems]}
    return _draft(draft.party, TABLE, draft.name, draft.digest, body, actor)


def _as_grid(row: Mapping[str, str]) -> Grid:
    """Return a proposal as a row of the template; what was left empty says nothing and has no column."""
    action = row["kind"] == reader.ACTION
    text = "action" if action else "title"
    names = ("id", "target", "due", "office") if action else ("id", "start", "end")
    values = {name: row.get(name, "").strip() for name in names} | {text: row["title"].strip()}
    told = {name: value for name, value in values.items() if value or name in (text, "target")}
    return Grid(row["kind"], (tuple(told), tuple(value or None for value in told.values())))


def decide(
    *, party: str, choices: Sequence[Choice], quantities: Sequence[QuantityChoice], actor: Account
) -> alignment_decisions.Taken:
    """Take decisions in the name of the actor's office; raises `DataError` with every one that can't be taken."""
    _require(actor, PROMISE, party)
    with writing(party):
        kept = DatabasePromises(actor)
        return alignment_decisions.take_choices(party, choices, quantities, office_of(actor, party), kept)


def take_decisions(*, party: str, sent: Received, actor: Account) -> alignment_decisions.Taken:
    """Take the decisions of a filled workbook; raises `DataError` naming every wrong row."""
    _require(actor, PROMISE, party)
    book = reader.book_from(reader.read_file(sent, reader.BOOK, bounds()), file_name(sent.name))
    with writing(party):
        return alignment_decisions.take_book(party, book, office_of(actor, party), DatabasePromises(actor))


def keep_action(*, party: str, fields: Mapping[str, str], actor: Account) -> Action:
    """Keep an action as typed in; raises `DataError` with every field that can't be read."""
    _require(actor, PROMISE, party)
    with writing(party):
        return actions.keep_action(party, fields, office_of(actor, party), DatabasePromises(actor))


def remove_action(*, party: str, action: str, actor: Account) -> None:
    """Take an action out; the record of it stays."""
    _require(actor, PROMISE, party)
    with writing(party):
        actions.remove_action(party, action, DatabasePromises(actor))


def remove_target(*, party: str, target: str, why: str, actor: Account) -> tuple[str, ...]:
    """Take a national target out with the actions under it; the reason goes into the record, decisions stay."""
    _require(actor, PROMISE, party)
    with writing(party):
        return actions.remove_target(party, target, why, DatabasePromises(actor))


def rate(*, party: str, book: Book, actor: Account) -> SelfAssessment:
    """Keep a self-assessment as the newest of the Party; raises `DataError` with every wrong cell."""
    _require(actor, PROMISE, party)
    with writing(party):
        return capacity.keep_rated(book, party, office_of(actor, party), store=DatabasePromises(actor))


def rate_from_file(*, party: str, sent: Received, actor: Account) -> SelfAssessment:
    """Keep the self-assessment of a filled workbook; see `rate`."""
    _require(actor, PROMISE, party)
    book = reader.book_from(reader.read_file(sent, reader.BOOK, bounds()), file_name(sent.name))
    return rate(party=party, book=book, actor=actor)
