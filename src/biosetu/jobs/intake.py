"""Figures into a centre from the command line: proposed by a person, reviewed by an officer.

Where BIOSETU_HOME holds a centre (it was started there once) or DATABASE_URL names one, its database is the store of
observations, and nothing enters it but through proposal and review. Elsewhere the folder of Parquet files is the store.
The centre is found by name, so that this works, and says so, without the web part installed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from biosetu.alignment import PromiseStore
from biosetu.framework import find_party
from biosetu.home import home
from biosetu.observations import ObservationStore
from biosetu.problems import UsageError

if TYPE_CHECKING:
    from biosetu.reports.cbd.collecting import CollectionStore

CENTRE = "biosetu.centre.doors"
DATABASE = "centre.sqlite3"


def in_centre() -> bool:
    """Return whether figures live in the database of a centre."""
    return bool(os.environ.get("DATABASE_URL")) or (home() / DATABASE).exists()


def door(name: str) -> Callable[..., Any]:
    """Return a function of the centre's doors; `UsageError` where the web part is not installed."""
    if find_spec("django") is None:
        raise UsageError("Figures and promises live in a centre here. Install its part: pip install 'biosetu[centre]'")
    door: Callable[..., Any] = getattr(import_module(CENTRE), name)
    return door


def centre_store() -> ObservationStore:
    """Return the store of the centre."""
    store: ObservationStore = door("store")()
    return store


def centre_promises(person: str = "", party: str = "", verb: str = "") -> PromiseStore:
    """Return the centre's store of promises; to write, in the name of an account that may do `verb` for `party`."""
    if verb and not person:
        raise UsageError("Promises live in a centre here: say who you are with --as ACCOUNT.")
    store: PromiseStore = door("promises")(person, party, verb)
    return store


def centre_office(person: str, party: str) -> str:
    """Return the office in whose name an account decides for a Party."""
    office: str = door("office")(person, party)
    return office


def centre_collections() -> CollectionStore:
    """Return where the centre keeps the reports that are being collected."""
    store: CollectionStore = door("collections")()
    return store


def in_the_name_of(person: str, verb: str, **values: Any) -> Any:
    """Do something to a report that is being collected, in the name of an account of the centre."""
    if not person:
        raise UsageError("The report is collected in a centre here: say who does this with --as ACCOUNT.")
    return door("collect")(person, verb, **values)


def propose_file(path: Path, person: str) -> pa.Table:
    """Propose a table in the name of an account; return its run (run, table, state, rows, pending …).

    Raises `DataError` with all wrong rows, of which none is kept, and `UsageError` for who may not propose them.
    """
    if not person:
        raise UsageError("Figures live in a centre here: say who proposes them with --as ACCOUNT.")
    return door("propose_file")(path, person)


def runs(person: str) -> pa.Table:
    """Return the runs that an account may see."""
    return door("runs")(person)


def decide(run: str, person: str, *, reason: str | None = None, rows: tuple[int, ...] = ()) -> pa.Table:
    """Accept the rows of a run, or return them with a reason, in the name of an officer; return the run."""
    return door("decide")(run, person, reason=reason, rows=rows)


def add_account(account: str, *, name: str, **role: str | bool) -> str:
    """Open an account, with a role where one is named, and return its first password."""
    password: str = door("add_account")(account, name=name, **role)
    return password


def give_role(account: str, *, since: date | None = None, until: date | None = None, **role: str | bool) -> None:
    """Give an account one more role (role, party or centre, office; subject and deputy of a focal point)."""
    door("give_role")(account, since=since, until=until, **role)


def end_role(account: str, *, until: date | None = None, **role: str | bool) -> int:
    """Let the roles of an account that fit end on a day; return how many."""
    ended: int = door("end_role")(account, until=until, **role)
    return ended


def accounts() -> pa.Table:
    """Return the accounts with their roles."""
    return door("accounts")()


def erase_account(account: str) -> None:
    """Delete an account with the person's name, roles, keys and drafts; what was done stays on record."""
    door("erase_account")(account)


def audit(
    person: str, *, since: date | None = None, until: date | None = None, party: str = "", record: str = "",
    record_id: str = "",
) -> pa.Table:  # fmt: skip
    """Return every change that an account may see, newest first: by whom, when, to what, from what to what."""
    code = find_party(party).iso3 if party else ""
    return door("audit")(person, since=since, until=until, party=code, record=record, record_id=record_id)
