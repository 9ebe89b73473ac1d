"""What can be done with an entry of the directory. Nobody is listed without consent; withdrawal is at once."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import holds, may
from biosetu.centre.audit.changing import changed_in
from biosetu.centre.audit.trail import Change, as_pair, erase_values, record
from biosetu.centre.directory.models import Provider, Standing
from biosetu.centre.unnaming import Person, same_name
from biosetu.cooperation import Refused
from biosetu.cooperation.forms import YES, check, due, filled, form, unfilled, without_people
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, Said

EXPERT = "expert"
TAKEN = N_("This entry has its own account, or somebody else has asked for it.")
SAY_HOW = N_("Say how the centre can see that this entry is yours.")
NO_CLAIM = N_("Nobody asks for this entry any more.")
NOT_ONESELF = N_("Somebody else decides on what you asked for.")
GIVEN = N_("%(name)s: the entry is yours now. You change it, take it off the list or delete it yourself.")
NOT_GIVEN = N_("%(name)s: the centre did not give you this entry. %(reason)s")
OWNED = N_("This entry belongs to its own account; they change it themselves.")


@transaction.atomic
def register(*, by: Account, values: Mapping[str, str]) -> Provider:
    """Make one's own entry, a draft. Raises `DataError` with every wrong field."""
    _check(values)
    made = Provider.objects.create(account=by, name=values.get("name", ""), **_columns(values))
    _audit_form(made, by, "register", {})
    return made


@transaction.atomic
def edit(*, provider: Provider, by: Account, values: Mapping[str, str]) -> None:
    """Change one's own entry; a listed one waits for review again, one whose consent is taken back is a draft."""
    if not may(by, "edit", provider):
        raise PermissionDenied
    _check(values)
    before = _told(provider)
    provider.name = values.get("name", provider.name)
    for name, value in _columns(values).items():
        setattr(provider, name, value)
    if "consent" not in provider.values:
        provider.consented_on, provider.standing = None, Standing.DRAFT
    elif provider.standing == Standing.LISTED:
        provider.standing = Standing.SUBMITTED
    provider.changed = timezone.now()
    provider.save()
    _audit_form(provider, by, "edit", before)


@transaction.atomic
def take_in(*, by: Account, values: Mapping[str, str], provider: Provider | None = None) -> Provider:
    """Make or change an entry from a sheet, as the reviewing centre: listed where the sheet says that they agreed.

    An entry that belongs to an account is changed by that account alone.
    """
    if not holds(by, "review", "provider"):
        raise PermissionDenied
    if provider is not None and provider.account_id is not None:
        raise Refused(OWNED)
    _check(values)
    made = provider or Provider()
    before = _told(made)
    made.name, made.changed = values.get("name", "")[:300], timezone.now()
    for name, value in _columns(values).items():
        setattr(made, name, value)
    agreed = "consent" in made.values
    made.standing = Standing.LISTED if agreed and not _missing(made) else Standing.SUBMITTED
    made.consented_on = (made.consented_on or timezone.localdate()) if agreed else None
    made.save()
    _audit_form(made, by, "take_in", before)
    return made


def _missing(provider: Provider) -> Said:
    return unfilled("provider", due("provider", "listed"), filled({**provider.values, "name": provider.name}))


@transaction.atomic
def submit(*, provider: Provider, by: Account) -> None:
    """Ask to be listed; consent and the fields that are due must be there."""
    if not may(by, "edit", provider):
        raise PermissionDenied
    if barred := _missing(provider):
        raise Refused(barred)
    was = provider.standing
    _move(provider, Standing.SUBMITTED, (Standing.DRAFT, Standing.WITHDRAWN), consented_on=timezone.localdate())
    _audit(provider, by, "submit", {"from": was, "to": provider.standing})


@transaction.atomic
def review(*, provider: Provider, by: Account, listed: bool, reason: str = "") -> None:
    """List an entry, or return it to its owner with a reason."""
    if not may(by, "review", provider):
        raise PermissionDenied
    if not listed and not reason.strip():
        raise Refused("Say what is missing.")
    if provider.consented_on is None:
        raise Refused("There is no consent to be listed.")
    _move(provider, Standing.LISTED if listed else Standing.DRAFT, (Standing.SUBMITTED,))
    changes = {"from": Standing.SUBMITTED.value, "to": provider.standing}
    _audit(provider, by, "list" if listed else "return", changes, {"reason": reason.strip()})


@transaction.atomic
def withdraw(*, provider: Provider, by: Account) -> None:
    """Take one's entry out of the directory and of matching, at once."""
    if not may(by, "edit", provider):
        raise PermissionDenied
    was = provider.standing
    _move(provider, Standing.WITHDRAWN, tuple(Standing), consented_on=None)
    provider.candidacies.filter(answer="listed").delete()
    _audit(provider, by, "withdraw", {"from": was, "to": provider.standing})


@transaction.atomic
def erase(*, provider: Provider, by: Account) -> None:
    """Delete one's entry. Requests that it helped keep their record, without its name; so does the audit."""
    if not may(by, "edit", provider):
        raise PermissionDenied
    _audit(provider, by, "erase")
    _delete(provider)


@transaction.atomic
def claim(*, provider: Provider, by: Account, words: str) -> None:
    """Ask for an entry that came by a sheet and describes oneself; the reviewing centre decides."""
    if not may(by, "see", provider):
        raise PermissionDenied
    if not words.strip():
        raise Refused(SAY_HOW)
    free = Provider.objects.filter(pk=provider.pk, account=None, claimed_by=None)
    if not free.update(claimed_by=by, claim=words.strip()):
        raise Refused(TAKEN)
    provider.refresh_from_db()
    _audit(provider, by, "claim", personal={"claim": words.strip()})


@transaction.atomic
def settle_claim(*, provider: Provider, by: Account, given: bool, reason: str = "") -> None:
    """Give an entry to who asked for it, or not, with a reason. From then on it is theirs alone to change."""
    if not may(by, "review", provider):
        raise PermissionDenied
    asking = provider.claimed_by
    if asking is None:
        raise Refused(NO_CLAIM)
    if asking == by:
        raise Refused(NOT_ONESELF)
    if not given and not reason.strip():
        raise Refused(N_("Say what is missing."))
    changes = {"account": asking, "changed": timezone.now()} if given else {}
    waiting = Provider.objects.filter(pk=provider.pk, account=None, claimed_by=asking)
    if not waiting.update(claimed_by=None, claim="", **changes):
        raise Refused(NO_CLAIM)
    provider.refresh_from_db()
    _audit(provider, by, "give" if given else "refuse_claim", personal={"reason": reason.strip()})
    said = {"name": provider.name, "reason": reason.strip()}
    notify(asking, GIVEN if given else NOT_GIVEN, said, address=f"directory/{provider.pk}/")


def exported(provider: Provider) -> dict[str, object]:
    """Return all that is held in an entry, for its owner."""
    return {
        "name": provider.name,
        "standing": provider.standing,
        "consented_on": str(provider.consented_on or ""),
        "values": provider.values,
        "ratings": {"sum": provider.rating_sum, "count": provider.rating_count},
        "invitations": [
            {"request": one.request.reference, "answer": one.answer, "chosen": one.chosen}
            for one in provider.candidacies.select_related("request")
        ],
    }


def _move(provider: Provider, to: Standing, before: tuple[Standing, ...], **changes: object) -> None:
    hit = Provider.objects.filter(pk=provider.pk, standing__in=before).update(
        standing=to, changed=timezone.now(), **changes
    )
    if not hit:
        raise Refused("Somebody else changed this entry a moment ago. Look at it again.")
    provider.refresh_from_db()


def _check(values: Mapping[str, str]) -> None:
    problems = list(check("provider", values))
    if not values.get("name", "").strip():
        remedy = N_("Give the name of the institution or person")
        problems.append(Problem(N_("the name is empty"), remedy, column="name"))
    if problems:
        raise DataError(problems)


def _columns(values: Mapping[str, str]) -> dict[str, object]:
    capacity = values.get("capacity", "").strip()
    clean = {
        field.field: values[field.field].strip() for field in form("provider") if values.get(field.field, "").strip()
    }
    if clean.get("consent", "").casefold() not in YES:
        clean.pop("consent", None)
    return {"party": values.get("party", ""), "values": clean, "capacity": int(capacity) if capacity else 1}


def _told(provider: Provider) -> dict[str, str]:
    """Return the entry's form as the audit compares it."""
    return {**provider.values, "name": provider.name, "party": provider.party, "standing": provider.standing}


def _audit_form(provider: Provider, by: Account, verb: str, before: Mapping[str, str]) -> None:
    changes, personal = changed_in("provider", before, _told(provider))
    if pair := personal.pop("standing", None):
        changes["standing"] = as_pair(pair) if isinstance(pair, tuple) else pair
    _audit(provider, by, verb, changes, personal)


def _audit(
    provider: Provider,
    by: Account,
    verb: str,
    changes: Mapping[str, object] | None = None,
    personal: Mapping[str, str | Change] | None = None,
) -> None:
    record(
        actor=by, verb=verb, record="provider", record_id=provider.pk, party=provider.party, changes=changes,
        personal={"name": provider.name, **(personal or {})}, subject=provider.account,
    )  # fmt: skip


def _delete(provider: Provider) -> None:
    erase_values("provider", provider.pk)
    provider.delete()


def describing(account: Account) -> list[Provider]:
    """Return the entries of a person: their own, and those by a sheet that describe an expert of their name."""
    free = Provider.objects.filter(account=None).values_list("pk", "name").iterator()
    told = Person(account.name).is_told
    named = [key for key, name in free if told and same_name(name, account.name)]
    mine = Provider.objects.filter(Q(account=account) | Q(pk__in=named))
    return [one for one in mine if one.account_id == account.pk or one.values.get("kind") == EXPERT]


@transaction.atomic
def forget(account: Account) -> None:
    """Take a person out of the directory: an expert's entry goes, an institution's stays without its contact person."""
    Provider.objects.filter(claimed_by=account).update(claimed_by=None, claim="")
    for entry in describing(account):
        if entry.values.get("kind") == EXPERT or entry.standing == Standing.DRAFT:
            _delete(entry)
        else:
            entry.values, entry.changed = without_people("provider", entry.values), timezone.now()
            entry.save(update_fields=["values", "changed"])
