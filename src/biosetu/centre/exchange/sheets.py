"""Sheets of forms: brought in and shown row by row, then confirmed and taken in through the same verbs as by hand."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Count, QuerySet

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import holds, may, parties_for, visible_to
from biosetu.centre.audit.trail import record
from biosetu.centre.background import SILENT_SECONDS, alive, claim, move, take_up
from biosetu.centre.directory import verbs as directory
from biosetu.centre.directory.models import Provider
from biosetu.centre.evidence.intake import bounds
from biosetu.centre.evidence.reader import read_apart
from biosetu.centre.exchange.models import RowState, Sheet, SheetRow
from biosetu.centre.exchange.verbs import TELLING
from biosetu.centre.helpdesk import verbs as helpdesk
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library import verbs as library
from biosetu.centre.library.models import Item, Kind
from biosetu.centre.queue import task
from biosetu.cooperation import Refused
from biosetu.cooperation.forms import parts
from biosetu.cooperation.identifiers import orcid, ror
from biosetu.cooperation.sheets import REFERENCE, Row, changed, rows_of, wrong
from biosetu.problems import Cancelled, DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.translation import N_

READER = "biosetu.centre.exchange.reader"
FORMS = ("request", "provider", *Kind.values)
PIECE, CHUNK = 100, 500
DONE = N_("taken in")
logger = logging.getLogger("biosetu.sheets")
ALREADY = N_("this sheet was confirmed or dropped already")


@dataclass(frozen=True, slots=True)
class Held:
    """A record that is there: its key in the database, what is filled in, and whether the person may change it."""

    pk: int
    values: Mapping[str, str]
    own: bool = True


def may_bring(user: Account, kind: str) -> bool:
    """Return whether somebody may bring sheets of a form: who may ask for help, review providers, or write entries."""
    if kind == "request":
        return bool(parties_for(user, "open", "request")) or holds(user, "work", "request")
    return holds(user, "review", "provider") if kind == "provider" else kind in Kind.values


def bring(*, path: Path, name: str, kind: str, by: Account) -> Sheet:
    """Read a sheet in a limited process and keep each row with what it would do; nothing else changes yet.

    Raises `DataError` for a file that is no sheet of the form, `PermissionDenied` for who may not bring it.
    """
    if kind not in FORMS or not may_bring(by, kind):
        raise PermissionDenied
    reading = read_apart(path, bounds(), READER)
    rows = rows_of(kind, reading.table, reading.numbers)
    if not rows:
        raise DataError(Problem(N_("the sheet has no answers"), N_("Fill in at least one record"), "no-rows", name))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return _kept(rows, name=name, kind=kind, by=by, digest=digest)


@transaction.atomic
def _kept(rows: list[Row], *, name: str, kind: str, by: Account, digest: str) -> Sheet:
    sheet = Sheet.objects.create(owner=by, kind=kind, name=Path(name).name[:200], digest=digest, total=len(rows))
    held, seen = HELD[kind](by), set[str]()
    made = []
    for number, values in rows:
        made.append(_row(sheet, number, values, held, seen))
    SheetRow.objects.bulk_create(made, batch_size=CHUNK)
    record(actor=by, verb="bring", record="sheet", record_id=sheet.pk, changes={"form": kind, "sha256": digest})
    return sheet


def _row(sheet: Sheet, number: int, values: dict[str, str], held: Mapping[str, Held], seen: set[str]) -> SheetRow:
    key, problems = key_of(sheet.kind, values), list(wrong(sheet.kind, number, values))
    there = held.get(key)
    if key in seen:
        problems.append(Problem(N_("this record stands twice in the sheet"), N_("Leave one of them"), row=number))
    if values.get(REFERENCE) and there is None:
        said, remedy = N_("there is no such request that you may change"), N_("Leave the number as it was, or empty")
        problems.append(Problem(said, remedy, row=number, column=REFERENCE, value=values[REFERENCE]))
    if sheet.kind == "request" and there is None:
        problems += _not_theirs(sheet.owner, number, values)
    if there is not None and not there.own:
        said, remedy = N_("somebody else keeps this record"), N_("Ask them, or leave the row out")
        problems.append(Problem(said, remedy, row=number))
    seen.add(key)
    title = (values.get("title") or values.get("name") or values.get("what") or "")[:300]
    row = SheetRow(sheet=sheet, number=number, title=title, values=values, record=there.pk if there else None)
    if problems:
        row.state = RowState.WRONG
        row.detail = [one.as_dict(*TELLING) for one in problems]
        return row
    changes = changed(there.values, values) if there else ()
    row.state = RowState.NEW if there is None else RowState.CHANGED if changes else RowState.SAME
    row.detail = list(changes)
    return row


def _not_theirs(by: Account, number: int, values: Mapping[str, str]) -> Iterator[Problem]:
    reach = parties_for(by, "open", "request")
    for code in parts(values.get("party", "")):
        if code not in reach:
            said, remedy = N_("you do not ask for this Party"), N_("Leave the row out, or ask its focal point")
            yield Problem(said, remedy, row=number, column="party", value=code)


def key_of(kind: str, values: Mapping[str, str]) -> str:
    """Return by what a record is known again: its number; ROR or ORCID, else name and Party; its title."""
    if kind == "request":
        named = (values.get(name, "") for name in ("party", "what", "needed_by"))
        return values.get(REFERENCE, "") or "\n".join(named).casefold()
    if kind == "provider":
        given = values.get("identifier", "")
        return orcid(given) or ror(given) or f"{values.get('name', '')}\n{values.get('party', '')}".casefold()
    return values.get("title", "").casefold()


def _requests(by: Account) -> dict[str, Held]:
    rows = visible_to(by, SupportRequest.objects.all(), "edit")
    found: dict[str, Held] = {}
    for row in rows.iterator():
        there = Held(row.pk, {**row.values, "title": row.title})
        found[row.reference] = there
        if row.owner_id == by.pk:
            found.setdefault(key_of("request", row.values), there)
    return found


def _providers(by: Account) -> dict[str, Held]:
    rows = Provider.objects.values_list("pk", "name", "party", "values", "account")
    found: dict[str, Held] = {}
    for pk, name, party, values, account in rows.iterator():
        there = Held(pk, {**values, "name": name, "party": party}, own=account is None)
        found[key_of("provider", there.values)] = there
        found.setdefault(f"{name}\n{party}".casefold(), there)
    return found


def _items(kind: str) -> Callable[[Account], dict[str, Held]]:
    def held(by: Account) -> dict[str, Held]:
        rows = visible_to(by, Item.objects.filter(kind=kind))
        return {
            row.title.casefold(): Held(row.pk, {**row.values, "title": row.title}, own=row.owner_id == by.pk)
            for row in rows.iterator()
        }

    return held


HELD: Mapping[str, Callable[[Account], dict[str, Held]]] = {
    "request": _requests,
    "provider": _providers,
    **{kind: _items(kind) for kind in Kind.values},
}


def counts_of(sheet: Sheet) -> dict[str, int]:
    """Return how many rows of a sheet are in each state, in the order in which they are told."""
    found = dict(sheet.rows.values_list("state").annotate(many=Count("pk")).order_by())
    return {str(state): found.get(state, 0) for state in RowState.values}


@transaction.atomic
def confirm(*, sheet: Sheet, by: Account) -> None:
    """Queue what was shown: new and changed rows are taken in; wrong and same ones are left as they are."""
    if not may(by, "confirm", sheet):
        raise PermissionDenied
    _moved(sheet, "confirm")
    record(actor=by, verb="confirm", record="sheet", record_id=sheet.pk, changes=counts_of(sheet))
    transaction.on_commit(lambda: take_in_sheet.enqueue(sheet.pk))


@transaction.atomic
def drop(*, sheet: Sheet, by: Account) -> None:
    """Leave a sheet alone; what it held is deleted."""
    if not may(by, "confirm", sheet):
        raise PermissionDenied
    _moved(sheet, "drop")
    sheet.rows.all().delete()
    record(actor=by, verb="drop", record="sheet", record_id=sheet.pk)


def _moved(sheet: Sheet, verb: str) -> None:
    if move("sheet", Sheet.objects.filter(pk=sheet.pk), verb) != 1:
        raise Refused(ALREADY)
    sheet.refresh_from_db(fields=["state"])


@task()
def take_in_sheet(pk: int) -> None:
    """Take a confirmed sheet in (the task of the queue)."""
    perform(pk)


def perform(pk: int, *, piece: int = PIECE, progress: Progress = silent) -> None:
    """Claim a sheet and work it off in pieces, each one transaction that also moves the counter."""
    mine = claim("sheet", Sheet.objects.filter(pk=pk))
    if mine is None:
        return
    try:
        while _next_piece(mine, pk, piece):
            progress(*Sheet.objects.values_list("done", "total").get(pk=pk), "")
        move("sheet", mine, "finish")
    except Cancelled:
        logger.info("sheet %s is another worker's now", pk)


@transaction.atomic
def _next_piece(mine: QuerySet[Sheet], pk: int, piece: int) -> bool:
    sheet = Sheet.objects.select_related("owner").get(pk=pk)
    rows = list(sheet.rows.order_by("number")[sheet.done : sheet.done + piece])
    for row in rows:
        if row.state in (RowState.NEW, RowState.CHANGED):
            row.outcome, row.record = _taken(sheet, row)
        row.values = {}
    SheetRow.objects.bulk_update(rows, ["outcome", "record", "values"])
    alive(mine, done=sheet.done + len(rows))
    return bool(rows)


def _taken(sheet: Sheet, row: SheetRow) -> tuple[str, int | None]:
    """Do one row through the verb that a person would press; what bars it is kept beside the row."""
    values = {name: value for name, value in row.values.items() if name != REFERENCE}
    try:
        with transaction.atomic():
            return DONE, TAKE[sheet.kind](sheet, row.record, values)
    except PermissionDenied:
        return N_("You may not do this."), row.record
    except DataError as error:
        return error.problems[0].message[:300], row.record
    except (Refused, ValidationError) as error:
        return str(error)[:300], row.record
    except DatabaseError:
        raise
    except Exception:
        logger.exception("row %s of sheet %s failed", row.number, sheet.pk)
        return N_("The work failed on our side."), row.record


def _take_request(sheet: Sheet, pk: int | None, values: dict[str, str]) -> int:
    if pk is None:
        return int(helpdesk.open_request(by=sheet.owner, values=values).pk)
    request = SupportRequest.objects.get(pk=pk)
    helpdesk.save(request=request, by=sheet.owner, values=values)
    return pk


def _take_provider(sheet: Sheet, pk: int | None, values: dict[str, str]) -> int:
    provider = Provider.objects.get(pk=pk) if pk is not None else None
    before = {**provider.values, "name": provider.name, "party": provider.party} if provider else {}
    return int(directory.take_in(by=sheet.owner, values={**before, **values}, provider=provider).pk)


def _take_item(sheet: Sheet, pk: int | None, values: dict[str, str]) -> int:
    if pk is None:
        return int(library.write(by=sheet.owner, kind=sheet.kind, values=values).pk)
    item = Item.objects.get(pk=pk)
    library.edit(item=item, by=sheet.owner, values={**item.values, "title": item.title, **values})
    return pk


TAKE: Mapping[str, Callable[[Sheet, int | None, dict[str, str]], int]] = {
    "request": _take_request,
    "provider": _take_provider,
    **dict.fromkeys(Kind.values, _take_item),
}


def release_silent_sheets(seconds: float = SILENT_SECONDS) -> int:
    """Queue again what killed workers left; return how many sheets."""
    return take_up("sheet", Sheet.objects.all(), seconds, _again)


def _again(sheet: Sheet) -> None:
    record(actor=None, verb="release", record="sheet", record_id=sheet.pk)
    transaction.on_commit(lambda: take_in_sheet.enqueue(sheet.pk))
