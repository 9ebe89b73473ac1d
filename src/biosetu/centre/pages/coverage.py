"""Whom a support centre serves: the verb over `jobs.coverage`, and what its page reads of a form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.http import QueryDict

from biosetu.centre.accounts.guarded import CentreRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.store import writing
from biosetu.framework import COVERAGE_COLUMNS, find_centre
from biosetu.jobs.coverage import FILE, checked, rows_of, write_packaged, write_served

TYPED = tuple(name for name in COVERAGE_COLUMNS if name != "centre")
MOST_TYPED = 1000
Row = Mapping[str, str]


def state_of(centre: str) -> str:
    """Return a mark of what is held of a centre, so that a form tells whether it still speaks of the same."""
    return hashlib.sha256(json.dumps(rows_of(centre), sort_keys=True).encode()).hexdigest()[:16]


def serve(
    *, centre: str, rows: Sequence[Row] | None, actor: Account | None, file: str = FILE, before: str = ""
) -> None:
    """Say whom a centre serves; without rows, as the list of the software has it.

    `actor` is None for the administrator at the machine. Raises `PermissionDenied` for anybody but a manager of the
    centre, `DataError` with every wrong cell, `MovedOnError` where what is held is not what was `before` any more. The
    list is written last, inside the transaction of the record.
    """
    known = find_centre(centre).id
    if actor is not None and not may(actor, "serve", CentreRecord(known)):
        raise PermissionDenied
    with writing():
        if before and before != state_of(known):
            raise MovedOnError
        if rows is not None:
            checked(known, rows, file=file)
        changes = {"before": _short(rows_of(known)), "after": "software" if rows is None else _short(rows)}
        record(actor=actor, verb="serve", record="centre", record_id=known, changes=changes)
        if rows is None:
            write_packaged(known)
        else:
            write_served(known, rows, file=file)


def _short(rows: Sequence[Row]) -> list[str]:
    names = ("party", "certainty", "valid_from", "valid_to")
    return [" ".join(row.get(name) or "–" for name in names) for row in rows]


def posted_rows(data: QueryDict) -> list[dict[str, str]]:
    """Return the rows of the form that are kept: those not ticked for removal, and new ones with anything typed."""
    columns = {name: data.getlist(name)[:MOST_TYPED] for name in TYPED}
    gone = set(data.getlist("remove"))
    length = max(map(len, columns.values()))
    rows = [
        {name: cells[n].strip() if n < len(cells) else "" for name, cells in columns.items()} for n in range(length)
    ]
    return [row for n, row in enumerate(rows) if str(n) not in gone and (row["party"] or row["basis"])]
