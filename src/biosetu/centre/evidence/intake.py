"""The way in: an upload is read, compared with the store row by row, and proposed. Domain verbs."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count

from biosetu.centre import environment as env
from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.apart import Bounds
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.columns import fields_of
from biosetu.centre.evidence.models import Run, RunParty, Upload, UploadRow
from biosetu.centre.evidence.reader import Reading, read_apart
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.evidence.working import enqueue
from biosetu.engine.tables import replacing
from biosetu.home import home
from biosetu.observations import row_states
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

NEW, CHANGED, SAME, WITHDRAWN, WRONG = "new", "changed", "same", "withdrawn", "wrong"
STATES = (WRONG, NEW, CHANGED, SAME, WITHDRAWN)
CHUNK = 500
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def bounds() -> Bounds:
    """Return the limits for uploads, from the settings."""
    return Bounds(
        file_bytes=settings.BIOSETU_UPLOAD_BYTES,
        rows=settings.BIOSETU_UPLOAD_ROWS,
        memory_bytes=env.whole_number("BIOSETU_PARSE_MB") * 1_000_000,
        seconds=env.whole_number("BIOSETU_PARSE_SECONDS"),
    )


def take_in(*, path: Path, name: str, owner: Account) -> Upload:
    """Read a table in a limited process and keep it as an upload with the state of each row.

    Raises `DataError` for a file that is no table, and `PermissionDenied` for a person who proposes for no Party.
    """
    reading = read_apart(path, bounds())
    if not reading.table.num_rows:
        message = N_("the table has no rows")
        raise DataError(Problem(message, N_("Write one observation a row"), "no-rows", name))
    digest = _kept(path)
    problems = [*reading.problems, *_not_theirs(reading, owner)]
    return _stored(reading, problems, name=name, digest=digest, size=path.stat().st_size, owner=owner)


def _kept(path: Path) -> str:
    """Keep the file itself under its hash, so that every number can be followed back to it."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    place = home() / "files" / "uploads" / f"{digest}{path.suffix.lower()}"
    if not place.exists():
        with replacing(place) as temporary:
            temporary.write_bytes(content)
    return digest


def _not_theirs(reading: Reading, owner: Account) -> Iterable[Problem]:
    parties = reading.table.column("party").to_pylist()
    allowed = {party: may(owner, "propose", PartyRecord(party)) for party in set(parties)}
    if not any(allowed.values()) and not reading.problems:
        raise PermissionDenied
    for number, party in zip(reading.numbers, parties, strict=True):
        if party and not allowed[party]:
            message = N_("you do not propose figures for this Party")
            yield Problem(message, N_("Leave the row out, or ask the centre"), "not-yours", "", number, "party", party)


@transaction.atomic
def _stored(
    reading: Reading, problems: Iterable[Problem], *, name: str, digest: str, size: int, owner: Account
) -> Upload:
    upload = Upload.objects.create(owner=owner, name=Path(name).name[:200], digest=digest, size=size)
    wrong: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        wrong[problem.row or 0].append(problem)
    store = DatabaseStore()
    states = row_states(reading.table, store.held(reading.table), store.withdrawn())
    rows = zip(reading.numbers, reading.table.to_pylist(), states, strict=True)
    made = [_row(upload, number, row, state, wrong[number]) for number, row, state in rows]
    UploadRow.objects.bulk_create(made, batch_size=CHUNK)
    counts = Counter(row.state for row in made)
    record(actor=owner, verb="take_in", record="upload", record_id=upload.pk, changes={"sha256": digest, **counts})
    return upload


def _row(
    upload: Upload, number: int, row: Mapping[str, Any], state: tuple[str, tuple[str, ...]], wrong: Sequence[Problem]
) -> UploadRow:
    if wrong:
        detail = [_storable(problem) for problem in wrong]
        return UploadRow(upload=upload, number=number, state=WRONG, detail=detail, year=0)
    kind, changed = state
    return UploadRow(upload=upload, number=number, state=kind, detail=list(changed), **fields_of(row))


def _storable(problem: Problem) -> dict[str, object]:
    """Return what a page says of a problem; characters that no database keeps are shown as a question mark."""
    kept = problem.changed(lambda text: _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text))
    return kept.as_dict("message", "remedy", "code", "column", "value")


def counts_of(upload: Upload) -> dict[str, int]:
    """Return how many rows of an upload are in each state, in the order in which they are told."""
    found = dict(upload.rows.values_list("state").annotate(rows=Count("pk")).order_by())
    return {state: found.get(state, 0) for state in STATES}


def is_proposable(counts: Mapping[str, int]) -> bool:
    """Return whether an upload can be proposed: nothing wrong in it, and something to change."""
    return counts[WRONG] == 0 and counts[NEW] + counts[CHANGED] > 0


@transaction.atomic
def propose(*, upload: Upload, actor: Account) -> Run:
    """Queue the run that turns an upload into proposals; a second call returns the same run.

    Raises `MovedOnError` for an upload that has nothing to propose or something wrong in it.
    """
    if not may(actor, "see", upload):
        raise PermissionDenied
    counts = counts_of(upload)
    if not is_proposable(counts):
        raise MovedOnError(N_("There is nothing to propose, or something is wrong in the table."))
    parties = set(upload.rows.values_list("party", flat=True).order_by().distinct())
    if not all(may(actor, "propose", PartyRecord(party)) for party in parties):
        raise PermissionDenied
    run, made = Run.objects.get_or_create(upload=upload, defaults={"owner": actor, "total": sum(counts.values())})
    if made:
        RunParty.objects.bulk_create(RunParty(run=run, party=party) for party in sorted(parties))
        record(actor=actor, verb="propose", record="run", record_id=run.pk, changes={"upload": str(upload.pk)})
        enqueue(run)
    return run
