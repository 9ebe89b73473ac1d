"""What a community does with what it holds: keep, change, show, take back. Nobody else does any of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import grants, may
from biosetu.centre.audit.changing import changed_in
from biosetu.centre.audit.trail import Change, as_pair, record
from biosetu.centre.evidence.store import writing
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.reader import examine_apart
from biosetu.centre.holdings.figures import figures_of, keep_in_step, shown
from biosetu.centre.holdings.models import Holding
from biosetu.centre.receiving import Received
from biosetu.cooperation import Refused
from biosetu.cooperation.forms import check, due, form, unfilled
from biosetu.problems import DataError, Problem
from biosetu.translation import N_


@transaction.atomic
def hold(*, by: Account, values: Mapping[str, str]) -> Holding:
    """Keep a dataset for the community organization that somebody speaks for; nobody else sees it until it is shown.

    Raises `DataError` with every wrong field, and `PermissionDenied` for a Party for which they do not speak.
    """
    party = values.get("party", "")
    if not may(by, "hold", PartyRecord(party)):
        raise PermissionDenied
    made = Holding(holder=_office(by, party), party=party, entered_by=by)
    _fill(made, values)
    made.save()
    _audit_form(made, by, "hold", {})
    return made


@transaction.atomic
def edit(*, holding: Holding, by: Account, values: Mapping[str, str]) -> None:
    """Change a dataset, its conditions or who may see it; what is shown no longer leaves every output at once."""
    _demand(by, "edit", holding)
    with writing():
        before, told = shown(holding, days.today()), filled(holding)
        _fill(holding, {**values, "party": holding.party})
        holding.save()
        keep_in_step(before, shown(holding, days.today()))
    _audit_form(holding, by, "edit", told)


@transaction.atomic
def attach(*, holding: Holding, by: Account, sent: Received) -> None:
    """Keep a file with the dataset, in place of the one before; raise `DataError` for one with active content."""
    _demand(by, "edit", holding)
    examine_apart(sent.path)
    was = holding.file_name
    if holding.file:
        holding.file.delete(save=False)
    holding.file_name, holding.changed = sent.name, days.now()
    holding.file.save(f"{holding.pk}{sent.path.suffix}", ContentFile(sent.path.read_bytes()), save=False)
    holding.save()
    _audit(holding, by, "attach", personal={"file": (was, sent.name)})


@transaction.atomic
def show(*, holding: Holding, by: Account) -> None:
    """Release a dataset to those whom its rule names; what is due must be filled in."""
    _demand(by, "withdraw", holding)
    have = {name for name, value in filled(holding).items() if value}
    if barred := unfilled("holding", due("holding", "listed"), have):
        raise Refused(barred)
    _turn(holding, by, "release", released=True)


@transaction.atomic
def take_back(*, holding: Holding, by: Account) -> None:
    """Withdraw a dataset: it and its figures leave every list, page, file and later output at once."""
    _demand(by, "withdraw", holding)
    _turn(holding, by, "withdraw", released=False)


def _turn(holding: Holding, by: Account, verb: str, *, released: bool) -> None:
    with writing():
        before, was = shown(holding, days.today()), holding.released
        holding.released, holding.changed = released, days.now()
        holding.withdrawn_on = None if released else days.today()
        holding.save(update_fields=["released", "withdrawn_on", "changed"])
        keep_in_step(before, shown(holding, days.today()))
    _audit(holding, by, verb, {"released": as_pair((str(was).lower(), str(released).lower()))})


def _demand(by: Account, verb: str, holding: Holding) -> None:
    if not may(by, verb, holding):
        raise PermissionDenied


def _office(by: Account, party: str) -> str:
    mine = (grant for grant in grants(by) if grant.role == "community" and party in grant.parties)
    return next(grant.office for grant in mine)


def _fill(holding: Holding, values: Mapping[str, str]) -> None:
    problems = list(check("holding", values))
    if not values.get("title", "").strip():
        problems.append(Problem(N_("the title is empty"), N_("Give it a title"), column="title"))
    if problems:
        raise DataError(problems)
    clean = {f.field: values[f.field].strip() for f in form("holding") if values.get(f.field, "").strip()}
    holding.title, holding.rule = clean.pop("title"), clean.pop("visible", "holders")
    clean.pop("party", None)
    holding.values, holding.changed = clean, days.now()
    if not holding.pk:
        holding.save()
    figures_of(holding, days.today())


def filled(holding: Holding) -> dict[str, str]:
    """Return the form of a dataset as it is filled in."""
    own = {"title": holding.title, "party": holding.party, "visible": holding.rule}
    return {**holding.values, **own}


def _audit_form(holding: Holding, by: Account, verb: str, before: Mapping[str, str]) -> None:
    changes, personal = changed_in("holding", before, filled(holding))
    _audit(holding, by, verb, changes, personal)


def _audit(
    holding: Holding,
    by: Account,
    verb: str,
    changes: Mapping[str, object] | None = None,
    personal: Mapping[str, str | Change] | None = None,
) -> None:
    record(
        actor=by, verb=verb, record="holding", record_id=holding.pk, party=holding.party, changes=changes,
        personal=personal,
    )  # fmt: skip
