"""What the command line asks of the centre: its store, proposing a table, reviewing, accounts. Sets Django up first.

`biosetu.jobs.intake` finds these by name, so that nothing outside the centre imports Django.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import django
import pyarrow as pa
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader

from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "biosetu.centre.settings")
if not apps.ready:
    django.setup()

from biosetu.centre.accounts import opening
from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.opening import Wanted, open_account
from biosetu.centre.accounts.permissions import holds, may, visible_to
from biosetu.centre.audit.reading import Asked, entries
from biosetu.centre.audit.reading import table as audit_table
from biosetu.centre.databases import NOT_ANSWERING
from biosetu.centre.erasing import erase
from biosetu.centre.evidence.intake import WRONG, propose, take_in
from biosetu.centre.evidence.models import Proposal, Run, Upload
from biosetu.centre.evidence.reviewing import accept, send_back
from biosetu.centre.evidence.states import ProposalState, RunState
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.evidence.working import perform
from biosetu.centre.exchange import sheets
from biosetu.centre.pages.coverage import serve
from biosetu.centre.promises.store import DatabasePromises
from biosetu.centre.reporting.store import DatabaseCollections
from biosetu.centre.reporting.verbs import do
from biosetu.centre.validation.verbs import office_of
from biosetu.translation import say

__all__ = [
    "accounts",
    "add_account",
    "audit",
    "bring_sheet",
    "collect",
    "collections",
    "decide",
    "end_role",
    "erase_account",
    "give_role",
    "office",
    "promises",
    "propose_file",
    "runs",
    "serve_parties",
    "store",
]
ACCOUNTS = "accounts_account"
POLL_SECONDS = 0.2
RUN_COLUMNS = ("run", "table", "state", "rows", "pending", "accepted", "returned")


def store() -> DatabaseStore:
    """Return the centre's store of observations."""
    _require_centre()
    return DatabaseStore()


def promises(username: str = "", party: str = "", verb: str = "") -> DatabasePromises:
    """Return the centre's store of promises, to write in the name of somebody who may do `verb` for `party`."""
    _require_centre()
    if not verb:
        return DatabasePromises()
    person = _person(username)
    if not may(person, verb, PartyRecord(party)):
        raise UsageError(say("{username} may not do this for {party}.", username=username, party=party))
    return DatabasePromises(person)


def office(username: str, party: str) -> str:
    """Return the office in whose name somebody decides for a Party."""
    try:
        return office_of(_person(username), party)
    except PermissionDenied as error:
        raise UsageError(say("{username} may not decide for {party}.", username=username, party=party)) from error


def collections() -> DatabaseCollections:
    """Return where the centre keeps the reports that are being collected."""
    _require_centre()
    return DatabaseCollections()


def collect(username: str, verb: str, **values: Any) -> Any:
    """Do something to a report that is being collected, in somebody's name."""
    try:
        return do(_person(username), verb, **values)
    except PermissionDenied as error:
        raise UsageError(say("{username} may not do this to the report.", username=username)) from error


def serve_parties(centre: str, rows: Sequence[Mapping[str, str]] | None, file: str) -> None:
    """Say whom a centre serves, as the administrator of this machine; without rows, as the software's list has it."""
    _require_centre()
    serve(centre=centre, rows=rows, file=file, actor=None)


def _require_centre() -> None:
    """Raise `UsageError` where no centre was started, without leaving an empty database that would pass for one."""
    name = str(connection.settings_dict["NAME"])
    in_a_file = connection.vendor == "sqlite" and "memory" not in name
    if (in_a_file and not Path(name).exists()) or ACCOUNTS not in _tables():
        raise UsageError("There is no centre here yet. Start one: biosetu serve, or biosetu accounts add")
    _require_migrated(name)


@cache
def _require_migrated(name: str) -> None:
    """Raise `UsageError` where the database `name` was made by older software; asked once where it was not."""
    loader = MigrationLoader(connection)
    if not set(loader.graph.leaf_nodes()) <= loader.applied_migrations.keys():
        raise UsageError("The database of this centre is of an older version. Start the centre once: biosetu serve")


def _tables() -> list[str]:
    try:
        return connection.introspection.table_names()
    except OperationalError as error:
        raise UsageError(NOT_ANSWERING) from error


def _person(username: str) -> Account:
    _require_centre()
    person = Account.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise UsageError(say("There is no account '{username}'. See: biosetu accounts list", username=username))
    return person


def propose_file(path: Path, username: str) -> pa.Table:
    """Take a table in for somebody, do its run to the end, and return the run; `DataError` lists all wrong rows."""
    person = _person(username)
    try:
        upload = take_in(path=path, name=path.name, owner=person)
        _refuse_wrong(upload, path.name)
        run = propose(upload=upload, actor=person)
    except PermissionDenied as error:
        raise UsageError(say("{username} does not propose figures for these Parties.", username=username)) from error
    perform(run.pk)
    while Run.objects.filter(pk=run.pk, state__in=(RunState.QUEUED, RunState.RUNNING)).exists():
        time.sleep(POLL_SECONDS)
    return _table([Run.objects.get(pk=run.pk)])


def _refuse_wrong(upload: Upload, name: str) -> None:
    wrong = list(upload.rows.filter(state=WRONG).order_by("number"))
    problems = [Problem.from_dict(said | {"file": name, "row": row.number}) for row in wrong for said in row.detail]
    if problems:
        upload.delete()
        raise DataError(problems)


def runs(username: str) -> pa.Table:
    """Return the runs that somebody may see, newest first."""
    return _table(visible_to(_person(username), Run.objects.select_related("upload")).order_by("-created_at"))


def decide(run_id: str, username: str, *, reason: str | None, rows: tuple[int, ...]) -> pa.Table:
    """Accept rows of a run (all that are pending when none are named) or, with a reason, return them; as an officer."""
    person = _person(username)
    run = visible_to(person, Run.objects.filter(pk=_uuid(run_id))).first()
    if run is None:
        raise UsageError(
            say(
                "There is no run '{run_id}' that {username} may see. See: biosetu observations runs",
                run_id=run_id,
                username=username,
            )
        )
    try:
        if reason is None:
            accept(run=run, actor=person, numbers=rows or None)
        else:
            send_back(run=run, actor=person, numbers=rows or None, reason=reason)
    except PermissionDenied as error:
        raise UsageError(say("{username} may not decide on these rows.", username=username)) from error
    return _table([Run.objects.get(pk=run.pk)])


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise UsageError(say("'{text}' is not the id of a run.", text=text)) from error


def _table(found: Iterable[Run]) -> pa.Table:
    lines: list[dict[str, object]] = []
    for run in found:
        states = list(Proposal.objects.filter(run=run).values_list("state", flat=True))
        counts = [states.count(state) for state in ProposalState.values]
        values = (str(run.pk), run.upload.name, run.state, run.total, *counts)
        lines.append(dict(zip(RUN_COLUMNS, values, strict=True)))
    types = [pa.string()] * 3 + [pa.int64()] * 4
    return pa.Table.from_pylist(lines, schema=pa.schema(list(zip(RUN_COLUMNS, types, strict=True))))


def bring_sheet(path: Path, kind: str, username: str, *, confirm: bool, progress: Progress) -> pa.Table:
    """Show what each row of a sheet would do, or take it in; a sheet that is only shown is not kept."""
    person = _person(username)
    try:
        sheet = sheets.bring(path=path, name=path.name, kind=kind, by=person)
    except PermissionDenied as error:
        raise UsageError(say("{username} may not bring this.", username=username)) from error
    if confirm:
        sheets.confirm(sheet=sheet, by=person)
        sheets.perform(sheet.pk, progress=progress)
    lines = [
        {"row": row.number, "state": row.state, "title": row.title, "detail": _said(row.detail), "outcome": row.outcome}
        for row in sheet.rows.all()
    ]
    if not confirm:
        sheets.drop(sheet=sheet, by=person)
    names = ("state", "title", "detail", "outcome")
    schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in names)])
    return pa.Table.from_pylist(lines, schema=schema)


def _said(detail: Iterable[object]) -> str:
    """Return what is wrong with a row, or the fields that it changes, as one text."""
    told = (
        f"{one['column']} {one['value']}: {one['message']}. {one['remedy']}" if isinstance(one, dict) else str(one)
        for one in detail
    )
    return "; ".join(text.strip() for text in told)


def add_account(username: str, *, name: str, **role: Any) -> str:
    """Open an account with a role and return its first password; prepares the database where that was not done."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise UsageError(NOT_ANSWERING) from error
    return open_account(username=username, name=name, wanted=Wanted(**role))


def give_role(username: str, *, since: date | None, until: date | None, **role: Any) -> None:
    """Give an account one more role."""
    _require_centre()
    opening.give_role(username=username, wanted=Wanted(**role), since=since, until=until)


def end_role(username: str, *, until: date | None, **role: Any) -> int:
    """Let roles of an account end; return how many."""
    _require_centre()
    return opening.end_role(username=username, wanted=Wanted(**role), until=until)


def erase_account(username: str) -> None:
    """Delete an account and the person's name with it, as the administrator of this machine."""
    _require_centre()
    found = Account.objects.filter(username=username).first()
    if found is None:
        raise UsageError(say("There is no account '{username}'. See: biosetu accounts list", username=username))
    erase(account=found, by=None)


def audit(username: str, **asked: Any) -> pa.Table:
    """Return what was done, as far as somebody may see it: a row for each field that changed."""
    person = _person(username)
    if not holds(person, "see", "audit"):
        raise UsageError(
            say("{username} may not see what was done: officers and managers with a second step do.", username=username)
        )
    return audit_table(entries(person, Asked(**asked)))


def accounts() -> pa.Table:
    """Return who can sign in, with their roles."""
    _require_centre()
    lines = [
        {
            "account": person.username,
            "active": person.is_active,
            "roles": "; ".join(f"{role} ({role.office})" for role in person.roles.current()),
        }
        for person in Account.objects.prefetch_related("roles").order_by("username")
    ]
    schema = pa.schema([("account", pa.string()), ("active", pa.bool_()), ("roles", pa.string())])
    return pa.Table.from_pylist(lines, schema=schema)
