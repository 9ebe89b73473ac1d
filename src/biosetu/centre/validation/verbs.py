"""Answering the figures held on a Party: only its own office does. Domain verbs over `jobs.validation`."""

from __future__ import annotations

import pyarrow as pa
from django.core.exceptions import PermissionDenied

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account, roles_of
from biosetu.centre.accounts.permissions import OFFICER, may
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.snapshot import snapshot
from biosetu.centre.evidence.store import DatabaseStore, writing
from biosetu.jobs.validation import CONFLICT, NEW, Return, see_answers, take_answers


def office_of(actor: Account, party: str) -> str:
    """Return the office in whose name an officer of the Party answers."""
    held = [role for role in roles_of(actor) if role.role == OFFICER and role.party == party]
    if not held:
        raise PermissionDenied
    return held[0].office.strip() or held[0].place


def check(*, party: str, cells: pa.Table, file: str, actor: Account, prefer_new: bool = False) -> Return:
    """Say what answers would change; nothing is written. Raises `PermissionDenied` for who prepares none."""
    if not may(actor, "prepare", PartyRecord(party)):
        raise PermissionDenied
    return see_answers(party, cells, file=file, office=actor.username, store=snapshot(), prefer_new=prefer_new)


def answer(*, party: str, cells: pa.Table, file: str, actor: Account, prefer_new: bool = False) -> Return:
    """Take answers into the store in the name of the actor's office; see `jobs.validation.take_answers`.

    Answers and the record of them stand or fall together; two officers answer one after the other. Raises `DataError`
    with every wrong row, and `PermissionDenied` for anybody but an officer of the Party.
    """
    if not may(actor, "answer", PartyRecord(party)):
        raise PermissionDenied
    office = office_of(actor, party)
    with writing():
        taken = take_answers(party, cells, file=file, office=office, store=DatabaseStore(), prefer_new=prefer_new)
        if taken.written:
            _record(taken, actor, prefer_new=prefer_new)
    return taken


def _record(taken: Return, actor: Account, *, prefer_new: bool) -> None:
    states = (NEW, CONFLICT) if prefer_new else (NEW,)
    answers = {line["reference"]: line["answer"] for line in taken.lines.to_pylist() if line["state"] in states}
    party = taken.party
    record(actor=actor, verb="answer", record="party", record_id=party, party=party, changes={"answers": answers})
